"""The site as a whole: scripts and styles, static files, crawlers, installable application."""
