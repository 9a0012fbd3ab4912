"""The facility export: every listed format is checked, and no cell is ever a formula."""

import csv
import json
import sqlite3
import zipfile
from contextlib import closing
from datetime import date

import arro3.io
import geopandas
import pyogrio
import pytest
import python_calamine
import shapely

from geoportal.errors import UsageError
from geoportal.export.facilities import DOWNLOADS, FORMATS, export_facilities
from geoportal.export.facility_columns import facility_row
from geoportal.export.file_names import attachment, file_name
from geoportal.export.hours_words import hours_words
from geoportal.export.table import write_csv, write_xlsx
from geoportal.export.wording import Wording
from geoportal.services.portal import shipped_reference
from geoportal.text.spreadsheet import harmless

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
            "note",
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
            "status": "open",
            "hours": {
                **{
                    k: [] for k in ("closed_weeks", "closed_dates", "unclear_days", "unclear_dates")
                },
                "sessions": [
                    {"day": day, "opens": "09:00", "closes": "12:00", "use": "consultation"}
                    for day in range(5)
                ],
                "open_days": [],
                "closed_days": [6, 7],
                "note": "",
            },
            "applicable_needs": ["VM.REG", "AC.PAIN"],
            "claims": [
                {
                    "code": "VM.REG",
                    "value": "yes",
                    "evidence": "confirmed",
                    "source": "sample",
                    "as_of": "2026-11-01",
                    "stale": False,
                    "note": "在医総管から",
                    "derived_from": "ST.ZAISO",
                }
            ],
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


FIRST = ["名称", "種別", "電話", "FAX", "所在地", "診療・営業時間"]
ASKED = ["訪問診療（定期）", "訪問診療（定期）の根拠", "訪問診療（定期）の時点"]


def check_table(rows):
    heading, first, second = rows
    assert heading[:9] == FIRST + ASKED
    assert first[heading.index("電話")] == "0930001234"
    assert first[heading.index("診療・営業時間")] == "月–金 9:00-12:00; 休み 日、祝"
    assert first[6:9] == ["対応", "電話等で確認", "2026-11-01"]
    assert second[heading.index("名称")] == "見本医院"


def check_codes(rows):
    heading, first, second = rows
    assert float(first[heading.index("経度")]) == 130.875
    assert second[heading.index("経度")] == ""
    assert [first[heading.index(c)] for c in ("VM.REG", "AC.PAIN", "AC.ULCER")] == [
        "yes",
        "unknown",
        "not_applicable",
    ]


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ({"value": "yes", "stale": False}, "○（電話等で確認 2026-11-01）"),
        ({"value": "no", "stale": False}, "×（電話等で確認 2026-11-01）"),
        ({"value": "yes", "stale": True}, "○（電話等で確認 2026-11-01 古い情報）"),
        ({"value": "unknown", "stale": True}, "未確認"),
    ],
)
def test_what_is_not_known_is_neither_yes_nor_no(claim, text):
    document = feature("a", "見本医院", None)
    document["properties"]["shown"] = {
        "VM.REG": {"evidence": "confirmed", "as_of": "2026-11-01", **claim}
    }
    row = facility_row(document, (), Wording(shipped_reference()))
    assert row["fact:VM.REG"] == text
    assert row["VM.REG"] == claim["value"]


def test_fictional_rows_say_so_and_others_do_not():
    document = feature("a", "見本医院", [130.875, 33.885])
    words = Wording(shipped_reference())
    assert facility_row(document, (), words)["fictional"] == "架空のデータ"
    document["properties"] |= {"fictional": False}
    row = facility_row(document, (), words)
    assert (row["fictional"], row["kind_label"]) == ("", "診療所")
    assert (row["lon"], row["lat"]) == (130.875, 33.885)


def check_csv(path):
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    check_table(rows)
    check_codes(rows)
    assert rows[1][0] == "'=cmd|' /C calc'!A0"


def check_xlsx(path):
    book = python_calamine.load_workbook(path)
    assert book.sheet_names == ["施設", "根拠", "コード", "利用条件"]
    people, facts, codes, licences = (
        book.get_sheet_by_name(name).to_python() for name in book.sheet_names
    )
    check_table(people)
    assert people[1][0] == "=cmd|' /C calc'!A0"
    check_codes(codes)
    fact = dict(zip(*facts[:2], strict=True))
    assert (fact["項目"], fact["値"]) == ("訪問診療（定期）", "対応")
    assert fact["導いた元の項目コード"] == "ST.ZAISO"
    assert licences[1][0] == "sample"
    with zipfile.ZipFile(path) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def check_geojson(path):
    document = json.loads(path.read_bytes())
    assert (document["type"], document["features"]) == ("FeatureCollection", FEATURES)
    assert [one["source"] for one in document["licences"]] == ["sample"]


