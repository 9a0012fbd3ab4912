"""The edges of the order and of the conditions: each case here is one that a small slip breaks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geoportal.coverage.distance_zones import DistanceZones, Places
from geoportal.domain.hours import OpeningCalendar
from geoportal.domain.query import Origin, Query
from geoportal.geo.geodesic import distances_m
from geoportal.index.points import PointIndex
from geoportal.search import relax
from geoportal.search.answer import search
from geoportal.search.match import MATCH, NO, POSSIBLE, bands
from geoportal.search.rank import daily_draw, order
from geoportal.search.relax import RelaxationKind, Step
from tests.factories import KOKURA, make_claim, make_facility, make_snapshot

CALENDAR = OpeningCalendar()
HOME = Origin(*KOKURA)
FAR = (KOKURA[0] + 0.02, KOKURA[1] + 0.01)


def two_by_draw():
    """Return a snapshot of two facilities and its rows, the first in the draw first."""
    snapshot = make_snapshot([make_facility("a"), make_facility("b")])
    rows = np.arange(2)
    draw = daily_draw(snapshot.columns.tie_keys, snapshot.today)
    return snapshot, rows[np.argsort(draw)]


def test_distances_are_rounded_to_a_metre_before_the_draw():
    snapshot, rows = two_by_draw()
    band = np.zeros(2, dtype=np.int8)
    assert order(snapshot, rows, band, np.array([100.4, 99.6])).tolist() == [0, 1]
    assert order(snapshot, rows, band, np.array([100.6, 100.4])).tolist() == [1, 0]


def test_a_facility_without_a_position_comes_after_all_others_of_its_band():
    snapshot, rows = two_by_draw()
    far = 50_000.0
    same = np.zeros(2, dtype=np.int8)
    assert order(snapshot, rows, same, np.array([np.nan, far])).tolist() == [1, 0]
    better = np.array([MATCH, POSSIBLE], dtype=np.int8)
    assert order(snapshot, rows, better, np.array([np.nan, 0.0])).tolist() == [0, 1]
    assert order(snapshot, rows[::-1], better[::-1], np.array([0.0, far])).tolist() == [1, 0]


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 7])
def test_of_equal_facilities_at_the_edge_of_a_page_none_is_lost_or_doubled(limit):
    near = [make_facility(f"near{n}") for n in range(2)]
    equal = [make_facility(f"equal{n}", FAR) for n in range(9)]
    snapshot = make_snapshot([*equal, *near])
    query = Query(origin=HOME, limit=500)
    whole = [result.facility.id for result in search(snapshot, query, CALENDAR).results]
    assert len(whole) == 11
    pages = [
        result.facility.id
        for offset in range(0, 11, limit)
        for result in search(snapshot, replace(query, limit=limit, offset=offset), CALENDAR).results
    ]
    assert pages == whole


def test_a_relaxed_radius_reaches_just_to_the_nearest_match():
    at_4_6_km = make_facility("f", (KOKURA[0], KOKURA[1] + 0.0415), [make_claim("VM.REG")])
    query = Query(origin=HOME, radius_m=4_000, needs=("VM.REG",))
    (wider,) = search(make_snapshot([at_4_6_km]), query, CALENDAR).relaxations
    assert (wider.steps, wider.adds) == ((Step(RelaxationKind.RADIUS, 5_000),), 1)


def test_the_facilities_a_wider_radius_gains_include_one_right_on_its_rim(monkeypatch):
    near = make_facility("near", (KOKURA[0], KOKURA[1] + 0.005))
    snapshot = make_snapshot([near, make_facility("far", FAR)])
    _, metres = snapshot.near(*KOKURA, 50_000)
    monkeypatch.setattr(relax, "_RADII_M", (1_000, float(metres.max())))
    answer = search(snapshot, Query(origin=HOME, radius_m=100), CALENDAR)
    assert [relaxation.adds for relaxation in answer.relaxations] == [2, 1]


def test_a_radius_is_inclusive_in_the_index_and_in_the_rings_of_coverage():
    metres = float(distances_m(*KOKURA, np.array([FAR[0]]), np.array([FAR[1]]))[0])
    just_less = float(np.nextafter(metres, 0))
    index = PointIndex([FAR[0]], [FAR[1]])
    cell = Places.from_degrees(np.array([KOKURA[0]]), np.array([KOKURA[1]]))
    facility = Places.from_degrees(np.array([FAR[0]]), np.array([FAR[1]]))
    for radius_m, inside in ((metres, True), (just_less, False)):
        assert (index.within(*KOKURA, radius_m)[0].size == 1) == inside
        (block,) = DistanceZones(cell, facility, (radius_m,)).blocks()
        assert (block.zones[0, 0] == 0) == inside


def test_masks_of_yes_and_no_are_told_apart_in_every_word():
    codes = tuple(f"AC.X{n}" for n in range(130))
    first, middle, last = codes[0], codes[64], codes[129]
    facilities = [
        make_facility("all", claims=[make_claim(c) for c in (first, middle, last)]),
        make_facility("one", claims=[make_claim(first)]),
        make_facility("no", claims=[make_claim(first), make_claim(last, "no")]),
    ]
    snapshot = make_snapshot(facilities, codes=codes)
    rows = np.array([snapshot.row_of[key] for key in ("all", "one", "no")])
    assert bands(snapshot, rows, (first, middle, last)).tolist() == [MATCH, POSSIBLE, NO]
    assert bands(snapshot, rows, (first, codes[1])).tolist() == [POSSIBLE] * 3
    assert bands(snapshot, rows, (first,)).tolist() == [MATCH] * 3
    assert snapshot.has_need(rows, last).tolist() == [True, False, False]
    assert snapshot.refuses_need(rows, last).tolist() == [False, False, True]
    assert snapshot.refuses_need(rows, first).tolist() == [False] * 3


def test_the_columns_of_a_snapshot_cannot_be_written():
    columns = make_snapshot([make_facility("a"), make_facility("b", None)]).columns
    assert columns.located.tolist() == [True, False]
    assert np.isnan(columns.lon[1])
    with pytest.raises(ValueError, match="read-only"):
        columns.kinds[0] = 1


def city_of(*metres: float, code: str = "VM.REG"):
    return [
        make_facility(f"f{n}", (KOKURA[0], KOKURA[1] + m / 110_900), [make_claim(code)])
        for n, m in enumerate(metres)
    ]


@pytest.mark.parametrize(("within", "offered"), [(0, True), (4, True), (5, False)])
def test_relaxations_are_offered_when_fewer_than_five_match_and_count_what_is_gained(
    within, offered
):
    snapshot = make_snapshot(city_of(*[500] * within, *[2_500] * 3))
    query = Query(origin=HOME, radius_m=1_000, needs=("VM.REG",))
    answer = search(snapshot, query, CALENDAR)
    assert answer.counts["match"] == within
    wider = [r for r in answer.relaxations if r.steps[0].kind is RelaxationKind.RADIUS]
    assert [(r.steps[0].metres, r.adds) for r in wider] == ([(3_000, 3)] if offered else [])


def test_a_radius_beyond_16_km_for_a_doctors_visit_says_so():
    snapshot = make_snapshot(city_of(20_000))
    for need, beyond in (("VM.REG", True), ("AC.PAIN", False)):
        held = make_snapshot(city_of(20_000, code=need)) if need != "VM.REG" else snapshot
        answer = search(held, Query(origin=HOME, needs=(need,)), CALENDAR)
        assert {r.beyond_visits for r in answer.relaxations} == {beyond}
    nursing = Query(origin=HOME, kinds=("visiting_nursing",), needs=("VM.REG",))
    assert not any(r.beyond_visits for r in search(snapshot, nursing, CALENDAR).relaxations)


def test_dropping_the_last_need_is_called_looking_without_confirmation():
    mute = make_facility("mute")
    query = Query(origin=HOME, needs=("VM.REG", "AC.PAIN"))
    (both,) = search(make_snapshot([mute]), query, CALENDAR).relaxations
    assert (len(both.steps), both.unconfirmed, both.adds) == (2, True, 1)
    knows = make_facility("knows", claims=[make_claim("VM.REG")])
    answer = search(make_snapshot([knows]), query, CALENDAR)
    assert [(r.steps[0].value, r.unconfirmed) for r in answer.relaxations] == [("AC.PAIN", False)]
