"""The database: facilities, claims, sources, districts, centres."""
