"""Records to facilities: attributes from the strongest source, positions checked or geocoded."""
