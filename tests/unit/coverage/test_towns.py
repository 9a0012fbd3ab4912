"""Studies by 町丁目: equal to brute force over the towns, unknown never 0, nobody lost silently."""

import dataclasses
import math

import pytest

from geoportal.coverage.area import choose_target
from geoportal.coverage.baseline import (
    baseline_bytes,
    baseline_document,
    compare,
    compare_studies,
    read_baseline,
)
from geoportal.coverage.best_site import best_site
from geoportal.coverage.demand import MESH, TOWNS
from geoportal.coverage.figures import AT_LEAST
from geoportal.coverage.tables import (
    cell_rows,
    demand_rows,
    district_rows,
    facility_rows,
    reconciliation_rows,
)
from geoportal.coverage.town_demand import allot, town_demand
from geoportal.coverage.wording import sentence
from tests.factories import make_facility, make_outline, make_snapshot
from tests.unit.coverage import oracle, town

WARDS = ("40106", "40107")


@pytest.fixture(scope="module")
def study():
    return town.study(demand=TOWNS)


def placed():
    return [t for t in town.towns() if not t.place.reason]


def where(study, *, sure: bool) -> list[oracle.Point]:
    chosen = study.supply.certain if sure else study.supply.possible
    lon, lat = study.supply.places.lon[chosen], study.supply.places.lat[chosen]
    return list(zip(lon.tolist(), lat.tolist(), strict=True))


def test_every_town_of_the_wards_is_a_cell_of_its_ward(study):
    expected = {
        (f"{t.people.municipality_code}/{t.people.name}", t.people.municipality_code)
        for t in placed()
        if t.people.municipality_code in WARDS
    }
    rows = cell_rows(study)
    assert {(row["cell"], row["district"]) for row in rows} == expected
    assert len(rows) == len(expected) == 50
    outside = next(row for row in rows if row["cell"] == "40107/見本飛地")
    assert outside["lon"] < town.MIDDLE
    assert outside["district"] == "40107"


def test_cells_equal_brute_force(study):
    towns = {f"{t.people.municipality_code}/{t.people.name}": t for t in placed()}
    points = [(t.place.lon, t.place.lat) for t in placed()]
    people = [t.people.pop75 or 0 for t in placed()]
    rows = cell_rows(study)
    asked = [(towns[row["cell"]].place.lon, towns[row["cell"]].place.lat) for row in rows]
    for mark, sure in (("", True), ("_possible", False)):
        facilities = where(study, sure=sure)
        capacity = [1.0] * len(facilities)
        catchment = oracle.floating_catchment(asked, points, people, facilities, capacity)
        for row, cell, expected in zip(rows, asked, catchment, strict=True):
            counts = [row[f"within_{ring}_m{mark}"] for ring in oracle.RINGS_M]
            assert counts == oracle.within(cell, facilities)
            first, second = oracle.nearest_two(cell, facilities)
            assert row[f"nearest_m{mark}"] == pytest.approx(first, rel=1e-9)
            assert row[f"second_nearest_m{mark}"] == pytest.approx(second, rel=1e-9)
            assert row[f"floating_catchment{mark}"] == pytest.approx(expected, rel=1e-9)
    for row in rows:
        people_there = towns[row["cell"]].people
        for name in ("pop", "pop65", "pop75", "pop85"):
            assert row[name] == getattr(people_there, name)
        assert row["alone"] is None
        assert row["uncertainty_m"] == towns[row["cell"]].place.uncertainty_m


def test_districts_equal_brute_force_and_add_up(study):
    facilities = where(study, sure=True)
    *districts, city = district_rows(study)
    for district in districts:
        own = [t for t in placed() if t.people.municipality_code == district["district"]]
        known = [t for t in own if t.people.pop75 is not None]
        need = sum(t.people.pop75 for t in known)
        assert district["pop75"] == need
        assert district["pop"] == sum(t.people.pop for t in own)
        assert district["alone"] is None
        far = 0.0
        for least in AT_LEAST:
            for number, ring in enumerate(oracle.RINGS_M):
                covered = sum(
                    t.people.pop75
                    for t in known
                    if oracle.within((t.place.lon, t.place.lat), facilities)[number] >= least
                )
                assert district[f"pop75_with_{least}_within_{ring}_m"] == covered
        for t in known:
            nearest, _ = oracle.nearest_two((t.place.lon, t.place.lat), facilities)
            far += nearest * t.people.pop75
        assert district["nearest_m"] == pytest.approx(far / need, rel=1e-9)
        share = 1 - district["pop75_with_1_within_2000_m"] / need
        assert district["pop75_uncovered_share"] == pytest.approx(share, abs=1e-12)
    for key in ("pop", "pop65", "pop75", "facilities", "pop75_with_1_within_2000_m"):
        assert city[key] == math.fsum(d[key] for d in districts)
    assert city["alone"] is None


def test_people_around_share_in_the_capacity(study):
    rows = demand_rows(study)
    expected = {
        f"{t.people.municipality_code}/{t.people.name}": t.people.pop75
        for t in placed()
        if t.people.pop75
    }
    assert {row["cell"]: row["pop75"] for row in rows} == expected
    assert any(row["cell"].startswith("40108/") for row in rows)


def test_the_loss_of_each_facility_is_what_recounting_finds(study):
    rows = {row["id"]: row for row in facility_rows(study)}
    for gone in ("a", "c", "across"):
        left = [f for f in town.facilities() if f.id != gone]
        after = town.study(left, demand=TOWNS)
        for ring, metres in enumerate(oracle.RINGS_M):
            lost = study.total.sure.covered[0][ring] - after.total.sure.covered[0][ring]
            assert rows[gone][f"left_without_{metres}_m"] == pytest.approx(lost, abs=1e-6)


