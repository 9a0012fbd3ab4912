"""Suggestions while a person types: towns by prefix of their name or reading."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from geoportal.address.gazetteer.gazetteer import Gazetteer
from geoportal.address.gazetteer.nodes import HAS_CHOME
from geoportal.address.parsing.answer import AnswerWriter
from geoportal.address.parsing.municipality_parser import Area, HeadReader
from geoportal.address.result import Candidate
from geoportal.address.text.canonical import canonicalize
from geoportal.address.text.town_names import EXACT

_NUMBERED = re.compile(r"(.*[^0-9])([0-9]{1,2})(?:丁目?)?")
_MOST_CHOME = 99


class Suggester:
    """Completes what is typed; immutable, keeps nothing of what was asked."""

    def __init__(self, gazetteer: Gazetteer, heads: HeadReader) -> None:
        self._gazetteer = gazetteer
        self._heads = heads
        self._writer = AnswerWriter(gazetteer)
        self._everywhere = heads.area(frozenset(range(len(gazetteer.regions))))

    def suggest(self, prefix: str, limit: int, hinted: frozenset[int]) -> list[Candidate]:
        """Return at most ``limit`` towns, those of the named or hinted municipality first."""
        text = canonicalize(prefix)
        nodes: dict[int, None] = {}
        for head in self._heads.read(text, 0):
            area = head.area or (self._heads.area(hinted) if hinted else self._everywhere)
            for node in self._nodes(text.key[head.position :], area, limit):
                nodes[node] = None
                if len(nodes) >= limit:
                    return [self._writer.candidate(node) for node in nodes]
        return [self._writer.candidate(node) for node in nodes]

    def _nodes(self, beginning: str, area: Area, limit: int) -> Iterator[int]:
        """Yield towns of an area whose name or reading begins so, shortest names first.

        Behind a whole town and a number also its 丁目: 青葉1 leads to 青葉一丁目, 青葉十二丁目.
        """
        if not beginning:
            return
        gazetteer = self._gazetteer
        postings, lengths = gazetteer.towns.numbers_under(beginning)
        exact = postings % 8 == EXACT
        spoken, spoken_lengths = gazetteer.kana.numbers_under(beginning)
        nodes = np.concatenate([postings[exact] // 8, spoken])
        keys = np.concatenate([lengths[exact], spoken_lengths])
        inside = _within(nodes, area)
        nodes, keys = nodes[inside], keys[inside]
        order = np.lexsort((nodes, keys))[: 2 * limit]  # a town by its name and by its reading
        yield from dict.fromkeys(nodes[order].tolist())
        yield from self._chome(beginning, area)

    def _chome(self, beginning: str, area: Area) -> Iterator[int]:
        numbered = _NUMBERED.fullmatch(beginning)
        if numbered is None:
            return
        gazetteer = self._gazetteer
        for posting in gazetteer.towns.get(numbered[1]):
            town = posting // 8
            if posting % 8 != EXACT or not gazetteer.flags[town] & HAS_CHOME:
                continue
            if not any(first <= town < last for first, last in area.ranges):
                continue
            for number in range(1, _MOST_CHOME + 1):
                if str(number).startswith(numbered[2].lstrip("0") or "-"):
                    node = gazetteer.child(town, f"c{number}")
                    if node is not None:
                        yield node


def _within(nodes: npt.NDArray[np.uint32], area: Area) -> npt.NDArray[np.bool_]:
    inside = np.zeros(len(nodes), dtype=bool)
    for first, last in area.ranges:
        inside |= (nodes >= first) & (nodes < last)
    return inside
