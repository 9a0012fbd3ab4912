"""The order of import does not matter, and importing again changes nothing."""

from __future__ import annotations

import itertools
import random

import pytest

from geoportal.store.database import dataset_version, open_database
from tests.unit.ingest.official import (
    KAIGO_HEADER,
    KOKURA_KITA,
    KOKURA_MINAMI,
    NAVII_HEADER,
    TOWNS,
    TOWNS_HEADER,
    by_name,
    content,
    import_into,
    kaigo_row,
    navii_row,
    only,
    write_boundaries,
    write_csv,
)


def numbered(i, **overrides):
    return kaigo_row(事業所番号=f"406779000{i}", 事業所名=f"第{i}", **overrides)


@pytest.fixture
def files(tmp_path):
    """Three editions of one source, another source, outlines twice, towns."""
    far = {"緯度": "35.70", "経度": "139.70"}
    first = [numbered(0), numbered(1), numbered(2, **far), numbered(3)]
    second = [numbered(0, 電話番号="093-000-0002"), numbered(2, **far), numbered(4)]
    third = [numbered(0, 電話番号="093-000-0003"), numbered(1), numbered(2, **far)]
    hospitals = [navii_row(**{"所在地座標（緯度）": "0.0", "所在地座標（経度）": "0.0"})]
    west, south, east, north = KOKURA_KITA[1]
    narrow = (KOKURA_KITA[0], (west, south, east - 0.05, north))
    return [
        write_csv(tmp_path / "kaigo_2025-01-01.csv", KAIGO_HEADER, first),
        write_csv(tmp_path / "kaigo_2025-07-01.csv", KAIGO_HEADER, second),
        write_csv(tmp_path / "kaigo_2026-01-01.csv", KAIGO_HEADER, third),
        write_csv(tmp_path / "navii_20250601.csv", NAVII_HEADER, hospitals),
        write_csv(tmp_path / "towns_20250101.csv", TOWNS_HEADER, TOWNS),
        write_boundaries(tmp_path / "N03-20_200101.geojson", narrow),
        write_boundaries(tmp_path / "N03-25_250101.geojson", KOKURA_KITA, KOKURA_MINAMI),
    ]


def imported_in(tmp_path, number, files):
    database = open_database(tmp_path / f"order-{number}.db", create=True)
    for path in files:
        assert not import_into(database, path).refused
    return database


@pytest.mark.slow
def test_every_order_ends_in_the_same_content(tmp_path, files):
    orders = list(itertools.permutations(files))
    chosen = [tuple(files), tuple(reversed(files)), *random.Random(7).sample(orders, 1)]
    first = content(imported_in(tmp_path, 0, chosen[0]))
    assert first["facilities"]
    for number, order in enumerate(chosen[1:], start=1):
        assert content(imported_in(tmp_path, number, order)) == first, [p.name for p in order]


@pytest.mark.slow
def test_one_call_with_all_files_ends_in_the_same_content(tmp_path, database, files):
    import_into(database, *files)
    assert content(database) == content(imported_in(tmp_path, 1, files))


def test_what_the_editions_say_is_kept(database, files):
    import_into(database, *files)
    found = by_name(database)
    assert found["第0"].phone == "093-000-0003"
    assert (found["第0"].first_seen, found["第0"].last_seen) == ("2025-01-01", "2026-01-01")
    assert found["第1"].status == "open"  # missing once, listed again
    assert (found["第3"].status, found["第4"].status) == ("closed", "closed")
    assert found["第2"].location.source == "geocode"


def test_importing_again_changes_nothing(database, files):
    import_into(database, *files)
    before = content(database)
    with database.engine.connect() as connection:
        version = dataset_version(connection)
    again = import_into(database, *files)
    assert again.dataset_version == version
    assert content(database) == before
    for report in again.files:
        assert (report.created, report.updated, report.removed) == (0, 0, 0), report.file
        assert not report.changed


def test_the_same_file_copied_on_a_later_day_is_the_same_edition(database, tmp_path):
    path = write_csv(tmp_path / "jigyosho_130.csv", KAIGO_HEADER, [numbered(0)])
    first = import_into(database, path)
    copy = tmp_path / "copy.csv"
    copy.write_bytes(path.read_bytes())
    second = import_into(database, copy)
    assert second.dataset_version == first.dataset_version
    assert only(second).as_of == only(first).as_of


def test_a_later_edition_with_the_same_content_is_unchanged_but_newer(database, tmp_path):
    path = write_csv(tmp_path / "jigyosho_130.csv", KAIGO_HEADER, [numbered(0)])
    import_into(database, path, as_of="2025-01-01")
    report = only(import_into(database, path, as_of="2026-01-01"))
    assert (report.created, report.updated, report.unchanged) == (0, 0, 1)
    (facility,) = by_name(database).values()
    assert facility.claims[0].as_of == "2026-01-01"


def test_an_older_edition_overwrites_and_closes_nothing_and_says_so(database, tmp_path):
    newer = write_csv(tmp_path / "a.csv", KAIGO_HEADER, [numbered(0), numbered(1)])
    older = write_csv(tmp_path / "b.csv", KAIGO_HEADER, [numbered(0, 電話番号="093-000-0009")])
    import_into(database, newer, as_of="2026-01-01")
    report = only(import_into(database, older, as_of="2025-01-01"))
    assert (report.updated, report.removed, report.unchanged) == (0, 0, 1)
    assert "older_edition" in {issue.code for issue in report.issues}
    assert by_name(database)["第0"].phone == "093-000-0001"
    assert by_name(database)["第1"].status == "open"


def test_closing_is_counted_and_dated_and_leaves_other_scopes_alone(database, tmp_path):
    minami = {"都道府県コード又は市町村コード": "401072", "市区町村名": "北九州市小倉南区"}
    first = [numbered(0), numbered(1), numbered(2, **minami)]
    import_into(database, write_csv(tmp_path / "a.csv", KAIGO_HEADER, first), as_of="2025-01-01")
    later = write_csv(tmp_path / "b.csv", KAIGO_HEADER, [numbered(0)])
    report = only(import_into(database, later, as_of="2025-07-01"))
    assert report.removed == 1
    found = by_name(database)
    assert (found["第1"].status, found["第2"].status) == ("closed", "open")
    back = only(
        import_into(
            database,
            write_csv(tmp_path / "c.csv", KAIGO_HEADER, first[:2]),
            as_of="2026-01-01",
        )
    )
    assert (back.updated, back.removed) == (1, 0)
    assert by_name(database)["第1"].status == "open"


def test_a_dry_run_tells_everything_and_keeps_nothing(database, tmp_path, files):
    import_into(database, files[0])
    before = content(database)
    with database.engine.connect() as connection:
        version = dataset_version(connection)
    report = import_into(database, *files, dry_run=True)
    assert {item.source for item in report.files} == {
        "boundary",
        "kaigo",
        "navii-facility",
        "towns",
    }
    assert sum(item.created for item in report.files) > 0
    assert content(database) == before
    assert report.dataset_version == version
