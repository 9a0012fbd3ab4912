"""Issues (地域課題): the way from cases to an area meeting, the council, a guide."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from geoportal.desk.domain.identity import found_in
from geoportal.errors import UsageError

LONGEST_TITLE: Final = 60
LONGEST_NOTE: Final = 200


class Stage(StrEnum):
    """Where an issue is, in the scheme of Chiba: case, area meeting, council, guide."""

    CASE = "case"
    AREA_MEETING = "area_meeting"
    COUNCIL = "council"
    GUIDE = "guide"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue that cases show; ``marks`` is how often somebody marked it.

    Attributes
    ----------
    id, title, topic, stage, note, centre_id : str
        ``topic`` is one of those by which consultations are counted; ``note`` says what was
        decided.
    changed_at : str
        ISO 8601, Japan time.
    marks : int
    """

    id: str
    title: str
    topic: str
    stage: Stage = Stage.CASE
    note: str = ""
    centre_id: str = ""
    changed_at: str = ""
    marks: int = 0

    def require_plain(self, topics: tuple[str, ...]) -> None:
        """Check what a form gives.

        Raises
        ------
        UsageError
            Names the field: ``title``, ``topic`` or ``note``.
        """
        if not 0 < len(self.title) <= LONGEST_TITLE or found_in(self.title):
            raise UsageError(f"a title has 1 to {LONGEST_TITLE} letters", "title")
        if self.topic not in topics:
            raise UsageError("a topic is one of those listed", "topic")
        if len(self.note) > LONGEST_NOTE or found_in(self.note):
            raise UsageError(f"at most {LONGEST_NOTE} letters, and nothing of a patient", "note")
