"""How many calls until the first yes: ``python -m tests.accuracy.first_yes [--homes N]``.

Filings of a prefecture are hidden, questions are asked from random homes, and the possible band is
called down from the top until somebody answers as the full list says: once in the order of distance
alone, once in the order of the product. Needs the official lists beside the repository
(``../shared/data``, ``../shared/more``); says so and stops where they are missing. Everything is
drawn from one seed.

What is hidden: ``half of the filings``, each line with even odds; ``half of the institutions``, all
of their filings, as across the border of what is held; ``all``, as where no list is held. Who has
no line left is known by name and beds, as from another list.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import click
import numpy as np
from click.testing import CliRunner

from geoportal.cli.main import cli
from geoportal.domain.facility import Facility
from geoportal.domain.hours import OpeningCalendar
from geoportal.domain.query import Origin, Query
from geoportal.index.snapshot import Snapshot
from geoportal.search.filters import find
from geoportal.search.match import MATCH, POSSIBLE, bands
from geoportal.search.rank import order
from geoportal.search.standing import standing
from geoportal.services.portal import Portal, shipped_reference
from geoportal.store.database import open_database
from tests.accuracy.official import SHARED
from tests.factories import make_snapshot

SEED = 20251001
TODAY = date(2025, 11, 1)
TOWNS = SHARED / "addresses" / "towns_japan.csv.gz"
LISTS = {
    "Yamaguchi": SHARED / "bureau" / "35_yamaguchi_todokede_2025-10.xlsx",
    "Tottori": SHARED.parent / "more" / "bureau" / "31_鳥取_届出受理医療機関名簿.xlsx",
}
"""Neither was looked at when the rules were written (Kumamoto, Kyoto and Chiba were)."""
DOCTORS, DENTISTS, PHARMACIES = ("hospital", "clinic"), ("dental_clinic",), ("pharmacy",)
QUESTIONS: tuple[tuple[Sequence[str], tuple[str, ...]], ...] = (
    (DOCTORS, ("VM.REG",)),
    (DOCTORS, ("VM.REG", "AC.PALL")),
    (DOCTORS, ("VM.REG", "AC.PAIN")),
    (DOCTORS, ("VM.24DR",)),
    (DOCTORS, ("BK.URGENT",)),
    (DENTISTS, ("VM.DENT",)),
    (PHARMACIES, ("AC.OPIOID_RX",)),
)
CALENDAR = OpeningCalendar()


@dataclass(frozen=True)
class Calls:
    """Calls until the first yes, for each question that has one: by distance, by the order."""

    by_distance: list[int]
    by_order: list[int]

    def line(self) -> str:
        """Return mean, median and the share of at most three calls, before and after."""
        return " | ".join(
            f"{statistics.mean(calls):.1f}, {statistics.median(calls):.0f}, "
            f"{sum(n <= 3 for n in calls) / len(calls):.0%}"
            for calls in (self.by_distance, self.by_order)
        )


def hide(facilities: Sequence[Facility], hidden: Callable[[Facility, str], bool]) -> list[Facility]:
    """Return facilities without the filings that are hidden, and without what they say."""
    said: dict[str, set[str]] = {}
    for (_, symbol), rules in shipped_reference().filing_rules.items():
        said.setdefault(symbol, set()).update(rule.code for rule in rules)
    partly = []
    for facility in facilities:
        kept = tuple(symbol for symbol in facility.filings if not hidden(facility, symbol))
        codes = set().union(*(said.get(symbol, set()) for symbol in kept))
        claims = tuple(c for c in facility.claims if c.evidence != "filed" or c.code in codes)
        listed = facility.sources if kept else ()
        partly.append(replace(facility, filings=kept, claims=claims, sources=listed))
    return partly


def snapshot_of(facilities: Sequence[Facility]) -> Snapshot:
    """Return a snapshot of facilities alone."""
    return make_snapshot(facilities, members={}, vocabulary=shipped_reference().vocabulary)


def calls(
    truth: Snapshot,
    known: Snapshot,
    homes: Sequence[tuple[float, float]],
    kinds: Sequence[str],
    needs: tuple[str, ...],
) -> Calls:
    """Call the possible band down from each home; homes without a yes in it are left out."""
    before, after = [], []
    for lon, lat in homes:
        query = Query(origin=Origin(lon, lat), kinds=tuple(kinds), needs=needs)
        found = find(known, query, CALENDAR)
        possible = np.flatnonzero(found.bands == POSSIBLE)
        rows, band = found.rows[possible], found.bands[possible]
        if found.distances is None:
            continue
        metres = found.distances[possible]
        same = np.array([truth.row_of[known.facilities[row].id] for row in rows], dtype=np.int64)
        yes = bands(truth, same, needs) == MATCH
        if not yes.any():
            continue
        by_order = order(known, rows, band, metres, standing=standing(known, rows, band, needs))
        before.append(1 + int(np.argmax(yes[order(known, rows, band, metres)])))
        after.append(1 + int(np.argmax(yes[by_order])))
    return Calls(before, after)


def facilities_of(paths: Sequence[Path], database: Path) -> list[Facility]:
    """Return the facilities of official lists, imported into a database of their own."""
    for arguments in (["init"], ["import", str(TOWNS), *map(str, paths)]):
        run = CliRunner().invoke(cli, ["--db", str(database), *arguments])
        if run.exit_code:
            raise SystemExit(run.output)
    view = Portal(open_database(database), shipped_reference()).view()
    return [facility for facility in view.snapshot.facilities if facility.location.known]


def measure(facilities: Sequence[Facility], homes: int) -> Iterator[str]:
    """Yield the lines of a table: what is hidden, the question, calls before and after."""
    draw = random.Random(SEED)
    truth = snapshot_of(facilities)
    places = [
        (f.location.lon + draw.gauss(0, 0.01), f.location.lat + draw.gauss(0, 0.01))
        for f in draw.choices(facilities, k=homes)
        if f.location.lon is not None and f.location.lat is not None
    ]
    half = {f.id for f in facilities if draw.random() < 0.5}
    hidden: dict[str, Callable[[Facility, str], bool]] = {
        "half of the filings": lambda _facility, _symbol: draw.random() < 0.5,
        "half of the institutions": lambda facility, _symbol: facility.id in half,
        "all": lambda _facility, _symbol: True,
    }
    for what, rule in hidden.items():
        known = snapshot_of(hide(facilities, rule))
        for kinds, needs in QUESTIONS:
            result = calls(truth, known, places, kinds, needs)
            if result.by_order:
                asked = " + ".join(needs)
                yield f"| {what} | {asked} | {len(result.by_order)} | {result.line()} |"


def main() -> None:
    """Print a table for each prefecture whose list is at hand."""
    homes = int(sys.argv[sys.argv.index("--homes") + 1]) if "--homes" in sys.argv else 300
    at_hand = {name: path for name, path in LISTS.items() if path.exists() and TOWNS.exists()}
    if not at_hand:
        raise SystemExit(f"the official lists are missing; expected them in {SHARED}")
    for name, path in at_hand.items():
        with tempfile.TemporaryDirectory() as directory:
            facilities = facilities_of([path], Path(directory) / "measure.db")
        click.echo(
            f"\n{name}, {len(facilities)} institutions. Calls: mean, median, share of 3 or fewer"
        )
        click.echo("| hidden | asked | homes | by distance | by the order |\n| - | - | - | - | - |")
        for line in measure(facilities, homes):
            click.echo(line)


if __name__ == "__main__":
    main()
