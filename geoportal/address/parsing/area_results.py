"""Results at the level of a municipality, a prefecture or a postal code, without a town."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from geoportal.address.gazetteer.gazetteer import Gazetteer
from geoportal.address.gazetteer.region import common_position
from geoportal.address.parsing.candidates import (
    common_candidate,
    municipality_candidate,
    place_candidate,
    preferred_first,
)
from geoportal.address.parsing.hypothesis import AddressInput, Hypothesis
from geoportal.address.parsing.municipality_parser import MunicipalityParse, MunicipalityParser
from geoportal.address.result import (
    MAX_CANDIDATES,
    NO_CANDIDATE,
    Candidate,
    GeocodeResult,
    Level,
    Status,
)


def make_result(
    gazetteer: Gazetteer,
    status: Status,
    parts: tuple[str, str],
    place: Candidate | None = None,
    *,
    level: Level | None = None,
    warnings: Iterable[str] = (),
    needs_confirmation: bool = False,
) -> GeocodeResult:
    """Return a result of what was matched, the remainder and a place.

    ``level`` is that of the place's position.
    """
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
        source=gazetteer.source,
        dataset_date=gazetteer.dataset_date,
    )


def first_candidates(
    gazetteer: Gazetteer, address: AddressInput, nodes: Iterable[int]
) -> tuple[Candidate, ...]:
    """Return the first of some places, those of preferred municipalities in front."""
    first = preferred_first(gazetteer, nodes, address.preferred)[:MAX_CANDIDATES]
    return tuple(place_candidate(gazetteer, node) for node in first)


class AreaResults:
    """Results about whole areas; immutable, safe from many threads."""

    def __init__(self, gazetteer: Gazetteer, municipalities: MunicipalityParser) -> None:
        self._gazetteer = gazetteer
        self._municipalities = municipalities

    def of_municipality(self, address: AddressInput, hypothesis: Hypothesis) -> GeocodeResult:
        """Return a result at municipality or prefecture level.

        A name of several municipalities (府中市, 中央区) leaves them as candidates.
        """
        parse = hypothesis.municipality
        numbers = parse.municipalities.numbers if parse.municipalities else frozenset()
        place = self._area(parse)
        several = (
            parse.named
            and not parse.city
            and len(numbers) > 1
            and not self._gazetteer.formed_of(numbers)
        )
        result = make_result(
            self._gazetteer,
            "ambiguous" if several else "partial",
            address.split(parse.end),
            place,
            level="municipality",
            warnings=hypothesis.warnings,
            needs_confirmation=True,
        )
        if not several:
            return result
        return replace(
            result, candidates=tuple(islice(self._members(address, numbers), MAX_CANDIDATES))
        )

    def called_like_towns(
        self, address: AddressInput, hypotheses: Iterable[Hypothesis]
    ) -> tuple[Candidate, ...]:
        """Return the areas a text may mean that is read as the name of a town only: 福岡, 門司.

        Cities and wards stand before the prefecture; empty where something stands behind the name,
        or a municipality was named or hinted at.
        """
        key = address.text.key[address.start :].strip("-,. ")
        for hypothesis in hypotheses:
            town = hypothesis.town
            if town is None or hypothesis.municipality.municipalities is not None:
                return ()
            if "hint_used" in hypothesis.warnings or town.name_end < len(key) + address.start:
                return ()
        found: list[Candidate] = []
        for parse in self._municipalities.called(key):
            if parse.city or not parse.named:
                found.append(self._area(parse))
            elif parse.municipalities is not None:
                found += self._members(address, parse.municipalities.numbers)
        return tuple({place.text: place for place in found}.values())

    def of_postal_code(self, address: AddressInput) -> GeocodeResult:
        """Return what the postal code alone says; ``not_found`` without one that is known."""
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
            return make_result(gazetteer, "not_found", ("", address.original))
        result = make_result(
            gazetteer,
            "partial" if place else "ambiguous",
            address.split(address.start),
            place,
            level=level,
            warnings=("postal_only",),
            needs_confirmation=True,
        )
        if place:
            return result
        return replace(result, candidates=first_candidates(gazetteer, address, nodes))

    def _area(self, parse: MunicipalityParse) -> Candidate:
        """Return a municipality, a designated city or a prefecture as a whole."""
        numbers = parse.municipalities.numbers if parse.municipalities else frozenset()
        regions = {self._gazetteer.regions[number] for number in numbers}
        place = common_candidate(self._gazetteer.formed_of(numbers) or regions)
        if parse.city.endswith("市") and len(regions) > 1:
            place = replace(
                place,
                match_level="municipality",
                municipality=parse.city,
                municipality_code=min(region.code for region in regions)[:4] + "0",
            )
        place = replace(place, text=f"{place.prefecture}{place.municipality}")
        position = common_position(regions) if place.match_level == "municipality" else None
        if position is None:
            return place
        return replace(
            place, lon=position.lon, lat=position.lat, uncertainty_m=position.uncertainty_m
        )

    def _members(self, address: AddressInput, numbers: frozenset[int]) -> Iterator[Candidate]:
        """Yield municipalities one by one, preferred ones first."""
        wanted = [numbers & preferred for preferred in address.preferred]
        for number in sorted(numbers, key=lambda n: ([n not in group for group in wanted], n)):
            yield municipality_candidate(self._gazetteer.regions[number])
