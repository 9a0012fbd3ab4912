"""A facility's state at a moment: today's hours, the next opening, whether it takes patients."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace

import pytest

from geoportal.documents.state import state_document
from geoportal.domain.hours import HOLIDAY, JST, Hours, OpeningCalendar, Session
from geoportal.index.minute_cache import MinuteCache
from tests.factories import make_facility, make_snapshot, make_vocabulary

TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=JST)
MONDAY, TUE = 0, 1


def state(now: datetime = TUESDAY, *, holiday: bool = False, **values):
    snapshot = make_snapshot([make_facility("a", hours=Hours(**values))])
    view = SimpleNamespace(
        now=now,
        snapshot=snapshot,
        states=MinuteCache(),
        calendar=OpeningCalendar(lambda _: holiday),
        reference=SimpleNamespace(vocabulary=make_vocabulary()),
    )
    return state_document(view, snapshot.facilities[0])


def sessions(*spans: str, day: int = TUE, use: str = "consultation") -> tuple[Session, ...]:
    return tuple(Session(day, *span.split("-"), use=use) for span in spans)


@pytest.mark.parametrize(
    ("spans", "today"),
    [
        (["09:00-12:00", "14:00-17:30"], ["9:00–12:00", "14:00–17:30"]),
        (["14:00-17:30", "09:00-12:00"], ["9:00–12:00", "14:00–17:30"]),
        (["09:00-12:00", "12:00-17:00"], ["9:00–17:00"]),
        (["09:00-18:00", "10:00-12:00"], ["9:00–18:00"]),
        (["09:00-12:00", "09:00-12:00"], ["9:00–12:00"]),
        (["00:00-24:00"], ["0:00–24:00"]),
    ],
)
def test_hours_of_several_departments_are_joined_where_they_meet(spans, today):
    assert state(sessions=sessions(*spans))["today"] == today


def test_today_are_the_consultations_of_this_day_alone():
    listed = (
        *sessions("09:00-12:00"),
        *sessions("13:00-14:00", use="reception"),
        *sessions("06:00-08:00", day=MONDAY),
        *sessions("10:00-11:00", day=HOLIDAY),
    )
    assert state(sessions=listed)["today"] == ["9:00–12:00"]
    assert state(sessions=listed, holiday=True)["today"] == ["10:00–11:00"]


def test_closed_all_day_is_no_hours_and_unknown_is_none():
    assert state(sessions=sessions("09:00-12:00"), closed_days=(TUE,))["today"] == []
    assert state(open_days=(TUE,))["today"] is None
    assert state()["today"] is None


def test_the_next_opening_is_named_only_while_it_is_closed():
    listed = (*sessions("09:00-12:00", "14:00-17:00"),)
    during, noon, late = (
        state(TUESDAY.replace(hour=hour), sessions=listed) for hour in (10, 13, 18)
    )
    assert (during["open_now"], during["next_opening"]) == ("open", None)
    assert (noon["open_now"], noon["next_opening"]) == ("closed", "2026-11-24T14:00+09:00")
    assert late["next_opening"] == "2026-12-01T09:00+09:00"  # a week later
    assert (state()["open_now"], state()["next_opening"]) == ("unknown", None)
