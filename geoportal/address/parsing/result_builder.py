"""Results from hypotheses: status, position, components, warnings."""

from __future__ import annotations

from dataclasses import replace

from geoportal.address.gazetteer.gazetteer import Gazetteer
from geoportal.address.gazetteer.nodes import IMPLAUSIBLE_POSITION, NO_PARENT, OAZA
from geoportal.address.gazetteer.region import Position, covering_position, extent_m
from geoportal.address.parsing.area_results import AreaResults, first_candidates, make_result
from geoportal.address.parsing.candidates import common_candidate, place_candidate
from geoportal.address.parsing.doubled_towns import (
    CLOSE_M,
    DoubledTowns,
    meant_of,
    placed_among,
)
from geoportal.address.parsing.hypothesis import CERTAIN, AddressInput, Hypothesis
from geoportal.address.parsing.municipality_parser import MunicipalityParse, MunicipalityParser
from geoportal.address.parsing.town_parse import TownParse
from geoportal.address.result import MAX_CANDIDATES, GeocodeResult, Status
from geoportal.geo.equirectangular import distance_m

_IN_DOUBT = frozenset(
    {"hint_conflict", "prefecture_mismatch", "gazetteer_incomplete", "single_letter"}
)
"""With one of these warnings a result is ``partial``."""
_KNOWN_SHARE = 0.95
_TO_CONFIRM = frozenset(
    {
        "postal_mismatch",
        "coordinate_implausible",
        "oaza_chome_ambiguous",
        "municipality_completed",
        "text_after_town",
        "spelling_inferred",
        "former_municipality_inferred",
        "town_suffix_ignored",
        "oaza_not_listed",
        "text_skipped",
    }
)
"""With one of these warnings a person should look at the result."""


