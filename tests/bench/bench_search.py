"""Searches in memory beside other ways of answering, over up to half a million points, in one run.

The points are drawn around cities of very unequal size, as real institutions lie; questions are
asked where institutions are (so most of them in dense places). Every way of answering gets the
same questions and must give the same counts. ``BENCH_SIZES=2500,50000`` chooses other sizes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np

from geoportal.domain.facility import KINDS
from geoportal.domain.vocabulary import Vocabulary
from geoportal.index.claims import mask_words, need_mask, need_places
from geoportal.index.points import PointIndex, spatial_order
from geoportal.search.match import MATCH, NO, bands
from geoportal.search.rank import order
from geoportal.services.portal import shipped_reference
from tests.bench.peers import ASKED_KINDS, NEEDS, ON_ANOTHER_ELLIPSOID, PAGE, PEERS, Ask

SIZES = "2500,50000,500000"
RADII_M = (4_000, 16_000)
QUESTIONS = 400
FEW = 40  # for the ways that take long
BEST_OF = 3


def make_points(size: int, vocabulary: Vocabulary) -> SimpleNamespace:
    """Make facilities as arrays, in the order a snapshot keeps them."""
    rng = np.random.default_rng(20261122)
    cities = 1_500
    weights = 1 / np.arange(1, cities + 1) ** 0.9
    centres = np.column_stack((rng.uniform(129.5, 145.0, cities), rng.uniform(31.0, 43.5, cities)))
    spread = 0.03 + 0.12 * (weights / weights[0]) ** 0.5
    city = rng.choice(cities, size, p=weights / weights.sum())
    lons = centres[city, 0] + rng.normal(0, 1, size) * spread[city]
    lats = centres[city, 1] + rng.normal(0, 1, size) * spread[city]
    places = spatial_order(lons, lats)
    words = mask_words(vocabulary)
    yes, no = np.zeros((size, words), np.uint64), np.zeros((size, words), np.uint64)
    for term in vocabulary:
        draw = rng.random(size)
        word, bit = divmod(vocabulary.position(term.code), 64)
        yes[:, word] |= np.where(draw < 0.3, np.uint64(1 << bit), np.uint64(0))
        no[:, word] |= np.where(draw > 0.8, np.uint64(1 << bit), np.uint64(0))
    weights_of_kinds = np.array([8, 100, 65, 60] + [10] * (len(KINDS) - 4), dtype=float)
    return SimpleNamespace(
        lons=lons[places],
        lats=lats[places],
        columns=SimpleNamespace(
            kinds=rng.choice(len(KINDS), size, p=weights_of_kinds / weights_of_kinds.sum()).astype(
                np.int8
            ),
            masks=np.stack((yes, no, np.zeros_like(yes)), axis=1),
            tie_keys=rng.integers(0, 2**63, size, dtype=np.uint64),
        ),
        vocabulary=vocabulary,
        need_mask=lambda codes: need_mask(vocabulary, codes),
        need_bits=lambda codes: tuple(
            column[[vocabulary.position(code) for code in codes]]
            for column in need_places(vocabulary)
        ),
        today=date(2026, 11, 22),
    )


def questions(city: SimpleNamespace, count: int) -> list[tuple[float, float]]:
    rng = np.random.default_rng(7)
    rows = rng.integers(0, city.lons.size, count)
    return [
        (float(city.lons[row] + rng.normal(0, 0.01)), float(city.lats[row] + rng.normal(0, 0.01)))
        for row in rows
    ]


def in_memory(city: SimpleNamespace, index: PointIndex, radius_m: float) -> Ask:
    wanted = np.zeros(len(KINDS), dtype=bool)
    wanted[[KINDS.index(kind) for kind in ASKED_KINDS]] = True

    def ask(lon: float, lat: float) -> tuple[int, int]:
        rows, metres = index.within(
            lon, lat, radius_m, lambda rows: wanted[city.columns.kinds[rows]]
        )
        band = bands(city, rows, NEEDS)
        keep = np.flatnonzero(band < NO)
        order(city, rows[keep], band[keep], metres[keep], first=PAGE)[:PAGE]
        tally = np.bincount(band, minlength=3)
        return int(tally[MATCH]), int(tally[NO])

    return ask


def measure(ask: Callable, homes: list[tuple[float, float]]) -> tuple[np.ndarray, list]:
    """Return milliseconds per question and the answers, after a short warm-up.

    The best of a few tries each, for every contender alike: other work on the machine is not what
    is measured.
    """
    for home in homes[:10]:
        ask(*home)
    took, answers = [], []
    for home in homes:
        tries = []
        for _ in range(BEST_OF):
            began = time.perf_counter()
            answer = ask(*home)
            tries.append((time.perf_counter() - began) * 1_000)
        took.append(min(tries))
        answers.append(answer)
    return np.array(took), answers


def told(name: str, size: int, radius_m: int, took: np.ndarray, unit: float) -> dict[str, Any]:
    """Print a line; return its figures."""
    middle, most = float(np.median(took)), float(np.percentile(took, 99))
    print(f"  {radius_m:>6} m  {name:<22} p50 {middle:9.3f} ms  p99 {most:9.3f} ms", end="")
    print("" if name == "index" else f"  {middle / unit:8.1f} x the index")
    return {
        "points": size,
        "radius_m": radius_m,
        "by": name,
        "p50_ms": round(middle, 3),
        "p99_ms": round(most, 3),
        "ratio": round(middle / unit, 1),
    }


def main() -> dict[str, Any]:
    """Measure 4 km and 16 km with two needs and two kinds; return the figures."""
    vocabulary = shipped_reference().vocabulary
    figures, skipped = [], set()
    for size in map(int, os.environ.get("BENCH_SIZES", SIZES).split(",")):
        city = make_points(size, vocabulary)
        began = time.perf_counter()
        index = PointIndex(city.lons, city.lats)
        print(
            f" {size:,} points, {QUESTIONS} questions, needs {NEEDS}, kinds {ASKED_KINDS};", end=" "
        )
        print(f"index built in {time.perf_counter() - began:.2f} s")
        homes = questions(city, QUESTIONS)
        answers = {}
        for radius_m in RADII_M:
            took, answers[radius_m] = measure(in_memory(city, index, radius_m), homes)
            unit = float(np.median(took))
            figures.append(told("index", size, radius_m, took, unit))
        for name, peer in PEERS.items():
            with peer(city) as of:
                if of is None:
                    skipped.add(name)
                    continue
                for radius_m in RADII_M:
                    slow, said = measure(of(radius_m), homes[:FEW])
                    unit = next(
                        line["p50_ms"]
                        for line in figures
                        if (line["points"], line["radius_m"], line["by"])
                        == (size, radius_m, "index")
                    )
                    figures.append(told(name, size, radius_m, slow, unit))
                    off = sum(a != b for a, b in zip(said, answers[radius_m], strict=False))
                    assert off <= (name in ON_ANOTHER_ELLIPSOID), f"{name}: {off} differ"
    for name in sorted(skipped):
        print(f"  {name} is not installed here: left out (make bench-peers)")
    return {"searches": figures, "skipped": sorted(skipped)}


if __name__ == "__main__":
    main()
