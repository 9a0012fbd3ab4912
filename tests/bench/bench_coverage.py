"""Coverage of 10,000 cells by 3,000 facilities beside ``geopandas.sjoin``, and of all Japan.

``sjoin`` counts facilities within five rings by buffers in a projected system: Web Mercator, as
maps are drawn (EPSG:3857), and the plane rectangular zone of Fukuoka (EPSG:6670). The same run says
how many counts come out wrong by the projection; ours are judged against a geodesic of its own.
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

from geoportal.coverage.access import measure_access
from geoportal.coverage.catchment import floating_catchment, share_capacity
from geoportal.coverage.losses import measure_losses
from geoportal.coverage.reach import RINGS_M, Places, Reach

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
    return Places.of(lon, lat)


def country(rng: np.random.Generator, count: int, centres: np.ndarray) -> Places:
    weights = 1 / np.arange(1, len(centres) + 1) ** 0.9
    chosen = rng.choice(len(centres), count, p=weights / weights.sum())
    spread = 0.03 + 0.12 * (weights / weights[0]) ** 0.5
    points = centres[chosen] + rng.normal(0, 1, (count, 2)) * spread[chosen][:, None]
    return Places.of(points[:, 0], points[:, 1])


def everything(cells: Places, facilities: Places, people: np.ndarray, certain: np.ndarray) -> Any:
    """All measures: counts, nearest two, floating catchment, losses, sure and possible."""
    reach = Reach(cells, facilities)
    everyone = np.ones(len(facilities), dtype=bool)
    sure, possible = measure_access(reach, [certain, everyone])
    shared = share_capacity(reach, people, np.ones(len(facilities)))
    floating_catchment(reach, np.column_stack([shared.ratio * certain, shared.ratio]))
    measure_losses(sure, people, len(facilities))
    return possible


def by_sjoin(cells: Places, facilities: Places, crs: str) -> np.ndarray:
    points = gpd.GeoSeries.from_xy(facilities.lon, facilities.lat, crs="EPSG:4326").to_crs(crs)
    centres = gpd.GeoSeries.from_xy(cells.lon, cells.lat, crs="EPSG:4326").to_crs(crs)
    right = gpd.GeoDataFrame(geometry=points)
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


def main() -> None:
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
    everyone = [np.ones(FACILITIES, dtype=bool)]
    alone, _ = best(lambda: measure_access(Reach(cells, facilities), everyone))
    print(f"  counts in five rings and the nearest two alone: {alone:.2f} s")
    for crs in ("EPSG:6670", "EPSG:3857"):
        seconds, counts = best(lambda crs=crs: by_sjoin(cells, facilities, crs))
        wrong = (counts != found.counts).any(axis=1).mean()
        mean = np.abs(counts - found.counts).sum() / found.counts.sum()
        print(
            f"  geopandas.sjoin, counts only, {crs}: {seconds:.2f} s = {seconds / ours:.1f} x all "
            f"measures, {seconds / alone:.1f} x counts; "
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


if __name__ == "__main__":
    main()
