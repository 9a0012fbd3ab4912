"""Files without a date of their own: unknown, never fresh, never newer than a dated one."""

from __future__ import annotations

import os
from datetime import date, timedelta
from itertools import permutations

import pytest
import xlsxwriter

from geoportal.store.database import open_database
from tests.unit.ingest.official import (
    KAIGO_HEADER,
    TODAY,
    TOWNS,
    TOWNS_HEADER,
    by_name,
    codes,
    content,
    import_into,
    only,
    write_csv,
)
from tests.unit.ingest.test_order import numbered

LATER = TODAY + timedelta(days=7)
UNKNOWN = f"0000-{TODAY.isoformat()}"


def offices(path, *rows):
    return write_csv(path, KAIGO_HEADER, list(rows))


@pytest.fixture
def first(tmp_path):
    return offices(tmp_path / "a.csv", numbered(0), numbered(1))


@pytest.fixture
def second(tmp_path):
    return offices(tmp_path / "b.csv", numbered(0, 電話番号="093-000-0009"), numbered(2))


def test_the_time_of_a_file_is_no_date(database, first):
    os.utime(first, (1_700_000_000, 1_700_000_000))
    report = only(import_into(database, first))
    assert report.as_of == UNKNOWN
    document = report.as_dict()
    assert (document["as_of"], document["imported_at"]) == (None, TODAY.isoformat())
    (issue,) = [issue for issue in report.issues if issue.code == "date_unknown"]
    assert issue.severity == "warning"
    assert "--as-of" in issue.message
    office = by_name(database)["第0"]
    assert {claim.as_of for claim in office.claims} == {UNKNOWN}
    assert {claim.stale_on(TODAY) for claim in office.claims} == {None}


@pytest.mark.parametrize("dated_first", [True, False])
def test_a_dated_edition_stays_whatever_was_imported_later(database, first, second, dated_first):
    steps = [lambda: import_into(database, first, as_of="2020-01-01")]
    steps.insert(dated_first, lambda: import_into(database, second))
    for step in steps:
        step()
    found = by_name(database)
    assert found["第0"].phone == "093-000-0001"  # of 2020, and not of who knows when
    # Which of the two is the later nobody knows: neither closes what only the other lists.
    assert {name: office.status for name, office in found.items()} == dict.fromkeys(
        ("第0", "第1", "第2"), "open"
    )


def test_what_is_dated_after_the_import_is_later(database, first, second):
    import_into(database, first)
    import_into(database, second, as_of=LATER.isoformat(), today=LATER)
    found = by_name(database)
    assert (found["第0"].phone, found["第1"].status) == ("093-000-0009", "closed")


def test_of_two_without_date_the_one_imported_on_a_later_day_counts(database, first, second):
    import_into(database, first)
    import_into(database, second, today=LATER)
    found = by_name(database)
    assert (found["第0"].phone, found["第1"].status) == ("093-000-0009", "closed")


def test_imported_on_one_day_none_of_them_is_later(tmp_path, first, second):
    contents = []
    for number, order in enumerate(permutations((first, second))):
        database = open_database(tmp_path / f"{number}.db", create=True)
        for path in order:
            import_into(database, path)
        assert by_name(database)["第1"].status == "open"
        contents.append(content(database))
    assert contents[0] == contents[1]


def test_the_date_can_be_given_afterwards(database, tmp_path, first):
    import_into(database, first)
    report = only(import_into(database, first, as_of="2025-06-01", today=LATER))
    assert (report.created, report.updated, report.removed) == (0, 0, 0)
    assert "date_unknown" not in codes(report)
    straight = open_database(tmp_path / "straight.db", create=True)
    import_into(straight, first, as_of="2025-06-01")
    assert content(database) == content(straight)
    again = only(import_into(database, first, today=LATER))  # and is remembered
    assert (again.as_of, again.changed) == ("2025-06-01", False)


def test_a_date_given_afterwards_closes_as_if_it_had_always_been_there(
    database, tmp_path, first, second
):
    import_into(database, second, as_of="2025-12-01")
    import_into(database, first)
    assert by_name(database)["第1"].status == "open"
    import_into(database, first, as_of="2025-06-01", today=LATER)
    found = by_name(database)
    assert (found["第1"].status, found["第1"].first_seen) == ("closed", "2025-06-01")
    straight = open_database(tmp_path / "straight.db", create=True)
    import_into(straight, first, as_of="2025-06-01")
    import_into(straight, second, as_of="2025-12-01")
    assert content(database) == content(straight)


def test_places_get_their_date_as_well(database, tmp_path):
    towns = write_csv(tmp_path / "latest.csv", TOWNS_HEADER, TOWNS)
    assert only(import_into(database, towns)).as_of == UNKNOWN
    report = only(import_into(database, towns, as_of="2025-06-01"))
    assert (report.as_of, report.created, report.removed) == ("2025-06-01", 0, 0)


@pytest.mark.parametrize(
    ("sheet", "title"), [("一覧", "介護事業所　令和７年６月１日現在"), ("R7.6.1", "介護事業所")]
)
def test_the_date_above_the_table_or_on_the_sheet_is_taken(database, tmp_path, sheet, title):
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet(sheet)
        page.write_row(0, 0, [title])
        page.write_row(1, 0, KAIGO_HEADER)
        page.write_row(2, 0, numbered(0))
    report = only(import_into(database, path))
    assert report.as_of == date(2025, 6, 1).isoformat()
    assert "date_unknown" not in codes(report)
