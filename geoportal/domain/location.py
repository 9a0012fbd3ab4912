"""Positions with a level and an uncertainty: where something is, and how sure we are."""

from __future__ import annotations

from dataclasses import dataclass

from geoportal.domain.made_quickly import made_quickly

LEVELS: tuple[str, ...] = (
    "prefecture",
    "municipality",
    "town",
    "chome",
    "block",
    "house",
    "point",
)
"""Levels of a position, coarsest first. ``point`` is a coordinate given as such."""

SURVEYED_UNCERTAINTY_M = 50.0
"""Uncertainty given to a coordinate published by a source, metres.

Published coordinates mark a building or its entrance; 50 m is also the least uncertainty the
16 km rule works with (``data/reference/README.md``, "The 16 km rule").
"""


@made_quickly
@dataclass(frozen=True, slots=True)
class Location:
    """A verified position, or the absence of one with the reason.

    Attributes
    ----------
    lon, lat : float or None
        Degrees, WGS 84 (EPSG:4326). Both None when the position is unknown.
    level : str
        One of `LEVELS`, or ``""`` without a position.
    uncertainty_m : float or None
        Radius in metres that holds the true place with about 95 % probability.
    source : str
        Who says so: a source name, or the gazetteer's.
    warnings : tuple of str
        Codes such as ``outside_municipality``, shown with the position.
    """

    lon: float | None = None
    lat: float | None = None
    level: str = ""
    uncertainty_m: float | None = None
    source: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """True when there is a position."""
        return self.lon is not None and self.lat is not None


UNKNOWN_LOCATION = Location()
