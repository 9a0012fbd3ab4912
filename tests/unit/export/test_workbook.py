"""``figures.xlsx``: what its sheets say, and which cells its charts draw."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace

import pytest
import python_calamine

from geoportal.coverage.tables import district_rows, facility_rows
from geoportal.export.workbook import write_workbook
from geoportal.export.workbook_columns import FACILITY_LABELS
from tests.unit.coverage import town


def written(path, report):
    write_workbook(path, report)
    book = python_calamine.load_workbook(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


@pytest.fixture(scope="module")
def city():
    return town.report()


@pytest.fixture(scope="module")
def ward():
    return town.report(town.study(code="40106"))


@pytest.mark.parametrize("name", ["city", "ward"])
def test_the_summary_has_a_sentence_for_each_district_and_one_for_several(name, request, tmp_path):
    report = request.getfixturevalue(name)
    names = [row["name"] for row in district_rows(report.study)]
    expected = names if name == "city" else names[:1]
    assert len(expected) == (3 if name == "city" else 1)
    sheet = written(tmp_path / "figures.xlsx", report)["概要"]
    said = [row[0] for row in sheet[3:] if row[0]]
    assert said[: len(expected) + 1] == [*expected, "代わりのない施設"]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("name", ["city", "ward"])
def test_charts_draw_the_districts_without_heading_and_total(name, request, tmp_path):
    report = request.getfixturevalue(name)
    rows = written(tmp_path / "figures.xlsx", report)["地区"]
    with zipfile.ZipFile(tmp_path / "figures.xlsx") as book:
        charts = [book.read(f"xl/charts/chart{n}.xml").decode() for n in (1, 2)]
    count = len(report.study.districts)
    assert len(rows) == 1 + count + 1
    for chart in charts:
        spans = re.findall(r"<c:f>地区!\$([A-Z]+)\$(\d+)(?::\$\1\$(\d+))?</c:f>", chart)
        assert len(spans) == 2
        assert {(int(first), int(last or first)) for _, first, last in spans} == {(2, 1 + count)}


def test_a_comparison_has_a_sheet_with_labels_and_changes(city, tmp_path):
    items = [
        {"項目": "name", "地区": "見本区", "前": 1.5, "今": 2.25, "変化": 0.75},
        {"項目": "something", "地区": "見本区", "前": 1.0, "今": 1.0, "変化": 0.0},
    ]
    path = tmp_path / "figures.xlsx"
    heading, first, second = written(path, replace(city, comparison=items))["比較"]
    assert heading == ["項目", "地区", "前", "今", "変化"]
    assert first[1:] == ["見本区", 1.5, 2.25, 0.75]
    assert (first[0] != "name", second[0]) == (True, "something")
    assert "比較" not in written(path, city)


def test_what_is_true_of_a_facility_is_said_in_words(city, tmp_path):
    heading, *rows = written(tmp_path / "figures.xlsx", city)["施設"]
    facts = [
        (FACILITY_LABELS[key][0], [row[key] for row in facility_rows(city.study)])
        for key in FACILITY_LABELS
        if isinstance(facility_rows(city.study)[0].get(key), bool)
    ]
    assert facts
    for label, values in facts:
        assert set(values) == {True, False}, label
        shown = [row[heading.index(label)] for row in rows]
        assert shown == ["はい" if value else "いいえ" for value in values]
