"""Fuzzing by hand: ``python -m tests.fuzz TARGET SECONDS [SEED]``; ``all`` runs each in turn.

With atheris installed (``make fuzz`` installs it) inputs are led by what code of the program they
reach, for which it is loaded here; without it they are mutated blindly. An input that raises, takes
more than `LONGEST_S` or more memory than `MOST_BYTES` is written to ``var/fuzz`` and named.
"""

from __future__ import annotations

import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from contextlib import nullcontext
from pathlib import Path

try:
    import atheris
except ImportError:
    atheris = None

with atheris.instrument_imports(include=["geoportal"]) if atheris else nullcontext():
    from geoportal.ingest.pipeline import load_sample
    from geoportal.services.portal import Portal, sample_directory, shipped_reference
    from geoportal.store.database import open_database
    from tests.conftest import NOW
    from tests.fuzz.inputs import mutated
    from tests.fuzz.targets import TARGETS, Ground, Target

LONGEST_S = 60
MOST_BYTES = 512 << 20
FAULTS = Path("var") / "fuzz"


def ground_in(folder: Path) -> Ground:
    """Return a ground over the sample city."""
    database = open_database(folder / "city.db", create=True)
    reference = shipped_reference()
    centres = reference.cities_directory / "40100" / "centres.csv"
    load_sample(database, reference, sample_directory(), centres, today=NOW.date())
    empty = open_database(folder / "empty.db", create=True)
    return Ground(empty, Portal(database, reference, clock=lambda: NOW).view(), folder)


def tried(target: Target, ground: Ground, data: bytes) -> str:
    """Return what is wrong with how a target takes an input; empty when nothing is."""
    began, held = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    fault = ""
    try:
        target.run(ground, data)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        lines = traceback.format_exc().splitlines()
        fault = f"{type(error).__name__}: {error}\n" + "\n".join(lines[-14:])
    if time.monotonic() - began > LONGEST_S:
        fault = "too slow"
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held
    return fault or ("too large" if grown << 10 > MOST_BYTES else "")


def keep(target: Target, data: bytes, fault: str) -> None:
    """Write an input down and say what is wrong."""
    FAULTS.mkdir(parents=True, exist_ok=True)
    path = FAULTS / f"{target.name}-{abs(hash(fault)) % 10**8}"
    path.write_bytes(data)
    print(f"{path}: {fault}", flush=True)  # noqa: T201 - a finding


def blind(target: Target, ground: Ground, seconds: float, seed: int) -> dict[str, object]:
    """Mutate without guidance; return how many inputs were tried and how long the longest took."""
    rng = random.Random(seed)
    pool = target.seeds()
    seen: set[str] = set()
    count, longest, until = 0, 0.0, time.monotonic() + seconds
    while time.monotonic() < until:
        data = mutated(rng, rng.choice(pool), pool)
        began = time.monotonic()
        fault = tried(target, ground, data)
        longest = max(longest, time.monotonic() - began)
        count += 1
        place = "\n".join(fault.splitlines()[-4:])
        if fault and place not in seen:
            seen.add(place)
            keep(target, data, fault)
    told = {"target": target.name, "tried": count, "longest_s": round(longest, 2)}
    return {**told, "faults": len(seen)}


def guided(target: Target, ground: Ground, seconds: float, seed: int, corpus: Path) -> None:
    """Run atheris, which ends the process."""

    def one(data: bytes) -> None:
        fault = tried(target, ground, data)
        if fault:
            keep(target, data, fault)
            raise RuntimeError(fault)

    for number, seed_data in enumerate(target.seeds()):
        (corpus / f"seed{number}").write_bytes(seed_data)
    options = [
        f"-max_total_time={int(seconds)}", f"-seed={seed}", "-max_len=60000",
        "-print_final_stats=1",
        f"-timeout={LONGEST_S}", "-rss_limit_mb=2048", f"-artifact_prefix={FAULTS}/",
    ]  # fmt: skip
    FAULTS.mkdir(parents=True, exist_ok=True)
    atheris.Setup([sys.argv[0], *options, str(corpus)], one)
    atheris.Fuzz()


def main() -> int:
    """Run one target, or each in a process of its own."""
    name, seconds, *seeds = sys.argv[1:]
    if name == "all":
        commands = [[sys.executable, "-m", "tests.fuzz", each, seconds, *seeds] for each in TARGETS]
        return max(subprocess.run(command, check=False).returncode for command in commands)
    folder = Path(tempfile.mkdtemp())
    ground, seed = ground_in(folder), int(seeds[0]) if seeds else 1
    if atheris is not None:
        corpus = folder / "corpus"
        corpus.mkdir()
        guided(TARGETS[name], ground, float(seconds), seed, corpus)
    found = blind(TARGETS[name], ground, float(seconds), seed)
    print(json.dumps(found))  # noqa: T201 - a measurement
    shutil.rmtree(folder)
    return 1 if found["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
