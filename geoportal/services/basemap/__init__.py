"""The base map below the facilities: tiles of a publisher, cached here, or of a local archive."""
