"""Opening hours: weekly sessions, closing days, holidays. Three-valued, because lists are partial.

Days are numbered 0 (Monday) to 6 (Sunday); 7 stands for national holidays (祝日).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

from geoportal.domain.made_quickly import made_quickly

HOLIDAY = 7
DAY_LABELS_JA = ("月", "火", "水", "木", "金", "土", "日", "祝")
JST = timezone(timedelta(hours=9), "JST")


@made_quickly
@dataclass(frozen=True, slots=True)
class Session:
    """One block of time on one day of the week.

    Attributes
    ----------
    day : int
        0 (Monday) to 6 (Sunday), 7 for national holidays.
    opens, closes : str
        ``HH:MM``; ``closes`` may be ``"24:00"``, or earlier than ``opens`` when the session runs
        past midnight.
    use : str
        ``"consultation"`` (診療・営業), ``"reception"`` (受付), ``"care_manager"``
        (ケアマネタイム: when care managers' calls are taken) or ``"emergency"`` (救急科: no
        consultation without need).
    department : str
        診療科目 the session is for; empty for the whole facility.
    """

    day: int
    opens: str
    closes: str
    use: str = "consultation"
    department: str = ""

    @property
    def span(self) -> tuple[int, int]:
        """Minutes from midnight of its day to beginning and end; the end may exceed 24 h."""
        opens, closes = _minutes(self.opens), _minutes(self.closes)
        return opens, closes if closes > opens else closes + 24 * 60


@lru_cache(maxsize=65_536)
def session_of(
    day: int, opens: str, closes: str, use: str = "consultation", department: str = ""
) -> Session:
    """Return a session, the same object for the same values: many facilities have the same."""
    return Session(day, opens, closes, use, department)


@made_quickly
@dataclass(frozen=True, slots=True)
class Hours:
    """What is known of a facility's hours.

    Attributes
    ----------
    sessions : tuple of Session
        Known sessions; empty when times are not known.
    closed_days : tuple of int
        Days of the week (or 7: holidays) on which it is closed every week.
    open_days : tuple of int
        Days on which it is open, for sources that name days but not times.
    closed_weeks : tuple of (int, int)
        (week of month 1-5, day 0-6) closed regularly, e.g. (2, 3) the second Thursday.
    closed_dates : tuple of str
        Closing days that return every year, as ``MM-DD``.
    unclear_days : tuple of int
        Days whose sessions another list contradicts: one says open, the other closed.
    unclear_dates : tuple of str
        Days of the year, as ``MM-DD``, about which the source's words cannot be read for certain
        (お盆 without dates): a session on them may be called off.
    note : str
        Free text of the source (その他の休診日 etc.).
    as_of : str
        ISO date the hours refer to, empty when nothing is known.
    source : str
        Name of the source.
    """

    sessions: tuple[Session, ...] = ()
    closed_days: tuple[int, ...] = ()
    open_days: tuple[int, ...] = ()
    closed_weeks: tuple[tuple[int, int], ...] = ()
    closed_dates: tuple[str, ...] = ()
    unclear_days: tuple[int, ...] = ()
    unclear_dates: tuple[str, ...] = ()
    note: str = ""
    as_of: str = ""
    source: str = ""

    @property
    def known(self) -> bool:
        """True when anything can be said about opening."""
        return bool(
            self.sessions
            or self.closed_days
            or self.open_days
            or self.closed_weeks
            or self.closed_dates
            or self.note
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form (used in the database and in answers)."""
        return {
            "sessions": [
                {
                    "day": s.day,
                    "opens": s.opens,
                    "closes": s.closes,
                    "use": s.use,
                    "department": s.department,
                }
                for s in self.sessions
            ],
            "closed_days": list(self.closed_days),
            "open_days": list(self.open_days),
            "closed_weeks": [list(pair) for pair in self.closed_weeks],
            "closed_dates": list(self.closed_dates),
            "unclear_days": list(self.unclear_days),
            "unclear_dates": list(self.unclear_dates),
            "note": self.note,
            "as_of": self.as_of,
            "source": self.source,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Hours:
        """Rebuild from :meth:`as_dict`."""
        return cls(
            sessions=tuple([session_of(**session) for session in data.get("sessions", ())]),
            closed_days=tuple(data.get("closed_days", ())),
            open_days=tuple(data.get("open_days", ())),
            closed_weeks=tuple((week, day) for week, day in data.get("closed_weeks", ())),
            closed_dates=tuple(data.get("closed_dates", ())),
            unclear_days=tuple(data.get("unclear_days", ())),
            unclear_dates=tuple(data.get("unclear_dates", ())),
            note=data.get("note", ""),
            as_of=data.get("as_of", ""),
            source=data.get("source", ""),
        )


EMPTY_HOURS = Hours()


@dataclass(frozen=True, slots=True)
class OpeningCalendar:
    """Tells whether facilities are open, with a given test for national holidays (国民の祝日)."""

    is_holiday: Callable[[date], bool] = field(default=lambda _day: False)

    def status(self, hours: Hours, when: datetime, use: str = "consultation") -> str:
        """Say whether a facility is open at a moment: ``"open"``, ``"closed"`` or ``"unknown"``.

        The moment is aware, and converted to Japan time; ``use`` is ``"consultation"`` or
        ``"reception"``. Unknown: times not stated on an open day, and within a session of an
        unclear day.
        """
        local = when.astimezone(JST)
        minute = local.hour * 60 + local.minute
        today = self._status_on(hours, local.date(), minute, use)
        yesterday = local.date() - timedelta(days=1)
        after_midnight = minute + 24 * 60
        if today != "open" and self._status_on(hours, yesterday, after_midnight, use) == "open":
            return "open"
        return today

    def next_opening(self, hours: Hours, when: datetime, days: int = 31) -> datetime | None:
        """Return when the next certain consultation session begins, None within some days."""
        local = when.astimezone(JST)
        for offset in range(days):
            day = local.date() + timedelta(days=offset)
            key = self._key(day)
            starts = sorted(
                session.opens
                for session in hours.sessions
                if session.day == key and session.use == "consultation"
            )
            if not starts or self.closed_all_day(hours, day) or self._unclear(hours, day):
                continue
            midnight = datetime.combine(day, datetime.min.time(), JST)
            for opens in starts:
                start = midnight + timedelta(minutes=_minutes(opens))
                if start > local:
                    return start
        return None

    def _key(self, day: date) -> int:
        return HOLIDAY if self.is_holiday(day) else day.weekday()

    def closed_all_day(self, hours: Hours, day: date) -> bool:
        """Say whether the facility is known to be closed for the whole of a day."""
        holiday = self.is_holiday(day)
        if f"{day:%m-%d}" in hours.closed_dates:
            return True
        if ((day.day - 1) // 7 + 1, day.weekday()) in hours.closed_weeks:
            return True
        if holiday and HOLIDAY in hours.closed_days:
            return True
        if holiday and _names(hours, HOLIDAY):
            return False
        return day.weekday() in hours.closed_days

    def _status_on(self, hours: Hours, day: date, minute: int, use: str) -> str:
        """Status at ``minute`` counted from midnight of ``day`` (may exceed 24 h)."""
        if not hours.known:
            return "unknown"
        if self.closed_all_day(hours, day):
            return "closed"
        key = self._key(day)
        sessions = [s for s in hours.sessions if s.use == use]
        if not sessions or (key == HOLIDAY and not _names(hours, HOLIDAY)):
            return "unknown"
        spans = [s.span for s in sessions if s.day == key]
        if not spans and key in hours.open_days:
            return "unknown"
        if not any(opens <= minute < closes for opens, closes in spans):
            return "closed"
        return "unknown" if self._unclear(hours, day) else "open"

    def _unclear(self, hours: Hours, day: date) -> bool:
        return self._key(day) in hours.unclear_days or f"{day:%m-%d}" in hours.unclear_dates


def _names(hours: Hours, day: int) -> bool:
    """Say whether the hours state anything about a day being open."""
    return day in hours.open_days or any(s.day == day for s in hours.sessions)


@lru_cache(24 * 60)
def _minutes(text: str) -> int:
    """Minutes since midnight of ``HH:MM``."""
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


_DAY_LETTERS = "".join(DAY_LABELS_JA)
_RANGE = "(?:~|-|から)"
_CLOCK = r"(\d{1,2})(?::(\d{2})|時(?:(\d{1,2})分|(半))?)"
_DAY = rf"[{_DAY_LETTERS}](?:曜日?)?"
_TIMES = f"{_CLOCK}{_RANGE}{_CLOCK}"
_STATED = (
    rf"(?P<days>平日|毎日|{_DAY}(?:(?:[・,、/ ]|{_RANGE})?{_DAY})*)"
    rf"[の: ]*(?P<times>{_TIMES}(?:[・,、/ ]+{_TIMES})*)"
)
_DASHES = str.maketrans(dict.fromkeys("～〜−－ー―–—‐‑", "~"))


def stated_sessions(text: str, use: str) -> tuple[Session, ...]:
    """Read sessions from a remark such as 「月・水・金 13:00〜14:00」 or 「平日12時半から13時」.

    Empty when no day with a time is stated; nothing is guessed.
    """
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).translate(_DASHES))
    sessions = []
    for statement in re.finditer(_STATED, plain):
        for span in re.findall(_TIMES, statement["times"]):
            opens, closes = _clock(*span[:4]), _clock(*span[4:])
            if opens and closes and opens < closes:
                sessions += [Session(day, opens, closes, use) for day in _days(statement["days"])]
    return tuple(dict.fromkeys(sessions))


def _clock(hour: str, colon: str, minute: str, half: str) -> str:
    """Return ``HH:MM``, empty when there is no such time."""
    past = 30 if half else int(colon or minute or 0)
    return f"{int(hour):02}:{past:02}" if int(hour) <= 24 and past < 60 else ""


def _days(text: str) -> tuple[int, ...]:
    if text in ("平日", "毎日"):
        return tuple(range(5 if text == "平日" else 7))
    letters = re.sub("曜日?", "", text)
    days: list[int] = []
    for first, last in re.findall(rf"([{_DAY_LETTERS}])(?:{_RANGE}([{_DAY_LETTERS}]))?", letters):
        start = _DAY_LETTERS.index(first)
        stop = _DAY_LETTERS.index(last) if last else start
        days += range(start, stop + 1)
    return tuple(dict.fromkeys(days))
