"""Hours in the columns of municipal lists: what is read from them is what was written."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoportal.domain.hours import JST, Hours, OpeningCalendar, Session
from geoportal.export.municipal_hours import HoursCells, hours_cells, read_again
from geoportal.ingest.reading.opening_words import read_day_words

HOLIDAY = 23
CALENDAR = OpeningCalendar(lambda day: day.day == HOLIDAY)
SPANS = [
    (("09:00", "12:00"),),
    (("09:00", "12:00"), ("14:00", "18:00")),
    (("09:00", "13:00"), ("12:00", "18:00")),  # of two departments
    (("00:00", "24:00"),),
    (("18:00", "08:00"),),  # until the next morning
]


def week(days):
    return tuple(Session(day, *span) for day, spans in days.items() for span in spans)


def reread(cells: HoursCells, *, spans: bool) -> Hours:
    days = read_day_words(cells.days) if cells.days else ()
    return read_again(days or (), (cells.opens, cells.closes), cells.remark, spans=spans)


@pytest.mark.parametrize("spans", [True, False])
@given(
    st.dictionaries(st.integers(0, 7), st.sampled_from(SPANS), max_size=8),
    st.sets(st.tuples(st.integers(1, 5), st.integers(0, 6)), max_size=2),
    st.sets(st.sampled_from(["12-30", "12-31", "01-01", "08-13", "02-28", "02-29"])),
    st.booleans(),
)
def test_nothing_becomes_certain_that_was_not(spans, days, weeks, dates, holidays_off) -> None:
    hours = Hours(
        sessions=week(days),
        closed_days=(7,) if holidays_off and 7 not in days else (),
        closed_weeks=tuple(sorted(weeks)),
        closed_dates=tuple(sorted(dates)),
    )
    read = reread(hours_cells(hours, spans=spans), spans=spans)
    for day in range(18, 32):
        for hour in (0, 7, 10, 13, 17, 20):
            when = datetime(2026, 12, day, hour, 30, tzinfo=JST)
            was, found = CALENDAR.status(hours, when), CALENDAR.status(read, when)
            if when.day == HOLIDAY and was == "unknown" and when.weekday() not in days:
                assert found in ("unknown", "closed")  # days that are not named are closed days
            else:
                assert found == was or (found == "unknown" and not days), when


def test_what_is_unclear_stays_so_and_a_note_that_would_be_misread_stands_beside() -> None:
    hours = Hours(sessions=week({0: SPANS[0], 2: SPANS[0]}), unclear_days=(2,))
    assert reread(hours_cells(hours, spans=True), spans=True).unclear_days == (2,)
    noted = Hours(sessions=week({0: SPANS[0], 2: SPANS[0]}), note="月は15:00～16:00")
    cells = hours_cells(noted, spans=True)
    assert (cells.remark, cells.beside) == ("", "月は15:00～16:00")


def test_the_usual_times_stand_in_their_columns_and_others_in_the_remark() -> None:
    usual, saturday = (("09:00", "18:00"),), SPANS[0]
    hours = Hours(
        sessions=week({**dict.fromkeys(range(5), usual), 5: saturday}),
        closed_days=(6, 7),
        closed_weeks=((3, 2),),
        closed_dates=("01-01", "01-02", "12-31"),
    )
    assert hours_cells(hours, spans=True) == HoursCells(
        "月火水木金土",
        "09:00",
        "18:00",
        "土 09:00～12:00；祝休診；第3水曜休診；12月31日～1月2日休診",
    )


def test_written_again_nothing_is_repeated() -> None:
    hours = Hours(sessions=week({0: SPANS[1], 3: SPANS[0]}), note="予約制")
    once = hours_cells(hours, spans=True)
    assert hours_cells(reread(once, spans=True), spans=True) == once
