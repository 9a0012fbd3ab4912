"""Facilities (施設・事業所): what a source says of one, and the one record we keep of each.

A *record* is one row of one source, unchecked. A *facility* is what we show: the attributes of
its records resolved into one, with a verified location and the claims of every source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from geoportal.domain.claim import Claim
from geoportal.domain.filing import Filing
from geoportal.domain.hours import EMPTY_HOURS, Hours
from geoportal.domain.location import Location
from geoportal.domain.made_quickly import made_quickly

KINDS: tuple[str, ...] = (
    "hospital",
    "clinic",
    "dental_clinic",
    "pharmacy",
    "maternity_home",
    "visiting_nursing",
    "visiting_rehabilitation",
    "home_help",
    "visiting_bathing",
    "night_home_help",
    "regular_visiting",
    "small_multifunctional",
    "nursing_small_multifunctional",
    "day_service",
    "day_rehabilitation",
    "short_stay",
    "care_management",
    "equipment",
    "residential",
    "care_facility",
    "community_support_centre",
    "liaison_centre",
)
"""Every facility kind, in the order they are listed for people (``data/reference/kinds.csv``)."""

VISITING_RULE_KINDS = frozenset({"hospital", "clinic", "dental_clinic"})
"""Kinds whose visits fall under the 16 km rule (往診・訪問診療・歯科訪問診療)."""

MEDICAL_INSTITUTION_CODE = "medical_institution_code"
CARE_OFFICE_NUMBER = "care_office_number"
NAVII_ID = "navii_id"
IDENTIFIER_SCHEMES = (MEDICAL_INSTITUTION_CODE, CARE_OFFICE_NUMBER, NAVII_ID)


@made_quickly
@dataclass(frozen=True, slots=True)
class FacilityRecord:
    """What one row of one source says about one facility, before anything is checked.

    Attributes
    ----------
    source : str
        Source name, for example ``"kaigo"``.
    record_id : str
        Unique within the source and stable between editions; made of official numbers.
    kind : str
        One of `KINDS`.
    name, kana, address, postal_code, phone, fax, url, operator : str
        As published, cleaned of stray white space; empty when not given. ``address`` begins with
        the prefecture where the source lets us know it.
    municipality_code : str
        The five-digit code the row claims, empty when it claims none.
    lon, lat : float or None
        The position the row claims, degrees, WGS 84. Unchecked.
    position_level : str
        How exact the row says its position is, one of `geoportal.domain.location.LEVELS`; empty
        when it says nothing: a point.
    position_uncertainty_m : float or None
        The uncertainty the row states, metres; None when it states none.
    identifiers : Mapping[str, str]
        Official numbers by scheme (`IDENTIFIER_SCHEMES`).
    services : tuple of str
        Official names of the services (サービスの種類), empty for medical institutions.
    beds, capacity : int or None
        Licensed beds (病床数); places (定員). None when not known.
    departments : tuple of str
        診療科目, as published.
    filings : tuple of str
        Symbols as filed with the regional bureau (受理記号), full width kept.
    hours : Hours
        Opening hours; `EMPTY_HOURS` when nothing is known.
    note : str
        Remarks of the source worth showing.
    claims : tuple of Claim
        Dated facts on needs and services.
    visit_areas : tuple of str
        Codes of the districts it says it visits (訪問地域), a survey's answer; empty: not said.
    filing_details : tuple of Filing
        The filings behind ``filings``, with number, date and remarks; what an edition of the list
        is compared with the next one by.
    serves : tuple of str
        Names of the districts and towns a consultation centre answers for; what an edition is
        compared with the next one by.
    """

    source: str
    record_id: str
    kind: str
    name: str
    kana: str = ""
    address: str = ""
    postal_code: str = ""
    municipality_code: str = ""
    lon: float | None = None
    lat: float | None = None
    position_level: str = ""
    position_uncertainty_m: float | None = None
    phone: str = ""
    fax: str = ""
    url: str = ""
    operator: str = ""
    identifiers: Mapping[str, str] = field(default_factory=dict)
    services: tuple[str, ...] = ()
    beds: int | None = None
    capacity: int | None = None
    departments: tuple[str, ...] = ()
    filings: tuple[str, ...] = ()
    hours: Hours = EMPTY_HOURS
    note: str = ""
    claims: tuple[Claim, ...] = ()
    filing_details: tuple[Filing, ...] = ()
    visit_areas: tuple[str, ...] = ()
    serves: tuple[str, ...] = ()


@made_quickly
@dataclass(frozen=True, slots=True)
class SourceMention:
    """That a source lists a facility: which edition, under which record id."""

    source: str
    record_id: str
    as_of: str


@made_quickly
@dataclass(frozen=True, slots=True)
class Facility:
    """One place that offers one kind of service, resolved from all records about it.

    Attributes are as in `FacilityRecord`; ``location`` is verified; ``status`` is ``"open"`` or
    ``"closed"``; ``first_seen`` and ``last_seen`` are ISO dates of source editions.
    """

    id: str
    kind: str
    name: str
    kana: str
    address: str
    postal_code: str
    municipality_code: str
    phone: str
    fax: str
    url: str
    operator: str
    identifiers: Mapping[str, str]
    services: tuple[str, ...]
    beds: int | None
    capacity: int | None
    departments: tuple[str, ...]
    filings: tuple[str, ...]
    hours: Hours
    note: str
    location: Location
    claims: tuple[Claim, ...]
    sources: tuple[SourceMention, ...]
    status: str
    first_seen: str
    last_seen: str
    visit_areas: tuple[str, ...] = ()
