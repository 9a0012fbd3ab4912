"""Consultation centres (在宅医療・介護連携支援センター): whom to call for a patient's home."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from geoportal.domain.hours import EMPTY_HOURS, Hours

LIAISON: Final = "liaison_centre"
SUPPORT: Final = "community_support_centre"
CENTRE_KINDS: Final = (LIAISON, SUPPORT)
"""Kinds of centres, in the order in which they are asked."""


@dataclass(frozen=True, slots=True)
class Centre:
    """A consultation or support centre and the districts it answers for.

    Attributes
    ----------
    id : str
        Stable, readable in a URL.
    kind : str
        ``"liaison_centre"`` or ``"community_support_centre"``.
    name, address, place, phone, fax, url : str
        As published; ``place`` is the building or body that houses it (医師会内 etc.).
    districts : tuple of str
        Codes of the districts it is responsible for.
    lon, lat : float or None
        Position where known, degrees, WGS 84.
    hours : Hours
        Reception hours and closing rules.
    area : str
        The area it answers for as published (names of towns), where that is finer than
        ``districts``.
    terms : tuple of str
        Who may ask and on what terms: codes of the list ``centre-term`` of ``labels.csv``.
    residents_of : tuple of str
        Codes of the districts in whose residents' interest it is asked; empty = not stated.
    age_from : int or None
        Least age of the people it is for, in years; None = not stated.
    source : str
        Where this is from.
    as_of : str
        ISO date of the information.
    municipality : str
        Code of the municipality or ward under which it is listed; empty when not stated.
    area_name : str
        Name of the local area (圏域) it serves; centres that state the same one share its area.
    valid_from, valid_until : str
        ISO dates of the first and the last day on which it answers for its area; empty = not
        stated.
    """

    id: str
    kind: str
    name: str
    address: str = ""
    place: str = ""
    phone: str = ""
    fax: str = ""
    url: str = ""
    districts: tuple[str, ...] = ()
    lon: float | None = None
    lat: float | None = None
    hours: Hours = EMPTY_HOURS
    area: str = ""
    terms: tuple[str, ...] = ()
    residents_of: tuple[str, ...] = ()
    age_from: int | None = None
    source: str = ""
    as_of: str = ""
    municipality: str = ""
    area_name: str = ""
    valid_from: str = ""
    valid_until: str = ""

    def answers_on(self, day: str) -> bool:
        """Say whether it answers for its area on an ISO date."""
        return self.valid_from <= day and (not self.valid_until or day <= self.valid_until)
