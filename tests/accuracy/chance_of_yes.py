"""Chances on hidden filings of a prefecture: ``python -m tests.accuracy.chance_of_yes [NAME...]``.

For each institution and need all lines that state the need are hidden with even odds
(`tests.accuracy.first_yes`). 150 of the silent ones are asked: these are the past answers. Measured
on the rest: the calibration error (mean difference of chance and share in five bins of equal size,
in points), and calls until the first yes from random homes within 16 km, by distance and by chance.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from geoportal.desk.domain.chance import learn
from geoportal.desk.services.office_features import features_of
from geoportal.domain.facility import Facility
from geoportal.services.portal import shipped_reference
from tests.accuracy.first_yes import (
    LISTS,
    SEED,
    TOWNS,
    facilities_of,
    half_of_needs,
    hide,
    places_around,
    snapshot_of,
)

NEEDS = ("VM.REG", "VM.24DR", "VM.EOL", "AC.PALL", "AC.PAIN")
ASKED, HOMES, BINS, REACH_KM = 150, 300, 5, 16
Floats = NDArray[np.float64]


def calibration_error(chance: Floats, yes: NDArray[np.bool_]) -> float:
    """Return the mean difference of chance and share, in points."""
    order = np.array_split(np.argsort(chance, kind="stable"), BINS)
    parts = [abs(chance[own].mean() - yes[own].mean()) * own.size for own in order if own.size]
    return 100 * float(sum(parts)) / chance.size


def calls(
    facilities: Sequence[Facility], chance: Floats, yes: NDArray[np.bool_], draw: random.Random
) -> tuple[float, float] | None:
    """Return mean calls until the first yes, by distance and by chance; None without any."""
    place = np.array([(f.location.lon, f.location.lat) for f in facilities], dtype=float)
    by_distance, by_chance = [], []
    for lon, lat in places_around(facilities, HOMES, draw):
        east = (place[:, 0] - lon) * np.cos(np.radians(lat)) * 111.32
        far = np.hypot(east, (place[:, 1] - lat) * 110.95)
        near = np.flatnonzero(far <= REACH_KM)
        if not yes[near].any():
            continue
        by_distance.append(1 + int(np.argmax(yes[near[np.argsort(far[near])]])))
        by_chance.append(1 + int(np.argmax(yes[near[np.argsort(-chance[near], kind="stable")]])))
    if not by_distance:
        return None
    return statistics.mean(by_distance), statistics.mean(by_chance)


def measure(whole: Sequence[Facility], need: str, draw: random.Random) -> str:
    """Return the line of a need."""
    reference = shipped_reference()
    doctors = [one for one in whole if one.kind in {"hospital", "clinic"}]
    truth, hidden = snapshot_of(doctors), hide(doctors, half_of_needs(doctors, (need,), draw))
    held = snapshot_of(hidden)
    rows = np.arange(len(doctors))
    yes = truth.has_need(np.array([truth.row_of[one.id] for one in doctors]), need)
    known = held.has_need(np.array([held.row_of[one.id] for one in doctors]), need)
    silent = rows[~known]
    asked = np.zeros(len(doctors), dtype=bool)
    asked[draw.sample(silent.tolist(), min(ASKED, silent.size))] = True
    _, values = features_of(hidden, need, known, reference)
    model = learn(values, known, asked, yes)
    if model is None:
        return f"| {need} | refused: too little is known | | | |"
    rest = np.flatnonzero(~known & ~asked)
    chance = model.chances(values[rest])
    error = calibration_error(chance, yes[rest])
    found = calls([doctors[row] for row in rest], chance, yes[rest], draw)
    first = "| |" if found is None else f"{found[0]:.1f} | {found[1]:.1f} |"
    return f"| {need} | {yes[rest].mean():.0%} | {error:.1f} | {first}"


def main() -> None:
    """Print a table for each prefecture named, or all, whose list is at hand."""
    for name in sys.argv[1:] or LISTS:
        path = LISTS[name]
        if not (path.exists() and TOWNS.exists()):
            continue
        with tempfile.TemporaryDirectory() as directory:
            whole = facilities_of([path], Path(directory) / "measure.db")
        click.echo(f"\n{name}. Half of each need hidden")
        click.echo("| need | say yes | error, points | calls by distance | by chance |")
        click.echo("| - | - | - | - | - |")
        for need in NEEDS:
            click.echo(measure(whole, need, random.Random(SEED)))


if __name__ == "__main__":
    main()
