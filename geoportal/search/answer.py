"""From a question to an answer: candidates, bands, order, counts, relaxations."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.facility import KINDS, VISITING_RULE_KINDS, Facility
from geoportal.domain.hours import OpeningCalendar
from geoportal.domain.query import BANDS, MAX_RADIUS_M, Query
from geoportal.errors import UsageError
from geoportal.index.points import Rows
from geoportal.index.snapshot import ShownClaim, Snapshot
from geoportal.search.match import MATCH, NO, POSSIBLE, Bands, bands, opening_bands
from geoportal.search.rank import order
from geoportal.search.visit_range import visit_range
from geoportal.text.normalize import fold

_SHOWN_BANDS = {"match": (MATCH,), "possible": (MATCH, POSSIBLE), "all": (MATCH, POSSIBLE, NO)}
_WIDER_FACTORS = (1.5, 2.0, 4.0)


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
        One of ``match``, ``possible``, ``no``.
    needs : dict of str to ShownClaim or None
        For every need asked: the claim that answers, None when nothing is known.
    open_at : str
        ``open``, ``closed``, ``unknown``; empty when not asked.
    """

    facility: Facility
    municipality_code: str
    distance_m: int | None
    visit_range: str
    match: str
    needs: dict[str, ShownClaim | None]
    open_at: str


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One thing to let go of, and how many facilities would then match.

    Exactly one of ``drop`` (a need code) and ``radius_m`` (a wider radius) is set.
    """

    adds: int
    drop: str = ""
    radius_m: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question: one page of results and the counts of the whole.

    ``unlocated`` counts the facilities that fit all conditions but place, and whose position is
    not known, in the municipality of the origin: they may or may not lie within the radius.
    """

    query: Query
    results: tuple[Result, ...]
    number_matched: int
    counts: dict[str, int]
    relaxations: tuple[Relaxation, ...]
    unlocated: int


@dataclass(frozen=True, slots=True)
class _Candidates:
    rows: Rows
    distances: NDArray[np.float64] | None
    bands: Bands


def search(snapshot: Snapshot, query: Query, calendar: OpeningCalendar) -> Answer:
    """Answer a question.

    Parameters
    ----------
    snapshot : Snapshot
        The data.
    query : Query
        Checked question; conditions of place, kind and text are all required, needs are matched
        three-valued.
    calendar : OpeningCalendar
        For ``open_at``.

    Raises
    ------
    UsageError
        When a district is not known.
    """
    found = _candidates(snapshot, query, calendar)
    counts = {name: int((found.bands == i).sum()) for i, name in enumerate(BANDS)}
    keep = np.flatnonzero(np.isin(found.bands, _SHOWN_BANDS[query.include]))
    rows = found.rows[keep]
    distances = None if found.distances is None else found.distances[keep]
    word_rank = snapshot.word_rank(_words(query))[rows] if query.text else None
    positions = order(snapshot, rows, found.bands[keep], distances, word_rank)
    page = positions[query.offset : query.offset + query.limit]
    results = tuple(
        _result(
            snapshot,
            query,
            int(rows[i]),
            None if distances is None else float(distances[i]),
            int(found.bands[keep][i]),
            calendar,
        )
        for i in page
    )
    return Answer(
        query=query,
        results=results,
        number_matched=int(keep.size),
        counts=counts,
        relaxations=_relaxations(snapshot, query, calendar) if not counts["match"] else (),
        unlocated=_unlocated(snapshot, query),
    )


def _candidates(snapshot: Snapshot, query: Query, calendar: OpeningCalendar) -> _Candidates:
    allowed = _allowed(snapshot, query)
    distances: NDArray[np.float64] | None = None
    if query.origin is not None:
        rows, distances = snapshot.near(query.origin.lon, query.origin.lat, query.radius_m, allowed)
    else:
        rows = np.flatnonzero(allowed)
    band = bands(snapshot, rows, query.needs)
    if query.open_at is not None:
        band = np.maximum(band, opening_bands(snapshot, rows, query.open_at, calendar))
    return _Candidates(rows, distances, band)


