"""Rows of some prefectures out of a list of all Japan: what is taken, counted, closed, compared."""

from __future__ import annotations

import pytest

from geoportal.errors import UsageError
from geoportal.ingest.changes import compare_editions
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.municipalities import municipality_finder
from geoportal.ingest.reading.prefecture_extents import in_prefecture
from geoportal.ingest.revise.scopes import scopes_within
from tests.unit.ingest.official import (
    KAIGO_HEADER,
    NAVII_HEADER,
    REFERENCE,
    TOWNS_HEADER,
    by_name,
    codes,
    content,
    import_into,
    kaigo_row,
    navii_row,
    only,
    write_csv,
)

FINDER = municipality_finder(REFERENCE)
CAPITALS = {
    code: info for code, info in REFERENCE.municipalities.items() if code.endswith("201")
}  # a city in each of most prefectures
KUMAMOTO = {"43202": "八代市", "43203": "人吉市", "43204": "荒尾市", "43205": "水俣市"}


def office(code: str, name: str = "") -> dict[str, str]:
    info = REFERENCE.municipalities[code]
    return kaigo_row(
        都道府県コード又は市町村コード=code,
        都道府県名=info.prefecture,
        市区町村名=info.name,
        住所=f"{info.prefecture}{info.name}見本町1-1",
        事業所番号=f"{code[:2]}677{code}",
        事業所名=name or info.name,
        緯度="",
        経度="",
    )


def take(database, tmp_path, day, places, **options):
    path = write_csv(tmp_path / f"kaigo_{day}.csv", KAIGO_HEADER, [office(code) for code in places])
    return only(import_into(database, path, as_of=day, **options))


def closed(database):
    return {name for name, found in by_name(database).items() if found.status == "closed"}


def test_rows_of_other_prefectures_are_counted_and_left_out(database, tmp_path):
    report = take(database, tmp_path, "2025-06-01", [*CAPITALS, *KUMAMOTO], prefectures=("43",))
    taken = {name for code, name in KUMAMOTO.items()}
    assert set(by_name(database)) == taken
    assert (report.rows_read, report.accepted, report.rejected) == (len(taken), len(taken), 0)
    assert report.elsewhere == len(CAPITALS)
    assert report.as_dict()["elsewhere"] == len(CAPITALS)
    assert "elsewhere" in codes(report)


def test_the_whole_list_after_and_before_part_of_it_closes_nothing(database, tmp_path):
    places = [*CAPITALS, *KUMAMOTO]
    take(database, tmp_path, "2025-06-01", places)
    part = take(database, tmp_path, "2025-12-01", places, prefectures=("43",))
    assert (part.removed, part.created, closed(database)) == (0, 0, set())
    whole = take(database, tmp_path, "2026-06-01", places)
    assert (whole.removed, whole.created, closed(database)) == (0, 0, set())


def test_first_and_last_office_of_a_municipality_are_found_in_part_of_a_list(database, tmp_path):
    """Two cities alone would not answer for their prefecture; the whole list does."""
    elsewhere = list(CAPITALS)
    part = {"prefectures": ("43",)}
    take(database, tmp_path, "2025-06-01", [*elsewhere, "43202", "43203"], **part)
    report = take(database, tmp_path, "2025-12-01", [*elsewhere[1:], "43203", "43204"], **part)
    assert (report.created, report.removed) == (1, 1)
    with database.engine.connect() as connection:
        found = compare_editions(connection, FINDER, "kaigo")
    assert {(c.kind, c.name) for c in found.changes} == {("opened", "荒尾市"), ("closed", "八代市")}
    assert found.new_scopes == ()


def test_another_prefecture_later_is_new_and_not_opened(database, tmp_path):
    places = [*CAPITALS, *KUMAMOTO]
    take(database, tmp_path, "2025-06-01", places, prefectures=("43",))
    take(database, tmp_path, "2025-12-01", places, prefectures=("43", "44"))
    with database.engine.connect() as connection:
        found = compare_editions(connection, FINDER, "kaigo")
    assert (found.changes, found.new_scopes) == ((), ("130/44201",))


def test_a_prefecture_that_has_lost_its_last_office_is_no_empty_file(database, tmp_path):
    take(database, tmp_path, "2025-06-01", [*CAPITALS, "43202"], prefectures=("43",))
    report = take(database, tmp_path, "2025-12-01", CAPITALS, prefectures=("43",))
    assert (report.refused, report.rows_read, report.removed) == (False, 0, 1)
    assert closed(database) == {"八代市"}


def test_one_city_after_another_has_what_both_together_have(database, tmp_path):
    from geoportal.store.database import open_database

    places = [*CAPITALS, *KUMAMOTO]
    for prefecture in ("43", "44"):
        take(database, tmp_path, "2025-06-01", places, prefectures=(prefecture,))
    together = open_database(tmp_path / "together.db", create=True)
    take(together, tmp_path, "2025-06-01", places, prefectures=("43", "44"))
    assert content(database) == content(together)
    together.engine.dispose()


def test_hospitals_and_towns_of_other_prefectures_are_left_out(database, tmp_path):
    hospitals = [
        navii_row(
            ID="4311010000011", 正式名称="熊本の見本", 都道府県コード="43", 市区町村コード="101"
        ),
        navii_row(
            ID="131ABC0001", 正式名称="東京の見本", 都道府県コード="13", 市区町村コード="101"
        ),
    ]
    towns = [
        dict.fromkeys(TOWNS_HEADER, "")
        | {"都道府県名": prefecture, "市区町村名": city, "大字町丁目名": "見本町"}
        | {"緯度": lat, "経度": lon}
        for prefecture, city, lat, lon in (
            ("熊本県", "熊本市中央区", "32.80", "130.71"),
            ("東京都", "千代田区", "35.69", "139.75"),
        )
    ]
    paths = [
        write_csv(tmp_path / "01-1_20250601.csv", NAVII_HEADER, hospitals),
        write_csv(tmp_path / "towns_20250601.csv", TOWNS_HEADER, towns),
    ]
    report = import_into(database, *paths, prefectures=("43",))
    assert [(one.rows_read, one.elsewhere, one.rejected) for one in report.files] == [(1, 1, 0)] * 2
    assert set(by_name(database)) == {"熊本の見本"}


def test_areas_whose_prefecture_is_not_known_are_taken():
    edition = Edition("kaigo", "2025-06-01", FINDER, {}, prefectures=frozenset({"43"}))
    assert all(
        map(edition.takes, ("43101", "43", "130/43101", "130/43", "130/熊本県どこか", "130/", ""))
    )
    assert not any(
        map(edition.takes, ("40101", "40", "130/40101", "clinic/13", "130/福岡県どこか"))
    )
    assert Edition("kaigo", "2025-06-01", FINDER, {}).takes("130/40101")


def test_a_list_of_all_japan_answers_for_the_prefectures_taken_of_it():
    assert scopes_within({"130/00", "130/40", "130/43100"}, {"43", "44"}) == {
        "130/43",
        "130/44",
        "130/43100",
    }
    assert scopes_within({"130/00"}, ()) == {"130/00"}


@pytest.mark.parametrize("code", ["48", "00", "4", "43100", "熊本"])
def test_what_is_no_prefecture_is_refused(database, tmp_path, code):
    with pytest.raises(UsageError, match="two digits"):
        take(database, tmp_path, "2025-06-01", ["43202"], prefectures=(code,))


def test_the_villages_of_the_northern_islands_lie_in_hokkaido():
    assert in_prefecture("01695", 146.75, 43.8)
    assert in_prefecture("01700", 148.8, 45.5)
    assert not in_prefecture("01700", 150.0, 45.5)
