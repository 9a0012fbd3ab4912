"""A made-up country: facilities drawn around cities of very unequal size, as they are stored."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from geoportal.domain.claim import Claim
from geoportal.domain.facility import KINDS, Facility, SourceMention
from geoportal.domain.hours import Hours, Session
from geoportal.domain.location import Location
from geoportal.services.portal import shipped_reference
from geoportal.store.database import advance_dataset_version, open_database
from geoportal.store.facilities import write_facilities

CITIES = 400
SEED = 20261129
_PARTS = "青葉台丘山川田原西東南北中本町松竹梅桜橋浜島崎谷池森林"
_DEPARTMENTS = ("内科", "外科", "皮膚科", "整形外科", "小児科", "眼科", "精神科")
_WEEK = tuple(
    Session(day, opens, closes)
    for day in range(6)
    for opens, closes in (("09:00", "12:30"), ("14:00", "18:00"))
)
_BATCH = 10_000


def facilities(size: int, seed: int = SEED) -> Iterator[Facility]:
    """Yield facilities of plausible kinds, names, facts and hours; the same for the same seed."""
    rng = np.random.default_rng(seed)
    reference = shipped_reference()
    weights = 1 / np.arange(1, CITIES + 1) ** 0.9
    centres = np.column_stack((rng.uniform(129.5, 145.0, CITIES), rng.uniform(31.0, 43.5, CITIES)))
    spread = 0.03 + 0.12 * (weights / weights[0]) ** 0.5
    codes = rng.choice(sorted(reference.municipalities), CITIES)
    needs = [term.code for term in reference.vocabulary if term.need]
    often = np.array([8, 100, 65, 60] + [10] * (len(KINDS) - 4), dtype=float)
    for start in range(0, size, _BATCH):
        count = min(_BATCH, size - start)
        city = rng.choice(CITIES, count, p=weights / weights.sum())
        places = centres[city] + rng.normal(0, 1, (count, 2)) * spread[city][:, None]
        kinds = rng.choice(len(KINDS), count, p=often / often.sum())
        letters = rng.integers(0, len(_PARTS), (count, 3))
        stated = rng.integers(0, len(needs), (count, 4))
        draws = rng.random((count, 3))
        for i in range(count):
            number = start + i
            name = "".join(_PARTS[letter] for letter in letters[i])
            info = reference.municipalities[str(codes[city[i]])]
            claims = tuple(
                Claim(needs[code], "yes" if place else "no", "filed", "bureau", "2026-10-01")
                for place, code in enumerate(dict.fromkeys(stated[i].tolist()))
            )
            located = draws[i, 0] < 0.97
            yield Facility(
                id=f"b{number:07d}",
                kind=KINDS[kinds[i]],
                name=f"医療法人 {name}クリニック",
                kana="",
                address=f"{info.prefecture}{info.name}{name[:2]}町{number % 40}番{i % 30}号",
                postal_code=f"{number % 10_000_000:07d}",
                municipality_code=info.code,
                phone=f"0{number % 900_000_000 + 100_000_000}",
                fax="",
                url="",
                operator=f"医療法人{name}会",
                identifiers={"medical_institution_code": f"{number:010d}"},
                services=(),
                beds=None,
                capacity=None,
                departments=_DEPARTMENTS[: 1 + number % 3],
                filings=("支援診２",) if draws[i, 1] < 0.2 else (),
                hours=Hours(sessions=_WEEK, closed_days=(6,), as_of="2026-10-01", source="navii"),
                note="",
                location=Location(*map(float, places[i]), "point", 50.0, "navii")
                if located
                else Location(),
                claims=claims,
                sources=(SourceMention("navii", str(number), "2026-10-01"),),
                status="open" if draws[i, 2] < 0.98 else "closed",
                first_seen="2026-01-01",
                last_seen="2026-10-01",
            )


def make_country(path: Path, size: int, seed: int = SEED) -> None:
    """Write a database of some facilities, without outlines, places or people."""
    database = open_database(path, create=True)
    coming = facilities(size, seed)
    with database.engine.begin() as connection:
        while batch := [f for _, f in zip(range(_BATCH), coming, strict=False)]:
            write_facilities(connection, batch)
        advance_dataset_version(connection, f"bench {size} {seed}")
    database.engine.dispose()


if __name__ == "__main__":
    make_country(Path(sys.argv[1]), int(sys.argv[2]))
