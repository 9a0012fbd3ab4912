"""Sounds of Japanese names: kana and Latin letters (ローマ字) of one name give one key.

おおてまち, オオテマチ, Otemachi, Ōtemachi, Ohtemachi and Ootemati are all ``otemachi``. Kana are
spelt out, and what systems and habits differ in is levelled: long vowels, Kunrei letters, ``m``
before ``b`` and ``p``, apostrophes, hyphens.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
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


_HEPBURN = MappingProxyType(
    {"shi": "シ", "chi": "チ", "tsu": "ツ", "fu": "フ", "ji": "ジ"}
    | {
        letters + vowel: kana + small
        for letters, kana in (("sh", "シ"), ("ch", "チ"), ("j", "ジ"))
        for vowel, small in (("a", "ャ"), ("u", "ュ"), ("e", "ェ"), ("o", "ョ"))
    }
    | {
        f"{consonant}y{vowel}": kana + small
        for consonant, kana in zip("kgsztdnhbpmr", "キギシジチヂニヒビピミリ", strict=True)
        for vowel, small in (("a", "ャ"), ("u", "ュ"), ("o", "ョ"))
    }
    | {f"f{vowel}": f"フ{small}" for vowel, small in zip("aieo", "ァィェォ", strict=True)}
)
_LONG = MappingProxyType({"a": "aa", "i": "ii", "u": "uu", "e": "ee", "o": "ou"})
_LONGEST_SOUND = 3


@cache
def _kana_of_letters() -> dict[str, str]:
    first: dict[str, str] = {}
    for kana, letters in _SPELLINGS.items():
        if letters:
            first.setdefault(letters, kana)
    return first | _HEPBURN


def kana_of(text: str) -> str:
    """Return a word in Latin letters in katakana; empty when it is no romaji from end to end.

    Hepburn and Kunrei; a macron is a long vowel (ō is オウ, in front オオ), a doubled consonant ッ.

    Examples
    --------
    >>> kana_of("kokura"), kana_of("Sannomiya"), kana_of("Yahata Kyōritsu"), kana_of("xml")
    ('コクラ', 'サンノミヤ', '', '')
    """
    plain = unicodedata.normalize("NFD", text.casefold())
    plain = re.sub("^o[\u0302\u0304]", "oo", plain)  # 大
    plain = re.sub("([aiueo])[\u0302\u0304]", lambda found: _LONG[found[1]], plain)
    plain = plain.replace("tch", "cch")
    known, kana, at = _kana_of_letters(), "", 0
    while at < len(plain):
        for length in range(_LONGEST_SOUND, 0, -1):
            if sound := known.get(plain[at : at + length]):
                kana, at = kana + sound, at + min(length, len(plain) - at)
                break
        else:
            letter, behind = plain[at], plain[at + 1 : at + 2]
            if letter in "nm" and behind not in tuple("aiueoy"):
                kana += "ン"
            elif letter == behind and letter in "kgsztdhbpcfj":
                kana += "ッ"
            elif letter != "'":
                return ""
            at += 1
    return kana


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
