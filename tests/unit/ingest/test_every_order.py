"""Files of every source in any order: facilities, links, districts, places, people are the same."""

from __future__ import annotations

import random

import pytest
import sqlalchemy as sa

from geoportal.ingest.catalogue import SOURCES
from geoportal.ingest.sources.survey import FORM, HEADINGS
from geoportal.store.database import open_database
from geoportal.store.schema import metadata
from tests.unit.ingest.official import (
    CENTRES_HEADER,
    KAIGO_HEADER,
    KOKURA_KITA,
    KOKURA_MINAMI,
    NAVII_HEADER,
    TOWNS,
    TOWNS_HEADER,
    import_into,
    navii_row,
    write_boundaries,
    write_csv,
)
from tests.unit.ingest.sources import test_address_base_registry as registry
from tests.unit.ingest.sources.test_age_population import AGES
from tests.unit.ingest.sources.test_blocks import block, isj
from tests.unit.ingest.sources.test_bureau import bureau_row, write_list
from tests.unit.ingest.sources.test_bureau_codes import HEADER as CODES_HEADER
from tests.unit.ingest.sources.test_centres import centre_row
from tests.unit.ingest.sources.test_mesh_population import ROWS as MESH_ROWS
from tests.unit.ingest.sources.test_mesh_population import mesh_file
from tests.unit.ingest.sources.test_municipal_care import CARE, care
from tests.unit.ingest.sources.test_municipal_medical import MEDICAL, medical
from tests.unit.ingest.sources.test_navii_hours import HEADER as HOURS_HEADER
from tests.unit.ingest.sources.test_navii_hours import row as hours_row
from tests.unit.ingest.sources.test_postcodes import ROWS as POSTCODES
from tests.unit.ingest.sources.test_postcodes import ken_all
from tests.unit.ingest.sources.test_town_population import HEADER as PEOPLE_HEADER
from tests.unit.ingest.sources.test_town_population import row as people
from tests.unit.ingest.test_order import numbered

_NOT_COMPARED = {"meta", "editions", "import_issues", "link_decisions"}
"""Figures of each import, which say what it found; and decisions of people."""
_OUTSIDE = {"sample", "stations", "roads", "medical-areas"}
"""The sample, which gives way to all others; what nothing else is read by."""


def written(path, text, encoding="utf-8"):
    path.write_text(text, encoding=encoding)
    return path


def facility_files(folder):
    """Of one hospital, one clinic and some offices, in several editions and lists."""
    far = {"緯度": "35.70", "経度": "139.70"}  # not where the address is
    unplaced = {"緯度": "", "経度": ""}
    known = {"FAX番号": "093-000-0099", "備考": "駐車場あり"}
    full = [numbered(0, **known), numbered(1, **far), numbered(2, **unplaced)]
    columns = [name for name in KAIGO_HEADER if name not in ("FAX番号", "備考")]
    later = [numbered(0, 電話番号="093-000-0007"), numbered(1, **far), numbered(3)]
    clinic = {"名称": "見本クリニック", "医療機関コード": "4017612345", "方書": ""}
    answer = {"form": FORM, "id": "m4017612345", "kind": "clinic", "answered_on": "2026-04-01"}
    asked = {HEADINGS[name]: value for name, value in answer.items()}
    return [
        write_csv(folder / "kaigo_2025-06-01.csv", KAIGO_HEADER, full),
        write_csv(folder / "kaigo_2025-12-01.csv", columns, later),
        write_csv(folder / "kaigo.csv", KAIGO_HEADER, [numbered(0, FAX番号="093-9"), numbered(4)]),
        write_csv(folder / "navii_20250601.csv", NAVII_HEADER, [navii_row()]),
        write_csv(
            folder / "hours_20250601.csv",
            HOURS_HEADER,
            [hours_row(月_診療開始時間="09:00", 月_診療終了時間="12:00")],
        ),
        write_list(folder / "bureau.xlsx", [bureau_row()]),
        write_list(
            folder / "later.xlsx",
            [bureau_row(受理記号="在医総管１", 電話番号="093-000-0008")],
            title="令和７年１２月１日 現在",
        ),
        write_csv(
            folder / "codes_2025-08.csv",
            CODES_HEADER,
            [["407612345", "7612345", "見本クリニック", "8020001", "小倉北区浅野１丁目１番１号"]],
        ),
        write_csv(folder / "medical_20260401.csv", MEDICAL, [medical(**clinic)]),
        write_csv(folder / "care_20260401.csv", CARE, [care()]),
        write_csv(
            folder / "survey_20260410.csv",
            [*HEADINGS.values(), "点滴 [VM.REG]"],
            [dict.fromkeys(HEADINGS.values(), "") | asked | {"点滴 [VM.REG]": "○"}],
        ),
        write_csv(folder / "centres.csv", CENTRES_HEADER, [centre_row()]),
    ]


