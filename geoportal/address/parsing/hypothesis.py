"""What a search finds: readings of a whole address, and the assumptions each rests on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from geoportal.address.gazetteer.gazetteer import Gazetteer
from geoportal.address.parsing.municipality_parser import Area, Head
from geoportal.address.parsing.town_parser import COMPLETED, DOUBTFUL, Reading, TownReader
from geoportal.address.text.canonical import CanonicalText

CERTAIN = COMPLETED
"""Findings with a higher penalty are never ``ok``."""
CONFLICT, ELSEWHERE, SKIPPED = 4, 5, 4
"""Penalties: two parts of the text contradict each other; a town outside of what the text names;
part of the text had to be skipped."""

_JOINING = re.compile(r"^[のノﾉ之](?=[0-9０-９一二三四五六七八九十])")
_SEPARATORS = " \u3000\t\r\n-‐‑–—―−－ー,、，"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes
    ----------
    original : str
        The address as written.
    text : CanonicalText
        The same in canonical form.
    start : int
        Where it begins behind a postal code.
    hinted : frozenset of int
        Municipalities the hint allows, empty without one.
    postal : tuple of int
        What the gazetteer has under the postal code.
    """

    original: str = field(repr=False)
    text: CanonicalText = field(repr=False)
    start: int
    hinted: frozenset[int]
    postal: tuple[int, ...]

    def cut(self, stop: int) -> tuple[str, str]:
        """Cut the original behind a canonical position: what was understood, what is left."""
        text, canonical = self.original, self.text
        at = canonical.end(stop)
        if stop in canonical.marks and canonical.key[stop : stop + 1].isdigit():
            at += text[at:].index(canonical.marks[stop][-1]) + 1  # 大字十文字1: 字 is the name's
        return text[:at].strip(), _JOINING.sub("", text[at:].strip(_SEPARATORS))


@dataclass(frozen=True, slots=True)
class Found:
    """A reading of the whole address.

    Attributes
    ----------
    head : Head
        Its prefecture, city or ward.
    reading : Reading or None
        Its town; None when none was understood.
    penalty : int
        Sum of everything assumed.
    warnings : tuple of str
        What was assumed.
    elsewhere : bool
        True when the town is not the one the text names (it lies outside of the municipality named,
        or is spelt differently): only ever a candidate.
    """

    head: Head
    reading: Reading | None
    penalty: int
    warnings: tuple[str, ...] = ()
    elsewhere: bool = False

    @property
    def rank(self) -> tuple[int, int]:
        """What findings are compared by: fewer assumptions, then the longer town name."""
        if self.reading is None:
            return self.penalty, 0
        return self.penalty, -self.reading.name_stop


class TownFinder:
    """Reads towns under a head; immutable, safe from many threads."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.reader = TownReader(gazetteer)

    def find(
        self,
        text: CanonicalText,
        head: Head,
        area: Area,
        penalty: int,
        warnings: tuple[str, ...],
    ) -> list[Found]:
        """Return findings of the town at the head's end within an area.

        Parameters
        ----------
        text : CanonicalText
            The address.
        head : Head
            What stands before the town.
        area : Area
            The municipalities it may lie in.
        penalty : int
            Of what was assumed before, added to each reading's own.
        warnings : tuple of str
            The same in words.
        """
        return [
            Found(head, reading, penalty + reading.penalty, warnings + reading.warnings)
            for reading in self.reader.read(text, head.position, area)
        ]


def head_doubts(head: Head) -> tuple[int, tuple[str, ...]]:
    """Return the penalty and the warnings of a head itself."""
    if head.conflict:
        return CONFLICT, ("prefecture_mismatch",)
    if not head.firm:
        return DOUBTFUL, ("municipality_completed",)
    return 0, ()
