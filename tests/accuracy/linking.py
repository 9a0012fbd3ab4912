"""How well linking does on official files: ``python -m tests.accuracy.linking``.

Pairs with known truth:

``care``
    Care offices of medical institutions (みなし指定): their office number *is* the institution's
    code, so the code list's entry is known. Name and address were typed by different people. The
    number is hidden from linking, and the office is shown to it as if it were the institution.
``perturbed``
    Institutions of a bureau's file (医科, 歯科, 薬局) against a copy with another owner's name in
    front or none, kana and width exchanged, 丁目 written otherwise, fields dropped. The number is
    hidden in the copy. Chains of pharmacies and namesakes make it hard. Half of the institutions
    are left out of each side at random, so that "there is none" is often the right answer.
``navii``
    Kitakyushu's code list against the national list. Pairs with the same folded name and the same
    address text, unique on both sides, surely are one place; what was read by hand is in
    ``linking_read.tsv`` (ids only).

Half of the pairs, chosen by a digest of their number, serve for counting the weights
(``--weights``), the other half for the figures.
"""

from __future__ import annotations

import csv
import hashlib
import math
import random
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from python_calamine import CalamineWorkbook

from geoportal.domain.facility import FacilityRecord
from geoportal.ingest.linking.addresses import compare_address_parts
from geoportal.ingest.linking.clustering import LINKED, REVIEW, Linkage, link_units
from geoportal.ingest.linking.names import compare_names
from geoportal.ingest.linking.units import Unit, make_units
from geoportal.store.facilities import StoredRecord
from geoportal.text.normalize import fold_name
from tests.accuracy.official import SHARED

READ_BY_HAND = Path(__file__).with_name("linking_read.tsv")

_CODE = "medical_institution_code"
_WARDS = {
    "門司区": "40101",
    "若松区": "40103",
    "戸畑区": "40105",
    "小倉北区": "40106",
    "小倉南区": "40107",
    "八幡東区": "40108",
    "八幡西区": "40109",
}
_SERVICE_NAME = re.compile(
    "リハビリ(?!テーション病院|テーションクリニック)|デイケア|通所|訪問|在宅|短時間|ステーション"
)
_DIGITS = {
    one: str(value)
    for value, one in enumerate(
        ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"], start=1
    )
}
_BUREAU_KINDS = {"医科": ("clinic", "1"), "歯科": ("dental_clinic", "3"), "薬局": ("pharmacy", "4")}


@dataclass(frozen=True)
class Figures:
    """What linking made of pairs with known truth.

    Attributes
    ----------
    pairs : int
        Known to be one place.
    linked, asked : int
        Of these linked, and put to a person.
    wrong : int
        Links of units whose truth is known and is another, or none.
    """

    pairs: int
    linked: int
    asked: int
    wrong: int

    @property
    def precision(self) -> float:
        """Share of the decided links that are right."""
        return self.linked / max(self.linked + self.wrong, 1)

    @property
    def recall(self) -> float:
        """Share of the known pairs that are linked."""
        return self.linked / max(self.pairs, 1)

    def __str__(self) -> str:
        """Return one line."""
        return (
            f"precision {self.precision:.4f} recall {self.recall:.4f} "
            f"(pairs {self.pairs}, linked {self.linked}, review {self.asked}, wrong {self.wrong})"
        )


def stored(own_id: str, record: FacilityRecord) -> StoredRecord:
    """Return a record as the database would keep it."""
    day = "2025-10-01"
    return StoredRecord(record, own_id, "", day, day, day, own_id=own_id)


