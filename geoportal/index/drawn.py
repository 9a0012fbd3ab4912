"""Which districts a map draws at a zoom, how finely, and where its view goes for each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from geoportal.domain.district import District
from geoportal.index.districts import DistrictIndex

MOST_AT_ONCE: Final = 100
"""More districts than these are not sent before a map asks for those in its view."""
LEAVES_FROM_ZOOM: Final = 9
"""Below this zoom prefectures are drawn in place of their municipalities."""
FINEST_ZOOM: Final = 12
_LEAVES: Final = ("municipality", "ward")
_EQUATOR_M: Final = 40_075_017
_MIDDLE_LATITUDE: Final = 36.0
_TILE: Final = 256


def drawn_districts(index: DistrictIndex, zoom: int = FINEST_ZOOM) -> Sequence[District]:
    """Return the districts a map draws, largest level first.

    Municipalities and wards, not the city of wards that are held; local areas as well. Below
    `LEAVES_FROM_ZOOM` a prefecture whose outline is held stands for all of its own.
    """
    held = index.districts
    of_wards = {district.parent for district in held if district.level == "ward"}
    leaves = [
        district
        for district in held
        if district.is_local or (district.level in _LEAVES and district.code not in of_wards)
    ]
    if zoom >= LEAVES_FROM_ZOOM:
        return leaves
    prefectures = [district for district in held if district.level == "prefecture"]
    whole = {district.code for district in prefectures}
    return prefectures + [
        district for district in leaves if not district.is_local and district.code[:2] not in whole
    ]


def chosen_districts(index: DistrictIndex) -> Sequence[str]:
    """Return the codes of the districts a person may choose as an area: cities of wards as well."""
    return [d.code for d in index.districts if d.is_local or d.level in _LEAVES]


def pixel_m(zoom: int) -> float:
    """Return the length of a pixel of a map of Japan, metres; no finer than at `FINEST_ZOOM`."""
    parallel = _EQUATOR_M * math.cos(math.radians(_MIDDLE_LATITUDE))
    return math.ldexp(parallel / _TILE, -min(zoom, FINEST_ZOOM))


def main_box(index: DistrictIndex, code: str) -> tuple[float, float, float, float]:
    """Return west, south, east, north of the largest part of a district: small islands aside."""
    boxes = index.part_boxes(code)
    sizes = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    west, south, east, north = boxes[int(sizes.argmax())].tolist()
    return west, south, east, north
