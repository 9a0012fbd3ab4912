"""Frozen classes of the staff side: accounts, roles, scopes; no input or output."""
