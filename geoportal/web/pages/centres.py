"""The page of consultation centres: by kind and ward, liaison centres first."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response, g, request

from geoportal.documents import Document
from geoportal.documents.reference import brief_district, centres_document
from geoportal.documents.schema_org import centres_markup
from geoportal.domain.centre import CENTRE_KINDS
from geoportal.services.view import View
from geoportal.web.arrival import trusted_root
from geoportal.web.current_view import view_here
from geoportal.web.language.labels import label
from geoportal.web.language.messages import messages
from geoportal.web.language.opening_words import opening_sentence
from geoportal.web.pages.cities import asked_of_whom
from geoportal.web.site.frame import page

NAMED_AT_MOST = 3
"""Where more centres than these may answer for a home, their list is linked instead."""
_WORTH_A_CARD = ("phone", "fax", "address", "place", "area", "url", "districts")
"""A centre of which none of these is known is listed by its name only."""


def show() -> Response:
    """Show the consultation centres, open now or when next, and who may ask."""
    view = view_here()
    centres = [
        centre
        | {
            "opening": opening_sentence(centre["hours"], messages(g.language)),
            "brief": not any(centre[name] for name in _WORTH_A_CARD),
        }
        for centre in centres_document(view)["centres"]
    ]
    groups = [
        _group(view, kind, [c for c in centres if c["kind"] == kind]) for kind in CENTRE_KINDS
    ]
    root = trusted_root()
    return page(
        "centres",
        json_ld=centres_markup(view, None if root is None else root + request.path),
        groups=[group for group in groups if group["wards"]],
        askers=who_may_ask(view, centres, g.language),
        cities=asked_of_whom(view, g.language),
        total=len(centres),
    )


def _group(view: View, kind: str, centres: list[Document]) -> Document:
    """Return the centres of a kind, with one of those of which only the name is known."""
    brief_from = next((centre for centre in centres if centre["brief"]), None)
    return {"kind": kind, "wards": by_ward(view, centres), "brief_from": brief_from}


def centres_in_full(view: View, brief: Iterable[Document]) -> list[Document]:
    """Return the centres that an answer names, with hours and districts."""
    named = list(brief)
    found = centres_document(view, {centre["id"] for centre in named})["centres"]
    full = {centre["id"]: centre for centre in found}
    return [full.get(centre["id"], centre) for centre in named]


def responsible_in_full(view: View, document: Document) -> list[Document]:
    """Return who answers for the home of an answer, by kind, with hours and districts.

    ``list`` says that there are too many to name; ``from`` is the first day of a centre that is
    the only one and answers later.
    """
    found = []
    for one in document.get("responsible", ()):
        starts = sorted(other["valid_from"] for other in one["other_days"] if other["valid_from"])
        later = [day for day in starts if day > view.snapshot.today.isoformat()]
        found.append(
            {
                **one,
                "centres": centres_in_full(view, one["centres"]),
                "list": len(one["centres"]) > NAMED_AT_MOST,
                "from": later[0] if later and not one["centres"] else "",
            }
        )
    return [one for one in found if one["centres"] or one["from"]]


def by_ward(view: View, centres: Iterable[Document]) -> list[Document]:
    """Return centres by the ward or municipality they answer for or, that not being known, are in.

    A centre for several districts stands under the first of them; those of no known place come
    last, under none. Wards are in the order of their codes.
    """
    wards: dict[str, list[Document]] = {}
    for centre in centres:
        codes = [district["code"] for district in centre["districts"]] or [centre["located_in"]]
        wards.setdefault(_municipality(view, min(codes)), []).append(centre)
    return [
        {"ward": _ward(view, code), "centres": sorted(wards[code], key=lambda c: str(c["name"]))}
        for code in sorted(wards, key=lambda code: (not code, code))
    ]


def _municipality(view: View, code: str) -> str:
    """Return the ward, municipality or city that a district is, or lies in; else its own code."""
    chain = view.district_chain(code) if code else []
    levels = [district for district in chain if district.level in ("ward", "municipality")]
    return levels[0].code if levels else code


def _ward(view: View, code: str) -> Document | None:
    chain = view.district_chain(code) if code else []
    return brief_district(chain[0]) if chain else None


def who_may_ask(view: View, centres: Iterable[Document], language: str) -> list[Document]:
    """Return who may ask the centres and on what terms, once for centres that say the same.

    Returns
    -------
    list of dict
        ``centres`` (names) and ``lines`` in the language; centres that say nothing are left out.
    """
    said: dict[tuple[str, ...], list[str]] = {}
    for centre in centres:
        lines = _terms(view, centre, language)
        if lines:
            said.setdefault(tuple(lines), []).append(centre["name"])
    return [{"centres": names, "lines": lines} for lines, names in said.items()]


def _terms(view: View, centre: Document, language: str) -> list[str]:
    words = messages(language)
    lines: list[str] = [
        label(view.reference, "centre-term", code, language) for code in centre["terms"]
    ]
    places = words.plain("js-comma").join(district["name"] for district in centre["residents_of"])
    age = centre["age_from"]
    if places and age:
        lines.insert(1, words.html("centre-for-residents-from", places=places, age=age))
    elif places:
        lines.insert(1, words.html("centre-for-residents", places=places))
    elif age:
        lines.insert(1, words.html("centre-for-age", age=age))
    return lines
