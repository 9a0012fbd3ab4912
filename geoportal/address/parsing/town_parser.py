"""Readings of a town and what follows it: 町・大字, 丁目, 小字, 街区・番地, 住居番号.

A reading is one way to understand the text from where its town begins. Readings are compared by
``penalty``: 0 says that every letter up to the lot number is explained by a published name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from geoportal.address.gazetteer.gazetteer import Gazetteer
from geoportal.address.gazetteer.nodes import HAS_BLOCK, HAS_CHOME, HAS_KOAZA, OAZA, REAL
from geoportal.address.parsing.municipality_parser import Area
from geoportal.address.text.canonical import CanonicalText
from geoportal.address.text.misspelling import almost
from geoportal.address.text.number_patterns import (
    BLOCK,
    HOUSE,
    LOT,
    OTHER_UNIT,
    count_parts,
    number_at,
    shorter_number,
    splits_number,
)
from geoportal.address.text.town_names import EXACT, LOOSE, NUMBER, OLD_TOWN, SHORT, SUFFIX

LONGEST_TOWN = 24
_ENOUGH = 12
UNEXPLAINED, CHOME_UNKNOWN, GUESSED, COMPLETED, DOUBTFUL, SLIGHT = 6, 5, 4, 3, 2, 1
"""Penalties: text behind the town that nothing explains; a 丁目 that does not exist; a name that
was guessed, or only completed; and two smaller doubts."""

_PUBLISHED = (EXACT, SHORT)
_SPELLING_PENALTY = {
    EXACT: 0,
    SHORT: SLIGHT,
    SUFFIX: COMPLETED,
    OLD_TOWN: COMPLETED,
    NUMBER: GUESSED,
}
_SPELLING_WARNING = {
    SUFFIX: ("town_suffix_inferred",),
    OLD_TOWN: ("former_municipality_inferred",),
    LOOSE: ("spelling_inferred",),
    NUMBER: ("town_suffix_inferred",),
}
_UPPER_UNITS = "市区郡"


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand a town and what follows.

    Attributes
    ----------
    node : int
        The finest node reached.
    start, stop : int
        The part of the canonical text it explains, the town's name first.
    name_stop : int
        Where the town's own name ends.
    penalty : int
        See the module; lower is better.
    warnings : tuple of str
        What was assumed.
    lot : bool
        True when a number behind the town was taken as its 番地, not as a 丁目.
    """

    node: int
    start: int
    stop: int
    name_stop: int
    penalty: int
    warnings: tuple[str, ...] = ()
    lot: bool = False

    @property
    def rank(self) -> tuple[int, int]:
        """What readings are compared by: fewer assumptions first, then the longer name."""
        return self.penalty, -self.name_stop


