"""Facts that staff found out by asking, as answers take them up beside what files say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Final

from geoportal.domain.claim import CAPACITY_PREFIX, Claim
from geoportal.domain.dating import stated_date
from geoportal.domain.facility import Facility, SourceMention
from geoportal.domain.hours import Hours
from geoportal.domain.location import SURVEYED_UNCERTAINTY_M, Location

SOURCE: Final = "desk"
"""The source of what a liaison centre (在宅医療・介護連携支援センター) found out."""
PROFESSIONAL_SOURCE: Final = "desk_staff"
"""The source of what it found out and tells professionals only; in no answer to the public."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What staff say of a facility in place of what files say; None: nothing is corrected.

    Attributes
    ----------
    name, kind, phone : str or None
    position : tuple of float or None
        Longitude and latitude, degrees, WGS 84.
    hours : Hours or None
    closed_on : str or None
        ISO date from which it is closed.
    """

    name: str | None = None
    kind: str | None = None
    phone: str | None = None
    position: tuple[float, float] | None = None
    hours: Hours | None = None
    closed_on: str | None = None

    @property
    def any(self) -> bool:
        """Whether anything is corrected."""
        return self != NO_CORRECTION


NO_CORRECTION: Final = Correction()


@dataclass(frozen=True, slots=True)
class StaffFacts:
    """What staff know of one facility, for one audience.

    Attributes
    ----------
    facility_id : str
    as_of : str
        ISO date of the newest of it.
    claims : tuple of Claim
        At most one for each code, with the source `SOURCE` or `PROFESSIONAL_SOURCE`.
    correction : Correction
    """

    facility_id: str
    as_of: str
    claims: tuple[Claim, ...] = ()
    correction: Correction = NO_CORRECTION

    def on(self, today: date) -> StaffFacts:
        """Return what holds on a day in Japan: nothing that is expired, nothing of later days."""
        day = today.isoformat()
        claims = tuple(c for c in self.claims if not c.valid_until or c.valid_until >= day)
        closed_on = self.correction.closed_on
        if closed_on is not None and closed_on > day:
            return replace(self, claims=claims, correction=replace(self.correction, closed_on=None))
        return replace(self, claims=claims)


def with_staff_facts(facility: Facility, facts: StaffFacts) -> Facility:
    """Return a facility with what staff know of it; the claims of files stay beside theirs.

    A statement on capacity (受入状況) stands alone: what files said of it before is left out, as
    its codes exclude one another.
    """
    correction = facts.correction
    changes: dict[str, object] = {
        name: value
        for name in ("name", "kind", "phone", "hours")
        if (value := getattr(correction, name)) is not None
    }
    if correction.position is not None:
        changes["location"] = Location(
            *correction.position, "point", SURVEYED_UNCERTAINTY_M, SOURCE
        )
    if correction.closed_on is not None:
        changes["status"] = "closed"
        changes["last_seen"] = correction.closed_on
    mention = SourceMention(SOURCE, facility.id, facts.as_of)
    return replace(
        facility,
        claims=(*_not_outdated(facility.claims, facts.claims), *facts.claims),
        sources=(*facility.sources, mention),
        **changes,  # type: ignore[arg-type]
    )


def follow_redirects(facts: Iterable[StaffFacts], redirects: Mapping[str, str]) -> list[StaffFacts]:
    """Return facts of present facilities; of facilities that are now one, the newer of each."""
    joined: dict[str, StaffFacts] = {}
    for each in sorted(facts, key=lambda known: (known.as_of, known.facility_id)):
        present = redirects.get(each.facility_id, each.facility_id)
        older = joined.get(present)
        newer = replace(each, facility_id=present)
        joined[present] = newer if older is None else _joined(older, newer)
    return list(joined.values())


def _joined(older: StaffFacts, newer: StaffFacts) -> StaffFacts:
    claims = {claim.code: claim for claim in (*older.claims, *newer.claims)}
    corrected = {
        each.name: value
        for each in fields(Correction)
        if (value := getattr(newer.correction, each.name)) is not None
    }
    correction = replace(older.correction, **corrected)
    return replace(newer, claims=tuple(claims.values()), correction=correction)


def _not_outdated(claims: Iterable[Claim], asked: Iterable[Claim]) -> list[Claim]:
    """Return the claims of files without those on capacity that an answer of staff replaces."""
    newest = max((c.as_of for c in asked if c.code.startswith(CAPACITY_PREFIX)), default="")
    return [
        claim
        for claim in claims
        if not claim.code.startswith(CAPACITY_PREFIX)
        or not newest
        or (stated_date(claim.as_of) or "") > newest
    ]
