"""Signed links by which an office comes without an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from geoportal.desk.domain.account import Actor
from geoportal.domain.hours import JST


class LinkScope(StrEnum):
    """What a link lets an office do for its own facility, and nothing else."""

    CAPACITY = "capacity"
    SURVEY = "survey"


@dataclass(frozen=True, slots=True)
class OfficeLink:
    """A link as it was given out; the token itself is not kept.

    Attributes
    ----------
    id : str
        Random; stands in the token.
    facility_id : str
        The only facility it is for.
    scope : LinkScope
    expires_s : int
        Seconds since 1970 (UTC).
    created_at : str
        ISO 8601, Japan time.
    created_by : str
        Id of the account that gave it out.
    is_revoked : bool
    """

    id: str
    facility_id: str
    scope: LinkScope
    expires_s: int
    created_at: str = ""
    created_by: str = ""
    is_revoked: bool = False

    @property
    def expires_at(self) -> str:
        """The moment it ends, in ISO 8601, Japan time."""
        return datetime.fromtimestamp(self.expires_s, JST).isoformat()

    @property
    def actor(self) -> Actor:
        """The office as the audit trail names it."""
        return Actor("office", self.id)
