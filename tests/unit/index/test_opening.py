"""Vectorised opening hours say what the calendar says of each facility, at any moment."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoportal.domain.hours import (
    EMPTY_HOURS,
    JST,
    Hours,
    OpeningCalendar,
    Session,
    stated_sessions,
)
from geoportal.domain.query import OPEN_USES
from geoportal.index.opening import STATUSES, OpeningIndex
from tests.rounds import examples

HOLIDAYS = {date(2026, 11, 3), date(2026, 11, 23)}
CALENDAR = OpeningCalendar(HOLIDAYS.__contains__)
CLOCKS = st.sampled_from(("00:00", "08:30", "09:00", "12:30", "17:00", "23:59"))
SESSIONS = st.builds(
    Session,
    day=st.integers(0, 7),
    opens=CLOCKS,
    closes=st.sampled_from(("00:30", "09:30", "12:00", "18:00", "24:00")),
    use=st.sampled_from((*OPEN_USES, "something else")),
)
DAYS = st.lists(st.integers(0, 7), max_size=3).map(tuple)
HOURS = st.builds(
    Hours,
    sessions=st.lists(SESSIONS, max_size=6).map(tuple),
    closed_days=DAYS,
    open_days=DAYS,
    closed_weeks=st.lists(st.tuples(st.integers(1, 5), st.integers(0, 6)), max_size=2).map(tuple),
    closed_dates=st.lists(st.sampled_from(("11-03", "11-22", "12-31")), max_size=2).map(tuple),
    unclear_days=DAYS,
    unclear_dates=st.lists(st.sampled_from(("11-03", "11-22", "12-30")), max_size=2).map(tuple),
    note=st.sampled_from(("", "不定休")),
)
MOMENTS = st.integers(0, 70 * 24 * 4).map(
    lambda quarter: datetime(2026, 10, 31, tzinfo=JST) + timedelta(minutes=15 * quarter)
)


@given(hours=st.lists(HOURS, max_size=8), when=MOMENTS, use=st.sampled_from(OPEN_USES))
@settings(max_examples=examples(150), deadline=None)
@pytest.mark.slow
def test_equals_the_calendar_facility_by_facility(hours, when, use):
    index = OpeningIndex.of(hours)
    rows = np.arange(len(hours))[::-1]
    got = [STATUSES[i] for i in index.status(rows, when, CALENDAR, use)]
    assert got == [CALENDAR.status(hours[row], when, use) for row in rows]


def test_reception_may_close_before_consultation_does():
    hours = Hours(
        sessions=(Session(1, "09:00", "12:30"), Session(1, "08:30", "11:30", "reception"))
    )
    noon = datetime(2026, 11, 24, 12, 0, tzinfo=JST)  # a Tuesday
    index = OpeningIndex.of([hours, EMPTY_HOURS])
    rows = np.arange(2)
    assert [STATUSES[i] for i in index.status(rows, noon, CALENDAR)] == ["open", "unknown"]
    assert [STATUSES[i] for i in index.status(rows, noon, CALENDAR, "reception")] == [
        "closed",
        "unknown",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("月・水・金 13:00〜14:00", [(day, "13:00", "14:00") for day in (0, 2, 4)]),
        ("平日12時半から13時", [(day, "12:30", "13:00") for day in range(5)]),
        ("火曜日 8:30～9:00、17時-18時", [(1, "08:30", "09:00"), (1, "17:00", "18:00")]),
        ("月～水 ９時〜１０時", [(day, "09:00", "10:00") for day in range(3)]),
        ("毎日10:00〜11:00", [(day, "10:00", "11:00") for day in range(7)]),
        ("日曜 24:00〜25:00、12:60〜13:00", []),
        ("地域連携室へ電話", []),
        ("金曜 18:00〜17:00", []),
    ],
)
def test_hours_for_care_managers_are_read_from_a_remark_and_never_guessed(text, expected):
    found = stated_sessions(text, "care_manager")
    assert [(s.day, s.opens, s.closes) for s in found] == expected
    assert all(s.use == "care_manager" for s in found)
