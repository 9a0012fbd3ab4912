"""Geodesic distances, polygons and coordinate reference systems."""
