"""The command line: JSON on stdout alone, words on stderr, exit codes."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest
import sqlalchemy as sa

from geoportal.cli import main as command_line
from geoportal.store.database import advance_dataset_version
from geoportal.store.facilities import iter_facilities
from geoportal.store.schema import facilities
from tests.factories import KOKURA

KAIGO_HEADER = (
    "都道府県コード又は市町村コード,No,都道府県名,市区町村名,事業所名,事業所名カナ,サービスの種類,住所,"
    "方書（ビル名等）,緯度,経度,電話番号,FAX番号,法人番号,法人の名称,事業所番号,利用可能曜日,"
    "利用可能曜日特記事項,定員,URL,高齢者の方と障害者の方が同時一体的に利用できるサービス,"
    "介護保険の通常の指定基準を満たしている,障害福祉の通常の指定基準を満たしている,備考"
)
KAIGO_ROW = (
    "401064,4099990001,福岡県,北九州市小倉北区,見本訪問看護ステーション,ミホン,訪問看護,"
    "福岡県北九州市小倉北区見本町1-1,,33.8834,130.8751,093-000-1234,,,,4099990001,,,0,,,,,"
)


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def geoportal(*arguments: str, db: Path, ok: int = 0) -> Done:
    """Run the command line in this process, as `geoportal` would be run."""
    out, err = io.StringIO(), io.StringIO()
    with (
        mock.patch.dict(os.environ, {"GEOPORTAL_TILE_URL": ""}),  # nobody else is asked
        mock.patch.object(sys, "argv", ["geoportal", "--db", str(db), *arguments]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        command_line.run()
    code = ended.value.code or 0
    assert code == ok, err.getvalue()
    return Done(int(code), out.getvalue(), err.getvalue())


def answer(*arguments: str, db: Path, ok: int = 0):
    return json.loads(geoportal(*arguments, "--json", db=db, ok=ok).stdout)


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> Path:
    db = tmp_path_factory.mktemp("sample") / "city.db"
    geoportal("init", "--sample", db=db)
    return db


@pytest.fixture
def kaigo_file(tmp_path) -> Path:
    path = tmp_path / "anything.csv"
    path.write_text(f"{KAIGO_HEADER}\r\n{KAIGO_ROW}\r\n", encoding="utf-8-sig", newline="")
    return path


@pytest.mark.slow
def test_the_installed_tool_keeps_stdout_for_the_document(tmp_path):
    tool = Path(sys.executable).with_name("geoportal")
    if not tool.exists():
        pytest.skip("geoportal is not installed beside this Python")
    done = subprocess.run(
        [tool, "--db", tmp_path / "x.db", "init", "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["database"] == str(tmp_path / "x.db")


def test_init_is_idempotent_and_keeps_the_data(sample):
    before = answer("init", db=sample)["dataset_version"]
    assert answer("init", "--sample", db=sample)["dataset_version"] == before


def test_search_prints_what_the_api_returns(sample):
    from geoportal.services.portal import Portal, shipped_reference
    from geoportal.settings import Settings
    from geoportal.store.database import open_database
    from geoportal.web.app import create_app

    printed = answer(
        "search",
        "--near",
        f"{KOKURA[0]},{KOKURA[1]}",
        "--radius",
        "3000",
        "--kind",
        "clinic",
        "--need",
        "VM.REG",
        "--limit",
        "7",
        db=sample,
    )
    app = create_app(Portal(open_database(sample), shipped_reference()), Settings())
    posted = app.test_client().post(
        "/api/v1/search",
        json={
            "near": {"lon": KOKURA[0], "lat": KOKURA[1]},
            "radius_m": 3000,
            "kinds": ["clinic"],
            "needs": ["VM.REG"],
            "limit": 7,
        },
    )
    assert printed == posted.get_json()
    assert printed["numberReturned"] == 7


def test_text_for_people_names_the_facility_and_marks_the_fiction(sample):
    shown = geoportal("search", "--district", "40106", "--kind", "hospital", db=sample).stdout
    assert "【架空】" in shown
    assert "病院" in shown


def test_facility_by_id_and_by_official_number(sample):
    first = answer("search", "--district", "40106", "--kind", "clinic", db=sample)["features"][0]
    whole = answer("facility", first["id"], db=sample)
    assert whole["id"] == first["id"]
    assert whole["properties"]["claims"]
    number = whole["properties"]["identifiers"]["medical_institution_code"]
    assert answer("facility", number, db=sample)["id"] == first["id"]


def test_districts_lists_wards_and_their_city(sample):
    codes = {f["id"] for f in answer("districts", db=sample)["features"]}
    assert {"40101", "40106", "40100"} <= codes


def test_geocode_returns_a_list_of_results(sample):
    (found, nonsense) = answer("geocode", "北九州市小倉北区", "ｘｘｘ", db=sample)
    assert found["municipality_code"] == "40106"
    assert nonsense["status"] in {"not_found", "invalid"}
    assert nonsense["lon"] is None


def test_stations_are_geocoded_searched_around_and_told_as_such(sample, tmp_path):
    (found, several) = answer("geocode", "見本中央駅", "見本茜町駅", db=sample)
    assert (found["status"], found["match_level"], found["station"]) == (
        "ok",
        "point",
        "見本中央駅",
    )
    assert found["uncertainty_m"] >= 100
    assert (several["status"], len(several["candidates"])) == ("ambiguous", 2)
    text = geoportal("geocode", "見本中央駅", "見本茜町駅", db=sample).stdout
    assert "駅の位置です" in text
    assert "候補: 見本茜町駅（福岡県北九州市八幡西区）" in text
    near = answer("search", "--address", "見本中央駅", "--radius", "1000", db=sample)
    assert near["origin"]["warnings"] == ["station_position"]
    assert near["origin"]["lon"] == found["lon"]
    assert near["features"]
    geoportal("search", "--address", "見本茜町駅", db=sample, ok=4)
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("所,区\n見本茜町駅,八幡西区\n見本茜町駅,\n", encoding="utf-8")
    arguments = ["--csv", source, "--column", "所", "--hint", "区", "--out", target]
    geoportal("geocode", *map(str, arguments), db=sample)
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["status"], row["municipality_code"]) for row in rows] == [
        ("ok", "40109"),
        ("ambiguous", ""),
    ]


def test_tracks_beside_the_stations_are_set_aside_in_words(tmp_path):
    path = tmp_path / "N02-23_RailroadSection.geojson"
    line = {"type": "LineString", "coordinates": [[130.88, 33.88], [130.89, 33.88]]}
    properties = {"N02_003": "見本線", "N02_004": "見本鉄道"}
    feature = {"type": "Feature", "properties": properties, "geometry": line}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    db = tmp_path / "x.db"
    geoportal("init", db=db)
    told = geoportal("import", str(path), db=db).stdout
    assert told.startswith(
        "取り込みません: N02-23_RailroadSection.geojson: these are railway tracks"
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932"])
def test_geocode_csv_keeps_every_row_and_column_in_order(sample, tmp_path, encoding):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    rows = [
        ["名前", "住所", "区"],
        ["あ,い", "北九州市小倉北区", ""],
        ["う", "", ""],
        ["え", "=1+1", "門司区"],
    ]
    with source.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    report = answer(
        "geocode",
        "--csv",
        str(source),
        "--column",
        "住所",
        "--hint",
        "区",
        "--out",
        str(target),
        db=sample,
    )
    assert report["rows"] == 3
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
    with target.open(encoding="utf-8-sig", newline="") as file:
        written = list(csv.reader(file))
    assert [row[:3] for row in written] == rows
    assert written[0][3:] == [
        "status", "match_level", "coordinate_level", "lon", "lat", "uncertainty_m", "matched",
        "remainder", "prefecture", "municipality", "municipality_code", "town", "warnings",
        "needs_confirmation",
    ]  # fmt: skip
    assert {len(row) for row in written} == {17}
    assert all(not cell.startswith("=") for row in written[1:] for cell in row[3:])


def test_import_reports_as_the_contract_says_and_is_idempotent(tmp_path, kaigo_file):
    db = tmp_path / "new.db"
    report = answer("import", str(kaigo_file), "--as-of", "2026-09-30", db=db)
    (item,) = report["files"]
    assert (item["source"], item["as_of"]) == ("kaigo", "2026-09-30")
    assert item["rows_read"] == item["accepted"] + item["rejected"] == 1
    assert item["created"] == 1
    again = answer("import", str(kaigo_file), "--as-of", "2026-09-30", db=db)
    (item,) = again["files"]
    assert (item["created"], item["updated"], item["removed"], item["unchanged"]) == (0, 0, 0, 1)
    assert again["dataset_version"] == report["dataset_version"]


def test_a_dry_run_changes_nothing(tmp_path, kaigo_file):
    db = tmp_path / "new.db"
    before = answer("init", db=db)["dataset_version"]
    assert answer("import", "--dry-run", str(kaigo_file), db=db)["files"][0]["accepted"] == 1
    assert answer("init", db=db)["dataset_version"] == before
    assert geoportal("facility", "4099990001", db=db, ok=4)


@pytest.mark.parametrize(
    "content",
    [b"", b"a,b,c\r\n1,2,3\r\n", b"\xff\xfe\x00\x01nonsense", b"<html><body>404</body></html>"],
)
def test_what_cannot_be_imported_is_refused_with_exit_code_3(tmp_path, content):
    bad = tmp_path / "bad.csv"
    bad.write_bytes(content)
    result = geoportal("import", str(bad), db=tmp_path / "new.db", ok=3)
    assert "bad.csv" in result.stdout + result.stderr


def test_json_of_a_refused_import_is_still_one_document(tmp_path, kaigo_file):
    bad = tmp_path / "bad.csv"
    bad.write_text("a,b,c\n1,2,3\n", encoding="utf-8")
    report = answer("import", str(bad), str(kaigo_file), db=tmp_path / "new.db", ok=3)
    by_name = {Path(item["file"]).name: item for item in report["files"]}
    assert by_name["anything.csv"]["accepted"] == 1
    assert by_name["bad.csv"]["accepted"] == 0
    assert any(issue["severity"] == "error" for issue in by_name["bad.csv"]["issues"])


def test_issues_can_be_written_as_a_table(tmp_path, kaigo_file):
    text = kaigo_file.read_text(encoding="utf-8-sig")
    kaigo_file.write_text(text.replace("33.8834,130.8751", "0,0"), encoding="utf-8-sig")
    table = tmp_path / "issues.csv"
    geoportal("import", str(kaigo_file), "--issues", str(table), db=tmp_path / "new.db")
    with table.open(encoding="utf-8-sig", newline="") as file:
        issues = list(csv.DictReader(file))
    assert any(issue["line"] == "2" and issue["field"] for issue in issues)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["search"], 2),
        (["search", "--near", "abc"], 2),
        (["search", "--near", "130.8,33.8", "--kind", "spaceship"], 2),
        (["search", "--near", "130.8,33.8", "--radius", "-1"], 2),
        (["search", "--district", "99999"], 4),
        (["search", "--address", "どこにもない場所"], 4),
        (["facility", "no-such-number"], 4),
        (["geocode"], 2),
        (["nonsense"], 2),
        (["import"], 2),
        (["import", "no-such-file.csv"], 4),
    ],
)
def test_exit_codes(sample, arguments, code):
    geoportal(*arguments, db=sample, ok=code)


def test_errors_with_json_are_one_document_too(sample):
    document = answer("facility", "no-such-number", db=sample, ok=4)
    assert document["error"]["exit_code"] == 4


@pytest.mark.parametrize(
    "arguments",
    [["import"], ["search", "--radius", "x"], ["districts", "--level", "x"], ["nonsense"]],
)
def test_wrong_usage_with_json_is_one_document_too(sample, arguments):
    document = answer(*arguments, db=sample, ok=2)
    assert document["error"]["exit_code"] == 2
    assert document["error"]["message"]


def test_nothing_is_done_when_the_answer_could_not_be_written(tmp_path, kaigo_file):
    db, nowhere = tmp_path / "new.db", tmp_path / "no-folder" / "x.csv"
    geoportal("init", db=db)
    before = answer("init", db=db)["dataset_version"]
    answer("import", str(kaigo_file), "--issues", str(nowhere), db=db, ok=2)
    assert answer("init", db=db)["dataset_version"] == before
    answer("export", "--out", str(nowhere), db=db, ok=2)


def test_a_dry_run_makes_no_database(tmp_path, kaigo_file):
    db = tmp_path / "none.db"
    assert answer("import", "--dry-run", str(kaigo_file), db=db)["files"][0]["accepted"] == 1
    assert not db.exists()


def test_without_a_database_the_way_out_is_named(tmp_path):
    result = geoportal("districts", db=tmp_path / "none.db", ok=4)
    assert "init" in result.stderr


def test_doctor_speaks_of_the_sample(sample):
    document = answer("doctor", db=sample)
    assert document["ok"]
    codes = {item["code"] for item in document["findings"]}
    assert "sample" in codes
    assert [code for code in codes if code.startswith("no_")] == ["no_hosts"]


def test_doctor_says_what_an_empty_database_lacks(tmp_path):
    db = tmp_path / "empty.db"
    geoportal("init", db=db)
    done = geoportal("doctor", "--json", db=db, ok=1)
    findings = {x["code"]: x for x in json.loads(done.stdout)["findings"]}
    missing = {"no_facilities", "no_outlines", "no_towns", "no_stations", "no_centres"}
    assert missing <= findings.keys()
    assert "N02" in findings["no_stations"]["mend"]
    assert "positions" not in findings  # of none, none can lack one


def test_doctor_says_that_stored_content_cannot_be_read(city):
    """SQLite finds no damage within a text."""
    with city.engine.begin() as connection:
        spoilt = sa.func.replace(facilities.c.document, '"as_of":"2', '"as_of":"x')
        connection.execute(sa.update(facilities).values(document=spoilt))
        advance_dataset_version(connection, "so that it is read again")
    command = [sys.executable, "-c", "from geoportal.cli.main import main; main()"]
    arguments = ["--db", city.engine.url.database, "doctor", "--json"]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    (finding,) = json.loads(done.stdout)["findings"]
    assert (finding["code"], finding["severity"]) == ("unreadable_data", "error")
    assert "geoportal restore" in finding["mend"]


def test_a_fault_of_ours_may_be_damage_that_doctor_finds(city):
    with mock.patch("geoportal.services.portal.Portal.view", side_effect=TypeError):
        done = geoportal("districts", db=Path(city.engine.url.database), ok=1)
    assert (
        "a fault of ours (TypeError), or damaged data, which geoportal doctor finds" in done.stderr
    )


@pytest.mark.parametrize("ending", ["csv", "xlsx", "geojson", "gpkg", "kml"])
def test_export_writes_every_facility_in_each_format(city, tmp_path, ending):
    target = tmp_path / f"out.{ending}"
    with city.engine.connect() as connection:
        held = sum(one.status == "open" for one in iter_facilities(connection))
    db = Path(city.engine.url.database)
    report = answer("export", "--out", str(target), "--include", "all", db=db)
    assert held >= 9
    assert read_count(target) == report["facilities"] == held


def read_count(path: Path) -> int:
    if path.suffix == ".csv":
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        with path.open(encoding="utf-8-sig", newline="") as file:
            return len(list(csv.reader(file))) - 1
    if path.suffix == ".xlsx":
        from python_calamine import load_workbook

        return len(load_workbook(path).get_sheet_by_index(0).to_python()) - 1
    if path.suffix == ".geojson":
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        assert all("claims" in feature["properties"] for feature in features)
        return len(features)
    import pyogrio

    info = pyogrio.read_info(path)
    assert info["crs"] == "EPSG:4326"
    return info["features"]


def test_an_unknown_export_format_is_refused(sample, tmp_path):
    geoportal("export", "--out", str(tmp_path / "out.pdf"), db=sample, ok=2)


def test_describe_writes_a_mapping_that_import_takes(tmp_path):
    odd, out, db = tmp_path / "odd.csv", tmp_path / "odd.toml", tmp_path / "city.db"
    odd.write_text("屋号,おしごと,場所\n見本,訪問看護,北九州市小倉北区城内1-1\n", "utf-8")
    geoportal("import", str(odd), db=db, ok=3)
    geoportal("describe", str(odd), "--out", str(out), db=db)
    assert out.read_text("utf-8") == geoportal("describe", str(odd), db=db).stdout
    assert answer("describe", str(odd), db=db)["files"][0]["columns"] == [
        "屋号",
        "おしごと",
        "場所",
    ]
    filled = out.read_text("utf-8").replace('name = ""', 'name = "屋号"', 1)
    filled = filled.replace('service = ""', 'service = "おしごと"', 1)
    out.write_text(filled.replace('address = ""', 'address = "場所"', 1), "utf-8")
    report = answer("import", str(odd), "--map", str(out), db=db)["files"][0]
    assert (report["source"], report["accepted"], report["rejected"]) == ("municipal-care", 1, 0)
    out.write_text("source = 1", "utf-8")
    geoportal("import", str(odd), "--map", str(out), db=db, ok=2)
    geoportal("describe", str(tmp_path / "none.csv"), db=db, ok=4)
