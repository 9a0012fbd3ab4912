"""Where facilities are on the roads, and how long it takes from them to a home."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geoportal.index.columns import FacilityColumns
from geoportal.index.points import Rows
from geoportal.roads.network import ROAD, STATES, UNKNOWN, RoadNetwork
from geoportal.roads.snapping import Snaps

if TYPE_CHECKING:
    from geoportal.roads.reached import ReachedArea

COARSEST_M: Final = 1_000.0
"""A position that is less certain than this has no time: it may lie on another road altogether."""
_SAME_PLACE = 1e-9


class DriveTimes(NamedTuple):
    """How long it takes from some facilities to a home.

    Attributes
    ----------
    minutes : ndarray of float64, shape (n,)
        Whole minutes, one at least; NaN where there is no time.
    states : list of str, shape (n,)
        Of `geoportal.roads.network.STATES`.
    """

    minutes: NDArray[np.float64]
    states: list[str]


def road_columns(
    network: RoadNetwork, lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> dict[str, NDArray[Any]]:
    """Return where facilities are on the roads, as columns of a snapshot; NaN: unknown."""
    snaps = network.snap(lon, lat)
    return {
        "edge": snaps.edge,
        "share": snaps.share,
        "off_m": snaps.off_m,
        "lon": lon.astype(np.float64),
        "lat": lat.astype(np.float64),
    }


class RoadIndex:
    """The facilities of a snapshot on the roads.

    Parameters
    ----------
    opened : callable
        Opens the network; called when a time is first asked for.
    columns : mapping of str to ndarray
        As `road_columns` made them.
    """

    def __init__(
        self, opened: Callable[[], RoadNetwork], columns: Mapping[str, NDArray[Any]]
    ) -> None:
        self._opened, self._columns = opened, columns

    @cached_property
    def network(self) -> RoadNetwork:
        """The network, opened."""
        return self._opened()

    def places(self, columns: FacilityColumns, rows: Rows) -> Snaps:
        """Return where rows are on the roads; those that were moved are looked up anew."""
        stored = self._columns
        lon, lat = columns.lon[rows], columns.lat[rows]
        edge, share = stored["edge"][rows].copy(), stored["share"][rows].copy()
        off_m = stored["off_m"][rows].copy()
        same = (np.abs(lon - stored["lon"][rows]) < _SAME_PLACE) & (
            np.abs(lat - stored["lat"][rows]) < _SAME_PLACE
        )
        moved = np.flatnonzero(~same & ~np.isnan(lon))
        if moved.size:
            anew = self.network.snap(lon[moved], lat[moved])
            edge[moved], share[moved], off_m[moved] = anew
        edge[np.isnan(lon) | (columns.uncertainty[rows] > COARSEST_M)] = -1
        return Snaps(edge, share, off_m)

    def towards(self, lon: float, lat: float, uncertainty_m: float) -> HomeDrives:
        """Return the times to a home, a point in degrees."""
        return HomeDrives(self, lon, lat, uncertainty_m)


class HomeDrives:
    """Times of driving to one home, from any rows; it is in one request's memory only."""

    def __init__(self, index: RoadIndex, lon: float, lat: float, uncertainty_m: float) -> None:
        home = index.network.snap(np.array([lon]), np.array([lat]))
        known = uncertainty_m <= COARSEST_M
        self._index, self._place = index, (lon, lat)
        self._home = home if known else home._replace(edge=np.array([-1], dtype=np.int32))

    @property
    def is_on_road(self) -> bool:
        """Whether a road near the home is known."""
        return bool(self._home.edge[0] >= 0)

    @cached_property
    def _arrivals(self) -> NDArray[np.float64]:
        return self._index.network.arrivals(self._home)

    def area(self, minutes: int) -> ReachedArea:
        """Return the area from which the home is reached within some minutes by road."""
        from geoportal.roads.reached import reached_area  # takes time to load

        return reached_area(
            self._index.network, self._home, self._arrivals[0], minutes, self._place
        )

    def times(self, columns: FacilityColumns, rows: Rows) -> DriveTimes:
        """Return how long it takes from each row, or why that is not known."""
        if not self.is_on_road:
            return DriveTimes(np.full(rows.size, np.nan), [UNKNOWN] * rows.size)
        places = self._index.places(columns, rows)
        drives = self._index.network.drives(places, self._home, self._arrivals)
        states = [STATES[number] for number in drives.states[0].tolist()]
        minutes = np.maximum(np.rint(drives.seconds[0] / 60), 1.0)
        minutes[[state != ROAD for state in states]] = np.nan
        return DriveTimes(minutes, states)
