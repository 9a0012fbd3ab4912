"""Days and times as municipal lists write them: 月～土（木除く）, 午前9時; remarks about them."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from geoportal.domain.hours import DAY_LABELS_JA, HOLIDAY, Session, stated_sessions
from geoportal.text.closing_dates import closing_dates

_DASHES: Final = str.maketrans(dict.fromkeys("～〜−－―–—‐‑-", "~"))
_LETTERS: Final = "".join(DAY_LABELS_JA)
_WORDS: Final = (
    ("年中無休", "月火水木金土日祝"),
    ("毎日", "月火水木金土日"),
    ("平日", "月火水木金"),
    ("週末", "土日"),
    ("祝祭日", "祝"),
    ("祭日", "祝"),
    ("曜日", ""),
    ("曜", ""),
    ("祝日", "祝"),
    ("日祝", "日・祝"),
)
_SPAN: Final = re.compile(f"([{_LETTERS}])~([{_LETTERS}])")
_EXCEPT: Final = re.compile(rf"[(]?([{_LETTERS}・、,~\s]+?)(は|を)?(除く|以外|休み?)[)]?")
_FILLING: Final = re.compile(r"[\s;、,・/|()~]")
_CLOCK: Final = re.compile(
    r"(?P<half>午前|午後|AM|PM)?(?P<hour>\d{1,2})(?:[:時](?:(?P<minute>\d{1,2})分?|(?P<past>半))?)?"
    r"(?::\d{2})?"
)
_FRACTION: Final = re.compile(r"0\.\d+|1(?:\.0+)?")
_DAY_MINUTES: Final = 24 * 60
_LATEST_LUNCH: Final = "13:30"

_TIME: Final = r"(?:午前|午後)?\d{1,2}(?::\d{2}|時(?:\d{1,2}分|半)?)"
_TIMES: Final = rf"({_TIME})~(?:翌[日朝]?)?({_TIME})"
_DAYS: Final = rf"(?P<days>[{_LETTERS}](?:[・、,~]?[{_LETTERS}])*)"
_BREAK: Final = re.compile(
    rf"(?:昼休み?|休憩(?:時間)?|昼休憩)[は:(]*{_TIMES}|{_TIMES}[)はの間]*(?:昼休み?|休憩|休診|休み)"
)
_WEEKS: Final = re.compile(
    rf"第(?P<weeks>[1-5](?:[・、,]?第?[1-5])*)(?:週の?)?{_DAYS}[はのが]*(?:休診|休業|休み|定休)日?"
)
_MORNING: Final = re.compile(rf"{_DAYS}?[はの]*(?:午前(?:中|診療)?のみ|午後[はの]*休(?:診|業|み))")
_REPLACED: Final = re.compile(rf"{_DAYS}[はの:]*{_TIMES}(?:[、,]{_TIMES})*(?:のみ)?")
_SPANS: Final = re.compile(_TIMES)
_CLOSED: Final = re.compile(rf"{_DAYS}[はがの]*(?:休診|休業|定休|休み)日?")
_UNTIL: Final = re.compile(rf"{_DAYS}[はの:]*({_TIME})まで")
_TROUBLE: Final = re.compile(
    r"休|のみ|午前|午後|除く|変更|異な|隔週|の週|第[1-5]|不定|\d:\d\d|\d時|訪問|閉院|廃止|移転"
)
_DATE: Final = re.compile(r"(?<![第\d])\d+[年月日]")
_TIMED: Final = re.compile(rf"{_TIME}|午前|午後|のみ|変更|閉院|廃止|移転")
_BESIDES: Final = re.compile(r"休|のみ|除く|変更|異な|隔週|第[1-5]|不定")
_HARMLESS: Final = re.compile(r"予約|受付|救急|電話|相談|要連絡")


def read_day_words(text: str) -> tuple[int, ...] | None:
    """Return the days of the week that words name, None when they cannot be read whole.

    Read are 月火水木金, 月～金, 平日・土, 月曜日～土曜日（木曜日除く）, 年中無休.
    """
    plain = _plain_days(text)
    excepted = {day for match in _EXCEPT.finditer(plain) for day in _day_set(match[1])}
    plain = _EXCEPT.sub("", plain)
    days = _day_set(plain) - excepted
    rest = _FILLING.sub("", re.sub(f"[{_LETTERS}]", "", plain))
    return tuple(sorted(days)) if days and not rest else None


def _plain_days(text: str) -> str:
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text).translate(_DASHES))
    plain = plain.replace("から", "~")
    for word, letters in _WORDS:
        plain = plain.replace(word, letters)
    return plain


def _day_set(text: str) -> set[int]:
    days = {_LETTERS.index(letter) for letter in text if letter in _LETTERS}
    for first, last in _SPAN.findall(text):
        days.update(range(_LETTERS.index(first), _LETTERS.index(last) + 1))
    return days


def read_clock(text: str) -> str:
    """Return ``HH:MM`` of a time of day, empty when it is none.

    Read are 9:00, 09:00:00, 9時, 9時半, 午後5時30分, 正午, and 0.375, Excel's part of a day.
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper().replace("正午", "12:00")
    if _FRACTION.fullmatch(plain):
        minutes = round(float(plain) * _DAY_MINUTES)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    match = _CLOCK.fullmatch(plain)
    if match is None or (not match["half"] and plain.isdigit()):
        return ""
    hour = int(match["hour"])
    minute = 30 if match["past"] else int(match["minute"] or 0)
    if match["half"] in ("午後", "PM") and hour < 12:
        hour += 12
    in_day = hour < 24 or (hour == 24 and minute == 0)
    return f"{hour:02}:{minute:02}" if in_day and minute <= 59 else ""


