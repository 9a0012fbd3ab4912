"""Whether the towns of a municipality lie in its outline: one of two files is wrong if not.

In 1,806 municipalities of Japan at least 86 % of the 町丁目 points (Geolonia) lie in the outline
(N03), or within a kilometre of it; 2 of 277,130 points lie more than ten kilometres outside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geoportal.errors import InputRefusedError

_FEWEST_TOWNS: Final = 5
_LEAST_SHARE: Final = 0.8
_NEAR_DEG: Final = 0.01
"""About 1 km: outlines are simplified, and land is won from the sea."""
_FAR_DEG: Final = 0.1
_MOST_CONTRADICTED: Final = 0.2

Positions = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Longitudes and latitudes, shape (n,) each, degrees."""


def contradicted(
    outlines: Mapping[str, BaseGeometry], towns: Mapping[str, Positions], what: str
) -> Sequence[str]:
    """Return the codes whose towns do not lie in their outline, of those that have both.

    Parameters
    ----------
    outlines : Mapping of str to geometry
        By municipality code; degrees, WGS 84.
    towns : Mapping of str to (longitudes, latitudes)
        By municipality code.
    what : str
        What the file that is read holds, for the message.

    Raises
    ------
    InputRefusedError
        When it is more than a few of them: codes or positions of the file are wrong as a whole.
    """
    checked = [code for code in outlines.keys() & towns.keys() if _enough(towns[code])]
    wrong = sorted(code for code in checked if not _mostly_within(outlines[code], towns[code]))
    if len(wrong) > _MOST_CONTRADICTED * len(checked):
        raise InputRefusedError(
            f"of {len(checked)} municipalities {len(wrong)} have their 町丁目 points outside their "
            f"outline ({', '.join(wrong[:5])} …): codes or positions of these {what} are wrong, or "
            "those held are; nothing was changed. Get the file again, or import the other one first"
        )
    return wrong


def far_outside(outline: BaseGeometry, towns: Positions) -> NDArray[np.bool_]:
    """Return which towns lie so far outside their outline that their positions are not theirs."""
    shapely.prepare(outline)
    return np.logical_not(shapely.dwithin(outline, shapely.points(*towns), _FAR_DEG))


def _enough(towns: Positions) -> bool:
    return len(towns[0]) >= _FEWEST_TOWNS


def _mostly_within(outline: BaseGeometry, towns: Positions) -> bool:
    shapely.prepare(outline)
    if np.mean(shapely.contains_xy(outline, *towns)) >= _LEAST_SHARE:
        return True
    near = shapely.dwithin(outline, shapely.points(*towns), _NEAR_DEG)
    return bool(np.mean(near) >= _LEAST_SHARE)
