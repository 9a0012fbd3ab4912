"""Parser of a town and what follows it: 町・大字, 丁目, 小字, 街区・番地, 住居番号.

A text may be parsed in several ways, which are compared by ``penalty``: 0 says that every letter up
to the lot number is explained by a published name.
"""

from __future__ import annotations

import re
from dataclasses import replace

from geoportal.address.gazetteer.gazetteer import Gazetteer
from geoportal.address.gazetteer.nodes import (
    BLOCK,
    CHOME,
    HAS_BLOCK,
    HAS_CHOME,
    HAS_KOAZA,
    HOUSE,
    KOAZA,
    OAZA,
    PUBLISHED,
    child_key,
)
from geoportal.address.parsing.municipality_parser import MunicipalitySet
from geoportal.address.parsing.town_parse import COMPLETED, DOUBTFUL, SLIGHT, UNEXPLAINED, TownParse
from geoportal.address.text.canonical import CanonicalText
from geoportal.address.text.misspelling import match_misspelt
from geoportal.address.text.number_patterns import (
    BLOCK_NUMBER,
    HOUSE_NUMBER,
    TOWN_END,
    UNIT,
    begins_name,
    count_parts,
    number_at,
    shorter_number,
    splits_number,
)
from geoportal.address.text.town_names import ABBREVIATED, EXACT, NUMBER_ONLY

LONGEST_TOWN = 24
_ENOUGH_PARSES = 12
"""With so many parses without a penalty a text is ambiguous whatever else there is."""

_CLOSE_SPELLINGS = (EXACT, ABBREVIATED)
_UPPER_UNIT = re.compile("[市区郡](?![民営立役])")
"""Behind a town's name: the name was that of a municipality. 市民センター and 市営住宅 are none."""
_HOUSING = re.compile("[市区町村都道府県]営(?:住宅|団地|アパ)|団地|公団")
"""Homes that are called after the town they stand in."""
_CHOME_BLOCK_HOUSE = 3
"""So many numbers in a row are 丁目-番-号 nearly always: 番地 of a 大字 have one or two."""


