"""Figures of a period: counts by month, centre, ward and so on, for staff or for the committee."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from geoportal.desk.domain.case import State
from geoportal.desk.domain.figures import (
    LEAST_SHOWN,
    AskCount,
    CaseCount,
    FigureTable,
    NeedCount,
    gini,
    masked,
)
from geoportal.desk.domain.issue import Issue
from geoportal.desk.domain.ledger import CORRECTED, Entry, standing
from geoportal.desk.services.desk import Desk
from geoportal.desk.store.figures import read_counts
from geoportal.desk.store.issues import read_issues
from geoportal.desk.store.ledger import entries_after

ENDS_SOON_DAYS: Final = 30
_OF_CASES: Final = ("month", "centre_id", "ward", "topic", "asker", "kind", "result")


@dataclass(frozen=True, slots=True)
class FacilityFigures:
    """How one facility fared: candidate of so many cases, called, accepted, declined."""

    facility_id: str
    shown: int
    asked: int
    accepted: int
    declined: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a period.

    Attributes
    ----------
    tables : sequence of FigureTable
        Keys are fields of `CaseCount`, ``need``, ``refusals``, ``shortage`` (need and reason),
        ``facts`` (by month), ``ways``, ``freshness``.
    cases : int or None
        None where it is hidden.
    calls_per_placement, days_to_acceptance : float or None
        None where nothing was placed, or so little that it is hidden.
    facilities : sequence of FacilityFigures
        Empty for the committee.
    evenness : mapping of (kind, ward) to float
        Gini index of calls among the candidates of a kind and ward; 0 is the same for each.
    issues : sequence of Issue
    for_committee : bool
        Small numbers are hidden.
    """

    tables: Sequence[FigureTable]
    cases: int | None
    calls_per_placement: float | None
    days_to_acceptance: float | None
    facilities: Sequence[FacilityFigures]
    evenness: Mapping[tuple[str, str], float]
    issues: Sequence[Issue]
    for_committee: bool


def figures_of(
    desk: Desk,
    first: str,
    last: str,
    places: Mapping[str, tuple[str, str]],
    *,
    for_committee: bool = False,
) -> Figures:
    """Return the figures of the months ``first`` to ``last`` (``2026-04``), both included.

    ``places`` are kind and ward of the facilities held, by id. Counts are of the month in which a
    case was opened; a case that is still open counts as such.
    """
    with desk.database.reading() as connection:
        of_cases, of_needs, of_asks = read_counts(connection)
        entries, issues = entries_after(connection, 0), read_issues(connection)
    of_cases = [one for one in of_cases if first <= one.month <= last]
    of_needs = [one for one in of_needs if first <= one.month <= last]
    of_asks = [one for one in of_asks if first <= one.month <= last]
    counted = {
        **{name: _by(of_cases, name) for name in _OF_CASES},
        **_needs(of_needs),
        **_facts(entries, first, last, desk.clock().date()),
    }
    shown = {key: masked(counts) if for_committee else counts for key, counts in counted.items()}
    placed = [one for one in of_cases if one.result == "placed"]
    number = sum(one.cases for one in placed)
    hides = for_committee and number < LEAST_SHOWN
    cases = sum(one.cases for one in of_cases)
    return Figures(
        [FigureTable(key, _ordered(key, counts)) for key, counts in shown.items()],
        None if for_committee and 0 < cases < LEAST_SHOWN else cases,
        None if hides or not number else sum(one.calls for one in placed) / number,
        None if hides or not number else sum(one.days for one in placed) / number,
        [] if for_committee else _facilities(of_asks),
        _evenness(of_asks, places),
        issues,
        for_committee,
    )


def _by(counts: Iterable[CaseCount], name: str) -> dict[str, int]:
    found: Counter[str] = Counter()
    for one in counts:
        found[getattr(one, name)] += one.cases
    return dict(found)


def _needs(counts: Iterable[NeedCount]) -> dict[str, dict[str, int]]:
    asked: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    short: Counter[str] = Counter()
    for one in counts:
        if one.result == State.DECLINED.value:
            refused[one.reason] += one.count
            short[f"{one.need} {one.reason}"] += one.count
        else:
            asked[one.need] += one.count
    return {"need": dict(asked), "refusals": dict(refused), "shortage": dict(short)}


def _facts(
    entries: Sequence[Entry], first: str, last: str, today: date
) -> dict[str, dict[str, int]]:
    by_month: Counter[str] = Counter()
    by_way: Counter[str] = Counter()
    for entry in entries:
        if not entry.draft.undoes and first <= entry.day[:7] <= last:
            by_month[entry.day[:7]] += 1
            by_way[entry.draft.way.value] += 1
    by_facility: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_facility[entry.draft.facility_id].append(entry)
    soon = (today + timedelta(days=ENDS_SOON_DAYS)).isoformat()
    fresh: Counter[str] = Counter()
    for own in by_facility.values():
        for subject, entry in standing(own).items():
            if subject not in CORRECTED:
                fresh[_freshness(entry.draft.valid_until, today.isoformat(), soon)] += 1
    return {"facts": dict(by_month), "ways": dict(by_way), "freshness": dict(fresh)}


def _freshness(end: str, today: str, soon: str) -> str:
    if end and end < today:
        return "expired"
    return "ends_soon" if end and end <= soon else "valid"


def _ordered(key: str, counts: Mapping[str, int | None]) -> list[tuple[str, int | None]]:
    """Return counts in the order shown: months as they come, others the largest first."""
    if key in {"month", "facts"}:
        return sorted(counts.items())
    return sorted(counts.items(), key=lambda item: (item[1] is None, -(item[1] or 0), item[0]))


def _facilities(counts: Iterable[AskCount]) -> list[FacilityFigures]:
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in counts:
        own = found[one.facility_id]
        own["shown"] += one.count
        own["asked"] += one.asked
        accepted = {State.ACCEPTED.value, State.ON_CONDITION.value}
        own["accepted"] += one.count if one.result in accepted else 0
        own["declined"] += one.count if one.result == State.DECLINED.value else 0
    rows = [
        FacilityFigures(key, own["shown"], own["asked"], own["accepted"], own["declined"])
        for key, own in found.items()
    ]
    return sorted(rows, key=lambda row: (-row.asked, -row.shown, row.facility_id))


def _evenness(
    counts: Iterable[AskCount], places: Mapping[str, tuple[str, str]]
) -> dict[tuple[str, str], float]:
    asked: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for one in counts:
        if one.facility_id in places:
            asked[places[one.facility_id]][one.facility_id] += one.asked
    return {
        place: round(gini(list(own.values())), 3)
        for place, own in sorted(asked.items())
        if len(own) > 1
    }
