"""JSON of searches and positions: GeoJSON collections, geocoder results."""

from __future__ import annotations

from collections.abc import Iterable

from geoportal.documents import Document, attributes
from geoportal.documents.completeness import completeness_document
from geoportal.documents.facility import brief, facility_document, feature, shown_document
from geoportal.documents.reference import brief_centre, brief_centres, brief_district
from geoportal.documents.search_extras import (
    facets_document,
    reason_document,
    relaxation_document,
    visit_evidence_document,
)
from geoportal.documents.state import state_document
from geoportal.domain.completeness import HELD, Asked
from geoportal.domain.district import District
from geoportal.domain.facility import KINDS, Facility
from geoportal.domain.query import Origin, Query
from geoportal.index.claims import SelectedClaim
from geoportal.search.answer import Answer, Result
from geoportal.search.completeness import area_completeness
from geoportal.search.rank import order_keys
from geoportal.search.visiting import home_code
from geoportal.services.results import Located
from geoportal.services.view import View
from geoportal.store.official_pages import search_sites


def search_document(view: View, answer: Answer) -> Document:
    """Return the answer to a question as a GeoJSON FeatureCollection."""
    return {
        **_collection(view, answer, result_features(view, answer.results)),
        **home_document(view, answer.query, answer.home),
        "unlocated": answer.unlocated,
    }


def result_features(view: View, results: Iterable[Result]) -> list[Document]:
    """Return results as GeoJSON Features that also say how things stand at this moment."""
    features = [(result_feature(view, result), result.facility) for result in results]
    for document, facility in features:
        document["properties"] |= state_document(view, facility)
    return [document for document, _ in features]


def home_document(view: View, query: Query, home: District | None) -> Document:
    """Return what every answer says about the place asked about: origin and centres."""
    code = home_code(query, home)
    codes = query.districts if query.origin is None else [code] if code else []
    responsible = dict.fromkeys(c for code in codes for c in view.snapshot.centres_for(code))
    centres = [brief_centre(centre) for centre in responsible if centre.kind == "liaison_centre"]
    if query.origin is None:
        return {"centres": centres}
    unlisted = _unlisted(view, query.origin.municipality_code or (home.code if home else ""))
    return {
        "origin": _origin(view, query.origin, code, home),
        "centres": centres,
        **({"unlisted": unlisted} if unlisted else {}),
    }


def _unlisted(view: View, code: str) -> Document | None:
    """Return where to ask in a municipality of which no list of facilities is held, else None.

    ``publisher`` is who publishes the filings (届出) for it; ``sites`` are the search pages of the
    national sites by source.
    """
    info, snapshot = view.reference.municipalities.get(code), view.snapshot
    if info is None or (snapshot.knows_district(code) and len(snapshot.in_district(code))):
        return None
    held = area_completeness(snapshot, code, Asked())
    if not snapshot.facilities or any(line.state == HELD for line in held):
        return None
    publisher = view.reference.publisher("bureau", code)
    return {
        "municipality_code": code,
        "municipality": f"{info.prefecture}{info.name}",
        "publisher": publisher.name,
        "page": publisher.page,
        "sites": search_sites(view.reference, KINDS),
    }


def facilities_document(view: View, answer: Answer) -> Document:
    """Return facilities as a GeoJSON FeatureCollection (without origin)."""
    return _collection(view, answer, [result_feature(view, result) for result in answer.results])


def export_feature(view: View, result: Document) -> Document:
    """Return a search result's feature with everything known of the facility added."""
    full = facility_document(view, result["id"])
    if full is None:
        return result
    return {**full, "properties": {**full["properties"], **result["properties"]}}


def locate_document(located: Located) -> Document:
    """Return a position, the districts around it and the responsible centre."""
    return {
        **located.result.as_dict(),
        "districts": [brief_district(district) for district in located.districts],
        "centre": brief_centre(located.centre) if located.centre else None,
    }


def _collection(view: View, answer: Answer, features: list[Document]) -> Document:
    document = {
        "type": "FeatureCollection",
        "numberMatched": answer.number_matched,
        "numberReturned": len(answer.results),
        "dataset_version": view.snapshot.version,
        "counts": answer.counts,
        "order": order_keys(answer.query, elsewhere=any(answer.elsewhere.values())),
        "elsewhere": answer.elsewhere,
        "elsewhere_first": [result_feature(view, result) for result in answer.elsewhere_first],
        "relaxations": [relaxation_document(r) for r in answer.relaxations if r.plain],
        "relaxations_more": [relaxation_document(r) for r in answer.relaxations if not r.plain],
        "features": features,
    }
    if answer.no_data:
        document["no_data"] = True
    if answer.misplaced:
        document["misplaced"] = [attributes(one, "need", "kinds") for one in answer.misplaced]
    if answer.visit_evidence is not None:
        document["visit_evidence"] = visit_evidence_document(answer.visit_evidence)
    if answer.facets is not None:
        document["facets"] = facets_document(answer.facets)
    document["completeness"] = completeness_document(view, answer.completeness)
    return document


def result_feature(view: View, result: Result) -> Document:
    """Return one facility of an answer as a GeoJSON Feature."""
    facility = result.facility
    properties = brief(view.snapshot, facility, result.municipality_code)
    if result.distance_m is not None:
        properties["distance_m"] = result.distance_m
    if result.visit_range:
        properties["visit_range"] = result.visit_range
    properties["match"] = result.match
    properties["needs"] = {
        code: need_document(view, facility, code, claim) for code, claim in result.needs.items()
    }
    if result.visits_home:
        properties["visits_home"] = result.visits_home
    if result.open_at:
        properties["open_at"] = result.open_at
    if result.elsewhere:
        properties["elsewhere"] = True
    if result.water:
        properties["water"] = result.water
    if result.why:
        properties["place"] = result.place
        properties["why"] = [reason_document(reason, view.reference) for reason in result.why]
    return feature(facility, properties)


def need_document(
    view: View, facility: Facility, code: str, claim: SelectedClaim | None
) -> Document:
    """Return what is known about one need asked for; ``not_applicable``: not about such a one."""
    document = shown_document(claim)
    answer = view.reference.vocabulary.answer(code, facility, document["value"])
    return document | {"value": answer}


def _origin(view: View, origin: Origin, code: str, home: District | None) -> Document:
    """Return the origin; ``code`` is that of its municipality, known of an address as well."""
    centres = brief_centres(view, code) if code else []
    return {
        **attributes(origin, "lon", "lat", "match_level", "uncertainty_m", "warnings"),
        **attributes(origin, "place", "remainder", "others"),
        "district": brief_district(home) if home else None,
        "centre": centres[0] if centres else None,
    }
