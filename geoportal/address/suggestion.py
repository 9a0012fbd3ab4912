"""Suggestions while a person types: towns by prefix of their name or reading."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from geoportal.address.gazetteer.gazetteer import Gazetteer
from geoportal.address.gazetteer.nodes import CHOME, HAS_CHOME
from geoportal.address.parsing.candidates import place_candidate
from geoportal.address.parsing.municipality_parser import MunicipalityParser, MunicipalitySet
from geoportal.address.result import Candidate
from geoportal.address.text.canonical import CanonicalText, canonicalize
from geoportal.address.text.town_names import EXACT

_NUMBERED = re.compile(r"(.*[^0-9])([0-9]{1,2})(?:丁目?)?")
_LAST_CHOME = 99


class Suggester:
    """Completes what is typed; immutable, keeps nothing of what was asked."""

    def __init__(self, gazetteer: Gazetteer, municipalities: MunicipalityParser) -> None:
        self._gazetteer = gazetteer
        self._municipalities = municipalities
        self._everywhere = municipalities.municipality_set(range(len(gazetteer.regions)))

    def suggest(self, prefix: str, limit: int, hinted: frozenset[int]) -> list[Candidate]:
        """Return at most ``limit`` towns, those of the named or hinted municipality first."""
        nodes: dict[int, None] = {}
        for node in self._towns(canonicalize(prefix), limit, hinted):
            nodes[node] = None
            if len(nodes) >= limit:
                break
        return [place_candidate(self._gazetteer, node) for node in nodes]

    def _towns(self, text: CanonicalText, limit: int, hinted: frozenset[int]) -> Iterator[int]:
        otherwise = self._municipalities.municipality_set(hinted) if hinted else self._everywhere
        for parse in self._municipalities.parse(text, 0):
            within = parse.municipalities or otherwise
            yield from self._towns_beginning(text.key[parse.end :], within, limit)

    def _towns_beginning(self, prefix: str, within: MunicipalitySet, limit: int) -> Iterator[int]:
        """Yield towns whose name or reading begins with a prefix, shortest names first.

        Behind a whole town and a number also its 丁目: 青葉1 leads to 青葉一丁目, 青葉十二丁目.
        """
        if not prefix:
            return
        gazetteer = self._gazetteer
        named, name_bytes = gazetteer.towns.find_completions(prefix)
        exact = np.asarray(gazetteer.town_spellings[named]) == EXACT
        spoken, reading_bytes = gazetteer.kana.find_completions(prefix)
        nodes = np.concatenate(
            [np.asarray(gazetteer.towns.values[named])[exact], gazetteer.kana.values[spoken]]
        )
        key_bytes = np.concatenate([name_bytes[exact], reading_bytes])
        inside = _within(nodes, within)
        nodes, key_bytes = nodes[inside], key_bytes[inside]
        # A town may stand there twice, by its name and by its reading.
        order = np.lexsort((nodes, key_bytes))[: 2 * limit]
        yield from dict.fromkeys(nodes[order].tolist())
        yield from self._numbered_chome(prefix, within)

    def _numbered_chome(self, prefix: str, within: MunicipalitySet) -> Iterator[int]:
        numbered = _NUMBERED.fullmatch(prefix)
        if numbered is None:
            return
        gazetteer = self._gazetteer
        start, stop = gazetteer.towns.find(numbered[1])
        towns = [
            town
            for first, last in within.town_ranges
            for town, spelling in gazetteer.towns_within(start, stop, first, last)
            if spelling == EXACT and gazetteer.flags[town] & HAS_CHOME
        ]
        for town in towns:
            for number in range(1, _LAST_CHOME + 1):
                if str(number).startswith(numbered[2].lstrip("0") or "-"):
                    node = gazetteer.child(town, CHOME, str(number))
                    if node is not None:
                        yield node


def _within(nodes: npt.NDArray[np.uint32], within: MunicipalitySet) -> npt.NDArray[np.bool_]:
    inside = np.zeros(len(nodes), dtype=bool)
    for first, last in within.town_ranges:
        inside |= (nodes >= first) & (nodes < last)
    return inside
