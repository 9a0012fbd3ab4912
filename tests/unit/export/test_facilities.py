"""The facility export: every listed format is checked, and no cell is ever a formula."""

import csv
import json
import zipfile

import pyogrio
import pytest
import python_calamine

from geoportal.errors import UsageError
from geoportal.export.facilities import DOWNLOADS, FORMATS, export_facilities
from geoportal.export.table import PLAIN_COLUMNS, flat_row, harmless, write_csv, write_xlsx
from geoportal.services.portal import shipped_reference

DANGEROUS = [
    f"{sign}1+1" for sign in ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t=", "\r=", "\n=")
]


def feature(key, name, coordinates):
    text = dict.fromkeys(
        [
            "name",
            "kana",
            "address",
            "postal_code",
            "municipality_code",
            "phone",
            "fax",
            "url",
            "operator",
            "status",
            "first_seen",
            "last_seen",
        ],
        "",
    )
    listed = {key: [] for key in ("district", "services", "departments", "filings")}
    return {
        "type": "Feature",
        "id": key,
        "geometry": coordinates and {"type": "Point", "coordinates": coordinates},
        "properties": {
            **text,
            **listed,
            "name": name,
            "kind": "clinic",
            "phone": "0930001234",
            "identifiers": {},
            "beds": 19,
            "capacity": None,
            "location": {"level": "point", "uncertainty_m": 0.0, "warnings": []},
            "sources": [{"source": "sample", "as_of": "2026-11-01"}],
            "fictional": True,
            "shown": {
                "VM.REG": {
                    "value": "yes",
                    "evidence": "confirmed",
                    "as_of": "2026-11-01",
                    "stale": False,
                }
            },
        },
    }


FEATURES = [feature("a", "=cmd|' /C calc'!A0", [130.875, 33.885]), feature("b", "見本医院", None)]


def check_table(rows):
    heading, first, second = rows
    assert heading[: len(PLAIN_COLUMNS)] == list(PLAIN_COLUMNS.values())
    assert heading[-1].endswith("[VM.REG]")
    assert first[heading.index("電話")] == "0930001234"
    assert float(first[heading.index("経度")]) == 130.875
    assert second[heading.index("名称")] == "見本医院"
    assert second[heading.index("経度")] == ""
    assert first[-1] == "○（confirmed 2026-11-01）"


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ({"value": "yes", "stale": False}, "○（confirmed 2026-11-01）"),
        ({"value": "no", "stale": False}, "×（confirmed 2026-11-01）"),
        ({"value": "yes", "stale": True}, "○（confirmed 2026-11-01 古い情報）"),
        ({"value": "unknown", "stale": True}, "未確認"),
    ],
)
def test_what_is_not_known_is_neither_yes_nor_no(claim, text):
    document = feature("a", "見本医院", None)
    document["properties"]["shown"] = {
        "VM.REG": {"evidence": "confirmed", "as_of": "2026-11-01", **claim}
    }
    assert flat_row(document, "診療所")["VM.REG"] == text


def test_fictional_rows_say_so_and_others_do_not():
    document = feature("a", "見本医院", [130.875, 33.885])
    assert flat_row(document, "診療所")["fictional"] == "架空のデータ"
    document["properties"] |= {"fictional": False}
    row = flat_row(document, "診療所")
    assert (row["fictional"], row["kind_label"]) == ("", "診療所")
    assert (row["lon"], row["lat"]) == (130.875, 33.885)


def check_csv(path):
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    check_table(rows)
    assert rows[1][1] == "'=cmd|' /C calc'!A0"


def check_xlsx(path):
    rows = python_calamine.load_workbook(path).get_sheet_by_index(0).to_python()
    check_table(rows)
    assert rows[1][1] == "=cmd|' /C calc'!A0"
    with zipfile.ZipFile(path) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def check_geojson(path):
    assert json.loads(path.read_bytes()) == {"type": "FeatureCollection", "features": FEATURES}


def check_gpkg(path):
    info = pyogrio.read_info(path)
    assert (info["crs"], info["features"]) == ("EPSG:4326", 2)
    frame = pyogrio.read_dataframe(path)
    assert (frame.geometry[0].x, frame.geometry[0].y) == (130.875, 33.885)
    assert frame.geometry[1] is None
    assert frame["VM_REG"][0].startswith("○")


CHECKS = {"csv": check_csv, "xlsx": check_xlsx, "geojson": check_geojson, "gpkg": check_gpkg}


@pytest.mark.parametrize("chosen", FORMATS, ids=lambda chosen: chosen.name)
def test_every_format_has_a_check_of_its_content(chosen, tmp_path):
    path = tmp_path / f"facilities{chosen.ending.upper()}"
    export_facilities(path, FEATURES, shipped_reference())
    CHECKS[chosen.name](path)
    assert chosen.label
    assert "/" in chosen.media_type


def test_names_and_endings_are_distinct_and_an_unknown_one_names_them_all(tmp_path):
    assert len({f.name for f in FORMATS}) == len({f.ending for f in FORMATS}) == len(FORMATS)
    with pytest.raises(UsageError) as error:
        export_facilities(tmp_path / "x.pdf", FEATURES, shipped_reference())
    assert all(each.ending in str(error.value) for each in FORMATS)
    assert set(DOWNLOADS) == {"csv", "xlsx"}


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_that_may_run_in_a_spreadsheet_is_neutralised(text, tmp_path):
    assert harmless(text) == "'" + text
    write_csv(tmp_path / "x.csv", [{"name": text}], {"name": "名称"})
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1] == ["'" + text]
    write_xlsx(tmp_path / "x.xlsx", [{"name": text}], {"name": "名称"})
    with zipfile.ZipFile(tmp_path / "x.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert sheet.count(b't="s"') == 2  # heading and text, both shared strings


def test_numbers_stay_numbers_and_nothing_is_empty():
    assert (harmless(-1.5), harmless(0), harmless(None), harmless("a=1")) == (-1.5, 0, "", "a=1")


def test_every_column_of_the_workbook_can_be_filtered_and_the_heading_stays(tmp_path):
    write_xlsx(tmp_path / "x.xlsx", [{"a": "1", "b": "2"}] * 3, {"a": "甲", "b": "乙", "c": "丙"})
    with zipfile.ZipFile(tmp_path / "x.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml")
    assert b'<autoFilter ref="A1:C4"/>' in sheet
    assert b'xSplit="2" ySplit="1"' in sheet
