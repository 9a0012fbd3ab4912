"""Municipalities of a compiled gazetteer, and positions with their uncertainty."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple, TypedDict

from geoportal.address.result import Level
from geoportal.geo.equirectangular import distance_m


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


class RegionRow(TypedDict):
    """A municipality in the header of a compiled gazetteer.

    ``lon``, ``lat`` (degrees) and ``uncertainty_m`` are None when no town has a position; the other
    keys are as in `Region`.
    """

    code: str
    prefecture: str
    name: str
    start: int
    stop: int
    lon: float | None
    lat: float | None
    uncertainty_m: float | None


@dataclass(frozen=True, slots=True)
class Region:
    """A municipality or ward (市区町村).

    Attributes
    ----------
    number : int
        Its place in code order.
    code, prefecture, name : str
        Five digits, "福岡県", "北九州市門司区".
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
    def from_row(cls, number: int, row: RegionRow) -> Region:
        """Rebuild a municipality from the header of a compiled gazetteer."""
        position = None
        if row["lon"] is not None and row["lat"] is not None:
            uncertainty_m = float(row["uncertainty_m"] or 0.0)
            position = Position(row["lon"], row["lat"], uncertainty_m, "municipality")
        return cls(
            number=number,
            code=row["code"],
            prefecture=row["prefecture"],
            name=row["name"],
            start=row["start"],
            stop=row["stop"],
            position=position,
        )


def common_position(regions: Collection[Region]) -> Position | None:
    """Return one position for several municipalities: that of the most central one.

    None when none has a position.
    """
    positions = [region.position for region in regions if region.position is not None]
    return covering_position(positions) if positions else None


def covering_position(positions: Collection[Position]) -> Position:
    """Return the most central of some positions; its uncertainty covers all with their own."""
    centre = min(positions, key=lambda position: (extent_m(position, positions), position.lon))
    return centre._replace(uncertainty_m=extent_m(centre, positions))


def extent_m(centre: Position, positions: Collection[Position]) -> float:
    """Return the uncertainty that covers some positions with their own, whole metres."""
    return float(
        round(
            max(
                distance_m(centre.lon, centre.lat, position.lon, position.lat)
                + position.uncertainty_m
                for position in positions
            )
        )
    )
