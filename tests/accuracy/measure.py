"""Accuracy on real official addresses: ``python -m tests.accuracy.measure [--failures]``.

With ``--markdown`` the tables are written to ``tests/accuracy/README.md`` instead.

Needs the official files beside the repository (``../shared/data``); says so and stops where they
are missing. Compiles all of Japan first (half a minute). Prints, for each set of files: how many
addresses, how many reach the right town with and without the city column as a hint, how far the
position is from the official one, and how often the stated uncertainty holds.
"""

from __future__ import annotations

import math
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from pyproj import Geod

from geoportal.address.compiling.compiler import compile_gazetteer
from geoportal.address.gazetteer.gazetteer import Gazetteer
from geoportal.address.geocode import Geocoder
from geoportal.address.result import GeocodeResult
from geoportal.domain.place import Place
from geoportal.store.reference import Reference
from tests.accuracy.official import (
    MUNICIPALITIES,
    SHARED,
    Case,
    Judge,
    cases,
    municipalities,
    places,
    plain,
    postcodes,
)

ORACLE = Geod(ellps="GRS80")
PEERS = Path(__file__).with_name("peer_cases.tsv")
JUDGED_PREFECTURES = ("福岡県", "熊本県", "山口県")


@dataclass
class Tally:
    """Counts for one set of files."""

    n: int = 0
    unjudged: int = 0
    right: int = 0
    chome_stated: int = 0
    chome_right: int = 0
    open: int = 0
    wrong_but_ok: int = 0
    other_ward_but_ok: int = 0
    failures: list[str] = field(default_factory=list)

    def share(self) -> float:
        """Return the share of judged addresses whose town is right."""
        return self.right / max(1, self.n - self.unjudged)


def compile_official(directory: Path, *prefectures: str) -> Geocoder:
    """Compile the official towns of some prefectures, or of all, and open a geocoder."""
    return open_compiled(directory, places(*prefectures))


def open_compiled(directory: Path, towns: Iterable[Place]) -> Geocoder:
    """Compile towns, with the shipped readings and changes, and open a geocoder over them."""
    reference = Reference(MUNICIPALITIES.parent)
    compile_gazetteer(
        towns,
        municipalities(),
        directory,
        source="Geolonia",
        dataset_date="",
        postcodes=postcodes(),
        changes=reference.municipality_changes,
    )
    return Geocoder(Gazetteer.open(directory), reference.doubled_towns, reference.readings)


class Judgement:
    """Compares answers with the independent judge."""

    def __init__(self) -> None:
        self.judge = Judge(places(*JUDGED_PREFECTURES))
        self.full_name = {name.rpartition("郡")[2]: name for name in self.judge.bases}

    def add(self, tally: Tally, case: Case, answer: GeocodeResult) -> None:
        """Count one answer."""
        tally.n += 1
        stated = self.full_name.get(case.city, answer.municipality)
        town = self.judge.town(case.address, stated) if stated in self.judge.bases else ""
        got = plain(answer.town).replace("大字", "")
        base = got if town == got else got[: -len("1丁目")] if got.endswith("丁目") else got
        base = base.rstrip("0123456789") if got.endswith("丁目") and town != got else base
        right = bool(town) and base == town and answer.municipality == stated
        if not town:
            tally.unjudged += 1
        tally.right += right
        tally.open += answer.status in {"ambiguous", "not_found", "invalid"}
        if answer.status == "ok" and town and not right:
            tally.wrong_but_ok += 1
            tally.other_ward_but_ok += answer.municipality != stated
        number = self.judge.numbered(case.address, stated, town) if right else ""
        tally.chome_stated += bool(number)
        tally.chome_right += bool(number) and number == got
        if not right or (number and number != got):
            tally.failures.append(
                f"{case.address} [{case.city}] {answer.status} {answer.municipality} {answer.town}"
                f" {answer.warnings} judge: {town or '-'}"
            )


def measure_towns(geocoder: Geocoder, all_cases: list[Case], *, hints: bool) -> dict[str, Tally]:
    """Return a tally for each set of files."""
    judgement = Judgement()
    tallies: dict[str, Tally] = defaultdict(Tally)
    for case in all_cases:
        answer = geocoder.geocode(case.address, case.city if hints else "")
        judgement.add(tallies[case.data_set], case, answer)
    return dict(tallies)


def measure_positions(
    geocoder: Geocoder, all_cases: list[Case]
) -> dict[tuple[str, str], tuple[np.ndarray, np.ndarray]]:
    """Return distances to the official positions and stated uncertainties, in metres.

    Keyed by set and kind (丁目, 町, 大字); only answers with status ``ok``.
    """
    found: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for case in all_cases:
        if math.isnan(case.lon):
            continue
        answer = geocoder.geocode(case.address, case.city)
        if answer.status != "ok" or answer.lon is None:
            continue
        kind = "chome" if answer.match_level == "chome" else "town"
        if "大字" in answer.town:
            kind = "oaza"
        away = ORACLE.inv(case.lon, case.lat, answer.lon, answer.lat)[2]
        found[case.data_set, kind].append((away, answer.uncertainty_m or 0.0))
    return {
        key: (np.array([a for a, _ in rows]), np.array([u for _, u in rows]))
        for key, rows in sorted(found.items())
    }


def peer_cases() -> list[tuple[str, str, bool]]:
    """Return address, town and whether it must be found, of other geocoders' test suites."""
    rows = []
    for line in PEERS.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            address, town, *mark = line.split("\t")
            rows.append((address, "" if town == "-" else town, not mark))
    return rows


def main() -> None:
    """Print the tables."""
    if not SHARED.is_dir():
        print(f"no official files at {SHARED}: nothing measured")  # noqa: T201
        return
    show = print
    everything = cases()
    with tempfile.TemporaryDirectory() as directory:
        geocoder = compile_official(Path(directory))
        if "--markdown" in sys.argv:
            from tests.accuracy.table import write_markdown

            write_markdown(geocoder, everything)
            return
        for hints in (True, False):
            show(f"\nTowns, {'city column as hint' if hints else 'without hint'}, all of Japan")
            for name, tally in measure_towns(geocoder, everything, hints=hints).items():
                show(
                    f"  {name:22} n {tally.n:5}  judged {tally.n - tally.unjudged:5}"
                    f"  town right {tally.share():7.2%}"
                    f"  丁目 right {tally.chome_right}/{tally.chome_stated}"
                    f"  left open {tally.open}  wrong as ok {tally.wrong_but_ok}"
                    f" (other ward {tally.other_ward_but_ok})"
                )
                if "--failures" in sys.argv:
                    show("\n".join(f"      {line}" for line in tally.failures))
        show("\nPositions against the official ones, metres")
        for (name, kind), (away, stated) in measure_positions(geocoder, everything).items():
            if len(away) > 10:
                near = away[away < 2000]
                show(
                    f"  {name:22} {kind:5} n {len(away):5}  median {np.median(away):5.0f}"
                    f"  p95 {np.percentile(away, 95):6.0f}"
                    f"  (official within 2 km: {np.median(near):5.0f}"
                    f" {np.percentile(near, 95):6.0f})"
                    f"  uncertainty median {np.median(stated):5.0f}"
                    f"  holds {np.mean(away <= stated):6.1%}"
                )
        known = peer_cases()
        right = sum(geocoder.geocode(address).town == town for address, town, _ in known)
        show(f"\nCases of other geocoders' suites: {right} of {len(known)} towns right")


if __name__ == "__main__":
    main()
