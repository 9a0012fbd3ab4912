"""Everything that writes an edition into the database."""
