"""``make bench``: every measurement, side by side in one run. Ratios, not promises.

The figures are kept in ``tests/bench/results/`` by day, with what they were measured on, and as a
table beside them.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import tests.bench
from tests.bench.table import table

RESULTS = Path(__file__).parent / "results"


def machine() -> dict[str, Any]:
    """Return what the figures are measured on."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "memory_gib": round(memory),
        "python": platform.python_version(),
        "load_at_start": round(os.getloadavg()[0], 1),
    }


def main() -> None:
    """Run every bench module in turn, or those that are named, and keep the figures."""
    figures: dict[str, Any] = {"machine": machine()}
    for module in sorted(pkgutil.iter_modules(tests.bench.__path__), key=lambda item: item.name):
        name = module.name.removeprefix("bench_")
        if name == module.name or (sys.argv[1:] and name not in sys.argv[1:]):
            continue
        print(f"== {module.name}", flush=True)
        found = importlib.import_module(f"tests.bench.{module.name}").main()
        if found is not None:
            figures[name] = found
    RESULTS.mkdir(exist_ok=True)
    kept = RESULTS / f"{datetime.now(UTC):%Y-%m-%d}.json"
    kept.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    kept.with_suffix(".md").write_text(table(figures), encoding="utf-8")
    print(f"\n{table(figures)}\nkept in {kept}")
    print(json.dumps(figures, ensure_ascii=False))


if __name__ == "__main__":
    main()
