"""Answers to questions: bands, counts, order, paging, relaxations."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geoportal.domain.claim import Claim
from geoportal.domain.facility import Facility
from geoportal.domain.hours import JST, Hours, OpeningCalendar, Session
from geoportal.domain.location import Location
from geoportal.domain.query import Origin, Query
from geoportal.errors import UsageError
from geoportal.search.answer import search
from geoportal.search.relax import Relaxation, RelaxationKind, Step
from tests.factories import (
    KOKURA,
    NEEDS,
    TODAY,
    make_claim,
    make_facility,
    make_outline,
    make_snapshot,
)
from tests.rounds import examples

ORACLE = Geod(ellps="GRS80")
CALENDAR = OpeningCalendar()
HOME = Origin(*KOKURA)
VALUES = ("yes", "no", "unknown", None)


def random_city(seed: int, size: int = 120) -> list[Facility]:
    rng = random.Random(seed)
    facilities = []
    for number in range(size):
        claims: list[Claim] = []
        for code in NEEDS[:3]:
            value = rng.choice(VALUES)
            if value:
                claims.append(make_claim(code, value))
        at = (KOKURA[0] + rng.uniform(-0.25, 0.25), KOKURA[1] + rng.uniform(-0.2, 0.2))
        facilities.append(
            make_facility(
                f"f{number}",
                None if rng.random() < 0.1 else at,
                claims,
                kind=rng.choice(("clinic", "hospital", "pharmacy")),
                municipality_code=rng.choice(("40106", "40107")),
            )
        )
    return facilities


def oracle_band(facility: Facility, needs: tuple[str, ...]) -> str:
    values = {claim.code: claim.value for claim in facility.claims}
    said = [values.get(code, "unknown") for code in needs]
    if "no" in said:
        return "no"
    return "possible" if "unknown" in said else "match"


def oracle_distance(facility: Facility) -> float | None:
    place = facility.location
    return ORACLE.inv(*KOKURA, place.lon, place.lat)[2] if place.known else None


@pytest.mark.slow
@given(
    seed=st.integers(0, 10_000),
    radius_m=st.floats(1, 50_000),
    kinds=st.sets(st.sampled_from(("clinic", "hospital", "pharmacy"))),
    needs=st.lists(st.sampled_from(NEEDS[:3]), unique=True),
    include=st.sampled_from(("match", "possible", "all")),
)
@settings(max_examples=examples(60), deadline=None)
def test_a_radius_answer_equals_brute_force(seed, radius_m, kinds, needs, include):
    city = random_city(seed)
    query = Query(
        origin=HOME,
        radius_m=radius_m,
        kinds=tuple(kinds),
        needs=tuple(needs),
        include=include,
        limit=500,
    )
    answer = search(make_snapshot(city), query, CALENDAR)

    expected = {}
    for facility in city:
        distance = oracle_distance(facility)
        if distance is None or distance > radius_m or (kinds and facility.kind not in kinds):
            continue
        expected[facility.id] = (oracle_band(facility, tuple(needs)), round(distance))
    for band in ("match", "possible", "no"):
        assert answer.counts[band] == sum(b == band for b, _ in expected.values())
    shown = {"match": {"match"}, "possible": {"match", "possible"}}.get(
        include, {"match", "possible", "no"}
    )
    got = {r.facility.id: (r.match, r.distance_m) for r in answer.results}
    assert got == {key: value for key, value in expected.items() if value[0] in shown}
    rank = {"match": 0, "possible": 1, "no": 2}
    weight = {"VM.REG": len(needs)}
    names = {facility.id: facility for facility in city}

    def unknown(result):
        if result.match != "possible":
            return 0
        said = {claim.code: claim.value for claim in names[result.facility.id].claims}
        return sum(weight.get(code, 1) for code in needs if said.get(code) != "yes")

    keys = [(rank[r.match], unknown(r), r.distance_m) for r in answer.results]
    assert keys == sorted(keys)
    assert answer.number_matched == len(answer.results)


@given(seed=st.integers(0, 10_000), extra=st.sampled_from(NEEDS[:3]))
@settings(max_examples=examples(40), deadline=None)
def test_adding_a_need_never_enlarges_the_match_band(seed, extra):
    snapshot = make_snapshot(random_city(seed))
    few = Query(origin=HOME, needs=("VM.REG",), include="match", limit=500)
    more = replace(few, needs=("VM.REG", extra))
    before = {r.facility.id for r in search(snapshot, few, CALENDAR).results}
    after = {r.facility.id for r in search(snapshot, more, CALENDAR).results}
    assert after <= before


def test_pages_put_together_are_the_whole_answer_in_order():
    snapshot = make_snapshot(random_city(7))
    whole = search(snapshot, Query(origin=HOME, limit=500), CALENDAR).results
    pages = [
        search(snapshot, Query(origin=HOME, limit=10, offset=start), CALENDAR).results
        for start in range(0, len(whole), 10)
    ]
    assert [r.facility.id for page in pages for r in page] == [r.facility.id for r in whole]


def test_a_facility_without_a_position_is_listed_in_its_district_but_not_in_a_radius():
    snapshot = make_snapshot([make_facility("lost", None)])
    assert [
        r.facility.id for r in search(snapshot, Query(districts=("40106",)), CALENDAR).results
    ] == ["lost"]
    assert search(snapshot, Query(origin=HOME), CALENDAR).results == ()


def test_facilities_without_a_position_in_the_home_district_are_counted_beside_a_radius_answer():
    ward = make_outline("40106", (130.8, 33.8, 130.95, 33.95))
    snapshot = make_snapshot([make_facility("lost", None), make_facility("found")], outlines=[ward])
    assert search(snapshot, Query(origin=HOME), CALENDAR).unlocated == 1


def test_a_surveyed_point_belongs_to_the_ward_that_covers_it_not_to_the_one_claimed():
    outlines = [
        make_outline("40106", (130.8, 33.8, 130.9, 33.95)),
        make_outline("40107", (130.9, 33.8, 131.0, 33.95)),
    ]
    facility = make_facility("f", (130.95, 33.9), municipality_code="40106")
    snapshot = make_snapshot([facility], outlines=outlines)
    assert search(snapshot, Query(districts=("40107",)), CALENDAR).number_matched == 1
    assert search(snapshot, Query(districts=("40106",)), CALENDAR).number_matched == 0
    assert search(snapshot, Query(districts=("40100",)), CALENDAR).number_matched == 1


@pytest.mark.parametrize("warning", ["near_boundary", "outside_outline"])
def test_a_point_just_outside_the_outline_of_its_address_stays_in_its_municipality(warning):
    outlines = [
        make_outline("40106", (130.8, 33.8, 130.9, 33.95)),
        make_outline("40107", (130.9, 33.8, 131.0, 33.95)),
    ]
    location = Location(130.901, 33.9, "point", 50.0, "kaigo", (warning,))
    facility = make_facility("f", location=location, municipality_code="40106")
    snapshot = make_snapshot([facility], outlines=outlines)
    assert search(snapshot, Query(districts=("40106",)), CALENDAR).number_matched == 1
    assert search(snapshot, Query(districts=("40107",)), CALENDAR).number_matched == 0


def test_an_unknown_district_is_refused():
    with pytest.raises(UsageError, match="no district has this code"):
        search(make_snapshot([]), Query(districts=("99999",)), CALENDAR)


def test_closed_facilities_are_not_found():
    snapshot = make_snapshot([make_facility("gone", status="closed")])
    assert search(snapshot, Query(districts=("40106",)), CALENDAR).number_matched == 0


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("ハート", True),
        ("ﾊｰﾄ", True),
        ("はーと", True),
        ("髙橋", True),
        ("高橋 はーと", True),
        ("鈴木", False),
    ],
)
def test_words_are_folded_both_ways(asked, found):
    snapshot = make_snapshot([make_facility("f", name="医療法人 高橋ハートクリニック")])
    assert search(snapshot, Query(text=asked), CALENDAR).number_matched == int(found)


def test_words_of_punctuation_alone_are_refused():
    with pytest.raises(UsageError, match="nothing to look for"):
        search(make_snapshot([]), Query(text="・・！"), CALENDAR)


def test_names_come_before_other_places_a_word_is_found_in():
    by_address = make_facility("a", name="見本医院", address="福岡県北九州市小倉北区若葉町1")
    by_name = make_facility("b", name="若葉クリニック")
    answer = search(make_snapshot([by_address, by_name]), Query(text="若葉"), CALENDAR)
    assert [r.facility.id for r in answer.results] == ["b", "a"]


def test_ties_are_drawn_anew_each_day_and_are_the_same_within_a_day():
    twins = [make_facility(f"f{n}") for n in range(8)]
    query = Query(origin=HOME, limit=8)

    def order_on(day):
        answer = search(make_snapshot(twins, today=day), query, CALENDAR)
        return [r.facility.id for r in answer.results]

    days = [TODAY + timedelta(days=n) for n in range(30)]
    assert order_on(TODAY) == order_on(TODAY)
    assert len({tuple(order_on(day)) for day in days}) > 20
    assert len({order_on(day)[0] for day in days}) >= 6


def test_relaxations_name_what_gains_most_when_nothing_matches():
    facilities = [
        make_facility("a", claims=[make_claim("VM.REG"), make_claim("AC.ULCER", "no")]),
        make_facility("b", claims=[make_claim("VM.REG")]),
        make_facility("c", claims=[make_claim("AC.ULCER")]),
    ]
    query = Query(origin=HOME, needs=("VM.REG", "AC.ULCER"))
    answer = search(make_snapshot(facilities), query, CALENDAR)
    assert answer.counts == {"match": 0, "possible": 2, "no": 1}
    assert answer.relaxations == (
        Relaxation((Step(RelaxationKind.DROP, "AC.ULCER"),), adds=2),
        Relaxation((Step(RelaxationKind.DROP, "VM.REG"),), adds=1),
    )


@pytest.mark.parametrize(
    ("kinds", "plain"),
    [
        ((RelaxationKind.DROP,), True),
        ((RelaxationKind.DROP, RelaxationKind.DROP), True),
        ((RelaxationKind.RADIUS,), True),
        ((RelaxationKind.ANY_TIME,), True),
        ((RelaxationKind.DISTRICT,), False),
        ((RelaxationKind.RADIUS, RelaxationKind.ANY_TIME), False),
        ((RelaxationKind.DROP, RelaxationKind.RADIUS), False),
    ],
)
def test_needs_alone_or_one_other_step_alone_make_a_plain_relaxation(kinds, plain):
    assert Relaxation(tuple(Step(kind, 1) for kind in kinds), adds=1).plain is plain


def test_a_wider_radius_is_proposed_when_it_helps():
    far = make_facility("far", (KOKURA[0], KOKURA[1] + 0.05), [make_claim("VM.REG")])
    query = Query(origin=HOME, radius_m=4_000, needs=("VM.REG",))
    answer = search(make_snapshot([far]), query, CALENDAR)
    assert answer.relaxations == (Relaxation((Step(RelaxationKind.RADIUS, 6_000),), adds=1),)


def test_stale_capacity_is_unknown_and_other_stale_facts_stay_but_say_so():
    facility = make_facility(
        "f",
        claims=[
            make_claim("CAP.OPEN", evidence="confirmed", as_of="2026-11-01"),
            make_claim("VM.REG", as_of="2023-01-01"),
        ],
    )
    answer = search(
        make_snapshot([facility]), Query(origin=HOME, needs=("CAP.OPEN", "VM.REG")), CALENDAR
    )
    needs = answer.results[0].needs
    assert needs["CAP.OPEN"].value == "unknown"
    assert (needs["VM.REG"].value, needs["VM.REG"].stale) == ("yes", True)
    assert answer.results[0].match == "possible"


def test_open_at_is_three_valued():
    monday_ten = datetime(2026, 11, 23, 10, 0, tzinfo=JST)
    hours = Hours(sessions=(Session(0, "09:00", "12:00"),))
    closed = Hours(sessions=(Session(1, "09:00", "12:00"),))
    facilities = [
        make_facility("open", hours=hours),
        make_facility("shut", hours=closed),
        make_facility("mute"),
    ]
    query = Query(origin=HOME, open_at=monday_ten, include="all")
    answer = search(make_snapshot(facilities), query, CALENDAR)
    assert {r.facility.id: (r.open_at, r.match) for r in answer.results} == {
        "open": ("open", "match"),
        "shut": ("closed", "no"),
        "mute": ("unknown", "possible"),
    }


def test_only_visiting_doctors_and_dentists_get_a_visit_range():
    snapshot = make_snapshot(
        [make_facility("doctor"), make_facility("nurse", kind="visiting_nursing")]
    )
    answer = search(snapshot, Query(origin=HOME), CALENDAR)
    assert {r.facility.id: r.visit_range for r in answer.results} == {
        "doctor": "inside",
        "nurse": "",
    }
