"""Answers as they go out: plain documents in the shapes of ``CONTRACT.md``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import shapely
from shapely.geometry import mapping

from geoportal.address.result import GeocodeResult
from geoportal.domain.centre import Centre
from geoportal.domain.claim import HOURS_STALE_AFTER_DAYS, Claim
from geoportal.domain.district import District
from geoportal.domain.facility import CARE_OFFICE_NUMBER, Facility
from geoportal.domain.hours import JST, Hours
from geoportal.domain.query import Query
from geoportal.index.snapshot import ShownClaim, Snapshot
from geoportal.search.answer import Answer, Relaxation, Result
from geoportal.services import CALENDAR, Portal

SAMPLE_SOURCE = "sample"
_COORDINATE_DIGITS = 7
Document = dict[str, Any]


def search_document(portal: Portal, query: Query) -> Document:
    """Return the answer to a question as a GeoJSON FeatureCollection."""
    snapshot = portal.snapshot
    answer = portal.search(query)
    document = _collection(snapshot, answer)
    if query.origin is not None:
        document["origin"] = _origin(portal, query)
    document["centres"] = [_brief_centre(centre) for centre in _centres_of(portal, query)]
    document["unlocated"] = answer.unlocated
    return document


def facilities_document(portal: Portal, query: Query) -> Document:
    """Return facilities as a GeoJSON FeatureCollection (without origin)."""
    return _collection(portal.snapshot, portal.search(query))


def facility_document(portal: Portal, facility_id: str) -> Document | None:
    """Return one facility as a GeoJSON Feature with every claim, None if there is none."""
    facility = portal.facility(facility_id)
    return None if facility is None else full_feature(portal, facility)


def full_feature(portal: Portal, facility: Facility) -> Document:
    """Return a facility as a GeoJSON Feature with everything known of it."""
    snapshot = portal.snapshot
    location = facility.location
    code = _municipality(snapshot, facility)
    same_number = _same_number(snapshot, facility)
    properties = {
        **_brief(facility, code),
        "kana": facility.kana,
        "identifiers": dict(sorted(facility.identifiers.items())),
        "postal_code": facility.postal_code,
        "municipality_code": facility.municipality_code,
        "district": [_district(d) for d in portal.district_chain(code)] if code else [],
        "fax": facility.fax,
        "url": facility.url,
        "operator": facility.operator,
        "services": list(facility.services),
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
        "centres": [_brief_centre(centre) for centre in snapshot.centres_for(code)],
    }
    return _feature(facility, properties)


def export_feature(portal: Portal, result: Document) -> Document:
    """Return a search result's feature with everything known of the facility added."""
    full = facility_document(portal, result["id"])
    if full is None:
        return result
    return {**full, "properties": {**full["properties"], **result["properties"]}}


def locate_document(portal: Portal, result: GeocodeResult) -> Document:
    """Return what a geocoder found, with the districts around it and the responsible centre."""
    document = result.as_dict()
    code = result.municipality_code
    if result.lon is not None and result.lat is not None:
        covering = portal.district_at(result.lon, result.lat)
        code = code or (covering.code if covering else "")
    return {**document, **_whereabouts(portal, code)}


def point_document(portal: Portal, lon: float, lat: float) -> Document:
    """Return the districts that hold a point, with the responsible centre."""
    covering = portal.district_at(lon, lat)
    code = covering.code if covering else ""
    info = portal.reference.municipalities.get(code)
    return {
        "status": "ok" if code else "not_found",
        "match_level": "point",
        "coordinate_level": "point",
        "lon": lon,
        "lat": lat,
        "uncertainty_m": 0,
        "matched": "",
        "remainder": "",
        "prefecture": info.prefecture if info else "",
        "municipality": info.name if info else "",
        "municipality_code": code,
        "town": "",
        "candidates": [],
        "needs_confirmation": not code,
        "warnings": [] if code else ["outside_districts"],
        "source": "",
        "dataset_date": "",
        **_whereabouts(portal, code),
    }


def centres_document(portal: Portal) -> Document:
    """Return the consultation centres with hours, open now or next opening."""
    now = portal.clock()
    return {"centres": [_centre(portal, centre, now) for centre in portal.snapshot.centres]}


