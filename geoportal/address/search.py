"""The search for the best reading of a whole address: its head, its town, and what to assume.

Readings are tried from the most said to the least, and compared by penalty (see
:mod:`geoportal.address.readings`). What people leave out is inferred last and always warned of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from geoportal.address.canonical import CanonicalText
from geoportal.address.compiler import NO_PARENT, REAL
from geoportal.address.gazetteer import Gazetteer
from geoportal.address.heads import Area, Head, HeadReader, own_name
from geoportal.address.naming import loosen
from geoportal.address.readings import COMPLETED, DOUBTFUL, SLIGHT, Reading, TownReader

CERTAIN = COMPLETED
"""Readings with a higher penalty are never ``ok``."""
CONFLICT, ELSEWHERE, SKIPPED = 4, 5, 4
_NOTHING_BEHIND, _TEXT_BEHIND, _NUMBER_BEHIND = 2, 7, 9

_STREET = re.compile(r"[上下]ル|[東西南北]入|通リ?|筋")
_FORMER = re.compile(r"[市区町村郡]")
_LONGEST_FORMER = 12
_LEAST_NAME = 3
_MOST_STREETS, _LONGEST_STREET = 6, 30


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

    original: str
    text: CanonicalText
    start: int
    hinted: frozenset[int]
    postal: tuple[int, ...]


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


class AddressSearch:
    """Searches a gazetteer; immutable, safe from many threads."""

    def __init__(self, gazetteer: Gazetteer, heads: HeadReader) -> None:
        self._gazetteer = gazetteer
        self._heads = heads
        self._towns = TownReader(gazetteer)
        self._everywhere = heads.area(frozenset(range(len(gazetteer.regions))))
        self._kyoto = frozenset(
            region.number for region in gazetteer.regions if region.prefecture == "京都府"
        )

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
            found += self._with_more_effort(question, named, found)
        found += self._without_town(question, named)
        return self._told_apart(question, _best(found))

    def _under(self, question: Question, head: Head) -> list[Found]:
        """Return findings of the town under one reading of the head."""
        if head.area is None:
            return self._unnamed(question, head)
        penalty, warnings = _head_doubts(head)
        allowed = head.area.numbers & question.hinted
        if question.hinted and not allowed:
            if head.named:
                warnings += ("hint_conflict",)
                penalty += SLIGHT
        elif allowed and len(head.area.numbers) > len(allowed):
            narrowed = self._heads.area(allowed)
            found = self._towns_in(question.text, head, narrowed, penalty, (*warnings, "hint_used"))
            if any(one.penalty <= CERTAIN for one in found):
                return found
            warnings += ("hint_conflict",)
            penalty += DOUBTFUL
        if not head.named:
            penalty += SLIGHT
            warnings += ("municipality_inferred",)
        elif len(head.area.numbers) > 1:
            warnings += ("municipality_inferred",)
        found = self._towns_in(question.text, head, head.area, penalty, warnings)
        if head.named and head.firm and len(head.area.numbers) == 1:
            return found
        short = head.named and head.firm
        return [one for one in found if _credible_alone(one) or (short and one.penalty == 0)]

    def _unnamed(self, question: Question, head: Head) -> list[Found]:
        """Read a town with nothing in front: within the hint, else anywhere."""
        tries: list[tuple[Area, int, str]] = []
        if question.hinted:
            tries.append((self._heads.area(question.hinted), 0, "hint_used"))
        elif question.postal and (numbers := self._postal_regions(question)):
            tries.append((self._heads.area(numbers), SLIGHT, "postal_used"))
        further = CONFLICT if tries else SLIGHT
        tries.append((self._everywhere, further, "municipality_inferred"))
        for area, penalty, warning in tries:
            found = [
                one
                for one in self._towns_in(question.text, head, area, penalty, (warning,))
                if _credible_alone(one) or (warning == "hint_used" and len(area.numbers) == 1)
            ]
            if found:
                return found
        return []

    def _towns_in(
        self,
        text: CanonicalText,
        head: Head,
        area: Area,
        penalty: int,
        warnings: tuple[str, ...],
    ) -> list[Found]:
        return [
            Found(head, reading, penalty + reading.penalty, warnings + reading.warnings)
            for reading in self._towns.read(text, head.position, area)
        ]

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

    def _with_more_effort(
        self, question: Question, named: list[Head], so_far: list[Found]
    ) -> list[Found]:
        """Look for a town that does not stand, as published, right behind its municipality."""
        head = named[0]
        if head.area is None:
            return []
        doubtful = {one.reading.name_stop for one in so_far if one.reading is not None}
        for again in self._displaced(question.text, head, doubtful):
            found = [one for one in again if one.penalty <= max(CERTAIN, SKIPPED)]
            if found:
                return found
        if len(head.area.numbers) == 1 and not so_far:
            penalty, warnings = _head_doubts(head)
            misspelt = self._towns.read_misspelt(question.text, head.position, head.area)
            if misspelt:
                return [
                    Found(
                        head,
                        one,
                        penalty + SKIPPED,
                        warnings + one.warnings,
                        elsewhere="letter_unreadable" not in one.warnings,
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
        penalty, warnings = _head_doubts(head)
        if area.numbers <= self._kyoto:
            for stop in sorted(m.end() for m in _STREET.finditer(text.key, head.position))[::-1]:
                moved = replace(head, position=stop)
                yield self._towns_in(text, moved, area, penalty, (*warnings, "street_skipped"))
            yield self._anywhere(text, head, area)
        loose = loosen(text, head.position)
        if loose.key != text.key:
            found = self._towns_in(
                loose, head, area, penalty + COMPLETED, (*warnings, "spelling_inferred")
            )
            yield [_tightened(one, text, loose) for one in found]
        last = head.position + _LONGEST_FORMER
        formers = [former.end() for former in _FORMER.finditer(text.key, head.position, last)]
        if text.key[head.position : head.position + 1].isdigit():
            formers.append(head.position + 1)
        for start in (*formers, *sorted(doubtful)):
            moved = replace(head, position=start)
            found = self._towns_in(
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
                for one in self._towns_in(text, moved, area, SLIGHT, ("street_skipped",))
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
            found = self._towns_in(
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

    def _without_town(self, question: Question, named: list[Head]) -> list[Found]:
        """Return what is understood when no town is."""
        key = question.text.key
        heads = named[:1] or [
            head for head in self._heads.read(question.text, question.start) if head.area
        ]
        found = []
        for head in heads[:1]:
            penalty, warnings = _head_doubts(head)
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
                fitting = [one for one in fitting if self._town_of(one) in towns] or fitting
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

    def _town_of(self, found: Found) -> int:
        assert found.reading is not None  # noqa: S101 - only for findings with a town
        node = found.reading.node
        while (parent := self._gazetteer.parents[node]) != NO_PARENT:
            node = parent
        return node


def _name_length(found: Found) -> int:
    return found.reading.name_stop - found.reading.start if found.reading else 0


def _is_chome(found: Found) -> bool:
    return found.reading is not None and not found.reading.lot


def _leaves(settled: Area, head: Head, first: Head) -> bool:
    """Tell whether a head may still be tried when a municipality was named in full before.

    The name of a municipality is not read again as that of a town, unless nothing stood before it:
    府中町1-2 may lie in 安芸郡府中町 or in a town 府中町 anywhere.
    """
    if head.area is not None:
        return head.area.numbers == settled.numbers
    return not first.prefecture


def _head_doubts(head: Head) -> tuple[int, tuple[str, ...]]:
    if head.conflict:
        return CONFLICT, ("prefecture_mismatch",)
    if not head.firm:
        return DOUBTFUL, ("municipality_completed",)
    return 0, ()


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


def _tightened(found: Found, text: CanonicalText, loose: CanonicalText) -> Found:
    """Move a finding from the loosened text back to the full one."""
    reading = found.reading
    if reading is None:
        return found
    stop = sum(1 for end in text.ends if end <= loose.end(reading.stop))
    return replace(found, reading=replace(reading, stop=stop))
