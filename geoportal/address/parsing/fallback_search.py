"""Search for towns that do not stand, as published, right behind their municipality.

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
    AddressInput,
    Hypothesis,
    municipality_doubts,
    town_hypotheses,
)
from geoportal.address.parsing.municipality_parser import (
    MunicipalityParse,
    MunicipalityParser,
    MunicipalitySet,
)
from geoportal.address.parsing.town_parse import COMPLETED, SLIGHT
from geoportal.address.parsing.town_parser import TownParser
from geoportal.address.text.canonical import CanonicalText
from geoportal.address.text.town_names import loosen

_STREET = re.compile(r"[上下]ル|[東西南北]入|通リ?|筋")
_FORMER = re.compile(r"[市区町村郡]")
_LONE_DIGIT = re.compile("[0-9](?![0-9])")
_LONGEST_FORMER = 12
_SHORTEST_NAME = 3
_MAX_STREETS, _LONGEST_STREET = 6, 30


class FallbackSearch:
    """Searches where people put towns that are not found at their usual place."""

    def __init__(
        self, gazetteer: Gazetteer, municipalities: MunicipalityParser, towns: TownParser
    ) -> None:
        self._gazetteer = gazetteer
        self._municipalities = municipalities
        self._towns = towns
        self._kyoto = frozenset(
            region.number for region in gazetteer.regions if region.prefecture == "京都府"
        )

    def search(
        self, address: AddressInput, municipality: MunicipalityParse, doubtful: list[Hypothesis]
    ) -> list[Hypothesis]:
        """Return the hypotheses of the first way that leads to any.

        ``doubtful`` are the hypotheses at the usual place, behind the municipality named.
        """
        members = municipality.municipalities
        if members is None:
            return []
        name_ends = {hypothesis.town.name_end for hypothesis in doubtful if hypothesis.town}
        for hypotheses in self._displaced(address.text, municipality, members, name_ends):
            acceptable = [
                hypothesis
                for hypothesis in hypotheses
                if hypothesis.penalty <= max(CERTAIN, SKIPPED)
            ]
            if acceptable:
                return acceptable
        if len(members.numbers) == 1 and not doubtful:
            penalty, warnings = municipality_doubts(municipality)
            misspelt = self._towns.parse_misspelt(address.text, municipality.end, members)
            if misspelt:
                return [
                    Hypothesis(
                        municipality,
                        town,
                        penalty + SKIPPED,
                        warnings + town.warnings,
                        candidate_only="spelling_corrected" in town.warnings,
                    )
                    for town in misspelt
                ]
        return self._outside(address, municipality, members) if municipality.in_full else []

    def _displaced(
        self,
        text: CanonicalText,
        municipality: MunicipalityParse,
        members: MunicipalitySet,
        doubtful: set[int],
    ) -> Iterator[list[Hypothesis]]:
        """Yield hypotheses behind a street name, with kana dropped, behind other names."""
        start = municipality.end
        penalty, warnings = municipality_doubts(municipality)

        def towns_at(position: int, added: int, warning: str) -> list[Hypothesis]:
            return town_hypotheses(
                self._towns,
                text,
                replace(municipality, end=position),
                members,
                penalty=penalty + added,
                warnings=(*warnings, warning),
            )

        if members.numbers <= self._kyoto:
            streets = [street.end() for street in _STREET.finditer(text.key, start)]
            for end in streets[: -_MAX_STREETS - 1 : -1]:
                yield towns_at(end, 0, "street_skipped")
            yield self._behind_any_street(text, municipality, members)
        loose = loosen(text, start)
        if loose.key != text.key:
            hypotheses = town_hypotheses(
                self._towns,
                loose,
                municipality,
                members,
                penalty=penalty + COMPLETED,
                warnings=(*warnings, "spelling_inferred"),
            )
            yield [_in_full_text(hypothesis, text, loose) for hypothesis in hypotheses]
        last = start + _LONGEST_FORMER
        ends = [former.end() for former in _FORMER.finditer(text.key, start, last)]
        if _LONE_DIGIT.match(text.key, start):
            ends.append(start + 1)
        for end in (*ends, *sorted(doubtful)):
            # Behind another town only a 丁目 convinces: anything else may be the name of a 小字.
            yield [
                hypothesis
                for hypothesis in towns_at(end, SKIPPED, "text_skipped")
                if end not in doubtful or (hypothesis.town and not hypothesis.town.is_lot)
            ]

    def _behind_any_street(
        self, text: CanonicalText, municipality: MunicipalityParse, members: MunicipalitySet
    ) -> list[Hypothesis]:
        """Find the longest town name behind a street name that has no street's suffix."""
        hypotheses: dict[int, list[Hypothesis]] = {}
        last = min(len(text.key) - 2, municipality.end + _LONGEST_STREET)
        for start in range(municipality.end + 1, last):
            if text.key[start - 1].isdigit():
                continue
            for hypothesis in town_hypotheses(
                self._towns,
                text,
                replace(municipality, end=start),
                members,
                penalty=SLIGHT,
                warnings=("street_skipped",),
            ):
                length = hypothesis.town.name_end - start if hypothesis.town else 0
                if hypothesis.penalty == SLIGHT and length >= _SHORTEST_NAME:
                    hypotheses.setdefault(length, []).append(hypothesis)
        return hypotheses[max(hypotheses)] if hypotheses else []

    def _outside(
        self, address: AddressInput, municipality: MunicipalityParse, members: MunicipalitySet
    ) -> list[Hypothesis]:
        """Look for the town in the hinted municipality, then in the same prefecture.

        The text names another municipality, so these are only ever candidates.
        """
        regions = self._gazetteer.regions
        prefectures = {regions[number].prefecture for number in members.numbers}
        in_prefecture = frozenset(
            region.number for region in regions if region.prefecture in prefectures
        )
        for numbers in (address.hinted, in_prefecture):
            hypotheses = town_hypotheses(
                self._towns,
                address.text,
                municipality,
                self._municipalities.municipality_set(numbers - members.numbers),
                penalty=ELSEWHERE,
                warnings=("town_in_other_municipality",),
            )
            clean = [
                replace(hypothesis, candidate_only=True)
                for hypothesis in hypotheses
                if hypothesis.penalty == ELSEWHERE
            ]
            if clean:
                return clean
        return []


def _in_full_text(hypothesis: Hypothesis, text: CanonicalText, loose: CanonicalText) -> Hypothesis:
    """Move a hypothesis from the loosened text back to the full one."""
    town = hypothesis.town
    if town is None:
        return hypothesis
    end = sum(1 for original_end in text.ends if original_end <= loose.end(town.end))
    return replace(hypothesis, town=replace(town, end=end))
