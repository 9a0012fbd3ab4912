"""Words of an address in kana or Latin letters, in the orders of Japanese and of English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from geoportal.text.romaji import spell

_ENGLISH = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        (r"(?<=[0-9])[-\s]*(?:chome|tyoume|cho(?![a-z]))", "丁目"),
        (r"\b(?:japan|town|village)(?![a-z])", " "),
        (r"(?<=[a-z])[-\s]*\b(?:prefecture|pref\.?)(?![a-z])", "ken"),
        (r"(?<=[a-z])[-\s]*\bward(?![a-z])", "ku"),
        (r"(?<=[a-z])[-\s]*\bcity(?![a-z])", "shi"),
        (r"(?<=[a-z])[-\s]*\b(?:station|stn|sta\.?)(?![a-z])", "eki"),
    )
)
_NUMBER_FIRST = re.compile(r"([0-9][0-9\-\s]*(?:丁目)?[0-9\-\s]*)([^0-9\s\-].*)")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
_LATIN = re.compile("[a-z]{2}")
_STATION = re.compile(r"[\s\-]*(?:eki|station|stn|sta\.?|えき|エキ|駅)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Words:
    """Words of an address, the largest area first.

    Attributes
    ----------
    letters : str
        Everything up to the first number, a to z (`geoportal.text.romaji.spell`).
    ends : frozenset of int
        Where in ``letters`` a name may end: between words; in kana anywhere.
    tail : str
        The numbers and what follows them.
    """

    letters: str
    ends: frozenset[int]
    tail: str


def in_orders(plain: str) -> Iterator[Words]:
    """Yield the words of a text (in NFKC) as written and, as in English, reversed.

    Orders with names behind a number come last.
    """
    text = spell(plain)
    for pattern, word in _ENGLISH:
        text = pattern.sub(word, text)
    parts = [part.strip() for part in re.split("[,、]", text) if part.strip()]
    moved = [_with_number_behind(part) for part in parts]
    words = " ".join(moved).split(" ")
    names = [word for word in words if not word[:1].isdigit()]
    numbers = [word for word in words if word[:1].isdigit()]
    orders = [" ".join(parts), " ".join(reversed(moved)), " ".join([*reversed(names), *numbers])]
    anywhere = bool(_KANA.search(plain))
    found = [_words(order, anywhere=anywhere) for order in dict.fromkeys(orders)]
    yield from sorted(found, key=lambda words: bool(_LATIN.search(words.tail)))


def station_name(text: str) -> str:
    """Return a text without the word for a station behind it."""
    return _STATION.sub("", text)


def _with_number_behind(part: str) -> str:
    """Move a number from in front of a name behind it: 1-1 Otemachi."""
    first = _NUMBER_FIRST.fullmatch(part)
    return f"{first[2].strip()} {first[1].strip()}" if first else part


def _words(text: str, *, anywhere: bool) -> Words:
    number = re.search("[0-9]", text)
    named, tail = (text[: number.start()], text[number.start() :]) if number else (text, "")
    letters = ""
    ends: set[int] = set()
    for letter in named:
        if "a" <= letter <= "z":
            letters += letter
        elif letter not in "'’`":
            ends.add(len(letters))
    ends = set(range(1, len(letters) + 1)) if anywhere else ends | {len(letters)}
    return Words(letters, frozenset(ends), tail.strip().replace(" ", ""))
