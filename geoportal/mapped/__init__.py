"""Files that are memory-mapped: named arrays, and hash tables laid out in such arrays."""
