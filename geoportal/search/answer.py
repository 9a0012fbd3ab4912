"""Search: from a question to an answer with one page of results and the counts of the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.completeness import DEPARTMENTS, MISSING, PLACES, Completeness
from geoportal.domain.district import District
from geoportal.domain.hours import OpeningCalendar
from geoportal.domain.query import BANDS, Query
from geoportal.index.points import Rows
from geoportal.index.snapshot import Snapshot
from geoportal.search.candidates import Candidates
from geoportal.search.completeness import answered_elsewhere, asked_of, completeness_of
from geoportal.search.driving import HELD, Engine, drives_home, roads_state
from geoportal.search.filters import Conditions, conditions, find, in_visiting_range, words_of
from geoportal.search.match import (
    MATCH,
    NO,
    NOT_APPLICABLE,
    POSSIBLE,
    Bands,
    MisplacedNeed,
    bands,
    misplaced_needs,
)
from geoportal.search.rank import order
from geoportal.search.relax import Relaxation, relaxations
from geoportal.search.results import Result, results_of
from geoportal.search.visit_evidence import VisitEvidence, counted_kinds, visit_evidence
from geoportal.search.visit_range import LIMIT_M
from geoportal.search.visiting import home_code, home_of

if TYPE_CHECKING:
    from geoportal.search.facets import Facets

ELSEWHERE_SHOWN = 3
_NONE = dict.fromkeys(BANDS[: NO + 1], 0)
_LAST_BAND = {"match": MATCH, "possible": POSSIBLE, "all": NOT_APPLICABLE}


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question: one page of results and the counts of the whole.

    ``home`` is the municipality or ward that covers the origin. ``unlocated`` counts the facilities
    that fit all conditions but place, and whose position is not known, in ``home``: they may or may
    not lie within the radius. ``elsewhere`` is the part of ``counts`` that stands apart, see
    `Result`; ``elsewhere_first`` are the first matches of it, where this page of results has none.
    ``completeness`` says which sources that would answer are held where it is asked; ``misplaced``
    has the needs because of which nobody can be asked, see `geoportal.search.match`. ``roads`` says
    whether there are times of driving to the home, see `geoportal.search.driving`.
    """

    query: Query
    results: tuple[Result, ...]
    number_matched: int
    counts: dict[str, int]
    elsewhere: dict[str, int]
    relaxations: tuple[Relaxation, ...]
    home: District | None
    unlocated: int
    visit_evidence: VisitEvidence | None = None
    facets: Facets | None = None
    completeness: tuple[Completeness, ...] = ()
    elsewhere_first: tuple[Result, ...] = ()
    misplaced: tuple[MisplacedNeed, ...] = ()
    roads: str = ""

    @property
    def no_data(self) -> bool:
        """True when nobody is found and no list that would name them is held where it is asked.

        Neither which there are, or of none of them a department, where one is asked for.
        """
        areas = (
            self.query.districts
            if self.query.origin is None
            else (home_code(self.query, self.home),)
        )
        places = [line for line in self.completeness if line.tells == PLACES and line.area in areas]
        missing = bool(places) and all(line.state == MISSING for line in places)
        silent = [line for line in self.completeness if line.tells == DEPARTMENTS]
        missing |= bool(silent) and all(line.unknown == line.facilities for line in silent)
        return missing and not any(self.counts.values())


@dataclass(frozen=True, slots=True)
class _Listed:
    """The candidates an answer may list and what decides their order, arrays of one shape.

    ``fits`` are word ranks, None without words; ``apart`` says which stand after all others, None
    when none does; ``minutes`` are those by road where they decide, NaN without a known time.
    """

    among: Candidates
    fits: NDArray[np.int8] | None
    apart: NDArray[np.bool_] | None
    minutes: NDArray[np.float64] | None

    def matches_apart(self, snapshot: Snapshot) -> Rows:
        """Return the positions of the matches that stand apart, in order."""
        if self.apart is None:
            return np.empty(0, dtype=np.int64)
        positions = np.flatnonzero(self.apart & (self.among.bands == MATCH))
        if not positions.size:
            return positions
        found = self.among.take(positions)
        late = None if self.minutes is None else self.minutes[positions]
        return positions[order(snapshot, found.rows, found.grades, found.distances, minutes=late)]


