"""Driving: how long it takes from facilities to the home, where a road map is held."""

from __future__ import annotations

from geoportal.domain.query import Query
from geoportal.index.driving import HomeDrives
from geoportal.index.snapshot import Snapshot

HELD = "held"
NOT_HELD = "not_held"
HOME_UNKNOWN = "home_unknown"


def drives_home(snapshot: Snapshot, query: Query) -> HomeDrives | None:
    """Return the times to the home of a question; None without a home or a road map."""
    if query.origin is None or snapshot.roads is None:
        return None
    origin = query.origin
    return snapshot.roads.towards(origin.lon, origin.lat, origin.uncertainty_m)


def roads_state(query: Query, drives: HomeDrives | None) -> str:
    """Say whether times could be computed; empty when nobody asks and none are held."""
    if drives is not None:
        return HELD if drives.is_on_road else HOME_UNKNOWN
    return NOT_HELD if query.by_road else ""
