"""Writing the answer: findings to a :class:`GeocodeResult`, with status and warnings."""

from __future__ import annotations

from dataclasses import replace

from geoportal.address.compiling.uncertainty import distance_m
from geoportal.address.gazetteer.gazetteer import Gazetteer
from geoportal.address.gazetteer.nodes import FAR, LEVEL_NAMES, NO_PARENT, OAZA
from geoportal.address.gazetteer.region import Position, Region
from geoportal.address.parsing.hypothesis import CERTAIN, Found, Question
from geoportal.address.parsing.municipality_parser import Head
from geoportal.address.result import Candidate, GeocodeResult, Level, Status

MOST_CANDIDATES = 10
_IN_DOUBT = frozenset(
    {"hint_conflict", "prefecture_mismatch", "gazetteer_incomplete", "single_letter"}
)
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


class AnswerWriter:
    """Writes answers; immutable, safe from many threads."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._held = frozenset(one.number for one in gazetteer.regions if one.stop > one.start)

    def nothing(self, status: Status, text: str) -> GeocodeResult:
        """Return an answer without a place."""
        return GeocodeResult(
            status,
            remainder=text,
            source=self._gazetteer.source,
            dataset_date=self._gazetteer.dataset_date,
        )

    def write(self, text: str, question: Question, found: list[Found]) -> GeocodeResult:
        """Write the answer for the best findings."""
        if not found:
            return self._postal_only(text, question)
        first = found[0]
        if any(one.elsewhere for one in found):
            return self._elsewhere(question, found)
        if first.reading is None:
            return self._head_only(question, first)
        if len(found) > 1 and (whole := self._one_name(question, found)) is not None:
            return whole
        if len(found) > 1:
            return self._ambiguous(question, found)
        return self._certain(question, first)

    def candidate(self, node: int) -> Candidate:
        """Return a node as a candidate."""
        gazetteer = self._gazetteer
        region, position = gazetteer.region_of(node), gazetteer.position(node)
        return Candidate(
            position.lon if position else None,
            position.lat if position else None,
            LEVEL_NAMES[gazetteer.levels[node]],
            region.prefecture,
            region.name,
            region.code,
            town := gazetteer.town_name(node),
            position.uncertainty_m if position else None,
            f"{region.prefecture}{region.name}{town}",
        )

    def _certain(self, question: Question, found: Found) -> GeocodeResult:
        assert found.reading is not None  # noqa: S101 - told apart in write
        gazetteer, node = self._gazetteer, found.reading.node
        warnings = list(found.warnings)
        if self._postal_contradicts(question, node):
            warnings.append("postal_mismatch")
        if gazetteer.flags[node] & FAR:
            warnings.append("coordinate_implausible")
        alone = _inferred_alone(found)
        if alone and not self._knows_all(found.head):
            warnings.append("gazetteer_incomplete")
        sure = found.penalty <= CERTAIN and _IN_DOUBT.isdisjoint(warnings)
        status: Status = "ok" if sure else "partial"
        place = self.candidate(node)
        position = gazetteer.position(node)
        matched, remainder = question.cut(found.reading.stop)
        return GeocodeResult(
            status,
            place.match_level,
            position.level if position else None,
            place.lon,
            place.lat,
            place.uncertainty_m,
            matched,
            remainder,
            place.prefecture,
            place.municipality,
            place.municipality_code,
            place.town,
            (),
            status != "ok" or not _TO_CONFIRM.isdisjoint(warnings) or alone,
            tuple(dict.fromkeys(warnings)),
            gazetteer.source,
            gazetteer.dataset_date,
        )

    def _knows_all(self, head: Head) -> bool:
        """Tell whether the towns of (nearly) every municipality the text allows are held.

        Where they are not, a town found with no municipality named is unique only among those
        held: another city may have one of the same name.
        """
        regions = head.area.numbers if head.area else range(len(self._gazetteer.regions))
        return len(self._held.intersection(regions)) >= _KNOWN_SHARE * len(regions)

    def _one_name(self, question: Question, found: list[Found]) -> GeocodeResult | None:
        """Answer "門司区X" where X is both 大字X and X丁目: one town name, a wider position.

        Returns
        -------
        GeocodeResult or None
            None unless all readings are whole towns of one municipality under one name. The
            uncertainty covers each of them with its own.
        """
        gazetteer = self._gazetteer
        readings = [one.reading for one in found if one.reading is not None]
        nodes = [reading.node for reading in readings]
        regions = {gazetteer.region_of(node).number for node in nodes}
        spans = {(reading.name_stop, reading.stop) for reading in readings}
        whole = all(gazetteer.parents[node] == NO_PARENT for node in nodes)
        if len(regions) > 1 or len(spans) > 1 or not whole:
            return None
        first = min(found, key=lambda one: self._is_oaza(one))
        answer = self._certain(question, first)
        if answer.lon is None or answer.lat is None:
            return None
        reach = 0.0
        for node in nodes:
            if (position := gazetteer.position(node)) is not None:
                away = distance_m(answer.lon, answer.lat, position.lon, position.lat)
                reach = max(reach, away + position.uncertainty_m)
        return replace(
            answer,
            uncertainty_m=float(round(reach)),
            needs_confirmation=True,
            warnings=(*answer.warnings, "oaza_chome_ambiguous"),
        )

    def _is_oaza(self, found: Found) -> bool:
        return found.reading is not None and bool(self._gazetteer.flags[found.reading.node] & OAZA)

    def _ambiguous(self, question: Question, found: list[Found]) -> GeocodeResult:
        """Write several equally good places: no position, only what they have in common."""
        readings = [one.reading for one in found if one.reading is not None]
        regions = {self._gazetteer.region_of(reading.node) for reading in readings}
        towns = {self._gazetteer.town_name(reading.node) for reading in readings}
        matched, remainder = question.cut(min(one.name_stop for one in readings))
        warnings = dict.fromkeys(warning for one in found for warning in one.warnings)
        if len(regions) == 1 and len({reading.lot for reading in readings}) == 2:
            warnings["oaza_chome_ambiguous"] = None
        components = _common(regions)
        return GeocodeResult(
            "ambiguous",
            components[0],
            None,
            matched=matched,
            remainder=remainder,
            prefecture=components[1],
            municipality=components[2],
            municipality_code=components[3],
            town=towns.pop() if len(towns) == 1 else "",
            candidates=tuple(
                self.candidate(reading.node) for reading in readings[:MOST_CANDIDATES]
            ),
            needs_confirmation=True,
            warnings=tuple(warnings),
            source=self._gazetteer.source,
            dataset_date=self._gazetteer.dataset_date,
        )

    def _elsewhere(self, question: Question, found: list[Found]) -> GeocodeResult:
        """Write a town that lies outside of the municipality the text names."""
        answer = self._head_only(question, found[0])
        nodes = dict.fromkeys(one.reading.node for one in found if one.reading is not None)
        candidates = tuple(self.candidate(node) for node in nodes)[:MOST_CANDIDATES]
        return replace(answer, candidates=candidates)

    def _head_only(self, question: Question, found: Found) -> GeocodeResult:
        """Write an answer at municipality or prefecture level."""
        head = found.head
        regions = self._regions(head)
        level, prefecture, municipality, code = _common(regions)
        if head.city.endswith("市") and len(regions) > 1:
            level, municipality = "municipality", head.city
            code = min(region.code for region in regions)[:4] + "0"
        position = self._whole(regions) if level == "municipality" else None
        matched, remainder = question.cut(head.position)
        return GeocodeResult(
            "partial",
            level,
            position.level if position else None,
            position.lon if position else None,
            position.lat if position else None,
            position.uncertainty_m if position else None,
            matched,
            remainder,
            prefecture,
            municipality,
            code,
            "",
            (),
            True,
            tuple(dict.fromkeys(found.warnings)),
            self._gazetteer.source,
            self._gazetteer.dataset_date,
        )

    def _regions(self, head: Head) -> set[Region]:
        if head.area is None:
            return set()
        return {self._gazetteer.regions[number] for number in head.area.numbers}

    def _whole(self, regions: set[Region]) -> Position | None:
        """Return the position of a municipality; of a city's wards, their most central one's.

        The uncertainty reaches over each ward with the ward's own.
        """
        positions = [region.position for region in regions if region.position is not None]
        if not positions:
            return None

        def reach(centre: Position) -> float:
            return max(
                distance_m(centre.lon, centre.lat, one.lon, one.lat) + one.uncertainty_m
                for one in positions
            )

        centre = min(positions, key=lambda one: (reach(one), one.lon))
        return centre._replace(uncertainty_m=float(round(reach(centre))))

    def _postal_contradicts(self, question: Question, node: int) -> bool:
        if not question.postal:
            return False
        whole = {number // 2 for number in question.postal if number % 2}
        towns = frozenset(number // 2 for number in question.postal if not number % 2)
        region = self._gazetteer.region_of(node).number
        return region not in whole and not self._gazetteer.akin(node, towns)

    def _postal_only(self, text: str, question: Question) -> GeocodeResult:
        """Answer with what the postal code alone says."""
        gazetteer = self._gazetteer
        nodes = [number // 2 for number in question.postal if not number % 2]
        roots = {gazetteer.lineage(node)[-1] for node in nodes}
        if len(nodes) > 1 and len(roots) == 1:  # several 丁目 of one town
            nodes = list(roots)
        regions = {gazetteer.regions[number // 2] for number in question.postal if number % 2}
        if not nodes and len(regions) != 1:
            return self.nothing("not_found", text)
        matched, remainder = question.cut(question.start)
        common = GeocodeResult(
            "partial",
            matched=matched,
            remainder=remainder,
            needs_confirmation=True,
            warnings=("postal_only",),
            source=gazetteer.source,
            dataset_date=gazetteer.dataset_date,
        )
        if not nodes:
            return _placed(common, self._whole_candidate(regions), "municipality")
        places = tuple(self.candidate(node) for node in nodes[:MOST_CANDIDATES])
        if len(places) > 1:
            return replace(common, status="ambiguous", candidates=places)
        position = gazetteer.position(nodes[0])
        return _placed(common, places[0], position.level if position else None)

    def _whole_candidate(self, regions: set[Region]) -> Candidate:
        """Return a municipality as a candidate."""
        (region,) = regions
        position = self._whole(regions)
        return Candidate(
            position.lon if position else None,
            position.lat if position else None,
            "municipality",
            region.prefecture,
            region.name,
            region.code,
            "",
            position.uncertainty_m if position else None,
            f"{region.prefecture}{region.name}",
        )


def _placed(answer: GeocodeResult, place: Candidate, level: Level | None) -> GeocodeResult:
    """Return an answer at a place; ``level`` is that of its position."""
    return replace(
        answer,
        match_level=place.match_level,
        coordinate_level=level if place.lon is not None else None,
        lon=place.lon,
        lat=place.lat,
        uncertainty_m=place.uncertainty_m,
        prefecture=place.prefecture,
        municipality=place.municipality,
        municipality_code=place.municipality_code,
        town=place.town,
    )


def _inferred_alone(found: Found) -> bool:
    return "municipality_inferred" in found.warnings and not found.head.named


def _common(regions: set[Region]) -> tuple[Level | None, str, str, str]:
    """Return what regions have in common: level, prefecture, municipality, code."""
    prefectures = {region.prefecture for region in regions}
    if len(regions) == 1:
        region = next(iter(regions))
        return "municipality", region.prefecture, region.name, region.code
    if len(prefectures) == 1:
        return "prefecture", prefectures.pop(), "", ""
    return None, "", "", ""
