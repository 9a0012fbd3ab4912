"""Editions one after the other, as publishers and people leave them, against own comparisons."""

from __future__ import annotations

import csv
import gzip
import io
import re
import unicodedata
import zipfile
from itertools import permutations
from pathlib import Path

import pytest
import sqlalchemy as sa

from geoportal.ingest.changes import compare_editions
from geoportal.ingest.reading.municipalities import MunicipalityFinder
from geoportal.store.database import open_database
from geoportal.store.schema import postcodes
from tests.unit.ingest.official import (
    KAIGO_HEADER,
    KOKURA_KITA,
    REFERENCE,
    by_name,
    content,
    import_into,
    kaigo_row,
    only,
    write_boundaries,
    write_csv,
)
from tests.unit.ingest.test_order import numbered

SHARED = Path(__file__).resolve().parents[4] / "shared" / "more"
EDITIONS = SHARED / "editions"
LEFT_OUT = ("FAX番号", "法人番号", "法人の名称", "備考", "利用可能曜日", "利用可能曜日特記事項")
FEWER = [name for name in KAIGO_HEADER if name not in LEFT_OUT]
shared_only = pytest.mark.skipif(not EDITIONS.exists(), reason="no ../shared/more/editions")


def changes(database, source):
    with database.engine.connect() as connection:
        return compare_editions(connection, MunicipalityFinder(REFERENCE), source)


def told(found, kind):
    return {change.record_id for change in found.changes if change.kind == kind}


@pytest.fixture
def editions(tmp_path):
    """A full file, a later one with fewer columns, and one in between with other columns."""
    known = {
        "FAX番号": "093-000-0099",
        "法人の名称": "社会福祉法人見本会",
        "備考": "駐車場あり",
        "利用可能曜日": "平日,土曜日",
    }
    full = [numbered(0, **known), numbered(1, **known)]
    no_phone = [name for name in KAIGO_HEADER if name != "電話番号"]
    between = [numbered(0, **(known | {"FAX番号": "093-000-0088"}))]
    later = [numbered(0, 電話番号="093-000-0007"), numbered(1)]
    return [
        write_csv(tmp_path / "full_2025-01-01.csv", KAIGO_HEADER, full),
        write_csv(tmp_path / "between_2025-06-01.csv", no_phone, between),
        write_csv(tmp_path / "fewer_2025-12-01.csv", FEWER, later),
    ]


def test_a_file_with_fewer_columns_erases_nothing_in_any_order(tmp_path, editions):
    contents = []
    for number, order in enumerate(permutations(editions)):
        database = open_database(tmp_path / f"{number}.db", create=True)
        for path in order:
            import_into(database, path)
        found = by_name(database)["第0"]
        assert found.phone == "093-000-0007"  # of the latest
        assert found.fax == "093-000-0088"  # of the one in between
        assert (found.operator, found.note) == ("社会福祉法人見本会", "駐車場あり")
        assert found.hours.open_days == (0, 1, 2, 3, 4, 5)
        assert found.hours.as_of == "2025-06-01"  # and of when it is
        (weekend,) = [claim for claim in found.claims if claim.code == "VM.WEEKEND"]
        assert (weekend.value, weekend.as_of) == ("yes", "2025-06-01")
        contents.append(content(database))
    assert all(one == contents[0] for one in contents[1:])


def test_what_a_full_file_leaves_empty_is_empty(database, tmp_path):
    first = write_csv(tmp_path / "2025-01-01.csv", KAIGO_HEADER, [numbered(0, FAX番号="093-1-1")])
    second = write_csv(tmp_path / "2025-06-01.csv", KAIGO_HEADER, [numbered(0, FAX番号="")])
    for path in (first, second):
        import_into(database, path)
    assert by_name(database)["第0"].fax == ""


def test_a_missing_column_is_no_change(database, editions):
    import_into(database, editions[0], editions[1])
    found = changes(database, "kaigo")
    assert told(found, "closed") == {"130-4067790001"}
    assert told(found, "phone") == set()  # the second lists no telephone at all


def in_city(number, code, name):
    values = {"都道府県コード又は市町村コード": code, "市区町村名": name}
    return numbered(number, 住所=f"福岡県{name}見本町1-1", **values)


CITIES = [
    ("402028", "大牟田市"),
    ("402036", "久留米市"),
    ("402044", "直方市"),
    ("402052", "飯塚市"),
    ("402061", "田川市"),
    ("402079", "柳川市"),
]


def test_the_first_and_the_last_office_of_a_municipality_are_found(database, tmp_path):
    before = [in_city(i, *city) for i, city in enumerate(CITIES) if i != 5]
    after = [in_city(i, *city) for i, city in enumerate(CITIES) if i != 0]
    for day, rows in (("2025-06-01", before), ("2025-12-01", after)):
        import_into(database, write_csv(tmp_path / f"{day}.csv", KAIGO_HEADER, rows))
    found = changes(database, "kaigo")
    assert told(found, "opened") == {"130-4067790005"}
    assert told(found, "closed") == {"130-4067790000"}
    assert found.new_scopes == ()


def test_a_code_without_its_zero_is_not_that_of_another_prefecture(database, tmp_path):
    # 012106 is 岩見沢市; 12106 by itself would be 千葉市緑区.
    row = kaigo_row(
        都道府県コード又は市町村コード="12106",
        都道府県名="北海道",
        市区町村名="岩見沢市",
        住所="北海道岩見沢市見本町1-1",
        事業所番号="155780018",
        事業所名="零落ち",
    )
    report = only(import_into(database, write_csv(tmp_path / "2025-06.csv", KAIGO_HEADER, [row])))
    assert report.rejected == 0
    found = by_name(database)["零落ち"]
    assert (found.municipality_code, found.identifiers["care_office_number"]) == (
        "01210",
        "0155780018",
    )