@dataclass(slots=True)
class RemarkedHours:
    """Sessions of a week as a remark changes them.

    Attributes
    ----------
    sessions : list of Session
    closed_weeks : set of (int, int)
        Week of the month and day.
    unclear_days : set of int
        Days about which the remark says something that cannot be read.
    closed_days : set of int
        Days on which it is closed every week.
    """

    sessions: list[Session]
    closed_weeks: set[tuple[int, int]] = field(default_factory=set)
    unclear_days: set[int] = field(default_factory=set)
    closed_days: set[int] = field(default_factory=set)


def apply_remark(sessions: Sequence[Session], remark: str) -> RemarkedHours:
    """Return sessions with what a remark says: lunch, mornings only, other times of single days.

    What it says otherwise about closing or times makes the days it names unclear, or all of them
    when it names none.
    """
    hours = RemarkedHours(list(sessions))
    statements = [part for part in re.split(r"[。\n;]", _plain_days(remark)) if part]
    for part in statements:
        _apply_breaks(hours, part)
    for part in statements:
        _apply_days(hours, part)
    return hours


def spoken_hours(times: str, closed: str, remark: str) -> RemarkedHours:
    """Return the hours that texts say: times with their days, closed days, and a remark.

    Days without a time are not guessed. A day that is open by one text and closed by the other is
    unclear, as all are when the times say something besides.
    """
    hours = apply_remark(stated_sessions(times, "consultation"), remark)
    days = {session.day for session in hours.sessions}
    named = read_day_words(closed) if closed else ()
    if named is None or _BESIDES.search(times):
        hours.unclear_days |= days
    hours.closed_days |= set(named or ()) - days
    hours.unclear_days |= set(named or ()) & days
    return hours


def states_week(remark: str) -> bool:
    """Say whether a remark states days with their times, and no time otherwise."""
    statements = re.split(r"[。\n;]", _plain_days(remark))
    timed = [part for part in statements if re.search(_TIME, part)]
    return bool(timed) and all(map(_REPLACED.fullmatch, timed))


