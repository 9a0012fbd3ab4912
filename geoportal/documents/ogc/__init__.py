"""OGC API – Features: collections, filters, coordinate systems. No Flask."""
