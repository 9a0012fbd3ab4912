"""Facilities and consultation centres as schema.org JSON-LD, for search engines: public facts only.

Hours are there where they are certain and not old; nothing is said of what is not known.
"""

from __future__ import annotations

from typing import Final

from geoportal.documents import Document
from geoportal.documents.weekly_hours import clock, days_by_span, spans_of, weekly_spans
from geoportal.domain.centre import Centre
from geoportal.domain.claim import HOURS_STALE_AFTER_DAYS
from geoportal.domain.dating import age_days
from geoportal.domain.facility import Facility
from geoportal.domain.hours import HOLIDAY, Hours
from geoportal.services.view import View

CONTEXT: Final = "https://schema.org"
_DAYS: Final = (
    *("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "PublicHolidays",
)
EXACT_LEVELS: Final = frozenset({"point", "house", "block"})
_WEB: Final = ("https://", "http://")


def facility_markup(view: View, facility: Facility, address: str | None) -> Document:
    """Return a facility; ``address`` is its page's, None while this site has no trusted name."""
    location = facility.location
    exact = location.known and location.level in EXACT_LEVELS
    identifiers = [
        {"@type": "PropertyValue", "propertyID": scheme, "value": number}
        for scheme, number in sorted(facility.identifiers.items())
    ]
    return {
        "@context": CONTEXT,
        "@type": view.reference.kinds[facility.kind].schema_org,
        **({"@id": address, "mainEntityOfPage": address} if address else {}),
        "name": facility.name,
        **_postal(facility.address, facility.postal_code),
        **_contact(facility.phone, facility.fax, facility.url),
        **({"identifier": identifiers} if identifiers else {}),
        **(
            {
                "geo": {
                    "@type": "GeoCoordinates",
                    "latitude": location.lat,
                    "longitude": location.lon,
                }
            }
            if exact
            else {}
        ),
        **_opening(view, facility.hours),
    }


def centres_markup(view: View, address: str | None) -> Document:
    """Return all consultation centres; ``address`` is that of their page."""
    return {
        "@context": CONTEXT,
        "@graph": [_centre(view, centre, address) for centre in view.snapshot.centres],
    }


def _centre(view: View, centre: Centre, address: str | None) -> Document:
    areas = [view.district_chain(code) for code in centre.districts]
    served = [
        {"@type": "AdministrativeArea", "name": chain[0].full_name or chain[0].name}
        for chain in areas
        if chain
    ]
    return {
        "@type": view.reference.kinds[centre.kind].schema_org,
        **({"@id": f"{address}#{centre.id}"} if address else {}),
        "name": centre.name,
        **_postal(centre.address, ""),
        **_contact(centre.phone, centre.fax, centre.url),
        **({"areaServed": served} if served else {}),
        **_opening(view, centre.hours),
    }


def _postal(address: str, postal_code: str) -> Document:
    parts = {"streetAddress": address, "postalCode": postal_code}
    known = {key: value for key, value in parts.items() if value}
    if not known:
        return {}
    return {"address": {"@type": "PostalAddress", "addressCountry": "JP", **known}}


def _contact(phone: str, fax: str, url: str) -> Document:
    web = url if url.startswith(_WEB) else ""
    parts = {"telephone": phone, "faxNumber": fax, "url": web}
    return {key: value for key, value in parts.items() if value}


def _opening(view: View, hours: Hours) -> Document:
    """Return the certain times of a week; opening and closing at once is closed."""
    age = age_days(hours.as_of, view.snapshot.today)
    if age is None or age > HOURS_STALE_AFTER_DAYS:
        return {}
    weekly = weekly_spans(hours)
    if HOLIDAY not in hours.unclear_days and (holiday := spans_of(hours, HOLIDAY)):
        weekly[HOLIDAY] = holiday
    times = [
        _specification(days, clock(opens), clock(closes))
        for (opens, closes), days in days_by_span(weekly).items()
    ]
    closed = [day for day in hours.closed_days if day not in (*weekly, *hours.unclear_days)]
    if times and closed:
        times.append(_specification(closed, "00:00", "00:00"))
    return {"openingHoursSpecification": times} if times else {}


def _specification(days: list[int], opens: str, closes: str) -> Document:
    return {
        "@type": "OpeningHoursSpecification",
        "dayOfWeek": [f"{CONTEXT}/{_DAYS[day]}" for day in days],
        "opens": opens,
        "closes": closes,
    }