def districts_document(portal: Portal, *, geometry: bool, level: str | None = None) -> Document:
    """Return the districts held as a GeoJSON FeatureCollection, outlines on request."""
    held = [d for d in portal.snapshot.districts.districts if level in (None, d.level)]
    features = [_district_feature(portal, district, geometry=geometry) for district in held]
    return {
        "type": "FeatureCollection",
        "numberMatched": len(features),
        "numberReturned": len(features),
        "dataset_version": portal.snapshot.version,
        "features": features,
    }


def district_document(portal: Portal, code: str, *, geometry: bool = True) -> Document | None:
    """Return one district as a GeoJSON Feature, None when its outline is not held."""
    index = portal.snapshot.districts
    return _district_feature(portal, index[code], geometry=geometry) if code in index else None


def sources_document(portal: Portal) -> Document:
    """Return every data set held: publisher, licence, editions, rows, freshness."""
    loaded, today = portal.loaded, portal.snapshot.today
    names = list(dict.fromkeys(edition.source for edition in loaded.editions))
    sources = []
    for name in sorted(names):
        editions = [edition for edition in loaded.editions if edition.source == name]
        info = portal.reference.sources.get(name)
        newest = max(edition.as_of for edition in editions)
        due = datetime.fromisoformat(newest).date() + timedelta(
            days=info.cadence_days if info else 0
        )
        sources.append(
            {
                "source": name,
                "label_ja": info.label_ja if info else name,
                "label_en": info.label_en if info else name,
                "publisher": info.publisher if info else "",
                "licence": info.licence if info else "",
                "page": info.page if info else "",
                "attribution": info.attribution if info else "",
                "as_of": newest,
                "stale": bool(info and info.cadence_days and today > due),
                "facilities": loaded.facility_counts.get(name, 0),
                "fictional": name == SAMPLE_SOURCE,
                "editions": [
                    {
                        "file": edition.file_name,
                        "as_of": edition.as_of,
                        "imported_at": edition.imported_at,
                        "rows_read": edition.rows_read,
                        "accepted": edition.accepted,
                        "rejected": edition.rejected,
                        "issues": edition.issue_count,
                    }
                    for edition in editions
                ],
            }
        )
    return {"dataset_version": portal.snapshot.version, "sources": sources}


def vocabulary_document(portal: Portal) -> Document:
    """Return needs, kinds, groups and evidence classes with labels."""
    reference = portal.reference
    return {
        "terms": [
            {
                "code": term.code,
                "label_ja": term.label_ja,
                "label_en": term.label_en,
                "group": term.group,
                "kinds": list(term.kinds),
                "evidence": term.evidence,
                "synonyms": list(term.synonyms),
                "valid_from": term.valid_from or None,
                "valid_to": term.valid_to or None,
            }
            for term in reference.vocabulary
        ],
        "kinds": [
            {
                "kind": info.kind,
                "label_ja": info.label_ja,
                "label_en": info.label_en,
                "short_ja": info.short_ja,
                "glyph": info.glyph,
                "term": info.term,
            }
            for info in reference.kinds.values()
        ],
        "groups": [
            {"group": group, "label_ja": ja, "label_en": en}
            for group, (ja, en) in reference.groups.items()
        ],
        "evidence": [
            {"evidence": name, "label_ja": ja, "label_en": en, "explanation_ja": explanation}
            for name, (ja, en, explanation) in reference.evidence.items()
        ],
    }


def points_json(portal: Portal) -> bytes:
    """Return all markers as compact columns, ready to send."""
    return portal.snapshot.points_json


def snapshot_claims(snapshot: Snapshot, facility: Facility) -> dict[str, ShownClaim]:
    """Return the claim shown for each code of a facility (none for closed facilities)."""
    row = snapshot.row_of.get(facility.id)
    return {} if row is None else snapshot.shown[row]


def shown_document(item: ShownClaim | None) -> Document:
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
    }


def _collection(snapshot: Snapshot, answer: Answer) -> Document:
    return {
        "type": "FeatureCollection",
        "numberMatched": answer.number_matched,
        "numberReturned": len(answer.results),
        "dataset_version": snapshot.version,
        "counts": answer.counts,
        "relaxations": [_relaxation(item) for item in answer.relaxations],
        "features": [_result(item) for item in answer.results],
    }


def _result(result: Result) -> Document:
    facility = result.facility
    properties = _brief(facility, result.municipality_code)
    if result.distance_m is not None:
        properties["distance_m"] = result.distance_m
    if result.visit_range:
        properties["visit_range"] = result.visit_range
    properties["match"] = result.match
    properties["needs"] = {code: shown_document(item) for code, item in result.needs.items()}
    if result.open_at:
        properties["open_at"] = result.open_at
    return _feature(facility, properties)


