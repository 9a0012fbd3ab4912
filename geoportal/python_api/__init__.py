"""The portal from Python: the use cases of map, API and command line as data frames.

>>> from geoportal import open_portal
>>> portal = open_portal("var/kitakyushu.db")
>>> found = portal.search(near=(130.8751, 33.8834), radius_m=4_000, needs=["VM.REG"])
>>> found.counts
{'match': 12, 'possible': 25, 'no': 140, 'not_applicable': 0}

Positions are degrees, longitude first (OGC:CRS84). A frame of facilities has for each need a column
called by its code with ``_`` for the dot (``VM_REG``) and one of ``yes``, ``no``, ``unknown``,
``not_applicable`` in it, as ``/ogc`` and the GeoPackage have. Nothing that is asked is kept.
"""