class TownParser:
    """Parses towns in canonical text; immutable, safe from many threads."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def parse(self, text: CanonicalText, start: int, within: MunicipalitySet) -> list[TownParse]:
        """Return every parse of the town that begins at ``start`` within some municipalities.

        Unordered; empty when no published town begins there.
        """
        gazetteer = self._gazetteer
        parses: list[TownParse] = []
        window = text.key[start : start + LONGEST_TOWN]
        for length, first, last in gazetteer.towns.find_prefixes(window):
            name_end = start + length
            if splits_number(text, name_end):
                continue
            towns: list[tuple[int, int]] = []
            for low, high in within.town_ranges:
                towns += gazetteer.towns_within(first, last, low, high)
            clean = 0
            for node, spelling in towns:
                if spelling == NUMBER_ONLY and not text.key.startswith("-", name_end):
                    continue
                for parse in self._parse_behind_name(text, start, name_end, node):
                    if spelling in _CLOSE_SPELLINGS or parse.penalty < COMPLETED:
                        parses.append(parse.with_spelling(spelling))
                        clean += parses[-1].penalty == 0
                if clean >= _ENOUGH_PARSES:
                    break
            if any(parse.penalty == 0 for parse in parses):
                break
        return _with_lots_weighed(text, [self._descend(text, parse) for parse in parses])

    def parse_misspelt(
        self, text: CanonicalText, start: int, within: MunicipalitySet
    ) -> list[TownParse]:
        """Return parses of a town not quite as published, a number behind it.

        With the name's beginning left out (三栄町 for 四谷三栄町), one letter wrong or unreadable.
        Letters that tell neighbours apart (東・西, 上・下, numerals) are never taken for each
        other, and names of two letters only when the wrong one cannot be read at all (外字).
        """
        parses = []
        tail = text.key[start : start + LONGEST_TOWN]
        for first, last in within.town_ranges:
            for node in range(first, last):
                name = self._gazetteer.town_key(node)
                length, reason = match_misspelt(name, tail)
                if length and number_at(text, start + length) is not None:
                    parses += [
                        replace(parse, warnings=(reason, *parse.warnings))
                        for parse in self._parse_behind(text, start, start + length, node)
                        if parse.penalty == 0
                    ]
        return parses

    def _parse_behind_name(
        self, text: CanonicalText, start: int, name_end: int, node: int
    ) -> list[TownParse]:
        """Parse what follows a name, with a penalty where the name itself is doubtful.

        That is where it ends in a numeral that was split or written in Arabic (金田1-1 is hardly
        金田一), where a numeral in kanji behind it begins another name (若松二島 is hardly 若松 2),
        and where the text has 大字 or 字 but the published name has not.
        """
        doubtful = name_end in text.seams or begins_name(text, name_end)
        if text.key[name_end - 1].isdigit() and text.key[name_end:]:
            doubtful |= name_end not in text.kanji
        if not self._gazetteer.flags[node] & OAZA:
            doubtful |= any(start <= position < name_end for position in text.marks)
        parses = self._parse_behind(text, start, name_end, node)
        if not doubtful:
            return parses
        return [parse.with_doubt() for parse in parses]

    def _parse_behind(
        self, text: CanonicalText, start: int, name_end: int, node: int
    ) -> list[TownParse]:
        """Parse what follows a town's name."""
        flags = self._gazetteer.flags[node]
        plain = TownParse(node, start, name_end, name_end, 0, is_lot=True)
        if flags & HAS_KOAZA and (koaza := self._parse_koaza(text, plain)) is not None:
            return [koaza]
        number = number_at(text, name_end)
        if number is None:
            return self._parse_without_number(text, plain, flags)
        if flags & HAS_CHOME:
            chome = self._parse_chome(text, plain, number, published=bool(flags & PUBLISHED))
            if not _says_oaza(text, start, name_end) or number[2] or flags & PUBLISHED:
                return chome
            if chome[0].is_lot or count_parts(text.key, name_end) < _CHOME_BLOCK_HOUSE:
                return [replace(plain, penalty=DOUBTFUL, warnings=("oaza_not_listed",))]
            return chome
        if number[2]:
            return [plain.with_unknown_chome()]
        return [plain]

    def _parse_koaza(self, text: CanonicalText, town: TownParse) -> TownParse | None:
        window = text.key[town.end : town.end + LONGEST_TOWN]
        offset = 1 if window.startswith("-") else 0
        table = self._gazetteer.children
        for length, first, _ in table.find_prefixes(window[offset:], child_key(town.node, KOAZA)):
            end = town.end + offset + length
            if length and not splits_number(text, end) and TOWN_END.match(text.key, end):
                return replace(town, node=table.values[first], end=end)
        return None

    def _parse_without_number(
        self, text: CanonicalText, town: TownParse, flags: int
    ) -> list[TownParse]:
        """Parse what follows a town when it is no number."""
        key, end = text.key, town.end
        published = bool(flags & PUBLISHED)
        if TOWN_END.match(key, end):
            return [town]
        if _UPPER_UNIT.match(key, end) and end not in text.marks:
            return []
        if _HOUSING.match(key, end):
            return [replace(town, penalty=COMPLETED, warnings=("text_after_town",))]
        if key[end] in "町村" and TOWN_END.match(key, end + 1):
            number = number_at(text, end + 1)
            if number is not None and number[2]:
                return []
            warnings = ("town_suffix_ignored",)
            return [replace(town, end=end + 1, penalty=COMPLETED, warnings=warnings)]
        if end in text.marks:
            return [replace(town, penalty=SLIGHT, warnings=("koaza_unknown",))]
        if published and _says_oaza(text, town.start, end):
            return [replace(town, penalty=COMPLETED, warnings=("koaza_unknown",))]
        # A town known by its 丁目 only has a number behind it; a 大字 may have any 小字.
        return [replace(town, penalty=UNEXPLAINED + (not published), warnings=("text_after_town",))]

    def _parse_chome(
        self, text: CanonicalText, town: TownParse, number: re.Match[str], *, published: bool
    ) -> list[TownParse]:
        """Parse a number behind a town that has 丁目."""
        child = self._gazetteer.child(town.node, CHOME, str(int(number[1])))
        if child is None and (shorter := shorter_number(text, number)) is not None:
            return self._parse_chome(text, town, shorter, published=published)
        if number[2]:
            if child is None:
                return [town.with_unknown_chome()]
            return [TownParse(child, town.start, number.end(), town.name_end, town.penalty)]
        if UNIT.match(text.key, number.end()):
            if published:
                return [town]
            return [replace(town, penalty=town.penalty + SLIGHT, warnings=("chome_missing",))]
        if child is None:
            return [town] if published else [town.with_unknown_chome()]
        if published and count_parts(text.key, town.end) < _CHOME_BLOCK_HOUSE:
            # The town is published both whole and by 丁目: "X1-19" may be 1丁目 or 番地 1.
            return [replace(town, penalty=SLIGHT, warnings=("oaza_chome_ambiguous",))]
        return [TownParse(child, town.start, number.end(), town.name_end, town.penalty)]

    def _descend(self, text: CanonicalText, parse: TownParse) -> TownParse:
        """Go down to 街区・番地 and 住居番号 where the gazetteer has them."""
        gazetteer = self._gazetteer
        if not gazetteer.flags[parse.node] & HAS_BLOCK:
            return parse
        block = BLOCK_NUMBER.match(text.key, parse.end)
        if block is None:
            return parse
        node = gazetteer.child(parse.node, BLOCK, block[1].replace("-", ""))
        if node is None:
            return parse
        parse = replace(parse, node=node, end=block.end())
        house = HOUSE_NUMBER.match(text.key, parse.end)
        while house is not None:
            child = gazetteer.child(node, HOUSE, house[1])
            if child is not None:
                return replace(parse, node=child, end=house.end())
            without_last = house.end(1) - 1 if "-" in house[1] else parse.end
            house = HOUSE_NUMBER.match(text.key, parse.end, without_last)
        return parse


def _says_oaza(text: CanonicalText, start: int, stop: int) -> bool:
    return any(start <= position < stop and mark == "大字" for position, mark in text.marks.items())


def _with_lots_weighed(text: CanonicalText, parses: list[TownParse]) -> list[TownParse]:
    """Tell 大字X 1-2 from X一丁目2 where both exist.

    With one or two numbers nothing tells them apart, and both parses stay equal.
    """
    chome_ends = {parse.name_end for parse in parses if not parse.is_lot}
    return [
        parse.with_doubt()
        if parse.is_lot
        and parse.name_end in chome_ends
        and count_parts(text.key, parse.name_end) >= _CHOME_BLOCK_HOUSE
        else parse
        for parse in parses
    ]
