"""Who is asked: rows that fulfil place, kind and text, with distance and band."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from geoportal.domain.district import District
from geoportal.domain.facility import KINDS
from geoportal.domain.hours import OpeningCalendar
from geoportal.domain.query import Query
from geoportal.errors import UsageError
from geoportal.geo.geodesic import bounding_degrees
from geoportal.index.points import Points, Rows
from geoportal.index.snapshot import Snapshot
from geoportal.index.texts import asked_words
from geoportal.search.candidates import Candidates, Known
from geoportal.search.match import NOT_APPLICABLE, Flags
from geoportal.search.visit_range import LIMIT_M
from geoportal.search.visiting import home_of, visiting


@dataclass(frozen=True, slots=True)
class Conditions:
    """Conditions of a question but radius, needs and time; tested on a few rows at a time.

    Attributes
    ----------
    kinds : ndarray of bool, shape (kinds,), or None
        Which kinds are wanted; None = all.
    flags : ndarray of bool, shape (n,), or None
        Rows that fulfil place and text; None = all.
    """

    kinds: Flags | None
    flags: Flags | None

    def hold(self, snapshot: Snapshot, rows: Rows) -> Flags:
        """Say for each row whether it fulfils the conditions."""
        if self.kinds is None:
            return np.ones(rows.size, dtype=bool) if self.flags is None else self.flags[rows]
        fulfilled = self.kinds.take(snapshot.columns.kinds.take(rows))
        return fulfilled if self.flags is None else fulfilled & self.flags[rows]


def conditions(snapshot: Snapshot, query: Query) -> Conditions:
    """Return the conditions of a question.

    Raises
    ------
    UsageError
        When a district is not known, or the text holds no word.
    """
    flags: list[Flags] = []
    for code in query.districts:
        if not snapshot.knows_district(code):
            raise UsageError(
                "no district has this code; GET /api/v1/districts lists them",
                "district",
            )
    if query.districts:
        flags.append(_flags(snapshot, map(snapshot.in_district, query.districts)))
    if query.bbox is not None:
        flags.append(_flags(snapshot, [snapshot.in_box(*query.bbox)]))
    if query.identifier:
        flags.append(_flags(snapshot, [snapshot.with_identifier(query.identifier)]))
    if query.departments:
        flags.append(_flags(snapshot, map(snapshot.with_department, query.departments)))
    if query.text:
        flags.append(snapshot.with_words(words_of(query)))
    of = of_kinds(query.kinds)
    return Conditions(of.kinds, np.logical_and.reduce(flags)) if flags else of


class Surroundings(NamedTuple):
    """Rows around a district, and where they are."""

    rows: Rows
    points: Points


@lru_cache(maxsize=256)
def of_kinds(kinds: tuple[str, ...]) -> Conditions:
    """Return the condition to be of one of some kinds; none for no kinds."""
    if not kinds:
        return Conditions(None, None)
    flags = np.isin(KINDS, kinds)
    flags.setflags(write=False)
    return Conditions(flags, None)


def around_home(
    snapshot: Snapshot,
    query: Query,
    asked: Conditions,
    radius_m: float,
    edges_m: Sequence[float] = (),
    lacking: int | None = None,
) -> Candidates:
    """Return the rows of the kinds asked for within a radius of the home of a question, metres.

    The radius of the question and ``edges_m`` divide them exactly as well. ``asked`` are its
    conditions, of which the kinds alone are looked at. Rows that are not known to meet more than
    ``lacking`` of the needs are left out, which is what costs least.
    """
    origin = query.origin
    if origin is None:
        raise ValueError("a question without a home")
    kinds = Conditions(asked.kinds, None)

    def allowed(rows: Rows) -> Flags:
        fits = kinds.hold(snapshot, rows)
        if lacking is None or lacking >= len(query.needs):
            return fits
        met = [snapshot.has_need(rows, code) for code in query.needs]
        enough: Flags = np.count_nonzero(met, axis=0) >= len(met) - lacking
        return fits & enough

    everybody = asked.kinds is None and lacking is None
    rows, distances = snapshot.near(
        origin.lon,
        origin.lat,
        radius_m,
        None if everybody else allowed,
        (query.radius_m, *edges_m),
    )
    known = Known.of_needs(snapshot, rows, query.needs)
    return Candidates(known, None, distances, asked.kinds)


def in_visiting_range(
    snapshot: Snapshot, query: Query, asked: Conditions, home: District | None
) -> Candidates:
    """Return what `around_home` does for 16 km, where `home_of` is at hand.

    Who may be so near to a home in a municipality, and what is known of them for the needs, is
    kept: questions from there differ in the home alone.
    """
    origin = query.origin
    if home is None or origin is None:
        return around_home(snapshot, query, asked, LIMIT_M)
    rows, points = snapshot.surroundings.part(
        ("around", home.code, query.kinds), lambda: _around_district(snapshot, home, asked)
    )
    known = snapshot.surroundings.part(
        ("known", home.code, query.kinds, query.needs),
        lambda: Known.of_needs(snapshot, rows, query.needs),
    )
    places, distances = points.within(origin.lon, origin.lat, LIMIT_M, (query.radius_m,))
    return Candidates(known, places, distances, asked.kinds)


def _around_district(snapshot: Snapshot, district: District, asked: Conditions) -> Surroundings:
    """Return the rows of the kinds asked for within 16 km of any point of a district, or nearly."""
    west, south, east, north = snapshot.districts.bounds_of(district.code)
    farther_west, farther_south, _, _ = bounding_degrees(west, south, LIMIT_M)
    _, _, farther_east, farther_north = bounding_degrees(east, north, LIMIT_M)
    wider = max(west - farther_west, farther_east - east)  # a degree of longitude is shorter there
    box = (west - wider, farther_south, east + wider, farther_north)
    kinds = Conditions(asked.kinds, None)
    return Surroundings(*snapshot.around(box, lambda rows: kinds.hold(snapshot, rows)))


def find(
    snapshot: Snapshot,
    query: Query,
    calendar: OpeningCalendar,
    asked: Conditions | None = None,
    around: Candidates | None = None,
) -> Candidates:
    """Return the candidates of a question, those that refuse a need included.

    Without kinds only facilities that the needs are about are asked. ``asked`` are its conditions,
    ``around`` what `around_home` returns for its home, where they are at hand: for its radius or a
    wider one that it divides, its kinds or more, its needs or more. Where those lack some rows that
    do not match, so does the answer.

    Raises
    ------
    UsageError
        As `conditions`.
    """
    asked = conditions(snapshot, query) if asked is None else asked
    if around is not None and around.distances is not None:
        found = around.take(around.distances <= query.radius_m)
        if asked.flags is not None or asked.kinds is not found.kinds:
            found = found.take(asked.hold(snapshot, found.rows))
        found = found.for_needs(snapshot, query.needs)
        return _of_the_time_and_home(snapshot, query, calendar, found)
    distances = None
    if query.origin is not None:
        rows, distances = snapshot.near(
            query.origin.lon,
            query.origin.lat,
            query.radius_m,
            lambda rows: asked.hold(snapshot, rows),
        )
    elif asked.flags is not None:
        rows = np.flatnonzero(asked.flags)
        rows = rows[asked.hold(snapshot, rows)]
    else:
        rows = snapshot.rows()
        rows = rows[asked.hold(snapshot, rows)]
    found = Candidates(Known.of_needs(snapshot, rows, query.needs), None, distances)
    return _of_the_time_and_home(snapshot, query, calendar, found)


def _of_the_time_and_home(
    snapshot: Snapshot, query: Query, calendar: OpeningCalendar, candidates: Candidates
) -> Candidates:
    """Return whom the needs are about, with the band by the time and visiting area asked for."""
    if query.needs and not query.kinds:  # nobody is asked whose kind the needs are not about
        candidates = candidates.take(candidates.bands != NOT_APPLICABLE)
    if query.open_at is None and not query.visits_home:
        return candidates
    rows, band = candidates.rows, candidates.bands
    if query.open_at is not None:
        status = snapshot.opening(rows, query.open_at, calendar, query.open_use)
        band = np.maximum(band, status)
    if query.visits_home:
        band = np.maximum(band, visiting(snapshot, query, home_of(snapshot, query), rows))
    return candidates.in_bands(snapshot, band)


def words_of(query: Query) -> list[str]:
    """Return the folded words of a text question.

    Raises
    ------
    UsageError
        When nothing is left to look for: punctuation alone is no word.
    """
    words = asked_words(query.text)
    if not words:
        raise UsageError("nothing to look for: give a word of letters, kana, kanji, digits", "q")
    return words


def _flags(snapshot: Snapshot, groups: Iterable[Rows]) -> Flags:
    flags = np.zeros(len(snapshot), dtype=bool)
    for rows in groups:
        flags[rows] = True
    return flags
