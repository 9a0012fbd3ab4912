"""Dates of editions in names and titles of files, as publishers write them."""

from __future__ import annotations

import pytest

from geoportal.ingest.reading.edition_dates import date_in_name, date_in_title


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("01-1_hospital_facility_info_20250601.csv", "2025-06-01"),
        ("20250601.csv", "2025-06-01"),
        ("x 2025_6_9.csv", "2025-06-09"),
        ("2025-06.csv", "2025-06-01"),
        ("all_med_inst_cd_2025-08.csv.gz", "2025-08-01"),
        ("ken_all_2026-06-05.zip", "2026-06-05"),
        ("202510.csv", "2025-10-01"),
        ("s2025.10_sisetukijun_kyoto_ika.xlsx", "2025-10-01"),
        ("r7_10_shisetsu_saga_ika_02.xlsx", "2025-10-01"),
        ("12届出受理医療機関名簿（医科）千葉r0710.xlsx", "2025-10-01"),
        ("名簿R7.12.1.xlsx", "2025-12-01"),
        ("R071201.xlsx", "2025-12-01"),
        ("令和７年１２月１日現在.xlsx", "2025-12-01"),
        ("令和元年5月.csv", "2019-05-01"),
        ("N03-21_38_210101.geojson", "2021-01-01"),
        ("A32-23_29_GML.zip", "2023-01-01"),
        ("N02-23_GML.zip", "2023-12-31"),
    ],
)
def test_names_with_a_date(name, day):
    found = date_in_name(name)
    assert found is not None, name
    assert found.isoformat() == day


@pytest.mark.parametrize(
    "name",
    [
        "jigyosho_130.csv",
        "401005_pharmacy.csv",  # Kitakyushu's code, not 2040-10-05
        "131016.csv",  # Chiyoda's, not 2013-10-16
        "tblT001101H5130.txt",
        "132071_population_2025.csv",  # a year says too little
        "令和7年度一覧.csv",
        "ver2025_1.csv",
        "20251340.csv",
        "r2_map.geojson",
        "12345678.csv",
    ],
)
def test_names_without_one(name):
    assert date_in_name(name) is None


@pytest.mark.parametrize(
    ("title", "day"),
    [
        ("北九州市薬局一覧　令和７年１２月１日現在", "2025-12-01"),
        ("令和6年3月5日厚生労働省告示第57号\n令和7年10月1日 現在", "2025-10-01"),
        ("事業所一覧（令和7年12月）", "2025-12-01"),
        ("2025年12月時点　令和6年4月改定", "2025-12-01"),
        ("R7.10.1現在", "2025-10-01"),
        ("2025/6/1 更新", "2025-06-01"),
    ],
)
def test_titles_that_state_one(title, day):
    found = date_in_title(title)
    assert found is not None, title
    assert found.isoformat() == day


@pytest.mark.parametrize(
    "title",
    [
        "",
        "介護事業所一覧",
        "令和7年度 施設一覧",
        "令和3年4月1日施行",
        "令和3年4月1日施行の一覧（令和6年4月告示）",
        "令和7年4月1日 令和7年5月1日",  # which of the two?
    ],
)
def test_titles_that_do_not(title):
    assert date_in_title(title) is None
