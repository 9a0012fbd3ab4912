"""Search for the best hypotheses about a whole address.

Parses are tried from the most specific to the least, and compared by penalty (see `town_parser`).
What people leave out is inferred last and always warned of.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from geoportal.address.gazetteer.gazetteer import Gazetteer
from geoportal.address.gazetteer.nodes import PUBLISHED
from geoportal.address.parsing.fallback_search import FallbackSearch
from geoportal.address.parsing.hypothesis import (
    CERTAIN,
    CONFLICT,
    AddressInput,
    Hypothesis,
    is_credible_alone,
    is_intended,
    municipality_doubts,
    town_hypotheses,
)
from geoportal.address.parsing.municipality_parser import (
    MunicipalityParse,
    MunicipalityParser,
    MunicipalitySet,
)
from geoportal.address.parsing.town_parse import COMPLETED, DOUBTFUL, SLIGHT
from geoportal.address.parsing.town_parser import TownParser
from geoportal.address.text.municipality_names import own_name

_NOTHING_BEHIND, _TEXT_BEHIND, _NUMBER_BEHIND = 2, 7, 9
"""Penalties without a town, by what stands behind the municipality."""


class HypothesisSearch:
    """Searches a gazetteer; immutable, safe from many threads."""

    def __init__(self, gazetteer: Gazetteer, municipalities: MunicipalityParser) -> None:
        self._gazetteer = gazetteer
        self._municipalities = municipalities
        self._towns = TownParser(gazetteer)
        self._fallback = FallbackSearch(gazetteer, municipalities, self._towns)
        self._everywhere = municipalities.municipality_set(range(len(gazetteer.regions)))

    def search(self, address: AddressInput) -> list[Hypothesis]:
        """Return the best hypotheses: one, several equally good ones, or none."""
        hypotheses: list[Hypothesis] = []
        named: list[MunicipalityParse] = []
        settled: MunicipalitySet | None = None
        for municipality in self._municipalities.parse(address.text, address.start):
            if settled is not None and not _is_compatible(municipality, settled, named[0]):
                continue
            if municipality.named:
                named.append(municipality)
                if municipality.names_one:
                    settled = settled or municipality.municipalities
            hypotheses += self._in_municipality(address, municipality)
            if any(hypothesis.penalty == 0 for hypothesis in hypotheses):
                break
        if not hypotheses and not any(municipality.in_full for municipality in named):
            behind, hypotheses = self._behind_damage(address)
            named = [behind] if behind else named
        if named and not any(hypothesis.penalty <= CERTAIN for hypothesis in hypotheses):
            hypotheses += self._fallback.search(address, named[0], hypotheses)
        hypotheses += self._without_town(address, named)
        return self._disambiguated(address, _best(hypotheses))

    def _in_municipality(
        self, address: AddressInput, municipality: MunicipalityParse
    ) -> list[Hypothesis]:
        """Return hypotheses of the town under one parse of the municipality."""
        members = municipality.municipalities
        if members is None:
            return self._without_municipality(address, municipality)
        penalty, warnings = municipality_doubts(municipality)
        allowed = members.numbers & address.hinted
        if address.hinted and not allowed:
            if municipality.named:
                warnings += ("hint_conflict",)
                penalty += SLIGHT
        elif allowed and len(members.numbers) > len(allowed):
            hypotheses = town_hypotheses(
                self._towns,
                address.text,
                municipality,
                self._municipalities.municipality_set(allowed),
                penalty=penalty,
                warnings=(*warnings, "hint_used"),
            )
            if any(hypothesis.penalty <= CERTAIN for hypothesis in hypotheses):
                return hypotheses
            warnings += ("hint_conflict",)
            penalty += DOUBTFUL
        if not municipality.named:
            penalty += SLIGHT
            warnings += ("municipality_inferred",)
        elif len(members.numbers) > 1:
            warnings += ("municipality_inferred",)
        hypotheses = town_hypotheses(
            self._towns, address.text, municipality, members, penalty=penalty, warnings=warnings
        )
        if municipality.names_one:
            return hypotheses
        in_full = municipality.named and municipality.in_full
        return [
            hypothesis
            for hypothesis in hypotheses
            if is_credible_alone(hypothesis) or (in_full and hypothesis.penalty == 0)
        ]

    def _without_municipality(
        self, address: AddressInput, municipality: MunicipalityParse
    ) -> list[Hypothesis]:
        """Parse a town with nothing in front: within the hint, else anywhere."""
        attempts: list[tuple[MunicipalitySet, int, tuple[str, ...]]] = []
        if address.hinted:
            hinted = self._municipalities.municipality_set(address.hinted)
            attempts.append((hinted, 0, ("hint_used",)))
            attempts.append(
                (self._everywhere, CONFLICT, ("hint_conflict", "municipality_inferred"))
            )
        elif numbers := self._postal_regions(address):
            postal = self._municipalities.municipality_set(numbers)
            attempts.append((postal, SLIGHT, ("postal_used",)))
            attempts.append((self._everywhere, CONFLICT, ("municipality_inferred",)))
        else:
            attempts.append((self._everywhere, SLIGHT, ("municipality_inferred",)))
        for within, penalty, warnings in attempts:
            is_certain = penalty == 0 and len(within.numbers) == 1
            hypotheses = [
                hypothesis
                for members in (*self._preferred(address, within), within)
                for hypothesis in town_hypotheses(
                    self._towns,
                    address.text,
                    municipality,
                    members,
                    penalty=penalty,
                    warnings=warnings,
                )
            ]
            credible = [
                hypothesis
                for hypothesis in hypotheses
                if is_certain or is_credible_alone(hypothesis)
            ]
            if credible:
                return credible
            if intended := [
                hypothesis for hypothesis in hypotheses if is_intended(hypothesis, address)
            ]:
                return intended
        return []

    def _preferred(
        self, address: AddressInput, within: MunicipalitySet
    ) -> Iterator[MunicipalitySet]:
        """Yield the preferred parts of some municipalities.

        They are parsed by themselves, as not every town of a frequent name (`TownParser`) is.
        """
        for numbers in address.preferred:
            if (members := numbers & within.numbers) and members != within.numbers:
                yield self._municipalities.municipality_set(members)

    def _behind_damage(
        self, address: AddressInput
    ) -> tuple[MunicipalityParse | None, list[Hypothesis]]:
        """Return the municipality behind a damaged beginning, and the hypotheses under it."""
        for municipality in self._municipalities.parse_behind_damage(address.text, address.start):
            hypotheses = [
                replace(
                    hypothesis,
                    penalty=hypothesis.penalty + COMPLETED,
                    warnings=("text_skipped", *hypothesis.warnings),
                )
                for hypothesis in self._in_municipality(address, municipality)
                if hypothesis.penalty <= SLIGHT
            ]
            if hypotheses:
                return municipality, hypotheses
        return None, []

    def _without_town(
        self, address: AddressInput, named: list[MunicipalityParse]
    ) -> list[Hypothesis]:
        """Return what is understood when no town is: at most one hypothesis."""
        parses = named or self._municipalities.parse(address.text, address.start)
        municipality = next((parse for parse in parses if parse.municipalities), None)
        if municipality is None:
            return []
        penalty, warnings = municipality_doubts(municipality)
        rest = address.text.key[municipality.end :].lstrip("-,. ")
        if not rest:
            penalty += _NOTHING_BEHIND
        elif rest[0].isdigit():
            penalty += _NUMBER_BEHIND
        elif not municipality.in_full:
            return []
        else:
            penalty += _TEXT_BEHIND
        return [Hypothesis(municipality, None, penalty, (*warnings, "town_not_found"))]

    def _postal_regions(self, address: AddressInput) -> frozenset[int]:
        """Return the numbers of the municipalities that the postal code serves."""
        return frozenset(address.postal_municipalities) | {
            self._gazetteer.region_of(node).number for node in address.postal_towns
        }

    def _disambiguated(self, address: AddressInput, best: list[Hypothesis]) -> list[Hypothesis]:
        """Drop equal hypotheses that the postal code or the exact spelling speaks against."""
        if len(best) < 2:
            return best
        best = self._spelt_exactly(address, best)
        if not address.has_postal_code:
            return best
        gazetteer = self._gazetteer
        regions = self._postal_regions(address)
        fitting = [
            hypothesis
            for hypothesis in best
            if hypothesis.town is not None
            and gazetteer.region_of(hypothesis.town.node).number in regions
        ]
        if address.postal_towns and len(fitting) > 1:
            towns = frozenset(address.postal_towns)
            fitting = [
                hypothesis
                for hypothesis in fitting
                if hypothesis.town and gazetteer.is_related(hypothesis.town.node, towns)
            ] or fitting
        return [
            replace(hypothesis, warnings=(*hypothesis.warnings, "postal_used"))
            for hypothesis in fitting
        ] or best

    def _spelt_exactly(self, address: AddressInput, best: list[Hypothesis]) -> list[Hypothesis]:
        """Prefer what is spelt as in the text: 鹿島市 and 鹿嶋市, two towns under one key.

        Only between places published themselves: 大字X and the 丁目 of X stay equal.
        """
        gazetteer = self._gazetteer
        best = [
            hypothesis for hypothesis in best if self._is_region_spelt(address, hypothesis)
        ] or best
        nodes = [
            hypothesis.town.node
            for hypothesis in best
            if hypothesis.town is not None and hypothesis.town.is_lot
        ]
        if len(nodes) < len(best) or len({gazetteer.region_of(node).number for node in nodes}) > 1:
            return best
        if not all(gazetteer.flags[node] & PUBLISHED for node in nodes):
            return best
        return [
            hypothesis
            for hypothesis, node in zip(best, nodes, strict=True)
            if gazetteer.town_name(node) in address.original
        ] or best

    def _is_region_spelt(self, address: AddressInput, hypothesis: Hypothesis) -> bool:
        if hypothesis.town is None or not hypothesis.municipality.named:
            return False
        return own_name(self._gazetteer.region_of(hypothesis.town.node).name) in address.original


def _is_compatible(
    municipality: MunicipalityParse, settled: MunicipalitySet, first: MunicipalityParse
) -> bool:
    """Say whether a parse may still be tried when a municipality was named in full before.

    The name of a municipality is not parsed again as that of a town, unless nothing stood before
    it: 府中町1-2 may lie in 安芸郡府中町 or in a town 府中町 anywhere.
    """
    if municipality.municipalities is not None:
        return municipality.municipalities.numbers == settled.numbers
    return not first.prefecture


def _best(hypotheses: list[Hypothesis]) -> list[Hypothesis]:
    """Return the hypotheses of the best rank, each place once."""
    if not hypotheses:
        return []
    rank = min(hypothesis.rank for hypothesis in hypotheses)
    unique: dict[int | None, Hypothesis] = {}
    for hypothesis in hypotheses:
        if hypothesis.rank == rank:
            unique.setdefault(hypothesis.town.node if hypothesis.town else None, hypothesis)
    if len(unique) > 1:
        unique.pop(None, None)
    return list(unique.values())
