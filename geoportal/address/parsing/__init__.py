"""Parsing an address: municipality, town, numbers; hypotheses and the best of them."""
