"""Needs that are not about a facility: neither unknown nor no, in searches, facets and coverage."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geoportal.coverage.criteria import CoverageCriteria
from geoportal.coverage.supply import gather_supply
from geoportal.domain.consultation import Role
from geoportal.domain.hours import OpeningCalendar
from geoportal.domain.query import Origin, Query
from geoportal.index.snapshot import Snapshot
from geoportal.search.answer import search
from geoportal.search.match import MATCH, NO, NOT_APPLICABLE, POSSIBLE, bands
from geoportal.search.team import TeamQuestion, find_teams
from geoportal.services.portal import shipped_reference
from tests.factories import KOKURA, make_claim, make_facility, make_snapshot

CALENDAR = OpeningCalendar()
HOME = Query(origin=Origin(*KOKURA), limit=500, include="all", facets=True)
CITY = [
    make_facility("clinic"),
    make_facility("yes", claims=[make_claim("VM.REG")]),
    make_facility("no", claims=[make_claim("VM.REG", "no")]),
    make_facility("pharmacy", kind="pharmacy"),
    make_facility("odd", kind="pharmacy", claims=[make_claim("VM.REG")]),
    make_facility("bedless", beds=0),
    make_facility("beds", beds=6),
    make_facility("hospital", kind="hospital", beds=40),
    make_facility("short", kind="short_stay"),
]
ALL_BANDS = {"match": MATCH, "possible": POSSIBLE, "no": NO, "not_applicable": NOT_APPLICABLE}


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    return make_snapshot(CITY, members={}, vocabulary=shipped_reference().vocabulary)


def found(snapshot: Snapshot, **question) -> dict[str, str]:
    answer = search(snapshot, replace(HOME, **question), CALENDAR)
    listed = {result.facility.id: result.match for result in answer.results}
    assert {band: list(listed.values()).count(band) for band in answer.counts} == answer.counts
    return listed


def test_a_kind_asked_for_that_a_need_is_not_about_is_neither_unknown_nor_no(snapshot) -> None:
    asked = found(snapshot, kinds=("clinic", "pharmacy"), needs=("VM.REG",))
    assert asked == {
        "yes": "match",
        "odd": "match",
        "clinic": "possible",
        "bedless": "possible",
        "beds": "possible",
        "no": "no",
        "pharmacy": "not_applicable",
    }
    assert list(asked)[-1] == "pharmacy"


def test_without_the_last_need_only_the_kinds_it_is_about_are_counted(snapshot) -> None:
    (look,) = search(snapshot, replace(HOME, needs=("VM.REG",)), CALENDAR).relaxations
    assert look.unconfirmed
    assert set(look.kinds) == {"hospital", "clinic"}
    doctors = sum(facility.kind in look.kinds for facility in CITY)
    assert look.adds == doctors - len(["yes", "odd"])
    of_kinds = replace(HOME, needs=("VM.REG",), kinds=("pharmacy", "clinic"))
    (look,) = (r for r in search(snapshot, of_kinds, CALENDAR).relaxations if r.unconfirmed)
    assert look.kinds == ()


def test_without_kinds_only_those_are_asked_whom_the_needs_are_about(snapshot) -> None:
    asked = found(snapshot, needs=("VM.REG",))
    assert set(asked) == {"yes", "odd", "clinic", "bedless", "beds", "hospital", "no"}
    assert found(snapshot, needs=("VM.REG", "AC.OPIOID_RX")) == {
        "odd": "possible",
        "no": "no",
    }
    assert set(found(snapshot, needs=())) == {facility.id for facility in CITY}


def test_nobody_without_beds_is_asked_to_admit(snapshot) -> None:
    respite = found(snapshot, needs=("BK.RESPITE",))
    assert set(respite) == {"clinic", "yes", "no", "beds", "hospital", "short"}
    assert set(respite.values()) == {"possible"}
    asked = found(snapshot, kinds=("clinic",), needs=("BK.RESPITE",))
    assert asked["bedless"] == "not_applicable"
    assert asked["clinic"] == "possible"  # beds not known


def test_a_facet_counts_what_its_choice_would_give(snapshot) -> None:
    query = replace(HOME, kinds=("clinic", "pharmacy"), needs=("VM.REG",))
    facets = search(snapshot, query, CALENDAR).facets
    assert facets is not None
    for item in facets.kinds:
        counts = search(snapshot, replace(query, kinds=(item.value,)), CALENDAR).counts
        shown = {band: getattr(item, band) for band in ALL_BANDS}
        assert shown == {**dict.fromkeys(ALL_BANDS, 0), **counts}
    for item in facets.needs:
        needs = {*query.needs} ^ {item.value}
        counts = search(snapshot, replace(query, needs=tuple(needs)), CALENDAR).counts
        shown = {band: getattr(item, band) for band in ALL_BANDS}
        assert shown == {**dict.fromkeys(ALL_BANDS, 0), **counts}


@pytest.mark.parametrize("kinds", [(), ("clinic",), ("clinic", "pharmacy", "short_stay")])
@pytest.mark.parametrize("needs", [("VM.REG",), ("BK.RESPITE",), ("VM.REG", "BK.URGENT")])
def test_search_and_coverage_mean_the_same_by_possible(snapshot, kinds, needs) -> None:
    supply = gather_supply(snapshot, CoverageCriteria(kinds=kinds, needs=needs))
    counted = dict(zip(supply.ids, supply.certain.tolist(), strict=True))
    asked = found(snapshot, kinds=kinds, needs=needs)
    assert counted == {
        key: band == "match" for key, band in asked.items() if band in {"match", "possible"}
    }


def test_nobody_is_seated_in_a_role_that_is_not_about_them(snapshot) -> None:
    role = Role("bed", ("clinic",), ("BK.RESPITE",))
    near_bedless = TeamQuestion(Query(origin=Origin(*KOKURA)), (role,), teams=20)
    seated = [
        snapshot.facilities[team.members[0].row].id
        for team in find_teams(snapshot, near_bedless, CALENDAR).teams
    ]
    assert sorted(seated) == ["beds", "clinic", "no", "yes"]


def test_bands_of_rows_at_once(snapshot) -> None:
    rows = np.array([snapshot.row_of[key] for key in ("yes", "clinic", "no", "pharmacy")])
    expected = [MATCH, POSSIBLE, NO, NOT_APPLICABLE]
    assert bands(snapshot, rows, ("VM.REG",)).tolist() == expected
    assert bands(snapshot, rows, ()).tolist() == [MATCH] * 4