def check_gpkg(path):
    info = pyogrio.read_info(path)
    assert (info["crs"], info["features"]) == ("EPSG:4326", 2)
    frame = pyogrio.read_dataframe(path)
    assert (frame.geometry[0].x, frame.geometry[0].y) == (130.875, 33.885)
    assert frame.geometry[1] is None
    assert list(frame["VM_REG"]) == ["yes", "yes"]
    assert json.loads(frame["claims"][0])[0]["derived_from"] == "ST.ZAISO"
    with closing(sqlite3.connect(path)) as connection:
        names = dict(connection.execute("SELECT column_name, name FROM gpkg_data_columns"))
    assert names["phone"] == "電話"
    assert set(names) == set(frame.columns) - {"geometry", "claims"}


def check_parquet(path):
    table = arro3.io.read_parquet(path).read_all()
    geo = json.loads(table.schema.metadata[b"geo"])
    assert geo["primary_column"] == "geometry"
    points = [value and shapely.from_wkb(value) for value in table["geometry"].to_pylist()]
    assert (points[0].x, points[0].y, points[1]) == (130.875, 33.885, None)
    assert table["VM_REG"].to_pylist() == ["yes", "yes"]


def check_kml(path):
    frame = pyogrio.read_dataframe(path)
    assert (frame.geometry[0].x, frame.geometry[0].y) == (130.875, 33.885)
    assert list(frame["Name"]) == [f["properties"]["name"] for f in FEATURES]
    assert '<Data name="電話"><value>0930001234</value></Data>' in path.read_text(encoding="utf-8")


def rows_of(path):
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def check_municipal_medical(path):
    first, second = rows_of(path)
    assert list(first)[:5] == [
        *["都道府県コード又は市区町村コード", "NO", "都道府県名", "市区町村名", "名称"]
    ]
    assert (first["名称"], first["電話番号"]) == ("'=cmd|' /C calc'!A0", "0930001234")
    assert (first["医療機関の種類"], first["病床数"]) == ("有床診療所", "19")
    assert (first["診療曜日"], first["診療開始時間"], first["診療終了時間"]) == (
        *("月火水木金", "09:00", "12:00"),
    )
    assert first["診療日時特記事項"] == "祝休診"
    assert (first["経度"], second["経度"], second["NO"]) == ("130.875", "", "2")
    assert first["ライセンス"]
    assert first["出典"]


def check_municipal_care(path):
    assert rows_of(path) == []  # both are clinics
    assert "介護サービス事業所名称" in path.read_text("utf-8-sig")


CHECKS = {
    "municipal-medical": check_municipal_medical,
    "municipal-care": check_municipal_care,
    "csv": check_csv,
    "xlsx": check_xlsx,
    "geojson": check_geojson,
    "gpkg": check_gpkg,
    "parquet": check_parquet,
    "kml": check_kml,
}


@pytest.mark.parametrize("chosen", FORMATS, ids=lambda chosen: chosen.name)
def test_every_format_has_a_check_of_its_content(chosen, tmp_path):
    path = tmp_path / f"facilities{chosen.ending.upper()}"
    export_facilities(path, FEATURES, shipped_reference(), needs=["VM.REG"])
    CHECKS[chosen.name](path)
    assert chosen.label
    assert "/" in chosen.media_type


def test_names_and_endings_are_distinct_and_an_unknown_one_names_them_all(tmp_path):
    assert len({f.name for f in FORMATS}) == len({f.ending for f in FORMATS}) == len(FORMATS)
    with pytest.raises(UsageError) as error:
        export_facilities(tmp_path / "x.pdf", FEATURES, shipped_reference())
    assert all(each.ending in str(error.value) for each in FORMATS)
    assert set(DOWNLOADS) == {"csv", "xlsx", "municipal-medical", "municipal-care"}


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_that_may_run_in_a_spreadsheet_is_neutralised(text, tmp_path):
    shown = "'" + text.replace("\r", "")
    assert harmless(text) == shown
    write_csv(tmp_path / "x.csv", [{"name": text}], {"name": "名称"})
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1] == [shown]
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


def test_words_are_those_of_the_language_asked_for(tmp_path):
    path = tmp_path / "x.csv"
    export_facilities(path, FEATURES, shipped_reference(), needs=["VM.REG"], language="en")
    with path.open(encoding="utf-8-sig", newline="") as file:
        heading, first, _ = csv.reader(file)
    assert heading[:3] == ["Name", "Kind", "Phone"]
    assert first[1] == "Clinic"
    assert first[heading.index("Hours")] == "Mon–Fri 9:00-12:00; closed Sun, holidays"


def test_hours_say_days_of_the_same_times_together_and_nothing_of_what_is_not_known():
    words = Wording(shipped_reference())
    assert hours_words(None, words) == ""
    hours = FEATURES[0]["properties"]["hours"]
    sessions = [
        {"day": 0, "opens": "09:00", "closes": "12:00", "use": "consultation"},
        {"day": 0, "opens": "14:00", "closes": "18:00", "use": "consultation"},
        {"day": 2, "opens": "09:00", "closes": "12:00", "use": "consultation"},
        {"day": 2, "opens": "08:30", "closes": "11:30", "use": "reception"},
    ]
    said = hours | {"sessions": sessions, "open_days": [3], "closed_weeks": [[2, 2]]}
    assert hours_words(said, words) == (
        "月 9:00-12:00, 14:00-18:00; 水 9:00-12:00; 木 （時刻は未確認）; 休み 日、祝、第2水"
    )