class ResultBuilder:
    """Builds results; immutable, safe from many threads."""

    def __init__(
        self, gazetteer: Gazetteer, municipalities: MunicipalityParser, doubled: DoubledTowns
    ) -> None:
        self._gazetteer = gazetteer
        self._areas = AreaResults(gazetteer, municipalities)
        self._doubled = doubled
        self._with_towns = frozenset(
            region.number for region in gazetteer.regions if region.stop > region.start
        )

    def without_place(self, status: Status, text: str) -> GeocodeResult:
        """Return a result without a place: nothing of the text is matched."""
        return make_result(self._gazetteer, status, ("", text))

    def build(self, address: AddressInput, hypotheses: list[Hypothesis]) -> GeocodeResult:
        """Return the result for the best hypotheses."""
        if not hypotheses:
            return self._areas.of_postal_code(address)
        best = hypotheses[0]
        if any(hypothesis.candidate_only for hypothesis in hypotheses):
            # Towns that lie outside of the municipality the text names are only candidates, behind
            # the municipalities where several have its name.
            nodes = dict.fromkeys(
                hypothesis.town.node for hypothesis in hypotheses if hypothesis.town is not None
            )
            result = self._areas.of_municipality(address, best)
            beside = first_candidates(self._gazetteer, address, list(nodes))
            return replace(result, candidates=(*result.candidates, *beside)[:MAX_CANDIDATES])
        towns = [hypothesis.town for hypothesis in hypotheses if hypothesis.town is not None]
        if best.town is None:
            return self._areas.of_municipality(address, best)
        if areas := self._areas.called_like_towns(address, hypotheses):
            result = self._ambiguous(address, hypotheses, towns)
            both = (*areas, *result.candidates)[:MAX_CANDIDATES]
            return replace(
                result,
                match_level=None,
                prefecture="",
                municipality="",
                municipality_code="",
                town="",
                candidates=both,
            )
        if len(hypotheses) == 1:
            return self._certain(address, best, best.town)
        return (
            self._one_name(address, hypotheses, towns)
            or self._close_together(address, hypotheses, towns)
            or self._ambiguous(address, hypotheses, towns)
        )

    def _certain(
        self, address: AddressInput, hypothesis: Hypothesis, town: TownParse
    ) -> GeocodeResult:
        """Return the result for one place."""
        gazetteer, node = self._gazetteer, town.node
        warnings = list(hypothesis.warnings)
        if self._contradicts_postal_code(address, node):
            warnings.append("postal_mismatch")
        if gazetteer.flags[node] & IMPLAUSIBLE_POSITION:
            warnings.append("coordinate_implausible")
        unnamed = "municipality_inferred" in warnings and not hypothesis.municipality.named
        if unnamed and not self._knows_all(hypothesis.municipality):
            warnings.append("gazetteer_incomplete")
        sure = hypothesis.penalty <= CERTAIN and _IN_DOUBT.isdisjoint(warnings)
        position = gazetteer.position(node)
        result = make_result(
            gazetteer,
            "ok" if sure else "partial",
            address.split(town.end),
            place_candidate(gazetteer, node),
            level=position.level if position else None,
            warnings=warnings,
            needs_confirmation=not sure or unnamed or not _TO_CONFIRM.isdisjoint(warnings),
        )
        region, root = gazetteer.region_of(node), gazetteer.lineage(node)[-1]
        doubles = self._doubled.of_name(region.code, gazetteer.town_key(root))
        if not doubles:
            return result
        in_front = address.text.key[: town.start]
        return placed_among(result, region, meant_of(doubles, address.postal_code, in_front))

    def _knows_all(self, municipality: MunicipalityParse) -> bool:
        """Say whether (nearly) every municipality the text allows has its towns in the gazetteer.

        Where not, a town found with no municipality named is unique only among those known:
        another city may have one of the same name.
        """
        members = municipality.municipalities
        numbers = members.numbers if members else range(len(self._gazetteer.regions))
        return len(self._with_towns.intersection(numbers)) >= _KNOWN_SHARE * len(numbers)

    def _one_name(
        self, address: AddressInput, hypotheses: list[Hypothesis], towns: list[TownParse]
    ) -> GeocodeResult | None:
        """Return one name with a wider position for "門司区X" where X is both 大字X and X丁目.

        None unless all hypotheses are whole towns of one municipality under one name. The
        uncertainty covers each of them with its own.
        """
        gazetteer = self._gazetteer
        regions = {gazetteer.region_of(town.node).number for town in towns}
        spans = {(town.name_end, town.end) for town in towns}
        whole = all(gazetteer.parents[town.node] == NO_PARENT for town in towns)
        if len(regions) > 1 or len(spans) > 1 or not whole:
            return None
        first, town = min(
            zip(hypotheses, towns, strict=True),
            key=lambda pair: bool(gazetteer.flags[pair[1].node] & OAZA),
        )
        result = self._certain(address, first, town)
        centre = gazetteer.position(town.node)
        if centre is None:
            return None
        return replace(
            result,
            uncertainty_m=extent_m(centre, self._positions(towns)),
            needs_confirmation=True,
            warnings=(*result.warnings, "oaza_chome_ambiguous"),
        )

    def _positions(self, towns: list[TownParse]) -> list[Position]:
        positions = (self._gazetteer.position(town.node) for town in towns)
        return [position for position in positions if position is not None]

    def _close_together(
        self, address: AddressInput, hypotheses: list[Hypothesis], towns: list[TownParse]
    ) -> GeocodeResult | None:
        """Return one position for towns of one municipality that lie close together: 春日2-27.

        None for any others. It is that of the most central one, and the uncertainty covers all;
        they are the candidates.
        """
        gazetteer = self._gazetteer
        regions = {gazetteer.region_of(town.node) for town in towns}
        positions = self._positions(towns)
        if len(regions) > 1 or len(positions) < len(towns):
            return None
        centre = covering_position(positions)
        if centre.level == "municipality" or any(
            distance_m(centre.lon, centre.lat, other.lon, other.lat) > CLOSE_M
            for other in positions
        ):
            return None
        result = self._ambiguous(address, hypotheses, towns)
        roots = {gazetteer.lineage(town.node)[-1] for town in towns}
        of_one_name = len({gazetteer.town_key(root) for root in roots}) == 1
        return replace(
            result,
            status="partial",
            match_level="town",
            coordinate_level="town",
            lon=centre.lon,
            lat=centre.lat,
            uncertainty_m=centre.uncertainty_m,
            town=min(map(gazetteer.name, roots), key=len) if of_one_name else "",
            warnings=(*result.warnings, "several_close"),
        )

    def _ambiguous(
        self, address: AddressInput, hypotheses: list[Hypothesis], towns: list[TownParse]
    ) -> GeocodeResult:
        """Return several equally good places: no position, only what they have in common."""
        gazetteer = self._gazetteer
        regions = {gazetteer.region_of(town.node) for town in towns}
        names = {gazetteer.town_name(town.node) for town in towns}
        warnings = dict.fromkeys(
            warning for hypothesis in hypotheses for warning in hypothesis.warnings
        )
        if len(regions) == 1 and len({town.is_lot for town in towns}) == 2:
            warnings["oaza_chome_ambiguous"] = None
        return replace(
            make_result(
                gazetteer,
                "ambiguous",
                address.split(min(town.name_end for town in towns)),
                common_candidate(regions, names.pop() if len(names) == 1 else ""),
                warnings=warnings,
                needs_confirmation=True,
            ),
            candidates=first_candidates(gazetteer, address, [town.node for town in towns]),
        )

    def _contradicts_postal_code(self, address: AddressInput, node: int) -> bool:
        if not address.has_postal_code:
            return False
        gazetteer = self._gazetteer
        return gazetteer.region_of(node).number not in address.postal_municipalities and (
            not gazetteer.is_related(node, frozenset(address.postal_towns))
        )