def rows(path: str) -> list[dict[str, str]]:
    """Return the rows of a CSV file of the shared folder."""
    with (SHARED / path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def code_list() -> dict[str, FacilityRecord]:
    """Return Kitakyushu's code list by id."""
    found = {}
    for row in rows("bureau/code_list_kitakyushu_2025-08.csv"):
        code = f"401{row['医療機関コード(7)']}"
        name, address = row["医療機関名称"], row["住所"]
        found[f"m{code}"] = FacilityRecord(
            "bureau-codes",
            code,
            "hospital" if "病院" in name else "clinic",
            name,
            address=address,
            postal_code=row["郵便番号"],
            municipality_code=_ward(address),
            identifiers={_CODE: code},
        )
    return found


def national_list() -> dict[str, FacilityRecord]:
    """Return Kitakyushu's hospitals and clinics of the national list by id."""
    found = {}
    for part, kind in (("01-1_hospital", "hospital"), ("02-1_clinic", "clinic")):
        for row in rows(f"navii/rebuilt/{part}_facility_info_REBUILT.csv"):
            lon, lat = row["所在地座標（経度）"], row["所在地座標（緯度）"]
            found[f"n{row['ID']}"] = FacilityRecord(
                "navii-facility",
                row["ID"],
                kind,
                row["正式名称"],
                kana=row["正式名称（フリガナ）"],
                address=row["所在地"],
                municipality_code=f"40{row['市区町村コード']}",
                lon=float(lon or 0) or None,
                lat=float(lat or 0) or None,
                identifiers={"navii_id": row["ID"]},
            )
    return found


def care_offices() -> dict[str, tuple[str, FacilityRecord]]:
    """Return care offices of institutions of the code list: id → (code's id, record)."""
    codes = code_list()
    found = {}
    for path in sorted((SHARED / "kaigo").rglob("*jigyosho_*.csv")):
        for row in rows(str(path.relative_to(SHARED))):
            number = row["事業所番号"]
            ward = _ward(row["市区町村名"])
            if not number.startswith("401") or f"m{number}" not in codes or not ward:
                continue
            if _SERVICE_NAME.search(row["事業所名"]):
                continue  # called by the service, not by the institution
            address = row["住所"]
            whole = address if "区" in address else f"福岡県{row['市区町村名']}{address}"
            own_id = f"s{path.stem[-3:]}{len(found)}-{number}"
            found[own_id] = (
                f"m{number}",
                FacilityRecord(
                    f"care-{path.stem}",
                    own_id,
                    codes[f"m{number}"].kind,
                    row["事業所名"],
                    kana=row["事業所名カナ"],
                    address=whole,
                    municipality_code=ward,
                    phone=row["電話番号"],
                ),
            )
    return found


def bureau(prefecture: str = "35") -> dict[str, FacilityRecord]:
    """Return the institutions of a bureau's file by id."""
    book = CalamineWorkbook.from_path(SHARED / "bureau" / "35_yamaguchi_todokede_2025-10.xlsx")
    table = book.get_sheet_by_index(0).to_python()
    found: dict[str, FacilityRecord] = {}
    for row in table:
        if row[3] not in _BUREAU_KINDS:
            continue
        kind, point_table = _BUREAU_KINDS[str(row[3])]
        code = f"{prefecture}{point_table}{row[4]}"
        if f"m{code}" in found:
            continue
        found[f"m{code}"] = FacilityRecord(
            "bureau",
            code,
            "hospital" if row[23] == "病院" else kind,
            str(row[7]),
            address=f"山口県{row[9]}",
            postal_code=str(row[8]),
            municipality_code=prefecture + _area(str(row[9])),
            phone=str(row[10]),
            fax=str(row[11]),
            identifiers={_CODE: code},
        )
    return found


def perturbed(record: FacilityRecord, chance: random.Random) -> FacilityRecord:
    """Return a record as another publisher might have typed it, its number hidden."""
    name, address = record.name, record.address
    name = re.sub(r"[\s　]+", chance.choice(["", "　", " "]), name)
    if chance.random() < 0.35:
        name = re.sub(r"^(?:社会|特定)?医療法人(?:社団|財団)?\s*", "", name) or name
    elif chance.random() < 0.4:
        name = chance.choice(["医療法人", "医療法人社団", "医療法人社団　青海会　"]) + name
    if chance.random() < 0.2:
        name = name.replace("クリニック", "クリニツク").replace("ヶ", "ケ").replace("髙", "高")
    if chance.random() < 0.1:
        name = name.replace("医院", "クリニック") if chance.random() < 0.5 else name + "　"
    style = chance.random()
    if style < 0.4:
        address = re.sub(r"丁目|番地?(?=[０-９\d])", "－", address).replace("号", "")
    elif style < 0.5:
        address = re.split(r"[０-９\d一二三四五六七八九十]", address, maxsplit=1)[0] or address
    elif style < 0.51:
        address = ""
    return replace(
        record,
        source="other",
        record_id=f"x{record.record_id}",
        name=name,
        address=address,
        postal_code=record.postal_code if chance.random() < 0.3 else "",
        phone=record.phone if chance.random() < 0.4 else "",
        fax="",
        identifiers={},
    )


def measure_care(part: int | None = None) -> Figures:
    """Link care offices to the code list by name and address."""
    codes, offices = code_list(), care_offices()
    if part is not None:
        offices = {key: value for key, value in offices.items() if _half(value[0]) == part}
    linkage = linked(
        [*codes.items(), *((own_id, record) for own_id, (_, record) in offices.items())]
    )
    return judge(linkage, {own_id: truth for own_id, (truth, _) in offices.items()}, codes)


def measure_perturbed(kind: str = "", part: int | None = None, seed: int = 1) -> Figures:
    """Link perturbed copies to a bureau's institutions; half of the units have no partner."""
    chance = random.Random(seed)
    originals, copies, truths = {}, {}, {}
    for own_id, record in bureau().items():
        copy = perturbed(record, chance)
        if (kind and record.kind != kind) or (part is not None and _half(own_id) != part):
            continue
        side = chance.random()
        if side < 0.75:
            originals[own_id] = record
        if side < 0.5 or side >= 0.75:
            copies[f"x{own_id}"] = copy
            truths[f"x{own_id}"] = own_id if side < 0.5 else ""
    return judge(linked([*originals.items(), *copies.items()]), truths, originals)


def measure_navii(part: int | None = None) -> Figures:
    """Link the code list and the national list; truth from exact pairs and from reading."""
    codes, institutions = code_list(), national_list()
    truths = {**exact_pairs(codes, institutions), **read_by_hand()}
    if part is not None:
        truths = {key: value for key, value in truths.items() if _half(key) == part}
    return judge(linked([*codes.items(), *institutions.items()]), truths, institutions)


def exact_pairs(
    codes: Mapping[str, FacilityRecord], institutions: Mapping[str, FacilityRecord]
) -> dict[str, str]:
    """Return pairs with the same folded name and address text, unique on both sides."""
    sides = []
    for side in (codes, institutions):
        by_text: dict[tuple[str, str], list[str]] = {}
        for own_id, record in side.items():
            if plain := _plain(record.address):
                by_text.setdefault((fold_name(record.name), plain), []).append(own_id)
        sides.append({text: ids[0] for text, ids in by_text.items() if len(ids) == 1})
    return {sides[0][text]: sides[1][text] for text in sides[0].keys() & sides[1].keys()}


def read_by_hand() -> dict[str, str]:
    """Return pairs decided by reading: code's id → national id, empty where there is none."""
    with READ_BY_HAND.open(encoding="utf-8", newline="") as file:
        return {row["code_id"]: row["navii_id"] for row in csv.DictReader(file, delimiter="\t")}


def linked(records: Iterable[tuple[str, FacilityRecord]]) -> Linkage:
    """Link records block by block."""
    blocks: dict[str, list[Unit]] = {}
    for unit in make_units(stored(own_id, record) for own_id, record in records):
        blocks.setdefault(unit.block, []).append(unit)
    parts = [link_units(units) for _, units in sorted(blocks.items())]
    merged: dict[str, str] = {}
    for part in parts:
        merged.update(part.facility_of)
    return Linkage(merged, tuple(pair for part in parts for pair in part.pairs))


def judge(linkage: Linkage, truths: Mapping[str, str], others: Iterable[str]) -> Figures:
    """Compare links with the truth.

    Parameters
    ----------
    linkage : Linkage
    truths : Mapping of str to str
        For units on one side the id on the other, empty when there is none.
    others : iterable of str
        Ids of the other side.
    """
    known = set(others)
    members: dict[str, set[str]] = {}
    for own_id, facility_id in linkage.facility_of.items():
        members.setdefault(facility_id, set()).add(own_id)
    asked = {frozenset((p.first, p.second)) for p in linkage.pairs if p.outcome == REVIEW}
    right = wrong = review = 0
    for own_id, truth in truths.items():
        partners = members[linkage.facility_of[own_id]] & known
        right += bool(truth) and truth in partners
        wrong += bool(partners - {truth})
        review += bool(truth) and truth not in partners and frozenset((own_id, truth)) in asked
    return Figures(sum(map(bool, truths.values())), right, review, wrong)


def weights(part: int = 0) -> Iterator[str]:
    """Yield log2(m/u) of each level, counted on one half of the pairs."""
    codes, institutions = code_list(), national_list()
    truths = {k: v for k, v in {**exact_pairs(codes, institutions), **read_by_hand()}.items() if v}
    linkage = linked([*codes.items(), *institutions.items()])
    for pair in linkage.pairs:  # pairs that differ in something are missing among exact ones
        if pair.outcome == LINKED:
            truths.setdefault(pair.first, pair.second)
    units = {
        unit.id: unit
        for unit in make_units(stored(*item) for item in [*codes.items(), *institutions.items()])
    }
    same = [(units[a], units[b]) for a, b in truths.items() if _half(a) == part]
    care = [
        (units[truth], make_units([stored(own_id, record)])[0])
        for own_id, (truth, record) in care_offices().items()
        if _half(truth) == part
    ]
    chance = random.Random(3)
    left, right = [units[i] for i in codes], [units[i] for i in institutions]
    apart = [(chance.choice(left), chance.choice(right)) for _ in range(400_000)]
    apart = [(a, b) for a, b in apart if a.areas & b.areas and truths.get(a.id) != b.id]
    yield f"known pairs {len(same)} + {len(care)}, random pairs {len(apart)}"
    for title, level_of in (("name", _name_level), ("address", _spot_level)):
        m, u = Counter(map(level_of, same)), Counter(map(level_of, apart))
        c = Counter(map(level_of, care))
        for level in sorted({*m, *u, *c}):
            p = (m[level] + 0.5) / (len(same) + 1)
            q = (u[level] + 0.5) / (len(apart) + 1)
            yield (
                f"{title:8} {level:10} m {p:.4f} u {q:.5f} bits {math.log2(p / q):6.2f}"
                f" care {c[level]}"
            )


def main() -> None:
    """Print the figures."""
    out = sys.stdout.write
    if "--weights" in sys.argv:
        for line in weights():
            out(line + "\n")
        return
    for part in (0, 1):
        out(f"half {part} ({'weights' if part == 0 else 'held out'})\n")
        out(f"  navii × code list   {measure_navii(part)}\n")
        out(f"  care × code list    {measure_care(part)}\n")
        for kind in ("", "hospital", "clinic", "dental_clinic", "pharmacy"):
            out(f"  perturbed {kind or 'all':13} {measure_perturbed(kind, part)}\n")


def _name_level(pair: tuple[Unit, Unit]) -> str:
    return compare_names(pair[0].names[0], pair[1].names[0])


def _spot_level(pair: tuple[Unit, Unit]) -> str:
    if not pair[0].addresses or not pair[1].addresses:
        return ""
    return compare_address_parts(pair[0].addresses[0], pair[1].addresses[0])


def _half(text: str) -> int:
    return hashlib.sha256(text.encode()).digest()[0] % 2


def _ward(address: str) -> str:
    return next((code for ward, code in _WARDS.items() if ward in address), "")


def _area(address: str) -> str:
    """Return three digits that stand for a city or 郡 of the prefecture."""
    name = re.split("[市郡]", address, maxsplit=1)[0]
    return str(int(hashlib.sha256(name.encode()).hexdigest()[:6], 16) % 900 + 100)


def _plain(address: str) -> str:
    """Return an address below the ward as town and digits: written apart from what linking uses."""
    text = unicodedata.normalize("NFKC", address).replace("大字", "")
    text = text[text.index("区") + 1 :] if "区" in text else text
    text = re.sub(
        "[一二三四五六七八九十]+(?=丁目|番|号|-)",
        lambda found: _DIGITS.get(found[0], found[0]),
        text,
    )
    text = re.sub("丁目|番地の?|番|号|[ーｰ−－‐―-]", "-", re.sub(r"\s", "", text))
    found = re.match(r"([^0-9]*)((?:[0-9]+-*)+)", text)
    return f"{found[1]}/{found[2].strip('-').replace('--', '-')}" if found else ""


if __name__ == "__main__":
    main()
