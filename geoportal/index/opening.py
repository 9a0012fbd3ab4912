"""Opening hours of all facilities as arrays: which are open at a moment, in one vectorised step.

The result equals `OpeningCalendar.status` of each facility. Sessions are stored in four parallel
columns (day, use, opens, closes), grouped by row with offsets; closing rules are bit masks. Minutes
are counted from midnight.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.hours import (
    HOLIDAY,
    JST,
    Hours,
    OpeningCalendar,
    Session,
    stated_sessions,
)
from geoportal.domain.query import OPEN_USES
from geoportal.index.claims import SelectedClaim
from geoportal.index.points import Rows

CARE_MANAGER_TIME = "CO.CMTIME"
CARE_MANAGER = "care_manager"
OPEN, UNKNOWN, CLOSED = 0, 1, 2
STATUSES = ("open", "unknown", "closed")
Statuses = NDArray[np.int8]
DateSetNumbers = dict[tuple[str, ...], int]
"""Numbers of sets of days of the year, in the order they were met."""
_DAY_MINUTES = 24 * 60
_PATIENTS_BITS = np.uint8(1 << OPEN_USES.index("consultation") | 1 << OPEN_USES.index("reception"))
_HOLIDAY_BIT = np.uint8(1 << HOLIDAY)


class OpeningIndex:
    """Immutable hours of many facilities, by row.

    Parameters
    ----------
    columns : mapping of str to ndarray
        What `opening_columns` made, one chunk of facilities after the other.
    date_sets : sequence of collection of str
        The sets of days of the year that the columns number.
    """

    def __init__(
        self,
        columns: Mapping[str, NDArray[Any]],
        date_sets: Sequence[Iterable[str]],
    ) -> None:
        self._offsets = np.concatenate(([0], np.cumsum(columns["sessions"], dtype=np.int64)))
        self._day, self._use = columns["day"], columns["use"]
        self._opens, self._closes = columns["opens"], columns["closes"]
        self._known = columns["known"]
        self._closed_days, self._open_days = columns["closed_days"], columns["open_days"]
        self._uses, self._closed_weeks = columns["uses"], columns["closed_weeks"]
        self._flagged_open, self._unclear_days = columns["flagged_open"], columns["unclear_days"]
        sets = [frozenset(each) for each in date_sets]
        self._closed_dates = _DateSets(columns["closed_dates"], sets)
        self._unclear_dates = _DateSets(columns["unclear_dates"], sets)

    @classmethod
    def of(cls, hours: Sequence[Hours]) -> OpeningIndex:
        """Return the index of some hours."""
        numbers: DateSetNumbers = {}
        return cls(opening_columns(hours, numbers), list(numbers))

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

    def states_times(self, rows: Rows) -> NDArray[np.bool_]:
        """Say for each of some rows whether times of consultation or reception are stated."""
        stated: NDArray[np.bool_] = (self._uses[rows] & _PATIENTS_BITS) != 0
        return np.asarray(stated & self._known[rows], dtype=bool)

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


class ChangedHours(OpeningIndex):
    """An index in which the hours of some rows, ascending, are others than below."""

    def __init__(self, below: OpeningIndex, rows: Rows, changed: OpeningIndex) -> None:
        self._below, self._rows, self._changed = below, rows, changed

    def __len__(self) -> int:
        return len(self._below)

    def status(
        self,
        rows: Rows,
        when: datetime,
        calendar: OpeningCalendar,
        use: str = OPEN_USES[0],
    ) -> Statuses:
        """Return for each of some rows whether it is open; see `OpeningIndex.status`."""
        status = self._below.status(rows, when, calendar, use)
        places = np.searchsorted(self._rows, rows)
        here = np.flatnonzero(self._rows[np.minimum(places, self._rows.size - 1)] == rows)
        if here.size:
            status[here] = self._changed.status(places[here], when, calendar, use)
        return status


def opening_columns(hours: Sequence[Hours], numbers: DateSetNumbers) -> dict[str, NDArray[Any]]:
    """Return the columns of an `OpeningIndex` for some facilities.

    ``numbers`` has the number of each set of dates met so far; new ones are added.
    """
    sessions = [session for each in hours for session in each.sessions]
    spans = np.array([s.span for s in sessions], dtype=np.int16).reshape(-1, 2)

    def numbered(dates: Iterable[tuple[str, ...]]) -> NDArray[np.int32]:
        return np.array([numbers.setdefault(each, len(numbers)) for each in dates], dtype=np.int32)

    return {
        "sessions": np.array([len(each.sessions) for each in hours], dtype=np.int32),
        "day": np.array([s.day for s in sessions], dtype=np.int8),
        "use": np.array([_use_number(s) for s in sessions], dtype=np.int8),
        "opens": spans[:, 0].copy(),
        "closes": spans[:, 1].copy(),
        "known": np.array([each.known for each in hours], dtype=bool),
        "closed_days": _bits(each.closed_days for each in hours),
        "open_days": _bits((*each.open_days, *(s.day for s in each.sessions)) for each in hours),
        "uses": _bits((_use_number(s) for s in each.sessions) for each in hours),
        "closed_weeks": np.array(
            [sum(1 << _week_bit(*pair) for pair in set(each.closed_weeks)) for each in hours],
            dtype=np.uint64,
        ),
        "flagged_open": _bits(each.open_days for each in hours),
        "unclear_days": _bits(each.unclear_days for each in hours),
        "closed_dates": numbered(each.closed_dates for each in hours),
        "unclear_dates": numbered(each.unclear_dates for each in hours),
    }


class _DateSets:
    """Days of the year (``MM-DD``) of many rows, as numbers of sets; equal sets are held once."""

    def __init__(self, number: NDArray[np.int32], sets: Sequence[frozenset[str]]) -> None:
        self._number, self._sets = number, sets

    def hold(self, rows: Rows, day: date) -> NDArray[np.bool_]:
        """Return whether the set of each row holds a day."""
        of_day = np.array([f"{day:%m-%d}" in dates for dates in self._sets], dtype=bool)
        return of_day[self._number[rows]] if of_day.any() else np.zeros(rows.size, dtype=bool)


def with_care_manager_time(hours: Hours, selected: SelectedClaim | None) -> Hours:
    """Return hours with the ケアマネタイム that the note of its claim states, if it states one."""
    if selected is None or selected.value != "yes":
        return hours
    sessions = stated_sessions(selected.claim.note, CARE_MANAGER)
    return replace(hours, sessions=hours.sessions + sessions) if sessions else hours


def _use_number(session: Session) -> int:
    """Return the position of a session's use in `OPEN_USES`, ``len(OPEN_USES)`` for others."""
    return OPEN_USES.index(session.use) if session.use in OPEN_USES else len(OPEN_USES)


def _week_bit(week: int, day: int) -> int:
    return (week - 1) * 7 + day


def _bits(groups: Iterable[Iterable[int]]) -> NDArray[np.uint8]:
    return np.array([_mask(tuple(group)) for group in groups], dtype=np.uint8)


@lru_cache(maxsize=4_096)
def _mask(bits: tuple[int, ...]) -> int:
    return sum(1 << bit for bit in set(bits))
