"""Columns of a list that no longer belong to their numbers."""

from __future__ import annotations

import pytest

from tests.unit.ingest.official import (
    KAIGO_HEADER,
    by_name,
    codes,
    import_into,
    kaigo_row,
    only,
    write_csv,
)

TOWNS = list("赤青白黒紫緑朱藍茶桃橙灰")
NAMES = [letter * 5 for letter in "あいうえおかきくけこさし"]


def rows(**columns):
    return [
        kaigo_row(
            事業所番号=f"40677900{n:02}",
            住所=f"福岡県北九州市小倉北区{TOWNS[n]}山町1-{n + 1}",
            事業所名=f"{NAMES[n]}訪問看護",
            緯度=f"33.88{n:02}1",
            経度="130.8801",
            電話番号=f"093-111-{n:04}",
            FAX番号=f"093-333-{n:04}",
        )
        | {column: value(n) for column, value in columns.items()}
        for n in range(len(TOWNS))
    ]


def second(database, tmp_path, *editions):
    for day, edition in enumerate(editions, 1):
        path = write_csv(tmp_path / f"kaigo_2026010{day}.csv", KAIGO_HEADER, edition)
        report = only(import_into(database, path))
    return report


@pytest.mark.parametrize(
    ("columns", "warned"),
    [
        ({"事業所名": lambda n: f"{NAMES[n - 1]}ケア"}, ["many_other_names"]),
        (
            {"住所": lambda n: f"福岡県北九州市小倉北区{TOWNS[n - 1]}山町1-1"},
            ["many_other_addresses"],
        ),
        ({"電話番号": lambda n: f"093-111-{(n + 1) % 12:04}"}, ["many_other_phones"]),
        ({"電話番号": lambda n: f"093-222-{n:04}"}, []),
        ({"FAX番号": lambda n: f"093-333-{11 - n:04}"}, ["many_other_faxes"]),
        ({"緯度": lambda n: f"33.88{(n + 1) % 12:02}1"}, ["many_other_positions"]),
        ({"緯度": lambda n: f"33.88{n:02}2"}, []),
        ({"事業所名": lambda n: f"医療法人見本会 {NAMES[n]}訪問看護"}, []),
        ({"事業所名": lambda n: f"{NAMES[n]}訪問看護ステーション"}, []),
        ({"住所": lambda n: f"福岡県北九州市小倉北区{TOWNS[n]}山町一丁目"}, []),
        ({"事業所名": lambda n: f"{NAMES[n - (n < 4)]}訪問看護"}, []),
    ],
    ids=[
        *["names moved", "addresses moved", "phones moved", "new phones", "faxes sorted"],
        *["points moved", "new points", "company", "longer", "shorter address", "a few"],
    ],
)
def test_a_column_that_belongs_to_other_numbers_is_told(database, tmp_path, columns, warned):
    report = second(database, tmp_path, rows(), rows(**columns))
    assert [code for code in codes(report) if code.startswith("many_other")] == warned
    assert (report.refused, report.rejected) == (False, 0)


@pytest.mark.parametrize(
    ("number", "refused"),
    [
        (lambda n: f"40677901{n:02}", True),
        (lambda n: f"406779{'01' if n < 5 else '00'}{n:02}", True),
        (lambda n: f"406779{'01' if n < 4 else '00'}{n:02}", False),
    ],
    ids=["all", "five", "four"],
)
def test_a_list_whose_places_have_other_numbers_must_be_confirmed(
    database, tmp_path, number, refused
):
    report = second(database, tmp_path, rows(), rows(事業所番号=number))
    assert report.refused == refused
    if refused:
        assert any("under another number" in issue.message for issue in report.issues)
        path = tmp_path / "kaigo_20260102.csv"
        assert not only(import_into(database, path, accept_shrink=True)).refused


@pytest.mark.parametrize("fault", ["#N/A", "#REF!", "######"])
def test_errors_of_a_spreadsheet_are_shown_nowhere(database, tmp_path, fault):
    changed = {name: lambda n: fault for name in ("住所", "電話番号", "FAX番号", "法人の名称")}
    report = second(database, tmp_path, rows(**changed))
    told = [one for one in report.issues if one.code == "spreadsheet_error"]
    assert len(told) == 4 * len(TOWNS)
    for facility in by_name(database).values():
        shown = facility.address, facility.phone, facility.fax, facility.operator
        assert shown == ("", "", "", "")


def test_a_number_listed_twice_names_the_facility_that_is_left_out(database, tmp_path):
    twice = [*rows(), rows()[3] | {"事業所名": "別の名前"}]
    issue = next(
        one for one in second(database, tmp_path, twice).issues if one.code == "duplicate_key"
    )
    assert (issue.line, issue.value) == (14, "別の名前")


@pytest.mark.parametrize(
    ("lat", "lon"),
    [("33.8851N", "130.8801E"), ("Ｎ33.8851", "Ｅ130.8801"), ("33.8851度", "130.8801度")],
)
def test_degrees_with_their_direction_are_read(database, tmp_path, lat, lon):
    second(database, tmp_path, rows(緯度=lambda n: lat, 経度=lambda n: lon)[:1])
    location = next(iter(by_name(database).values())).location
    assert (location.lon, location.lat) == (130.8801, 33.8851)


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"電話番号": "093-111-0000"}, [("phone", "11")]),
        ({"FAX番号": lambda n: f"093-333-{max(n - 10, 0):04}"}, [("fax", "10")]),
        ({"事業所名": "見本訪問看護"}, [("name", "11")]),
        ({"電話番号": lambda n: f"093-111-{max(n - 9, 0):04}"}, []),
        ({"電話番号": "093-111-0000", "住所": "福岡県北九州市小倉北区赤山町1-1"}, []),
    ],
    ids=["phones", "faxes", "names", "nine", "one address"],
)
def test_a_column_that_was_filled_down_is_told(database, tmp_path, columns, told):
    changed = {k: v if callable(v) else (lambda n, v=v: v) for k, v in columns.items()}
    report = second(database, tmp_path, rows(**changed))
    assert [(i.field, i.value) for i in report.issues if i.code == "filled_down"] == told


@pytest.mark.parametrize(
    ("address", "told"),
    [
        (lambda n: f"福岡県北九州市小倉北区{TOWNS[n]}山町", True),
        (lambda n: f"福岡県北九州市小倉北区{TOWNS[n]}山町1-{n % 9}", False),
        (lambda n: f"福岡県北九州市小倉北区{TOWNS[n]}山" + "町" * (n % 2), False),
    ],
    ids=["cut", "whole", "half"],
)
def test_addresses_that_were_cut_at_one_width_are_told(database, tmp_path, address, told):
    report = second(database, tmp_path, rows(住所=address))
    assert ("cut_addresses" in codes(report)) == told
