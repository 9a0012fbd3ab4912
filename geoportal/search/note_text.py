"""Text of a note, normalised for patterns, with every letter mapped to its original position."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import pairwise

from geoportal.text.normalize import fold

_SENTENCE_END = re.compile(r"[。！？!?\n]")
_AGE = re.compile(
    r"(?P<number>\d{1,3}|[一二三四五六七八九]?十[一二三四五六七八九]?)(?P<unit>代|歳|才)(?!わ|り|理|替|行)"
)
_DECADE = 10


@dataclass(frozen=True, slots=True)
class Span:
    """Characters ``start`` to ``end`` of the note as it was given, in code points.

    Its representation hides the text.
    """

    start: int
    end: int
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Age:
    """An age or a decade of age named in a note, ``at_least`` to ``at_most`` years."""

    at_least: int
    at_most: int
    span: Span


class Note:
    """A note in two parallel forms of equal length.

    Parameters
    ----------
    text : str
        As given; kept in memory for one request only, and never shown in a representation.

    Attributes
    ----------
    plain : str
        NFKC, no spaces; what patterns are written against.
    folded : str
        The same letters folded (katakana, common kanji, lower case); what words are found in.
    """

    __slots__ = ("_starts", "_stops", "_text", "folded", "plain")

    def __init__(self, text: str) -> None:
        plain: list[str] = []
        starts: list[int] = []
        for first, last in pairwise(_clusters(text)):
            letters = unicodedata.normalize("NFKC", text[first:last])
            visible = [letter for letter in letters if letter == "\n" or not letter.isspace()]
            plain += visible
            starts += [first] * len(visible)
        self._text = text
        self._starts = (*starts, len(text))
        self.plain = "".join(plain)
        self._stops = [end.start() for end in _SENTENCE_END.finditer(self.plain)]
        self.folded = "".join(_folded_letter(letter) for letter in plain)

    def span(self, start: int, end: int) -> Span:
        """Return the original characters behind letters ``start`` to ``end`` of `plain`."""
        first, last = self._starts[start], self._starts[end]
        words = self._text[first:last].rstrip()
        return Span(first, first + len(words), words)

    def sentence(self, start: int) -> tuple[int, int]:
        """Return where the sentence around a letter of `plain` begins and ends."""
        following = bisect_left(self._stops, start)
        begins = self._stops[following - 1] + 1 if following else 0
        return begins, self._stops[following] if following < len(self._stops) else len(self.plain)

    def ages(self) -> tuple[Age, ...]:
        """Return the ages named: 80代, 七十代, 85歳."""
        ages = []
        for match in _AGE.finditer(self.plain):
            number = _number(match["number"])
            most = number + _DECADE - 1 if match["unit"] == "代" else number
            ages.append(Age(number, most, self.span(*match.span())))
        return tuple(ages)


def _clusters(text: str) -> list[int]:
    """Return where each letter with its joining marks begins, and the end."""
    begins = [
        place
        for place, letter in enumerate(text)
        if place == 0 or not (unicodedata.combining(letter) or letter in "ﾞﾟ")
    ]
    return [*begins, len(text)]


def _folded_letter(letter: str) -> str:
    folded = fold(letter)
    return folded if len(folded) == 1 else letter


def _number(text: str) -> int:
    if text.isdecimal():
        return int(text)
    tens, _, ones = text.partition("十")
    return int(10 * unicodedata.numeric(tens or "一") + unicodedata.numeric(ones or "〇"))
