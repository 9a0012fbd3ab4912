"""From an official file to facts in the store, or a list of issues."""
