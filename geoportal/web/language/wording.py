"""How numbers, dates and names are said in a language. Pure functions, used by the templates."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from geoportal.domain.hours import JST
from geoportal.web.language.messages import LANGUAGES, Label, messages

SURE_WITHIN_M = 200
"""Distances whose error is smaller than this are said without an "about"."""

STEP_M = 100
_WEEKDAYS_JA = "月火水木金土日"


def distance(metres: float) -> str:
    """Return a distance for people: metres below one kilometre, else kilometres.

    Examples
    --------
    >>> distance(812), distance(4000), distance(1249)
    ('812 m', '4 km', '1.2 km')
    """
    if metres < 1000:
        return f"{round(metres)} m"
    return f"{metres / 1000:.0f} km" if metres % 1000 == 0 else f"{metres / 1000:.1f} km"


def distance_key(metres: float, error_m: float) -> str:
    """Return the message that says a distance as surely as it is known.

    ``error_m`` is the sum of the uncertainties of both positions, metres.

    Examples
    --------
    >>> distance_key(812, 50), distance_key(812, 400), distance_key(300, 400)
    ('distance', 'distance-about', 'distance-within')
    """
    if error_m < SURE_WITHIN_M:
        return "distance"
    return "distance-within" if metres <= error_m else "distance-about"


def distance_said(metres: float, error_m: float) -> str:
    """Return the distance that goes with `distance_key`.

    What is known less surely is said in steps of 100 m. The step does not depend on the error, so
    that a list in order of distance reads in order.

    Examples
    --------
    >>> distance_said(812, 50), distance_said(812, 400), distance_said(0, 400)
    ('812 m', '800 m', '100 m')
    """
    if error_m < SURE_WITHIN_M:
        return distance(metres)
    return distance(max(STEP_M, round(metres / STEP_M) * STEP_M))


def error_said(error_m: float) -> str:
    """Return the uncertainty of a distance, rounded up to 100 m.

    Examples
    --------
    >>> error_said(400), error_said(1859)
    ('400 m', '1.9 km')
    """
    return distance(math.ceil(error_m / STEP_M) * STEP_M)


def drive_error(error_m: float) -> str:
    """Return the minutes by car that the uncertainty of two positions stands for, rounded up.

    300 m a minute: a way of 400 m, as roads go round, at some 24 km/h.

    Examples
    --------
    >>> drive_error(900), drive_error(901)
    ('3', '4')
    """
    return str(math.ceil(error_m / 300))


def position_key(warnings: Iterable[str], known: bool) -> str:
    """Return the message that says why a position is not simply the published one; empty if it is.

    ``warnings`` are those of `geoportal.ingest.resolve.positions`; ``known`` says whether there
    is a position. Only one that was published and rejected is said to have been.

    Examples
    --------
    >>> position_key(("geocoded",), True), position_key(("outside_japan", "geocoded"), True)
    ('position-unpublished', 'position-rejected')
    """
    held = set(warnings)
    if held & {"outside_municipality", "outside_japan"}:
        return "position-rejected" if known else "position-rejected-nowhere"
    if not known:
        return "position-nowhere"
    found = {
        "geocoded": "position-unpublished",
        "far_from_address": "position-far",
        "swapped": "position-swapped",
        "unverified": "position-unverified",
    }
    return next((key for warning, key in found.items() if warning in held), "")


def ask_key(phones: Iterable[str]) -> str:
    """Return the message on whom to ask about facilities with these numbers, some of them empty."""
    held = [bool(phone) for phone in phones]
    return "band-ask-all" if all(held) else "band-ask-some" if any(held) else "band-ask-none"


def metres(value: float | None) -> str:
    """Return whole metres with thousands separated; ``"?"`` when not known."""
    return "?" if value is None else number(round(value))


def number(value: int) -> str:
    """Return a count with thousands separated; messages separate those of their variables."""
    return f"{value:,}"


def month(iso_date: str | None, language: str) -> str:
    """Return year and month of an ISO date; empty for none."""
    if not iso_date:
        return ""
    day = date.fromisoformat(iso_date[:10])
    japanese = LANGUAGES[language].is_japanese
    return f"{day.year}年{day.month}月" if japanese else f"{day:%b %Y}"


def as_of(document: Mapping[str, Any], language: str) -> Label:
    """Return the day of what `geoportal.documents.dated` has put into a document."""
    if document["as_of"]:
        return Label(day(document["as_of"], language))
    words, imported = messages(language), document.get("imported_at")
    if imported:
        return words.label("js-date-unknown-imported", day=imported)
    return words.label("js-date-unknown")


def day(iso_date: str | None, language: str) -> str:
    """Return an ISO date in full; empty for none."""
    if not iso_date:
        return ""
    then = date.fromisoformat(iso_date[:10])
    if not LANGUAGES[language].is_japanese:
        return f"{then.day} {then:%b %Y}"
    return f"{then.year}年{then.month}月{then.day}日"


def moment(iso_time: str, language: str) -> str:
    """Return a coming moment without its year, Japan time."""
    then = datetime.fromisoformat(iso_time).astimezone(JST)
    if not LANGUAGES[language].is_japanese:
        return f"{then:%a} {then.day} {then:%b} {then:%H:%M}"
    weekday = _WEEKDAYS_JA[then.weekday()]
    return f"{then.month}月{then.day}日（{weekday}）{then.hour}:{then:%M}"


def dial(number: str) -> str:
    """Return a telephone number as it is dialled: digits and a leading plus only."""
    return re.sub(r"[^0-9+]", "", unicodedata.normalize("NFKC", number))
