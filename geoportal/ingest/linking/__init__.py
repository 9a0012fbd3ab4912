"""One facility for each place: records of different sources linked, with reasons, undoably."""
