"""Words of care in the place box: 「小倉北区片野 皮膚科 胃ろう」 is a place and two filters."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from geoportal.services.view import View
from geoportal.text.normalize import fold
from geoportal.web.pages.search_form import SearchForm

_BETWEEN = re.compile(r"[\s、，,・/／]+")
_MAX_WORDS, _LONGEST_PHRASE = 12, 4
_STATION = re.compile(r"駅|(?<![A-Za-z])(?:eki|station|stn|sta)(?![A-Za-z])\.?", re.IGNORECASE)


def names_station(text: str, *, alone: bool = False) -> bool:
    """Say whether a text names a station (門司駅, Moji Station); ``alone``: nothing behind it."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return any(not alone or found.end() == len(plain) for found in _STATION.finditer(plain))


def without_care_words(view: View, form: SearchForm) -> SearchForm:
    """Return a form whose place box holds only the place: needs, kinds and departments are filters.

    Only words that stand beside something else are taken; a single word stays as it is, as it may
    be the name of a facility.
    """
    words = _phrases(view, [word for word in _BETWEEN.split(form.address) if word])
    if not 1 < len(words) <= _MAX_WORDS:
        return form
    place: list[str] = []
    kinds, needs, departments = list(form.kinds), list(form.needs), list(form.departments)
    of_term = {info.term: kind for kind, info in view.reference.kinds.items() if info.term}
    for word in words:
        codes = view.terms_of(word.replace(" ", ""))
        if fold(word) in view.snapshot.departments:
            departments.append(word)
        elif codes:
            kinds += [of_term[code] for code in codes if code in of_term]
            needs += [code for code in codes if code not in of_term][:1]
        else:
            place.append(word)
    if len(place) == len(words):
        return form
    return replace(
        form,
        address=" ".join(place),
        kinds=tuple(dict.fromkeys(kinds)),
        needs=tuple(dict.fromkeys(needs)),
        departments=tuple(dict.fromkeys(departments)),
    )


def _phrases(view: View, words: list[str]) -> list[str]:
    """Join words that are one in the dictionary: home visit, pressure ulcer."""
    phrases: list[str] = []
    while words:
        lengths = range(min(_LONGEST_PHRASE, len(words)), 1, -1)
        length = next((n for n in lengths if view.terms_of("".join(words[:n]))), 1)
        phrases.append(" ".join(words[:length]))
        words = words[length:]
    return phrases
