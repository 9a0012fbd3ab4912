"""The answer to a search form: what its place box means, and what was found.

The one place where it is decided whether a text is an address, a ward, a telephone number or the
name of a facility.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from typing import Literal

from pydantic import ValidationError

from geoportal.address.result import GeocodeResult
from geoportal.documents import Document
from geoportal.documents.search import search_document
from geoportal.domain.query import BANDS
from geoportal.errors import UsageError
from geoportal.services.view import View
from geoportal.web.pages.place_words import names_station, without_care_words
from geoportal.web.pages.search_form import OPEN_FIRST, PAGE, SearchForm

Place = Literal["address", "point", "ward", "words", ""]
POSTCODE = re.compile(r"\s*〒?\s*[0-9０-９]{3}[-‐‑‒–—―ー−－]?[0-9０-９]{4}\s*")
_PHONE_WORD = re.compile(r"^\s*(?:電話(?:番号)?|TEL|Tel|tel|ＴＥＬ|℡|☎|📞)\s*[:：.．]?\s*")
_INTERNATIONAL = re.compile(r"\s*[^0-9+]*\+\s*81")
_OPEN_FIRST = {"open": 0, "unknown": 1, "closed": 2}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to a form: results, or what to tell the visitor.

    Attributes
    ----------
    form : SearchForm
        The form that was answered: a ward or a name typed into the place box stands where it
        belongs.
    place : str
        What the search goes by besides filters: ``address``, ``point``, ``ward`` (typed as an
        address), ``words``; empty for none, a district chosen included.
    document : dict or None
        See `geoportal.documents.search.search_document`; None when there is nothing to search by.
    notice : str
        Message on how the text was taken; without a document, on what to do about it.
    candidates : tuple of str
        Places an ambiguous text may mean.
    may_be_name : bool
        Whether to offer a search for facilities of that name.
    problem : str
        Message on a form that cannot be answered.
    words_taken : bool
        Whether words of the place box became filters; the form's address is what is left.
    unread : str
        What of an address was not found below the ward or city shown: 中央99丁目1-1.
    stations_missing : bool
        Whether a station is named and not found, because no list of stations is held.
    """

    form: SearchForm = field(repr=False)
    place: Place = ""
    document: Document | None = field(default=None, repr=False)
    notice: str = ""
    candidates: tuple[str, ...] = field(default=(), repr=False)
    may_be_name: bool = False
    problem: str = ""
    words_taken: bool = False
    unread: str = field(default="", repr=False)
    stations_missing: bool = False

    @property
    def understood(self) -> bool:
        """False when the visitor has to choose or type another place first."""
        return self.document is not None or not (self.notice or self.problem)


def answer(view: View, form: SearchForm) -> Outcome:
    """Answer a form: by its point or address, else by name, else by district."""
    if not form.asks:
        return Outcome(form)
    try:
        taken = _without_care_words(view, form)
        outcome = replace(read_place(view, taken), words_taken=taken.address != form.address)
        if outcome.notice and not outcome.place:
            return outcome
        query = outcome.form.request(view.now).to_query(view)
        document = search_document(view, view.search(query))
    except (UsageError, ValidationError):
        return Outcome(form, problem="form-refused")
    if form.order == OPEN_FIRST:
        features = in_order(document["features"], form.order)
        document["features"] = features[form.offset : form.offset + PAGE]
    notice = outcome.notice
    if notice == "searched-as-name" and not document["features"]:
        notice = ""
    return replace(
        outcome,
        document=document,
        notice=notice,
        stations_missing=not view.station_count and _is_unfound_station(outcome, document),
    )


def _is_unfound_station(outcome: Outcome, document: Document) -> bool:
    """Say whether a text that was no address, or its rest, names a station."""
    if outcome.place != "words":
        return names_station(outcome.unread)
    return names_station(outcome.form.text, alone=bool(document["features"]))


def read_place(view: View, form: SearchForm) -> Outcome:
    """Return what a form's place is taken for; with a notice and no place, there is none yet."""
    if form.point:
        return Outcome(replace(form, address=""), "point")
    if not form.address:
        return Outcome(form, "words" if form.text else "")
    by_name = replace(form, address="", text=form.address)
    postcode = POSTCODE.fullmatch(form.address) is not None
    if form.by_name or (looks_like_phone(form.address) and not postcode):
        number = phone_digits(form.address) if looks_like_phone(form.address) else form.address
        return Outcome(replace(by_name, text=number), "words")
    result = view.geocode(form.address, [form.district] if form.district else ())
    if result.status == "ambiguous" and result.candidates:
        names = place_names(result)
        return Outcome(form, notice="address-ambiguous", candidates=names, may_be_name=True)
    if result.match_level == "municipality" and _is_listed(view, result.municipality_code):
        in_ward = replace(form, address="", district=result.municipality_code)
        rest = result.remainder
        return Outcome(in_ward, "ward", notice="address-ward", may_be_name=bool(rest), unread=rest)
    if result.status in {"not_found", "invalid"}:
        return Outcome(by_name, "words", notice="searched-as-name")
    if result.lon is None or result.match_level == "prefecture":
        return Outcome(form, notice="address-partial", may_be_name=True)
    return Outcome(form, "address")


