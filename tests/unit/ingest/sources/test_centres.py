"""Centres: our own layout with hours, and the bare list of P14."""

from __future__ import annotations

from geoportal.domain.hours import HOLIDAY
from geoportal.ingest.changes import compare_editions
from geoportal.ingest.reading.municipalities import MunicipalityFinder
from geoportal.store.centres import read_centres
from tests.unit.ingest.official import (
    CENTRES_HEADER,
    REFERENCE,
    by_name,
    import_into,
    only,
    write_csv,
)


def centres(database):
    with database.engine.connect() as connection:
        return {centre.id: centre for centre in read_centres(connection)}


def centre_row(id_="kokura", **overrides):
    row = dict.fromkeys(CENTRES_HEADER, "") | {
        "id": id_,
        "kind": "liaison_centre",
        "name": f"{id_}センター",
        "address": "福岡県北九州市小倉南区春ヶ丘10-14",
        "phone": "０９３－０００－００００",
        "district_codes": "40106|40107",
        "open_days": "月|火|水|木|金",
        "opens": "09:00",
        "closes": "17:00",
        "closed_holidays": "yes",
        "closed_dates": "12-29|12-30",
        "as_of": "2016-04-01",
    }
    return row | overrides


def test_the_shipped_centres_have_hours_closing_rules_and_districts(database):
    report = only(import_into(database, REFERENCE.cities_directory / "40100" / "centres.csv"))
    assert (report.source, report.as_of, report.created) == ("centres", "2016-04-01", 5)
    kokura = centres(database)["kokura"]
    assert kokura.districts == ("40106", "40107")
    assert kokura.hours.closed_days == (5, 6, HOLIDAY)
    assert "08-13" in kokura.hours.closed_dates
    assert {(s.opens, s.closes) for s in kokura.hours.sessions} == {("09:00", "17:00")}
    facility = by_name(database)["小倉在宅医療・介護連携支援センター"]
    assert (facility.id, facility.kind) == ("c-kokura", "liaison_centre")
    assert facility.municipality_code == "40107"
    assert [claim.code for claim in facility.claims] == ["FT.LINK"]


def test_a_centre_missing_from_a_later_list_is_gone_and_an_older_one_changes_nothing(
    database, tmp_path
):
    import_into(database, write_csv(tmp_path / "a.csv", CENTRES_HEADER, [centre_row()]))
    both = [centre_row(as_of="2025-01-01", phone="093-000-0009"), centre_row("moji")]
    import_into(database, write_csv(tmp_path / "b.csv", CENTRES_HEADER, both))
    assert centres(database)["kokura"].phone == "093-000-0009"
    import_into(database, tmp_path / "a.csv")
    assert centres(database)["kokura"].phone == "093-000-0009"
    later = [centre_row("moji", as_of="2026-01-01")]
    report = only(import_into(database, write_csv(tmp_path / "c.csv", CENTRES_HEADER, later)))
    assert report.removed == 1
    assert set(centres(database)) == {"moji"}
    assert by_name(database)["kokuraセンター"].status == "closed"


def test_bad_rows_are_rejected(database, tmp_path):
    rows = [centre_row(f"c{i}") for i in range(8)]
    rows += [centre_row("Bad Id"), centre_row("kind", kind="hospital")]
    report = only(import_into(database, write_csv(tmp_path / "a.csv", CENTRES_HEADER, rows)))
    assert (report.accepted, report.rejected) == (8, 2)
    assert {i.code for i in report.issues if i.severity == "error"} == {"bad_id", "bad_kind"}


def test_the_bare_list_gives_centres_and_facilities_of_their_ward(database, tmp_path):
    rows = [("小倉北区", "地域包括支援センター小倉北１", "33.885", "130.880")]
    path = write_csv(tmp_path / "p14.csv", ["ward", "name", "lat", "lon"], rows)
    assert only(import_into(database, path)).created == 1
    (centre,) = centres(database).values()
    assert (centre.kind, centre.districts) == ("community_support_centre", ())
    (facility,) = by_name(database).values()
    assert (facility.kind, facility.municipality_code) == ("community_support_centre", "40106")
    assert facility.id == f"c-{centre.id}"


TOWNS = ["ward_code", "name", "areas"]
FIRST = [("40106", "包括一", "大手町、高浜1～4丁目"), ("40106", "包括二", "高浜5丁目、米町")]


def town_list(path, rows, header=TOWNS):
    return write_csv(path, header, rows)


def test_a_list_of_towns_gives_centres_their_towns_and_no_facilities(database, tmp_path):
    report = only(import_into(database, town_list(tmp_path / "a.csv", FIRST)))
    assert (report.source, report.accepted, report.created) == ("centres", 2, 2)
    one, two = sorted(centres(database).values(), key=lambda centre: centre.name)
    assert (one.kind, one.municipality, one.area) == (
        "community_support_centre",
        "40106",
        "大手町、高浜1～4丁目",
    )
    assert two.districts == ("40106",)
    assert by_name(database) == {}
    again = only(import_into(database, tmp_path / "a.csv"))
    assert (again.created, again.updated, again.removed) == (0, 0, 0)


def test_a_town_that_changes_its_office_is_reported(database, tmp_path):
    first = town_list(tmp_path / "a.csv", FIRST)
    import_into(database, first, as_of="2025-04-01")
    moved = [("40106", "包括一", "大手町"), ("40106", "包括二", "高浜1～5丁目、米町")]
    later = town_list(tmp_path / "b.csv", moved)
    report = only(import_into(database, later, as_of="2026-04-01"))
    told = {issue.value: issue.message for issue in report.issues if issue.code == "area_changed"}
    assert set(told) == {"包括一", "包括二"}
    assert "left 高浜1～4丁目" in told["包括一"]
    with database.engine.connect() as connection:
        found = compare_editions(connection, MunicipalityFinder(REFERENCE), "centres")
    assert {(c.kind, c.name, c.before, c.after) for c in found.changes} == {
        ("area", "包括一", "高浜1~4丁目", ""),
        ("area", "包括二", "高浜5丁目", "高浜1~5丁目"),
    }


def test_an_office_missing_from_a_later_list_is_gone_and_an_older_list_changes_nothing(
    database, tmp_path
):
    import_into(database, town_list(tmp_path / "a.csv", FIRST), as_of="2025-04-01")
    one_left = town_list(tmp_path / "b.csv", [("40106", "包括二", "大手町、高浜、米町")])
    assert only(import_into(database, one_left, as_of="2026-04-01")).removed == 1
    import_into(database, tmp_path / "a.csv", as_of="2025-04-01")
    (left,) = centres(database).values()
    assert left.area == "大手町、高浜、米町"


def test_towns_and_validity_in_japanese_columns(database, tmp_path):
    header = ["区名", "センター名", "担当地域", "電話番号", "圏域", "開始日"]
    row = ("小倉北区", "包括一", "大手町", "093-000-0000", "中央圏域", "令和8年4月1日")
    rejected = ("ない区", "包括二", "米町", "", "", "")
    path = town_list(tmp_path / "a.csv", [row] * 9 + [rejected], header)
    report = only(import_into(database, path))
    assert report.rejected == 1
    (centre,) = centres(database).values()
    assert (centre.municipality, centre.phone, centre.area_name, centre.valid_from) == (
        "40106",
        "093-000-0000",
        "中央圏域",
        "2026-04-01",
    )
