"""One module for each official data set."""
