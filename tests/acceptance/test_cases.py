"""The cases of ``shared/more/cases``: small files that once failed, each with its right answer."""

from __future__ import annotations

import csv
import gzip
import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from geoportal.geo.geodesic import distance_m
from geoportal.ingest.pipeline import ImportOptions, import_files
from geoportal.services.portal import Portal, shipped_reference
from geoportal.settings import Settings
from geoportal.store.database import open_database
from geoportal.store.facilities import iter_facilities
from geoportal.store.outlines import read_outlines
from geoportal.web.app import create_app

SHARED = Path(__file__).parents[3] / "shared"
CASES = SHARED / "more" / "cases"
TODAY = date(2026, 11, 30)
pytestmark = [
    pytest.mark.shared,
    pytest.mark.long,
    pytest.mark.skipif(not CASES.is_dir(), reason="shared/more/cases is not here"),
]

TAKEN = {  # rows accepted, all of them
    "B/B1_05_pharmacy_20260601.csv": 2,
    "B/B5_kaigo_placeholder_and_capacity.csv": 8,
    "B/B7_bureau_compact_no_kubun.xlsx": 2,
    "B/B8_04_maternity_home_20260601.csv": 1,
    "C/C1_dup_kaigo.csv": 3,
    "C/C1_dup_municipal.csv": 1,
    "D/D1_odd_names_kaigo.csv": 19,
    "E/E01_header_row14.xlsx": 2,
    "E/E02_two_line_header.xlsx": 1,
    "E/E04_notes_bottom.csv": 2,
    "E/E06_utf16.tsv": 2,
    "E/E06b_cr_only.csv": 2,
    "E/E07_sheet_per_service.xlsx": 2,
    "E/E07b_sheets_with_service.xlsx": 2,
    "E/E08_aliases.csv": 1,
    "E/E09_swapped.csv": 1,
    "E/E10_dms.csv": 3,
    "E/E11_latlon_one_column.csv": 1,
    "E/E12_service_spellings.csv": 21,
    "E/E13_merged_names.xlsx": 3,
    "E/E15_no_kind.csv": 1,
    "E/E15b_pharmacy_list.csv": 1,
    "E/E15c_visit_list.csv": 1,
    "E/E16_numeric_phone.xlsx": 1,
    "E/E17_medical_dept_flags.xlsx": 1,
    "E/E18_hours.csv": 5,
    "E/E20c_pop_sex_rows.xlsx": 3,
    "E/E21c_pop_single_years.csv": 1,
    "E/E22c_pop_groups3.csv": 1,
    "E/E23_pop_standard.csv": 1,
    "E/E24_pop_thousand_sep.csv": 1,
    "E/E25_pop_takamatsu_like.csv": 1,
    "E/E26_fiware_care.csv": 1,
    "E/E27_numeric_phone.csv": 2,
    "E/E30_stray_note_right.xlsx": 7,
    "E/E33_blank_last_header.xlsx": 2,
    "E/E34_remark_contradicts.csv": 1,
    "E/E35_excel_times_dates.xlsx": 1,
    "E/E40_excel_formula_text.csv": 1,
    "F/F28_code6.geojson": 1,
    "F/F42_a32_some_odd_names.geojson": 12,
    "F/F19_single_feature.geojson": 1,
    "F/F29_area_ja.geojson": 1,
    "F/F37.topojson": 1,
}
REFUSED = {  # what the sentence says
    "E/E20_pop_sex_rows.xlsx": "names no municipality",
    "E/E21_pop_single_years.csv": "names no municipality",
    "E/E22_pop_groups3.csv": "names no municipality",
    "E/E41_excel_damage.csv": "lost digits",
    "F/F05_6670_noprj.zip": "--crs EPSG:",
    "F/F31_nocode_shared_name.geojson": "圏域名",
    "F/F33_latlon_swapped.geojson": "latitude stands before longitude",
    "F/F34_lines.geojson": "does not know",
    "F/F36_null_props.geojson": "properties none",
}
PARTLY = ("F16_two_point_ring.geojson", "F17_empty_coords.geojson", "F35_null_geom.geojson")

TAKEN |= {  # every other map has two areas
    f"F/{path.name}": 2
    for path in CASES.glob("F/*")
    if f"F/{path.name}" not in TAKEN.keys() | REFUSED.keys() and path.name not in PARTLY
}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    path = tmp_path_factory.mktemp("cases") / "base.db"
    database = open_database(path, create=True)
    files = (
        SHARED / "data/boundaries/kitakyushu_wards_detailed.geojson",
        SHARED / "data/addresses/fukuoka_towns_geolonia.csv",
        shipped_reference().cities_directory / "40100" / "centres.csv",
    )
    import_files(database, shipped_reference(), files, ImportOptions(), today=TODAY)
    database.engine.dispose()
    return path