class TownReader:
    """Reads towns out of canonical text; immutable, safe from many threads."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def read(self, text: CanonicalText, start: int, area: Area) -> list[Reading]:
        """Return every reading of the town that begins at ``start`` within an area.

        Parameters
        ----------
        text : CanonicalText
            The address.
        start : int
            Where the town begins.
        area : Area
            The municipalities it may lie in.

        Returns
        -------
        list of Reading
            Unordered; empty when no published town begins there.
        """
        gazetteer = self._gazetteer
        readings: list[Reading] = []
        window = text.key[start : start + LONGEST_TOWN]
        for length, first, last in gazetteer.towns.prefixes(window):
            stop = start + length
            if splits_number(text, stop):
                continue
            hits: list[int] = []
            for low, high in area.ranges:
                hits += gazetteer.towns_within(first, last, low, high)
            clean = 0
            for posting in hits:
                node, spelling = divmod(posting, 8)
                if spelling == NUMBER and not text.key.startswith("-", stop):
                    continue
                for reading in self._judged(text, start, stop, node):
                    if spelling in _PUBLISHED or reading.penalty < COMPLETED:
                        readings.append(_spelled(reading, spelling))
                        clean += readings[-1].penalty == 0
                if clean >= _ENOUGH:  # ambiguous whatever else there is
                    break
            if any(reading.penalty == 0 for reading in readings):
                break
        return _with_lots_judged(text, [self._finer(text, one) for one in readings])

    def read_misspelt(self, text: CanonicalText, start: int, area: Area) -> list[Reading]:
        """Return readings of a town not quite as published, a number behind it.

        With the name's beginning left out (三栄町 for 四谷三栄町), one letter wrong or unreadable.
        Letters that tell neighbours apart (東・西, 上・下, numerals) are never taken for each
        other, and names of two letters only when the wrong one cannot be read at all (外字).
        """
        readings = []
        tail = text.key[start : start + LONGEST_TOWN]
        for first, last in area.ranges:
            for node in range(first, last):
                name = self._gazetteer.town_key(node)
                length, reason = almost(name, tail)
                if length and number_at(text, start + length) is not None:
                    readings += [
                        replace(reading, warnings=(reason, *reading.warnings))
                        for reading in self._behind(text, start, start + length, node)
                        if reading.penalty == 0
                    ]
        return readings

    def _judged(self, text: CanonicalText, start: int, stop: int, node: int) -> list[Reading]:
        """Read what follows a name, with doubt where the name itself is doubtful.

        That is where it ends in a numeral that was split or written in Arabic (金田1-1 is hardly
        金田一), and where the text has 大字 or 字 but the published name has not.
        """
        doubt = stop in text.seams
        if text.key[stop - 1].isdigit() and text.key[stop:]:
            doubt |= stop not in text.kanji
        if not self._gazetteer.flags[node] & OAZA:
            doubt |= any(start <= at < stop for at in text.marks)
        readings = self._behind(text, start, stop, node)
        if not doubt:
            return readings
        return [replace(one, penalty=one.penalty + SLIGHT) for one in readings]

    def _behind(self, text: CanonicalText, start: int, stop: int, node: int) -> list[Reading]:
        """Read what follows a town's name."""
        flags = self._gazetteer.flags[node]
        plain = Reading(node, start, stop, stop, 0, lot=True)
        if flags & HAS_KOAZA and (koaza := self._koaza(text, plain)) is not None:
            return [koaza]
        number = number_at(text, stop)
        if number is None:
            return self._without_number(text, plain, flags)
        if flags & HAS_CHOME:
            chome = self._chome(text, plain, number, real=bool(flags & REAL))
            if not _says_oaza(text, start, stop) or number[2] or flags & REAL:
                return chome
            if chome[0].lot or count_parts(text.key, stop) < 3:
                return [replace(plain, penalty=DOUBTFUL, warnings=("oaza_not_listed",))]
            return chome
        if number[2]:
            return [_unknown_chome(plain)]
        return [plain]

    def _koaza(self, text: CanonicalText, town: Reading) -> Reading | None:
        window = text.key[town.stop : town.stop + LONGEST_TOWN]
        offset = 1 if window.startswith("-") else 0
        table = self._gazetteer.children
        for length, first, _ in table.prefixes(window[offset:], f"{town.node:x}k"):
            stop = town.stop + offset + length
            if length and not splits_number(text, stop) and LOT.match(text.key, stop):
                return replace(town, node=table.numbers[first], stop=stop)
        return None

    def _without_number(self, text: CanonicalText, town: Reading, flags: int) -> list[Reading]:
        """Judge a town that no number follows directly."""
        key, stop = text.key, town.stop
        said = _says_oaza(text, town.start, stop)
        virtual = not flags & REAL
        if LOT.match(key, stop):
            return [town]
        if key[stop] in _UPPER_UNITS and stop not in text.marks:
            return []
        if key[stop] in "町村" and LOT.match(key, stop + 1):
            number = number_at(text, stop + 1)
            if number is not None and number[2]:
                return []
            warnings = ("town_suffix_ignored",)
            return [replace(town, stop=stop + 1, penalty=COMPLETED, warnings=warnings)]
        if stop in text.marks:
            return [replace(town, penalty=SLIGHT, warnings=("koaza_unknown",))]
        if said and not virtual:
            return [replace(town, penalty=COMPLETED, warnings=("koaza_unknown",))]
        # A town known by its 丁目 only has a number behind it; a 大字 may have any 小字.
        return [replace(town, penalty=UNEXPLAINED + virtual, warnings=("text_after_town",))]

    def _chome(
        self, text: CanonicalText, town: Reading, number: re.Match[str], *, real: bool
    ) -> list[Reading]:
        """Read a number behind a town that has 丁目."""
        child = self._gazetteer.child(town.node, f"c{int(number[1])}")
        if child is None and (shorter := shorter_number(text, number)) is not None:
            return self._chome(text, town, shorter, real=real)
        if number[2]:
            if child is None:
                return [_unknown_chome(town)]
            return [Reading(child, town.start, number.end(), town.name_stop, town.penalty)]
        if OTHER_UNIT.match(text.key, number.end()):
            if real:
                return [town]
            return [replace(town, penalty=town.penalty + SLIGHT, warnings=("chome_missing",))]
        if child is None:
            return [town] if real else [_unknown_chome(town)]
        if real and count_parts(text.key, town.stop) <= 2:
            # The town is published both whole and by 丁目: "X1-19" may be 1丁目 or 番地 1.
            return [replace(town, penalty=SLIGHT, warnings=("oaza_chome_ambiguous",))]
        return [Reading(child, town.start, number.end(), town.name_stop, town.penalty)]

    def _finer(self, text: CanonicalText, reading: Reading) -> Reading:
        """Go down to 街区・番地 and 住居番号 where the gazetteer has them."""
        gazetteer = self._gazetteer
        if not gazetteer.flags[reading.node] & HAS_BLOCK:
            return reading
        block = BLOCK.match(text.key, reading.stop)
        if block is None:
            return reading
        node = gazetteer.child(reading.node, "b" + block[1].replace("-", ""))
        if node is None:
            return reading
        reading = replace(reading, node=node, stop=block.end())
        house = HOUSE.match(text.key, reading.stop)
        while house is not None:
            found = gazetteer.child(node, "h" + house[1])
            if found is not None:
                return replace(reading, node=found, stop=house.end())
            shorter = house.end(1) - 1
            house = HOUSE.match(text.key, reading.stop, shorter) if "-" in house[1] else None
        return reading


