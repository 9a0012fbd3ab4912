"""Groups of offices that stand in for one another: round the clock, as deputies, as back-up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from geoportal.desk.domain.identity import Identity, found_in
from geoportal.desk.domain.ledger import Audience
from geoportal.domain.stand_in import AROUND_CLOCK
from geoportal.errors import UsageError

LONGEST: Final = {"name": 60, "note": 200}
MOST_MEMBERS: Final = 100
_ISO_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


class Sort(StrEnum):
    """What a group is for."""

    AROUND_CLOCK = AROUND_CLOCK
    """24 時間の連携: together they answer by day and by night."""
    DEPUTIES = "deputies"
    """主治医・副主治医: one visits when the other cannot."""
    PHARMACIES = "pharmacies"
    """Pharmacies that prepare and deliver for one another."""
    NURSING = "nursing"
    """Visiting nursing stations that help one another out."""


@dataclass(frozen=True, slots=True)
class Group:
    """One group.

    Attributes
    ----------
    id : str
    sort : Sort
    name : str
        Empty where it has none.
    audience : Audience
        Public groups stand on the public pages of their members.
    members : tuple of str
        Ids of facilities as they were when they were put in, in order.
    lead : str
        The member that leads it (of deputies: the principal doctor's), empty for none.
    note : str
    last_day : str
        ISO date, the last day it holds in Japan; empty while no end is known.
    changed_at : str
        ISO 8601, when staff last wrote it.
    """

    id: str
    sort: Sort
    name: str
    audience: Audience
    members: tuple[str, ...] = ()
    lead: str = ""
    note: str = ""
    last_day: str = ""
    changed_at: str = ""

    def holds_on(self, day: str) -> bool:
        """Say whether it holds on a day (ISO date)."""
        return not self.last_day or self.last_day >= day

    def require_plain(self) -> None:
        """Check what a form gives.

        Raises
        ------
        UsageError
            Names the field.
        """
        for field, most in LONGEST.items():
            if len(getattr(self, field)) > most:
                raise UsageError(f"at most {most} letters", f"group_{field}")
        if self.last_day and not _is_day(self.last_day):
            raise UsageError("a day is written as 2026-12-01", "last_day")

    def identities(self) -> frozenset[Identity]:
        """Return what its texts seem to tell of a person."""
        return found_in(f"{self.name} {self.note}")


def _is_day(text: str) -> bool:
    if not _ISO_DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
