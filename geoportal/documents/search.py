"""JSON documents of searches and positions."""

from __future__ import annotations

from collections.abc import Iterable

from geoportal.address.result import GeocodeResult
from geoportal.documents.facility import brief, facility_document, feature, shown_document
from geoportal.documents.reference import Document, brief_centre, brief_district
from geoportal.documents.search_extras import (
    facets_document,
    reason_document,
    relaxation_document,
    visit_evidence_document,
)
from geoportal.documents.state import state_document
from geoportal.domain.district import District
from geoportal.domain.query import Origin, Query
from geoportal.index.snapshot import SelectedClaim, Snapshot
from geoportal.search.answer import Answer, Result
from geoportal.services.view import View


def search_document(view: View, query: Query) -> Document:
    """Return the answer to a question as a GeoJSON FeatureCollection."""
    snapshot = view.snapshot
    answer = view.search(query)
    document = _collection(snapshot, answer, result_features(view, answer.results))
    document.update(home_document(view, query, answer.home))
    document["unlocated"] = answer.unlocated
    return document


def result_features(view: View, results: Iterable[Result]) -> list[Document]:
    """Return results as GeoJSON Features that also say how things stand at this moment."""
    snapshot, now = view.snapshot, view.now
    features = []
    for result in results:
        item = result_feature(snapshot, result)
        row = snapshot.row_of[result.facility.id]
        item["properties"] |= view.states.value(snapshot, row, now, state_document)
        features.append(item)
    return features


def home_document(view: View, query: Query, home: District | None) -> Document:
    """Return what every answer says about the place asked about: origin and centres."""
    snapshot = view.snapshot
    codes = query.districts if query.origin is None else [home.code] if home else []
    found = dict.fromkeys(centre for code in codes for centre in snapshot.centres_for(code))
    centres = [brief_centre(centre) for centre in found if centre.kind == "liaison_centre"]
    if query.origin is None:
        return {"centres": centres}
    return {"origin": _origin(snapshot, query.origin, home), "centres": centres}


def facilities_document(view: View, query: Query) -> Document:
    """Return facilities as a GeoJSON FeatureCollection (without origin)."""
    snapshot, answer = view.snapshot, view.search(query)
    return _collection(
        snapshot, answer, [result_feature(snapshot, item) for item in answer.results]
    )


def export_feature(view: View, result: Document) -> Document:
    """Return a search result's feature with everything known of the facility added."""
    full = facility_document(view, result["id"])
    if full is None:
        return result
    return {**full, "properties": {**full["properties"], **result["properties"]}}


def locate_document(view: View, result: GeocodeResult) -> Document:
    """Return what a geocoder found, with the districts around it and the responsible centre."""
    document = result.as_dict()
    code = result.municipality_code
    if result.lon is not None and result.lat is not None:
        covering = view.district_at(result.lon, result.lat)
        code = code or (covering.code if covering else "")
    return {**document, **_whereabouts(view, code)}


def point_document(view: View, lon: float, lat: float) -> Document:
    """Return the districts that hold a point, with the responsible centre."""
    covering = view.district_at(lon, lat)
    code = covering.code if covering else ""
    info = view.reference.municipalities.get(code)
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
        "station": "",
        "lines": [],
        **_whereabouts(view, code),
    }


def points_json(view: View) -> bytes:
    """Return all markers as compact columns, ready to send."""
    return view.snapshot.points_json


def _collection(snapshot: Snapshot, answer: Answer, features: list[Document]) -> Document:
    document = {
        "type": "FeatureCollection",
        "numberMatched": answer.number_matched,
        "numberReturned": len(answer.results),
        "dataset_version": snapshot.version,
        "counts": answer.counts,
        "relaxations": [relaxation_document(item) for item in answer.relaxations if item.plain],
        "relaxations_more": [
            relaxation_document(item) for item in answer.relaxations if not item.plain
        ],
        "features": features,
    }
    if answer.visit_evidence is not None:
        document["visit_evidence"] = visit_evidence_document(answer.visit_evidence)
    if answer.facets is not None:
        document["facets"] = facets_document(answer.facets)
    return document


def result_feature(snapshot: Snapshot, result: Result) -> Document:
    """Return one facility of an answer as a GeoJSON Feature."""
    facility = result.facility
    properties = brief(facility, result.municipality_code)
    if result.distance_m is not None:
        properties["distance_m"] = result.distance_m
    if result.visit_range:
        properties["visit_range"] = result.visit_range
    properties["match"] = result.match
    properties["needs"] = {
        code: need_document(snapshot, facility.kind, code, item)
        for code, item in result.needs.items()
    }
    if result.visits_home:
        properties["visits_home"] = result.visits_home
    if result.open_at:
        properties["open_at"] = result.open_at
    if result.why:
        properties["place"] = result.place
        properties["why"] = [reason_document(reason) for reason in result.why]
    return feature(facility, properties)


def need_document(snapshot: Snapshot, kind: str, code: str, item: SelectedClaim | None) -> Document:
    """Return what is known about one need asked for.

    ``applicable`` is there, and false, when the term is not about this kind of facility at all.
    """
    document = shown_document(item)
    if not snapshot.vocabulary.applies_to(code, kind):
        document["applicable"] = False
    return document


def _origin(snapshot: Snapshot, origin: Origin, home: District | None) -> Document:
    centres = snapshot.centres_for(home.code) if home else []
    return {
        "lon": origin.lon,
        "lat": origin.lat,
        "match_level": origin.match_level,
        "uncertainty_m": origin.uncertainty_m,
        "warnings": list(origin.warnings),
        "district": brief_district(home) if home else None,
        "centre": brief_centre(centres[0]) if centres else None,
    }


def _whereabouts(view: View, code: str) -> Document:
    if not code:
        return {"districts": [], "centre": None}
    centres = view.snapshot.centres_for(code)
    return {
        "districts": [brief_district(district) for district in view.district_chain(code)],
        "centre": brief_centre(centres[0]) if centres else None,
    }
