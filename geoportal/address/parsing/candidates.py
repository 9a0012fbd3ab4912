"""Places of a gazetteer as candidates of a result."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from geoportal.address.gazetteer.gazetteer import Gazetteer
from geoportal.address.gazetteer.nodes import LEVEL_NAMES
from geoportal.address.gazetteer.region import Position, Region
from geoportal.address.result import NO_CANDIDATE, Candidate, Level


def place_candidate(gazetteer: Gazetteer, node: int) -> Candidate:
    """Return a node with the finest position known for it, its own or of a unit above it."""
    region, level = gazetteer.region_of(node), LEVEL_NAMES[gazetteer.levels[node]]
    return _candidate(region, gazetteer.town_name(node), level, gazetteer.position(node))


def municipality_candidate(region: Region) -> Candidate:
    """Return a whole municipality with the position of its most central town."""
    return _candidate(region, "", "municipality", region.position)


def _candidate(region: Region, town: str, level: Level, position: Position | None) -> Candidate:
    return Candidate(
        lon=position.lon if position else None,
        lat=position.lat if position else None,
        match_level=level,
        prefecture=region.prefecture,
        municipality=region.name,
        municipality_code=region.code,
        town=town,
        uncertainty_m=float(round(position.uncertainty_m)) if position else None,
        text=f"{region.prefecture}{region.name}{town}",
    )


def common_candidate(regions: Collection[Region], town: str = "") -> Candidate:
    """Return the components that regions have in common, without a position."""
    prefectures = {region.prefecture for region in regions}
    place = replace(NO_CANDIDATE, town=town)
    if len(regions) == 1:
        (region,) = regions
        return replace(
            place,
            match_level="municipality",
            prefecture=region.prefecture,
            municipality=region.name,
            municipality_code=region.code,
        )
    if len(prefectures) == 1:
        return replace(place, match_level="prefecture", prefecture=prefectures.pop())
    return place


def preferred_first(
    gazetteer: Gazetteer, nodes: Iterable[int], preferred: Sequence[Collection[int]]
) -> list[int]:
    """Return nodes in their order, but those of preferred municipalities (numbers) in front."""

    def rank(node: int) -> int:
        number = gazetteer.region_of(node).number
        ranks = (i for i, numbers in enumerate(preferred) if number in numbers)
        return next(ranks, len(preferred))

    return sorted(nodes, key=rank)
