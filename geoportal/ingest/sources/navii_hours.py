"""医療情報ネット（ナビイ） hours (01-2, 02-2, 03-2): departments and their weekly hours.

One row for each department and time slot; one record for each ID, part of the same facility as the
row of the facility table with that ID.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from geoportal.domain.facility import NAVII_ID, FacilityRecord
from geoportal.domain.hours import DAY_LABELS_JA, HOLIDAY, Hours, Session, session_of
from geoportal.ingest.files.layouts import Layout, RecognisedTable, Record
from geoportal.ingest.files.report import Issue
from geoportal.ingest.reading.damaged_names import is_misread
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import FacilityExtract, read_in_parts
from geoportal.ingest.reading.listed_bytes import ListedRecord
from geoportal.ingest.reading.navii_numbers import NAVII_NUMBER
from geoportal.ingest.reading.rows import (
    RowNotes,
    hours_or_none,
    read_line,
    read_official_number,
)
from geoportal.ingest.reading.source import Source

NAME: Final = "navii-hours"
_USES: Final = (("診療", "consultation"), ("外来受付", "reception"))
_TIMES: Final = {
    f"{use}_{day}_{end}": (f"{label}_{family}{'開始' if end == 'opens' else '終了'}時間",)
    for family, use in _USES
    for day, label in enumerate(DAY_LABELS_JA)
    for end in ("opens", "closes")
}
LAYOUT: Final = Layout(
    NAME,
    "",
    {
        "id": ("ID",),
        "code": ("診療科目コード",),
        "department": ("診療科目名",),
        "slot": ("診療時間帯",),
        **_TIMES,
    },
    required=("id", "department", "slot"),
)
_KIND_BY_DIGIT: Final = {"1": "hospital", "2": "clinic", "3": "dental_clinic"}
_CLOCK: Final = re.compile(r"(\d{1,2})[:時](\d{1,2})?(?::\d{2})?分?")
_LATEST_HOUR: Final = 29
_DAY_MINUTES: Final = 24 * 60
_LONGEST_NIGHT: Final = 16 * 60
"""A session that ends before it begins runs past midnight, unless it would be longer than this."""


@dataclass(slots=True)
class _Institution:
    line: int
    kind: str
    departments: dict[str, None] = field(default_factory=dict)
    sessions: dict[Session, None] = field(default_factory=dict)


@dataclass(slots=True)
class _Part:
    """What some rows say: of each ID, in the order of the file."""

    institutions: dict[str, _Institution] = field(default_factory=dict)
    elsewhere: int = 0
    rejected: int = 0
    issues: list[Issue] = field(default_factory=list)


def extract(table: RecognisedTable, edition: Edition) -> FacilityExtract:
    """Read every row of a table with `LAYOUT` and put the rows of each ID together.

    Notes
    -----
    Blank times say nothing: the department arrives, its hours stay unknown. A time that cannot be
    read is noted, and its session left out.
    """
    extract = FacilityExtract()
    institutions: dict[str, _Institution] = {}
    zeros_lost = _zeros_lost(table)
    sessions: dict[Session, Session] = {}

    def read(part: range) -> _Part:
        return _read_part(table.records[part.start : part.stop], table.layout, zeros_lost, edition)

    for part, found in read_in_parts(len(table.records), read, NAME, edition):
        extract.rows_read += len(part) - found.elsewhere
        extract.elsewhere += found.elsewhere
        for number, more in found.institutions.items():
            held = institutions.setdefault(number, _Institution(more.line, more.kind))
            held.departments.update(more.departments)
            held.sessions.update((sessions.setdefault(one, one), None) for one in more.sessions)
        for _ in range(found.rejected):
            extract.reject_row()
        extract.issues.extend(found.issues)
    extract.listed.extend(
        _listed(number, institution, edition) for number, institution in institutions.items()
    )
    return extract


def _read_part(
    records: Sequence[Record], layout: Layout, zeros_lost: frozenset[str], edition: Edition
) -> _Part:
    """Read some rows, those of prefectures that are not taken apart."""
    part = _Part()
    for record in records:
        notes = RowNotes(record, layout)
        number = _number(notes, record.get("id") in zeros_lost)
        if not edition.takes(number[:2]):
            part.elsewhere += 1
            continue
        department = read_line(notes, "department")
        if department and (not any(map(str.isalpha, department)) or is_misread(department)):
            message = "expected the name of a department: the row is shifted or unreadable"
            notes.reject("department", "shifted_row", message)
        if not notes.rejected:
            kind = _KIND_BY_DIGIT[number[2]]
            institution = part.institutions.setdefault(number, _Institution(record.line, kind))
            if department:
                institution.departments[department] = None
            for session in _sessions(notes, record, department):
                institution.sessions[session] = None
        else:
            part.rejected += 1
        part.issues.extend(notes.issues)
    return part


def _number(notes: RowNotes, zero_lost: bool) -> str:
    number = read_official_number(notes, "id", cased=True)
    if notes.rejected:
        return ""
    if zero_lost:
        number = notes.restore_zero("id", number)
    if not NAVII_NUMBER.fullmatch(number) or number[2] not in _KIND_BY_DIGIT:
        message = "expected an ID of 5 to 13 digits and letters, the third 1, 2 or 3 for the kind"
        notes.reject("id", "bad_id", f"{message}; get the original file")
    return number


def _zeros_lost(table: RecognisedTable) -> frozenset[str]:
    """Return the IDs that have lost a leading zero.

    A table is about one kind, which the third letter of its IDs tells. Those are meant that have
    another letter there, and would have the right one with a zero in front, if none begins with
    a zero.
    """
    numbers = {record.get("id") for record in table.records}
    kinds = Counter(number[2:3] for number in numbers)
    if not numbers or any(number.startswith("0") for number in numbers):
        return frozenset()
    kind = kinds.most_common(1)[0][0]
    return frozenset(number for number in numbers if number[2:3] != kind and number[1:2] == kind)


def _listed(number: str, institution: _Institution, edition: Edition) -> ListedRecord:
    hours = Hours(sessions=tuple(institution.sessions), as_of=edition.as_of, source=NAME)
    record = FacilityRecord(
        source=NAME,
        record_id=number,
        kind=institution.kind,
        name="",  # not in this table
        identifiers={NAVII_ID: number},
        departments=tuple(institution.departments),
        hours=hours_or_none(hours),
    )
    return SOURCE.listed(institution.line, record, f"{institution.kind}/{number[:2]}")


def _sessions(notes: RowNotes, record: Record, department: str) -> Iterator[Session]:
    for _family, use in _USES:
        for day in range(len(DAY_LABELS_JA)):
            opens_name, closes_name = f"{use}_{day}_opens", f"{use}_{day}_closes"
            if not record.get(opens_name) and not record.get(closes_name):
                continue
            session = _session(notes, day, opens_name, closes_name)
            if session is not None:
                emergency = use == "consultation" and department.startswith("救急")
                yield session_of(*session, "emergency" if emergency else use, department)


def _session(
    notes: RowNotes, day: int, opens_name: str, closes_name: str
) -> tuple[int, str, str] | None:
    """Return day, beginning and end of a session, None when its times make none."""
    opens, closes = _minutes(notes, opens_name), _minutes(notes, closes_name)
    if opens is None or closes is None:
        return None
    if opens >= _DAY_MINUTES:  # 25:00 is one in the morning of the next day
        if day == HOLIDAY:
            notes.warn(opens_name, "bad_time", "the day after a holiday is not known; left out")
            return None
        day, opens, closes = (day + 1) % HOLIDAY, opens - _DAY_MINUTES, closes - _DAY_MINUTES
    length = closes - opens if closes > opens else closes - opens + _DAY_MINUTES
    if opens == closes or length > _DAY_MINUTES:
        notes.warn(closes_name, "empty_session", "begins and ends at once; left out")
        return None
    if closes < opens and length > _LONGEST_NIGHT:
        notes.warn(closes_name, "ends_before_start", "ends before it begins; left out")
        return None
    return day, _clock(opens), _clock(closes)


def _minutes(notes: RowNotes, name: str) -> int | None:
    """Return minutes since midnight, up to 29:59; None when the cell holds no time."""
    text = notes.record.get(name)
    minutes = _minutes_of(text)
    if minutes is not None:
        return minutes
    if text:
        notes.warn(name, "bad_time", "expected a time from 0:00 to 29:59; the session is left out")
    else:
        notes.warn(name, "missing_time", "only one end of the session is given; it is left out")
    return None


@lru_cache(maxsize=4_096)
def _minutes_of(text: str) -> int | None:
    plain = unicodedata.normalize("NFKC", text)
    match = _CLOCK.fullmatch(plain)
    if match is None and re.fullmatch(r"\d{3,4}", plain):
        match = _CLOCK.fullmatch(f"{plain[:-2]}:{plain[-2:]}")
    if match is not None and int(match[2] or 0) <= 59 and int(match[1]) <= _LATEST_HOUR:
        return int(match[1]) * 60 + int(match[2] or 0)
    return None


@lru_cache(maxsize=4_096)
def _clock(minutes: int) -> str:
    """Return ``HH:MM``: 25:00 is 01:00, 24:00 stays, being the end of the day."""
    if minutes > _DAY_MINUTES:
        minutes -= _DAY_MINUTES
    return f"{minutes // 60:02}:{minutes % 60:02}"


SOURCE: Final[Source[RecognisedTable]] = Source(
    name=NAME,
    extract=extract,
    layouts=(LAYOUT,),
    own_id=lambda record: f"n{record.record_id}",
)
