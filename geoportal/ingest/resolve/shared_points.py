"""Published points that stand for more than one place: a city hall, the middle of a town.

Who geocodes a list writes such a point for each address that was not found. It looks like a survey
and lies inside the municipality; that rows with addresses of several places share it tells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geoportal.ingest.linking.addresses import AddressParts, address_parts, compare_address_parts
from geoportal.ingest.reading.listings import Placed

MANY_PLACES = 5
"""Addresses of one point that tell by themselves: at a corner of streets four may meet."""
SNAPPED_SHARE = 0.2
"""Rows at points of two places or more, of all with a point, from which on a list is snapped to
few points. Of the national lists of care offices 2 % are."""
SNAPPED_FEWEST = 10
"""Rows."""
_DECIMALS = 4
"""Of degrees: points within some 10 m count as one."""
_COUNTED = 20
_LOT_AND_BRANCH = 2


@dataclass(frozen=True, slots=True)
class SharedPoint:
    """A point that is not where its rows are.

    Attributes
    ----------
    numbers : tuple of int
        Its rows, by their place in the list.
    places : int
        Addresses of which no two can be one place; not counted further than some 20.
    """

    numbers: tuple[int, ...]
    places: int


def shared_points(records: Sequence[Placed]) -> list[SharedPoint]:
    """Return the points that are not where the rows published at them are.

    Those of `MANY_PLACES` or more; those of two, too, in a list of which many rows are at such
    points. Addresses are compared without a gazetteer, so that the order of imports cannot matter;
    numbers of a building written longer or shorter, of one 番 or of one lot, are one place.
    """
    rows: dict[tuple[float, float], list[int]] = {}
    for number, record in enumerate(records):
        if record.lon is not None and record.lat is not None and record.address:
            point = round(record.lon, _DECIMALS), round(record.lat, _DECIMALS)
            rows.setdefault(point, []).append(number)
    shared = []
    for numbers in rows.values():
        if len(numbers) == 1:
            continue
        addresses = {records[n].address: records[n].municipality_code for n in numbers}
        if len(addresses) > 1 and (places := _places(addresses)) > 1:
            shared.append(SharedPoint(tuple(numbers), places))
    concerned = sum(len(point.numbers) for point in shared)
    pointed = sum(map(len, rows.values()))
    if concerned >= max(SNAPPED_FEWEST, SNAPPED_SHARE * pointed):
        return shared
    return [point for point in shared if point.places >= MANY_PLACES]


def _places(addresses: Mapping[str, str]) -> int:
    """Return how many addresses there are, by municipality, of which no two may be one place."""
    apart: dict[str, list[AddressParts]] = {}
    count = 0
    for address, code in sorted(addresses.items()):
        parts, others = address_parts(address), apart.setdefault(code, [])
        if parts.town and all(_are_apart(parts, one) for one in others):
            others.append(parts)
            count += 1
            if count == _COUNTED:
                break
    return count


def _are_apart(mine: AddressParts, theirs: AddressParts) -> bool:
    """Say whether two addresses cannot be one building: other towns, 丁目 and 番, or lots."""
    agreement = compare_address_parts(mine, theirs)
    if agreement != "number":
        return agreement == "other"
    short = min(len(mine.numbers), len(theirs.numbers)) <= _LOT_AND_BRANCH
    return mine.numbers[0] != theirs.numbers[0] or not short
