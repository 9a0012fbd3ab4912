"""``make bench``: every measurement, side by side in one run. Ratios, not promises.

The figures are kept in ``tests/bench/results/`` by day, with what they were measured on, and as a
table beside them: after each part, so that what was measured is not lost with a later one that
fails. ``python -m tests.bench coverage http`` runs parts; ``--readme`` puts the newest table into
README.md between the lines ``<!-- bench -->`` and ``<!-- /bench -->``.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import platform
import sys
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import tests.bench
from tests.bench.table import table

RESULTS = Path(__file__).parent / "results"
README = Path(__file__).parents[2] / "README.md"
_BEGIN, _END = "<!-- bench -->", "<!-- /bench -->"


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


def main() -> int:
    """Run every bench module in turn, or those that are named, and keep the figures."""
    if sys.argv[1:] == ["--readme"]:
        return write_readme()
    figures: dict[str, Any] = {"machine": machine()}
    RESULTS.mkdir(exist_ok=True)
    kept = RESULTS / f"{datetime.now(UTC):%Y-%m-%d}.json"
    if sys.argv[1:] and kept.is_file():
        figures = json.loads(kept.read_text(encoding="utf-8"))
    failed = []
    for module in sorted(pkgutil.iter_modules(tests.bench.__path__), key=lambda item: item.name):
        name = module.name.removeprefix("bench_")
        if name == module.name or (sys.argv[1:] and name not in sys.argv[1:]):
            continue
        print(f"== {module.name}", flush=True)
        began = time.monotonic()
        try:
            found = importlib.import_module(f"tests.bench.{module.name}").main()
        except (Exception, SystemExit):  # noqa: BLE001 - the other parts are measured all the same
            traceback.print_exc()
            failed.append(name)
            continue
        print(f"== {module.name}: {time.monotonic() - began:.0f} s", flush=True)
        if found is not None:
            figures[name] = found
        kept.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        kept.with_suffix(".md").write_text(table(figures), encoding="utf-8")
    print(f"\n{table(figures)}\nkept in {kept}")
    print(json.dumps(figures, ensure_ascii=False))
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return len(failed)


def write_readme() -> int:
    """Put the newest table into README.md."""
    newest = max(RESULTS.glob("*.md"), default=None)
    if newest is None:
        print("nothing has been measured yet: make bench", file=sys.stderr)
        return 1
    before, begin, rest = README.read_text(encoding="utf-8").partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        print(f"README.md lacks the lines {_BEGIN} and {_END}", file=sys.stderr)
        return 1
    lines = newest.read_text(encoding="utf-8").strip()
    measured = f"{before}{_BEGIN}\n\nMeasured on {newest.stem}: {lines}\n\n{_END}{after}"
    README.write_text(measured, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
