"""Events for who cares at home: training, meetings, lectures (研修会・会議・講演会)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from geoportal.desk.domain.identity import Identity, found_in
from geoportal.desk.domain.ledger import Audience
from geoportal.domain.hours import JST
from geoportal.errors import UsageError

LONGEST: Final = {"title": 80, "place": 100, "organiser": 60, "url": 300, "note": 300}
_LINK: Final = re.compile(r"https?://[^\s<>\"']{3,}")


class Sort(StrEnum):
    """What sort of event it is."""

    TRAINING = "training"
    MEETING = "meeting"
    LECTURE = "lecture"


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    Attributes
    ----------
    id : str
    title : str
    sort : Sort
    audience : Audience
        Public events are on the public page and in the feed.
    starts_at, ends_at : str
        ISO 8601 to the minute, Japan time without offset (``2026-12-01T14:00``).
    place, organiser, url, note : str
    changed_at : str
        ISO 8601.
    """

    id: str
    title: str
    sort: Sort
    audience: Audience
    starts_at: str
    ends_at: str
    place: str = ""
    organiser: str = ""
    url: str = ""
    note: str = ""
    changed_at: str = ""

    @property
    def starts(self) -> datetime:
        """When it starts, with the offset of Japan."""
        return datetime.fromisoformat(self.starts_at).replace(tzinfo=JST)

    @property
    def ends(self) -> datetime:
        """When it ends, with the offset of Japan."""
        return datetime.fromisoformat(self.ends_at).replace(tzinfo=JST)

    def require_plain(self) -> None:
        """Check what a form or a file gives.

        Raises
        ------
        UsageError
            Names the field.
        """
        for field, most in LONGEST.items():
            if len(getattr(self, field)) > most:
                raise UsageError(f"at most {most} letters", field)
        if not self.title:
            raise UsageError("an event has a title", "title")
        try:
            if self.ends <= self.starts:
                raise UsageError("it ends after it starts", "ends_at")
        except ValueError:
            raise UsageError("a moment is written as 2026-12-01T14:00", "starts_at") from None
        if self.url and not _LINK.fullmatch(self.url):
            raise UsageError("a link begins with https://", "url")

    def identities(self) -> frozenset[Identity]:
        """Return what its texts seem to tell of a person; the place has an address of its own."""
        return found_in(f"{self.title} {self.organiser} {self.note}") | found_in(self.place)
