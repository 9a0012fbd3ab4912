"""Answers as files: CSV, Excel, GeoJSON, GeoPackage."""
