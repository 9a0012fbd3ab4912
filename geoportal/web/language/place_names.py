"""Names of districts, centres, departments, publishers, for people who cannot read kanji.

The readings are those of the postal code file (日本郵便), in ``data/reference/readings.csv``.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache

from markupsafe import Markup

from geoportal.services.view import View
from geoportal.store.reference import Reference
from geoportal.web.language.labels import label
from geoportal.web.language.messages import DEFAULT_LANGUAGE, EASY, LANGUAGES, Label, with_readings


@cache
def _readings(reference: Reference) -> Mapping[str, Mapping[str, str]]:
    """Return by code the name with its reading (``ja-easy``) and in letters (``en``)."""
    path = reference.directory / "readings.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


def _known(reference: Reference, code: str, name: str) -> Mapping[str, str]:
    """Return the readings of a district; none when its code is another district's today."""
    row = _readings(reference).get(code, {})
    return row if row and str(Label(row[EASY])) == name else {}


def place_label(reference: Reference, code: str, name: str, language: str) -> Label:
    """Return what a district is called, as text: ``Kokurakita Ward (小倉北区)``.

    A district without a known reading (local areas, districts of an older list) is called by its
    Japanese name alone.
    """
    known = _known(reference, code, name)
    if language == EASY:
        return Label(known.get(EASY, name))
    if LANGUAGES[language].is_japanese or not known:
        return Label(name)
    return Label(f"{known['en']} ({name})")


def map_name(reference: Reference, code: str, name: str, language: str) -> str:
    """Return what a map writes on a district: one name, its reading as 漢字《かんじ》."""
    if LANGUAGES[language].is_japanese:
        return place_label(reference, code, name, language).source
    return _known(reference, code, name).get("en", name)


def place_html(reference: Reference, code: str, name: str, language: str) -> Markup:
    """Return what a district is called, for HTML; the Japanese name is marked as such."""
    if LANGUAGES[language].is_japanese:
        return with_readings(place_label(reference, code, name, language))
    return _beside(_known(reference, code, name).get("en", ""), name)


def understood_text(view: View, text: str, language: str) -> str:
    """Return a place that was understood from an address, as text.

    In English with its name in letters in front, as far as its reading is held.
    """
    if LANGUAGES[language].is_japanese:
        return text
    found = view.geocode(text)
    own = view.geocoder.in_letters(found.municipality_code, found.town, found.station)
    area = view.reference.romanised.get(found.municipality_code, "")
    english = ", ".join(filter(None, (own, area)))
    return f"{english} ({text})" if english else text


def centre_html(reference: Reference, language: str, centre: str, name: str) -> Markup:
    """Return what a consultation centre is called, for HTML; one without a label by its name."""
    known = label(reference, "centre", centre, language)
    if label(reference, "centre", centre, DEFAULT_LANGUAGE) != name:
        known = Label(name)
    if LANGUAGES[language].is_japanese:
        return with_readings(known)
    return _beside(str(known) if known != name else "", name)


def listed_html(reference: Reference, language: str, list_name: str, name: str) -> Markup:
    """Return what an entry of a list is called that is known by its Japanese name, for HTML.

    A department (診療科) or publisher; as published where the list does not have it.
    """
    known = label(reference, list_name, name, language)
    if LANGUAGES[language].is_japanese:
        return with_readings(known)
    return _beside(str(known) if known != name else "", name)


def _beside(english: str, name: str) -> Markup:
    """Return a Japanese name, marked as such, after what it is in English."""
    spoken = Markup('<span lang="ja">{}</span>').format(name)
    return Markup("{} {}").format(english, spoken) if english else spoken
