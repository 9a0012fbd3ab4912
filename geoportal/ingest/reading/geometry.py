"""Geometries of map files: those that a source can take."""

from __future__ import annotations

from collections.abc import Container

from shapely.geometry.base import BaseGeometry

from geoportal.geo.polygons import in_japan
from geoportal.ingest.files.map_files import Feature
from geoportal.ingest.files.report import ERROR, Issue


def read_geometry(
    feature: Feature, types: Container[str], *, code: str, needed: str, name: str
) -> BaseGeometry | Issue:
    """Return a feature's geometry, or why it is left out: none of these types, or not in Japan.

    ``code`` and ``needed`` are the issue's code and what it says is needed, where the type is
    another; ``name`` is what the geometry is called.
    """
    shape = feature.geometry
    if shape is None or shape.is_empty or shape.geom_type not in types:
        message = f"{needed} is needed: the feature is left out"
        kind = shape.geom_type if shape is not None else ""
        return Issue(feature.line, "geometry", code, ERROR, kind, message)
    west, south, east, north = shape.bounds
    if not (in_japan(west, south) and in_japan(east, north)):
        message = f"the {name} is not in Japan (longitude, latitude): the feature is left out"
        value = f"{west:.5g}, {south:.5g}"
        return Issue(feature.line, "geometry", "not_in_japan", ERROR, value, message)
    return shape
