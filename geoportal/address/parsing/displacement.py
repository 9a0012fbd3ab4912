"""Towns that do not stand, as published, right behind their municipality.

Behind a Kyoto street name (京都の通り名), a former municipality or another town, with ノ, ケ or ツ
left out, with one letter wrong, or in another municipality than the one named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from geoportal.address.gazetteer.gazetteer import Gazetteer
from geoportal.address.parsing.hypothesis import (
    CERTAIN,
    ELSEWHERE,
    SKIPPED,
    Found,
    Question,
    TownFinder,
    head_doubts,
)
from geoportal.address.parsing.municipality_parser import Area, Head, HeadReader
from geoportal.address.parsing.town_parser import COMPLETED, SLIGHT
from geoportal.address.text.canonical import CanonicalText
from geoportal.address.text.town_names import loosen

_STREET = re.compile(r"[上下]ル|[東西南北]入|通リ?|筋")
_FORMER = re.compile(r"[市区町村郡]")
_LONGEST_FORMER = 12
_LEAST_NAME = 3
_MOST_STREETS, _LONGEST_STREET = 6, 30


class DisplacedTowns:
    """Looks where people put towns that cannot be found at their place."""

    def __init__(self, gazetteer: Gazetteer, heads: HeadReader, towns: TownFinder) -> None:
        self._gazetteer = gazetteer
        self._heads = heads
        self._towns = towns
        self._kyoto = frozenset(
            region.number for region in gazetteer.regions if region.prefecture == "京都府"
        )

    def find(self, question: Question, head: Head, so_far: list[Found]) -> list[Found]:
        """Return findings of the first way that leads to any.

        Parameters
        ----------
        question : Question
            The address.
        head : Head
            Its municipality.
        so_far : list of Found
            Doubtful findings at the usual place.
        """
        if head.area is None:
            return []
        doubtful = {one.reading.name_stop for one in so_far if one.reading is not None}
        for again in self._displaced(question.text, head, doubtful):
            found = [one for one in again if one.penalty <= max(CERTAIN, SKIPPED)]
            if found:
                return found
        if len(head.area.numbers) == 1 and not so_far:
            penalty, warnings = head_doubts(head)
            misspelt = self._towns.reader.read_misspelt(question.text, head.position, head.area)
            if misspelt:
                return [
                    Found(
                        head,
                        one,
                        penalty + SKIPPED,
                        warnings + one.warnings,
                        elsewhere="spelling_corrected" in one.warnings,
                    )
                    for one in misspelt
                ]
        return self._outside(question, head)

    def _displaced(
        self, text: CanonicalText, head: Head, doubtful: set[int]
    ) -> Iterator[list[Found]]:
        """Yield findings behind a street name (通り名), with sounds dropped, behind other names."""
        area = head.area
        assert area is not None  # noqa: S101 - callers pass named heads only
        penalty, warnings = head_doubts(head)
        if area.numbers <= self._kyoto:
            streets = [street.end() for street in _STREET.finditer(text.key, head.position)]
            for stop in streets[: -_MOST_STREETS - 1 : -1]:
                moved = replace(head, position=stop)
                yield self._towns.find(text, moved, area, penalty, (*warnings, "street_skipped"))
            yield self._anywhere(text, head, area)
        loose = loosen(text, head.position)
        if loose.key != text.key:
            found = self._towns.find(
                loose, head, area, penalty + COMPLETED, (*warnings, "spelling_inferred")
            )
            yield [_tightened(one, text, loose) for one in found]
        last = head.position + _LONGEST_FORMER
        formers = [former.end() for former in _FORMER.finditer(text.key, head.position, last)]
        if text.key[head.position : head.position + 1].isdigit():
            formers.append(head.position + 1)
        for start in (*formers, *sorted(doubtful)):
            moved = replace(head, position=start)
            found = self._towns.find(
                text, moved, area, penalty + SKIPPED, (*warnings, "text_skipped")
            )
            # Behind another town only a 丁目 convinces: anything else may be a 小字's name.
            yield [one for one in found if start not in doubtful or _is_chome(one)]

    def _anywhere(self, text: CanonicalText, head: Head, area: Area) -> list[Found]:
        """Find the longest town name behind a street name that is not marked as one."""
        found: list[Found] = []
        last = min(len(text.key) - 2, head.position + _LONGEST_STREET)
        for start in range(head.position + 1, last):
            if text.key[start - 1].isdigit():
                continue
            moved = replace(head, position=start)
            found += [
                one
                for one in self._towns.find(text, moved, area, SLIGHT, ("street_skipped",))
                if one.penalty == SLIGHT and _name_length(one) >= _LEAST_NAME
            ]
        longest = max((_name_length(one) for one in found), default=0)
        return [one for one in found if _name_length(one) == longest]

    def _outside(self, question: Question, head: Head) -> list[Found]:
        """Look for the town in the hinted municipality, then in the same prefecture.

        The text names another municipality, so these are only ever candidates.
        """
        assert head.area is not None  # noqa: S101 - callers pass named heads only
        regions = self._gazetteer.regions
        prefectures = {regions[number].prefecture for number in head.area.numbers}
        wider = frozenset(one.number for one in regions if one.prefecture in prefectures)
        for numbers in (question.hinted, wider):
            others = numbers - head.area.numbers
            found = self._towns.find(
                question.text,
                head,
                self._heads.area(others),
                ELSEWHERE,
                ("town_in_other_municipality",),
            )
            clean = [replace(one, elsewhere=True) for one in found if one.penalty == ELSEWHERE]
            if clean:
                return clean
        return []


def _name_length(found: Found) -> int:
    return found.reading.name_stop - found.reading.start if found.reading else 0


def _is_chome(found: Found) -> bool:
    return found.reading is not None and not found.reading.lot


def _tightened(found: Found, text: CanonicalText, loose: CanonicalText) -> Found:
    """Move a finding from the loosened text back to the full one."""
    reading = found.reading
    if reading is None:
        return found
    stop = sum(1 for end in text.ends if end <= loose.end(reading.stop))
    return replace(found, reading=replace(reading, stop=stop))
