"""The order among those of which not everything is known: what counts, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoportal.domain.facility import SourceMention
from geoportal.domain.hours import OpeningCalendar
from geoportal.domain.plausibility import first_fit
from geoportal.domain.query import Origin, Query
from geoportal.search.answer import search
from geoportal.services.portal import shipped_reference
from tests.factories import KOKURA, make_claim, make_facility, make_snapshot
from tests.rounds import examples

CALENDAR = OpeningCalendar()
HOME = Query(origin=Origin(*KOKURA), limit=500, explain=True)
LISTED = (SourceMention("bureau", "x", "2026-10-01"),)
CODES = ("VM.REG", "AC.ULCER", "AC.PAIN", "PT.ALONE")


def at(metres: float) -> tuple[float, float]:
    return KOKURA[0], KOKURA[1] + metres / 111_000


def listed(facilities, **question):
    answer = search(make_snapshot(facilities, codes=CODES), replace(HOME, **question), CALENDAR)
    return [result.facility.id for result in answer.results]


def test_a_known_visitor_far_away_comes_before_a_near_one_of_whom_nothing_is_known():
    city = [
        make_facility("mute", at(100)),
        make_facility("treats", at(200), [make_claim("AC.ULCER"), make_claim("AC.PAIN")]),
        make_facility("visits", at(9_000), [make_claim("VM.REG")]),
        make_facility("both", at(12_000), [make_claim("VM.REG"), make_claim("AC.PAIN")]),
    ]
    needs = ("VM.REG", "AC.ULCER", "AC.PAIN")
    assert listed(city, needs=needs) == ["both", "visits", "treats", "mute"]


def test_public_facts_order_those_of_whom_equally_much_is_known():
    city = [
        make_facility("eyes", at(100), name="見本眼科医院"),
        make_facility("infirmary", at(150), name="特別養護老人ホーム見本園医務室"),
        make_facility("nothing", at(200), name="見本医院"),
        make_facility("internal", at(300), name="見本医院", departments=("内科", "眼科")),
        make_facility("silent", at(50), name="見本内科", sources=LISTED),
        make_facility("family", at(60), filings=("時間外１",), sources=LISTED),
        make_facility("filed", at(9_000), name="見本眼科", filings=("支援診３",)),
    ]
    expected = ["filed", "internal", "nothing", "family", "silent", "eyes", "infirmary"]
    assert listed(city, needs=("VM.REG",)) == expected
    nearest = ["silent", "family", "eyes", "infirmary", "nothing", "internal", "filed"]
    assert listed(city) == nearest


def test_what_is_known_outweighs_what_is_plausible():
    city = [
        make_facility("filed", at(100), filings=("支援診１",)),
        make_facility("visits", at(5_000), [make_claim("VM.REG")], name="見本皮膚科"),
    ]
    assert listed(city, needs=("VM.REG", "AC.ULCER")) == ["visits", "filed"]


def test_among_known_visitors_filings_close_to_the_second_need_come_first_and_silence_last():
    visits = [make_claim("VM.REG")]
    city = [
        make_facility("silent", at(100), visits, filings=("在医総管１",), sources=LISTED),
        make_facility("standard", at(200), visits, filings=("支援診３",), sources=LISTED),
        make_facility("unlisted", at(300), visits),
        make_facility("supports", at(400), visits, filings=("支援診２",), sources=LISTED),
        make_facility("named", at(500), visits, name="見本在宅クリニック"),
    ]
    by_filings = ["named", "supports", "unlisted", "standard", "silent"]
    assert listed(city, needs=("VM.REG", "AC.PAIN")) == by_filings
    nearest = ["silent", "standard", "unlisted", "supports", "named"]
    assert listed(city, needs=("VM.REG", "AC.ULCER"))[-1] == "unlisted"
    assert listed(city, needs=("VM.REG",)) == nearest


def test_those_that_match_and_those_that_refuse_are_ordered_by_distance_alone():
    city = [
        make_facility("eyes", at(100), [make_claim("VM.REG")], name="見本眼科"),
        make_facility("filed", at(200), [make_claim("VM.REG")], filings=("支援診１",)),
        make_facility("no-eyes", at(100), [make_claim("VM.REG", "no")], name="見本眼科"),
        make_facility("no-filed", at(200), [make_claim("VM.REG", "no")], filings=("支援診１",)),
    ]
    expected = ["eyes", "filed", "no-eyes", "no-filed"]
    assert listed(city, needs=("VM.REG",), include="all") == expected


FACILITIES = st.lists(
    st.tuples(
        st.integers(0, 15_000),
        st.dictionaries(st.sampled_from(CODES[:3]), st.sampled_from(("yes", "no", "unknown"))),
        st.sampled_from(("見本眼科", "見本内科", "見本医院", "見本在宅クリニック")),
    ),
    min_size=1,
    max_size=12,
)


@given(FACILITIES, st.lists(st.sampled_from(CODES[:3]), min_size=1, unique=True))
@settings(max_examples=examples(60), deadline=None)
def test_adding_a_need_nobody_states_moves_no_possible_one_out_of_its_band_or_place(drawn, needs):
    city = [
        make_facility(f"f{n}", at(metres), [make_claim(*c) for c in said.items()], name=name)
        for n, (metres, said, name) in enumerate(drawn)
    ]
    snapshot = make_snapshot(city, codes=CODES)

    def bands(asked):
        answer = search(snapshot, replace(HOME, needs=asked, include="all"), CALENDAR)
        return {
            band: [r.facility.id for r in answer.results if r.match == band]
            for band in ("match", "possible", "no")
        }

    before, after = bands(tuple(needs)), bands((*needs, "PT.ALONE"))
    assert after["match"] == []
    assert after["no"] == before["no"]
    assert [f for f in after["possible"] if f in before["possible"]] == before["possible"]
    assert set(after["possible"]) == set(before["possible"]) | set(before["match"])


def test_why_names_the_fact_behind_a_plausibility():
    city = [
        make_facility("eyes", at(100), [make_claim("AC.PAIN")], name="見本眼科"),
        make_facility("mute", at(100)),
    ]
    query = replace(HOME, needs=("VM.REG", "AC.PAIN"))
    results = search(make_snapshot(city, codes=CODES), query, CALENDAR).results
    reasons = {r.facility.id: {why.key: (why.value, why.rule) for why in r.why} for r in results}
    assert reasons["eyes"]["known"] == ("1/2", "")
    assert reasons["eyes"]["plausibility"] == (7, "specialty_name")
    assert reasons["mute"]["known"] == ("0/2", "")
    assert reasons["mute"]["plausibility"] == (3, "none")


@pytest.mark.parametrize(
    ("subject", "expected", "facts"),
    [
        ("home_visit", 7, {"name": "毎日見本新聞西部本社診療所"}),
        ("home_visit", 7, {"name": "見本市保健所"}),
        ("home_visit", 7, {"name": "見本皮フ科"}),
        ("home_visit", 7, {"name": "見本心療内科", "departments": ("内科",)}),
        ("home_visit", 7, {"departments": ("眼科", "形成外科")}),
        ("home_visit", 7, {"departments": ("内科", "美容皮膚科")}),
        ("home_visit", 2, {"name": "見本内科・小児科"}),
        ("home_visit", 2, {"departments": ("内科", "皮膚科")}),
        ("home_visit", 5, {"filings": ("ニコ", "酸単")}),
        ("home_visit", 6, {"name": "見本内科", "sources": LISTED}),
        ("home_visit", 4, {"name": "見本内科", "filings": ("時間外１",), "sources": LISTED}),
        ("home_visit", 1, {"name": "見本眼科", "filings": ("支援診３",)}),
        ("home_visit", 1, {"name": "Ａ在宅クリニック"}),
        ("home_visit", None, {"name": "見本医院"}),
        ("home_visit", 7, {"kind": "hospital", "beds": 300}),
        ("home_visit", 1, {"kind": "hospital", "beds": 300, "filings": ("支援病３",)}),
        ("home_visit", None, {"kind": "hospital", "beds": 199}),
        ("home_visit", None, {"kind": "pharmacy", "name": "見本眼科前薬局"}),
        ("dental_visit", 3, {"kind": "dental_clinic", "filings": ("口管強",)}),
        ("end_of_life", 2, {"filings": ("支援診２",), "sources": LISTED}),
        ("end_of_life", 4, {"filings": ("支援診３", "在医総管１"), "sources": LISTED}),
        ("end_of_life", 6, {"filings": ("在医総管１",), "sources": LISTED}),
        ("end_of_life", None, {"name": "見本在宅クリニック"}),
        ("round_clock", 2, {"kind": "hospital", "filings": ("在総",), "sources": LISTED}),
        ("round_clock", 4, {"filings": ("時間外１",), "sources": LISTED}),
        ("round_clock", 6, {"filings": ("在医総管１",), "sources": LISTED}),
        ("pharmacy_care", 1, {"kind": "pharmacy", "filings": ("在薬総２",)}),
        ("admission", 2, {"kind": "hospital", "beds": 40}),
        ("admission", None, {"beds": 0}),
        ("admission", 1, {"kind": "short_stay"}),
        ("home_visit", 1, {"kind": "visiting_nursing"}),
    ],
)
def test_what_public_facts_suggest(subject, expected, facts):
    rules = shipped_reference().vocabulary.plausibility_rules(subject)
    rule = first_fit(rules, make_facility(**facts))
    assert (None if rule is None else rule.level) == expected
