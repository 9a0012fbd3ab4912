"""What is kept around a municipality answers for each home in it as a look around that home."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoportal.domain.query import Origin, Query
from geoportal.search.filters import around_home, conditions, in_visiting_range
from geoportal.search.visit_evidence import visit_evidence
from geoportal.search.visit_range import LIMIT_M
from geoportal.search.visiting import home_of
from tests.factories import KOKURA, NEEDS, make_outline, make_snapshot
from tests.rounds import examples
from tests.unit.search.test_answer import random_city

BOUNDS = (KOKURA[0] - 0.05, KOKURA[1] - 0.04, KOKURA[0] + 0.06, KOKURA[1] + 0.03)


@pytest.fixture(scope="module")
def snapshot():
    return make_snapshot(random_city(7, 400), outlines=[make_outline("40106", BOUNDS)])


@given(
    east=st.floats(-1, 1),
    north=st.floats(-1, 1),
    kinds=st.sampled_from([(), ("clinic",), ("clinic", "hospital")]),
    needs=st.sampled_from([NEEDS[:1], NEEDS[:2], NEEDS[:3]]),
    radius_m=st.sampled_from([800.0, 4_000, 16_000]),
)
@settings(max_examples=examples(60), deadline=None)
def test_equals_a_look_around_the_home(snapshot, east, north, kinds, needs, radius_m):
    west, south, right, top = snapshot.districts.bounds_of("40106")
    lon, lat = west + (east + 1) / 2 * (right - west), south + (north + 1) / 2 * (top - south)
    query = Query(Origin(lon, lat), radius_m, kinds=tuple(kinds), needs=tuple(needs))
    asked, home = conditions(snapshot, query), home_of(snapshot, query)
    assert home is not None
    kept = in_visiting_range(snapshot, query, asked, home)
    fresh = around_home(snapshot, query, asked, LIMIT_M)
    assert kept.rows.tolist() == fresh.rows.tolist()
    assert kept.distances.tolist() == fresh.distances.tolist()
    assert kept.bands.tolist() == fresh.bands.tolist()
    assert visit_evidence(snapshot, query, kept) == visit_evidence(snapshot, query, fresh)
    in_order = [found.grades.argsort(kind="stable").tolist() for found in (kept, fresh)]
    assert in_order[0] == in_order[1]


def test_a_home_in_no_municipality_is_looked_around_itself(snapshot):
    query = Query(Origin(KOKURA[0] + 0.2, KOKURA[1]), 4_000, needs=NEEDS[:2])
    held = len(snapshot.surroundings.items())
    found = in_visiting_range(snapshot, query, conditions(snapshot, query), None)
    assert found.size > 0
    assert len(snapshot.surroundings.items()) == held