def place_files(folder):
    """Outlines in two editions, towns in two, streets, postal codes, people."""
    west, south, east, north = KOKURA_KITA[1]
    narrow = (KOKURA_KITA[0], (west, south, east - 0.05, north))
    day = {"調査年月日": "2026-01-31"}
    newer = [people("浅野一丁目", 3, **day), people("魚町", **day)]
    return [
        write_boundaries(folder / "N03-20_200101.geojson", narrow),
        write_boundaries(folder / "N03-25_250101.geojson", KOKURA_KITA, KOKURA_MINAMI),
        write_csv(folder / "towns_20250101.csv", TOWNS_HEADER, TOWNS[:3]),
        write_csv(folder / "towns_20260101.csv", TOWNS_HEADER, TOWNS),
        isj(folder, [block("1"), block("2", "33.8853")]),
        ken_all(folder / "KEN_ALL.CSV", POSTCODES),
        written(folder / "H5030.txt", mesh_file(*MESH_ROWS), "cp932"),
        written(folder / "ages_2025-01-01.csv", AGES),
        write_csv(folder / "people_2025.csv", PEOPLE_HEADER, [people("浅野一丁目")]),
        write_csv(folder / "people_2026.csv", PEOPLE_HEADER, newer),
    ]


def registry_files(folder):
    """Names and positions of a town: these say by number only what they belong to, and come with
    the names or are refused.
    """
    asano = registry.ASANO
    placed = registry.at(asano, "130.8802", "33.8852")
    return (
        registry.write(folder / "mt_town_pref40.csv", registry.TOWN_HEADER, asano),
        registry.write(folder / "mt_town_pos_pref40.csv", registry.TOWN_POS_HEADER, placed),
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """What is imported together, from places to facilities."""
    folder = tmp_path_factory.mktemp("files")
    single = [(path,) for path in (*place_files(folder), *facility_files(folder))]
    return [registry_files(folder), *single]


@pytest.fixture(scope="module")
def expected(tmp_path_factory, files):
    """What the database holds after the files in the order of the list."""
    return ending(tmp_path_factory.mktemp("plain"), "plain", files)


def ending(tmp_path, name, order):
    """Return what the database holds after importing these files one by one."""
    database = open_database(tmp_path / f"{name}.db", create=True)
    sources = set()
    for paths in order:
        report = import_into(database, *paths)
        assert not report.refused, [(file.file, file.issues) for file in report.files]
        sources |= {file.source for file in report.files}
    assert sources >= {source.name for source in SOURCES} - _OUTSIDE
    with database.engine.connect() as connection:
        held = {
            table.name: sorted(
                str([value for column, value in row._mapping.items() if column != "id"])
                if "id" in table.c and isinstance(table.c.id.type, sa.Integer)
                else str(tuple(row))
                for row in connection.execute(sa.select(table))
            )
            for table in metadata.sorted_tables
            if table.name not in _NOT_COMPARED
        }
    database.engine.dispose()
    return held


def differing(held, expected):
    """Return a few rows of each table that only one of the two has."""
    pairs = {name: (set(rows), set(expected[name])) for name, rows in held.items()}
    return {
        name: [sorted(a - b)[:3], sorted(b - a)[:3]] for name, (a, b) in pairs.items() if a != b
    }


def test_what_others_are_checked_against_may_come_last(tmp_path, files, expected):
    for name in ("facilities", "link_pairs", "outlines", "places", "postcodes", "town_people"):
        assert expected[name], name
    assert differing(ending(tmp_path, "last", files[::-1]), expected) == {}


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
def test_no_order_ends_differently(tmp_path, files, expected, seed):
    shuffled = random.Random(seed).sample(files, len(files))
    names = [path.name for paths in shuffled for path in paths]
    found = ending(tmp_path, "shuffled", shuffled)
    assert differing(found, expected) == {}, names
