"""Suggestions while a person types: towns by prefix of their name or reading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from geoportal.address.gazetteer.gazetteer import Gazetteer
from geoportal.address.gazetteer.nodes import CHOME, HAS_CHOME
from geoportal.address.parsing.candidates import municipality_candidate, place_candidate
from geoportal.address.parsing.municipality_parser import MunicipalityParser, MunicipalitySet
from geoportal.address.result import Candidate
from geoportal.address.spoken import SpokenNames, is_spoken
from geoportal.address.text.canonical import canonical_key, canonicalize
from geoportal.address.text.municipality_names import own_name
from geoportal.address.text.town_names import EXACT
from geoportal.text.romaji import sound_key

_NUMBERED = re.compile(r"(.*[^0-9])([0-9]{1,2})(?:丁目?)?")
_LAST_CHOME = 99
_MOST_AREAS = 4
_SHORTEST = 2


class Suggester:
    """Completes what is typed; immutable, keeps nothing of what was asked."""

    def __init__(
        self, gazetteer: Gazetteer, municipalities: MunicipalityParser, spoken: SpokenNames
    ) -> None:
        self._gazetteer = gazetteer
        self._municipalities = municipalities
        self._spoken = spoken
        self._everywhere = municipalities.municipality_set(range(len(gazetteer.regions)))

    def suggest(
        self,
        prefix: str,
        limit: int,
        hinted: frozenset[int],
        preferred: Sequence[frozenset[int]] = (),
    ) -> list[Candidate]:
        """Return at most ``limit`` places whose name or reading begins so.

        A few of the preferred municipalities stand before towns; of these those of the named or
        hinted municipality first.
        """
        areas = self._areas(prefix, hinted, preferred)[: min(_MOST_AREAS, limit)]
        nodes: dict[int, None] = {}
        for node in self._towns(prefix, limit, hinted):
            if len(nodes) + len(areas) >= limit:
                break
            nodes[node] = None
        return [*areas, *(place_candidate(self._gazetteer, node) for node in nodes)]

    def _areas(
        self, prefix: str, hinted: frozenset[int], preferred: Sequence[frozenset[int]]
    ) -> list[Candidate]:
        """Return the preferred municipalities that a prefix begins, and is not all of."""
        regions = self._gazetteer.regions
        key = canonical_key(prefix)
        if len(key) < _SHORTEST:
            return []
        numbers = {
            number: None
            for area in self._spoken.areas_beginning(prefix)
            if len(area) == 1
            for number in area
        }
        numbers |= {
            number: None
            for number, name in enumerate(self._names)
            if name.startswith(key) and name != key
        }
        allowed = [number for number in numbers if number in hinted or not hinted]
        ordered = dict.fromkeys(n for group in preferred for n in allowed if n in group)
        return [municipality_candidate(regions[number]) for number in ordered]

    @cached_property
    def _names(self) -> list[str]:
        """The canonical names of municipalities, without city or county."""
        return [canonical_key(own_name(region.name)) for region in self._gazetteer.regions]

    def _towns(self, prefix: str, limit: int, hinted: frozenset[int]) -> Iterator[int]:
        text = canonicalize(prefix)
        otherwise = self._municipalities.municipality_set(hinted) if hinted else self._everywhere
        for parse in self._municipalities.parse(text, 0):
            within = parse.municipalities or otherwise
            yield from self._towns_beginning(text.key[parse.end :], within, limit)
        for numbers, sound in self._spoken.town_beginnings(prefix):
            within = self._municipalities.municipality_set(numbers) if numbers else otherwise
            if sound:
                yield from self._sounding(sound, within, limit)

    def _sounding(self, sound: str, within: MunicipalitySet, limit: int) -> Iterator[int]:
        """Yield towns whose reading begins with a sound, the shortest first."""
        table = self._gazetteer.sounds
        spoken, key_bytes = table.find_completions(sound)
        nodes = np.asarray(table.values[spoken])
        inside = _within(nodes, within)
        nodes, key_bytes = nodes[inside], key_bytes[inside]
        yield from nodes[np.lexsort((nodes, key_bytes))[: 2 * limit]].tolist()

    def _towns_beginning(self, prefix: str, within: MunicipalitySet, limit: int) -> Iterator[int]:
        """Yield towns whose name begins with a prefix, or whose reading does, shortest first.

        Behind a whole town and a number also its 丁目: 青葉1 leads to 青葉一丁目, 青葉十二丁目.
        """
        if not prefix:
            return
        gazetteer = self._gazetteer
        named, name_bytes = gazetteer.towns.find_completions(prefix)
        exact = np.asarray(gazetteer.town_spellings[named]) == EXACT
        nodes, name_bytes = np.asarray(gazetteer.towns.values[named])[exact], name_bytes[exact]
        inside = _within(nodes, within)
        nodes, name_bytes = nodes[inside], name_bytes[inside]
        yield from nodes[np.lexsort((nodes, name_bytes))[:limit]].tolist()
        if is_spoken(prefix):
            yield from self._sounding(sound_key(prefix), within, limit)
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
