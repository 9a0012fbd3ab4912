"""The search for the best reading of a whole address: its head, its town, and what to assume.

Readings are tried from the most said to the least, and compared by penalty (see
`town_parser`). What people leave out is inferred last and always warned of.
"""

from __future__ import annotations

from dataclasses import replace

from geoportal.address.gazetteer.gazetteer import Gazetteer
from geoportal.address.gazetteer.municipality_spellings import own_name
from geoportal.address.gazetteer.nodes import REAL
from geoportal.address.parsing.displacement import DisplacedTowns
from geoportal.address.parsing.hypothesis import (
    CERTAIN,
    CONFLICT,
    Found,
    Question,
    TownFinder,
    head_doubts,
)
from geoportal.address.parsing.municipality_parser import Area, Head, HeadReader
from geoportal.address.parsing.town_parser import COMPLETED, DOUBTFUL, SLIGHT

_NOTHING_BEHIND, _TEXT_BEHIND, _NUMBER_BEHIND = 2, 7, 9


class AddressSearch:
    """Searches a gazetteer; immutable, safe from many threads."""

    def __init__(self, gazetteer: Gazetteer, heads: HeadReader) -> None:
        self._gazetteer = gazetteer
        self._heads = heads
        self._towns = TownFinder(gazetteer)
        self._displaced = DisplacedTowns(gazetteer, heads, self._towns)
        self._everywhere = heads.area(frozenset(range(len(gazetteer.regions))))

    def run(self, question: Question) -> list[Found]:
        """Return the best findings: one, several equally good ones, or none."""
        found: list[Found] = []
        heads = self._heads.read(question.text, question.start)
        named: list[Head] = []
        settled: Area | None = None
        for head in heads:
            if settled is not None and not _leaves(settled, head, named[0]):
                continue
            if head.named:
                named.append(head)
                if head.firm and head.area is not None and len(head.area.numbers) == 1:
                    settled = settled or head.area
            found += self._under(question, head)
            if any(one.penalty == 0 for one in found):
                break
        if not found and not any(head.firm for head in named):
            named = self._behind_damage(question, found) or named
        if named and not any(one.penalty <= CERTAIN for one in found):
            found += self._displaced.find(question, named[0], found)
        found += self._without_town(question, named)
        return self._told_apart(question, _best(found))

    def _under(self, question: Question, head: Head) -> list[Found]:
        """Return findings of the town under one reading of the head."""
        if head.area is None:
            return self._unnamed(question, head)
        penalty, warnings = head_doubts(head)
        allowed = head.area.numbers & question.hinted
        if question.hinted and not allowed:
            if head.named:
                warnings += ("hint_conflict",)
                penalty += SLIGHT
        elif allowed and len(head.area.numbers) > len(allowed):
            narrowed = self._heads.area(allowed)
            found = self._towns.find(
                question.text, head, narrowed, penalty, (*warnings, "hint_used")
            )
            if any(one.penalty <= CERTAIN for one in found):
                return found
            warnings += ("hint_conflict",)
            penalty += DOUBTFUL
        if not head.named:
            penalty += SLIGHT
            warnings += ("municipality_inferred",)
        elif len(head.area.numbers) > 1:
            warnings += ("municipality_inferred",)
        found = self._towns.find(question.text, head, head.area, penalty, warnings)
        if head.named and head.firm and len(head.area.numbers) == 1:
            return found
        short = head.named and head.firm
        return [one for one in found if _credible_alone(one) or (short and one.penalty == 0)]

    def _unnamed(self, question: Question, head: Head) -> list[Found]:
        """Read a town with nothing in front: within the hint, else anywhere."""
        tries: list[tuple[Area, int, tuple[str, ...]]] = []
        if question.hinted:
            tries.append((self._heads.area(question.hinted), 0, ("hint_used",)))
            tries.append((self._everywhere, CONFLICT, ("hint_conflict", "municipality_inferred")))
        elif question.postal and (numbers := self._postal_regions(question)):
            tries.append((self._heads.area(numbers), SLIGHT, ("postal_used",)))
            tries.append((self._everywhere, CONFLICT, ("municipality_inferred",)))
        else:
            tries.append((self._everywhere, SLIGHT, ("municipality_inferred",)))
        for area, penalty, warnings in tries:
            hinted = penalty == 0 and len(area.numbers) == 1
            readings = self._towns.find(question.text, head, area, penalty, warnings)
            found = [one for one in readings if hinted or _credible_alone(one)]
            if found:
                return found
            if short := [one for one in readings if _is_meant(one, question)]:
                return short
        return []

    def _behind_damage(self, question: Question, found: list[Found]) -> list[Head]:
        """Add findings behind a damaged beginning; return the heads they are under."""
        for head in self._heads.read_behind(question.text, question.start):
            clean = [one for one in self._under(question, head) if one.penalty <= SLIGHT]
            if clean:
                found += [
                    replace(
                        one,
                        penalty=one.penalty + COMPLETED,
                        warnings=("text_skipped", *one.warnings),
                    )
                    for one in clean
                ]
                return [head]
        return []

    def _without_town(self, question: Question, named: list[Head]) -> list[Found]:
        """Return what is understood when no town is."""
        key = question.text.key
        heads = named[:1] or [
            head for head in self._heads.read(question.text, question.start) if head.area
        ]
        found = []
        for head in heads[:1]:
            penalty, warnings = head_doubts(head)
            rest = key[head.position :].lstrip("-,. ")
            if not rest:
                penalty += _NOTHING_BEHIND
            elif rest[0].isdigit():
                penalty += _NUMBER_BEHIND
            elif not head.firm:
                continue
            else:
                penalty += _TEXT_BEHIND
            found.append(Found(head, None, penalty, (*warnings, "town_not_found")))
        return found

    def _postal_regions(self, question: Question) -> frozenset[int]:
        gazetteer = self._gazetteer
        return frozenset(
            number // 2 if number % 2 else gazetteer.region_of(number // 2).number
            for number in question.postal
        )

    def _told_apart(self, question: Question, best: list[Found]) -> list[Found]:
        """Drop equal findings that the postal code or the exact spelling speaks against."""
        if len(best) < 2:
            return best
        best = self._spelt_exactly(question, best)
        towns = frozenset(number // 2 for number in question.postal if not number % 2)
        if question.postal:
            regions = self._postal_regions(question)
            fitting = [
                one
                for one in best
                if one.reading is not None
                and self._gazetteer.region_of(one.reading.node).number in regions
            ]
            if towns and len(fitting) > 1:
                fitting = [one for one in fitting if self._akin(one, towns)] or fitting
            if fitting:
                return [replace(one, warnings=(*one.warnings, "postal_used")) for one in fitting]
        return best

    def _spelt_exactly(self, question: Question, best: list[Found]) -> list[Found]:
        """Prefer what is spelt as in the text: 鹿島市 and 鹿嶋市, two towns under one key.

        Only between places published themselves: 大字X and the 丁目 of X stay equal.
        """
        gazetteer = self._gazetteer
        named = [one for one in best if self._region_named(question, one)]
        best = named or best
        nodes = [one.reading.node for one in best if one.reading is not None and one.reading.lot]
        if len(nodes) < len(best) or len({gazetteer.region_of(node).number for node in nodes}) > 1:
            return best
        if not all(gazetteer.flags[node] & REAL for node in nodes):
            return best
        exact = [
            one
            for one, node in zip(best, nodes, strict=True)
            if gazetteer.town_name(node) in question.original
        ]
        return exact or best

    def _region_named(self, question: Question, found: Found) -> bool:
        if found.reading is None or not found.head.named:
            return False
        name = self._gazetteer.region_of(found.reading.node).name
        return own_name(name) in question.original

    def _akin(self, found: Found, towns: frozenset[int]) -> bool:
        return found.reading is not None and self._gazetteer.akin(found.reading.node, towns)


def _leaves(settled: Area, head: Head, first: Head) -> bool:
    """Tell whether a head may still be tried when a municipality was named in full before.

    The name of a municipality is not read again as that of a town, unless nothing stood before it:
    府中町1-2 may lie in 安芸郡府中町 or in a town 府中町 anywhere.
    """
    if head.area is not None:
        return head.area.numbers == settled.numbers
    return not first.prefecture


def _is_meant(found: Found, question: Question) -> bool:
    """Tell whether a name of one letter (旭, 泉) is meant: by itself, or 大字 says so."""
    reading = found.reading
    if reading is None or reading.penalty:
        return False
    alone = not question.text.key[reading.name_stop :].strip("-,. ")
    return alone or question.text.marks.get(reading.start) == "大字"


def _credible_alone(found: Found) -> bool:
    """Tell whether a town with nothing named in front may be taken at all."""
    reading = found.reading
    return (
        reading is not None
        and reading.penalty <= COMPLETED
        and (reading.name_stop - reading.start >= 2 or "hint_used" in found.warnings)
    )


def _best(found: list[Found]) -> list[Found]:
    """Return the findings of the best rank, each place once."""
    if not found:
        return []
    rank = min(one.rank for one in found)
    unique: dict[int, Found] = {}
    for one in found:
        if one.rank == rank:
            unique.setdefault(one.reading.node if one.reading else -1, one)
    if len(unique) > 1:
        unique.pop(-1, None)
    return list(unique.values())
