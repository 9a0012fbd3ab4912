"""An independent judge of search answers: plain Python over plain facts, one facility at a time.

Shares nothing with the code under test but the domain's dates (`Claim`): its own choice of claims,
its own reading of the implications, its own geodesic, its own folding of districts.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pyproj import Geod

ORACLE = Geod(ellps="GRS80")
REFERENCE = Path(__file__).parents[2] / "data" / "reference"
STRENGTH = ("registry", "filed", "survey", "confirmed", "observed")
DAYS_FRESH = {"registry": 730, "filed": 90, "survey": 730, "confirmed": 730, "observed": 730}


@dataclass(frozen=True)
class Fact:
    """What one source says of one code: all a judge needs."""

    code: str
    value: str
    evidence: str
    as_of: str
    valid_until: str = ""
    source: str = ""
    note: str = ""


def rules() -> list[tuple[str, str]]:
    with (REFERENCE / "need_implications.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return [(row["code"], row["implies"]) for row in rows if row["value"] == "yes"]


def kinds_of() -> dict[str, set[str]]:
    """Return for each code the kinds it is about; none: all."""
    with (REFERENCE / "vocabulary.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return {row["code"]: set(filter(None, row["kinds"].split("|"))) for row in rows}


def about(code: str, kind: str, beds: int | None, kinds: dict[str, set[str]]) -> bool:
    """Say whether a need is about a facility: its kind, and beds for an admission."""
    if code.startswith("BK.") and beds == 0 and kind in {"hospital", "clinic"}:
        return False
    return not kinds[code] or kind in kinds[code]


def old(fact: Fact, today: date) -> bool:
    if fact.valid_until and today.isoformat() > fact.valid_until:
        return True
    days = 7 if fact.code.startswith("CAP.") else DAYS_FRESH[fact.evidence]
    return (today - date.fromisoformat(fact.as_of)).days > days


def today_says(fact: Fact, today: date) -> str:
    over = bool(fact.valid_until) and today.isoformat() > fact.valid_until
    return "unknown" if over or (fact.code.startswith("CAP.") and old(fact, today)) else fact.value


def weight(fact: Fact, today: date) -> tuple:
    """The order of claims (data/reference/README.md): known, fresh, strong, new; then fixed."""
    return (
        today_says(fact, today) != "unknown",
        not old(fact, today),
        STRENGTH.index(fact.evidence),
        fact.as_of,
        fact.source,
        fact.value,
        fact.note,
    )


def values(facts: Iterable[Fact], today: date, implications: list[tuple[str, str]]) -> dict:
    """The value of every code of one facility on a day."""
    by_code: dict[str, list[Fact]] = {}
    for fact in facts:
        by_code.setdefault(fact.code, []).append(fact)
    best = {code: max(said, key=lambda f: weight(f, today)) for code, said in by_code.items()}
    shown = {code: today_says(fact, today) for code, fact in best.items()}
    concluded = dict(shown)
    for code, implies in implications:
        if shown.get(code) != "yes":
            continue
        filing = best[code]
        speaking = [f for f in by_code.get(implies, ()) if today_says(f, today) != "unknown"]
        strength = STRENGTH.index(filing.evidence)
        if any(STRENGTH.index(f.evidence) >= strength for f in speaking):
            continue
        # weaker direct facts: the filing wins unless it is old and one of them is not
        if speaking and old(filing, today) and any(not old(f, today) for f in speaking):
            continue
        concluded[implies] = "yes"
    return concluded


def band(known: dict[str, str], needs: Iterable[str], beside: Iterable[str] = ()) -> str:
    """Return the band; ``beside`` are the needs that are not about the facility."""
    said = [known.get(code, "unknown") for code in needs]
    if "no" in said:
        return "no"
    if any(code in beside and known.get(code, "unknown") == "unknown" for code in needs):
        return "not_applicable"
    return "possible" if "unknown" in said else "match"


def metres(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    return ORACLE.inv(lon, lat, other_lon, other_lat)[2]
