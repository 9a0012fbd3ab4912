"""Coverage of 10,000 cells by 3,000 facilities beside ``geopandas.sjoin``, and of all Japan.

``sjoin`` is run two ways in a projected system: Web Mercator, as maps are drawn (EPSG:3857), and
the plane rectangular zone of Fukuoka (EPSG:6670). By buffers it counts facilities within five rings
and nothing else. By one join of all pairs within 16 km and their plane distances it makes the
measures that we make: counts, nearest two, floating catchment, N-1, for the sure and the possible.
The same run says how many counts come out wrong by the projection; ours are judged against a
geodesic of its own.
All Japan: cells and facilities drawn around cities of very unequal size, peak memory included.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
from pyproj import Geod

from geoportal.coverage.catchment import ring_weights
from geoportal.coverage.chunks import (
    FacilitySets,
    PopulatedCells,
    measure_in_chunks,
    share_in_chunks,
)
from geoportal.coverage.distance_zones import RINGS_M, Places
from geoportal.coverage.n_minus_one import measure_n_minus_one

CELLS, FACILITIES = 10_000, 3_000
JAPAN_CELLS, JAPAN_FACILITIES = 480_000, 250_000
JUDGED = 200


REPEATS = 3
"""Both sides are run this often; the best counts, as the machine may be busy with other work."""


def best(work: Callable[[], Any]) -> tuple[float, Any]:
    return min((timed(work) for _ in range(REPEATS)), key=lambda item: item[0])


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def load() -> str:
    return f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"


def city(rng: np.random.Generator, count: int) -> Places:
    """Points of a region like Kitakyushu and Fukuoka, denser in the middle."""
    lon = 130.75 + rng.normal(0, 0.22, count)
    lat = 33.8 + rng.normal(0, 0.17, count)
    return Places.from_degrees(lon, lat)


def country(rng: np.random.Generator, count: int, centres: np.ndarray) -> Places:
    weights = 1 / np.arange(1, len(centres) + 1) ** 0.9
    chosen = rng.choice(len(centres), count, p=weights / weights.sum())
    spread = 0.03 + 0.12 * (weights / weights[0]) ** 0.5
    points = centres[chosen] + rng.normal(0, 1, (count, 2)) * spread[chosen][:, None]
    return Places.from_degrees(points[:, 0], points[:, 1])


def everything(cells: Places, facilities: Places, people: np.ndarray, certain: np.ndarray) -> Any:
    """All measures as a study makes them: counts, nearest two, floating catchment, N-1."""
    shared = share_in_chunks(PopulatedCells(cells, people), facilities, np.ones(len(facilities)))
    everyone = np.ones(len(facilities), dtype=bool)
    ratios = np.column_stack([shared.ratio * certain, shared.ratio])
    found, _ = measure_in_chunks(cells, FacilitySets(facilities, (certain, everyone), ratios))
    measure_n_minus_one(found[0], people, len(facilities))
    return found[1]


def all_by_sjoin(
    cells: Places, facilities: Places, people: np.ndarray, certain: np.ndarray, crs: str
) -> np.ndarray:
    """The same measures from one join of the pairs within the outermost ring."""
    centres, points = projected(cells, crs), projected(facilities, crs)
    joined = gpd.sjoin(centres, points, predicate="dwithin", distance=RINGS_M[-1])
    cell, facility = joined.index.to_numpy(), joined["index_right"].to_numpy()
    x, y = (np.asarray(getattr(centres.geometry, axis)) for axis in "xy")
    to_x, to_y = (np.asarray(getattr(points.geometry, axis)) for axis in "xy")
    metres = np.hypot(x[cell] - to_x[facility], y[cell] - to_y[facility])
    weight = ring_weights()[np.searchsorted(RINGS_M, metres, side="left")]
    demand = np.bincount(facility, weight * people[cell], len(facilities))
    given = weight * np.divide(1.0, demand, out=np.zeros_like(demand), where=demand > 0)[facility]
    order = np.lexsort((metres, cell))
    for own in (order[certain[facility[order]]], order):
        counts = np.column_stack(
            [np.bincount(cell[own][metres[own] <= ring], minlength=len(cells)) for ring in RINGS_M]
        )
        np.bincount(cell[own], given[own], len(cells))
        first = np.flatnonzero(np.diff(cell[own], prepend=-1))
        nearest = np.zeros(len(cells), dtype=np.int64)
        nearest[cell[own][first]] = facility[own][first]
        for ring in range(len(RINGS_M)):
            sole = counts[:, ring] == 1
            np.bincount(nearest[sole], people[sole], len(facilities))
    return counts


def projected(places: Places, crs: str) -> gpd.GeoDataFrame:
    points = gpd.GeoSeries.from_xy(places.lon, places.lat, crs="EPSG:4326").to_crs(crs)
    return gpd.GeoDataFrame(geometry=points)


def by_sjoin(cells: Places, facilities: Places, crs: str) -> np.ndarray:
    right, centres = projected(facilities, crs), projected(cells, crs).geometry
    counts = np.zeros((len(cells), len(RINGS_M)), dtype=np.int64)
    for ring, metres in enumerate(RINGS_M):
        left = gpd.GeoDataFrame(geometry=centres.buffer(metres, quad_segs=16))
        joined = gpd.sjoin(left, right, predicate="contains")
        counts[:, ring] = np.bincount(joined.index, minlength=len(cells))
    return counts


def judged(cells: Places, facilities: Places, counts: np.ndarray) -> int:
    """Return how many counts of some cells differ from a geodesic of its own."""
    geod = Geod(ellps="GRS80")
    wrong = 0
    for n in range(0, len(cells), len(cells) // JUDGED):
        lon = np.full(len(facilities), cells.lon[n])
        lat = np.full(len(facilities), cells.lat[n])
        metres = geod.inv(lon, lat, facilities.lon, facilities.lat)[2]
        wrong += sum(int((metres <= r).sum() != counts[n, i]) for i, r in enumerate(RINGS_M))
    return wrong


def main() -> dict[str, float]:
    """Print and return the figures."""
    rng = np.random.default_rng(20261122)
    cells, facilities = city(rng, CELLS), city(rng, FACILITIES)
    people, certain = rng.random(CELLS) * 60, rng.random(FACILITIES) < 0.4
    everything(cells, facilities, people, certain)
    ours, found = best(lambda: everything(cells, facilities, people, certain))
    print(f"{CELLS:,} cells x {FACILITIES:,} facilities, the best of {REPEATS}; {load()}")
    print(
        f"  all measures, sure and possible: {ours:.2f} s; wrong of {JUDGED * 5} judged counts: "
        f"{judged(cells, facilities, found.counts)}"
    )
    figures: dict[str, float] = {"city_s": round(ours, 2)}
    for crs in ("EPSG:6670", "EPSG:3857"):
        counting, counts = best(lambda crs=crs: by_sjoin(cells, facilities, crs))
        alike, _ = best(lambda crs=crs: all_by_sjoin(cells, facilities, people, certain, crs))
        figures[f"sjoin {crs}"] = round(alike / ours, 1)
        wrong = (counts != found.counts).any(axis=1).mean()
        mean = np.abs(counts - found.counts).sum() / found.counts.sum()
        print(
            f"  geopandas.sjoin, {crs}: the same measures {alike:.2f} s = {alike / ours:.1f} x "
            f"ours; five rings counted by buffers {counting:.2f} s = {counting / ours:.1f} x; "
            f"{wrong:.0%} of cells wrong, counts off by {mean:.2%} on average"
        )
    centres = np.column_stack((rng.uniform(129.5, 145.0, 1500), rng.uniform(31.0, 43.5, 1500)))
    cells = country(rng, JAPAN_CELLS, centres)
    facilities = country(rng, JAPAN_FACILITIES, centres)
    people, certain = rng.random(JAPAN_CELLS) * 40, rng.random(JAPAN_FACILITIES) < 0.4
    seconds, _ = timed(lambda: everything(cells, facilities, people, certain))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"{JAPAN_CELLS:,} cells x {JAPAN_FACILITIES:,} facilities (all Japan); {load()}")
    print(f"  all measures, sure and possible: {seconds:.0f} s, peak memory {peak:.1f} GB")
    return figures | {"japan_s": round(seconds), "japan_peak_gb": round(peak, 1)}


if __name__ == "__main__":
    main()
