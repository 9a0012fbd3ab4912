"""Results from hypotheses: status, position, components, warnings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from geoportal.address.gazetteer.gazetteer import Gazetteer
from geoportal.address.gazetteer.nodes import IMPLAUSIBLE_POSITION, NO_PARENT, OAZA
from geoportal.address.gazetteer.region import (
    Position,
    common_position,
    covering_position,
    extent_m,
)
from geoportal.address.parsing.candidates import (
    common_candidate,
    municipality_candidate,
    place_candidate,
    preferred_first,
)
from geoportal.address.parsing.doubled_towns import (
    CLOSE_M,
    DoubledTowns,
    meant_of,
    placed_among,
)
from geoportal.address.parsing.hypothesis import CERTAIN, AddressInput, Hypothesis
from geoportal.address.parsing.municipality_parser import MunicipalityParse
from geoportal.address.parsing.town_parse import TownParse
from geoportal.address.result import (
    MAX_CANDIDATES,
    NO_CANDIDATE,
    Candidate,
    GeocodeResult,
    Level,
    Status,
)
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

    def __init__(self, gazetteer: Gazetteer, doubled: DoubledTowns) -> None:
        self._gazetteer = gazetteer
        self._doubled = doubled
        self._with_towns = frozenset(
            region.number for region in gazetteer.regions if region.stop > region.start
        )

    def without_place(self, status: Status, text: str) -> GeocodeResult:
        """Return a result without a place: nothing of the text is matched."""
        return self._result(status, ("", text))

    def build(self, address: AddressInput, hypotheses: list[Hypothesis]) -> GeocodeResult:
        """Return the result for the best hypotheses."""
        if not hypotheses:
            return self._postal_code_only(address)
        best = hypotheses[0]
        if any(hypothesis.candidate_only for hypothesis in hypotheses):
            # Towns that lie outside of the municipality the text names are only candidates.
            nodes = dict.fromkeys(
                hypothesis.town.node for hypothesis in hypotheses if hypothesis.town is not None
            )
            result = self._municipality_only(address, best)
            return replace(result, candidates=self._candidates(address, list(nodes)))
        towns = [hypothesis.town for hypothesis in hypotheses if hypothesis.town is not None]
        if best.town is None:
            return self._municipality_only(address, best)
        if len(hypotheses) == 1:
            return self._certain(address, best, best.town)
        return (
            self._one_name(address, hypotheses, towns)
            or self._close_together(address, hypotheses, towns)
            or self._ambiguous(address, hypotheses, towns)
        )

    def _result(
        self,
        status: Status,
        parts: tuple[str, str],
        place: Candidate | None = None,
        *,
        level: Level | None = None,
        warnings: Iterable[str] = (),
        needs_confirmation: bool = False,
    ) -> GeocodeResult:
        """Return a result of what was matched, the remainder and a place; level: its position's."""
        place = place or NO_CANDIDATE
        return GeocodeResult(
            status=status,
            match_level=place.match_level,
            coordinate_level=level if place.lon is not None else None,
            lon=place.lon,
            lat=place.lat,
            uncertainty_m=place.uncertainty_m,
            matched=parts[0],
            remainder=parts[1],
            prefecture=place.prefecture,
            municipality=place.municipality,
            municipality_code=place.municipality_code,
            town=place.town,
            needs_confirmation=needs_confirmation,
            warnings=tuple(dict.fromkeys(warnings)),
            source=self._gazetteer.source,
            dataset_date=self._gazetteer.dataset_date,
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
        result = self._result(
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
            self._result(
                "ambiguous",
                address.split(min(town.name_end for town in towns)),
                common_candidate(regions, names.pop() if len(names) == 1 else ""),
                warnings=warnings,
                needs_confirmation=True,
            ),
            candidates=self._candidates(address, [town.node for town in towns]),
        )

    def _candidates(self, address: AddressInput, nodes: list[int]) -> tuple[Candidate, ...]:
        """Return the first of some places, those of preferred municipalities in front."""
        first = preferred_first(self._gazetteer, nodes, address.preferred)[:MAX_CANDIDATES]
        return tuple(place_candidate(self._gazetteer, node) for node in first)

    def _municipality_only(self, address: AddressInput, hypothesis: Hypothesis) -> GeocodeResult:
        """Return a result at municipality or prefecture level.

        A name of several municipalities (府中市, 中央区) leaves them as candidates.
        """
        parse = hypothesis.municipality
        numbers = parse.municipalities.numbers if parse.municipalities else frozenset()
        regions = {self._gazetteer.regions[number] for number in numbers}
        formed = self._gazetteer.formed_of(numbers)
        place = common_candidate(formed or regions)
        several = parse.named and not parse.city and len(regions) > 1 and not formed
        if parse.city.endswith("市") and len(regions) > 1:
            place = replace(
                place,
                match_level="municipality",
                municipality=parse.city,
                municipality_code=min(region.code for region in regions)[:4] + "0",
            )
        position = common_position(regions) if place.match_level == "municipality" else None
        if position is not None:
            place = replace(
                place, lon=position.lon, lat=position.lat, uncertainty_m=position.uncertainty_m
            )
        result = self._result(
            "ambiguous" if several else "partial",
            address.split(parse.end),
            place,
            level="municipality",
            warnings=hypothesis.warnings,
            needs_confirmation=True,
        )
        if not several:
            return result
        wanted = [numbers & preferred for preferred in address.preferred]
        first = sorted(numbers, key=lambda n: ([n not in group for group in wanted], n))
        named = (municipality_candidate(self._gazetteer.regions[number]) for number in first)
        return replace(result, candidates=tuple(islice(named, MAX_CANDIDATES)))

    def _contradicts_postal_code(self, address: AddressInput, node: int) -> bool:
        if not address.has_postal_code:
            return False
        gazetteer = self._gazetteer
        return gazetteer.region_of(node).number not in address.postal_municipalities and (
            not gazetteer.is_related(node, frozenset(address.postal_towns))
        )

    def _postal_code_only(self, address: AddressInput) -> GeocodeResult:
        """Return what the postal code alone says."""
        gazetteer = self._gazetteer
        nodes = list(address.postal_towns)
        roots = {gazetteer.lineage(node)[-1] for node in nodes}
        if len(nodes) > 1 and len(roots) == 1:  # several 丁目 of one town
            nodes = list(roots)
        place: Candidate | None = None
        level: Level | None = None
        if len(nodes) == 1:
            position = gazetteer.position(nodes[0])
            place, level = place_candidate(gazetteer, nodes[0]), position and position.level
        elif not nodes and len(address.postal_municipalities) == 1:
            region = gazetteer.regions[address.postal_municipalities[0]]
            place, level = municipality_candidate(region), "municipality"
        elif not nodes:
            return self.without_place("not_found", address.original)
        result = self._result(
            "partial" if place else "ambiguous",
            address.split(address.start),
            place,
            level=level,
            warnings=("postal_only",),
            needs_confirmation=True,
        )
        return result if place else replace(result, candidates=self._candidates(address, nodes))
