"""Chances on hidden filings of a prefecture: ``python -m tests.accuracy.chance_of_yes [NAME...]``.

With ``--db DATABASE --prefecture CODE`` the institutions are those of a database that holds them
(seconds); without, the official lists are imported with the towns of their prefecture (minutes).

What is hidden: ``needs``, for each institution, with even odds, all lines that state the need asked
(`tests.accuracy.first_yes`); ``lines``, each line of the list with even odds. Some of the silent
ones are asked: these are the past answers. Measured on the rest, mean of three seeds: the
calibration error (mean difference of chance and share in five bins of equal size, in points), and
calls until the first yes from random homes within 16 km, by distance and by chance.
"""

from __future__ import annotations

import csv
import gzip
import random
import statistics
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import click
import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from geoportal.desk.domain.chance import learn
from geoportal.desk.services.office_features import features_of
from geoportal.domain.facility import Facility
from geoportal.services.portal import shipped_reference
from geoportal.store.database import open_database
from geoportal.store.documents import load_facility
from geoportal.store.facilities import read_documents
from tests.accuracy.first_yes import (
    DOCTORS,
    LISTS,
    SEED,
    TOWNS,
    Hidden,
    facilities_of,
    half_of_needs,
    hide,
    places_around,
    snapshot_of,
    ways_of_hiding,
)

NEEDS = ("VM.REG", "VM.24DR", "VM.EOL", "AC.PALL", "AC.PAIN")
HIDDEN = ("needs", "lines")
HOMES, BINS, REACH_KM, SEEDS = 300, 5, 16, 3
ASKED = (150, 60)
"""Past answers; the model refuses fewer than 30."""
PREFECTURES = {
    "Yamaguchi": "山口県",
    "Tottori": "鳥取県",
    "Kumamoto": "熊本県",
    "Kyoto": "京都府",
    "Chiba": "千葉県",
}
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


def hidden_lines(
    facilities: Sequence[Facility], need: str, what: str, draw: random.Random
) -> Hidden:
    """Return what is hidden of the filings."""
    if what == "needs":
        return half_of_needs(facilities, (need,), draw)
    return ways_of_hiding(facilities, draw)[what]


@dataclass(frozen=True)
class Measured:
    """Of one need and seed: institutions measured, share that says yes, error, mean calls."""

    rest: int
    share: float
    error: float
    by_distance: float
    by_chance: float


def measure(
    doctors: Sequence[Facility], need: str, *, what: str, asking: int, seed: int
) -> Measured | None:
    """Return what is measured of a need; None where the model refuses, or nobody says yes."""
    draw = random.Random(seed)
    reference = shipped_reference()
    truth, hidden = snapshot_of(doctors), hide(doctors, hidden_lines(doctors, need, what, draw))
    held = snapshot_of(hidden)
    rows = np.arange(len(doctors))
    yes = truth.has_need(np.array([truth.row_of[one.id] for one in doctors]), need)
    known = held.has_need(np.array([held.row_of[one.id] for one in doctors]), need)
    silent = rows[~known]
    asked = np.zeros(len(doctors), dtype=bool)
    asked[draw.sample(silent.tolist(), min(asking, silent.size))] = True
    _, values = features_of(hidden, need, known, reference)
    model = learn(values, known, asked, yes)
    if model is None:
        return None
    rest = np.flatnonzero(~known & ~asked)
    chance = model.chances(values[rest])
    found = calls([doctors[row] for row in rest], chance, yes[rest], draw)
    if found is None:
        return None
    error = calibration_error(chance, yes[rest])
    return Measured(rest.size, float(yes[rest].mean()), error, *found)


def table(doctors: Sequence[Facility], asking: Sequence[int] = ASKED) -> Iterator[str]:
    """Yield the lines of a table, a line for each way of hiding, number of answers and need."""
    yield "| hidden | answers | need | seeds | n | yes | error, points | by distance | by chance |"
    yield "| - | - | - | - | - | - | - | - | - |"
    for what in HIDDEN:
        for number in asking:
            for need in NEEDS:
                tries = (
                    measure(doctors, need, what=what, asking=number, seed=SEED + step)
                    for step in range(SEEDS)
                )
                done = [one for one in tries if one is not None]
                if not done:
                    yield f"| {what} | {number} | {need} | 0 | refused: too little is known"
                    continue
                n, yes, error, far, best = (
                    statistics.mean(part) for part in zip(*map(astuple, done), strict=True)
                )
                yield (
                    f"| {what} | {number} | {need} | {len(done)} | {n:.0f} | {yes:.0%} "
                    f"| {error:.1f} | {far:.1f} | {best:.1f} |"
                )


def doctors_of(facilities: Iterable[Facility]) -> list[Facility]:
    """Return hospitals and clinics of which a filing and the position are known."""
    return [one for one in facilities if one.kind in DOCTORS and one.filings and one.location.known]


def held_in(database: Path, prefecture: str) -> list[Facility]:
    """Return the institutions of a prefecture (two digits) that a database holds."""
    with open_database(database).engine.connect() as connection:
        found = connection.execute(
            sa.text("SELECT id FROM facilities WHERE municipality_code LIKE :code ORDER BY id"),
            {"code": f"{prefecture}%"},
        )
        documents = read_documents(connection, [row.id for row in found])
        return doctors_of(map(load_facility, documents))


def imported(name: str) -> list[Facility]:
    """Return the institutions of an official list, imported with the towns of its prefecture."""
    with tempfile.TemporaryDirectory() as directory:
        towns = Path(directory) / "towns.csv"
        with gzip.open(TOWNS, "rt", encoding="utf-8-sig", newline="") as file:
            heading, *rows = csv.reader(file)
        own = [row for row in rows if row[0] == PREFECTURES[name]]
        with towns.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([heading, *own])
        found = facilities_of([LISTS[name]], Path(directory) / "measure.db", towns)
    return doctors_of(found)


@click.command()
@click.argument("names", nargs=-1)
@click.option("--db", "database", type=click.Path(exists=True, path_type=Path))
@click.option("--prefecture", default="35")
def main(names: Sequence[str], database: Path | None, prefecture: str) -> None:
    """Print a table for a database, or for each prefecture named, or all whose list is at hand."""
    if database is not None:
        doctors = held_in(database, prefecture)
        click.echo(f"{len(doctors)} institutions")
        for line in table(doctors):
            click.echo(line)
        return
    for name in names or LISTS:
        if not (LISTS[name].exists() and TOWNS.exists()):
            continue
        doctors = imported(name)
        click.echo(f"\n{name}, {len(doctors)} institutions")
        for line in table(doctors):
            click.echo(line)


if __name__ == "__main__":
    main()
