"""``make bench``: every measurement, side by side in one run. Ratios, not promises."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil

import tests.bench


def main() -> None:
    """Run every bench module in turn."""
    figures = {}
    for module in sorted(pkgutil.iter_modules(tests.bench.__path__), key=lambda item: item.name):
        if module.name.startswith("bench_"):
            print(f"== {module.name}", flush=True)
            found = importlib.import_module(f"tests.bench.{module.name}").main()
            if found is not None:
                figures[module.name] = found
    print(json.dumps({"load": os.getloadavg()[0], "processors": os.cpu_count(), **figures}))


if __name__ == "__main__":
    main()
