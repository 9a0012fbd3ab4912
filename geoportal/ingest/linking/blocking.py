"""Blocking: pairs that share a number, telephone, address or rare letters are compared."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from geoportal.ingest.linking.units import Unit

_LARGEST_KEY = 60
"""A key that more units share (a large building, a call centre) tells nothing and is left out."""
_TRIGRAM_PARTNERS = 6
"""How many partners of its municipality a unit is compared with for its name's letters alone."""
_COMMON_TRIGRAM = 40


def candidate_pairs(units: Sequence[Unit]) -> list[tuple[int, int]]:
    """Return the pairs worth comparing, as positions in the units of one block, the smaller first.

    Notes
    -----
    Pairs within one source are left out: a source lists a place once for each kind. The number of
    pairs grows with the number of units: keys shared by many are not used, and of the units that
    share rare trigrams of the name only the nearest few are taken.
    """
    sharing: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for position, unit in enumerate(units):
        for key in set(_keys(unit)):
            sharing[key].append(position)
    pairs: set[tuple[int, int]] = set()
    sources = [unit.sources for unit in units]
    for members in sharing.values():
        if len(members) <= _LARGEST_KEY:
            pairs.update(
                pair
                for pair in combinations(members, 2)
                if sources[pair[0]].isdisjoint(sources[pair[1]])
            )
    pairs.update(_alike_by_name(units))
    return sorted(pairs)


def _keys(unit: Unit) -> Iterator[tuple[str, ...]]:
    for scheme, numbers in unit.numbers.items():
        yield from ((scheme, number) for number in numbers)
    yield from (("medical_institution_code", number) for number in unit.derived)
    yield from (("phone", phone) for phone in unit.phones)
    yield from (("address", parts.key) for parts in unit.addresses if parts.key)
    for name in unit.names:
        yield from (("name", core) for core in name.cores)
        yield from (("stem", area, name.stem) for area in unit.areas)


def _alike_by_name(units: Sequence[Unit]) -> Iterator[tuple[int, int]]:
    """Yield pairs of a municipality whose names share the most rare trigrams."""
    by_area: dict[str, list[int]] = defaultdict(list)
    for position, unit in enumerate(units):
        for area in unit.areas:
            by_area[area].append(position)
    for members in by_area.values():
        yield from _alike_in_area(units, members)


def _alike_in_area(units: Sequence[Unit], members: Sequence[int]) -> Iterator[tuple[int, int]]:
    grams = {
        position: {
            text[start : start + 3]
            for name in units[position].names
            for text in (f"^{core}$" for core in name.cores)
            for start in range(len(text) - 2)
        }
        for position in members
    }
    postings: dict[str, list[int]] = defaultdict(list)
    for position in members:
        for gram in grams[position]:
            postings[gram].append(position)
    for position in members:
        shared: Counter[int] = Counter()
        for gram in grams[position]:
            if len(postings[gram]) <= _COMMON_TRIGRAM:
                shared.update(postings[gram])
        ranked = (
            (-count / (len(grams[position]) + len(grams[other]) - count), units[other].id, other)
            for other, count in shared.items()
            if other != position and units[other].sources.isdisjoint(units[position].sources)
        )
        for _, _, other in sorted(ranked)[:_TRIGRAM_PARTNERS]:
            yield min(position, other), max(position, other)
