"""The pack: same bytes, equal figures in every file, nothing from elsewhere, nothing hostile."""

import csv
import json
import re
import sqlite3
import zipfile
from codecs import BOM_UTF8

import pyogrio
import pytest
import python_calamine
import shapely
from shapely.geometry import MultiPolygon, Polygon, box

from geoportal.coverage.area import choose_target
from geoportal.coverage.criteria import CoverageCriteria
from geoportal.coverage.study import compute_study
from geoportal.coverage.supply import gather_supply
from geoportal.coverage.tables import CELL_COLUMNS, cell_rows, district_rows
from geoportal.domain.district import District
from geoportal.errors import UsageError
from geoportal.export.pack import write_pack
from geoportal.export.pack_files import DOWNLOADS, PACK_FILES, PACK_FORMATS
from tests.factories import make_snapshot
from tests.unit.coverage import town

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def report():
    """Return the town with people in the south alone: each cell is drawn in every map and table."""
    return town.report(town.study(people=town.population(town.cells()[:450])))


@pytest.fixture(scope="module")
def pack(report, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pack")
    write_pack(folder, report)
    return folder


def read_csv(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_same_input_same_bytes(report, pack, compared, tmp_path):
    """A comparison changes two files; these are written once more without one."""
    for folder, formats in (("book", ["xlsx"]), ("one", []), ("other", [])):
        write_pack(tmp_path / folder, report, formats)
    for path in pack.iterdir():
        if path.name == "README.txt":
            texts = [(tmp_path / folder / path.name).read_bytes() for folder in ("one", "other")]
            assert texts[0] == texts[1]
            continue
        again = tmp_path / "book" if path.name == "figures.xlsx" else compared
        assert (again / path.name).read_bytes() == path.read_bytes(), path.name


def test_only_what_is_asked_for_is_written(report, tmp_path):
    assert set(write_pack(tmp_path, report, ["csv"])) == {
        "coverage.csv",
        "districts.csv",
        "facilities.csv",
        "demand.csv",
        "baseline.json",
        "README.txt",
    }
    with pytest.raises(UsageError):
        write_pack(tmp_path, report, ["docx"])
    assert set(PACK_FORMATS) == {"html", "png", "pdf", "xlsx", "gpkg", "geojson", "csv"}


CONTENT = {
    "map.html": lambda data: b"</html>" in data and b"<table>" in data,
    "map.png": lambda data: data.startswith(b"\x89PNG"),
    "map.pdf": lambda data: data.startswith(b"%PDF") and b"/FontFile2" in data,
    "figures.xlsx": lambda data: b"xl/worksheets/sheet7.xml" in data,
    "coverage.gpkg": lambda data: data.startswith(b"SQLite format 3") and b"gaps" in data,
    "coverage.geojson": lambda data: len(json.loads(data)["features"]) > 10,
    "coverage.csv": lambda data: data.startswith(BOM_UTF8 + ",".join(CELL_COLUMNS).encode()),
    "districts.csv": lambda data: b"pop75_uncovered_share" in data and b"40106" in data,
    "facilities.csv": lambda data: b"left_without_2000_m" in data,
    "demand.csv": lambda data: data.startswith(BOM_UTF8 + b"cell,lon,lat,pop75"),
    "comparison.csv": lambda data: "地区,項目,前,今,変化,理由".encode() in data,
    "baseline.json": lambda data: json.loads(data)["format"].startswith("geoportal-coverage"),
    "README.txt": lambda data: "■ 出典".encode() in data,
}


@pytest.fixture(scope="module")
def compared(report, tmp_path_factory):
    folder = tmp_path_factory.mktemp("compared")
    rows = [{"地区": "x", "項目": "y", "前": 1, "今": 2, "変化": 1, "理由": ""}]
    write_pack(folder, report, comparison=rows)
    return folder


@pytest.mark.parametrize("file", PACK_FILES, ids=lambda file: file.name)
def test_every_file_has_a_check_of_its_content_and_is_in_the_readme(file, compared):
    assert CONTENT[file.name]((compared / file.name).read_bytes())
    assert "/" in file.media_type
    assert f"  {file.name}　" in (compared / "README.txt").read_text(encoding="utf-8-sig")
    assert {each.name for each in PACK_FILES} == {path.name for path in compared.iterdir()}
    assert set(DOWNLOADS) <= {each.name for each in PACK_FILES if not each.needs_comparison}


def test_the_csv_has_the_columns_of_the_contract(pack):
    with (pack / "coverage.csv").open(encoding="utf-8-sig", newline="") as file:
        assert tuple(next(csv.reader(file))) == CELL_COLUMNS


def test_figures_are_equal_in_every_file(report, pack):
    expected = cell_rows(report.study)
    from_csv = read_csv(pack / "coverage.csv")
    features = json.loads((pack / "coverage.geojson").read_text(encoding="utf-8"))["features"]
    frame = pyogrio.read_dataframe(pack / "coverage.gpkg", layer="cells")
    sheets = python_calamine.CalamineWorkbook.from_path(pack / "figures.xlsx")
    sheet = sheets.get_sheet_by_name("メッシュ").to_python()
    assert len(expected) == len(from_csv) == len(features) == len(frame) == len(sheet) - 1
    headings = sheet[0]
    for n, row in enumerate(expected):
        for key in ("pop75", "within_2000_m", "nearest_m", "floating_catchment"):
            assert float(from_csv[n][key]) == row[key]
            assert features[n]["properties"][key] == row[key]
            assert frame[key][n] == row[key]
        place = headings.index("最も近い施設 m")
        assert sheet[n + 1][place] == row["nearest_m"]


def test_districts_and_total_are_in_the_csv(report, pack):
    rows = read_csv(pack / "districts.csv")
    expected = district_rows(report.study)
    assert [row["district"] for row in rows] == ["40106", "40107", "40100"]
    for row, want in zip(rows, expected, strict=True):
        assert float(row["pop75_with_2_within_4000_m"]) == want["pop75_with_2_within_4000_m"]
        assert row["per_10000_pop75"] == str(want["per_10000_pop75"])


def test_hostile_names_stay_text(pack):
    page = (pack / "map.html").read_text(encoding="utf-8")
    assert town.HOSTILE not in page
    assert "<script>alert" not in page
    named = {row["id"]: row["name"] for row in read_csv(pack / "facilities.csv")}
    assert named["b"] == town.HOSTILE  # begins with "<": no formula
    sheets = python_calamine.CalamineWorkbook.from_path(pack / "figures.xlsx")
    assert town.HOSTILE in {row[1] for row in sheets.get_sheet_by_name("施設").to_python()}
    with zipfile.ZipFile(pack / "figures.xlsx") as book:
        assert not any("<f>" in book.read(n).decode() for n in book.namelist() if "sheet" in n)


def test_every_csv_has_a_bom_and_no_formula(pack):
    tables = sorted(pack.glob("*.csv"))
    assert len(tables) == 4
    for path in tables:
        assert path.read_bytes().startswith(BOM_UTF8), path.name
        cells = [str(cell) for row in read_csv(path) for cell in row.values()]
        assert not [cell for cell in cells if cell.startswith(tuple("=+@＝＋－＠"))], path.name
    named = {row["id"]: row["name"] for row in read_csv(pack / "facilities.csv")}
    assert named["a"] == f"'{town.FORMULA}"


def test_the_map_needs_nothing_from_elsewhere(pack):
    page = (pack / "map.html").read_text(encoding="utf-8")
    assert page.startswith('<!doctype html>\n<html lang="ja">')
    assert "<title>北九州市：" in page or "<title>見本市" in page
    assert "user-scalable" not in page
    assert "default-src 'none'" in page
    assert not re.search(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=", page)
    assert not re.search(r"url\((?!data:|#)", page)
    assert "@import" not in page


def test_the_table_beside_the_map_equals_it(report, pack):
    page = (pack / "map.html").read_text(encoding="utf-8")
    for row in district_rows(report.study):
        assert f"<td>{row['pop75']:,.0f} 人</td>" in page
    assert '<th scope="col">' in page
    assert "<caption>" in page


def test_the_document_has_two_sizes_and_its_font_inside(pack):
    data = (pack / "map.pdf").read_bytes()
    boxes = re.findall(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+) ?\]", data)
    sizes = [(round(float(w) / 72 * 25.4), round(float(h) / 72 * 25.4)) for w, h in boxes]
    assert sizes == [(297, 210), (420, 297)]
    fonts = set(re.findall(rb"/BaseFont /([A-Za-z0-9+-]+)", data))
    assert fonts
    assert all(re.fullmatch(rb"[A-Z]{6}\+IPAexGothic", font) for font in fonts)
    assert b"/FontFile2" in data
    assert b"/CreationDate (D:20261001" in data


def test_the_picture_is_large_enough_to_print(pack):
    data = (pack / "map.png").read_bytes()
    width, height = (int.from_bytes(data[at : at + 4]) for at in (16, 20))
    assert (width, height) == (2338, 1653)


def test_the_geopackage_has_its_reference_system_and_the_datas_date(pack):
    layers = {name for name, _ in pyogrio.list_layers(pack / "coverage.gpkg")}
    assert layers == {"cells", "districts", "facilities", "gaps"}
    for layer in layers:
        assert pyogrio.read_info(pack / "coverage.gpkg", layer=layer)["crs"] == "EPSG:4326"
    with sqlite3.connect(pack / "coverage.gpkg") as database:
        dates = {row[0] for row in database.execute("select last_change from gpkg_contents")}
    database.close()
    assert dates == {"2026-10-01T00:00:00.000Z"}


def test_the_workbook_is_japanese_with_charts_and_frozen_headings(pack):
    sheets = python_calamine.CalamineWorkbook.from_path(pack / "figures.xlsx").sheet_names
    assert sheets == ["概要", "地区", "メッシュ", "施設", "人口の照合", "方法", "出典"]
    with zipfile.ZipFile(pack / "figures.xlsx") as book:
        names = book.namelist()
        assert sum("charts/chart" in name for name in names) == 2
        frozen = [n for n in names if n.startswith("xl/worksheets/sheet")]
        assert all('state="frozen"' in book.read(name).decode() for name in frozen)


def test_the_readme_tells_method_sources_and_range(pack):
    text = (pack / "README.txt").read_text(encoding="utf-8-sig")
    for words in ("Luo W, Qi Y (2009)", "秘匿", "HTKSAKI", "GRS80", "出典", "2026-10-01", "幅"):
        assert words in text


def test_a_district_that_runs_along_the_edge_of_a_cell_is_drawn(tmp_path):
    """The cut of a cell by it is its lower half, and a line along the upper half's edge."""
    edge, low, high = 130.85, 33.85, 33.85 + 1 / 240
    half = (low + high) / 2
    steps = [(edge - 0.02, 33.82), (edge - 0.02, half), (edge, half), (edge, 33.88)]
    shape = MultiPolygon([Polygon([*steps, (edge + 0.02, 33.88), (edge + 0.02, 33.82)])])
    cell = box(edge - 1 / 160, low, edge, high)
    assert shapely.intersection(shape, cell).geom_type == "GeometryCollection"
    tie = (District("T1", "角の校区", "local"), shape)
    held = make_snapshot(
        town.facilities(), outlines=[*town.outlines(), tie], members=town.MEMBERS, codes=town.CODES
    )
    target = choose_target(held.districts, town.MEMBERS, {}, "T1")
    question = CoverageCriteria(kinds=("clinic",), needs=("VM.REG",))
    made = compute_study(held, town.population(), target, question, gather_supply(held, question))
    drawn = write_pack(tmp_path, town.report(made), ["html", "png", "gpkg", "geojson"])
    assert {"map.html", "map.png", "coverage.gpkg", "coverage.geojson"} < set(drawn)
    frame = pyogrio.read_dataframe(tmp_path / "coverage.gpkg", layer="cells")
    assert set(frame.geom_type) == {"MultiPolygon"}
    assert frame.union_all().area == pytest.approx(shape.area)


def test_a_pack_is_there_whole_or_not_at_all(report, tmp_path, monkeypatch):
    """The disk is full while the last picture is written."""

    def full(path, _report):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("geoportal.export.map_image.write_map_pdf", full)
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "coverage.csv").write_text("of last month")
    for folder in ("old", "new"):
        with pytest.raises(OSError, match="No space"):
            write_pack(tmp_path / folder, report, ["csv", "pdf"])
    assert [path.name for path in (tmp_path / "old").iterdir()] == ["coverage.csv"]
    assert (tmp_path / "old" / "coverage.csv").read_text() == "of last month"
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_is_wrong_usage(report, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="cannot be written"):
        write_pack(tmp_path / "file" / "pack", report, ["csv"])


def test_a_comparison_gets_a_sheet_and_a_file(report, tmp_path):
    rows = [{"地区": "x", "項目": "y", "前": 1, "今": 2, "変化": 1, "理由": ""}]
    names = write_pack(tmp_path, report, ["xlsx", "csv"], rows)
    assert "comparison.csv" in names
    sheets = python_calamine.CalamineWorkbook.from_path(tmp_path / "figures.xlsx").sheet_names
    assert "比較" in sheets