@pytest.fixture
def take(base, tmp_path):
    path = tmp_path / "case.db"
    shutil.copy(base, path)
    shutil.copytree(base.with_name("base.db.derived"), path.with_name("case.db.derived"))
    database = open_database(path)

    def taken(*names, **options):
        paths = [CASES / name for name in names]
        return import_files(
            database, shipped_reference(), paths, ImportOptions(**options), today=TODAY
        )

    taken.database = database
    yield taken
    database.engine.dispose()


def facilities(take):
    with take.database.engine.connect() as connection:
        return {found.name: found for found in iter_facilities(connection)}


def outlines(take):
    with take.database.engine.connect() as connection:
        return {held.district.code: held for held in read_outlines(connection)}


def matches(take, moment, kind="hospital"):
    """Return the match of each facility of a kind in 小倉北区, asked what is open at a moment."""
    client = create_app(Portal(take.database, shipped_reference()), Settings()).test_client()
    question = {"district": "40106", "kinds": [kind], "include": "all", "limit": 100}
    answer = client.post("/api/v1/search", json={**question, "open_at": f"{moment}+09:00"})
    return {
        feature["properties"]["name"]: feature["properties"]["match"]
        for feature in answer.get_json()["features"]
    }


def test_every_case_is_looked_at():
    elsewhere = {
        *(f"A/{name}" for name in ["gc1.csv", "gc2.csv", "gc3.csv", "g.xlsx", "g_title.csv"]),
        *("A/g_hdrnl.csv", "A/g_semicolon.csv", "README.md"),
        *(path.relative_to(CASES).as_posix() for path in CASES.glob("B/*_01-[12]*.csv")),
        *(f"E/E31{name}.xlsx" for name in ("_footnote_big", "b_footnote_big_next_edition")),
        *(f"F/{name}" for name in PARTLY),
    }
    held = {path.relative_to(CASES).as_posix() for path in CASES.rglob("*") if path.is_file()}
    assert held == {*TAKEN, *REFUSED, *elsewhere}


def test_what_is_right_is_taken_whole(take):
    for name, rows in TAKEN.items():
        (report,) = take(name, dry_run=True).files
        assert (report.refused, report.accepted, report.rejected) == (False, rows, 0), name


def test_what_is_wrong_is_refused_with_a_sentence(take):
    for name, said in REFUSED.items():
        (report,) = take(name, dry_run=True).files
        assert report.refused, name
        assert any(said in issue.message for issue in report.issues), name


@pytest.mark.parametrize("name", PARTLY)
def test_one_broken_feature_is_named_and_the_other_taken(take, name):
    (report,) = take(f"F/{name}", max_rejected_percent=60).files
    assert (report.accepted, report.rejected) == (1, 1)
    assert {issue.line for issue in report.issues if issue.severity == "error"} == {2}


def test_pharmacies_have_names_kana_and_hours(take):
    take("B/B1_05_pharmacy_20260601.csv")
    found = [one for one in facilities(take).values() if one.kind == "pharmacy"]
    assert len(found) == 2
    assert all(one.kana and one.hours.sessions for one in found)


def test_flags_of_days_without_times_are_unknown_and_not_closed(take):
    take("B/B2_01-1_hospital_facility_info.csv", "B/B2_01-2_hospital_speciality_hours.csv")
    friday = matches(take, "2026-11-27T10:00")
    assert (friday["試験病院甲"], friday["試験病院戊"]) == ("possible", "possible")
    assert facilities(take)["試験病院甲"].hours.open_days
    assert matches(take, "2026-11-25T03:00")["試験病院丙"] != "match"


def test_flags_against_hours_are_unknown(take):
    take("B/B3_01-1.csv", "B/B3_01-2.csv")
    own = next(name for name in facilities(take) if "己" in name)
    for moment in ("2026-11-29T10:00", "2026-11-23T10:00"):
        assert matches(take, moment)[own] == "possible"


def test_closing_in_words_closes_and_what_cannot_be_read_is_unknown(take):
    take("B/B4_01-1_closing_ranges.csv", "B/B4_01-2_closing_ranges.csv")
    for moment in ("2026-12-30T10:00", "2027-01-02T10:00"):
        found = {name[2]: match for name, match in matches(take, moment).items()}
        assert [found[n] for n in "01267"] == ["no"] * 5, moment
        assert found["4"] == "possible"
    summer = {name[2]: match for name, match in matches(take, "2026-08-14T10:00").items()}
    assert summer.pop("4") == "possible"
    assert set(summer.values()) == {"match"}


