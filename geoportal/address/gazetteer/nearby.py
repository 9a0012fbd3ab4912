"""Which towns a point may lie in, by the points that lists of towns give for them.

No outlines of towns are held. Of 461 care offices of Chiba with a published position 63 % lie in
the town whose point is nearest; for 99.3 % the offices of the true town are among those of the
towns whose point is at most 2.5 times as far as the nearest and 200 m more: these are taken
(decision 135).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from geoportal.address.gazetteer.gazetteer import Gazetteer
from geoportal.geo.equirectangular import distances_m

_TIMES_NEAREST: Final = 2.5
_MARGIN_M: Final = 200.0
_NONE: Final = np.empty(0, dtype=np.int64)
_MOST: Final = 40
"""More towns than these say nothing of where a point lies."""


def towns_near(
    gazetteer: Gazetteer,
    municipalities: Iterable[int],
    lon: float,
    lat: float,
    uncertainty_m: float = 0.0,
) -> tuple[str, ...]:
    """Return the towns of some municipalities that a point may lie in, the nearest first.

    Parameters
    ----------
    gazetteer : Gazetteer
    municipalities : iterable of int
        Numbers of regions.
    lon, lat : float
        Degrees, WGS 84.
    uncertainty_m : float
        Metres around the point.

    Returns
    -------
    tuple of str
        Published 大字町丁目, each once; none where no town has a position, or too many are near.
    """
    nodes = np.concatenate([gazetteer.towns_of(number) for number in municipalities] or [_NONE])
    if not nodes.size:
        return ()
    longitudes, latitudes = gazetteer.points()
    away = distances_m(longitudes[nodes], latitudes[nodes], lon, lat)
    reach = _TIMES_NEAREST * (float(away.min()) + uncertainty_m) + _MARGIN_M
    order = np.argsort(away, kind="stable")
    near = nodes[order[: int(np.count_nonzero(away <= reach))]]
    names = tuple(dict.fromkeys(gazetteer.town_name(int(node)) for node in near))
    return names if len(names) <= _MOST else ()
