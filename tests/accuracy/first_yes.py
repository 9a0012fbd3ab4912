"""How many calls until the first yes: ``python -m tests.accuracy.first_yes [--homes N]``.

Filings of a prefecture are hidden, questions are asked from random homes, and the possible band is
called down from the top until somebody answers yes to all that was asked, as the full list says:
once in the order of distance alone, once in the order of the product. Needs the official lists
beside the repository (``../shared/data``, ``../shared/more``); says so and stops where they are
missing. Everything is drawn from one seed.

What is hidden: ``lines``, each line of the list with even odds; ``needs``, for each institution and
need asked with even odds all lines that state it; ``institutions``, all lines of half of them, as
across the border of what is held; ``all``, as where no list is held. Who has no line left is known
by name and beds, as from another list.

An institution whose list is shown whole and does not name a need says no in this count, although
in life it may say yes: with ``institutions`` hidden a known visitor of whom the second need is open
never says yes. ``best`` is what any order needs that puts first of whom more is known.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import unicodedata
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
from geoportal.search.match import MATCH, POSSIBLE, bands, stated
from geoportal.search.rank import order
from geoportal.search.standing import standing
from geoportal.services.portal import Portal, shipped_reference
from geoportal.store.database import open_database
from tests.accuracy.official import SHARED
from tests.factories import make_snapshot

SEED = 20251001
TODAY = date(2025, 11, 1)
MORE = SHARED.parent / "more"
TOWNS = SHARED / "addresses" / "towns_japan.csv.gz"
LISTS = {
    "Yamaguchi": SHARED / "bureau" / "35_yamaguchi_todokede_2025-10.xlsx",
    "Tottori": MORE / "bureau" / "31_鳥取_届出受理医療機関名簿.xlsx",
    "Kumamoto": MORE / "kumamoto" / "r7_10_shisetsu_kumamoto_ika_02.xlsx",
    "Kyoto": MORE / "bureau" / "s2025.10_sisetukijun_kyoto_ika.xlsx",
    "Chiba": MORE / "chiba" / "12_chiba_todokede_2025-10.xlsx",
}
"""The first two were not looked at when the rules were written, the others were."""
DOCTORS, DENTISTS, PHARMACIES = ("hospital", "clinic"), ("dental_clinic",), ("pharmacy",)
QUESTIONS: tuple[tuple[Sequence[str], tuple[str, ...]], ...] = (
    (DOCTORS, ("VM.REG",)),
    (DOCTORS, ("VM.24DR",)),
    (DOCTORS, ("VM.EOL",)),
    (DOCTORS, ("AC.PALL",)),
    (DOCTORS, ("AC.PAIN",)),
    (DOCTORS, ("BK.URGENT",)),
    (DENTISTS, ("VM.DENT",)),
    (PHARMACIES, ("AC.OPIOID_RX",)),
    (DOCTORS, ("VM.REG", "VM.24DR")),
    (DOCTORS, ("VM.REG", "VM.EOL")),
    (DOCTORS, ("VM.REG", "AC.PALL")),
    (DOCTORS, ("VM.REG", "AC.PAIN")),
    (DOCTORS, ("VM.REG", "AC.CPAP")),
    (DOCTORS, ("VM.24DR", "AC.PALL")),
    (PHARMACIES, ("AC.OPIOID_RX", "AC.STERILE")),
    (DOCTORS, ("VM.REG", "VM.24DR", "AC.PALL")),
    (DOCTORS, ("VM.REG", "VM.EOL", "AC.PAIN")),
)
CALENDAR = OpeningCalendar()


Hidden = Callable[[Facility, str], bool]


@dataclass(frozen=True)
class Calls:
    """Calls until the first yes, for each question that has one: by distance, by the order.

    ``best`` is what the best order takes that puts first of whom more is known.
    """

    by_distance: list[int]
    by_order: list[int]
    best: list[int]

    def line(self) -> str:
        """Return the means, and the share of at most three calls before and after."""
        shares = (
            f"{sum(n <= 3 for n in calls) / len(calls):.0%}"
            for calls in (self.by_distance, self.by_order)
        )
        means = (statistics.mean(c) for c in (self.by_distance, self.by_order, self.best))
        return " | ".join((*(f"{mean:.1f}" for mean in means), *shares))


def stating(need: str) -> set[str]:
    """Return the symbols of filings that state a need, or something it follows from."""
    reference = shipped_reference()
    implies = reference.vocabulary.implied_by
    return {
        symbol
        for (_, symbol), rules in reference.filing_rules.items()
        for rule in rules
        if need in {rule.code, *(follows.implies for follows in implies(rule.code))}
    }


def hide(facilities: Sequence[Facility], hidden: Hidden) -> list[Facility]:
    """Return facilities without the filings that are hidden, and without what they say."""
    said: dict[str, set[str]] = {}
    for (_, symbol), rules in shipped_reference().filing_rules.items():
        said.setdefault(symbol, set()).update(rule.code for rule in rules)
    partly = []
    for facility in facilities:
        kept = tuple(symbol for symbol in facility.filings if not hidden(facility, symbol))
        codes = set().union(*(said.get(_folded(symbol), set()) for symbol in kept))
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
    before, after, best = [], [], []
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
        place = standing(known, rows, band, stated(known, rows, needs))
        by_order = order(known, rows, place.grades(band), metres)
        before.append(1 + int(np.argmax(yes[order(known, rows, band, metres)])))
        after.append(1 + int(np.argmax(yes[by_order])))
        best.append(1 + int((place.unknown < place.unknown[yes].min()).sum()))
    return Calls(before, after, best)


def facilities_of(paths: Sequence[Path], database: Path, towns: Path = TOWNS) -> list[Facility]:
    """Return the facilities of official lists, imported into a database of their own."""
    for arguments in (["init"], ["import", str(towns), *map(str, paths)]):
        run = CliRunner().invoke(cli, ["--db", str(database), *arguments])
        if run.exit_code:
            raise SystemExit(run.output)
    view = Portal(open_database(database), shipped_reference()).view()
    return [facility for facility in view.snapshot.facilities if facility.location.known]


def places_around(
    facilities: Sequence[Facility], homes: int, draw: random.Random
) -> list[tuple[float, float]]:
    """Return homes within a few kilometres of facilities, longitude and latitude."""
    return [
        (f.location.lon + draw.gauss(0, 0.01), f.location.lat + draw.gauss(0, 0.01))
        for f in draw.choices(facilities, k=homes)
        if f.location.lon is not None and f.location.lat is not None
    ]


def ways_of_hiding(facilities: Sequence[Facility], draw: random.Random) -> dict[str, Hidden]:
    """Return what is hidden, whatever is asked."""
    half = {f.id for f in facilities if draw.random() < 0.5}
    return {
        "lines": lambda _facility, _symbol: draw.random() < 0.5,
        "institutions": lambda facility, _symbol: facility.id in half,
        "all": lambda _facility, _symbol: True,
    }


def half_of_needs(
    facilities: Sequence[Facility], needs: Sequence[str], draw: random.Random
) -> Hidden:
    """Hide for each institution and need, with even odds, all lines that state the need."""
    states = {need: stating(need) for need in needs}
    gone: dict[str, set[str]] = {
        f.id: set().union(*(states[need] for need in needs if draw.random() < 0.5))
        for f in facilities
    }
    return lambda facility, symbol: _folded(symbol) in gone[facility.id]


def _folded(symbol: str) -> str:
    """Return a symbol as the filing rules are looked up: they are held in NFKC form."""
    return unicodedata.normalize("NFKC", symbol)


def measure(facilities: Sequence[Facility], homes: int) -> Iterator[str]:
    """Yield the lines of a table: what is hidden, the question, calls before and after."""
    draw = random.Random(SEED)
    truth = snapshot_of(facilities)
    places = places_around(facilities, homes, draw)
    known = {
        what: snapshot_of(hide(facilities, hidden))
        for what, hidden in ways_of_hiding(facilities, draw).items()
    }
    for kinds, needs in QUESTIONS:
        by_need = snapshot_of(hide(facilities, half_of_needs(facilities, needs, draw)))
        for what, snapshot in (("needs", by_need), *known.items()):
            result = calls(truth, snapshot, places, kinds, needs)
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
        click.echo(f"\n{name}, {len(facilities)} institutions. Mean calls; share of 3 or fewer")
        click.echo(
            "| hidden | asked | homes | by distance | by the order | best | ≤ 3 | ≤ 3 by order |"
            "\n| - | - | - | - | - | - | - | - |"
        )
        for line in measure(facilities, homes):
            click.echo(line)


if __name__ == "__main__":
    main()
