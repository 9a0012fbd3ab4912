"""Facilities as they go out: GeoJSON features, short in a list, whole on their own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from geoportal.documents import Document
from geoportal.documents.reference import SAMPLE_SOURCE, brief_centre, brief_district
from geoportal.domain.claim import HOURS_STALE_AFTER_DAYS, Claim
from geoportal.domain.facility import CARE_OFFICE_NUMBER, Facility
from geoportal.domain.hours import Hours
from geoportal.index.claims import SelectedClaim
from geoportal.index.snapshot import Snapshot
from geoportal.services.view import View


def facility_document(view: View, facility_id: str) -> Document | None:
    """Return one facility as a GeoJSON Feature with every claim, None if there is none."""
    facility = view.facility(facility_id)
    return None if facility is None else full_feature(view, facility)


def full_feature(view: View, facility: Facility) -> Document:
    """Return a facility as a GeoJSON Feature with everything known of it."""
    snapshot = view.snapshot
    location = facility.location
    code = _municipality(snapshot, facility)
    same_number = _same_number(view, facility)
    properties = {
        **brief(facility, code),
        "kana": facility.kana,
        "identifiers": dict(sorted(facility.identifiers.items())),
        "postal_code": facility.postal_code,
        "municipality_code": facility.municipality_code,
        "district": [brief_district(d) for d in view.district_chain(code)] if code else [],
        "fax": facility.fax,
        "url": facility.url,
        "operator": facility.operator,
        "services": list(facility.services),
        "visit_areas": list(facility.visit_areas),
        "beds": facility.beds,
        "capacity": facility.capacity,
        "departments": list(facility.departments),
        "hours": _hours(snapshot, facility.hours),
        "filings": list(facility.filings),
        "note": facility.note,
        "claims": [_claim(snapshot, claim) for claim in _sorted(facility.claims)],
        "shown": {
            c: shown_document(item) for c, item in snapshot_claims(snapshot, facility).items()
        },
        "location": {
            "level": location.level or None,
            "uncertainty_m": location.uncertainty_m,
            "source": location.source or None,
            "warnings": list(location.warnings),
        },
        "sources": [
            {"source": m.source, "as_of": m.as_of, "record_id": m.record_id}
            for m in facility.sources
        ],
        "status": facility.status,
        "first_seen": facility.first_seen,
        "last_seen": facility.last_seen,
        "same_number": [{"id": f.id, "name": f.name, "kind": f.kind} for f in same_number],
        "centres": [brief_centre(centre) for centre in snapshot.centres_for(code)],
    }
    return feature(facility, properties)


def snapshot_claims(snapshot: Snapshot, facility: Facility) -> dict[str, SelectedClaim]:
    """Return the claim shown for each code of a facility (none for closed facilities)."""
    row = snapshot.row_of.get(facility.id)
    return {} if row is None else snapshot.selected_claims[row]


def shown_document(item: SelectedClaim | None) -> Document:
    """Return what is known about one need."""
    if item is None:
        return {"value": "unknown"}
    return {
        "value": item.value,
        "evidence": item.claim.evidence,
        "source": item.claim.source,
        "as_of": item.claim.as_of,
        "stale": item.stale,
        **({"note": item.claim.note} if item.claim.note else {}),
        **({"implied_by": item.implied_by} if item.implied_by else {}),
    }


def brief(facility: Facility, municipality_code: str) -> Document:
    """Return the properties every mention of a facility carries."""
    location = facility.location
    return {
        "name": facility.name,
        "kind": facility.kind,
        "address": facility.address,
        "phone": facility.phone,
        "district_code": municipality_code or None,
        "location_level": location.level or None,
        "location_uncertainty_m": location.uncertainty_m,
        "location_warnings": list(location.warnings),
        "fictional": any(m.source == SAMPLE_SOURCE for m in facility.sources),
    }


def feature(facility: Facility, properties: Document) -> Document:
    """Return a facility as a GeoJSON Feature; without a known position its geometry is null."""
    location = facility.location
    geometry = None
    if location.known:
        geometry = {"type": "Point", "coordinates": [location.lon, location.lat]}
    return {"type": "Feature", "id": facility.id, "geometry": geometry, "properties": properties}


def _hours(snapshot: Snapshot, hours: Hours) -> Document | None:
    if not hours.known:
        return None
    too_old = bool(hours.as_of) and snapshot.today > datetime.fromisoformat(
        hours.as_of
    ).date() + timedelta(days=HOURS_STALE_AFTER_DAYS)
    return {**hours.as_dict(), "stale": too_old}


def _claim(snapshot: Snapshot, claim: Claim) -> Document:
    return {
        "code": claim.code,
        "value": claim.value_on(snapshot.today),
        "evidence": claim.evidence,
        "source": claim.source,
        "as_of": claim.as_of,
        "valid_until": claim.valid_until or None,
        "stale": claim.stale_on(snapshot.today),
        "note": claim.note,
    }


def _sorted(claims: Iterable[Claim]) -> list[Claim]:
    return sorted(claims, key=lambda c: (c.code, c.source, c.as_of, c.value))


def _same_number(view: View, facility: Facility) -> list[Facility]:
    """Return other services under the same official number."""
    number = facility.identifiers.get(CARE_OFFICE_NUMBER, "")
    if not number:
        return []
    return [other for other in view.facilities_with_number(number) if other.id != facility.id]


def _municipality(snapshot: Snapshot, facility: Facility) -> str:
    row = snapshot.row_of.get(facility.id)
    return facility.municipality_code if row is None else snapshot.municipality_of(row)
