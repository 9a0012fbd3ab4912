"""Reference systems of map files: what a file declares, converted to degrees, never guessed.

JGD2000, JGD2011 and WGS 84 are taken as equal. The Tokyo datum lies 400 m off; it is converted with
the parameters of EPSG:15483 (accurate to 9 m on the main islands, to some 100 m on remote ones).
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pyproj
import shapely
from pyproj.transformer import TransformerGroup
from shapely.geometry.base import BaseGeometry

from geoportal.errors import InputRefusedError, UsageError
from geoportal.geo.polygons import JAPAN_BOUNDS
from geoportal.ingest.files.report import INFO, WARNING, Issue

Shapes = Sequence[BaseGeometry | None]

_DEGREES: Final = 4612
"""JGD2000: the modern datum to which EPSG lists a transformation of the Tokyo datum."""
_MODERN_RADIUS_M: Final = 6_378_137.0
"""Of GRS 80 and WGS 84; the Tokyo datum refers to Bessel 1841."""
ASK: Final = (
    "name their reference system with --crs EPSG:n (平面直角座標系 1 to 19: EPSG:6669 to 6687 in "
    "JGD2011, 2443 to 2461 in JGD2000; Web Mercator: 3857)"
)


@dataclass(frozen=True, slots=True)
class Placed:
    """Geometries in degrees, and what was done to them.

    Attributes
    ----------
    shapes : list of geometry or None
        Degrees of a modern datum, if the reference system is what it was taken for.
    crs : str
        What the coordinates were taken for, empty when nothing declares it.
    issues : list of Issue
    """

    shapes: list[BaseGeometry | None] = field(repr=False)
    crs: str
    issues: list[Issue]


def read_crs(text: str) -> pyproj.CRS | None:
    """Return the reference system a text names (EPSG code, URN, WKT); None for an unknown one."""
    code = text.strip()
    try:
        return pyproj.CRS.from_user_input(f"EPSG:{code}" if code.isdecimal() else code)
    except pyproj.exceptions.CRSError:
        return None


def check_chosen(text: str) -> None:
    """Check the reference system a person gave.

    Raises
    ------
    UsageError
        When it is none that can be converted to degrees.
    """
    if not text:
        return
    crs = read_crs(text) if re.fullmatch(r"(?i)(epsg:+)?\d{4,6}", text.strip()) else None
    if crs is None or not (crs.is_geographic or crs.is_projected):
        raise UsageError(
            f"--crs takes the code of a reference system such as EPSG:6670, not {text[:20]!r}",
            "crs",
        )


def place(name: str, shapes: Shapes, declared: str, chosen: str) -> Placed:
    """Convert geometries to degrees.

    ``declared`` is what the file says and ``chosen`` what the person says who imports it, each
    empty for nothing. What is chosen counts where the file declares nothing, or something that
    cannot be right; never against a declaration that puts it into Japan, nor for what are degrees
    in Japan as they stand. The name is for messages.

    Raises
    ------
    InputRefusedError
        When what is declared is not known, or contradicts the coordinates, and nothing is chosen.
    """
    system = read_crs(declared) if declared else None
    if system is not None:
        placed = _converted(name, shapes, system)
        believable = lies_in_japan(placed.shapes) and not _contradicts(shapes, system)
        if believable or (not chosen and not _contradicts(shapes, system)):
            other = read_crs(chosen) if chosen else None
            if chosen and not (other and system.equals(other, ignore_axis_order=True)):
                message = f"the file declares {system.name}, which is used; --crs is not"
                placed.issues.append(Issue(1, "crs", "crs_not_used", INFO, chosen, message))
            return placed
    if chosen:
        return _as_chosen(name, shapes, declared, chosen)
    if system is not None:
        raise InputRefusedError(
            f"{name}: the file declares {system.name}, in metres, but its coordinates are degrees "
            "in Japan; mend the declaration, or name the right one with --crs EPSG:6668"
        )
    if declared:
        raise InputRefusedError(
            f"{name}: the file declares a reference system that is not known ({declared[:40]}); "
            f"{ASK}"
        )
    return Placed(list(shapes), "", [])


def lies_in_japan(shapes: Shapes) -> bool:
    """Return whether any geometry lies in the bounding box of Japan, in degrees."""
    west, south, east, north = JAPAN_BOUNDS
    with np.errstate(invalid="ignore"):
        x0, y0, x1, y1 = np.asarray(shapely.bounds(list(shapes))).reshape(-1, 4).T
        return bool(((x0 >= west) & (y0 >= south) & (x1 <= east) & (y1 <= north)).any())


def _as_chosen(name: str, shapes: Shapes, declared: str, chosen: str) -> Placed:
    system = read_crs(chosen)
    if system is None:
        raise InputRefusedError(f"{name}: {chosen[:20]} is not a known reference system")
    if not declared and _contradicts(shapes, system):
        message = "the coordinates are degrees in Japan already; --crs is not used"
        return Placed(list(shapes), "", [Issue(1, "crs", "crs_not_used", WARNING, chosen, message)])
    placed = _converted(name, shapes, system)
    if declared:
        message = f"the file declares something else, which cannot be right; {chosen} was used"
        placed.issues.append(Issue(1, "crs", "crs_replaced", WARNING, declared[:60], message))
    return placed


def _contradicts(shapes: Shapes, system: pyproj.CRS) -> bool:
    """Return whether coordinates said to be metres are degrees in Japan."""
    return bool(system.is_projected) and lies_in_japan(shapes)


def _converted(name: str, shapes: Shapes, system: pyproj.CRS) -> Placed:
    ellipsoid = system.ellipsoid
    modern = ellipsoid is not None and ellipsoid.semi_major_metre == _MODERN_RADIUS_M
    if modern and system.is_geographic:
        return Placed(list(shapes), system.name, [])
    transformer, datum = _transformer(name, system, modern=modern)

    def to_degrees(points: Any) -> Any:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    converted = list(shapely.transform(np.array([*shapes, None], dtype=object), to_degrees))[:-1]
    message = f"the coordinates were converted from {system.name} to degrees of JGD2011"
    severity = INFO
    if not modern:
        severity = WARNING
        message += (
            f"; {datum} is converted to about {transformer.accuracy:.0f} m on the main islands, "
            "less exactly on remote ones: get the file in JGD2011 where there is one"
        )
    epsg = system.to_epsg()
    value = f"EPSG:{epsg}" if epsg else system.name
    return Placed(
        converted, system.name, [Issue(1, "crs", "converted_crs", severity, value, message)]
    )


def _transformer(name: str, system: pyproj.CRS, *, modern: bool) -> tuple[pyproj.Transformer, str]:
    """Return the best transformation to degrees of a modern datum, and the name of the old one."""
    geodetic = system.geodetic_crs
    datum = str(system.datum.name) if system.datum else "the datum"
    if modern and geodetic is not None:
        return pyproj.Transformer.from_crs(system, geodetic, always_xy=True), datum
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # grids that are better and not installed
        group = TransformerGroup(system, _DEGREES, always_xy=True, allow_ballpark=False)
    if not group.transformers:
        raise InputRefusedError(
            f"{name}: no transformation of {system.name} to JGD2011 is known; convert the file to "
            "degrees of JGD2011 (EPSG:6668) first"
        )
    return group.transformers[0], datum
