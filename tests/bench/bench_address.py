"""Geocoding: ready in how long, how much memory, how fast, for one prefecture and for Japan.

Real towns and addresses when the official files are beside the repository, else a made-up city.
"""

from __future__ import annotations

import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from geoportal.address.compiling.compiler import compile_gazetteer
from geoportal.address.gazetteer.gazetteer import Gazetteer
from geoportal.address.geocode import Geocoder
from geoportal.domain.place import Municipality, Place
from tests.accuracy.official import SHARED, cases, municipalities, places, postcodes

Texts = list[tuple[str, str]]


def _made_up() -> tuple[list[Place], Texts]:
    chooser = random.Random(7)
    letters = "青葉台丘山川田原西東南北中本町松竹梅桜橋浜島崎谷池森林"
    rows = []
    for ward in range(1, 8):
        for _ in range(250):
            town = "".join(chooser.sample(letters, 3)) + chooser.choice(["", "一丁目", "二丁目"])
            lon, lat = chooser.uniform(130.7, 131.0), chooser.uniform(33.8, 33.95)
            rows.append(
                Place(
                    municipality_code=f"4090{ward}",
                    prefecture="見本県",
                    municipality=f"見本市第{ward}区",
                    town=town,
                    lon=lon,
                    lat=lat,
                )
            )
    texts = [(f"見本県{row.municipality}{row.town}2番{n}号", "") for n, row in enumerate(rows)]
    return rows, texts


def _each(texts: Texts, work: Callable[[str, str], object]) -> list[float]:
    times = []
    for text, hint in texts:
        start = time.perf_counter()
        work(text, hint)
        times.append(time.perf_counter() - start)
    return times


def _measure(
    name: str, rows: list[Place], known: list[Municipality], texts: Texts
) -> dict[str, float]:
    """Print one line; return its figures."""
    with tempfile.TemporaryDirectory() as directory:
        start = time.perf_counter()
        compile_gazetteer(
            rows,
            known,
            Path(directory),
            source="bench",
            dataset_date="",
            postcodes=postcodes() if SHARED.is_dir() else (),
        )
        compiled = time.perf_counter() - start
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.perf_counter()
        geocoder = Geocoder(Gazetteer.open(Path(directory)))
        ready = time.perf_counter() - start
        _each(texts[:200], geocoder.geocode)
        times = _each(texts, geocoder.geocode)
        start = time.perf_counter()
        for _ in geocoder.geocode_many([t for t, _ in texts], [h for _, h in texts]):
            pass
        batch = len(texts) / (time.perf_counter() - start)
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        median = statistics.median(times)
        slowest = sorted(times)[len(times) * 99 // 100]
        print(
            f"{name:9} {len(rows):7} places  compiled {compiled:5.1f} s"
            f"  ready {ready * 1e3:5.1f} ms  median {median * 1e3:.3f} ms"
            f"  p99 {slowest * 1e3:.2f} ms  batch {batch:6.0f}/s  memory +{max(0.0, grown):.0f} MB"
        )
        return {
            "places": len(rows),
            "ready_ms": round(ready * 1e3, 1),
            "p50_ms": round(median * 1e3, 3),
            "p99_ms": round(slowest * 1e3, 2),
            "batch_per_s": round(batch),
        }


def main() -> dict[str, dict[str, float]]:
    """Measure one prefecture and, with the official files, Japan."""
    if not SHARED.is_dir():
        rows, texts = _made_up()
        return {"made up": _measure("made up", rows, [], texts)}
    everything = cases()
    fukuoka = [(c.address, c.city) for c in everything if "Fukuoka" in c.data_set or c.city]
    national = [(c.address, c.city) for c in everything]
    one = _measure("Fukuoka", list(places("福岡県")), municipalities(), fukuoka)
    japan = _measure("Japan", list(places()), municipalities(), national)
    ratio = japan["p50_ms"] / one["p50_ms"]
    print(f"Japan takes {ratio:.2f} times what Fukuoka takes")
    return {"Fukuoka": one, "Japan": japan}


if __name__ == "__main__":
    main()
