"""When nothing matches: what to let go of, nearest and most useful first.

Every proposal says how many facilities would then match (match now being none: all of them are
gained). Single steps come first; two at once only where no single step helps.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.hours import OpeningCalendar
from geoportal.domain.query import MAX_RADIUS_M, Query
from geoportal.index.snapshot import Snapshot
from geoportal.search.filters import Candidates, find
from geoportal.search.match import MATCH

_RADII_M = tuple(1_000 * km for km in (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 50))
_MOST_RADII = 3
_MOST_PAIRS = 6


@dataclass(frozen=True, slots=True)
class Relaxation:
    """What to let go of, and how many facilities would then match.

    Attributes
    ----------
    adds : int
        Facilities gained.
    drop : str
        A need to do without.
    radius_m : int
        A wider radius.
    district : str
        The next larger district in place of those asked for.
    any_kind, any_time, any_words : bool
        Whether to ask for every kind, for any time, without words.
    together : tuple of Relaxation
        Steps to take at once; then nothing else is set.
    """

    adds: int = 0
    drop: str = ""
    radius_m: int = 0
    district: str = ""
    any_kind: bool = False
    any_time: bool = False
    any_words: bool = False
    together: tuple[Relaxation, ...] = ()

    def apply(self, query: Query) -> Query:
        """Return the question with this let go of."""
        for step in self.together:
            query = step.apply(query)
        if self.drop:
            query = replace(query, needs=tuple(n for n in query.needs if n != self.drop))
        if self.radius_m:
            query = replace(query, radius_m=self.radius_m)
        if self.district:
            query = replace(query, districts=(self.district,))
        if self.any_kind:
            query = replace(query, kinds=())
        if self.any_time:
            query = replace(query, open_at=None)
        if self.any_words:
            query = replace(query, text="")
        return query

    @property
    def plain(self) -> bool:
        """True for what can be let go of as a whole: needs, a radius, kinds, a time, words."""
        if self.together:
            return all(step.drop for step in self.together)
        return not self.district


def relaxations(
    snapshot: Snapshot, query: Query, calendar: OpeningCalendar
) -> tuple[Relaxation, ...]:
    """Return what to let go of, most useful first; only what gains anything.

    A wider radius is proposed only where it gains more than the next smaller one. Where dropping
    one need gains nothing, the smallest sets of needs that gain anything are named. Pairs of other
    steps are looked for only when no single step gains anything.
    """
    steps = [*_steps(snapshot, query)]
    found = [_counted(snapshot, query, calendar, step) for step in steps]
    found += _wider_radii(snapshot, query, calendar)
    useful = [item for item in found if item.adds]
    sets = [] if any(item.drop for item in useful) else _need_sets(snapshot, query, calendar)
    if not useful:
        if query.origin is not None and query.radius_m < MAX_RADIUS_M:
            steps += [Relaxation(radius_m=metres) for metres in _next_radii(query.radius_m)]
        pairs = (
            Relaxation(together=pair)
            for pair in combinations(steps, 2)
            if not all(step.radius_m for step in pair) and not all(step.drop for step in pair)
        )
        found = [_counted(snapshot, query, calendar, pair) for pair in pairs]
        useful = _smallest_first([item for item in found if item.adds])[:_MOST_PAIRS]
    return tuple(sorted([*useful, *sets], key=lambda item: (-item.adds, *_name(item))))


def _need_sets(snapshot: Snapshot, query: Query, calendar: OpeningCalendar) -> list[Relaxation]:
    """Return the smallest sets of two or more needs without which somebody matches.

    Each facility that fits in all else lacks a set of needs; of these sets the smallest count, and
    what each gains is every facility whose lack lies within it.
    """
    if len(query.needs) < 2:
        return []
    found = find(snapshot, replace(query, needs=()), calendar)
    rows = found.rows[found.bands == MATCH]
    has = [snapshot.has_need(rows, code) for code in query.needs]
    lacking = ~np.column_stack(has)
    if not rows.size:
        return []
    patterns = np.unique(lacking, axis=0)
    sizes = patterns.sum(axis=1)
    smallest = patterns[sizes == sizes.min()]
    proposed = [
        Relaxation(
            adds=int((~(lacking & ~pattern).any(axis=1)).sum()),
            together=tuple(
                Relaxation(drop=code)
                for code, lacks in zip(query.needs, pattern, strict=True)
                if lacks
            ),
        )
        for pattern in smallest
    ]
    return sorted(proposed, key=lambda item: (-item.adds, *_name(item)))[:_MOST_PAIRS]


def _steps(snapshot: Snapshot, query: Query) -> Iterator[Relaxation]:
    """Yield the single steps but the radius."""
    for code in query.needs:
        yield Relaxation(drop=code)
    if query.kinds:
        yield Relaxation(any_kind=True)
    if query.open_at is not None:
        yield Relaxation(any_time=True)
    wider = snapshot.wider_district(query.districts)
    if wider:
        yield Relaxation(district=wider)
    if query.text and (query.origin is not None or query.districts):
        yield Relaxation(any_words=True)


def _next_radii(radius_m: float) -> list[int]:
    return [metres for metres in _RADII_M if metres > radius_m][:_MOST_RADII]


def _wider_radii(snapshot: Snapshot, query: Query, calendar: OpeningCalendar) -> list[Relaxation]:
    """Return wider radii, smallest first, each of which gains more than the one before it."""
    if query.origin is None or query.radius_m >= MAX_RADIUS_M:
        return []
    distances = np.sort(_matching(find(snapshot, replace(query, radius_m=MAX_RADIUS_M), calendar)))
    if distances.size == 0:
        return []
    # the first radius that helps at all, then the next ones
    nearest = min(math.ceil(distances[0] / 1_000) * 1_000, MAX_RADIUS_M)
    ladder = sorted({nearest, *(m for m in _RADII_M if m > max(query.radius_m, nearest))})
    found: list[Relaxation] = []
    for metres in ladder:
        adds = int(np.searchsorted(distances, metres, side="right"))
        if metres > query.radius_m and adds > (found[-1].adds if found else 0):
            found.append(Relaxation(adds, radius_m=metres))
    return found[:_MOST_RADII]


def _matching(found: Candidates) -> NDArray[np.float64]:
    distances = np.empty(0) if found.distances is None else found.distances
    matching: NDArray[np.float64] = distances[found.bands == MATCH]
    return matching


def _counted(
    snapshot: Snapshot, query: Query, calendar: OpeningCalendar, step: Relaxation
) -> Relaxation:
    found = find(snapshot, step.apply(query), calendar)
    return replace(step, adds=int((found.bands == MATCH).sum()))


def _smallest_first(pairs: list[Relaxation]) -> list[Relaxation]:
    """Leave out a pair with a wider radius where the same other step gains as much with less."""
    kept: dict[tuple[object, ...], Relaxation] = {}
    for item in sorted(pairs, key=lambda pair: sum(step.radius_m for step in pair.together)):
        others = tuple(replace(step, adds=0) for step in item.together if not step.radius_m)
        key = (others, item.adds)
        kept.setdefault(key, item)
    return sorted(kept.values(), key=lambda item: (-item.adds, *_name(item)))


def _name(item: Relaxation) -> tuple[str, int, str]:
    """Return what sorts level proposals, the same way every time."""
    steps = item.together or (item,)
    return (
        "".join(step.drop for step in steps),
        sum(step.radius_m for step in steps),
        "".join(step.district for step in steps),
    )
