"""Opening hours are three-valued and know holidays, closing days and midnight."""

from datetime import date, datetime

import pytest

from geoportal.domain.hours import HOLIDAY, JST, Hours, OpeningCalendar, Session

LABOUR_DAY = date(2026, 11, 23)  # a Monday
CALENDAR = OpeningCalendar(lambda day: day == LABOUR_DAY)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=JST)


WEEKDAYS = Hours(
    sessions=tuple(Session(day, "09:00", "17:00") for day in range(5)),
    closed_days=(5, 6, HOLIDAY),
    closed_dates=("12-29",),
    closed_weeks=((4, 3),),
)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (at(24, 9), "open"),
        (at(24, 8, 59), "closed"),
        (at(24, 17), "closed"),
        (at(23, 10), "closed"),  # a holiday
        (at(28, 10), "closed"),  # Saturday
        (at(26, 10), "closed"),  # the fourth Thursday
        (datetime(2026, 12, 29, 10, tzinfo=JST), "closed"),
    ],
)
def test_status(when, expected):
    assert CALENDAR.status(WEEKDAYS, when) == expected


def test_hours_never_heard_of_are_unknown():
    assert CALENDAR.status(Hours(), at(24, 10)) == "unknown"


def test_an_open_day_without_times_is_unknown_but_a_closing_day_is_closed():
    hours = Hours(open_days=(0, 1, 2, 3, 4), closed_days=(5, 6))
    assert CALENDAR.status(hours, at(24, 10)) == "unknown"
    assert CALENDAR.status(hours, at(28, 10)) == "closed"


def test_holidays_nothing_is_said_about_are_unknown():
    hours = Hours(sessions=(Session(0, "09:00", "17:00"),))
    assert CALENDAR.status(hours, at(23, 10)) == "unknown"


def test_a_session_past_midnight_belongs_to_the_evening_before():
    hours = Hours(sessions=(Session(1, "22:00", "02:00"),), closed_days=(2,))
    assert CALENDAR.status(hours, at(24, 23)) == "open"
    assert CALENDAR.status(hours, at(25, 1, 30)) == "open"
    assert CALENDAR.status(hours, at(25, 2)) == "closed"


def test_times_in_other_zones_are_converted():
    assert CALENDAR.status(WEEKDAYS, datetime.fromisoformat("2026-11-24T00:30+00:00")) == "open"


def test_reception_hours_are_told_apart_from_consultation_hours():
    hours = Hours(
        sessions=(Session(1, "09:00", "12:00"), Session(1, "08:30", "11:30", use="reception"))
    )
    assert CALENDAR.status(hours, at(24, 11, 45)) == "open"
    assert CALENDAR.status(hours, at(24, 11, 45), use="reception") == "closed"


def test_the_next_opening_skips_closing_days():
    assert CALENDAR.next_opening(WEEKDAYS, at(21, 12)) == at(24, 9)
    assert CALENDAR.next_opening(Hours(), at(21, 12)) is None


def test_hours_survive_json():
    assert Hours.from_dict(WEEKDAYS.as_dict()) == WEEKDAYS


def test_a_day_flagged_open_whose_times_are_not_published_is_unknown_beside_days_that_have_times():
    hours = Hours(sessions=(Session(0, "09:00", "17:00"),), open_days=(0, 4), closed_days=(5,))
    assert CALENDAR.status(hours, at(27, 10)) == "unknown"  # Friday
    assert CALENDAR.status(hours, at(27, 3)) == "unknown"
    assert CALENDAR.status(hours, at(25, 10)) == "closed"  # Wednesday: neither flagged nor timed
    assert CALENDAR.status(hours, at(28, 10)) == "closed"


def test_within_a_session_of_an_unclear_day_nothing_is_certain_and_outside_it_is_closed():
    hours = Hours(
        sessions=(Session(6, "09:00", "17:00"), Session(0, "09:00", "17:00")),
        unclear_days=(6,),
        unclear_dates=("11-30",),
    )
    assert CALENDAR.status(hours, at(29, 10)) == "unknown"  # Sunday
    assert CALENDAR.status(hours, at(29, 18)) == "closed"
    assert CALENDAR.status(hours, at(30, 10)) == "unknown"  # a Monday of unclear date
    assert CALENDAR.next_opening(hours, at(28, 10)) == datetime(2026, 12, 7, 9, tzinfo=JST)
