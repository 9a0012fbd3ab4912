"""Reference lists as they go out: centres, districts, sources, vocabulary."""

from __future__ import annotations

from datetime import datetime, timedelta

from geoportal.documents import Document
from geoportal.domain.centre import Centre
from geoportal.domain.claim import EVIDENCE
from geoportal.domain.consultation import Role
from geoportal.domain.district import LEVELS, LOCAL, District
from geoportal.domain.hours import JST
from geoportal.errors import UsageError
from geoportal.services.view import CALENDAR, View

SAMPLE_SOURCE = "sample"
_COORDINATE_DIGITS = 7


def centres_document(view: View) -> Document:
    """Return the consultation centres with hours, open now or next opening."""
    now = view.now
    return {"centres": [_centre(view, centre, now) for centre in view.snapshot.centres]}


def districts_document(
    view: View, *, geometry: bool, level: str | None = None, tolerance_m: float = 0.0
) -> Document:
    """Return the districts held as a GeoJSON FeatureCollection, outlines on request.

    Raises
    ------
    UsageError
        When no district level is called so.
    """
    everything = view.snapshot.districts.districts
    if level is not None and level not in {*LEVELS, LOCAL, *(d.level for d in everything)}:
        raise UsageError(f"no district level is called {level[:40]!r}", "level")
    held = [d for d in everything if level is None or d.is_of(level)]
    features = [
        _district_feature(view, district, geometry=geometry, tolerance_m=tolerance_m)
        for district in held
    ]
    return {
        "type": "FeatureCollection",
        "numberMatched": len(features),
        "numberReturned": len(features),
        "dataset_version": view.version,
        "features": features,
    }


def district_document(view: View, code: str, *, geometry: bool = True) -> Document | None:
    """Return one district as a GeoJSON Feature, None when its outline is not held."""
    index = view.snapshot.districts
    return _district_feature(view, index[code], geometry=geometry) if code in index else None


def sources_document(view: View) -> Document:
    """Return every data set held: publisher, licence, editions, rows, freshness."""
    loaded, today = view, view.snapshot.today
    names = list(dict.fromkeys(edition.source for edition in loaded.editions))
    figures = loaded.snapshot.source_figures
    sources = []
    for name in sorted(names):
        editions = [edition for edition in loaded.editions if edition.source == name]
        info = view.reference.sources.get(name)
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
                "rates": figures[name].as_dict() if name in figures else None,
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
    return {"dataset_version": view.version, "sources": sources}


def vocabulary_document(view: View, word: str | None = None) -> Document:
    """Return needs, kinds, groups, evidence classes and ready-made teams with labels.

    Parameters
    ----------
    word : str, optional
        A word of care (床ずれ, PEG …): then only the terms it stands for are listed.
    """
    reference = view.reference
    meant = None if word is None else view.terms_of(word)
    return {
        "terms": [
            {
                "code": term.code,
                "label_ja": term.label_ja,
                "label_en": term.label_en,
                "group": term.group,
                "kinds": list(term.kinds),
                "need": term.need,
                "evidence": term.evidence,
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
    snapshot = view.snapshot
    outline = snapshot.districts.outline(district.code)
    shape = snapshot.districts.drawing(district.code, tolerance_m) if geometry else None
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
            "centres": [brief_centre(centre) for centre in snapshot.centres_for(district.code)],
        },
    }


def role_document(role: Role) -> Document:
    """Return a role of a team as it is asked for."""
    return {
        "role": role.role,
        "label_ja": role.label_ja or role.role,
        "label_en": role.label_en or role.role,
        "kinds": list(role.kinds),
        "needs": list(role.needs),
        "required": role.required,
        "apart_from": list(role.apart_from),
    }


def brief_district(district: District) -> Document:
    """Return what every mention of a district carries."""
    return {"code": district.code, "name": district.name, "level": district.level}


def brief_centre(centre: Centre) -> Document:
    """Return what every mention of a centre carries: whom to call."""
    return {"id": centre.id, "name": centre.name, "phone": centre.phone, "kind": centre.kind}


def _centre(view: View, centre: Centre, now: datetime) -> Document:
    opening = CALENDAR.next_opening(centre.hours, now)
    return {
        **brief_centre(centre),
        "address": centre.address,
        "place": centre.place,
        "fax": centre.fax,
        "url": centre.url,
        "districts": [
            brief_district(view.district_chain(code)[0])
            for code in centre.districts
            if view.district_chain(code)
        ],
        "lon": centre.lon,
        "lat": centre.lat,
        "hours": centre.hours.as_dict(),
        "open_now": CALENDAR.status(centre.hours, now),
        "next_opening": opening.astimezone(JST).isoformat(timespec="minutes") if opening else None,
        "source": centre.source,
        "as_of": centre.as_of,
    }
