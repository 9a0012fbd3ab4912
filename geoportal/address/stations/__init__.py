"""Railway stations as places to search from."""
