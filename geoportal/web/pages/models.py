"""What the pages show, put together for the templates. Never holds a position of a home."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from geoportal.documents.reference import SAMPLE_SOURCE, centres_document, district_document
from geoportal.documents.requests import SearchRequest
from geoportal.documents.search import search_document
from geoportal.domain.district import District
from geoportal.services.view import View
from geoportal.store.reference import Reference
from geoportal.web.language.labels import everyday_word, label, short_kind_label
from geoportal.web.language.messages import HTML_LANGUAGE, Label

Document = dict[str, Any]
DISTRICT_PAGE = 500


def district_groups(view: View) -> list[Document]:
    """Return the districts held for the select: wards under their city, then the larger ones."""
    held = sorted(view.snapshot.districts.districts, key=lambda district: district.code)
    groups: dict[str, list[District]] = {}
    names = {district.code: district.name for district in held}
    for district in held:
        label = (
            names.get(district.parent, "") if district.level == "ward" or district.is_local else ""
        )
        groups.setdefault(label, []).append(district)
    ordered = sorted(groups.items(), key=lambda item: (item[0] == "", item[0]))
    return [{"label": label, "districts": districts} for label, districts in ordered]


def home_districts(view: View) -> tuple[list[Document], list[Document]]:
    """Return wards and municipalities a liaison centre answers for, and the others held.

    Where no centre is known, all are at home. Wards elsewhere carry the name of their city.
    """
    held = [
        district
        for group in district_groups(view)
        for district in group["districts"]
        if district.level in ("ward", "municipality")
    ]
    served = {
        code
        for centre in view.snapshot.centres
        if centre.kind == "liaison_centre"
        for code in centre.districts
    }
    served |= {district.code for district in held if district.parent in served}
    served |= {district.parent for district in held if district.code in served}
    names = {district.code: district.name for district in held}
    home, others = [], []
    for d in held:
        if d.code in served or not served:
            home.append({"code": d.code, "name": d.name})
        else:
            others.append({"code": d.code, "name": names.get(d.parent, "") + d.name})
    return home, others


def kinds(view: View, language: str) -> dict[str, Document]:
    """Return label, short label, glyph and CSS classes of the marker of every kind."""
    return {
        kind: {
            "label": label(view.reference, "kind", kind, language),
            "short": short_kind_label(view.reference, kind, language),
            "glyph": info.glyph,
            "mark": f"glyph--{info.shape}" + (" glyph--long" if len(info.glyph) > 1 else ""),
        }
        for kind, info in view.reference.kinds.items()
    }


def kind_groups(view: View) -> list[Document]:
    """Return the groups of kinds in the order they are offered."""
    infos = view.reference.kinds.values()
    return [
        {"code": group, "kinds": tuple(info.kind for info in infos if info.group == group)}
        for group in view.reference.kind_groups
    ]


def need_labels(view: View, language: str) -> Mapping[str, Label]:
    """Return the label of every term of the vocabulary."""
    return _need_labels(view.reference, language)


@cache
def _need_labels(reference: Reference, language: str) -> Mapping[str, Label]:
    labels = {
        term.code: label(reference, "need", term.code, language) for term in reference.vocabulary
    }
    if HTML_LANGUAGE[language] != "ja":
        return labels
    return {
        code: Label(text.source.replace("(", "（").replace(")", "）"))
        for code, text in labels.items()
    }


def group_label(view: View, group: str, language: str) -> Label:
    """Return what a group of the vocabulary is called."""
    return label(view.reference, "group", group, language)


def offered_groups(view: View) -> list[str]:
    """Return the groups of the vocabulary that pages offer, in their order."""
    groups = [group for group in view.reference.groups.values() if group.offered]
    return [group.code for group in sorted(groups, key=lambda group: group.offered)]


def need_groups(view: View, language: str) -> list[Document]:
    """Return the needs offered, grouped, what cuts most first."""
    labels = need_labels(view, language)
    groups = []
    for group in offered_groups(view):
        terms = [term for term in view.reference.vocabulary if term.group == group and term.offered]
        terms.sort(key=lambda term: term.rarity or len(view.reference.vocabulary))
        groups.append(
            {
                "label": group_label(view, group, language),
                "terms": [
                    {
                        "code": term.code,
                        "label": labels[term.code],
                        "everyday": everyday_word(view.reference, term.code, language),
                        "words": " ".join(
                            (
                                term.code,
                                term.label_ja,
                                term.label_en,
                                *term.synonyms,
                                labels[term.code],
                            )
                        ),
                    }
                    for term in terms
                ],
            }
        )
    return groups


def merged_centres(view: View, brief: Iterable[Document]) -> list[Document]:
    """Return centres with hours and districts, for those named in a search answer."""
    full = {centre["id"]: centre for centre in centres_document(view)["centres"]}
    return [full.get(centre["id"], centre) for centre in brief]


def is_fictional(view: View) -> bool:
    """Say whether any of the data held is the sample city's."""
    return any(edition.source == SAMPLE_SOURCE for edition in view.editions)


