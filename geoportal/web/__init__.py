"""The web application: pages, JSON API."""
