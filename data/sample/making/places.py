"""Where the facilities stand: a town each, a position near it, an address."""

from __future__ import annotations

import random
from dataclasses import dataclass

from shapely.geometry import MultiPolygon, Point

from making.outlines import CITY, PREFECTURE, WARDS
from making.towns import Town

# Facilities follow the people, and the two centres draw more than their share.
WARD_SHARE = {
    "40106": 0.26,
    "40109": 0.26,
    "40107": 0.18,
    "40101": 0.10,
    "40103": 0.08,
    "40108": 0.07,
    "40105": 0.05,
}
SPREAD_LON, SPREAD_LAT = 0.0034, 0.0028  # at most 440 m, mostly within 150 m of its town's point
FROM_EDGE = 0.0003  # about 30 m inside the outline


@dataclass(frozen=True)
class Place:
    """A position and an address that belong together."""

    town: Town
    lon: float
    lat: float
    address: str


def share_out(count: int) -> list[str]:
    """Return a ward code for each of ``count`` facilities, by the largest remainder."""
    exact = {ward: count * share for ward, share in WARD_SHARE.items()}
    seats = {ward: int(value) for ward, value in exact.items()}
    rest = sorted(exact, key=lambda ward: seats[ward] - exact[ward])
    for ward in rest[: count - sum(seats.values())]:
        seats[ward] += 1
    return [ward for ward, number in seats.items() for _ in range(number)]


def ward_address(ward: str) -> str:
    """Return the address of a whole ward, prefecture included."""
    return f"{PREFECTURE}{CITY}{WARDS[ward]}"


def _house(rng: random.Random, town: Town) -> str:
    """Write the address below the ward as people write it: several habits."""
    block, house = rng.randint(1, 24), rng.randint(1, 30)
    if town.base.startswith("大字"):
        branch = f"の{rng.randint(1, 9)}" if rng.random() < 0.4 else ""
        return f"{town.name}{rng.randint(20, 1800)}番地{branch}"
    if not town.chome:
        return (
            f"{town.name}{block}-{house}"
            if rng.random() < 0.5
            else f"{town.name}{block}番{house}号"
        )
    return rng.choice(
        (
            f"{town.name}{block}番{house}号",
            f"{town.base}{town.chome}丁目{block}-{house}",
            f"{town.base}{town.chome}丁目{block}番{house}号",
            f"{town.base}{town.chome}-{block}-{house}",
        )
    )


def _building(rng: random.Random) -> str:
    """Name a building for about one address in eight."""
    if rng.random() >= 0.12:
        return ""
    name = rng.choice(("見本ビル", "架空プラザ", "見本メディカルモール", "架空マンション"))
    return f"　{name}{rng.randint(1, 6)}階"


def settle(rng: random.Random, town: Town, outline: MultiPolygon) -> Place:
    """Choose a position near a town's point, inside its ward, and an address there."""
    inner = outline.buffer(-FROM_EDGE)
    lon, lat = town.lon, town.lat
    for _ in range(50):
        tried = (
            round(rng.triangular(town.lon - SPREAD_LON, town.lon + SPREAD_LON), 6),
            round(rng.triangular(town.lat - SPREAD_LAT, town.lat + SPREAD_LAT), 6),
        )
        if inner.contains(Point(tried)):
            lon, lat = tried
            break
    address = f"{ward_address(town.ward)}{_house(rng, town)}{_building(rng)}"
    return Place(town, lon, lat, address)


def choose_town(rng: random.Random, towns: list[Town], ward: str) -> Town:
    """Choose a town of a ward, busy ones more often."""
    own = [town for town in towns if town.ward == ward]
    return rng.choices(own, weights=[town.draw for town in own])[0]
