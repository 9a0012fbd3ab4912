"""Relaxations: changes to a question that few facilities match, most useful first.

`RelaxationKind` enumerates the kinds once; documents, pages and the command line derive from it.
Every relaxation says how many more facilities would then match. Single steps come first; two steps
at once only where no single one gains anything.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain, combinations
from typing import assert_never

import numpy as np

from geoportal.domain.district import District
from geoportal.domain.facility import VISITING_RULE_KINDS
from geoportal.domain.hours import OpeningCalendar
from geoportal.domain.query import MAX_RADIUS_M, Query
from geoportal.index.points import Rows
from geoportal.index.snapshot import Snapshot
from geoportal.search.candidates import Candidates
from geoportal.search.completeness import answered_elsewhere, asked_kinds, asked_of, kinds_meant
from geoportal.search.filters import Conditions, around_home, conditions, find
from geoportal.search.match import MATCH, Flags, stated
from geoportal.search.visit_range import LIMIT_M
from geoportal.search.visiting import home_code

_RADII_M = tuple(1_000 * km for km in (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 50))
_MOST_RADII = 3
FEW_MATCHES = 5
"""Relaxations are offered when fewer facilities than these match."""
_MOST_SETS = 6


class RelaxationKind(StrEnum):
    """What one step changes; the value is the step's key in JSON.

    ``DROP`` takes a need code, ``RADIUS`` metres, ``DISTRICT`` a district code; the others take
    ``True``.
    """

    DROP = "drop"
    """Ask without one of the needs."""
    RADIUS = "radius_m"
    """Ask within a wider radius."""
    DISTRICT = "district"
    """Ask for the next larger district in place of those asked for."""
    ANY_KIND = "any_kind"
    """Ask for every kind of facility."""
    ANY_TIME = "any_time"
    """Ask for any time."""
    ANY_DEPARTMENT = "any_department"
    """Ask for any department (診療科)."""
    ANY_WORDS = "any_words"
    """Ask without words."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change to a question; `RelaxationKind` says what ``value`` is."""

    kind: RelaxationKind
    value: str | int = True

    def apply(self, query: Query) -> Query:
        """Return the question with this change."""
        match self.kind:
            case RelaxationKind.DROP:
                return replace(query, needs=tuple(n for n in query.needs if n != self.value))
            case RelaxationKind.RADIUS:
                return replace(query, radius_m=self.metres)
            case RelaxationKind.DISTRICT:
                return replace(query, districts=(str(self.value),))
            case RelaxationKind.ANY_KIND:
                return replace(query, kinds=())
            case RelaxationKind.ANY_TIME:
                return replace(query, open_at=None)
            case RelaxationKind.ANY_DEPARTMENT:
                return replace(query, departments=())
            case RelaxationKind.ANY_WORDS:
                return replace(query, text="")
            case _:
                assert_never(self.kind)

    @property
    def metres(self) -> int:
        """The wider radius in metres; 0 for the other kinds."""
        return int(self.value) if self.kind is RelaxationKind.RADIUS else 0


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Steps to take together, and the number of further facilities that would then match.

    Those that stand apart in an answer, because the home's municipality lacks the source they are
    known from, are not counted.

    Attributes
    ----------
    unconfirmed : bool
        Whether no need is left: then nothing is known of what was asked, it is only no longer
        asked.
    kinds : tuple of str
        The kinds to ask for where no need is left that says so: those that the needs asked for are
        about; where departments are let go of, those that have any. Empty where the question has
        kinds, or a need is left.
    beyond_visits : bool
        Whether it reaches beyond 16 km for visits that are paid within 16 km only, but for an
        absolute reason (`geoportal.search.visit_range`).
    """

    steps: tuple[Step, ...]
    adds: int
    unconfirmed: bool = False
    beyond_visits: bool = False
    kinds: tuple[str, ...] = ()

    def apply(self, query: Query) -> Query:
        """Return the question with all steps taken."""
        for step in self.steps:
            query = step.apply(query)
        return replace(query, kinds=self.kinds) if self.kinds else query

    @property
    def drops_only(self) -> bool:
        """True when every step drops a need."""
        return all(step.kind is RelaxationKind.DROP for step in self.steps)

    @property
    def plain(self) -> bool:
        """True for a set of needs, a radius, all kinds, any time or no words alone."""
        if len(self.steps) > 1:
            return self.drops_only
        return self.steps[0].kind is not RelaxationKind.DISTRICT


def relaxations(
    snapshot: Snapshot,
    query: Query,
    calendar: OpeningCalendar,
    home: District | None,
    matching: int,
) -> tuple[Relaxation, ...]:
    """Return what would give more matches, most useful first; empty when nothing would.

    Nothing where `FEW_MATCHES` or more match already, ``matching`` being how many do that do not
    stand apart; ``home`` is what `geoportal.search.visiting.home_of` returns. A wider
    radius is proposed only where it gains more than the next smaller one. Where dropping one need
    gains nothing, the smallest sets of needs that gain anything are named. Pairs of other steps are
    looked for only when no single step gains anything.

    Raises
    ------
    UsageError
        As `geoportal.search.filters.find`.
    """
    if matching >= FEW_MATCHES:
        return ()
    asking = _Asking(snapshot, calendar, home, matching, _around(snapshot, query))
    steps = list(_single_steps(snapshot, query))
    singles = [asking.relaxation(query, (step,)) for step in steps]
    singles += _wider_radii(asking, query)
    useful = [single for single in singles if single.adds > 0]
    sets = []
    if not any(single.drops_only for single in useful):
        sets = [asking.relaxation(query, steps) for steps in _need_sets(asking, query)]
        sets = [found for found in sets if found.adds > 0]
    if not useful:
        useful = _pairs(asking, query, steps)
    visits = _asks_for_visits(snapshot, query)
    return tuple(
        replace(relaxation, beyond_visits=visits and _metres(relaxation) > LIMIT_M)
        for relaxation in sorted([*useful, *sets], key=_usefulness)
    )


@dataclass(frozen=True, slots=True)
class _Asking:
    """What changed questions are answered from: they have one home, and needs of one question.

    ``around`` are the rows around the home, of every kind, within the widest radius asked for, that
    lack at most one of the needs: no step lets go of more. None without a home.
    """

    snapshot: Snapshot
    calendar: OpeningCalendar
    home: District | None
    matching: int
    around: Candidates | None

    def relaxation(self, query: Query, steps: tuple[Step, ...]) -> Relaxation:
        """Return the steps as a relaxation of a question, with what it adds."""
        unconfirmed, kinds = _instead(self.snapshot, query, steps)
        changed = Relaxation(steps, adds=0, unconfirmed=unconfirmed, kinds=kinds)
        few = self.around if sum(step.kind is RelaxationKind.DROP for step in steps) < 2 else None
        adds = int(self.matches(changed.apply(query), few).rows.size) - self.matching
        return replace(changed, adds=adds)

    def matches(self, query: Query, around: Candidates | None) -> Candidates:
        """Return the matches of a question that do not stand apart.

        ``around`` is what `geoportal.search.filters.find` takes.
        """
        found = find(self.snapshot, query, self.calendar, around=around)
        found = found.take(found.bands == MATCH)
        apart = self.apart(query, found.rows)
        return found if apart is None else found.take(~apart)

    def apart(self, query: Query, rows: Rows) -> Flags | None:
        """Say which rows stand apart in the answer to a question; None when none does."""
        if not rows.size:
            return None
        home = home_code(query, self.home)
        return answered_elsewhere(self.snapshot, home, rows, asked_of(query))


def _around(snapshot: Snapshot, query: Query, wider: Sequence[float] = ()) -> Candidates | None:
    """Return what `_Asking` has around the home of a question, to divide by wider radii as well."""
    if query.origin is None:
        return None
    radius_m = max((query.radius_m, *wider))
    return around_home(snapshot, query, Conditions(None, None), radius_m, wider, lacking=1)


def _instead(
    snapshot: Snapshot, query: Query, steps: tuple[Step, ...]
) -> tuple[bool, tuple[str, ...]]:
    """Say whether steps leave no need, and which kinds to ask for then; see `Relaxation`."""
    dropped = {step.value for step in steps if step.kind is RelaxationKind.DROP}
    unconfirmed = bool(query.needs) and dropped.issuperset(query.needs)
    kinds: tuple[str, ...] = ()
    if unconfirmed and not query.kinds:
        about = [asked_kinds(snapshot, (need,)) for need in query.needs]
        kinds = asked_kinds(snapshot, query.needs) or tuple(dict.fromkeys(chain(*about)))
    elif not query.kinds and any(s.kind is RelaxationKind.ANY_DEPARTMENT for s in steps):
        kinds = kinds_meant(snapshot, asked_of(query))
    return unconfirmed, kinds


def _asks_for_visits(snapshot: Snapshot, query: Query) -> bool:
    """Say whether a need is a visit under the 16 km rule, or implies one (24時間往診 → 往診)."""
    kinds = VISITING_RULE_KINDS.intersection(query.kinds or VISITING_RULE_KINDS)
    vocabulary = snapshot.vocabulary
    asked = {*query.needs} | {
        rule.implies for code in query.needs for rule in vocabulary.implied_by(code)
    }
    return any(not kinds.isdisjoint(vocabulary[code].visit_kinds) for code in asked)


def _single_steps(snapshot: Snapshot, query: Query) -> Iterator[Step]:
    """Yield the steps that the question allows, but for the radius."""
    for code in query.needs:
        yield Step(RelaxationKind.DROP, code)
    if query.kinds:
        yield Step(RelaxationKind.ANY_KIND)
    if query.open_at is not None:
        yield Step(RelaxationKind.ANY_TIME)
    if query.departments:
        yield Step(RelaxationKind.ANY_DEPARTMENT)
    wider = snapshot.wider_district(query.districts)
    if wider:
        yield Step(RelaxationKind.DISTRICT, wider)
    if query.text and (query.origin is not None or query.districts):
        yield Step(RelaxationKind.ANY_WORDS)


def _wider_radii(asking: _Asking, query: Query) -> list[Relaxation]:
    """Return wider radii, smallest first, each of which gains more than the one before it.

    The first is the distance of the nearest match, rounded up to a whole kilometre.
    """
    if query.origin is None or query.radius_m >= MAX_RADIUS_M:
        return []
    farthest = replace(query, radius_m=MAX_RADIUS_M)
    asked = conditions(asking.snapshot, farthest)
    around = around_home(asking.snapshot, farthest, asked, MAX_RADIUS_M, lacking=0)
    widest = asking.matches(farthest, around)
    if widest.distances is None:
        return []
    distances = np.sort(widest.distances)
    matching = int(np.searchsorted(distances, query.radius_m, side="right"))
    distances = distances[matching:]
    if distances.size == 0:
        return []
    nearest = min(math.ceil(distances[0] / 1_000) * 1_000, MAX_RADIUS_M)
    ladder = sorted({nearest, *(m for m in _RADII_M if m > max(query.radius_m, nearest))})
    wider: list[Relaxation] = []
    for metres in ladder:
        adds = int(np.searchsorted(distances, metres, side="right"))
        if metres > query.radius_m and adds > (wider[-1].adds if wider else 0):
            wider.append(Relaxation((Step(RelaxationKind.RADIUS, metres),), adds))
    return wider[:_MOST_RADII]


def _need_sets(asking: _Asking, query: Query) -> list[tuple[Step, ...]]:
    """Return the smallest sets of two or more needs without which somebody matches.

    Each facility that fits in all else lacks a set of needs; of these sets the smallest count, and
    those first that gain most: every facility whose lack lies within them.
    """
    if len(query.needs) < 2:
        return []
    bare = replace(query, needs=())
    candidates = find(asking.snapshot, bare, asking.calendar)
    rows = candidates.rows[candidates.bands == MATCH]
    apart = asking.apart(query, rows)
    rows = rows if apart is None else rows[~apart]
    if not rows.size:
        return []
    lacking = ~stated(asking.snapshot, rows, query.needs).yes
    patterns = np.unique(lacking[lacking.any(axis=1)], axis=0)
    if not patterns.size:
        return []
    sizes = patterns.sum(axis=1)
    sets = [
        Relaxation(
            tuple(
                Step(RelaxationKind.DROP, code)
                for code, lacks in zip(query.needs, pattern, strict=True)
                if lacks
            ),
            adds=int((lacking.any(axis=1) & ~(lacking & ~pattern).any(axis=1)).sum()),
        )
        for pattern in patterns[sizes == sizes.min()]
    ]
    return [found.steps for found in sorted(sets, key=_usefulness)[:_MOST_SETS]]


def _pairs(asking: _Asking, query: Query, steps: Iterable[Step]) -> list[Relaxation]:
    """Return pairs of steps of two kinds that gain anything, most useful first.

    A pair with a wider radius is left out where the same other step gains as much with a narrower
    one.
    """
    steps = list(steps)
    if query.origin is not None and query.radius_m < MAX_RADIUS_M:
        wider = [metres for metres in _RADII_M if metres > query.radius_m][:_MOST_RADII]
        steps += [Step(RelaxationKind.RADIUS, metres) for metres in wider]
        asking = replace(asking, around=_around(asking.snapshot, query, wider))
    twos = (pair for pair in combinations(steps, 2) if pair[0].kind is not pair[1].kind)
    pairs = [asking.relaxation(query, pair) for pair in twos]
    narrowest: dict[tuple[object, int], Relaxation] = {}
    for pair in sorted(pairs, key=_metres):
        others = tuple(step for step in pair.steps if step.kind is not RelaxationKind.RADIUS)
        if pair.adds > 0:
            narrowest.setdefault((others, pair.adds), pair)
    return sorted(narrowest.values(), key=_usefulness)[:_MOST_SETS]


def _metres(relaxation: Relaxation) -> int:
    return sum(step.metres for step in relaxation.steps)


def _usefulness(relaxation: Relaxation) -> tuple[int, str, int, str]:
    """Return the sort key: most gained first; level ones always in the same order."""

    def values(kind: RelaxationKind) -> str:
        return "".join(str(step.value) for step in relaxation.steps if step.kind is kind)

    return (
        -relaxation.adds,
        values(RelaxationKind.DROP),
        _metres(relaxation),
        values(RelaxationKind.DISTRICT),
    )
