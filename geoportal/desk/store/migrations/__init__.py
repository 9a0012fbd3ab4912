"""Migrations of the staff side's tables, by Alembic, apart from those of the data."""
