"""The staff side of the liaison centres: optional, and unknown to the public site."""
