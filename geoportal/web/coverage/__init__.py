"""Coverage on the web: questions in a URL, page, map, what-if, files."""
