"""Access equals brute force, on the rim and far away; the floating catchment equals the paper."""

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoportal.coverage.access import NOBODY, Access, measure_access
from geoportal.coverage.catchment import (
    capacity_per_person,
    floating_catchment,
    ring_weights,
    weighted_demand,
)
from geoportal.coverage.distance_zones import RINGS_M, DistanceZones, Places
from tests.rounds import examples
from tests.unit.coverage import oracle

CELL = (130.875, 33.885)


def places(points) -> Places:
    lon = np.array([p[0] for p in points], dtype=float)
    lat = np.array([p[1] for p in points], dtype=float)
    return Places.from_degrees(lon, lat)


def access(cells, facilities, mask=None) -> Access:
    if mask is None:
        mask = np.ones(len(facilities), dtype=bool)
    return measure_access(DistanceZones(places(cells), places(facilities)), [np.array(mask)])[0]


def scattered(seed: int, count: int, width: float, height: float) -> list[oracle.Point]:
    rng = random.Random(seed)
    return [(130.6 + width * rng.random(), 33.7 + height * rng.random()) for _ in range(count)]


def same(a: float, b: float) -> bool:
    return (math.isnan(a) and math.isnan(b)) or a == pytest.approx(b, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(("width", "height"), [(0.05, 0.04), (0.5, 0.4), (3.0, 2.5)])
def test_counts_and_nearest_equal_brute_force(width, height):
    cells, facilities = scattered(1, 60, width, height), scattered(2, 90, width, height)
    found = access(cells, facilities)
    for n, cell in enumerate(cells):
        assert found.counts[n].tolist() == oracle.within(cell, facilities)
        first, second = oracle.nearest_two(cell, facilities)
        assert same(found.nearest_m[n], first)
        assert same(found.second_nearest_m[n], second)
        assert oracle.metres(cell, facilities[found.nearest[n]]) == pytest.approx(first)


@pytest.mark.parametrize("ring", RINGS_M)
@pytest.mark.parametrize("off_m", [-0.02, -1e-4, 1e-4, 0.02])
def test_the_rim_is_decided_by_the_geodesic(ring, off_m):
    facilities = []
    for azimuth in range(0, 360, 7):
        lon, lat, _ = oracle.GEOD.fwd(*CELL, azimuth, ring + off_m)
        facilities.append((lon, lat))
    counts = access([CELL], facilities).counts[0]
    assert counts.tolist() == oracle.within(CELL, facilities)
    assert counts[RINGS_M.index(ring)] == (len(facilities) if off_m < 0 else 0)


def test_two_in_one_building_are_both_counted_and_ties_go_to_the_lower_row():
    place = (CELL[0] + 0.001, CELL[1])
    found = access([CELL], [place, place, (CELL[0] + 0.1, CELL[1])])
    assert (found.nearest[0], found.second[0]) == (0, 1)
    assert found.nearest_m[0] == found.second_nearest_m[0]
    assert found.counts[0].tolist() == [2, 2, 2, 2, 3]


def test_nearest_is_found_beyond_every_ring():
    far = [(139.7, 35.7), (141.35, 43.06), (127.68, 26.21)]
    found = access([CELL], far)
    assert found.counts[0].tolist() == [0] * 5
    first, second = oracle.nearest_two(CELL, far)
    assert same(found.nearest_m[0], first)
    assert same(found.second_nearest_m[0], second)


@pytest.mark.parametrize("count", [0, 1])
def test_with_one_or_none_there_is_no_second(count):
    found = access([CELL], [(130.9, 33.9)][:count])
    assert math.isnan(found.second_nearest_m[0])
    assert found.second[0] == NOBODY
    assert (found.nearest[0] == NOBODY) == (count == 0)


def test_only_facilities_of_the_set_count():
    facilities = scattered(3, 40, 0.2, 0.2)
    mask = [n % 3 == 0 for n in range(40)]
    chosen = [f for f, use in zip(facilities, mask, strict=True) if use]
    found = access([CELL], facilities, mask)
    assert found.counts[0].tolist() == oracle.within(CELL, chosen)
    assert same(found.second_nearest_m[0], oracle.nearest_two(CELL, chosen)[1])


def test_no_cells_no_answer():
    found = access([], [CELL])
    assert found.counts.shape == (0, 5)


def test_weights_follow_the_zones():
    assert ring_weights().tolist() == [1.0, 1.0, 1.0, 0.68, 0.22, 0.0]


def test_floating_catchment_equals_brute_force():
    cells, facilities = scattered(4, 80, 0.5, 0.4), scattered(5, 30, 0.5, 0.4)
    people = [float(random.Random(n).randint(0, 300)) for n in range(80)]
    capacity = [1.0 + n % 4 for n in range(30)]
    zones = DistanceZones(places(cells), places(facilities))
    shared = capacity_per_person(weighted_demand(zones, np.array(people)), np.array(capacity))
    found = floating_catchment(zones, shared.ratio[:, None])[:, 0]
    expected = oracle.floating_catchment(cells, cells, people, facilities, capacity)
    assert found == pytest.approx(expected, rel=1e-9)
    given_out = sum(p * a for p, a in zip(people, found, strict=True))
    in_use = sum(c for c, d in zip(capacity, shared.demand, strict=True) if d > 0)
    assert given_out == pytest.approx(in_use)


def test_a_facility_nobody_lives_near_has_nothing_to_share():
    zones = DistanceZones(places([CELL]), places([(140.0, 36.0)]))
    shared = capacity_per_person(weighted_demand(zones, np.array([5.0])), np.array([1.0]))
    assert shared.ratio.tolist() == [0.0]


def test_progress_is_told_to_the_end():
    told = []
    zones = DistanceZones(
        places(scattered(6, 50, 1, 1)), places([CELL]), progress=lambda *a: told.append(a)
    )
    measure_access(zones, [np.array([True])])
    assert told[-1][1:] == (50, 50)


coordinates = st.tuples(
    st.floats(130.7, 131.0, allow_nan=False), st.floats(33.8, 34.0, allow_nan=False)
)


@settings(max_examples=examples(60), deadline=None)
@given(
    cells=st.lists(coordinates, min_size=1, max_size=12),
    facilities=st.lists(coordinates, min_size=1, max_size=12),
    gone=st.integers(0, 11),
)
def test_removing_a_facility_never_raises_any_measure(cells, facilities, gone):
    """Counts and the floating catchment never rise; distances never fall.

    In the two-step method a facility's share depends on demand alone, not on other facilities, so
    that the catchment measure is monotone, too (this fails for three-step variants).
    """
    gone %= len(facilities)
    rest = [f for n, f in enumerate(facilities) if n != gone]
    people = np.arange(1.0, len(cells) + 1)
    before, after = access(cells, facilities), access(cells, rest)
    assert (after.counts <= before.counts).all()
    for name in ("nearest_m", "second_nearest_m"):
        old = np.nan_to_num(getattr(before, name), nan=np.inf)
        new = np.nan_to_num(getattr(after, name), nan=np.inf)
        assert (new >= old).all()
    catchments = []
    for some in (facilities, rest):
        zones = DistanceZones(places(cells), places(some))
        shared = capacity_per_person(weighted_demand(zones, people), np.ones(len(some)))
        catchments.append(floating_catchment(zones, shared.ratio[:, None])[:, 0])
    assert (catchments[1] <= catchments[0] * (1 + 1e-12)).all()