def _without_care_words(view: View, form: SearchForm) -> SearchForm:
    if form.point or form.by_name or looks_like_phone(form.address):
        return form
    return without_care_words(view, form)


def _is_listed(view: View, code: str) -> bool:
    """Say whether a search of a municipality has an outline or a facility to show."""
    snapshot = view.snapshot
    return code in snapshot.districts or (
        snapshot.knows_district(code) and len(snapshot.in_district(code)) > 0
    )


def place_names(result: GeocodeResult) -> tuple[str, ...]:
    """Return the names of the places an address may mean."""
    return tuple(candidate.text for candidate in result.candidates)


def looks_like_phone(text: str) -> bool:
    """Say whether a text is digits and separators only, at least six of them digits.

    The word 電話, TEL or a sign for it may stand in front.
    """
    folded = _PHONE_WORD.sub("", text).translate({ord(dash): "-" for dash in "‐‑‒–—―ー−－"})
    digits = sum(character.isdecimal() for character in folded)
    return digits >= 6 and all(c.isdecimal() or c in "-()+.・ 　（）．" for c in folded)


def phone_digits(text: str) -> str:
    """Return the digits of a telephone number as it is dialled in Japan: +81 93 … is 093 …."""
    plain = unicodedata.normalize("NFKC", text)
    digits = "".join(c for c in plain if c.isdecimal())
    international = _INTERNATIONAL.match(plain)
    return "0" + digits.removeprefix("81").lstrip("0") if international else digits


def in_order(features: list[Document], order: str) -> list[Document]:
    """Return features in an order of `ORDERS`; within each step the order they came in stays."""
    if order != OPEN_FIRST:
        return features
    return sorted(
        features,
        key=lambda item: (
            "elsewhere" in item["properties"],
            BANDS.index(item["properties"]["match"]),
            _OPEN_FIRST[item["properties"]["open_now"]],
        ),
    )


def bands(document: Document, offset: int) -> list[Document]:
    """Return the features of an answer by band, those known from elsewhere after all others.

    Returns
    -------
    list of dict
        ``elsewhere``, ``band``, ``count`` of the whole answer, ``filed``: whether one of them has
        filed a need; ``rows``: number in the answer and feature of each, never empty.
    """
    groups: dict[tuple[bool, str], list[tuple[int, Document]]] = {}
    for number, feature in enumerate(document["features"], offset + 1):
        properties = feature["properties"]
        group = "elsewhere" in properties, properties["match"]
        groups.setdefault(group, []).append((number, feature))
    counts, apart = document["counts"], document["elsewhere"]
    return [
        {
            "elsewhere": elsewhere,
            "band": band,
            "count": apart.get(band, 0) if elsewhere else counts[band] - apart.get(band, 0),
            "filed": any(_has_filed(feature) for _, feature in rows),
            "rows": rows,
        }
        for elsewhere in (False, True)
        for band in BANDS
        if (rows := groups.get((elsewhere, band)))
    ]


def _has_filed(feature: Document) -> bool:
    needs = feature["properties"].get("needs", {})
    return any(answer.get("evidence") == "filed" for answer in needs.values())


def tally(document: Document, include: str) -> dict[str, int]:
    """Return how many are listed: matching and possible around the home, and all ``away``."""
    counts, elsewhere = document["counts"], document["elsewhere"]
    listed = BANDS if include == "all" else BANDS[:2]
    return {
        **{band: counts[band] - elsewhere[band] for band in BANDS[:2]},
        "away": sum(elsewhere.get(band, 0) for band in listed),
    }


def facet_counts(document: Document | None, include: str) -> dict[str, dict[str, int]]:
    """Return how many each kind would list, and how many of each need are known to provide it."""
    facets = (document or {}).get("facets", {"kinds": [], "needs": []})
    bands = BANDS if include == "all" else BANDS[:2]
    return {
        "kind": {facet["kind"]: sum(facet[b] for b in bands) for facet in facets["kinds"]},
        "need": {facet["need"]: facet["match"] for facet in facets["needs"]},
    }
