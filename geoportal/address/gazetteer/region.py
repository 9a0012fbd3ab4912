"""Municipalities as the gazetteer holds them, and positions with their uncertainty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from geoportal.address.result import Level


class Position(NamedTuple):
    """A position and how far the truth may be from it.

    Attributes
    ----------
    lon, lat : float
        Degrees, WGS 84.
    uncertainty_m : float
        Metres.
    level : Level
        Of the unit the position stands for.
    """

    lon: float
    lat: float
    uncertainty_m: float
    level: Level


@dataclass(frozen=True, slots=True)
class Region:
    """A municipality or ward (市区町村).

    Attributes
    ----------
    number : int
        Its place in code order.
    code, prefecture, name : str
        5 digits, "福岡県", "北九州市門司区".
    start, stop : int
        The range of its towns' node numbers, ``stop`` not included.
    position : Position or None
        Its most central town; None when it has no town with a position.
    """

    number: int
    code: str
    prefecture: str
    name: str
    start: int
    stop: int
    position: Position | None

    @classmethod
    def from_row(cls, number: int, row: Sequence[Any]) -> Region:
        """Read a region from its row in a compiled gazetteer's header."""
        code, prefecture, name, start, stop, lon, lat, uncertainty = row
        position = None if lon is None else Position(lon, lat, float(uncertainty), "municipality")
        return cls(number, code, prefecture, name, start, stop, position)
