"""Events: kept, read from a CSV file, given as an iCalendar feed (RFC 5545)."""

from __future__ import annotations

import csv
import hashlib
import io
import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import icalendar

from geoportal.desk.domain.account import Actor
from geoportal.desk.domain.event import Event, Sort
from geoportal.desk.domain.ledger import Audience
from geoportal.desk.services.desk import Desk
from geoportal.desk.store.audit import record
from geoportal.desk.store.events import put_event, read_events
from geoportal.desk.store.events import remove_event as take_out
from geoportal.errors import UsageError

COLUMNS: Final = {
    "名称": "title",
    "種類": "sort",
    "公開": "audience",
    "開始": "starts_at",
    "終了": "ends_at",
    "会場": "place",
    "主催": "organiser",
    "リンク": "url",
    "備考": "note",
}
"""Headings of the CSV file, and the fields of `Event` they are."""
_SORTS: Final = {"研修会": Sort.TRAINING, "会議": Sort.MEETING, "講演会": Sort.LECTURE}
_AUDIENCES: Final = {"だれでも": Audience.PUBLIC, "専門職": Audience.PROFESSIONAL}
MOST_ROWS: Final = 500


class PersonWarning(UsageError):  # noqa: N818 - a question back, not a fault
    """A text looks as if it named a person."""


def put(desk: Desk, actor: Actor, event: Event, *, is_sure: bool = False) -> Event:
    """Keep an event; one without an id is new.

    Raises
    ------
    UsageError
        When a field cannot be taken.
    PersonWarning
        When a text looks as if it told who a person is, and nobody has said that it may stand.
    """
    event.require_plain()
    if event.identities() and not is_sure:
        raise PersonWarning("a text looks as if it named a person, or holds an address", "sure")
    kept = replace(event, id=event.id or secrets.token_hex(8), changed_at=desk.now_at)
    with desk.database.writing() as connection:
        put_event(connection, kept)
        record(connection, desk.clock(), actor, "event.put", ("event", kept.id))
    return kept


def remove(desk: Desk, actor: Actor, event_id: str) -> None:
    """Remove an event."""
    with desk.database.writing() as connection:
        take_out(connection, event_id)
        record(connection, desk.clock(), actor, "event.remove", ("event", event_id))


def coming(desk: Desk, audience: Audience | None = None) -> list[Event]:
    """Return the events that have not ended, of an audience or all, soonest first."""
    now = desk.clock().isoformat(timespec="minutes")[:16]
    with desk.database.reading() as connection:
        return read_events(connection, now, audience)


def take_csv(desk: Desk, actor: Actor, content: bytes) -> tuple[int, list[int]]:
    """Keep the events of a CSV file (UTF-8 or Shift_JIS); return how many, and the lines refused.

    Moments are written as in Excel (``2026/12/1 14:00``) or in ISO 8601. The same line again is
    the same event. Lines that look as if they named a person are refused; they are typed in.

    Raises
    ------
    UsageError
        When a heading is missing, or there are more than `MOST_ROWS` lines.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp932", "replace")
    rows = list(csv.DictReader(io.StringIO(text)))
    needed = {"名称", "種類", "公開", "開始", "終了"}
    if not rows or not needed <= set(rows[0]) or len(rows) > MOST_ROWS:
        raise UsageError(f"the first line holds {', '.join(COLUMNS)}", "file")
    kept, refused = 0, []
    for line, row in enumerate(rows, start=2):
        try:
            put(desk, actor, _event(row))
        except (UsageError, KeyError, ValueError):
            refused.append(line)
        else:
            kept += 1
    return kept, refused


def calendar(events: Iterable[Event], name: str) -> bytes:
    """Return events as an iCalendar document, in UTC."""
    document = icalendar.Calendar()
    document.add("prodid", "-//geoportal//events//JA")
    document.add("version", "2.0")
    document.add("x-wr-calname", name)
    for event in events:
        entry = icalendar.Event()
        entry.add("uid", f"{event.id}@geoportal")
        entry.add("summary", event.title)
        entry.add("dtstart", event.starts.astimezone(UTC))
        entry.add("dtend", event.ends.astimezone(UTC))
        entry.add("dtstamp", datetime.fromisoformat(event.changed_at).astimezone(UTC))
        for field, value in (
            ("location", event.place),
            ("description", "\n".join(filter(None, (event.organiser, event.note)))),
            ("url", event.url),
        ):
            if value:
                entry.add(field, value)
        document.add_component(entry)
    return bytes(document.to_ical())


def _event(row: dict[str, str]) -> Event:
    cells = {field: (row.get(heading) or "").strip() for heading, field in COLUMNS.items()}
    digest = hashlib.sha256("\n".join(cells.values()).encode()).hexdigest()
    return Event(
        digest[:16],
        cells["title"],
        _SORTS[cells["sort"]],
        _AUDIENCES[cells["audience"]],
        _moment(cells["starts_at"]),
        _moment(cells["ends_at"]),
        *(cells[field] for field in ("place", "organiser", "url", "note")),
    )


def _moment(text: str) -> str:
    plain = text.replace("T", " ")
    for form in ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M:%S"):
        try:
            moment = datetime.strptime(plain, form)  # noqa: DTZ007 (Japan time, as written)
        except ValueError:
            continue
        return moment.isoformat(timespec="minutes")
    raise UsageError("a moment is written as 2026-12-01 14:00", "starts_at")
