"""Every town of Chiba leads to the office of the city's list, read here on its own."""

from __future__ import annotations

import csv
import gzip
import re
import unicodedata
from collections import defaultdict
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from geoportal.ingest.pipeline import ImportOptions, import_files
from geoportal.services.portal import Portal, shipped_reference
from geoportal.store.database import Database

SHARED = Path(__file__).resolve().parents[3] / "shared"
OFFICES = SHARED / "more" / "chiba" / "anshin_care_centres_areas.csv"
BY_WARD = SHARED / "more" / "chiba" / "centres_chiba_by_ward.csv"
TOWNS = SHARED / "data" / "addresses" / "towns_japan.csv.gz"
WARDS = dict(
    zip(
        ("12101", "12102", "12103", "12104", "12105", "12106"),
        ("中央区", "花見川区", "稲毛区", "若葉区", "緑区", "美浜区"),
        strict=True,
    )
)
DIGITS = {kanji: number for number, kanji in enumerate("〇一二三四五六七八九")}

pytestmark = [
    pytest.mark.shared,
    pytest.mark.slow,
    pytest.mark.skipif(not OFFICES.is_file(), reason="needs ../shared/more/chiba"),
]


def plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("ヶ", "ケ")


@cache
def offices() -> dict[tuple[str, str], dict[int | None, set[str]]]:
    """Return by ward and name the offices of each 丁目, None for all of the town."""
    found: dict[tuple[str, str], dict[int | None, set[str]]] = {}
    with OFFICES.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            for entry in row["areas"].split("、"):
                name, *more = re.split(r"(?=\d)|・", plain(entry), maxsplit=1)
                numbers: set[int | None] = set()
                for part in re.split("・", "".join(more)):
                    ends = [int(number) for number in re.findall(r"\d+", part)]
                    numbers |= set(range(ends[0], ends[-1] + 1)) if "~" in part else set(ends)
                town = found.setdefault((WARDS[row["ward_code"]], name), defaultdict(set))
                for number in numbers or {None}:
                    town[number].add(row["name"])
    return found


def expected(ward: str, town: str) -> set[str]:
    match = re.fullmatch(r"(.*?)([〇一二三四五六七八九]|十)丁目", plain(town))
    name = match[1] if match else plain(town)
    listed = offices().get((ward, name), {})
    if not match:
        return set().union(*listed.values())
    number = DIGITS.get(match[2], 10)
    return listed.get(number, set()) | listed.get(None, set())


@pytest.mark.parametrize("lists", [(OFFICES,), (OFFICES, BY_WARD)])
def test_every_town_leads_to_its_office(
    database: Database, tmp_path: Path, lists: tuple[Path, ...]
) -> None:
    with gzip.open(TOWNS, "rt", encoding="utf-8-sig", newline="") as file:
        header, *rows = [row for row in csv.reader(file) if "千葉市" in row[1] or row[0] == "pref"]
    towns = tmp_path / "towns.csv"
    with towns.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    today = date(2026, 11, 29)
    import_files(database, shipped_reference(), [towns, *lists], ImportOptions(), today=today)
    view = Portal(database, shipped_reference()).view()
    asked = sorted({(row[1], row[2]) for row in rows if not row[3]})
    assert len(asked) > 500
    wrong = {}
    for city, town in asked:
        located = view.locate(f"千葉県{city}{town}")
        found = next(one for one in located.responsible if one.kind == "community_support_centre")
        truth = expected(city.removeprefix("千葉市"), town)
        named = {centre.name for centre in found.centres}
        if named != truth or found.certain is not (len(truth) == 1):
            wrong[city + town] = (named, truth, found.doubt)
    assert wrong == {}