def test_an_outline_that_did_not_change_is_unchanged(database, tmp_path):
    for day in ("20240101", "20250101"):
        report = only(
            import_into(database, write_boundaries(tmp_path / f"N03-{day}.geojson", KOKURA_KITA))
        )
    assert (report.created, report.updated, report.unchanged) == (0, 0, 1)


def test_a_list_of_institutions_without_header_is_of_clinics_and_hospitals(database, tmp_path):
    path = tmp_path / "all_med_inst_cd_2025-08.csv"
    rows = [
        "090102698,0102698,見本胃腸科外科医院,3200036,宇都宮市小幡２－５－１５",
        "133011234,3011234,見本内科,1130033,文京区本郷１－１－１",
        "270100001,0100001,見本病院,5300001,大阪市北区梅田１－１－１",
    ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    report = only(import_into(database, path))
    assert (report.source, report.as_of, report.rejected) == ("bureau-codes", "2025-08-01", 0)
    kinds = {found.name: found.kind for found in by_name(database).values()}
    assert kinds == {"見本胃腸科外科医院": "clinic", "見本内科": "clinic", "見本病院": "hospital"}
    tokyo = by_name(database)["見本内科"]
    assert tokyo.identifiers == {"medical_institution_code": "1313011234"}


def rows_of(path):
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def plain(text):
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def digits(phone):
    """Of a telephone number as Excel leaves it: the first zero is lost."""
    return re.sub(r"\D", "", plain(phone)).lstrip("0")


@pytest.mark.shared
@pytest.mark.long
@shared_only
def test_two_true_editions_of_care_services(database):
    old = {"760": "760_regular_patrol_nursing_20250601.csv"}
    opened, closed, phones, renamed, before = set(), set(), set(), set(), {}
    for service, name in old.items():
        first = {
            f"{service}-{row['事業所番号'].zfill(10)}": row
            for row in rows_of(EDITIONS / "kaigo_2025-06" / name)
        }
        last = {
            f"{service}-{row['事業所番号']}": row
            for row in rows_of(SHARED / "japan" / "kaigo" / f"jigyosho_{service}.csv.gz")
        }
        import_into(database, EDITIONS / "kaigo_2025-06" / name)
        import_into(
            database,
            SHARED / "japan" / "kaigo" / f"jigyosho_{service}.csv.gz",
            as_of="2025-12-01",
        )
        opened |= last.keys() - first.keys()
        closed |= first.keys() - last.keys()
        before |= first
        for key in first.keys() & last.keys():
            one, other = first[key], last[key]
            if digits(one["電話番号"]) != digits(other["電話番号"]):
                phones.add(key)
            if plain(one["事業所名"]) != plain(other["事業所名"]):
                renamed.add(key)
    found = changes(database, "kaigo")
    assert (found.from_date, found.to_date) == ("2025-06-01", "2025-12-01")
    assert (len(opened), len(closed)) == (74, 19)
    assert told(found, "opened") == opened
    assert told(found, "closed") == closed
    assert told(found, "phone") == phones
    assert told(found, "renamed") <= renamed
    assert len(renamed - told(found, "renamed")) < 0.3 * len(renamed)  # legal form, spelling
    assert found.new_scopes == ()
    # The older files, of 17 columns, take nothing from what the newer ones say when they come last.
    contents = content(database)
    for name in old.values():
        import_into(database, EDITIONS / "kaigo_2025-06" / name)
    assert content(database) == contents


@pytest.mark.shared
@pytest.mark.long
@shared_only
def test_two_true_editions_of_the_postal_codes_of_some_prefectures(database, tmp_path):
    pairs = {}
    for day in ("2026-06-05", "2025-01-12"):  # the older one last
        with zipfile.ZipFile(EDITIONS / "ken_all" / f"ken_all_{day}.zip") as archive:
            (name,) = archive.namelist()
            lines = archive.read(name).decode("cp932").splitlines(keepends=True)
        text = "".join(line for line in lines if line[:2] in {"26", "35", "40"})
        path = tmp_path / f"ken_all_{day}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name, text.encode("cp932"))
        import_into(database, path)
        pairs[day] = {(row[0], row[2]) for row in csv.reader(io.StringIO(text))}
    with database.engine.connect() as connection:
        held = {
            (code, postal.replace("-", ""))
            for code, postal in connection.execute(
                sa.select(postcodes.c.municipality_code, postcodes.c.postal_code)
            )
        }
    known = {pair for pair in pairs["2026-06-05"] if pair[0] in REFERENCE.municipalities}
    assert held == known
    assert known != {pair for pair in pairs["2025-01-12"] if pair[0] in REFERENCE.municipalities}


@pytest.mark.shared
@pytest.mark.long
@shared_only
def test_two_true_editions_of_the_institutions_of_some_prefectures(database, tmp_path):
    chosen = ("01", "13", "26", "27", "30", "40", "42")  # with numbers of every shape
    found = {}
    for day in ("2024-09", "2025-08"):
        path = EDITIONS / "bureau_codes" / f"all_med_inst_cd_{day}.csv.gz"
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            lines = [line for line in file if line[:2] in chosen][::15]
        part = tmp_path / f"{day}.csv"
        part.write_text("".join(lines), encoding="utf-8", newline="")
        assert only(import_into(database, part)).rejected == 0
        found[day] = {f"{line[:2]}1{line[2:9]}" for line in lines}
    report = changes(database, "bureau-codes")
    assert told(report, "opened") == found["2025-08"] - found["2024-09"]
    assert told(report, "closed") == found["2024-09"] - found["2025-08"]
