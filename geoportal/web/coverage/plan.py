"""The what-if form: facilities that close and facilities that are planned.

A planned place cannot be told from a home and is treated like one: sent in the body of a POST only,
never in a URL, stored nowhere; the answer repeats it in hidden fields. Facilities that close are
public and may be in a URL.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from geoportal.address.result import Candidate, GeocodeResult
from geoportal.coverage.service import NO_CHANGE, WhatIf
from geoportal.coverage.supply import PlannedFacility
from geoportal.documents.coverage import MOST_REMOVED
from geoportal.services.view import View
from geoportal.web.language.messages import Messages

MOST_PLANNED = 5
MOST_CAPACITY = 10_000
NEW_PLACE: tuple[str, ...] = ("chosen", "point", "place", "place_district")
"""Fields that may hold a new place; the first that is filled in counts."""
PLACED_LEVELS = frozenset({"town", "chome", "block", "house", "point"})
"""Levels of an address that are precise enough; the middle of a ward is not."""

Site = Callable[[str], tuple[float, float] | None]
Values = Mapping[str, list[str]]
_LONGEST_LABEL = 80
_SURE_WITHIN_M = 100.0


@dataclass(frozen=True, slots=True)
class Plan:
    """A what-if as far as it could be read.

    ``problem`` is the message on a place that was not added, ``candidates`` what an ambiguous
    address may mean; ``place`` and ``capacity`` are shown again then.
    """

    changes: WhatIf = NO_CHANGE
    problem: str = ""
    candidates: tuple[PlannedFacility, ...] = ()
    place: str = field(default="", repr=False)
    capacity: str = "1"


class _NotPlacedError(Exception):
    """A place cannot be used; carries the message key and the candidates of an address."""

    def __init__(self, problem: str, candidates: tuple[PlannedFacility, ...] = ()) -> None:
        super().__init__(problem)
        self.problem = problem
        self.candidates = candidates


def read_plan(view: View, values: Values, site: Site, words: Messages) -> Plan:
    """Read the what-if form; ``site`` is `geoportal.coverage.best_site` of a district.

    Values are lists: ``remove`` and ``planned`` (the changes so far), ``undo`` (one of them), and a
    new place: ``chosen`` (a candidate), ``point`` (from the map), ``place`` (an address) or
    ``place_district`` (a code), with its ``capacity``.
    """
    undone = _first(values, "undo")
    known = dict.fromkeys(id_ for id_ in values.get("remove", []) if id_ in view.snapshot.by_id)
    removed = tuple(id_ for id_ in known if id_ != undone)[:MOST_REMOVED]
    earlier = [planned_of(text) for text in dict.fromkeys(values.get("planned", []))]
    added = [planned for planned in earlier if planned and encoded(planned) != undone]
    place, capacity = _first(values, "place")[:200], _first(values, "capacity") or "1"
    problem = ""
    candidates: tuple[PlannedFacility, ...] = ()
    try:
        new = _new(view, values, site, words)
        if new and len(added) >= MOST_PLANNED:
            raise _NotPlacedError("coverage-plan-too-many")
        added += [new] if new else []
        if not new and not undone and not added and not removed:
            raise _NotPlacedError("coverage-plan-nothing")
        place, capacity = "", "1"
    except _NotPlacedError as error:
        problem, candidates = error.problem, error.candidates
    return Plan(WhatIf(removed, tuple(added[:MOST_PLANNED])), problem, candidates, place, capacity)


def encoded(planned: PlannedFacility) -> str:
    """Return a planned facility as a hidden field holds it: ``lon,lat,capacity,label``."""
    return f"{planned.lon:.6f},{planned.lat:.6f},{planned.capacity:g},{planned.name}"


def planned_of(text: str) -> PlannedFacility | None:
    """Read what `encoded` wrote; None for anything else."""
    parts = text.split(",", 3)
    if len(parts) != 4:
        return None
    try:
        lon, lat = _degrees(",".join(parts[:2]))
        return PlannedFacility(parts[3][:_LONGEST_LABEL], lon, lat, _capacity(parts[2]))
    except _NotPlacedError:
        return None


def _new(view: View, values: Values, site: Site, words: Messages) -> PlannedFacility | None:
    """Return the facility to add, None when no place was given."""
    chosen, point = planned_of(_first(values, "chosen")), _first(values, "point")
    place, district = _first(values, "place"), _first(values, "place_district")
    if chosen is not None:
        return chosen
    if not (point or place or district):
        return None
    capacity = _capacity(_first(values, "capacity") or "1")
    if point:
        lon, lat = _degrees(point)
        covering = view.snapshot.districts.municipality_at(lon, lat)
        where = covering.name if covering else "—"
        return PlannedFacility(words.plain("coverage-plan-at-map", name=where), lon, lat, capacity)
    if place:
        return _at_address(view.geocode(place[:200]), capacity, words)
    at = site(district)
    index = view.snapshot.districts
    if at is None or district not in index:
        raise _NotPlacedError("coverage-plan-nobody")
    label = words.plain("coverage-plan-at-best", name=index[district].name)
    return PlannedFacility(label, *at, capacity)


def _at_address(result: GeocodeResult, capacity: float, words: Messages) -> PlannedFacility:
    """Return the facility at an address; its label holds the town, no finer."""
    if result.status == "ambiguous":
        listed = [_at(candidate, capacity, words) for candidate in result.candidates]
        raise _NotPlacedError(
            "coverage-plan-ambiguous", tuple(candidate for candidate in listed if candidate)
        )
    if result.match_level in {"prefecture", "municipality"}:
        raise _NotPlacedError("coverage-plan-rough")
    at = _at(result, capacity, words) if result.status in {"ok", "partial"} else None
    if at is None:
        raise _NotPlacedError("coverage-plan-not-found")
    return at


def _at(
    place: GeocodeResult | Candidate, capacity: float, words: Messages
) -> PlannedFacility | None:
    if place.lon is None or place.lat is None or place.match_level not in PLACED_LEVELS:
        return None
    label = f"{place.municipality}{place.town}{place.station}"
    if (place.uncertainty_m or 0) >= _SURE_WITHIN_M:
        error = f"{place.uncertainty_m:,.0f} m"
        label = words.plain("coverage-plan-at-address", name=label, error=error)
    return PlannedFacility(label[:_LONGEST_LABEL], place.lon, place.lat, capacity)


def _degrees(text: str) -> tuple[float, float]:
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        raise _NotPlacedError("coverage-plan-point") from None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise _NotPlacedError("coverage-plan-point")
    return round(lon, 6), round(lat, 6)


def _capacity(text: str) -> float:
    try:
        capacity = float(unicodedata.normalize("NFKC", text))
    except ValueError:
        capacity = math.nan
    if not 0 < capacity <= MOST_CAPACITY:
        raise _NotPlacedError("coverage-plan-capacity-wrong")
    return capacity


def _first(values: Values, name: str) -> str:
    return (values.get(name) or [""])[0].strip()
