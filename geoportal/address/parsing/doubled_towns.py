"""Two towns of one name in one ward (同名町): which of them an address means, and where it is.

The inner wards of Kyoto have some hundred names twice or more, and the lists of towns hold one
point for each name. A postal code tells such towns apart, and so does the street (通り名).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from geoportal.address.gazetteer.region import Position, Region, covering_position
from geoportal.address.result import MAX_CANDIDATES, GeocodeResult, candidate_of
from geoportal.address.text.canonical import canonical_key
from geoportal.domain.place import DoubledTown
from geoportal.geo.equirectangular import distance_m

ESTIMATE_M = 400.0
"""Uncertainty of the position of one of the towns, metres: decision 050."""
CLOSE_M = 1_500.0
"""So far from the middle one towns may lie that share one position, metres: most 大字 of Japan lie
less than that from each 丁目 of their name."""

_DIRECTION = re.compile(r"[上下]ル|[東西南北]入|通リ?|筋")


class DoubledTowns:
    """The towns that share their name with another of their ward; immutable."""

    def __init__(self, towns: Iterable[DoubledTown] = ()) -> None:
        by_name: dict[tuple[str, str], list[DoubledTown]] = defaultdict(list)
        for town in towns:
            by_name[town.municipality_code, canonical_key(town.town)].append(town)
        self._by_name = dict(by_name)

    def of_name(self, code: str, key: str) -> Sequence[DoubledTown]:
        """Return the towns of one name, canonical, in a municipality; empty for a single one."""
        return self._by_name.get((code, key), ())


def meant_of(towns: Sequence[DoubledTown], postal_code: str, streets: str) -> Sequence[DoubledTown]:
    """Return those of some towns that an address means: one, or all when nothing decides.

    ``streets`` is what stands in front of the town, canonical: 油小路通出水下ル.
    """
    of_code = [town for town in towns if town.postal_code == postal_code]
    if len(of_code) == 1:
        return of_code
    shared = {town: _shared_streets(town, streets) for town in towns}
    most = max(shared.values())
    fitting = [town for town, number in shared.items() if number == most]
    return fitting if most and len(fitting) == 1 else towns


def _shared_streets(town: DoubledTown, written: str) -> int:
    """Return how many streets of one description of a town were written, one more for all of it."""
    plain = _DIRECTION.sub("", written)
    most = 0
    for description in town.streets:
        key = canonical_key(description)
        names = [name for name in _DIRECTION.split(key) if len(name) >= 2]
        most = max(most, sum(name in plain for name in names) + (key in written))
    return most


def placed_among(
    result: GeocodeResult, region: Region, towns: Sequence[DoubledTown]
) -> GeocodeResult:
    """Return the result of a town with the position of those of its name that may be meant.

    One: its own estimated position. Several: one position that covers them all where they lie close
    together, none where they do not; they are the candidates and a person has to confirm.
    """
    positions = [_position(town, region) for town in towns]
    known = [position for position in positions if position is not None]
    if len(known) < len(towns):
        return replace(result, lon=None, lat=None, uncertainty_m=None, coordinate_level=None)
    centre = covering_position(known)
    warnings = (*result.warnings, "town_doubled")
    placed = replace(
        result,
        lon=centre.lon,
        lat=centre.lat,
        uncertainty_m=centre.uncertainty_m,
        coordinate_level=centre.level,
        warnings=warnings,
    )
    if len(towns) == 1:
        return placed
    candidates = tuple(
        replace(
            candidate_of(result),
            lon=position.lon,
            lat=position.lat,
            uncertainty_m=position.uncertainty_m,
            text=f"{region.prefecture}{region.name}{town.streets[0]}{town.town}",
        )
        for town, position in zip(towns, known, strict=True)
    )[:MAX_CANDIDATES]
    if all(distance_m(centre.lon, centre.lat, p.lon, p.lat) <= CLOSE_M for p in known):
        return replace(
            placed,
            status="partial",
            candidates=candidates,
            needs_confirmation=True,
            warnings=(*warnings, "several_close"),
        )
    return replace(
        placed,
        status="ambiguous",
        lon=None,
        lat=None,
        uncertainty_m=None,
        coordinate_level=None,
        candidates=candidates,
        needs_confirmation=True,
    )


def _position(town: DoubledTown, region: Region) -> Position | None:
    """Return where a town is: estimated, else anywhere in its municipality."""
    if town.lon is None or town.lat is None:
        return region.position
    return Position(town.lon, town.lat, ESTIMATE_M, "town")