def test_a_file_is_called_by_what_is_inside():
    words = Wording(shipped_reference())
    day = date(2026, 11, 28)
    assert file_name("小倉北区", [], ["VM.REG"], day, ".xlsx", words) == (
        "小倉北区_訪問診療（定期）_2026-11-28.xlsx"
    )
    assert file_name("a/b\n", ["clinic", "hospital", "pharmacy"], [], day, ".csv", words) == (
        "ab_診療所_病院_ほか1件_2026-11-28.csv"
    )
    assert file_name("", [], [], day, ".kml", words) == "施設_2026-11-28.kml"
    assert attachment("小倉.csv", "x.csv") == (
        "attachment; filename=\"x.csv\"; filename*=UTF-8''%E5%B0%8F%E5%80%89.csv"
    )


HOSTILE_NAMES = [
    *DANGEROUS,
    *("\u202e=1+1\u2066", "\u200b＝1", "\u061c\u200f＠SUM(1)", "\ufeff-1", "a\x07b\x00c\x85\ufffe"),
    *("x\u2028y", "漢" * 10_000, "🏥👨\u200d👩", "]]>&<!--", "<img src=x onerror=alert(1)>"),
    *("https://example.com/", "mailto:a@example.com", "'=1", "{{7*7}}", "%s%n", "../../etc/passwd"),
]
UNSEEN = set("\x00\x07\x85\u200b\u200d\u200f\u202e\u2066\u061c\ufeff\ufffe\u2028")


@pytest.mark.parametrize("chosen", FORMATS, ids=lambda chosen: chosen.name)
def test_hostile_names_stay_text_in_every_format(chosen, tmp_path):
    named = [feature(f"f{n}", name, [130.8, 33.8]) for n, name in enumerate(HOSTILE_NAMES)]
    for document in named:
        texts = ("name", "kana", "address", "operator", "note", "url")
        document["properties"] |= dict.fromkeys(texts, document["properties"]["name"])
    path = tmp_path / f"facilities{chosen.ending}"
    export_facilities(path, named, shipped_reference(), needs=["VM.REG"])
    HARMLESS[chosen.name](path)


def harmless_csv(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(tuple("=+-@＝＋－＠\t\r\n"))]
    assert not UNSEEN & set("".join(cells))


def harmless_xlsx(path):
    with zipfile.ZipFile(path) as book:
        for name in book.namelist():
            text = book.read(name).decode()
            if name.startswith("xl/worksheets"):
                assert "<f>" not in text
                assert "hyperlink" not in text
            assert not UNSEEN & set(text), name
            assert "_x00" not in text
    assert len(python_calamine.load_workbook(path).get_sheet_by_name("施設").to_python()) > 1


def harmless_text(path):
    """Data for programs: as held, in strict JSON."""
    names = [one["properties"]["name"] for one in json.loads(path.read_bytes())["features"]]
    assert names == HOSTILE_NAMES


def harmless_layer(path):
    frame = pyogrio.read_dataframe(path)
    assert len(frame) == len(HOSTILE_NAMES)
    texts = frame.drop(columns=["geometry", "claims"], errors="ignore").astype(str)
    assert not UNSEEN & set("".join(map(str, texts.to_numpy().ravel())))


def harmless_parquet(path):
    table = arro3.io.read_parquet(path).read_all()
    assert not UNSEEN & set("".join(table["name"].to_pylist()))


HARMLESS = {
    "municipal-medical": harmless_csv,
    "municipal-care": harmless_csv,
    "csv": harmless_csv,
    "xlsx": harmless_xlsx,
    "geojson": harmless_text,
    "gpkg": harmless_layer,
    "parquet": harmless_parquet,
    "kml": harmless_layer,
}


@pytest.fixture
def parquet(tmp_path):
    path = tmp_path / "facilities.parquet"
    export_facilities(path, FEATURES, shipped_reference())
    return path


def test_duckdb_reads_the_geoparquet(parquet):
    """DuckDB is no dependency: runs where it is installed."""
    duckdb = pytest.importorskip("duckdb")
    asked = f"SELECT name, geometry IS NULL, VM_REG FROM '{parquet}' ORDER BY id"  # noqa: S608
    assert duckdb.sql(asked).fetchall() == [
        ("=cmd|' /C calc'!A0", False, "yes"),
        ("見本医院", True, "yes"),
    ]


def test_geopandas_reads_the_geoparquet(parquet):
    """Pyarrow, which geopandas reads it by, is no dependency: runs where it is installed."""
    pytest.importorskip("pyarrow")
    frame = geopandas.read_parquet(parquet)
    assert frame.crs.is_geographic
    assert (frame.geometry[0].x, frame.geometry[0].y) == (130.875, 33.885)
    assert list(frame["VM_REG"]) == ["yes", "yes"]
