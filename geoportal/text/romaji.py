"""Sounds of Japanese names: kana and Latin letters (ローマ字) of one name give one key.

おおてまち, オオテマチ, Otemachi, Ōtemachi, Ohtemachi and Ootemati are all ``otemachi``. Kana are
spelt out, and what systems and habits differ in is levelled: long vowels, Kunrei letters, ``m``
before ``b`` and ``p``, apostrophes, hyphens.
"""

from __future__ import annotations

import re
import unicodedata
from types import MappingProxyType

_ROWS = {
    "": "アイウエオ",
    "k": "カキクケコ",
    "g": "ガギグゲゴ",
    "s": "サシスセソ",
    "z": "ザジズゼゾ",
    "t": "タチツテト",
    "d": "ダヂヅデド",
    "n": "ナニヌネノ",
    "h": "ハヒフヘホ",
    "b": "バビブベボ",
    "p": "パピプペポ",
    "m": "マミムメモ",
    "r": "ラリルレロ",
}
_SPELLINGS = MappingProxyType(
    {
        kana: consonant + vowel
        for consonant, row in _ROWS.items()
        for kana, vowel in zip(row, "aiueo", strict=True)
    }
    | {"ヤ": "ya", "ユ": "yu", "ヨ": "yo", "ワ": "wa", "ヰ": "i", "ヱ": "e", "ヲ": "o", "ン": "n"}
    | {"ヴ": "vu", "ヵ": "ka", "ヶ": "ke", "ー": "", "ッ": ""}
)
_SMALL = MappingProxyType(
    {
        "ァ": "a",
        "ィ": "i",
        "ゥ": "u",
        "ェ": "e",
        "ォ": "o",
        "ャ": "ya",
        "ュ": "yu",
        "ョ": "yo",
        "ヮ": "wa",
    }
)
_LEVELLED = tuple(
    (re.compile(pattern), letters)
    for pattern, letters in (
        (r"[^a-z]", ""),
        (r"sy(?=[aueo])", "sh"),
        (r"[tc]y(?=[aueo])", "ch"),
        (r"[zjd]y(?=[aueo])", "j"),
        (r"(?<![sc])hu", "fu"),
        (r"si", "shi"),
        (r"ti", "chi"),
        (r"tu", "tsu"),
        (r"zi|di", "ji"),
        (r"dzu|du", "zu"),
        (r"wo", "o"),
        (r"ssh", "sh"),
        (r"m(?=[bpm])", "n"),
        (r"oh(?![aiueoy])", "o"),
        (r"o[ou]+", "o"),
        (r"([aiue])\1+", r"\1"),
        (r"tch", "cch"),
    )
)


def spell(text: str) -> str:
    """Return kana in Latin letters, and Latin letters plain and small; other letters stay.

    Nothing is levelled yet: a part of it may still be told from the rest.

    Examples
    --------
    >>> spell("キャッスルにしく Ōte")
    'kyassurunisiku ote'
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    katakana = "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in plain)
    spelt = ""
    doubled = False
    for letter in katakana:
        glide, sound = _SMALL.get(letter), _SPELLINGS.get(letter, letter)
        if glide and spelt[-1:] in ("i", "u", "e"):
            spelt = spelt.removesuffix("hu") + "f" if spelt.endswith("hu") else spelt[:-1]
            sound = glide
        elif doubled and sound[:1] not in "aiueon":
            sound = sound[:1] + sound
        spelt += sound
        doubled = letter == "ッ"
    return "".join(c for c in unicodedata.normalize("NFD", spelt) if not unicodedata.combining(c))


def sound_key(text: str) -> str:
    """Return what all spellings of a name by its sound have in common; letters a to z only.

    Examples
    --------
    >>> {sound_key(name) for name in ("おおてまち", "Ōte-machi", "Ohtemachi", "OOTEMATI")}
    {'otemachi'}
    """
    key = spell(text)
    for pattern, letters in _LEVELLED:
        key = pattern.sub(letters, key)
    return key