def test_shared_points_are_doubted_and_placeholders_are_no_capacity(take):
    (report,) = take("B/B5_kaigo_placeholder_and_capacity.csv").files
    doubted = {i.line for i in report.issues if i.code in ("far_from_address", "shared_position")}
    assert doubted >= {3, 4, 5, 6}, "offices two to five: their towns are elsewhere"
    first = facilities(take)["見本訪問介護一号"].location
    assert first is not None, "the point is where its address says"
    assert distance_m(first.lon, first.lat, 130.8751, 33.8834) <= first.uncertainty_m
    visiting = [
        one
        for one in facilities(take).values()
        if one.kind in ("visiting_nursing", "home_help", "care_management")
    ]
    assert visiting
    assert all(one.capacity is None for one in visiting)


def test_a_compact_bureau_list_is_of_the_table_its_title_names(take):
    take("B/B7_bureau_compact_no_kubun.xlsx")
    found = [one for one in facilities(take).values() if one.filings]
    assert {one.kind for one in found} <= {"clinic", "hospital"}


def test_closing_flags_of_a_maternity_home(take):
    take("B/B8_04_maternity_home_20260601.csv")
    (found,) = (one for one in facilities(take).values() if one.kind == "maternity_home")
    assert set(found.hours.closed_days) >= {5, 6}
    assert set(found.hours.open_days) == {0, 1, 2, 3, 4}


def test_footnotes_do_not_keep_an_office_open(take):
    take("E/E31_footnote_big.xlsx", as_of="2026-06-01")
    take("E/E31b_footnote_big_next_edition.xlsx", as_of="2026-12-01")
    closed = [n for n, one in facilities(take).items() if one.status == "closed"]
    assert closed == ["見本訪問看護1"]


def test_a_remark_that_contradicts_is_never_open(take):
    take("E/E34_remark_contradicts.csv")
    for moment in ("2026-11-28T15:00", "2026-11-24T13:00"):
        assert matches(take, moment, "clinic")["甲クリニック"] != "match"


def test_projected_outlines_lie_within_a_metre_of_those_in_degrees(take):
    wards = set(outlines(take))

    def corners():
        return [held.geometry.bounds for code, held in outlines(take).items() if code not in wards]

    take("F/F01_cp932_degrees.zip")
    expected = corners()
    for name in (
        "F02_epsg2444.zip",
        "F03_epsg6670.zip",
        "F12_crs6670.geojson",
        "F27_epsg6670.gpkg",
    ):
        take(f"F/{name}", as_of="2026-11-01")
        for box in corners():
            assert any(
                distance_m(*box[:2], *one[:2]) < 1 and distance_m(*box[2:], *one[2:]) < 1
                for one in expected
            ), name


def test_a_code_of_six_digits_is_a_ward(take):
    before = set(outlines(take))
    take("F/F28_code6.geojson", as_of="2026-11-01")
    assert set(outlines(take)) == before


def test_overlapping_areas_are_told(take):
    (report,) = take("F/F39_overlap.geojson").files
    assert "areas_overlap" in {issue.code for issue in report.issues}


def test_no_number_is_read_without_its_first_digit(tmp_path):
    whole, towns = SHARED / "data/addresses/towns_japan.csv.gz", tmp_path / "towns.csv"
    with gzip.open(whole, "rt", encoding="utf-8-sig") as file:
        lines = [line for number, line in enumerate(file) if not number or "東神楽町" in line]
    towns.write_text("".join(lines), encoding="utf-8")
    database = open_database(tmp_path / "towns.db", create=True)
    report = import_files(database, shipped_reference(), [towns], ImportOptions(), today=TODAY)
    assert not report.refused
    with (CASES / "A/gc3.csv").open(encoding="utf-8-sig") as file:
        row = next(row for row in csv.DictReader(file) if row["id"] == "sk1")
    found = Portal(database, shipped_reference()).view().geocode(row["住所"])
    assert found.match_level == "municipality" or found.town == "十九号"
    assert found.municipality_code == "01453"


@pytest.mark.parametrize("name", ["g.xlsx", "g_title.csv", "g_hdrnl.csv", "g_semicolon.csv"])
def test_addresses_are_located_in_any_table_that_import_reads(base, tmp_path, name):
    out = tmp_path / "out.csv"
    command = [
        "--db",
        base,
        "geocode",
        "--csv",
        CASES / "A" / name,
        "--column",
        "住所",
        "--out",
        out,
    ]
    code = "from geoportal.cli.main import main; main()"
    subprocess.run([sys.executable, "-c", code, *command], check=True, capture_output=True)
    with out.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.reader(file))
    header = next(number for number, cells in enumerate(table) if "status" in cells)
    rows = [dict(zip(table[header], cells, strict=True)) for cells in table[header + 1 :] if cells]
    assert rows
    assert all(row["status"] in ("ok", "partial") for row in rows), json.dumps(rows)[:500]
