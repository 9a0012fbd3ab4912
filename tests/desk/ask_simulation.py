"""A made-up city of five centres: who is called for each case, with and without the ledger.

60 offices in three wards, in each five sorts of four that are equal: they meet the same of six
needs, of which files state half, and each is full from time to time, for about two weeks. Each day
each centre gets some cases with one or two needs that somebody in the ward meets. Without the
ledger a case calls down what the public search lists: known by files first, then a daily draw. With
it, answers of all centres hold for a year (a need) or seven days (full), and calls follow
`geoportal.desk.domain.asking`, with the chance of an unknown need as often as it was a yes.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import groupby

from geoportal.desk.domain.asking import Callee, sequence_of
from geoportal.desk.domain.chance import acceptance
from geoportal.desk.domain.figures import gini

CENTRES, WARDS, SORTS, ALIKE = 5, 3, 5, 4
NEEDS = tuple("ABCDEF")
NEED_DAYS, FULL_DAYS = 365, 7
MEETS, STATED, FILLS, FREES = 0.4, 0.5, 0.01, 0.07
CASES_A_DAY = 0.8


@dataclass(frozen=True)
class Outcome:
    """What came of it: calls for each case that was placed, spread among equals."""

    calls_per_placement: float
    evenness: float
    placed: int
    cases: int


@dataclass
class Office:
    name: str
    ward: int
    sort: int
    meets: frozenset[str]
    stated: frozenset[str]


@dataclass(frozen=True)
class Heard:
    yes: bool
    last_day: int


def simulate(draw: random.Random, *, days: int) -> tuple[Outcome, Outcome]:
    """Return what comes of the same cases with the ledger and without."""
    offices = [
        office
        for ward in range(WARDS)
        for sort in range(SORTS)
        for office in _alike(ward, sort, draw)
    ]
    fulls = _fulls(offices, days, draw)
    cases = [
        (day, ward, needs)
        for day in range(days)
        for _ in range(CENTRES)
        if draw.random() < CASES_A_DAY
        for ward in [draw.randrange(WARDS)]
        for needs in [frozenset(draw.sample(NEEDS, draw.choice((1, 1, 2))))]
        if any(needs <= office.meets for office in offices if office.ward == ward)
    ]
    return (
        _run(offices, fulls, cases, random.Random(draw.random()), ledger=True),
        _run(offices, fulls, cases, random.Random(draw.random()), ledger=False),
    )


def _alike(ward: int, sort: int, draw: random.Random) -> list[Office]:
    meets = frozenset(need for need in NEEDS if draw.random() < MEETS)
    stated = frozenset(need for need in meets if draw.random() < STATED)
    return [Office(f"{ward}-{sort}-{one}", ward, sort, meets, stated) for one in range(ALIKE)]


def _fulls(offices: list[Office], days: int, draw: random.Random) -> list[set[str]]:
    full: set[str] = set()
    by_day = []
    for _ in range(days):
        for office in offices:
            change = draw.random()
            if office.name in full and change < FREES:
                full.discard(office.name)
            elif office.name not in full and change < FILLS:
                full.add(office.name)
        by_day.append(set(full))
    return by_day


def _run(offices, fulls, cases, draw, *, ledger: bool) -> Outcome:
    needs_heard: dict[tuple[str, str], Heard] = {}
    full_heard: dict[str, int] = {}
    asked: Counter[str] = Counter()
    able = [0, 0]
    yes_no: defaultdict[str, list[int]] = defaultdict(lambda: [1, 2])
    calls = placed = 0
    for day, ward, needs in cases:
        here = [office for office in offices if office.ward == ward]
        order = _order(here, needs, day, needs_heard, full_heard, asked, able, yes_no, draw,
                       ledger=ledger)  # fmt: skip
        for office in order:
            calls += 1
            asked[office.name] += 1
            if _asks(office, needs, day, fulls, needs_heard, full_heard, yes_no, able):
                placed += 1
                break
    return Outcome(round(calls / max(placed, 1), 3), _evenness(offices, asked), placed, len(cases))


def _stands(needs_heard, name, need, day) -> bool | None:
    heard = needs_heard.get((name, need))
    return heard.yes if heard is not None and heard.last_day >= day else None


def _asks(office, needs, day, fulls, needs_heard, full_heard, yes_no, able) -> bool:
    """Ask an office; what it says is heard by all."""
    for need in needs:
        yes = need in office.meets
        if (office.name, need) not in needs_heard and need not in office.stated:
            yes_no[need][0 if yes else 1] += 1
        needs_heard[office.name, need] = Heard(yes, day + NEED_DAYS)
    if not needs <= office.meets:
        return False
    able[1] += 1
    able[0] += office.name not in fulls[day]
    if office.name in fulls[day]:
        full_heard[office.name] = day + FULL_DAYS
        return False
    return True


def _order(
    here, needs, day, needs_heard, full_heard, asked, able, yes_no, draw, *, ledger
) -> list[Office]:
    if not ledger:
        return sorted(here, key=lambda office: (-len(needs & office.stated), draw.random()))
    taking = acceptance(*able)
    callees = []
    for office in here:
        if full_heard.get(office.name, -1) >= day:
            continue
        chance = taking
        for need in needs - office.stated:
            known = _stands(needs_heard, office.name, need, day)
            share = yes_no[need][0] / sum(yes_no[need])
            chance *= share if known is None else float(known)
        if chance > 0:
            callees.append(Callee(office.name, chance, asked[office.name], draw.random()))
    by_name = {office.name: office for office in here}
    left, order = callees, []
    while left:
        chosen = {one.facility_id for one in sequence_of(left).callees}
        order += [by_name[one.facility_id] for one in sequence_of(left).callees]
        left = [one for one in left if one.facility_id not in chosen]
    return order


def _evenness(offices, asked) -> float:
    """Return the mean Gini index of calls among equal offices."""

    def like(office: Office) -> tuple[int, int]:
        return office.ward, office.sort

    groups = [list(own) for _, own in groupby(sorted(offices, key=like), key=like)]
    equal = [[asked[one.name] for one in own] for own in groups if len(own) > 1]
    return round(sum(map(gini, equal)) / max(len(equal), 1), 3)