def _unlocated(snapshot: Snapshot, query: Query) -> int:
    if query.origin is None:
        return 0
    home = snapshot.districts.municipality_at(query.origin.lon, query.origin.lat)
    if home is None:
        return 0
    fits = _allowed(snapshot, query)[snapshot.in_district(home.code)]
    return int((fits & ~snapshot.located[snapshot.in_district(home.code)]).sum())


def _allowed(snapshot: Snapshot, query: Query) -> NDArray[np.bool_]:
    """Say for each row whether it fulfils all conditions but radius and needs."""
    allowed = np.ones(len(snapshot), dtype=bool)
    if query.kinds:
        allowed &= np.isin(snapshot.kinds, [KINDS.index(kind) for kind in query.kinds])
    if query.districts:
        allowed &= _flags(snapshot, [_district_rows(snapshot, c) for c in query.districts])
    if query.bbox is not None:
        allowed &= _flags(snapshot, [snapshot.in_box(*query.bbox)])
    if query.identifier:
        allowed &= _flags(snapshot, [snapshot.with_identifier(query.identifier)])
    if query.text:
        allowed &= snapshot.with_words(_words(query))
    return allowed


def _district_rows(snapshot: Snapshot, code: str) -> Rows:
    if not snapshot.knows_district(code):
        raise UsageError(
            f"no district has the code {code[:20]!r}; GET /api/v1/districts lists them", "district"
        )
    return snapshot.in_district(code)


def _flags(snapshot: Snapshot, groups: list[Rows]) -> NDArray[np.bool_]:
    flags = np.zeros(len(snapshot), dtype=bool)
    for rows in groups:
        flags[rows] = True
    return flags


def _words(query: Query) -> list[str]:
    """Return the folded words of a text question.

    Raises
    ------
    UsageError
        When nothing is left to look for: punctuation alone is no word.
    """
    words = [word for word in (fold(part) for part in query.text.split()) if word]
    if not words:
        raise UsageError("nothing to look for: give a word of letters, kana, kanji, digits", "q")
    return words


def _result(
    snapshot: Snapshot,
    query: Query,
    row: int,
    distance: float | None,
    band: int,
    calendar: OpeningCalendar,
) -> Result:
    facility = snapshot.facilities[row]
    reach = ""
    if query.origin is not None and distance is not None and facility.kind in VISITING_RULE_KINDS:
        reach = visit_range(
            distance, query.origin.uncertainty_m, facility.location.uncertainty_m or 0.0
        )
    return Result(
        facility=facility,
        municipality_code=snapshot.municipality_of(row),
        distance_m=None if distance is None else round(distance),
        visit_range=reach,
        match=BANDS[band],
        needs={code: snapshot.shown[row].get(code) for code in query.needs},
        open_at=calendar.status(facility.hours, query.open_at) if query.open_at else "",
    )


def _relaxations(
    snapshot: Snapshot, query: Query, calendar: OpeningCalendar
) -> tuple[Relaxation, ...]:
    """Find what to let go of to gain the most; only what gains anything, best first."""
    found = []
    for code in query.needs:
        rest = tuple(need for need in query.needs if need != code)
        found.append(
            Relaxation(_match_count(snapshot, replace(query, needs=rest), calendar), drop=code)
        )
    if query.origin is not None:
        for radius_m in sorted({_wider(query.radius_m, factor) for factor in _WIDER_FACTORS}):
            wider = replace(query, radius_m=radius_m)
            if radius_m > query.radius_m:
                adds = _match_count(snapshot, wider, calendar)
                found.append(Relaxation(adds, radius_m=radius_m))
    useful = [item for item in found if item.adds]
    return tuple(sorted(useful, key=lambda item: (-item.adds, item.drop, item.radius_m)))


def _wider(radius_m: float, factor: float) -> int:
    return min(int(radius_m * factor), MAX_RADIUS_M)


def _match_count(snapshot: Snapshot, query: Query, calendar: OpeningCalendar) -> int:
    return int((_candidates(snapshot, query, calendar).bands == MATCH).sum())
