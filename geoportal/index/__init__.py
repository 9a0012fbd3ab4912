"""Immutable in-memory indexes, swapped whole when the dataset version moves."""
