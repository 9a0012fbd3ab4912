"""How municipalities, cities and counties (市区町村・政令市・郡) are written."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from geoportal.address.gazetteer.region import Region
from geoportal.address.text.canonical import canonical_key

WEAK, FIRM = 0, 1
"""Strength of a spelling: a name to be completed (飯塚 for 飯塚市), a name in full."""

_WARD = re.compile(r"(.+?市)(.+区)")
_COUNTY = re.compile(r"(.{1,4}?郡)(.+[町村])")
_ISLAND = re.compile(r"(.+島)(.+[町村])")


def own_name(name: str) -> str:
    """Return a municipality's name without the county or city in front."""
    return _own_names(name)[1]


def _own_names(name: str) -> tuple[str, str]:
    """Return the city or county in front of a municipality's name, and the name behind it."""
    for pattern in (_WARD, _COUNTY, _ISLAND):
        if found := pattern.fullmatch(name):
            return found[1], found[2]
    return "", name


def spell_regions(regions: Sequence[Region]) -> list[tuple[str, str, int, list[int]]]:
    """Return every way municipalities, cities and counties are written.

    Parameters
    ----------
    regions : sequence of Region
        All municipalities, in code order.

    Returns
    -------
    list of (key, city, strength, numbers)
        Canonical key; the city's or county's name when the key stands for all of it; ``FIRM`` or
        ``WEAK`` (a name to be completed); the municipalities. JSON-ready: made once, when the
        gazetteer is compiled.
    """
    uppers: dict[tuple[str, str], list[int]] = defaultdict(list)
    spelt: dict[tuple[str, int], set[int]] = defaultdict(set)
    for region in regions:
        upper, own = _own_names(region.name)
        if upper:
            uppers[region.prefecture, upper].append(region.number)
        for name, strength in _spellings(region.name, upper, own):
            spelt[canonical_key(name), strength].add(region.number)
    rows = []
    for (_, upper), numbers in uppers.items():
        rows.append((canonical_key(upper), upper, FIRM, numbers))
        if upper.endswith("市"):
            rows.append((canonical_key(upper[:-1]), upper, WEAK, numbers))
    for (key, strength), members in spelt.items():
        if len(key) >= 2:
            rows.append((key, "", strength, sorted(members)))
    return rows


def _spellings(name: str, upper: str, own: str) -> Iterator[tuple[str, int]]:
    """Yield how one municipality is written, whole and shortened."""
    yield name, FIRM
    yield own, FIRM
    if upper.endswith("市"):  # 北九州八幡東区 and 北九州市立八幡西区 stand in official files
        yield upper[:-1] + own, WEAK
        yield upper + "立" + own, WEAK
        yield upper + own[:-1], WEAK
    if own[-1] in "市町村" and len(own) > 2:
        yield own[:-1], WEAK
