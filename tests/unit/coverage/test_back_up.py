"""N-1 with groups of offices: who has a partner of the only facility within 16 km."""

from __future__ import annotations

import math

import pytest

from geoportal.coverage.criteria import CoverageCriteria
from geoportal.coverage.dependence import dependence
from geoportal.coverage.distance_zones import RINGS_M
from geoportal.coverage.report import make_report
from geoportal.coverage.study import compute_study
from geoportal.coverage.supply import gather_supply
from geoportal.coverage.tables import facility_rows
from geoportal.services.portal import shipped_reference
from tests.factories import make_claim, make_facility
from tests.unit.coverage import oracle, town

FAR = (131.40, 33.83)
"""Some 42 km east of "c": in reach of nobody here."""


@pytest.fixture(scope="module")
def held():
    far = make_facility("far", FAR, [make_claim("VM.REG")], municipality_code="40108")
    snapshot = town.snapshot([*town.facilities(), far])
    snapshot.stand_ins = {"c": ("a", "refuses"), "a": ("c",), "b": ("far",), "far": ("b",)}
    return snapshot


@pytest.fixture(scope="module")
def study(held):
    question = CoverageCriteria(kinds=("clinic",), needs=("VM.REG",))
    supply = gather_supply(held, question)
    return compute_study(held, town.population(), town.target(held), question, supply)


def test_people_equal_a_count_by_hand(study):
    supply = study.supply
    places = zip(supply.places.lon, supply.places.lat, strict=True)
    points = dict(zip(supply.ids, places, strict=True))
    certain = zip(supply.ids, supply.certain, strict=True)
    sure = {one: points[one] for one, is_sure in certain if is_sure}
    cells = study.cells
    for metres in (2_000, 8_000):
        ring = RINGS_M.index(metres)
        expected = dict.fromkeys(supply.ids, 0.0)
        for n in range(len(cells)):
            cell = (float(cells.lon[n]), float(cells.lat[n]))
            near = [
                one for one, at in sure.items() if oracle.within(cell, [at])[RINGS_M.index(metres)]
            ]
            if len(near) != 1:
                continue
            partners = {"c": "a", "a": "c", "b": "far"}.get(near[0])
            if partners and oracle.within(cell, [points[partners]])[-1]:
                expected[near[0]] += float(cells.need[n])
        assert expected["c"] > 0
        assert expected["b"] == 0
        found = dict(zip(supply.ids, study.back_up.people[:, ring].tolist(), strict=True))
        assert found == pytest.approx(expected)
        parts = dependence(study, ring)
        assert math.fsum(one.backed for one in parts) == pytest.approx(sum(expected.values()))
        assert all(one.backed <= one.on_one + 1e-9 for one in parts)


def test_who_refuses_is_no_partner_and_tables_and_words_name_the_others(study, held):
    rows = {row["id"]: row for row in facility_rows(study)}
    assert rows["c"]["partners"] == "a"
    for metres in RINGS_M:
        key = f"{metres:.0f}_m"
        assert rows["c"][f"left_to_partner_{key}"] <= rows["c"][f"left_without_{key}"]
    text = make_report(study, held, shipped_reference(), ()).back_up_text
    assert "未確認" in text
    assert f"{rows['c']['name']}→{rows['a']['name']}（" in text


def test_without_groups_nothing_is_said():
    plain = town.study()
    assert plain.back_up is None
    assert "partners" not in facility_rows(plain)[0]
    assert town.report(plain).back_up_text == ""
