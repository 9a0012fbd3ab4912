"""Use cases of the staff side: who signs in, who may do what."""
