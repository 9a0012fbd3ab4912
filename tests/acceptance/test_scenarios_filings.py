"""Real filings: who within 16 km of a point in 門司 does scheduled visits, across the strait?

The filings of 下関 are read here with ``csv`` alone; only where an institution stands is taken
from the program (the lists give addresses, not positions).
"""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import pytest

from geoportal.domain.hours import JST
from geoportal.domain.query import Origin, Query
from geoportal.services.portal import Portal, shipped_reference
from geoportal.store.database import open_database
from tests.acceptance import judge

pytestmark = [pytest.mark.shared, pytest.mark.long]

SHARED = Path(__file__).parents[3] / "shared" / "data"
HOME_CARE = SHARED / "bureau" / "shimonoseki_homecare_todokede_2025-10.csv"
MOJI = (130.96, 33.945)  # 門司港; 下関 lies across the water
SUPPORT = {"支援診１", "支援診２", "支援診３"}
SUPPORT_HOSPITALS = {"支援病１", "支援病２", "支援病３"}
DOCTORS = ("hospital", "clinic")


@pytest.fixture(scope="module")
def filed():
    """Symbols filed by each 医科 institution of 下関, by its ten-digit code."""
    if not HOME_CARE.is_file():
        pytest.skip("official files are not here (../shared/data)")
    symbols: dict[str, set[str]] = {}
    with HOME_CARE.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["区分"] == "医科":
                code = row["都道府県コード"] + "1" + row["医療機関番号"]
                symbols.setdefault(code, set()).add(row["受理記号"])
    return symbols


@pytest.fixture(scope="module")
def view(filed, filings_city):
    database = open_database(filings_city / "city.db")
    noon = datetime(2025, 11, 22, 12, tzinfo=JST)
    yield Portal(database, shipped_reference(), clock=lambda: noon).view()
    database.engine.dispose()


def within_reach(view, filed):
    """Codes of the filers whose place lies within 16 km, with their metres."""
    found = {}
    for facility in view.snapshot.facilities:
        code = facility.identifiers.get("medical_institution_code", "")
        place = facility.location
        if code in filed and place.known:
            metres = judge.metres(*MOJI, place.lon, place.lat)
            if metres <= 16_000:
                found[code] = round(metres)
    return found


def answers(view, need):
    query = Query(origin=Origin(*MOJI), needs=(need,), kinds=DOCTORS, include="match", limit=500)
    return view.search(query).results


def code_of(result):
    return result.facility.identifiers["medical_institution_code"]


def test_who_files_for_home_care_management_does_scheduled_visits(view, filed):
    near = within_reach(view, filed)
    filers = {code for code in near if filed[code] & {"在医総管１", "在医総管２"}}
    assert len(filers) > 30
    found = {code_of(result): result for result in answers(view, "VM.REG")}
    assert filers <= found.keys()
    for code, result in found.items():
        assert result.visit_range in {"inside", "borderline"}
        item = result.needs["VM.REG"]
        assert (item.value, item.claim.evidence, item.claim.as_of) == (
            "yes",
            "filed",
            "2025-10-01",
        )
        assert code not in near or result.distance_m == near[code]
    # not only 在宅療養支援診療所: the others are found too
    assert any(not filed[code] & (SUPPORT | SUPPORT_HOSPITALS) for code in filers)


def test_any_support_clinic_is_found_and_24_hours_follow_from_the_filing(view, filed):
    near = within_reach(view, filed)
    clinics = {code for code in near if filed[code] & SUPPORT}
    hospitals = {code for code in near if filed[code] & SUPPORT_HOSPITALS}
    assert len(clinics) > 10
    assert {code_of(result) for result in answers(view, "ST.ZS3")} == clinics
    round_the_clock = answers(view, "VM.24DR")
    assert {code_of(result) for result in round_the_clock} == clinics | hospitals
    for result in round_the_clock:
        note = result.needs["VM.24DR"].claim.note
        in_a_group = bool(filed[code_of(result)] & {"支援診２", "支援病２"})
        assert ("連携グループ" in note) == in_a_group


def test_nobody_is_said_to_refuse_for_not_having_filed(view):
    counts = view.search(Query(origin=Origin(*MOJI), needs=("VM.REG",), kinds=DOCTORS)).counts
    assert counts["no"] == 0
    assert counts["possible"] > 0
