"""What a facility says of its visiting area, three-valued; a home outside is told, not hidden."""

from __future__ import annotations

from geoportal.domain.hours import OpeningCalendar
from geoportal.domain.query import Origin, Query
from geoportal.search.answer import search
from tests.factories import KOKURA, make_facility, make_outline, make_snapshot

CALENDAR = OpeningCalendar()
WARD = make_outline("40106", (130.8, 33.8, 130.95, 33.95))


def answer(query: Query):
    facilities = [
        make_facility("here", visit_areas=("40106",)),
        make_facility("city", visit_areas=("40100",)),
        make_facility("elsewhere", visit_areas=("40107",)),
        make_facility("mute"),
    ]
    return search(make_snapshot(facilities, outlines=[WARD]), query, CALENDAR)


def test_a_home_in_the_stated_area_is_yes_outside_no_and_nothing_said_unknown():
    found = answer(Query(origin=Origin(*KOKURA), include="all"))
    assert {r.facility.id: r.visits_home for r in found.results} == {
        "here": "yes",
        "city": "yes",
        "elsewhere": "no",
        "mute": "unknown",
    }
    assert {r.match for r in found.results} == {"match"}


def test_asked_for_it_counts_as_a_need():
    found = answer(Query(origin=Origin(*KOKURA), visits_home=True, include="all"))
    assert found.counts == {"match": 2, "possible": 1, "no": 1}


def test_a_home_nobody_can_place_leaves_it_unknown():
    at_sea = Query(origin=Origin(130.7, 33.88), radius_m=50_000, visits_home=True)
    assert answer(at_sea).counts == {"match": 0, "possible": 4, "no": 0}


def test_a_single_district_stands_for_the_home():
    found = answer(Query(districts=("40106",), visits_home=True))
    assert found.counts == {"match": 2, "possible": 1, "no": 1}
