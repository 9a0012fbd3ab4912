"""Suggestions while a person types: towns by prefix of their name or reading."""

from __future__ import annotations

from collections.abc import Iterator

from geoportal.address.answer import AnswerWriter
from geoportal.address.canonical import canonicalize
from geoportal.address.gazetteer import Gazetteer
from geoportal.address.heads import Area, HeadReader
from geoportal.address.naming import EXACT
from geoportal.address.result import Candidate


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
            for node in self._nodes(text.key[head.position :], area):
                nodes[node] = None
                if len(nodes) >= limit:
                    return [self._writer.candidate(node) for node in nodes]
        return [self._writer.candidate(node) for node in nodes]

    def _nodes(self, beginning: str, area: Area) -> Iterator[int]:
        """Yield towns of an area whose name or reading begins so, shortest names first."""
        if not beginning:
            return
        gazetteer = self._gazetteer
        found: set[tuple[int, int]] = set()
        for key, start, stop in gazetteer.towns.starting_with(beginning):
            for first, last in area.ranges:
                for posting in gazetteer.towns_within(start, stop, first, last):
                    if posting % 8 == EXACT:
                        found.add((len(key), posting // 8))
        for key, start, stop in gazetteer.kana.starting_with(beginning):
            for node in gazetteer.kana.numbers[start:stop]:
                if any(first <= node < last for first, last in area.ranges):
                    found.add((len(key), node))
        for _, node in sorted(found):
            yield node
