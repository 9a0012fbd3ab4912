"""Tables of the staff side and what reads and writes them; a database file of its own."""