def search(
    snapshot: Snapshot, query: Query, calendar: OpeningCalendar, engine: Engine | None = None
) -> Answer:
    """Answer a checked question.

    Conditions of place, kind and text are all required, needs are matched three-valued.
    ``engine`` is asked for minutes by road in place of the roads held.

    Raises
    ------
    UsageError
        When a district is not known.
    """
    return search_from(snapshot, query, calendar, home_of(snapshot, query), engine)


def search_from(
    snapshot: Snapshot,
    query: Query,
    calendar: OpeningCalendar,
    home: District | None,
    engine: Engine | None = None,
) -> Answer:
    """Answer as `search` does, when what `home_of` returns for the question is at hand."""
    asked = conditions(snapshot, query)
    # One look around the home serves candidates and 16 km evidence, whose kinds are among theirs.
    shares = bool(counted_kinds(query)) and query.radius_m <= LIMIT_M
    around = in_visiting_range(snapshot, query, asked, home) if shares else None
    candidates = find(snapshot, query, calendar, asked, around)
    marks = candidates.bands
    apart = answered_elsewhere(snapshot, home_code(query, home), candidates.rows, asked_of(query))
    (keep,) = (marks <= _LAST_BAND[query.include]).nonzero()
    among = candidates.take(keep)
    drives = drives_home(snapshot, query, engine)
    by_road = query.by_road and drives is not None and drives.is_on_road
    late = drives.times(snapshot.columns, among.rows).minutes if drives and by_road else None
    by_road = by_road and roads_state(query, drives) == HELD
    listed = _Listed(
        among,
        snapshot.word_rank(words_of(query), among.rows) if query.text else None,
        None if apart is None else apart[keep],
        late if by_road else None,
    )
    end = query.offset + query.limit
    positions = order(
        snapshot,
        among.rows,
        among.grades,
        among.distances,
        word_rank=listed.fits,
        apart=listed.apart,
        minutes=listed.minutes,
        first=end,
    )[query.offset : end]
    first_apart = listed.matches_apart(snapshot)[:ELSEWHERE_SHOWN]
    if first_apart.size and np.isin(first_apart, positions).any():
        first_apart = first_apart[:0]
    counts = _counts(marks)
    elsewhere = dict(_NONE) if apart is None else _counts(marks[apart])
    at_home = counts["match"] - elsewhere["match"]

    def results(positions: Rows, first_place: int | None) -> tuple[Result, ...]:
        if not positions.size:
            return ()
        shown = among.take(positions)
        return results_of(
            snapshot,
            query,
            calendar,
            home,
            shown.rows,
            shown.bands,
            shown.distances,
            fits=None if listed.fits is None else listed.fits[positions],
            apart=None if listed.apart is None else listed.apart[positions],
            drives=drives,
            first_place=first_place,
        )

    counted = None
    if query.facets:
        from geoportal.search.facets import facets  # takes time to load

        counted = facets(snapshot, query, candidates, calendar)
    return Answer(
        query=query,
        results=results(positions, query.offset + 1),
        number_matched=int(keep.size),
        counts=counts,
        elsewhere=elsewhere,
        relaxations=relaxations(snapshot, query, calendar, home, at_home),
        home=home,
        unlocated=_unlocated(snapshot, query, home, asked),
        visit_evidence=visit_evidence(snapshot, query, around),
        facets=counted,
        completeness=completeness_of(snapshot, query, home, candidates.rows),
        elsewhere_first=results(first_apart, None),
        misplaced=snapshot.kept.part(
            ("misplaced", query.kinds, query.needs),
            lambda: misplaced_needs(snapshot.vocabulary, query.kinds, query.needs),
        ),
        roads=roads_state(query, drives),
    )


def _counts(bands: Bands) -> dict[str, int]:
    """Return how many rows are in each band; the last band only where somebody is."""
    tally = np.bincount(bands, minlength=len(BANDS)).tolist()
    return {name: tally[i] for i, name in enumerate(BANDS) if i <= NO or tally[i]}


def _unlocated(snapshot: Snapshot, query: Query, home: District | None, asked: Conditions) -> int:
    if home is None:
        return 0
    rows = snapshot.unlocated_in(home.code)
    if not rows.size:
        return 0

    def count() -> int:
        held = rows[asked.hold(snapshot, rows)]
        return int(np.count_nonzero(bands(snapshot, held, query.needs) != NOT_APPLICABLE))

    if asked.flags is not None:
        return count()
    return snapshot.kept.part(("unlocated asked", home.code, query.kinds, query.needs), count)
