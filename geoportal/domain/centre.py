"""Consultation centres (在宅医療・介護連携支援センター): whom to call for a patient's home."""

from __future__ import annotations

from dataclasses import dataclass

from geoportal.domain.hours import EMPTY_HOURS, Hours


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
