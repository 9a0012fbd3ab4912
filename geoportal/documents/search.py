"""JSON of searches and positions: GeoJSON collections, geocoder results."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from itertools import repeat
from typing import TYPE_CHECKING

import orjson

from geoportal.documents import Document, attributes
from geoportal.documents.completeness import completeness_line
from geoportal.documents.facility import facility_document
from geoportal.documents.reference import brief_centre, brief_district, responsible_document
from geoportal.documents.search_extras import (
    facets_document,
    reason_document,
    relaxation_document,
    visit_evidence_document,
)
from geoportal.documents.state import opening_texts
from geoportal.domain.centre import LIAISON
from geoportal.domain.completeness import HELD, Asked, Completeness
from geoportal.domain.district import District
from geoportal.domain.facility import KINDS
from geoportal.domain.hours import JST
from geoportal.domain.query import Origin, Query
from geoportal.search.answer import Answer
from geoportal.search.completeness import area_completeness
from geoportal.search.driving import HELD as HELD_ROADS
from geoportal.search.rank import order_keys
from geoportal.search.responsible import is_by_municipality
from geoportal.search.results import Result
from geoportal.search.visiting import home_code
from geoportal.services.view import View

if TYPE_CHECKING:
    from geoportal.services.results import Located


def search_document(view: View, answer: Answer) -> Document:
    """Return what `search_text` writes, to work with."""
    document: Document = orjson.loads(search_text(view, answer))
    return document


def search_text(view: View, answer: Answer) -> bytes:
    """Return the answer to a question as a GeoJSON FeatureCollection."""
    return orjson.dumps(
        {
            **_collection(view, answer, _features(view, answer.results, at_this_moment=True)),
            **_of_home(view, answer.query, answer.home),
            "unlocated": answer.unlocated,
        }
    )


def result_features(view: View, results: Sequence[Result]) -> list[Document]:
    """Return results of one question as GeoJSON Features, with how things stand at this moment."""
    features = _features(view, results, at_this_moment=True)
    return [orjson.loads(feature) for feature in features]


def home_document(view: View, query: Query, home: District | None) -> Document:
    """Return what every answer says about the place asked about: origin and centres."""
    document: Document = orjson.loads(orjson.dumps(_of_home(view, query, home)))
    return document


def _of_home(view: View, query: Query, home: District | None) -> Document:
    """Return `home_document`, to be written as JSON."""
    if query.origin is None:
        held = [one for code in query.districts for one in view.snapshot.centres_for(code)]
        liaison = dict.fromkeys(one for one in held if one.kind == LIAISON)
        return {"centres": [brief_centre(centre) for centre in liaison]}
    day = query.open_at.astimezone(JST).date().isoformat() if query.open_at else ""
    snapshot, around = view.snapshot, home_code(query, home)
    answering = partial(_answering, view, query.origin, around, day)
    if is_by_municipality(snapshot, query.origin, around):
        first, centres, responsible = snapshot.kept.part(("answering", around, day), answering)
    else:
        first, centres, responsible = answering()
    code = query.origin.municipality_code or (home.code if home else "")
    unlisted = snapshot.kept.part(("unlisted", code), partial(_unlisted, view, code))
    return {
        "origin": _origin(query.origin, home, first),
        "centres": orjson.Fragment(centres),
        "responsible": orjson.Fragment(responsible),
        **({"unlisted": unlisted} if unlisted else {}),
    }


def _answering(view: View, origin: Origin, code: str, day: str) -> tuple[bytes, bytes, bytes]:
    """Return who answers for a home as JSON: the first of those that surely do, these, and all."""
    responsible = view.responsible_for(origin, code, day)
    certain = [brief_centre(c) for one in responsible if one.certain for c in one.centres]
    return (
        orjson.dumps(certain[0] if certain else None),
        orjson.dumps(certain),
        orjson.dumps([responsible_document(one) for one in responsible]),
    )


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
    from geoportal.store.official_pages import search_sites  # takes time to load

    publisher = view.reference.publisher("bureau", code)
    return {
        "municipality_code": code,
        "municipality": f"{info.prefecture}{info.name}",
        "publisher": publisher.name,
        "page": publisher.page,
        "sites": search_sites(view.reference, KINDS),
    }


def facilities_text(view: View, answer: Answer) -> bytes:
    """Return facilities as a GeoJSON FeatureCollection (without origin)."""
    return orjson.dumps(_collection(view, answer, _features(view, answer.results)))


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
        "responsible": [responsible_document(one) for one in located.responsible],
    }


def _collection(view: View, answer: Answer, features: list[bytes]) -> Document:
    document = {
        "type": "FeatureCollection",
        "numberMatched": answer.number_matched,
        "numberReturned": len(answer.results),
        "dataset_version": view.snapshot.version,
        "counts": answer.counts,
        "order": order_keys(
            answer.query,
            elsewhere=any(answer.elsewhere.values()),
            by_road=answer.query.by_road and answer.roads == HELD_ROADS,
        ),
        "elsewhere": answer.elsewhere,
        "elsewhere_first": list(map(orjson.Fragment, _features(view, answer.elsewhere_first))),
        "relaxations": [relaxation_document(r) for r in answer.relaxations if r.plain],
        "relaxations_more": [relaxation_document(r) for r in answer.relaxations if not r.plain],
        "features": orjson.Fragment(b"[%b]" % b",".join(features)),
    }
    if answer.roads:
        document["roads"] = answer.roads
    if answer.no_data:
        document["no_data"] = True
    if answer.misplaced:
        document["misplaced"] = [attributes(one, "need", "kinds") for one in answer.misplaced]
    if answer.visit_evidence is not None:
        document["visit_evidence"] = visit_evidence_document(answer.visit_evidence)
    if answer.facets is not None:
        document["facets"] = facets_document(answer.facets)
    document["completeness"] = [
        orjson.Fragment(_line_text(view, line)) for line in answer.completeness
    ]
    return document


def _line_text(view: View, line: Completeness) -> bytes:
    return view.snapshot.kept.part(
        ("line", line), lambda: orjson.dumps(completeness_line(view, line))
    )


def _features(
    view: View, results: Sequence[Result], *, at_this_moment: bool = False
) -> list[bytes]:
    """Return results as GeoJSON Features: what was compiled, and what this answer adds to it.

    ``at_this_moment``: with what `geoportal.documents.state.state_document` says.
    """
    told = [view.snapshot.told(result.row, result.asked) for result in results]
    states: Iterable[tuple[bytes, ...]] = repeat(())
    if at_this_moment:
        openings = opening_texts(view, [one.hours for one in told])
        accepting = [one.accepting for one in told]
        states = zip(repeat(b","), openings, repeat(b',"accepting":'), accepting)
    return [
        b"".join(
            (
                one.beginning,
                b"," if result.distance_m is None else b',"distance_m":%d,' % result.distance_m,
                _first_members(result.visit_range, result.match),
                one.needs,
                _later_members(result.visits_home, result.open_at),
                _rare_members(view, result),
                *state,
                b"}}",
            )
        )
        for result, one, state in zip(results, told, states, strict=False)
    ]


@lru_cache(maxsize=64)
def _first_members(visit_range: str, match: str) -> bytes:
    """Return what an answer adds before the needs."""
    said: Document = {"visit_range": visit_range} if visit_range else {}
    return orjson.dumps({**said, "match": match})[1:-1] + b',"needs":'


@lru_cache(maxsize=64)
def _later_members(visits_home: str, open_at: str) -> bytes:
    """Return what an answer adds behind the needs, after a comma."""
    said = {"visits_home": visits_home, "open_at": open_at}
    text = orjson.dumps({name: word for name, word in said.items() if word})[1:-1]
    return b"," + text if text else b""


def _rare_members(view: View, result: Result) -> bytes:
    """Return what an answer adds to few, after a comma."""
    if not (result.why or result.elsewhere or result.water or result.drive):
        return b""
    added: Document = {}
    if result.elsewhere:
        added["elsewhere"] = True
    if result.water:
        added["water"] = result.water
    if result.drive:
        added["drive"], added["drive_minutes"] = result.drive, result.minutes
    if result.why:
        added["place"] = result.place
        added["why"] = [reason_document(reason, view.reference) for reason in result.why]
    return b"," + orjson.dumps(added)[1:-1]


def _origin(origin: Origin, home: District | None, centre: bytes) -> Document:
    """Return the origin; ``centre`` is the first of those that surely answer for it, as JSON."""
    return {
        "lon": origin.lon,
        "lat": origin.lat,
        "match_level": origin.match_level,
        "uncertainty_m": origin.uncertainty_m,
        "warnings": list(origin.warnings),
        "place": origin.place,
        "remainder": origin.remainder,
        "others": list(origin.others),
        "district": brief_district(home) if home else None,
        "centre": orjson.Fragment(centre),
    }
