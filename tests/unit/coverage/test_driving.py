"""Coverage by road: people within minutes, N-1, and those of whom no time is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geoportal.coverage.criteria import CoverageCriteria
from geoportal.coverage.driving import MINUTES
from geoportal.coverage.figures import road_shares
from geoportal.coverage.study import Study, compute_study
from geoportal.coverage.supply import PlannedFacility, gather_supply
from geoportal.coverage.tables import cell_rows, district_rows, facility_rows
from geoportal.coverage.wording import road_line, road_sentence
from geoportal.export.workbook_columns import facility_labels
from geoportal.index.driving import RoadIndex, road_columns
from geoportal.roads.compiling import compile_network
from geoportal.roads.network import RoadNetwork
from geoportal.roads.topology import FERRY, RoadLine, edges_of
from tests.unit.coverage import oracle, town

SPEEDS = {"residential": 12.0}
QUESTION = CoverageCriteria(kinds=("clinic",), needs=("VM.REG",))


def roads() -> RoadNetwork:
    """Streets in the west, an island in the east, a ferry between; nothing in the far north."""
    west = [town.WEST + 0.004 * n for n in range(27)]
    south = [town.SOUTH + 0.004 * n for n in range(20)]
    streets = [RoadLine(np.array([(x, y) for x in west]), "residential") for y in south]
    streets += [RoadLine(np.array([(x, y) for y in south]), "residential") for x in west]
    east, island = west[-1], town.WEST + 0.15
    streets.append(RoadLine(np.array([(east, south[5]), (island, south[5])]), FERRY))
    island_road = np.array([(island, south[5]), (island + 0.04, south[5])])
    streets.append(RoadLine(island_road, "residential"))
    return RoadNetwork(compile_network([edges_of(streets)], SPEEDS), off_road_km_h=6.0)


def study_of(
    *planned: PlannedFacility,
    needs: tuple[str, ...] = ("VM.REG",),
    groups: dict[str, tuple[str, ...]] | None = None,
) -> Study:
    held = town.snapshot([f for f in town.facilities() if f.id not in ("c", "across")])
    network = roads()
    columns = road_columns(network, held.columns.lon, held.columns.lat)
    held.roads = RoadIndex(lambda: network, columns)
    held.stand_ins = groups or {}
    question = replace(QUESTION, needs=needs)
    supply = gather_supply(held, question).with_planned(planned, "clinic")
    return compute_study(held, town.population(), town.target(held), question, supply)


@pytest.fixture(scope="module")
def study() -> Study:
    return study_of()


def minutes_of(study: Study, sure: bool) -> np.ndarray:
    """Minutes from each facility to each part, pair by pair."""
    network = roads()
    chosen = study.supply.certain if sure else study.supply.possible
    places = network.snap(study.supply.places.lon[chosen], study.supply.places.lat[chosen])
    homes = network.snap(study.cells.lon, study.cells.lat)
    return network.drives(places, homes).seconds / 60


@pytest.mark.parametrize(("mark", "sure"), [("", True), ("_possible", False)])
def test_districts_have_the_people_within_the_minutes_of_the_pairs(study, mark, sure):
    pairs = minutes_of(study, sure)
    for number, row in enumerate(district_rows(study)[:-1]):
        own = study.cells.districts == number
        for least in (1, 2):
            for limit in MINUTES:
                within = (pairs <= limit).sum(axis=1) >= least
                expected = study.cells.need[own & within].sum()
                found = row[f"pop75_with_{least}_within_{limit}_min{mark}"]
                assert found == pytest.approx(expected, abs=1e-6)


def test_parts_without_a_time_are_counted_apart(study):
    pairs = minutes_of(study, sure=True)
    never = ~np.isfinite(pairs).any(axis=1)
    total = district_rows(study)[-1]
    assert total["pop75_minutes_unknown"] == pytest.approx(study.cells.need[never].sum())
    assert {row["road"] for row in cell_rows(study)} == {"road", "ferry", "unknown"}
    for row in cell_rows(study):
        assert (row["nearest_min"] is None) == (row["road"] != "road")
    shares = road_shares(study.total, study.total.sure, 0)
    assert sum(shares) == pytest.approx(1.0)
    assert shares[2] > 0
    assert "時間がわからない人" in road_sentence(study.total, "訪問診療")
    assert "船" in road_line(study)


def test_closing_the_only_one_in_reach_loses_its_people(study):
    pairs, need = minutes_of(study, sure=True), study.cells.need
    ids = [name for name, sure in zip(study.supply.ids, study.supply.certain, strict=True) if sure]
    rows = {row["id"]: row for row in facility_rows(study)}
    for number, name in enumerate(ids):
        others = np.delete(pairs, number, axis=1)
        for limit in MINUTES:
            for left, key in ((0, "left_without"), (1, "left_with_one")):
                after = (others <= limit).sum(axis=1)
                lost = ((pairs <= limit).sum(axis=1) == left + 1) & (after == left)
                found = rows[name][f"{key}_{limit}_min"]
                assert found == pytest.approx(need[lost].sum(), abs=1e-6)


def test_a_partner_within_16_km_backs_up_the_only_one_by_road_as_it_does_in_a_straight_line(study):
    pairs, need = minutes_of(study, sure=True), study.cells.need
    supply = study.supply
    points = list(zip(supply.places.lon.tolist(), supply.places.lat.tolist(), strict=True))
    sure = np.flatnonzero(supply.certain)
    only, partner = (int(n) for n in sure[:2])
    ids = supply.ids
    grouped = study_of(groups={ids[only]: (ids[partner],), ids[partner]: (ids[only],)})
    near = [
        oracle.metres((lon, lat), points[partner]) <= 16_000
        for lon, lat in zip(grouped.cells.lon, grouped.cells.lat, strict=True)
    ]
    rows = {row["id"]: row for row in facility_rows(grouped)}
    for limit in MINUTES:
        alone = ((pairs <= limit).sum(axis=1) == 1) & (pairs[:, 0] <= limit)
        found = rows[ids[only]][f"left_to_partner_{limit}_min"]
        assert found == pytest.approx(need[alone & near].sum(), abs=1e-6)
        assert found <= rows[ids[only]][f"left_without_{limit}_min"] + 1e-9
    assert rows[ids[only]][f"left_to_partner_{MINUTES[0]}_min"] > 0
    assert "left_to_partner_15_min" in facility_labels(by_road=True, with_partners=True)
    assert not [key for row in facility_rows(study) for key in row if "partner" in key]


def test_a_planned_facility_comes_by_road_too(study):
    island = PlannedFacility("仮の施設", town.WEST + 0.16, town.SOUTH + 0.02)
    after = study_of(island)
    assert after.total.sure.by_road.unknown < study.total.sure.by_road.unknown
    assert {row["road"] for row in cell_rows(after)} == {"road", "unknown"}


def test_where_nobody_is_known_to_do_it_nobody_is_in_reach(study):
    nobody = study_of(needs=("AC.ULCER",))
    covered, beyond, unknown = road_shares(nobody.total, nobody.total.sure, 1)
    assert covered == 0
    assert beyond > 0
    assert unknown == pytest.approx(
        nobody.cells.need[roads().snap(nobody.cells.lon, nobody.cells.lat).edge < 0].sum()
        / nobody.total.need
    )


def test_without_a_road_map_nothing_is_said_of_roads():
    study = town.study()
    assert study.roads is None
    assert not [key for row in district_rows(study) for key in row if key.endswith("_min")]
    assert road_sentence(study.total, "訪問診療") == road_line(study) == ""