def _apply_breaks(hours: RemarkedHours, part: str) -> None:
    for match in _BREAK.finditer(part):
        begins, ends = (read_clock(text) for text in filter(None, match.groups()))
        if begins and ends and begins < ends:
            hours.sessions = [
                piece for session in hours.sessions for piece in _without(session, begins, ends)
            ]
        else:
            hours.unclear_days.update(range(HOLIDAY + 1))


def _without(session: Session, begins: str, ends: str) -> Iterable[Session]:
    """Yield what a break leaves of a session."""
    if not (session.opens < begins and ends < session.closes):
        yield session
        return
    yield replace(session, closes=begins)
    yield replace(session, opens=ends)


def _apply_days(hours: RemarkedHours, part: str) -> None:
    rest = _BREAK.sub("", part)
    if closed := _CLOSED.fullmatch(rest):
        open_days = {session.day for session in hours.sessions}
        hours.closed_days |= _named(closed) - open_days
        hours.unclear_days |= _named(closed) & open_days
        return
    for match in _WEEKS.finditer(rest):
        weeks = re.findall("[1-5]", match["weeks"])
        hours.closed_weeks.update((int(week), day) for week in weeks for day in _named(match))
    rest = _WEEKS.sub("", rest)
    for match in _REPLACED.finditer(rest):
        spans = [tuple(map(read_clock, span)) for span in _SPANS.findall(match[0])]
        _replace_day(hours, _named(match), spans, overnight="翌" in match[0])
    rest = _REPLACED.sub("", rest)
    for match in _UNTIL.finditer(rest):
        _end_days(hours, _named(match), read_clock(match[2]))
    rest = _UNTIL.sub("", rest)
    for match in _MORNING.finditer(rest):
        _keep_mornings(hours, _named(match))
    rest = _MORNING.sub("", rest)
    dated = any(closing_dates(rest)) and not _TIMED.search(rest)  # days of the year
    if _TROUBLE.search(rest) and not dated and not _HARMLESS.search(rest):
        hours.unclear_days.update(_day_set(_DATE.sub("", rest)) or range(HOLIDAY + 1))


def _named(match: re.Match[str]) -> set[int]:
    return _day_set(match["days"] or "") or set(range(HOLIDAY + 1))


def _replace_day(
    hours: RemarkedHours, days: set[int], spans: Sequence[tuple[str, ...]], *, overnight: bool
) -> None:
    """Give days other sessions; the last one may end on the next day if the text says so."""
    times = [time for span in spans for time in span]
    rising = times[:-1] if overnight else times
    if not all(times) or any(first >= then for first, then in itertools.pairwise(rising)):
        hours.unclear_days.update(days)
        return
    hours.sessions = [session for session in hours.sessions if session.day not in days]
    hours.sessions += [Session(day, *span) for day in sorted(days) for span in spans]


def _end_days(hours: RemarkedHours, days: set[int], closes: str) -> None:
    kept = []
    for session in hours.sessions:
        if session.day not in days or (closes and session.closes <= closes):
            kept.append(session)
        elif session.opens < closes:
            kept.append(replace(session, closes=closes))
    hours.sessions = kept
    longer = {day for day in days if closes > max(_closings(kept, day), default=closes)}
    hours.unclear_days.update(longer if closes else days)


def _closings(sessions: Sequence[Session], day: int) -> list[str]:
    return [session.closes for session in sessions if session.day == day]


def _keep_mornings(hours: RemarkedHours, days: set[int]) -> None:
    """Keep the sessions before lunch; where lunch is not known the days are unclear."""
    for day in days:
        own = [session for session in hours.sessions if session.day == day]
        mornings = [session for session in own if session.closes <= _LATEST_LUNCH]
        if mornings:
            hours.sessions = [
                session for session in hours.sessions if session.day != day or session in mornings
            ]
        elif own:
            hours.unclear_days.add(day)
