"""Reference lists as JSON: centres, districts, sources, vocabulary."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import TYPE_CHECKING

from geoportal.documents import Document, attributes
from geoportal.documents.completeness import completeness_document
from geoportal.domain.centre import Centre
from geoportal.domain.claim import EVIDENCE
from geoportal.domain.dating import age_days, dated, stated_date
from geoportal.domain.district import LEVELS, LOCAL, District
from geoportal.domain.hours import JST
from geoportal.domain.staff_facts import SOURCE
from geoportal.domain.stand_in import GROUP_SOURCE
from geoportal.errors import UsageError
from geoportal.index.mention import SAMPLE_SOURCE
from geoportal.search.responsible import Responsible
from geoportal.services.view import View

if TYPE_CHECKING:
    from geoportal.domain.consultation import Role

_COORDINATE_DIGITS = 7
_SOURCE_FIELDS = ("publisher", "licence", "page", "attribution")


def centres_document(view: View, ids: Container[str] | None = None) -> Document:
    """Return the consultation centres with hours, open now or next opening; ``ids``: only these."""
    centres = view.snapshot.centres
    return {"centres": [_centre(view, one) for one in centres if ids is None or one.id in ids]}


def districts_document(
    view: View,
    *,
    geometry: bool,
    level: str | None = None,
    tolerance_m: float = 0.0,
    beside: str | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Document:
    """Return the districts held as a GeoJSON FeatureCollection, outlines on request.

    From ``offset`` on at most ``limit`` of them. Members are such as `orjson` writes.

    Raises
    ------
    UsageError
        When no district level is called so, or no outline of ``beside`` is held.
    """
    index = view.snapshot.districts
    districts = index.districts
    if beside is not None:
        touching = _around(view, beside)
        districts = [district for district in districts if district.code in touching]
    if level is not None and level not in {*LEVELS, LOCAL, *(d.level for d in index.districts)}:
        raise UsageError("no district level is called so; see GET /api/v1/districts", "level")
    matched = [district for district in districts if level is None or district.is_of(level)]
    listed = matched[offset:] if limit is None else matched[offset : offset + limit]
    brief = view.snapshot.kept.part(("districts",), lambda: _brief_features(view))
    features = [
        _district_feature(view, district, geometry=True, tolerance_m=tolerance_m)
        if geometry
        else brief[district.code]
        for district in listed
    ]
    return {
        "type": "FeatureCollection",
        "numberMatched": len(matched),
        "numberReturned": len(features),
        "dataset_version": view.snapshot.version,
        "features": features,
    }


def _brief_features(view: View) -> dict[str, Document]:
    """Return every district without its outline, by code."""
    districts = view.snapshot.districts.districts
    return {one.code: _district_feature(view, one, geometry=False) for one in districts}


BESIDE_DEGREES = 0.3
"""How far around a district a map that opens on it shows others."""


def _around(view: View, code: str) -> set[str]:
    """Return the districts a map shows that opens on one of them.

    Raises
    ------
    UsageError
        When its outline is not held.
    """
    index = view.snapshot.districts
    if code not in index:
        raise UsageError("the outline of no district with this code is held", "beside")
    west, south, east, north = index.bounds_of(code)
    return index.touching(
        west - BESIDE_DEGREES, south - BESIDE_DEGREES, east + BESIDE_DEGREES, north + BESIDE_DEGREES
    )


def district_document(view: View, code: str, *, geometry: bool = True) -> Document | None:
    """Return one district as a GeoJSON Feature, None when its outline is not held."""
    index = view.snapshot.districts
    return _district_feature(view, index[code], geometry=geometry) if code in index else None


def sources_document(view: View) -> Document:
    """Return every data set held: publisher, licence, editions, rows, freshness.

    ``not_held`` are the published ones of which there is no edition.
    """
    asked = {one for one in (SOURCE, GROUP_SOURCE) if view.facility_counts.get(one)}
    names = sorted({edition.source for edition in view.editions} | asked)
    sources = [_source(view, name) for name in names]
    return {
        "dataset_version": view.snapshot.version,
        "sources": sources,
        "not_held": [
            {"source": name, **attributes(info, "label_ja", "label_en", *_SOURCE_FIELDS)}
            for name, info in view.reference.sources.items()
            if name not in names and info.page
        ],
        "completeness": completeness_document(view, view.completeness()),
    }


def _source(view: View, name: str) -> Document:
    """Return one data set; it is stale when its next edition is overdue.

    Its date is that of the newest edition. Of a data set with no dated edition it is unknown, and
    so is whether it is stale.
    """
    editions = [edition for edition in view.editions if edition.source == name]
    info = view.reference.sources.get(name)
    cadence = info.cadence_days if info else 0
    newest = max((edition.as_of for edition in editions), default=view.asked_until)
    age = age_days(newest, view.snapshot.today)
    figures = view.snapshot.source_figures.get(name)
    return {
        "source": name,
        **{label: getattr(info, label, name) for label in ("label_ja", "label_en")},
        **{field: getattr(info, field, "") for field in _SOURCE_FIELDS},
        **_published_here(view, name),
        **dated(newest),
        "stale": None if age is None else bool(cadence) and age > cadence,
        "facilities": view.facility_counts.get(name, 0),
        "rates": figures.as_dict() if figures else None,
        "fictional": name == SAMPLE_SOURCE,
        "editions": [
            {"file": edition.file_name, "as_of": stated_date(edition.as_of)}
            | attributes(edition, "imported_at", "rows_read", "accepted", "rejected")
            | {"issues": edition.issue_count, "edition": edition.id}
            for edition in editions
        ],
    }


def _published_here(view: View, name: str) -> Document:
    """Return the publisher and credit of a source for what is held, where that is not general."""
    known: Document = {}
    inhabited = {str(code)[:2] for code in view.snapshot.columns.municipality_codes if code}
    listed = [one for one in view.reference.publishers if one.source == name]
    here = {one for one in listed if inhabited.intersection(one.prefectures)}
    if len(here) == 1:
        (publisher,) = here
        known = {"publisher": publisher.name, "page": publisher.page}
    credits = {
        city.credits[name]
        for city in view.reference.cities.values()
        if name in city.credits
        and view.snapshot.knows_district(city.code)
        and len(view.snapshot.in_district(city.code))
    }
    return known | ({"attribution": "、".join(sorted(credits))} if credits else {})


def vocabulary_document(view: View, word: str | None = None) -> Document:
    """Return needs, kinds, groups, evidence classes and ready-made teams with labels.

    With a word of care (床ずれ, PEG …) only the terms it stands for are listed.
    """
    reference = view.reference
    meant = None if word is None else view.terms_of(word)
    return {
        "terms": [
            attributes(term, "code", "label_ja", "label_en", "group", "kinds", "need", "evidence")
            | {
                "synonyms": list(term.synonyms),
                "valid_from": term.valid_from or None,
                "valid_to": term.valid_to or None,
            }
            for term in reference.vocabulary
            if meant is None or term.code in meant
        ],
        "implications": [
            {"code": rule.code, "implies": rule.implies, "note_ja": rule.reason}
            for term in reference.vocabulary
            for rule in reference.vocabulary.implied_by(term.code)
        ],
        "teams": [
            {"preset": name, "roles": [role_document(role) for role in roles]}
            for name, roles in reference.teams.items()
        ],
        "kinds": [
            attributes(info, "kind", "label_ja", "label_en", "short_ja", "glyph", "term")
            for info in reference.kinds.values()
        ],
        "groups": [
            {"group": group.code, "label_ja": group.label_ja, "label_en": group.label_en}
            for group in reference.groups.values()
        ],
        "evidence": [
            {
                "evidence": name,
                "label_ja": reference.label("evidence", name, "ja"),
                "label_en": reference.label("evidence", name, "en"),
                "explanation_ja": reference.label("evidence-explanation", name, "ja"),
            }
            for name in EVIDENCE
        ],
    }


def _district_feature(
    view: View, district: District, *, geometry: bool, tolerance_m: float = 0.0
) -> Document:
    index = view.snapshot.districts
    return {
        "type": "Feature",
        "id": district.code,
        "geometry": index.drawing(district.code, tolerance_m) if geometry else None,
        "bbox": [round(value, _COORDINATE_DIGITS) for value in index.bounds_of(district.code)],
        "properties": {
            "code": district.code,
            "name": district.name,
            "full_name": district.full_name or district.name,
            "level": district.level,
            "parent": district.parent or None,
            "facilities": len(view.snapshot.in_district(district.code)),
            "centres": brief_centres(view, district.code),
        },
    }


def role_document(role: Role) -> Document:
    """Return a role of a team as it is asked for."""
    return {
        "role": role.role,
        "label_ja": role.label_ja or role.role,
        "label_en": role.label_en or role.role,
        **attributes(role, "kinds", "needs", "required", "apart_from"),
    }


def brief_district(district: District) -> Document:
    """Return what every mention of a district carries."""
    return attributes(district, "code", "name", "level")


def brief_centre(centre: Centre) -> Document:
    """Return what every mention of a centre carries: whom to call."""
    return attributes(centre, "id", "name", "phone", "kind")


def responsible_document(responsible: Responsible) -> Document:
    """Return who of one kind answers for a home, on what ground, and why it is not certain.

    ``other_days`` are centres that answer there from a later day on, or did until an earlier one.
    """
    return {
        "kind": responsible.kind,
        "certain": responsible.certain,
        "ground": responsible.ground,
        "doubt": responsible.doubt or None,
        "centres": [brief_centre(centre) for centre in responsible.centres],
        "other_days": [
            {**brief_centre(centre), **_validity(centre)} for centre in responsible.others
        ],
    }


def _validity(centre: Centre) -> Document:
    return {name: getattr(centre, name) or None for name in ("valid_from", "valid_until")}


def brief_centres(view: View, code: str) -> list[Document]:
    """Return the mentions of the centres that answer for a district."""
    return [brief_centre(centre) for centre in view.snapshot.centres_for(code)]


def _briefly(view: View, codes: Iterable[str]) -> list[Document]:
    chains = [view.district_chain(code) for code in codes]
    return [brief_district(chain[0]) for chain in chains if chain]


def _centre(view: View, centre: Centre) -> Document:
    opening = view.calendar.next_opening(centre.hours, view.now)
    known = {**attributes(centre, "phone", "address", "fax", "url"), "located_in": ""}
    facility = view.snapshot.by_id.get(view.redirects.get(f"c-{centre.id}", f"c-{centre.id}"))
    if facility is not None:  # other lists may know more of it
        known = {name: value or getattr(facility, name, "") for name, value in known.items()}
        known["located_in"] = facility.municipality_code
    return {
        **brief_centre(centre),
        **attributes(centre, "place", "area", "area_name", "terms", "age_from"),
        **_validity(centre),
        **known,
        "facility": facility.id if facility is not None else None,
        "districts": _briefly(view, centre.districts),
        "residents_of": _briefly(view, centre.residents_of),
        **attributes(centre, "lon", "lat"),
        "hours": centre.hours.as_dict(),
        "open_now": view.calendar.status(centre.hours, view.now),
        "next_opening": opening.astimezone(JST).isoformat(timespec="minutes") if opening else None,
        **attributes(centre, "source"),
        **dated(centre.as_of),
    }
