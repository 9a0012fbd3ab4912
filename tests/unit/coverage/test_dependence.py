"""On whom a district depends, and where one more would help most, by brute force."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoportal.coverage.access import NOBODY
from geoportal.coverage.best_site import best_site
from geoportal.coverage.criteria import CoverageCriteria
from geoportal.coverage.dependence import dependence
from geoportal.coverage.distance_zones import RINGS_M
from geoportal.coverage.study import compute_study, inhabited_cells
from geoportal.coverage.supply import PlannedFacility, gather_supply
from geoportal.coverage.tables import cell_rows, district_rows
from tests.rounds import examples
from tests.unit.coverage import oracle, town

RINGS = range(len(RINGS_M))


@pytest.fixture(scope="module")
def study():
    return town.study()


def sure_places(study):
    return {
        study.supply.ids[n]: (float(study.supply.places.lon[n]), float(study.supply.places.lat[n]))
        for n in range(len(study.supply))
        if study.supply.certain[n]
    }


@pytest.mark.parametrize("ring", RINGS)
def test_dependence_equals_brute_force(study, ring):
    places = sure_places(study)
    outlines = {district.code: outline for district, outline in town.outlines()}
    for area, found in zip(study.target.areas, dependence(study, ring), strict=True):
        alone: dict[str, float] = {}
        beyond: dict[str, float] = {}
        for row in cell_rows(study):
            if row["district"] != area.code:
                continue
            metres = {
                one: oracle.metres((row["lon"], row["lat"]), at) for one, at in places.items()
            }
            reached = [one for one, distance in metres.items() if distance <= RINGS_M[ring]]
            if len(reached) == 1:
                alone[reached[0]] = alone.get(reached[0], 0) + row["pop75"]
            nearest = min(metres, key=metres.__getitem__)
            west, _, east, _ = outlines[area.code].bounds
            inside = west <= places[nearest][0] <= east
            if reached and not inside:
                beyond[nearest] = beyond.get(nearest, 0) + row["pop75"]
        assert found.on_one == pytest.approx(math.fsum(alone.values()))
        assert found.across == pytest.approx(math.fsum(beyond.values()))
        for told, expected in ((found.sole, alone), (found.neighbours, beyond)):
            shown = {study.supply.ids[row]: people for row, people in told}
            assert shown == pytest.approx({k: v for k, v in expected.items() if v >= 0.5})
            assert [people for _, people in told] == sorted(shown.values(), reverse=True)


def test_the_neighbour_across_the_border_counts(study):
    *_, east = dependence(study, 2)
    assert "across" in {study.supply.ids[row] for row, _ in east.neighbours}


@pytest.mark.parametrize("ring", [0, 1, 2])
@pytest.mark.parametrize("district", [0, 1])
def test_no_other_cell_would_reach_more_of_those_in_want(study, ring, district):
    code = study.target.areas[district].code
    own = [row for row in cell_rows(study) if row["district"] == code and row["pop75"] > 0]
    key = f"within_{RINGS_M[ring]:.0f}_m"
    fewest = min(row[key] for row in own)
    wanting = [row for row in own if row[key] == fewest]

    def reached(at: oracle.Point) -> float:
        return math.fsum(
            row["pop75"]
            for row in wanting
            if oracle.metres(at, (row["lon"], row["lat"])) <= RINGS_M[ring]
        )

    site = best_site(study, district, ring)
    assert site in {(row["lon"], row["lat"]) for row in own}
    some = own[::11]
    assert reached(site) >= max(reached((row["lon"], row["lat"])) for row in some) - 1e-6


def test_nowhere_to_build_where_nobody_lives():
    empty = town.study(people=town.population([]))
    assert best_site(empty, 0, 1) is None


def test_facilities_that_fewer_than_half_a_person_depends_on_are_left_out():
    people = np.array([0.3, 0.1, 0.3, 0.2, 40.0])  # of the third together half a person
    nearest = np.array([0, 1, 2, 2, 3])
    access = SimpleNamespace(counts=np.ones((5, len(RINGS_M)), dtype=int), nearest=nearest)
    districts = np.zeros(5, dtype=int)
    (found,) = dependence(
        SimpleNamespace(
            sure=SimpleNamespace(access=access),
            cells=Cells(districts=districts, need=people),
            facility_districts=np.array([0, 0, 1, 1]),
            target=SimpleNamespace(areas=["only"]),
            back_up=None,
        ),
        0,
    )
    assert found.sole == ((3, 40.0), (2, 0.5))
    assert found.on_one == pytest.approx(people.sum())
    assert found.neighbours == ((3, 40.0), (2, 0.5))
    assert found.across == pytest.approx(40.5)


class Cells(SimpleNamespace):
    def __len__(self):
        return self.districts.size


@pytest.mark.slow
@settings(max_examples=examples(25), deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(town.WEST - 0.05, town.EAST + 0.05),
            st.floats(town.SOUTH - 0.05, town.NORTH + 0.05),
            st.floats(0.1, 50),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_adding_never_lowers_any_measure(places):
    held = town.snapshot()
    question = CoverageCriteria(kinds=("clinic",), needs=("VM.REG",))
    supply = gather_supply(held, question)
    planned = [PlannedFacility("仮", lon, lat, capacity) for lon, lat, capacity in places]
    before, after = (
        compute_study(held, POPULATION, town.target(held), question, one)
        for one in (supply, supply.with_planned(planned, "clinic"))
    )
    for old, new in ((before.sure, after.sure), (before.possible, after.possible)):
        assert (new.access.counts >= old.access.counts).all()
        assert (old.access.nearest != NOBODY).all()
        assert (new.access.nearest_m <= old.access.nearest_m).all()
        assert (new.access.second_nearest_m <= old.access.second_nearest_m).all()
        assert (new.floating_catchment >= old.floating_catchment * (1 - 1e-12)).all()
    for old, new in zip(district_rows(before), district_rows(after), strict=True):
        for key, value in old.items():
            if key.startswith(("facilities", "per_", "within", "pop75_with", "floating")):
                assert new[key] >= value * (1 - 1e-12), key
            elif key.startswith(("nearest", "second", "pop75_uncovered")):
                assert new[key] <= value * (1 + 1e-12), key
            elif key.startswith("pop"):
                assert new[key] == value


POPULATION = town.population()


def test_a_study_of_cells_that_are_known_is_the_same():
    held = town.snapshot()
    question = CoverageCriteria(kinds=("clinic",), needs=("VM.REG",))
    supply = gather_supply(held, question).with_planned([PlannedFacility("仮", 130.9, 33.82)])
    present = town.study()
    afresh = compute_study(held, POPULATION, town.target(held), question, supply)
    cells = inhabited_cells(POPULATION, town.target(held), question.demand)
    reused = compute_study(held, POPULATION, town.target(held), question, supply, inhabited=cells)
    assert cell_rows(reused) == cell_rows(afresh)
    assert district_rows(reused) == district_rows(afresh)
    assert district_rows(reused) != district_rows(present)
