"""Search: from a question to an answer with one page of results and the counts of the whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.completeness import DEPARTMENTS, MISSING, PLACES, Completeness
from geoportal.domain.district import District
from geoportal.domain.facility import VISITING_RULE_KINDS, Facility
from geoportal.domain.hours import OpeningCalendar
from geoportal.domain.query import BANDS, Query
from geoportal.index.claims import SelectedClaim
from geoportal.index.opening import STATUSES
from geoportal.index.points import Rows
from geoportal.index.snapshot import Snapshot
from geoportal.search.completeness import answered_elsewhere, asked_of, completeness_of
from geoportal.search.facets import Facets, facets
from geoportal.search.filters import conditions, find, words_of
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
from geoportal.search.rank import Reason, order, reasons
from geoportal.search.relax import Relaxation, relaxations
from geoportal.search.standing import standing
from geoportal.search.visit_evidence import VisitEvidence, visit_evidence
from geoportal.search.visit_range import visit_range
from geoportal.search.visiting import home_code, home_of, visits_home

ELSEWHERE_SHOWN = 3
_NOBODY: Bands = np.empty(0, dtype=np.int8)
_LAST_BAND = {"match": MATCH, "possible": POSSIBLE, "all": NOT_APPLICABLE}


@dataclass(frozen=True, slots=True)
class Result:
    """One facility in an answer.

    Attributes
    ----------
    facility : Facility
        What is known of it.
    municipality_code : str
        Where it belongs, empty when unknown.
    distance_m : int or None
        Metres from the origin, rounded; None without an origin or a position.
    visit_range : str
        ``inside``, ``borderline``, ``outside``; empty where the 16 km rule does not apply.
    match : str
        One of `BANDS`.
    needs : dict of str to SelectedClaim or None
        For every need asked: the claim that answers, None when nothing is known.
    visits_home : str
        What it says of its visiting area: ``yes``, ``no``, ``unknown``; empty without a home.
    open_at : str
        ``open``, ``closed``, ``unknown``; empty when not asked.
    place : int
        Its place in the whole answer, from 1.
    why : tuple of Reason
        The keys of the order and its values; empty unless asked for.
    elsewhere : bool
        True when it is known from a source that the home's municipality lacks: it stands apart,
        after all others.
    water : str
        Code of the strait, bay or sea around an island that the line from the home crosses, empty
        for none.
    """

    facility: Facility
    municipality_code: str
    distance_m: int | None
    visit_range: str
    match: str
    needs: dict[str, SelectedClaim | None]
    open_at: str
    visits_home: str
    place: int = 0
    why: tuple[Reason, ...] = ()
    elsewhere: bool = False
    water: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question: one page of results and the counts of the whole.

    ``home`` is the municipality or ward that covers the origin. ``unlocated`` counts the facilities
    that fit all conditions but place, and whose position is not known, in ``home``: they may or may
    not lie within the radius. ``elsewhere`` is the part of ``counts`` that stands apart, see
    `Result`; ``elsewhere_first`` are the first matches of it, where this page of results has none.
    ``completeness`` says which sources that would answer are held where it is asked; ``misplaced``
    has the needs because of which nobody can be asked, see `geoportal.search.match`.
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
    """The rows an answer may list and what decides their order, arrays of one shape.

    ``fits`` are word ranks, None without words; ``apart`` says which stand after all others, None
    when none does.
    """

    rows: Rows
    bands: Bands
    distances: NDArray[np.float64] | None
    fits: NDArray[np.int8] | None
    apart: NDArray[np.bool_] | None

    def matches_apart(self, snapshot: Snapshot) -> Rows:
        """Return the positions of the matches that stand apart, in order."""
        if self.apart is None:
            return np.empty(0, dtype=np.int64)
        among = np.flatnonzero(self.apart & (self.bands == MATCH))
        distances = None if self.distances is None else self.distances[among]
        return among[order(snapshot, self.rows[among], self.bands[among], distances)]


def search(snapshot: Snapshot, query: Query, calendar: OpeningCalendar) -> Answer:
    """Answer a checked question.

    Conditions of place, kind and text are all required, needs are matched three-valued.

    Raises
    ------
    UsageError
        When a district is not known.
    """
    return search_from(snapshot, query, calendar, home_of(snapshot, query))


def search_from(
    snapshot: Snapshot, query: Query, calendar: OpeningCalendar, home: District | None
) -> Answer:
    """Answer as `search` does, when what `home_of` returns for the question is at hand."""
    candidates = find(snapshot, query, calendar)
    apart = answered_elsewhere(snapshot, home_code(query, home), candidates.rows, asked_of(query))
    keep = np.flatnonzero(candidates.bands <= _LAST_BAND[query.include])
    rows = candidates.rows[keep]
    listed = _Listed(
        rows,
        candidates.bands[keep],
        None if candidates.distances is None else candidates.distances[keep],
        snapshot.word_rank(words_of(query))[rows] if query.text else None,
        None if apart is None else apart[keep],
    )
    end = query.offset + query.limit
    positions = order(
        snapshot,
        rows,
        listed.bands,
        listed.distances,
        standing=standing(snapshot, rows, listed.bands, query.needs),
        word_rank=listed.fits,
        apart=listed.apart,
        first=end,
    )[query.offset : end]
    first_apart = listed.matches_apart(snapshot)[:ELSEWHERE_SHOWN]
    if np.isin(first_apart, positions).any():
        first_apart = first_apart[:0]
    counts = _counts(candidates.bands)
    elsewhere = _counts(candidates.bands[apart] if apart is not None else _NOBODY)
    at_home = counts["match"] - elsewhere["match"]
    return Answer(
        query=query,
        results=_results(snapshot, query, calendar, home, listed, positions, query.offset + 1),
        number_matched=int(keep.size),
        counts=counts,
        elsewhere=elsewhere,
        relaxations=relaxations(snapshot, query, calendar, home, at_home),
        home=home,
        unlocated=_unlocated(snapshot, query, home),
        visit_evidence=visit_evidence(snapshot, query) if query.needs else None,
        facets=facets(snapshot, query, candidates, calendar) if query.facets else None,
        completeness=completeness_of(snapshot, query, home, candidates.rows),
        elsewhere_first=_results(snapshot, query, calendar, home, listed, first_apart, None),
        misplaced=misplaced_needs(snapshot.vocabulary, query.kinds, query.needs),
    )


def _results(
    snapshot: Snapshot,
    query: Query,
    calendar: OpeningCalendar,
    home: District | None,
    listed: _Listed,
    positions: Rows,
    first_place: int | None,
) -> tuple[Result, ...]:
    """Return the results at some positions, numbered from a place; None: without a place."""
    rows = listed.rows[positions]
    statuses = opening_statuses(snapshot, query, calendar, rows)
    waters = waters_before(snapshot, query, rows)
    return tuple(
        result_at(
            snapshot,
            query,
            home,
            row=int(listed.rows[i]),
            band=int(listed.bands[i]),
            distance=None if listed.distances is None else float(listed.distances[i]),
            fit=None if listed.fits is None else int(listed.fits[i]),
            open_at=status,
            place=0 if first_place is None else first_place + number,
            elsewhere=listed.apart is not None and bool(listed.apart[i]),
            water=water,
        )
        for number, (i, status, water) in enumerate(zip(positions, statuses, waters, strict=True))
    )


def _counts(bands: Bands) -> dict[str, int]:
    """Return how many rows are in each band; the last band only where somebody is."""
    tally = np.bincount(bands, minlength=len(BANDS))
    return {name: int(tally[i]) for i, name in enumerate(BANDS) if i <= NO or tally[i]}


def _unlocated(snapshot: Snapshot, query: Query, home: District | None) -> int:
    if home is None:
        return 0
    rows = snapshot.in_district(home.code)
    unlocated = rows[~snapshot.columns.located[rows]]
    if not unlocated.size:
        return 0
    held = unlocated[conditions(snapshot, query).hold(snapshot, unlocated)]
    return int((bands(snapshot, held, query.needs) != NOT_APPLICABLE).sum())


def result_at(
    snapshot: Snapshot,
    query: Query,
    home: District | None,
    *,
    row: int,
    band: int,
    distance: float | None,
    fit: int | None = None,
    open_at: str = "",
    place: int = 0,
    elsewhere: bool = False,
    water: str = "",
) -> Result:
    """Return the result of one row: its match, its needs, its visit range, its opening.

    ``home`` is what `geoportal.search.visiting.home_of` returns; ``distance`` is in metres from the
    origin; ``fit`` says how well the words asked for fit, see `TextIndex.rank`; ``open_at`` is
    empty when no time was asked for; ``place`` counts in the whole answer from 1, 0 for none;
    ``elsewhere`` and ``water`` as of `Result`.
    """
    facility = snapshot.facilities[row]
    within = ""
    if query.origin is not None and distance is not None and facility.kind in VISITING_RULE_KINDS:
        within = visit_range(
            distance, query.origin.uncertainty_m, facility.location.uncertainty_m or 0.0
        )
    return Result(
        facility=facility,
        municipality_code=snapshot.municipality_of(row),
        distance_m=None if distance is None else round(distance),
        visit_range=within,
        match=BANDS[band],
        needs={code: snapshot.selected_claims[row].get(code) for code in query.needs},
        open_at=open_at,
        visits_home=visits_home(snapshot, query, home, row),
        place=place,
        why=reasons(
            snapshot,
            row,
            band=band,
            needs=query.needs,
            distance=distance,
            text_rank=fit,
            elsewhere=elsewhere,
        )
        if query.explain
        else (),
        elsewhere=elsewhere,
        water=water,
    )


def waters_before(snapshot: Snapshot, query: Query, rows: Rows) -> list[str]:
    """Return for each row the water between it and the home."""
    if query.origin is None:
        return [""] * rows.size
    return snapshot.waters_before(query.origin.lon, query.origin.lat, rows)


def opening_statuses(
    snapshot: Snapshot, query: Query, calendar: OpeningCalendar, rows: Rows
) -> list[str]:
    """Return ``open``, ``closed`` or ``unknown`` for each row; empty when no time is asked for."""
    if query.open_at is None:
        return [""] * rows.size
    statuses = snapshot.opening(rows, query.open_at, calendar, query.open_use)
    return [STATUSES[status] for status in statuses]