def _says_oaza(text: CanonicalText, start: int, stop: int) -> bool:
    return any(start <= at < stop and mark == "大字" for at, mark in text.marks.items())


def _unknown_chome(town: Reading) -> Reading:
    return replace(town, penalty=town.penalty + CHOME_UNKNOWN, warnings=("chome_not_found",))


def _spelled(reading: Reading, spelling: int) -> Reading:
    if spelling == EXACT:
        return reading
    return replace(
        reading,
        penalty=reading.penalty + _SPELLING_PENALTY.get(spelling, COMPLETED),
        warnings=_SPELLING_WARNING.get(spelling, ()) + reading.warnings,
    )


def _with_lots_judged(text: CanonicalText, readings: list[Reading]) -> list[Reading]:
    """Tell 大字X 1-2 from X一丁目2 where both exist.

    Three numbers in a row ("X1-2-3") are 丁目-番-号 nearly always: 番地 of a 大字 have one or two.
    With one or two numbers nothing tells them apart, and both readings stay equal.
    """
    chome_ends = {reading.name_stop for reading in readings if not reading.lot}
    judged = []
    for reading in readings:
        rival = reading.lot and reading.name_stop in chome_ends
        if rival and count_parts(text.key, reading.name_stop) >= 3:
            reading = replace(reading, penalty=reading.penalty + SLIGHT)
        judged.append(reading)
    return judged
