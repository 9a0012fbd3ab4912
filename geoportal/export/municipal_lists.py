"""The lists of the recommended data set for municipalities (推奨データセット) as CSV.

医療機関一覧 and 介護サービス事業所一覧 as `geoportal.ingest.sources.municipal_medical` and
``municipal_care`` import them, with columns of our own at the end for what they have no place for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from geoportal.domain.facility import CARE_OFFICE_NUMBER, MEDICAL_INSTITUTION_CODE
from geoportal.domain.hours import EMPTY_HOURS, Hours
from geoportal.domain.location import LEVELS
from geoportal.export.facility_columns import source_names
from geoportal.export.municipal_hours import hours_cells
from geoportal.export.table import Row, write_csv
from geoportal.export.wording import Wording
from geoportal.ingest.reading.care_services import KINDS, spoken_service_code
from geoportal.ingest.reading.institution_kinds import looks_dental
from geoportal.ingest.reading.municipalities import check_digit

_AREA: Final = ("都道府県コード又は市区町村コード", "NO", "都道府県名", "市区町村名")
_PLACE: Final = (
    "住所",
    "方書",
    "緯度",
    "経度",
    "電話番号",
    "内線番号",
    "FAX番号",
    "法人番号",
    "法人の名称",
)
_OWN: Final = ("郵便番号", "位置の精度", "位置の誤差m", "出典", "ライセンス")
"""Columns beyond the standard, at the end."""
MEDICAL_COLUMNS: Final = (
    *(*_AREA, "名称", "名称_カナ", "医療機関の種類", *_PLACE, "医療機関コード"),
    *("診療曜日", "診療開始時間", "診療終了時間", "診療日時特記事項", "時間外における対応"),
    *("診療科目", "病床数", "URL", "備考", *_OWN),
)
CARE_COLUMNS: Final = (
    *(*_AREA, "介護サービス事業所名称", "介護サービス事業所名称_カナ", "実施サービス", *_PLACE),
    *("事業所番号", "利用可能曜日", "利用可能曜日特記事項", "定員", "URL", "備考", *_OWN),
)
MEDICAL_KINDS: Final = ("hospital", "clinic", "dental_clinic")
CARE_KINDS: Final = tuple(dict.fromkeys(KINDS.values()))
_INSTITUTIONS: Final = MappingProxyType({"hospital": "病院", "dental_clinic": "歯科診療所"})
_UNKNOWN_BEDS: Final = "一般診療所"


def write_medical_list(path: Path, features: Iterable[Mapping[str, Any]], words: Wording) -> None:
    """Write 医療機関一覧 of the hospitals and clinics among features, UTF-8 with BOM.

    ``features`` have the properties of ``GET /api/v1/facilities/{id}``.
    """
    rows = [_medical_row(one, words) for one in _of_kinds(features, MEDICAL_KINDS)]
    _write(path, rows, MEDICAL_COLUMNS)


def write_care_list(path: Path, features: Iterable[Mapping[str, Any]], words: Wording) -> None:
    """Write 介護サービス事業所一覧 of the care offices among features, UTF-8 with BOM."""
    rows = [_care_row(one, words) for one in _of_kinds(features, CARE_KINDS)]
    _write(path, rows, CARE_COLUMNS)


def _of_kinds(
    features: Iterable[Mapping[str, Any]], kinds: tuple[str, ...]
) -> Iterator[Mapping[str, Any]]:
    return (one for one in features if one["properties"]["kind"] in kinds)


def _write(path: Path, rows: list[Row], columns: tuple[str, ...]) -> None:
    numbered = [row | {"NO": number} for number, row in enumerate(rows, start=1)]
    write_csv(path, numbered, {name: name for name in columns})


def _medical_row(feature: Mapping[str, Any], words: Wording) -> Row:
    about = feature["properties"]
    hours = hours_cells(_hours(about), spans=True)
    return _place_row(feature, words) | {
        "名称": about["name"],
        "名称_カナ": about["kana"],
        "医療機関の種類": _institution(about),
        "医療機関コード": about["identifiers"].get(MEDICAL_INSTITUTION_CODE, ""),
        "診療曜日": hours.days,
        "診療開始時間": hours.opens,
        "診療終了時間": hours.closes,
        "診療日時特記事項": hours.remark,
        "診療科目": ";".join(about["departments"]),
        "病床数": about["beds"],
        "備考": _lines(about["note"], hours.beside),
    }


def _institution(about: Mapping[str, Any]) -> str:
    """Return 医療機関の種類; a kind of its own where the standard's three would say another."""
    if about["kind"] != "clinic":
        return _INSTITUTIONS[about["kind"]]
    if about["beds"] is None or looks_dental(about["name"], about["departments"]):
        return _UNKNOWN_BEDS
    return "有床診療所" if about["beds"] else "無床診療所"


def _care_row(feature: Mapping[str, Any], words: Wording) -> Row:
    about = feature["properties"]
    hours = hours_cells(_hours(about), spans=False)
    services = [name for name in about["services"] if _is_of(name, about["kind"])]
    return _place_row(feature, words) | {
        "介護サービス事業所名称": about["name"],
        "介護サービス事業所名称_カナ": about["kana"],
        "実施サービス": ";".join(services) or words.label("kind", about["kind"]),
        "事業所番号": about["identifiers"].get(CARE_OFFICE_NUMBER, ""),
        "利用可能曜日": hours.days,
        "利用可能曜日特記事項": hours.remark,
        "定員": about["capacity"],
        "備考": _lines(about["note"], hours.beside),
    }


def _is_of(service: str, kind: str) -> bool:
    return KINDS.get(spoken_service_code(service)) == kind


def _place_row(feature: Mapping[str, Any], words: Wording) -> Row:
    """Return the columns that both lists have."""
    about = feature["properties"]
    lon, lat = (feature["geometry"] or {}).get("coordinates", (None, None))
    code, location = about["municipality_code"], about["location"]
    info = words.reference.municipalities.get(code)
    sources = [name for name in source_names([dict(feature)]) if name in words.reference.sources]
    known = words.reference.sources
    return {
        "都道府県コード又は市区町村コード": code + check_digit(code) if code else "",
        "都道府県名": info.prefecture if info else "",
        "市区町村名": info.name if info else "",
        "住所": about["address"],
        "緯度": lat,
        "経度": lon,
        "電話番号": about["phone"],
        "FAX番号": about["fax"],
        "法人の名称": about["operator"],
        "URL": about["url"],
        "郵便番号": about["postal_code"],
        "位置の精度": words.say(location["level"]) if location["level"] in LEVELS else "",
        "位置の誤差m": location["uncertainty_m"],
        "出典": " ".join(known[name].attribution for name in sources),
        "ライセンス": " ".join(dict.fromkeys(known[name].licence for name in sources)),
    }


def _hours(about: Mapping[str, Any]) -> Hours:
    return Hours.from_dict(about["hours"]) if about["hours"] else EMPTY_HOURS


def _lines(*texts: str) -> str:
    return "\n".join(dict.fromkeys(line for text in texts for line in text.split("\n") if line))
