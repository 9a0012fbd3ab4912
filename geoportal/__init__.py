"""Geospatial home-care (在宅医療・介護) resource map and search for Japanese cities."""

__version__ = "0.1.0"
