"""Facets, 16 km evidence, relaxations, reasons, order of names: each against plain counting."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoportal.documents.search_extras import (
    reason_document,
    relaxation_document,
    relaxation_steps,
)
from geoportal.domain.hours import JST, Hours, OpeningCalendar, Session
from geoportal.domain.query import Origin, Query
from geoportal.search.answer import search
from geoportal.search.exposure import LEAST_QUESTIONS, ExposureLedger, simulate
from geoportal.search.rank import Reason
from geoportal.search.relax import Relaxation, RelaxationKind, Step
from geoportal.services.portal import shipped_reference
from tests.factories import KOKURA, TODAY, make_claim, make_facility, make_snapshot
from tests.rounds import examples
from tests.unit.search.test_answer import random_city

CALENDAR = OpeningCalendar()
HOME = Origin(*KOKURA)
NEEDS = ("VM.REG", "AC.ULCER", "AC.PAIN")


def found(snapshot, query):
    return search(snapshot, query, CALENDAR)


def ids(answer):
    return [result.facility.id for result in answer.results]


@pytest.mark.slow
@given(
    seed=st.integers(0, 10_000),
    needs=st.lists(st.sampled_from(NEEDS), unique=True, max_size=2),
    kinds=st.sets(st.sampled_from(("clinic", "hospital", "pharmacy"))),
    district=st.sampled_from(((), ("40106",), ("40100",))),
)
@settings(max_examples=examples(60), deadline=None)
def test_each_facet_counts_what_that_choice_alone_would_give(seed, needs, kinds, district):
    snapshot = make_snapshot(random_city(seed))
    query = Query(
        origin=HOME,
        radius_m=15_000,
        needs=tuple(needs),
        kinds=tuple(kinds),
        districts=district,
        facets=True,
    )
    counted = found(snapshot, query).facets

    def counts(**changes):
        return found(snapshot, replace(query, facets=False, **changes)).counts

    for count in counted.kinds:
        expected = counts(kinds=(count.value,))
        assert (count.match, count.possible, count.no) == tuple(expected.values())
        assert count.chosen == (count.value in kinds)
    for count in counted.districts:
        expected = counts(districts=(count.value,))
        assert (count.match, count.possible, count.no) == tuple(expected.values())
    for count in counted.needs:
        other = (
            tuple(need for need in needs if need != count.value)
            if count.chosen
            else (*needs, count.value)
        )
        expected = counts(needs=other)
        assert (count.match, count.possible, count.no) == tuple(expected.values())
    whole = counts()
    for band in ("match", "possible", "no"):
        total = sum(getattr(count, band) for count in counted.evidence)
        assert total == (whole[band] if needs else 0)


def test_facets_are_counted_only_when_asked_for():
    assert found(make_snapshot(random_city(1)), Query(origin=HOME)).facets is None


def test_the_16_km_evidence_counts_who_can_and_who_of_them_visits():
    def at(number, north, *claims, kind="clinic"):
        place = (KOKURA[0], KOKURA[1] + north)
        return make_facility(f"f{number}", place, claims, kind=kind)

    city = [
        at(1, 0.00, make_claim("AC.ULCER"), make_claim("VM.REG")),
        at(2, 0.01, make_claim("AC.ULCER")),
        at(3, 0.02, make_claim("AC.ULCER", "no"), make_claim("VM.REG")),
        at(4, 0.03, make_claim("VM.REG"), kind="hospital"),
        at(5, 0.14),
        at(6, 0.15, make_claim("AC.ULCER"), make_claim("VM.REG")),  # 16.6 km away
        at(7, 0.00, make_claim("AC.ULCER"), kind="visiting_nursing"),
    ]
    query = Query(origin=HOME, radius_m=1_000, needs=("AC.ULCER",))
    evidence = found(make_snapshot(city), query).visit_evidence
    assert (evidence.institutions, evidence.visiting) == (5, 3)
    said = evidence.needs["AC.ULCER"]
    assert (said.yes, said.yes_visiting) == (2, 1)
    assert (said.no, said.unknown, said.unknown_visiting) == (1, 2, 1)
    assert evidence.together == said


def test_the_16_km_evidence_follows_the_kinds_asked_and_is_absent_where_the_rule_is():
    snapshot = make_snapshot([make_facility("a"), make_facility("b", kind="dental_clinic")])
    query = Query(origin=HOME, needs=("AC.ULCER",))
    dental = found(snapshot, replace(query, kinds=("dental_clinic",))).visit_evidence
    assert (dental.kinds, dental.institutions) == (("dental_clinic",), 1)
    assert found(snapshot, replace(query, kinds=("home_help",))).visit_evidence is None
    assert found(snapshot, Query(districts=("40106",), needs=("AC.ULCER",))).visit_evidence is None


def relaxed(facilities, query):
    snapshot = make_snapshot(facilities)
    answer = found(snapshot, query)
    assert answer.counts["match"] == 0
    for item in answer.relaxations:
        matching = found(snapshot, item.apply(query)).counts["match"]
        assert matching - answer.counts["match"] == item.adds > 0
    return answer.relaxations


def test_kind_time_department_district_and_words_can_be_let_go_of():
    hours = Hours(sessions=(Session(0, "09:00", "12:00"),))
    clinic = make_facility("a", claims=[make_claim("VM.REG")], hours=hours)
    query = Query(origin=HOME, needs=("VM.REG",))
    (kind,) = relaxed([clinic], replace(query, kinds=("hospital",)))
    assert kind.steps == (Step(RelaxationKind.ANY_KIND),)
    tuesday = datetime(2026, 11, 24, 10, 0, tzinfo=JST)
    (time,) = relaxed([clinic], replace(query, open_at=tuesday))
    assert time.steps == (Step(RelaxationKind.ANY_TIME),)
    (department,) = relaxed([clinic], replace(query, departments=("皮膚科",)))
    assert department.steps == (Step(RelaxationKind.ANY_DEPARTMENT),)
    (words,) = relaxed([clinic], replace(query, text="鈴木"))
    assert words.steps == (Step(RelaxationKind.ANY_WORDS),)
    (district,) = relaxed([clinic], Query(districts=("40107",), needs=("VM.REG",)))
    assert district.steps == (Step(RelaxationKind.DISTRICT, "40100"),)


def test_two_steps_at_once_where_no_single_one_helps():
    far = make_facility("far", (KOKURA[0], KOKURA[1] + 0.05), [make_claim("VM.REG")])
    query = Query(origin=HOME, radius_m=4_000, needs=("VM.REG", "AC.ULCER"))
    (pair,) = relaxed([far], query)
    assert set(pair.steps) == {
        Step(RelaxationKind.DROP, "AC.ULCER"),
        Step(RelaxationKind.RADIUS, 6_000),
    }


@given(seed=st.integers(0, 10_000), radius_m=st.sampled_from((500, 2_000, 9_000)))
@settings(max_examples=examples(30), deadline=None)
def test_every_relaxation_adds_what_it_says_and_a_wider_circle_always_more(seed, radius_m):
    snapshot = make_snapshot(random_city(seed))
    query = Query(origin=HOME, radius_m=radius_m, needs=NEEDS, kinds=("hospital",))
    answer = found(snapshot, query)
    for item in answer.relaxations:
        matching = found(snapshot, item.apply(query)).counts["match"]
        assert matching - answer.counts["match"] == item.adds > 0
    wider = sorted(
        (item.steps[0].metres, item.adds)
        for item in answer.relaxations
        if len(item.steps) == 1 and item.steps[0].metres
    )
    assert all(narrow[1] < wide[1] for narrow, wide in pairwise(wider))


def test_names_in_a_sensible_order():
    names = {
        "exact": ("医療法人社団 見本 若葉", ""),
        "begins": ("若葉クリニック", ""),
        "inside": ("見本若葉医院", ""),
        "kana": ("青葉医院", "ワカバアオバ"),
        "other": ("見本医院", ""),
    }
    city = [
        make_facility(
            key,
            name="若葉" if key == "exact" else name,
            kana=kana,
            address="若葉町" if key == "other" else "",
        )
        for key, (name, kana) in names.items()
    ]
    assert ids(found(make_snapshot(city), Query(text="若葉"))) == [
        "exact",
        "begins",
        "inside",
        "other",
    ]
    assert ids(found(make_snapshot(city), Query(text="わかば"))) == ["kana"]


@pytest.mark.parametrize(
    "asked",
    [
        "病院",
        "093-000-1234",
        "0930001234",
        "０９３ー０００ー１２３４",
        "(093) 000 1234",
        "医療法人 見本",
        "医療法人社団見本",
        "若松 見本",
        "見本 若松",
        "内科 みほん",
        "803-0801",
    ],
)
def test_people_find_a_hospital_however_they_write(asked):
    hospital = make_facility(
        "f",
        name="社会医療法人 見本記念病院",
        kana="ミホンキネンビョウイン",
        address="福岡県北九州市若松区見本町1",
        phone="(093)000-1234",
        departments=("内科",),
        postal_code="8030801",
    )
    other = make_facility("g", name="別の医院", phone="093-000-9999", address="")
    assert ids(found(make_snapshot([hospital, other]), Query(text=asked))) == ["f"]


def test_why_names_the_keys_of_the_order_with_their_values():
    city = [
        make_facility("a", claims=[make_claim("VM.REG")]),
        make_facility("b", claims=[make_claim("VM.REG")]),
        make_facility("c", (KOKURA[0] + 0.01, KOKURA[1])),
    ]
    query = Query(origin=HOME, needs=("VM.REG",), explain=True)
    results = found(make_snapshot(city), query).results
    assert [[reason.key for reason in r.why] for r in results] == [
        ["band", "distance_m", "draw"],
        ["band", "distance_m", "draw"],
        ["band", "known", "plausibility", "distance_m", "draw"],
    ]
    values = [tuple(reason.value for reason in r.why) for r in results]
    assert [value[0] for value in values] == ["match", "match", "possible"]
    assert values[:2] == sorted(values[:2])
    assert [r.place for r in results] == [1, 2, 3]
    assert found(make_snapshot(city), replace(query, explain=False)).results[0].why == ()


def test_time_for_care_managers_is_read_from_the_survey_and_a_refusal_is_closed():
    def office(key, value, note=""):
        claim = make_claim("CO.CMTIME", value, note=note)
        return make_facility(key, claims=[claim])

    city = [
        office("yes", "yes", "火・木 13:00〜14:00"),
        office("when", "yes", "地域連携室へ"),
        office("no", "no"),
        make_facility("mute"),
    ]
    tuesday = datetime(2026, 11, 24, 13, 30, tzinfo=JST)
    query = Query(origin=HOME, open_at=tuesday, open_use="care_manager", include="all")
    snapshot = make_snapshot(city, codes=("CO.CMTIME",))
    assert {r.facility.id: r.open_at for r in found(snapshot, query).results} == {
        "yes": "open",
        "when": "unknown",
        "no": "closed",
        "mute": "unknown",
    }


def test_level_facilities_share_the_first_place_over_the_days():
    twins = [make_facility(f"f{number}") for number in range(4)]
    done = simulate(make_snapshot(twins), Query(radius_m=1_000), [KOKURA], 400, CALENDAR)
    assert (done.questions, done.level_groups) == (400, 400)
    assert done.first_page.tolist() == [400] * 4
    assert done.first_place.sum() == 400
    assert 0.7 < done.least_first <= 1 <= done.most_first < 1.3


def test_exposure_is_given_out_only_for_past_days_with_many_questions():
    ledger = ExposureLedger()
    tomorrow = TODAY.replace(day=TODAY.day + 1)
    for _ in range(LEAST_QUESTIONS - 1):
        ledger.record(TODAY, ["a", "b"])
    assert ledger.report(tomorrow) == {}
    ledger.record(TODAY, ["b"])
    assert ledger.report(TODAY) == {}
    shown = ledger.report(tomorrow)[TODAY]
    assert (shown["a"].first_page, shown["a"].first_place) == (199, 199)
    assert (shown["b"].first_page, shown["b"].first_place) == (200, 1)


def test_where_no_single_need_helps_the_smallest_sets_of_needs_are_named():
    facilities = [
        make_facility("a", claims=[make_claim("VM.REG")]),
        make_facility("b", claims=[make_claim("VM.REG")]),
        make_facility("c"),
    ]
    query = Query(origin=Origin(*KOKURA), needs=("VM.REG", "AC.ULCER", "AC.PAIN"))
    answer = search(make_snapshot(facilities), query, OpeningCalendar())
    best = answer.relaxations[0]
    assert ([step.value for step in best.steps], best.adds) == (["AC.ULCER", "AC.PAIN"], 2)
    assert best.plain


def test_somebody_in_place_means_something_can_always_be_let_go_of():
    query = Query(origin=Origin(*KOKURA), needs=("VM.REG", "AC.ULCER", "AC.PAIN", "BK.RESPITE"))
    answer = search(make_snapshot([make_facility("mute")]), query, OpeningCalendar())
    (all_needs,) = (item for item in answer.relaxations if len(item.steps) > 1)
    assert {step.value for step in all_needs.steps} == set(query.needs)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason("band", "possible"), "no need refused, some not known"),
        (Reason("band", "no"), "a need is refused"),
        (Reason("text", "in_kana"), "the words are in the reading"),
        (Reason("distance_m", 1234), "1,234 m in a straight line"),
        (Reason("draw", 1234), "level ones by the draw of the day"),
        (
            Reason("known", "1/2"),
            "1/2 of the needs known to be met (the visit itself counts first)",
        ),
        (
            Reason("plausibility", 3, "none"),
            "a guide only: 3 (1 most, 7 least likely) (nothing to go by)",
        ),
        (
            Reason("plausibility", 7, "mental_name"),
            "a guide only: 7 (1 most, 7 least likely) (by its name psychosomatic or psychiatric)",
        ),
    ],
)
def test_each_reason_has_its_own_words(reason, words):
    document = reason_document(reason, shipped_reference())
    assert (document["key"], document["value"]) == (reason.key, reason.value)
    assert document["words_en"] == words


@pytest.mark.parametrize(
    "steps",
    [
        (Step(RelaxationKind.DROP, "VM.REG"),),
        (Step(RelaxationKind.DROP, "VM.REG"), Step(RelaxationKind.DROP, "AC.PAIN")),
    ],
)
def test_a_relaxation_is_read_back_as_it_was_written(steps):
    document = relaxation_document(Relaxation(steps, adds=3))
    assert relaxation_steps(document) == steps
    assert document["adds"] == 3
    assert document["drop"] == "VM.REG"
    assert ("together" in document, document.get("also_drop")) == (
        (True, ["AC.PAIN"]) if len(steps) > 1 else (False, None)
    )