def coverage_table(view: View) -> Document:
    """Return how many facilities of each kind lie in each ward, and how many say they visit.

    Counts of what the sources list; nothing about who is really served.
    """
    wards = [d for d in view.snapshot.districts.districts if _smallest(d, view)]
    wards.sort(key=lambda district: district.code)
    counts = {district.code: _counts(view, district.code) for district in wards}
    rows = []
    for kind in view.reference.kinds:
        total = [counts[d.code][kind, "all"] for d in wards]
        visits = [counts[d.code][kind, "visits"] for d in wards]
        rows.append(
            {
                "kind": kind,
                "counts": total,
                "total": sum(total),
                "visits": visits if view.reference.vocabulary.visit_codes(kind) else None,
                "visits_total": sum(visits),
            }
        )
    return {"districts": wards, "rows": rows}


def _smallest(district: District, view: View) -> bool:
    """Say whether a district is a ward, or a municipality that has none."""
    if district.level == "ward":
        return True
    parents = {other.parent for other in view.snapshot.districts.districts}
    return district.level == "municipality" and district.code not in parents


def _counts(view: View, code: str) -> Counter[tuple[str, str]]:
    snapshot = view.snapshot
    counts: Counter[tuple[str, str]] = Counter()
    for row in snapshot.in_district(code):
        kind = snapshot.facilities[int(row)].kind
        counts[kind, "all"] += 1
        shown = snapshot.selected_claims[int(row)]
        codes = snapshot.vocabulary.visit_codes(kind)
        says = [shown[code].value for code in codes if code in shown]
        counts[kind, "visits"] += "yes" in says
    return counts


def district(view: View, code: str) -> Document | None:
    """Return what a district's page says of it, None when there is no such page.

    Municipalities and wards of the shipped list have a page even where no outline is held.
    """
    feature = district_document(view, code, geometry=False)
    if feature is not None:
        return dict(feature["properties"])
    chain = view.district_chain(code)
    if not chain or not view.snapshot.knows_district(code):
        return None
    return {
        "code": code,
        "name": chain[0].name,
        "full_name": chain[0].full_name or chain[0].name,
        "level": chain[0].level,
        "facilities": len(view.snapshot.in_district(code)),
        "centres": [{"id": centre.id} for centre in view.snapshot.centres_for(code)],
    }


def facilities_by_kind(view: View, code: str) -> list[Document]:
    """Return the facilities of a district grouped by kind, in the order of kinds."""
    request = SearchRequest.model_validate(
        {"district": code, "include": "all", "limit": DISTRICT_PAGE}
    )
    features = search_document(view, view.search(request.to_query(view)))["features"]
    groups: dict[str, list[Document]] = {kind: [] for kind in view.reference.kinds}
    for feature in features:
        groups[feature["properties"]["kind"]].append(feature)
    return [{"kind": kind, "features": found} for kind, found in groups.items() if found]


def week(hours: Document | None, today: int) -> list[Document]:
    """Return one row per day of the week (and holidays) of an hours document.

    Parameters
    ----------
    hours : dict or None
        As in `geoportal.domain.hours.Hours.as_dict`.
    today : int
        Day to mark, 0 (Monday) to 7 (holiday).
    """
    if hours is None or not (hours["sessions"] or hours["closed_days"] or hours["open_days"]):
        return []
    rows = []
    for day in range(8):
        times = {
            use: _times(
                session
                for session in hours["sessions"]
                if (session["day"], session["use"]) == (day, use)
            )
            for use in ("consultation", "reception")
        }
        state = (
            "closed"
            if day in hours["closed_days"]
            else "open"
            if day in hours["open_days"]
            else "unknown"
        )
        rows.append({"day": day, "today": day == today, "state": state, **times})
    return rows


def _times(sessions: Iterable[Document]) -> Sequence[str]:
    return list(
        dict.fromkeys(
            f"{s['opens']}–{s['closes']}" for s in sorted(sessions, key=lambda s: s["opens"])
        )
    )


def claims_by_group(view: View, feature: Document, language: str) -> list[Document]:
    """Return what is known of a facility: per code the claim shown, then the others."""
    properties = feature["properties"]
    labels = need_labels(view, language)
    by_code: dict[str, list[Document]] = {}
    for claim in properties["claims"]:
        by_code.setdefault(claim["code"], []).append(claim)
    groups: dict[str, list[Document]] = {}
    for term in view.reference.vocabulary:
        shown = properties["shown"].get(term.code)
        if shown is None and term.code not in by_code:
            continue
        lead = shown or by_code[term.code][0]
        others = [c for c in by_code.get(term.code, []) if not _same(c, lead)]
        entry = {"code": term.code, "label": labels[term.code], "shown": lead, "others": others}
        groups.setdefault(term.group, []).append(entry)
    return [
        {"label": group_label(view, group, language), "entries": groups[group]}
        for group in offered_groups(view)
        if group in groups
    ]


def _same(claim: Document, shown: Document) -> bool:
    keys = ("source", "as_of", "evidence")
    return all(claim.get(key) == shown.get(key) for key in keys)


def source_labels(view: View, language: str) -> dict[str, Label]:
    """Return what each source is called."""
    return {
        name: label(view.reference, "source", name, language) for name in view.reference.sources
    }
