"""Days of editions: what is known to be later, and how an unknown day is said."""

from __future__ import annotations

from datetime import date

import pytest

from geoportal.domain.dating import (
    age_days,
    day_words,
    imported_on,
    inward_day,
    is_surely_later,
    outward_day,
    stated_date,
    undated,
)

UNKNOWN = undated(date(2026, 11, 29))
UNKNOWN_LATER = undated(date(2026, 12, 5))


def test_an_unknown_day_has_no_date_and_no_age():
    assert (stated_date(UNKNOWN), imported_on(UNKNOWN)) == (None, "2026-11-29")
    assert age_days(UNKNOWN, date(2026, 11, 30)) is None
    assert (stated_date("2026-11-29"), imported_on("2026-11-29")) == ("2026-11-29", "")
    assert age_days("2026-11-29", date(2026, 12, 1)) == 2
    assert (stated_date(""), imported_on(""), age_days("", date(2026, 1, 1))) == (None, "", None)


def test_days_sort_as_editions_take_precedence():
    assert sorted(["2026-12-01", UNKNOWN_LATER, "1990-01-01", UNKNOWN]) == [
        UNKNOWN,
        UNKNOWN_LATER,
        "1990-01-01",
        "2026-12-01",
    ]


@pytest.mark.parametrize(
    ("day", "than", "later"),
    [
        ("2026-02-01", "2026-01-01", True),
        ("2026-01-01", "2026-01-01", False),
        ("2025-01-01", "2026-01-01", False),
        (UNKNOWN, "1990-01-01", False),  # nobody knows
        ("2026-11-29", UNKNOWN, False),  # may be of that very day
        ("2026-11-30", UNKNOWN, True),  # what was there by the 29th is from before
        (UNKNOWN_LATER, UNKNOWN, True),
        (UNKNOWN, UNKNOWN, False),
        (UNKNOWN, UNKNOWN_LATER, False),
    ],
)
def test_what_is_surely_later(day, than, later):
    assert is_surely_later(day, than) is later


def test_what_people_and_requests_are_told():
    assert day_words(UNKNOWN) == "時点不明（2026-11-29 取込）"
    assert (day_words("2025-10-01"), day_words("")) == ("2025-10-01", "時点不明")
    assert outward_day(UNKNOWN) == "imported-2026-11-29"
    for day in (UNKNOWN, "2025-10-01", ""):
        assert inward_day(outward_day(day)) == day
