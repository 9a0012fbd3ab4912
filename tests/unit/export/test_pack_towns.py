"""The pack by 町丁目: the same figures in every file, points instead of squares, unknown blank."""

import csv
import json
import re

import pyogrio
import pytest
import python_calamine

from geoportal.coverage.demand import TOWNS
from geoportal.coverage.tables import CELL_COLUMNS, cell_rows, district_rows
from geoportal.export.coverage_shapes import circle_radii_m, gap_rows
from geoportal.export.pack import write_pack
from tests.unit.coverage import town


@pytest.fixture(scope="module")
def report():
    return town.report(town.study(demand=TOWNS))


@pytest.fixture(scope="module")
def pack(report, tmp_path_factory):
    folder = tmp_path_factory.mktemp("towns")
    write_pack(folder, report)
    return folder


def read_csv(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def number(text):
    return float(text) if text else None


@pytest.mark.long
def test_same_input_same_bytes(report, pack, tmp_path):
    for name in write_pack(tmp_path, report):
        assert (tmp_path / name).read_bytes() == (pack / name).read_bytes(), name


def test_figures_are_equal_in_every_file(report, pack):
    expected = cell_rows(report.study)
    from_csv = read_csv(pack / "coverage.csv")
    features = json.loads((pack / "coverage.geojson").read_text(encoding="utf-8"))["features"]
    frame = pyogrio.read_dataframe(pack / "coverage.gpkg", layer="cells")
    book = python_calamine.CalamineWorkbook.from_path(pack / "figures.xlsx")
    headings, *sheet = book.get_sheet_by_name("町丁目").to_python()
    assert tuple(from_csv[0]) == CELL_COLUMNS
    assert len(expected) == len(from_csv) == len(features) == len(frame) == len(sheet)
    columns = {
        "pop75": "75歳以上",
        "within_2000_m": "2 km以内の施設",
        "nearest_m": "最も近い施設 m",
        "floating_catchment": "到達可能性 E2SFCA",
    }
    for n, row in enumerate(expected):
        assert from_csv[n]["cell"] == row["cell"] == frame["cell"][n] == sheet[n][0]
        assert sheet[n][headings.index("位置の誤差 ± m")] == row["uncertainty_m"]
        for key, heading in columns.items():
            assert number(from_csv[n][key]) == row[key]
            assert features[n]["properties"][key] == row[key]
            held = frame[key][n]
            assert held == row[key] or (row[key] is None and held != held)
            assert sheet[n][headings.index(heading)] == ("" if row[key] is None else row[key])
        assert features[n]["geometry"] == {
            "type": "Point",
            "coordinates": [round(row["lon"], 6), round(row["lat"], 6)],
        }
        assert frame.geometry[n].geom_type == "Point"


def test_people_that_are_not_published_are_blank_everywhere(report, pack):
    (row,) = [row for row in read_csv(pack / "coverage.csv") if row["cell"] == "40106/見本5丁目"]
    assert (row["pop"], row["pop65"], row["pop75"], row["pop85"]) == ("105.0", "", "", "")
    assert [row["alone"] for row in read_csv(pack / "districts.csv")] == ["", "", ""]
    assert json.dumps("公表なし") in (pack / "map.html").read_text(encoding="utf-8")


def test_gaps_are_the_towns_where_nobody_serves(report, pack):
    frame = pyogrio.read_dataframe(pack / "coverage.gpkg", layer="gaps")
    expected = [
        row["cell"]
        for row in cell_rows(report.study)
        if row["within_2000_m"] == 0 and row["pop75"] != 0
    ]
    assert frame["cell"].tolist() == expected
    assert len(expected) == len(gap_rows(report.study)) > 5


def test_circles_grow_with_the_people_of_75_and_over(report):
    cells, radii = report.study.cells, circle_radii_m(report.study)
    known = cells.need > cells.need.mean() / 2
    ratio = radii[known] ** 2 / cells.need[known]
    assert ratio.max() == pytest.approx(ratio.min())
    assert radii.min() > 0


def test_the_map_draws_circles_and_no_hostile_name(report, pack):
    page = (pack / "map.html").read_text(encoding="utf-8")
    assert town.HOSTILE not in page
    assert "<script>alert" not in page
    assert "new L.circle(latlng" in page
    assert "円は町丁目" in page
    assert not re.search(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=", page)
    for row in district_rows(report.study):
        assert f"<td>{row['pop75']:,.0f} 人</td>" in page


def test_picture_and_document_open(pack):
    assert (pack / "map.png").read_bytes().startswith(b"\x89PNG")
    assert len(re.findall(rb"/MediaBox", (pack / "map.pdf").read_bytes())) == 2


def test_the_reconciliation_shows_who_is_not_counted(pack):
    book = python_calamine.CalamineWorkbook.from_path(pack / "figures.xlsx")
    headings, first, _, total = book.get_sheet_by_name("人口の照合").to_python()
    assert first[headings.index("位置がわからない町丁目")] == 1
    assert total[headings.index("そこに住む人口（数に入れていない）")] == 78
    assert "人口 町丁目" in headings


def test_the_readme_says_how_towns_were_counted(pack):
    text = (pack / "README.txt").read_text(encoding="utf-8-sig")
    for words in (
        "人口の数え方　町丁目（自治体の地域・年齢別人口）50 か所\n",
        "40106（2025-01-31）",
        "代表点",
        "面積で分けることはしていません",
        "±",
        "位置がわからない町丁目が 2 あります（見本不明、見本どこか）",
        "公表されていない町丁目が 1",
        "町丁目ごとの数字",
    ):
        assert words in text, words
    assert "HTKSAKI" not in text
    assert "メッシュ" not in text
