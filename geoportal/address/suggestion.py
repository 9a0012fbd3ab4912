"""Suggestions while a person types: towns by prefix of their name or reading."""

from __future__ import annotations

from collections.abc import Iterator

from geoportal.address.answer import AnswerWriter
from geoportal.address.canonical import canonicalize
from geoportal.address.gazetteer import Gazetteer
from geoportal.address.heads import Area, HeadReader
from geoportal.address.naming import EXACT
from geoportal.address.result import Candidate

_MOST_KEYS = 2_000


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
        found: list[tuple[int, int]] = []
        for table, scale in ((gazetteer.towns, 8), (gazetteer.kana, 1)):
            for count, (key, numbers) in enumerate(table.starting_with(beginning)):
                if count >= _MOST_KEYS:
                    break
                for number in numbers:
                    if scale == 8 and number % 8 != EXACT:
                        continue
                    node = number // scale
                    if any(start <= node < stop for start, stop in area.ranges):
                        found.append((len(key), node))
        for _, node in sorted(set(found)):
            yield node