def _brief(facility: Facility, municipality_code: str) -> Document:
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


def _feature(facility: Facility, properties: Document) -> Document:
    location = facility.location
    geometry = None
    if location.known:
        geometry = {"type": "Point", "coordinates": [location.lon, location.lat]}
    return {"type": "Feature", "id": facility.id, "geometry": geometry, "properties": properties}


def _relaxation(item: Relaxation) -> Document:
    if item.drop:
        return {"drop": item.drop, "adds": item.adds}
    return {"radius_m": item.radius_m, "adds": item.adds}


def _origin(portal: Portal, query: Query) -> Document:
    origin = query.origin
    if origin is None:
        return {}
    district = portal.district_at(origin.lon, origin.lat)
    centres = portal.snapshot.centres_for(district.code) if district else []
    return {
        "lon": origin.lon,
        "lat": origin.lat,
        "match_level": origin.match_level,
        "uncertainty_m": origin.uncertainty_m,
        "warnings": list(origin.warnings),
        "district": _district(district) if district else None,
        "centre": _brief_centre(centres[0]) if centres else None,
    }


def _centres_of(portal: Portal, query: Query) -> list[Centre]:
    """Return the centres responsible for the home, or for the districts asked about."""
    codes: Iterable[str] = query.districts
    if query.origin is not None:
        home = portal.district_at(query.origin.lon, query.origin.lat)
        codes = [home.code] if home else []
    found = [centre for code in codes for centre in portal.snapshot.centres_for(code)]
    return [c for c in dict.fromkeys(found) if c.kind == "liaison_centre"]


def _whereabouts(portal: Portal, code: str) -> Document:
    if not code:
        return {"districts": [], "centre": None}
    centres = portal.snapshot.centres_for(code)
    return {
        "districts": [_district(district) for district in portal.district_chain(code)],
        "centre": _brief_centre(centres[0]) if centres else None,
    }


def _district(district: District) -> Document:
    return {"code": district.code, "name": district.name, "level": district.level}


def _district_feature(portal: Portal, district: District, *, geometry: bool) -> Document:
    snapshot = portal.snapshot
    outline = snapshot.districts.outline(district.code)
    shape = mapping(shapely.set_precision(outline, 10**-_COORDINATE_DIGITS)) if geometry else None
    return {
        "type": "Feature",
        "id": district.code,
        "geometry": shape,
        "bbox": [round(value, _COORDINATE_DIGITS) for value in outline.bounds],
        "properties": {
            "code": district.code,
            "name": district.name,
            "full_name": district.full_name or district.name,
            "level": district.level,
            "parent": district.parent or None,
            "facilities": len(snapshot.in_district(district.code)),
            "centres": [_brief_centre(centre) for centre in snapshot.centres_for(district.code)],
        },
    }


def _brief_centre(centre: Centre) -> Document:
    return {"id": centre.id, "name": centre.name, "phone": centre.phone, "kind": centre.kind}


def _centre(portal: Portal, centre: Centre, now: datetime) -> Document:
    opening = CALENDAR.next_opening(centre.hours, now)
    return {
        **_brief_centre(centre),
        "address": centre.address,
        "place": centre.place,
        "fax": centre.fax,
        "url": centre.url,
        "districts": [
            _district(portal.district_chain(code)[0])
            for code in centre.districts
            if portal.district_chain(code)
        ],
        "lon": centre.lon,
        "lat": centre.lat,
        "hours": centre.hours.as_dict(),
        "open_now": CALENDAR.status(centre.hours, now),
        "next_opening": opening.astimezone(JST).isoformat(timespec="minutes") if opening else None,
        "source": centre.source,
        "as_of": centre.as_of,
    }


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


def _same_number(snapshot: Snapshot, facility: Facility) -> list[Facility]:
    """Return other services under the same official number."""
    number = facility.identifiers.get(CARE_OFFICE_NUMBER, "")
    if not number:
        return []
    others = (snapshot.facilities[int(row)] for row in snapshot.with_identifier(number))
    return [other for other in others if other.id != facility.id]


def _municipality(snapshot: Snapshot, facility: Facility) -> str:
    row = snapshot.row_of.get(facility.id)
    return facility.municipality_code if row is None else snapshot.municipality_of(row)
