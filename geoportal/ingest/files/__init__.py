"""Bytes to rows: archives, encodings, tables, map files, layouts, and the report of problems."""
