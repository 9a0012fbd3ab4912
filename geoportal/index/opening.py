"""Opening hours of all facilities as arrays: which are open at a moment, in one vectorised step.

The result equals `OpeningCalendar.status` of each facility. Sessions are stored in four parallel
columns (day, use, opens, closes), grouped by row with offsets; closing rules are bit masks. Minutes
are counted from midnight.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.hours import HOLIDAY, JST, Hours, OpeningCalendar, Session
from geoportal.domain.query import OPEN_USES
from geoportal.index.points import Rows

OPEN, UNKNOWN, CLOSED = 0, 1, 2
STATUSES = ("open", "unknown", "closed")
Statuses = NDArray[np.int8]
_DAY_MINUTES = 24 * 60
_HOLIDAY_BIT = np.uint8(1 << HOLIDAY)


class OpeningIndex:
    """Immutable hours of many facilities, by row."""

    def __init__(self, hours: Sequence[Hours]) -> None:
        sessions = [session for each in hours for session in each.sessions]
        self._offsets = np.concatenate(
            ([0], np.cumsum([len(each.sessions) for each in hours], dtype=np.int64))
        ).astype(np.int64)
        self._day = np.array([s.day for s in sessions], dtype=np.int8)
        self._use = np.array([_use_number(s) for s in sessions], dtype=np.int8)
        spans = np.array([s.span for s in sessions], dtype=np.int16).reshape(-1, 2)
        self._opens, self._closes = spans[:, 0].copy(), spans[:, 1].copy()
        self._known = np.array([each.known for each in hours], dtype=bool)
        self._closed_days = _bits(each.closed_days for each in hours)
        self._open_days = _bits(
            (*each.open_days, *(s.day for s in each.sessions)) for each in hours
        )
        self._uses = _bits((_use_number(s) for s in each.sessions) for each in hours)
        self._closed_weeks = np.array(
            [sum(1 << _week_bit(*pair) for pair in set(each.closed_weeks)) for each in hours],
            dtype=np.uint64,
        )
        self._flagged_open = _bits(each.open_days for each in hours)
        self._unclear_days = _bits(each.unclear_days for each in hours)
        self._closed_dates = _DateSets([each.closed_dates for each in hours])
        self._unclear_dates = _DateSets([each.unclear_dates for each in hours])

    def __len__(self) -> int:
        return int(self._known.size)

    def status(
        self,
        rows: Rows,
        when: datetime,
        calendar: OpeningCalendar,
        use: str = OPEN_USES[0],
    ) -> Statuses:
        """Return for each of some rows whether it is open at a moment, int8 of shape (m,).

        `OPEN`, `UNKNOWN` (times not stated) or `CLOSED`. The moment is aware, and converted to
        Japan time; ``use`` is one of `OPEN_USES`.
        """
        local = when.astimezone(JST)
        day, minute = local.date(), local.hour * 60 + local.minute
        number = OPEN_USES.index(use)
        today = self._status_on(rows, day, minute, calendar, number)
        yesterday = self._status_on(
            rows, day - timedelta(days=1), minute + _DAY_MINUTES, calendar, number
        )
        return np.where(yesterday == OPEN, OPEN, today).astype(np.int8)

    def _status_on(
        self, rows: Rows, day: date, minute: int, calendar: OpeningCalendar, use: int
    ) -> Statuses:
        """Return the status at a minute counted from midnight of a day (may exceed 24 h)."""
        holiday = calendar.is_holiday(day)
        names_holiday = (self._open_days[rows] & _HOLIDAY_BIT) != 0
        key = HOLIDAY if holiday else day.weekday()
        not_stated = (self._uses[rows] & np.uint8(1 << use)) == 0
        if holiday:
            not_stated |= ~names_holiday
        key_bit = np.uint8(1 << key)
        has_session, inside = self._inside(rows, key, minute, use)
        unclear = (self._unclear_days[rows] & key_bit) != 0
        unclear |= self._unclear_dates.hold(rows, day)
        open_without_times = ~has_session & ((self._flagged_open[rows] & key_bit) != 0)
        status = np.where(inside, np.where(unclear, UNKNOWN, OPEN), CLOSED)
        status = np.where(not_stated | open_without_times, UNKNOWN, status)
        status = np.where(self._closed_all_day(rows, day, holiday, names_holiday), CLOSED, status)
        return np.where(self._known[rows], status, UNKNOWN).astype(np.int8)

    def _closed_all_day(
        self, rows: Rows, day: date, holiday: bool, names_holiday: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        bit = np.uint64(1 << _week_bit((day.day - 1) // 7 + 1, day.weekday()))
        closed: NDArray[np.bool_] = (self._closed_weeks[rows] & bit) != 0
        closed |= self._closed_dates.hold(rows, day)
        weekday: NDArray[np.bool_] = (self._closed_days[rows] & np.uint8(1 << day.weekday())) != 0
        if holiday:
            closed |= (self._closed_days[rows] & _HOLIDAY_BIT) != 0
            weekday &= ~names_holiday
        closed |= weekday
        return closed

    def _inside(
        self, rows: Rows, key: int, minute: int, use: int
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return whether each row has sessions of a day and use, and whether one holds a minute."""
        counts = self._offsets[rows + 1] - self._offsets[rows]
        ends = np.cumsum(counts)
        owner = np.repeat(np.arange(rows.size), counts)
        places = np.arange(owner.size) + np.repeat(self._offsets[rows] - (ends - counts), counts)
        of_day = (self._day[places] == key) & (self._use[places] == use)
        holds = of_day & (self._opens[places] <= minute) & (minute < self._closes[places])
        has_session, inside = np.zeros((2, rows.size), dtype=bool)
        has_session[owner[of_day]] = True
        inside[owner[holds]] = True
        return has_session, inside


class _DateSets:
    """Days of the year (``MM-DD``) of many rows; equal sets are held once."""

    def __init__(self, dates: Sequence[tuple[str, ...]]) -> None:
        numbers: dict[tuple[str, ...], int] = {}
        self._number = np.array(
            [numbers.setdefault(each, len(numbers)) for each in dates], dtype=np.int32
        )
        self._sets = [frozenset(each) for each in numbers]

    def hold(self, rows: Rows, day: date) -> NDArray[np.bool_]:
        """Return whether the set of each row holds a day."""
        of_day = np.array([f"{day:%m-%d}" in dates for dates in self._sets], dtype=bool)
        return of_day[self._number[rows]] if of_day.any() else np.zeros(rows.size, dtype=bool)


def _use_number(session: Session) -> int:
    """Return the position of a session's use in `OPEN_USES`, ``len(OPEN_USES)`` for others."""
    return OPEN_USES.index(session.use) if session.use in OPEN_USES else len(OPEN_USES)


def _week_bit(week: int, day: int) -> int:
    return (week - 1) * 7 + day


def _bits(groups: Iterable[Iterable[int]]) -> NDArray[np.uint8]:
    return np.array([sum(1 << bit for bit in set(group)) for group in groups], dtype=np.uint8)
