"""Small files in the official layouts, and a look into the database they fill."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from geoportal.ingest.files.report import FileReport, ImportReport
from geoportal.ingest.pipeline import ImportOptions, import_files
from geoportal.services.portal import shipped_reference
from geoportal.store.database import Database
from geoportal.store.facilities import iter_facilities
from geoportal.store.schema import claims, facilities, identifiers, outlines, records

TODAY = date(2026, 11, 22)
REFERENCE = shipped_reference()

KAIGO_HEADER = [
    "都道府県コード又は市町村コード",
    "No",
    "都道府県名",
    "市区町村名",
    "事業所名",
    "事業所名カナ",
    "サービスの種類",
    "住所",
    "方書（ビル名等）",
    "緯度",
    "経度",
    "電話番号",
    "FAX番号",
    "法人番号",
    "法人の名称",
    "事業所番号",
    "利用可能曜日",
    "利用可能曜日特記事項",
    "定員",
    "URL",
    "高齢者の方と障害者の方が同時一体的に利用できるサービス",
    "介護保険の通常の指定基準を満たしている",
    "障害福祉の通常の指定基準を満たしている",
    "備考",
]

_DAYS = "月火水木金土日"
NAVII_HEADER = [
    *[
        "ID",
        "正式名称",
        "正式名称（フリガナ）",
        "略称",
        "略称（フリガナ）",
        "英語表記（ローマ字表記）",
        "機関区分",
        "都道府県コード",
        "市区町村コード",
        "所在地",
        "所在地座標（緯度）",
        "所在地座標（経度）",
        "案内用ホームページアドレス",
    ],
    *(f"毎週決まった曜日に休診（{day}）" for day in _DAYS),
    *(f"決まった週に休診（定期週）第{week}週（{day}）" for week in range(1, 6) for day in _DAYS),
    "祝日に休診",
    "その他の休診日（gw、お盆等）",
    *[
        "一般病床",
        "療養病床",
        "療養病床のうち医療保険適用",
        "療養病床のうち介護保険適用",
        "精神病床",
        "結核病床",
        "感染症病床",
        "合計病床数",
    ],
]
PHARMACY_HEADER = [
    *[
        "ID",
        "正式名称",
        "正式名称（フリガナ）",
        "都道府県コード",
        "市区町村コード",
        "所在地",
        "所在地座標（緯度）",
        "所在地座標（経度）",
        "薬局のホームページアドレス",
    ],
    *(f"営業日（{day}）" for day in _DAYS + "祝"),
    "その他の閉店日（gw、お盆等）",
    *(
        f"{day}_開店時間帯{slot}_{end}時間"
        for day in _DAYS + "祝"
        for slot in (1, 2)
        for end in ("開始", "終了")
    ),
]
TOWNS_HEADER = [
    "市区町村コード",
    "都道府県名",
    "市区町村名",
    "大字町丁目名",
    "小字・通称名",
    "緯度",
    "経度",
]
COMPACT_TOWNS_HEADER = ["pref", "city", "town", "koaza", "lat", "lng"]
CENTRES_HEADER = [
    "id",
    "kind",
    "name",
    "postal_code",
    "address",
    "place",
    "phone",
    "fax",
    "url",
    "district_codes",
    "open_days",
    "opens",
    "closes",
    "closed_holidays",
    "closed_dates",
    "lon",
    "lat",
    "source",
    "as_of",
]

KOKURA_KITA = ("40106", (130.80, 33.80, 130.95, 33.95))
KOKURA_MINAMI = ("40107", (130.95, 33.80, 131.10, 33.95))
"""Two wards as boxes: west, south, east, north."""

TOWNS = [
    ("40106", "福岡県", "北九州市小倉北区", "浅野一丁目", "", "33.885", "130.880"),
    ("40106", "福岡県", "北九州市小倉北区", "浅野二丁目", "", "33.887", "130.883"),
    ("40106", "福岡県", "北九州市小倉北区", "魚町一丁目", "", "33.881", "130.881"),
    ("40106", "福岡県", "北九州市小倉北区", "藍島", "", "33.940", "130.810"),
    ("40107", "福岡県", "北九州市小倉南区", "北方一丁目", "", "33.850", "131.000"),
    ("40107", "福岡県", "北九州市小倉南区", "北方二丁目", "", "33.848", "131.003"),
]


def kaigo_row(**overrides: str) -> dict[str, str]:
    """Return a sound row of a visiting-nursing station."""
    row = dict.fromkeys(KAIGO_HEADER, "") | {
        "都道府県コード又は市町村コード": "401064",
        "No": "4067790001",
        "都道府県名": "福岡県",
        "市区町村名": "北九州市小倉北区",
        "事業所名": "訪問看護ステーション見本",
        "事業所名カナ": "ホウモンカンゴステーションミホン",
        "サービスの種類": "訪問看護",
        "住所": "福岡県北九州市小倉北区浅野1丁目2-3",
        "緯度": "33.885100000000000",
        "経度": "130.880100000000000",
        "電話番号": "093-000-0001",
        "法人番号": "5080001018392",
        "法人の名称": "株式会社見本",
        "事業所番号": "4067790001",
        "利用可能曜日": "平日,土曜日",
        "定員": "0",
    }
    return row | overrides


def navii_row(header: Sequence[str] = NAVII_HEADER, **overrides: str) -> dict[str, str]:
    """Return a sound row of a hospital."""
    row = dict.fromkeys(header, "") | {
        "ID": "4011400009990",
        "正式名称": "医療法人　見本会　見本病院",
        "機関区分": "1",
        "都道府県コード": "40",
        "市区町村コード": "106",
        "所在地": "福岡県北九州市小倉北区浅野１丁目１番１号",
        "所在地座標（緯度）": "33.8852",
        "所在地座標（経度）": "130.8802",
    }
    return {name: value for name, value in (row | overrides).items() if name in header}


def write_csv(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Mapping[str, str] | Sequence[str]],
    *,
    encoding: str = "utf-8-sig",
    line_end: str = "\r\n",
    delimiter: str = ",",
) -> Path:
    """Write a table as its publisher does."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=line_end, delimiter=delimiter)
    writer.writerow(header)
    for row in rows:
        writer.writerow([row[name] for name in header] if isinstance(row, Mapping) else row)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def write_boundaries(path: Path, *wards: tuple[str, tuple[float, float, float, float]]) -> Path:
    """Write boxes as an N03-style GeoJSON."""
    features = [
        {
            "type": "Feature",
            "properties": {"N03_001": "福岡県", "N03_003": "北九州市", "N03_007": code},
            "geometry": box_geometry(*box),
        }
        for code, box in wards
    ]
    document = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def box_geometry(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def import_into(database: Database, *paths: Path, **options: Any) -> ImportReport:
    """Import files with the shipped reference lists; they are read whether that is idle or not."""
    for known in database.derived_directory.glob("import-*.json"):
        known.unlink()
    today = options.pop("today", TODAY)
    return import_files(database, REFERENCE, list(paths), ImportOptions(**options), today=today)


def only(report: ImportReport) -> FileReport:
    """Return the report of the only file."""
    (found,) = report.files
    return found


def codes(report: FileReport) -> set[str]:
    """Return the codes of a file's issues."""
    return {issue.code for issue in report.issues}


def content(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Return everything that must not depend on the order of import."""
    with database.engine.connect() as connection:
        return {
            table.name: sorted(tuple(row) for row in connection.execute(sa.select(table)))
            for table in (records, claims, facilities, identifiers, outlines)
        }


def by_name(database: Database) -> dict[str, Any]:
    """Return facilities by name."""
    with database.engine.connect() as connection:
        return {facility.name: facility for facility in iter_facilities(connection)}


def names(database: Database) -> set[str]:
    """Return the names of the facilities held."""
    return set(by_name(database))
