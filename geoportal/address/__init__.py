"""Japanese addresses: text to a position with a level and an uncertainty."""
