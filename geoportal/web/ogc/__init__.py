"""OGC API – Features under ``/ogc``: the same facilities, for map programs."""
