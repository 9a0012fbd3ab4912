"""Facilities as a flat table: CSV for Japanese Excel, and Excel itself."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from geoportal.domain.dating import day_said
from geoportal.domain.vocabulary import Vocabulary

FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""What a spreadsheet may take for the beginning of a formula; Japanese Excel reads the full-width
signs as formulas, too (OWASP, CSV Injection)."""
_WIDEST_COLUMN = 40
XLSX_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
"""Options of xlsxwriter: text stays text."""

Row = dict[str, Any]
PLAIN_COLUMNS: dict[str, str] = {
    "id": "ID",
    "name": "名称",
    "kana": "フリガナ",
    "kind": "種別コード",
    "kind_label": "種別",
    "address": "所在地",
    "postal_code": "郵便番号",
    "municipality_code": "市区町村コード",
    "district": "地区",
    "phone": "電話",
    "fax": "FAX",
    "url": "URL",
    "operator": "運営",
    "medical_institution_code": "医療機関コード",
    "care_office_number": "介護事業所番号",
    "navii_id": "医療情報ネットID",
    "services": "サービス",
    "departments": "診療科目",
    "beds": "病床数",
    "capacity": "定員",
    "filings": "届出記号",
    "lon": "経度",
    "lat": "緯度",
    "location_level": "位置の精度",
    "location_uncertainty_m": "位置の誤差m",
    "location_warnings": "位置の注意",
    "distance_m": "距離m",
    "visit_range": "16kmの内外",
    "match": "対応",
    "status": "状態",
    "first_seen": "初掲載",
    "last_seen": "最終掲載",
    "sources": "出典",
    "fictional": "架空のデータ",
}
"""Columns of the flat table: key and Japanese heading."""


def flat_row(document: dict[str, Any], kind_label: str) -> Row:
    """Return one flat row for a feature with the properties of ``GET /api/v1/facilities/{id}``."""
    about = document["properties"]
    coordinates = (document["geometry"] or {}).get("coordinates", (None, None))
    location = about["location"]
    return {
        **{key: about.get(key) for key in PLAIN_COLUMNS},
        **{
            scheme: about["identifiers"].get(scheme, "")
            for scheme in ("medical_institution_code", "care_office_number", "navii_id")
        },
        "id": document["id"],
        "kind_label": kind_label,
        "district": about["district"][0]["name"] if about["district"] else "",
        "services": "、".join(about["services"]),
        "departments": "、".join(about["departments"]),
        "filings": "、".join(about["filings"]),
        "lon": coordinates[0],
        "lat": coordinates[1],
        "location_level": location["level"],
        "location_uncertainty_m": location["uncertainty_m"],
        "location_warnings": "、".join(location["warnings"]),
        "sources": "、".join(f"{m['source']} {day_said(m)}" for m in about["sources"]),
        "fictional": "架空のデータ" if about["fictional"] else "",
        **{code: _claim_text(claim) for code, claim in about["shown"].items()},
    }


def headings(rows: Sequence[Row], vocabulary: Vocabulary) -> dict[str, str]:
    """Return the columns in use, with headings: plain ones, then one for each claim present."""
    present = {key for row in rows for key in row}
    claims = {term.code: f"{term.label_ja} [{term.code}]" for term in vocabulary}
    return {
        **PLAIN_COLUMNS,
        **{code: label for code, label in claims.items() if code in present},
    }


def write_csv(path: Path, rows: Sequence[Row], columns: dict[str, str]) -> None:
    """Write UTF-8 with BOM, so that Japanese Excel opens it; formulas are made harmless."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns.values())
        for row in rows:
            writer.writerow([harmless(row.get(key)) for key in columns])


def write_xlsx(path: Path, rows: Sequence[Row], columns: dict[str, str]) -> None:
    """Write an Excel file: text stays text, phones keep their zeros, headings are frozen."""
    import xlsxwriter  # takes time to load

    with xlsxwriter.Workbook(str(path), XLSX_OPTIONS) as book:
        sheet = book.add_worksheet("施設")
        heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        widths = {key: len(label) * 2 for key, label in columns.items()}
        for place, (key, label) in enumerate(columns.items()):
            sheet.write_string(0, place, label, heading)
            for line, row in enumerate(rows, start=1):
                write_xlsx_cell(sheet, (line, place), row.get(key))
                widths[key] = max(widths[key], len(str(row.get(key) or "")) * 2)
            sheet.set_column(place, place, min(widths[key], _WIDEST_COLUMN))
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)


def harmless(value: Any) -> Any:
    """Return a CSV cell that a spreadsheet shows and never runs.

    Text that begins like a formula gets an apostrophe in front; numbers stay numbers.
    """
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return "'" + value
    return "" if value is None else value


def write_xlsx_cell(sheet: Any, place: tuple[int, int], value: Any, style: Any = None) -> None:
    """Write a value to a row and column of an Excel sheet; text is never read as a formula."""
    if isinstance(value, str) and value:
        sheet.write_string(*place, value, style)
    else:
        sheet.write(*place, value, style)


def _claim_text(claim: dict[str, Any]) -> str:
    if claim["value"] == "unknown":
        return "未確認"
    sign = "○" if claim["value"] == "yes" else "×"
    old = " 古い情報" if claim["stale"] else ""
    return f"{sign}（{claim['evidence']} {day_said(claim)}{old}）"
