"""Comparison of two units: match weights (log-likelihood ratios, bits) and constraints."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from geoportal.domain.made_quickly import made_quickly
from geoportal.geo.geodesic import distance_m
from geoportal.ingest.linking.addresses import compare_address_parts
from geoportal.ingest.linking.names import compare_kana, compare_names
from geoportal.ingest.linking.numbers import conflicting_scheme
from geoportal.ingest.linking.units import Unit

NAME_BITS: Mapping[str, float] = {
    "same": 13.0,
    "core": 12.0,
    "contained": 8.5,
    "stem": 6.5,
    "near": 4.0,
    "alike": -4.0,
    "other": -9.0,
}
ADDRESS_BITS: Mapping[str, float] = {
    "same": 10.0,
    "part": 6.0,
    "block": 4.0,
    "town": 5.0,
    "near": 3.0,
    "number": -3.0,
    "other": -7.5,
}
KANA_BITS: Mapping[str, float] = {"same": 4.0, "near": 2.0, "other": -3.0}
PHONE_BITS: Mapping[str, float] = {"same": 10.0, "other": -2.0}
POSTAL_BITS: Mapping[str, float] = {"same": 2.5, "other": -3.0}
DISTANCE_BITS: Mapping[str, float] = {
    "within 100 m": 5.0,
    "within 500 m": 2.0,
    "within 2 km": -2.0,
    "farther": -6.0,
}
AREA_BITS: Mapping[str, float] = {"other": -5.0}
KIND_BITS: Mapping[str, float] = {"other": -4.0}
NUMBER_BITS: Mapping[str, float] = {"same": 40.0, "derived": 40.0, "derived other": -8.0}

_ONE_OF_ITS_NAME = 1
_Item = TypeVar("_Item")


@made_quickly
@dataclass(frozen=True, slots=True)
class Part:
    """One field's share of a score.

    Attributes
    ----------
    field : str
        ``name``, ``address``, ``kana``, ``phone``, ``postal_code``, ``distance``,
        ``municipality``, ``kind`` or ``number``.
    level : str
        How well it agrees.
    bits : float
        Positive speaks for one place.
    """

    field: str
    level: str
    bits: float


@made_quickly
@dataclass(frozen=True, slots=True)
class Evidence:
    """Match weights of two units, field by field.

    Attributes
    ----------
    parts : tuple of Part
    conflict : str
        Why they can never be one, whatever the score: ``kind``, ``service`` (care offices are kept
        by service), ``number:<scheme>`` or ``source`` (one source lists both); empty when they can.
    """

    parts: tuple[Part, ...]
    conflict: str = ""

    @property
    def score(self) -> float:
        """The sum of the parts, bits."""
        return round(sum([part.bits for part in self.parts]), 2)

    @property
    def by_number(self) -> bool:
        """True when an official number is the same."""
        return any(part.field == "number" and part.bits > 0 for part in self.parts)


def conflict_of(mine: Unit, theirs: Unit) -> str:
    """Return why two units can never be one place, empty when they can."""
    if mine.kinds and theirs.kinds and not mine.kinds & theirs.kinds:
        return "kind"
    if mine.service and theirs.service and mine.service != theirs.service:
        return "service"
    scheme = conflicting_scheme(mine.numbers, theirs.numbers)
    if scheme:
        return f"number:{scheme}"
    if mine.sources & theirs.sources:
        return "source"
    return ""


def compare_units(mine: Unit, theirs: Unit, name_counts: Mapping[str, int]) -> Evidence:
    """Compare two units.

    The counts say how many places of the block bear a name (folded core), to weigh common names
    less.

    Notes
    -----
    Weights are log2(m/u) after Fellegi and Sunter (1969): m how often a field agrees so well in
    pairs known to be one place, u in pairs known to be two. Counted on half of 843 pairs of
    Kitakyushu's code list and national list and on 73,000 random pairs of one ward (count again
    with ``python -m tests.accuracy.linking --weights``): name same +15.4, core +13.8, contained
    +8.7, stem +4.3, near +3.0, alike -4.6, other -9.7; address same +10.1, town +5.5, block +2.8,
    number -4.0, other -9.7. Levels that agree were cut (a name is not independent of its address,
    and one ward is not all wards), rare ones smoothed; the prior, one partner among some 150 of a
    ward, and the odds wanted (999 to 1) make up the threshold `LINK_BITS` of
    ``clustering``. Weights of telephone, kana and distance are estimates: too few pairs have them.
    The best of several values counts.
    """
    parts = [
        *_number(mine, theirs),
        _name(mine, theirs, name_counts),
        _best("address", mine.addresses, theirs.addresses, compare_address_parts, ADDRESS_BITS),
        _best("kana", mine.kanas, theirs.kanas, compare_kana, KANA_BITS),
        _set("phone", mine.phones, theirs.phones, PHONE_BITS),
        _set("postal_code", mine.postal_codes, theirs.postal_codes, POSTAL_BITS),
        _best("distance", mine.points, theirs.points, _distance_level, DISTANCE_BITS),
        _set("municipality", mine.areas, theirs.areas, AREA_BITS),
        _set("kind", mine.likely_kinds, theirs.likely_kinds, KIND_BITS),
    ]
    return Evidence(tuple(part for part in parts if part), conflict_of(mine, theirs))


def _number(mine: Unit, theirs: Unit) -> Iterable[Part]:
    services_differ = mine.services and theirs.services and not mine.services & theirs.services
    for scheme, numbers in mine.numbers.items():
        if numbers & theirs.numbers.get(scheme, set()) and not services_differ:
            yield Part("number", f"same {scheme}", NUMBER_BITS["same"])
            return
    codes = [
        unit.numbers.get("medical_institution_code", set()) | unit.derived
        for unit in (mine, theirs)
    ]
    if (mine.derived or theirs.derived) and codes[0] and codes[1]:
        level = "derived" if codes[0] & codes[1] else "derived other"
        yield Part("number", level, NUMBER_BITS[level])


def _name(mine: Unit, theirs: Unit, counts: Mapping[str, int]) -> Part | None:
    if not mine.names or not theirs.names:
        return None
    best = max(
        (
            (NAME_BITS[level := compare_names(own, other)], level, own.cores & other.cores)
            for own in mine.names
            for other in theirs.names
        ),
        key=lambda weighed: weighed[0],
    )
    bits, level, shared = best
    if shared:
        bits -= math.log2(max(min(counts.get(core, 1) for core in shared), _ONE_OF_ITS_NAME))
    return Part("name", level, round(bits, 2))


def _best(
    field: str,
    mine: Sequence[_Item],
    theirs: Sequence[_Item],
    compare: Callable[[_Item, _Item], str],
    bits: Mapping[str, float],
) -> Part | None:
    levels = {level for own in mine for other in theirs if (level := compare(own, other))}
    if not levels:
        return None
    level = max(sorted(levels), key=lambda level: bits[level])
    return Part(field, level, bits[level])


def _set(
    field: str, mine: frozenset[str], theirs: frozenset[str], bits: Mapping[str, float]
) -> Part | None:
    level = "same" if mine & theirs else "other"
    return Part(field, level, bits[level]) if mine and theirs and level in bits else None


def _distance_level(mine: tuple[float, float], theirs: tuple[float, float]) -> str:
    metres = distance_m(*mine, *theirs)
    return tuple(DISTANCE_BITS)[bisect_left((100.0, 500.0, 2_000.0), metres)]
