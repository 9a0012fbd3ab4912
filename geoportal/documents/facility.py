"""Facilities as they go out: GeoJSON features, short in a list, whole on their own."""

from __future__ import annotations

import orjson

from geoportal.documents import Document, attributes
from geoportal.documents.reference import brief_centre, brief_district, responsible_document
from geoportal.domain.claim import HOURS_STALE_AFTER_DAYS, Claim
from geoportal.domain.dating import age_days, dated, stated_date
from geoportal.domain.facility import CARE_OFFICE_NUMBER, Facility
from geoportal.domain.hours import Hours
from geoportal.errors import NotFoundError
from geoportal.index.mention import brief, feature, shown_document
from geoportal.index.snapshot import Snapshot
from geoportal.services.view import View


def facility_document(view: View, facility_id: str) -> Document | None:
    """Return one facility as a GeoJSON Feature with every claim, None if there is none."""
    facility = view.snapshot.by_id.get(facility_id)
    return None if facility is None else full_feature(view, facility)


def full_feature(view: View, facility: Facility) -> Document:
    """Return a facility as a GeoJSON Feature with everything known of it."""
    snapshot = view.snapshot
    row = snapshot.row_of.get(facility.id)  # none for closed facilities
    code = facility.municipality_code if row is None else snapshot.municipality_of(row)
    selected_claims = {} if row is None else snapshot.selected_claims[row]
    claims = sorted(facility.claims, key=lambda c: (c.code, c.source, c.as_of, c.value))
    location = facility.location
    number = facility.identifiers.get(CARE_OFFICE_NUMBER, "")
    responsible = view.responsible_for_facility(facility)
    properties = {
        **brief(facility, code, snapshot.doubles_of(facility.id)),
        "kana": facility.kana,
        "identifiers": dict(sorted(facility.identifiers.items())),
        **attributes(facility, "postal_code", "municipality_code"),
        "district": [brief_district(d) for d in view.district_chain(code)] if code else [],
        **attributes(facility, "fax", "url", "operator", "services", "visit_areas"),
        **attributes(facility, "beds", "capacity", "departments"),
        "hours": _hours(snapshot, facility.hours),
        **attributes(facility, "filings", "note"),
        "claims": [
            *(_claim(snapshot, claim) for claim in claims),
            *(
                {**_claim(snapshot, shown.claim), "derived_from": shown.implied_by}
                for shown in selected_claims.values()
                if shown.derived
            ),
        ],
        "shown": {code: shown_document(claim) for code, claim in selected_claims.items()},
        "applicable_needs": view.reference.vocabulary.needs_about(facility),
        "location": {
            "level": location.level or None,
            "uncertainty_m": location.uncertainty_m,
            "source": location.source or None,
            "warnings": list(location.warnings),
        },
        "sources": [
            {**attributes(m, "source"), **dated(m.as_of), **attributes(m, "record_id")}
            for m in facility.sources
        ],
        **attributes(facility, "status"),
        "first_seen": stated_date(facility.first_seen),
        "last_seen": stated_date(facility.last_seen),
        "same_number": [
            attributes(snapshot.facilities[int(row)], "id", "name", "kind")
            for row in (snapshot.with_identifier(number) if number else ())
            if snapshot.facilities[int(row)].id != facility.id
        ],
        "centres": [
            brief_centre(centre) for one in responsible if one.certain for centre in one.centres
        ],
        "responsible": [responsible_document(one) for one in responsible],
    }
    return feature(facility, properties)


def find_facilities(view: View, number: str) -> list[Facility]:
    """Return the facility with an id, or all facilities that carry an official number.

    Raises
    ------
    NotFoundError
        When there is none.
    """
    by_id = view.snapshot.by_id
    match = by_id.get(number) or by_id.get(view.redirects.get(number, ""))
    if match:
        return [match]
    matches = [by_id.numbered[position] for position in by_id.with_official_number(number)]
    if not matches:
        raise NotFoundError("no facility has this id or official number")
    return sorted(matches, key=lambda facility: facility.id)


def mentioned(snapshot: Snapshot, row: int) -> Document:
    """Return a row as a GeoJSON Feature with `brief` properties."""
    document: Document = orjson.loads(snapshot.mention_text(row) + b"}}")
    return document


def _hours(snapshot: Snapshot, hours: Hours) -> Document | None:
    if not hours.known:
        return None
    age = age_days(hours.as_of, snapshot.today)
    stale = None if age is None else age > HOURS_STALE_AFTER_DAYS
    return {**hours.as_dict(), **dated(hours.as_of), "stale": stale}


def _claim(snapshot: Snapshot, claim: Claim) -> Document:
    return {
        "code": claim.code,
        "value": claim.value_on(snapshot.today),
        **attributes(claim, "evidence", "source"),
        **dated(claim.as_of),
        "valid_until": claim.valid_until or None,
        "stale": claim.stale_on(snapshot.today),
        "note": claim.note,
    }
