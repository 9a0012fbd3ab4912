"""Facilities of a made-up nation, drawn where people live: as they are stored, and as files.

``python -m tests.bench.country DATABASE 500000`` writes a database, a folder in place of the
database gets files in two official layouts.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from geoportal.domain.claim import Claim
from geoportal.domain.facility import KINDS, Facility, SourceMention
from geoportal.domain.hours import Hours, Session
from geoportal.domain.location import Location
from geoportal.ingest.reading.municipalities import check_digit
from geoportal.services.portal import shipped_reference
from geoportal.store.database import advance_dataset_version, open_database
from geoportal.store.facilities import write_facilities
from tests.bench.nation import Nation
from tests.unit.ingest.official import KAIGO_HEADER, NAVII_HEADER

SEED = 20261129
_PARTS = "青葉台丘山川田原西東南北中本町松竹梅桜橋浜島崎谷池森林"
_DEPARTMENTS = ("内科", "外科", "皮膚科", "整形外科", "小児科", "眼科", "精神科")
_WEEK = tuple(
    Session(day, opens, closes)
    for day in range(6)
    for opens, closes in (("09:00", "12:30"), ("14:00", "18:00"))
)
_BATCH = 10_000
_CLINIC_PLACE = ("所在地座標（緯度）", "所在地座標（経度）")
_CLINIC = NAVII_HEADER.index("一般病床")
"""Where the columns of clinics without beds end."""


def facilities(size: int, seed: int = SEED) -> Iterator[Facility]:
    """Yield facilities of plausible kinds, names, facts and hours; the same for the same seed."""
    rng = np.random.default_rng(seed)
    reference = shipped_reference()
    nation = Nation()
    codes = _municipalities(nation, rng)
    needs = [term.code for term in reference.vocabulary if term.need]
    often = np.array([8, 100, 65, 60] + [10] * (len(KINDS) - 4), dtype=float)
    for start in range(0, size, _BATCH):
        count = min(_BATCH, size - start)
        places, city = nation.places(count, rng)
        kinds = rng.choice(len(KINDS), count, p=often / often.sum())
        letters = rng.integers(0, len(_PARTS), (count, 3))
        stated = rng.integers(0, len(needs), (count, 4))
        draws = rng.random((count, 3))
        for i in range(count):
            number = start + i
            name = "".join(_PARTS[letter] for letter in letters[i])
            info = reference.municipalities[codes[city[i]]]
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


def _municipalities(nation: Nation, rng: np.random.Generator) -> list[str]:
    """Return a municipality or ward for each city of a nation, of its prefecture."""
    known = sorted(shipped_reference().municipalities)
    of = [[code for code in known if code[:2] == prefecture] for prefecture in nation.prefectures]
    cities = range(int(nation.city.max()) + 1)
    return [str(rng.choice(of[city % len(of)])) for city in cities]


def make_files(folder: Path, size: int, seed: int = SEED) -> list[Path]:
    """Write a clinic for every other facility and a station of visiting nurses for the rest.

    In the layouts of 医療情報ネット (02-1) and 介護サービス情報公表システム (130). A third file
    has the stations of one ward, the one with the fewest but nine, one of them with another phone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    clinics, stations = [], []
    codes = {code: code + check_digit(code) for code in shipped_reference().municipalities}
    for number, one in enumerate(facilities(size, seed)):
        prefecture, city = one.municipality_code[:2], one.municipality_code[2:]
        lon, lat = one.location.lon, one.location.lat
        position = ("", "") if lon is None else (f"{lat:.6f}", f"{lon:.6f}")
        if number % 2:
            row = {"ID": f"{prefecture}2{number:010d}", "機関区分": "2", "正式名称": one.name}
            row |= {"都道府県コード": prefecture, "市区町村コード": city, "所在地": one.address}
            clinics.append(row | dict(zip(_CLINIC_PLACE, position, strict=True)))
        else:
            own = f"{prefecture}6{number % 10_000_000:07d}"
            row = {"都道府県コード又は市町村コード": codes[one.municipality_code], "No": own}
            row |= {"事業所番号": own, "事業所名": one.name.replace("クリニック", "訪問看護")}
            row |= {"サービスの種類": "訪問看護", "住所": one.address, "電話番号": one.phone}
            row |= {"利用可能曜日": "平日,土曜日", "緯度": position[0], "経度": position[1]}
            stations.append(row)
    counts = Counter(row["都道府県コード又は市町村コード"] for row in stations)
    ward = min(
        (count, code) for code, count in counts.items() if count > min(9, len(stations) // 9)
    )
    of_ward = [row for row in stations if row["都道府県コード又は市町村コード"] == ward[1]]
    one_ward = [of_ward[0] | {"電話番号": "03-0000-0000"}, *of_ward[1:]]
    return [
        _write(folder / "02-1_clinic_facility_info_20261001.csv", NAVII_HEADER[:_CLINIC], clinics),
        _write(folder / "jigyosho_130_20261001.csv", KAIGO_HEADER, stations),
        _write(folder / "ward_130_20261101.csv", KAIGO_HEADER, one_ward),
    ]


def _write(path: Path, header: Sequence[str], rows: Iterable[Mapping[str, str]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, header, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


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
    place, wanted = Path(sys.argv[1]), int(sys.argv[2])
    _ = make_files(place, wanted) if place.is_dir() else make_country(place, wanted)
