"""Shared by the sources: edition, municipalities, cells of rows, extracts, the `Source`."""
