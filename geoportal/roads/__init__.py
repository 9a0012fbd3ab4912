"""Roads: from lines of a map to a graph that is mapped from a file, and times to drive on it."""