def test_a_what_if_sets_two_studies_by_towns_side_by_side(study):
    more = town.study(
        [*town.facilities(), make_facility("new", (130.98, 33.83), kind="clinic")], demand=TOWNS
    )
    rows = compare_studies(study, more)
    changed = {row["項目"]: row["変化"] for row in rows if row["地区"] == more.total.name}
    assert changed["pop75"] == 0.0


def test_one_ward_alone_has_the_same_figures(study):
    alone = town.study(code="40107", demand=TOWNS)
    assert alone.districts[0].sure == study.districts[1].sure
    assert alone.districts[0].possible == study.districts[1].possible
    assert alone.districts[0].people[:4] == study.districts[1].people[:4]


def test_what_is_not_published_is_blank_and_said(study):
    row = next(row for row in cell_rows(study) if row["cell"] == "40106/見本5丁目")
    assert (row["pop"], row["pop75"]) == (105.0, None)
    assert [figures.hidden for figures in study.districts] == [1, 0]
    assert "公表されていない町丁目（1）は入っていません" in sentence(study.districts[0], "訪問診療")
    assert "公表されていない" not in sentence(study.districts[1], "訪問診療")


def test_people_without_a_place_are_shown_beside_the_register(study):
    first, second, total = reconciliation_rows(study)
    assert (first["unplaced_towns"], first["pop_unplaced"], first["pop75_unplaced"]) == (1, 70, 12)
    assert (second["unplaced_towns"], second["pop_unplaced"]) == (0, 0)
    assert (total["unplaced_towns"], total["pop_unplaced"]) == (2, 78)
    assert (first["hidden_towns"], second["hidden_towns"], total["hidden_towns"]) == (1, 0, 1)
    assert first["pop75_difference"] == first["pop75_towns"] - 1500
    counted = sum(row["pop"] for row in cell_rows(study))
    wanted = [t for t in town.towns() if t.people.municipality_code != "40108"]
    assert counted + total["pop_unplaced"] == sum(t.people.pop for t in wanted)


def test_local_districts_have_the_towns_whose_point_they_hold():
    local = [
        make_outline("L1", (130.82, 33.80, 130.88, 33.90), "local"),
        make_outline("L2", (130.88, 33.80, 130.95, 33.90), "local"),
    ]
    held = make_snapshot([], outlines=[*town.outlines(), *local], members=town.MEMBERS)
    cut = choose_target(held.districts, town.MEMBERS, {}, "40100", local="local")
    items = [t for t in placed() if t.people.municipality_code in WARDS]
    items.append(town.held_town("40107", "見本島", (131.003, 33.85), 40, 20, 10, 3))
    demand = town_demand(items)
    parts = allot(demand, cut)
    codes = [area.code for area in cut.areas]
    found = {
        str(demand.keys[row]): codes[n] for row, n in zip(parts.cells, parts.districts, strict=True)
    }
    expected = {}
    for t in items:
        lon = t.place.lon
        inside = "L1" if 130.82 <= lon <= 130.88 else "L2" if 130.88 < lon <= 130.95 else "rest"
        expected[f"{t.people.municipality_code}/{t.people.name}"] = inside
    assert found == expected
    assert set(expected.values()) == {"L1", "L2", "rest"}
    alone = choose_target(held.districts, town.MEMBERS, {}, "L1")
    own = {str(demand.keys[row]) for row in allot(demand, alone).cells}
    beside = {"40106/見本9丁目", "40106/見本17丁目"}  # north of every outline: only the city knows
    assert own == {key for key, code in expected.items() if code == "L1"} - beside


def test_a_ward_without_towns_has_no_people_rather_than_zero():
    items = [t for t in town.towns() if t.people.municipality_code == "40106"]
    study = town.study(people=town.population(held_towns=items), demand=TOWNS)
    first, second, total = district_rows(study)
    assert (second["pop"], second["pop75"], second["per_10000_pop75"]) == (None, None, None)
    assert second["pop75_uncovered_share"] is None
    assert total["pop75"] == first["pop75"] > 0
    assert study.missing_towns == ["地区40107"]
    assert study.missing_meshes == []


def test_without_any_town_there_are_no_cells():
    bare = town.study(people=town.population(), demand=TOWNS)
    assert not bare.has_cells
    assert [d.sure.facilities for d in bare.districts] == [3, 1]


def test_one_more_facility_is_best_put_where_a_town_is(study):
    site = best_site(study, 1, 1)
    assert site in {(t.place.lon, t.place.lat) for t in placed()}


def test_a_baseline_says_by_what_people_were_counted(study):
    document = baseline_document(town.report(study))
    assert document["question"]["demand"] == TOWNS
    assert (document["meshes"], document["towns"]["40106"]) == ({}, "2025-01-31")
    before = read_baseline(baseline_bytes(town.report(town.study())))
    reasons = {row["理由"] for row in compare(before, document) if row["理由"]}
    assert {"条件が違う", "人口の版が違う", "町丁目人口の版が違う"} <= reasons
    assert not [row for row in compare(document, document) if row["理由"]]


def test_a_baseline_of_before_is_one_by_mesh():
    after = baseline_document(town.report(town.study()))
    assert after["question"]["demand"] == MESH
    before = {key: value for key, value in after.items() if key != "towns"}
    before["question"] = {k: v for k, v in after["question"].items() if k != "demand"}
    assert not [row for row in compare(before, after) if row["理由"]]


def test_sample_towns_mark_everything_as_invented(study):
    sets = tuple(dataclasses.replace(item, source="sample") for item in study.population.town_sets)
    people = dataclasses.replace(study.population, town_sets=sets)
    assert not town.report(study).fictional
    invented = town.report(town.study(people=people, demand=TOWNS))
    assert invented.fictional
    assert invented.title.startswith("【架空のデータ】")
