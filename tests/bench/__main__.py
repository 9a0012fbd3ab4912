"""``make bench``: every measurement, side by side in one run. Ratios, not promises."""

from __future__ import annotations

import importlib
import pkgutil

import tests.bench


def main() -> None:
    """Run every bench module in turn."""
    for module in sorted(pkgutil.iter_modules(tests.bench.__path__), key=lambda item: item.name):
        if module.name.startswith("bench_"):
            print(f"== {module.name}", flush=True)
            importlib.import_module(f"tests.bench.{module.name}").main()


if __name__ == "__main__":
    main()
