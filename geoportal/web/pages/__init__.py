"""The HTML pages; each works without JavaScript."""
