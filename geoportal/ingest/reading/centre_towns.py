"""Consultation centres with the towns they answer for, as cities list them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from geoportal.address.town_lists import listed_towns
from geoportal.domain.centre import CENTRE_KINDS, SUPPORT, Centre
from geoportal.index.hierarchy import present_code
from geoportal.ingest.files.layouts import Layout
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import FacilityExtract
from geoportal.ingest.reading.municipalities import five_digits, last_part
from geoportal.ingest.reading.rows import RowNotes, read_line, read_phone, read_url
from geoportal.store.documents import digest
from geoportal.text.normalize import fold
from geoportal.text.wareki import parse_date

NAME: Final = "centres"
VALIDITY: Final = {
    "area_name": ("area_name", "圏域", "圏域名", "日常生活圏域", "日常生活圏域名"),
    "valid_from": ("valid_from", "開始日", "適用開始日"),
    "valid_until": ("valid_until", "終了日", "適用終了日"),
}
_OF_TOWNS: Final = {
    "code": (
        "ward_code",
        "municipality_code",
        "市区町村コード",
        "区コード",
        "全国地方公共団体コード",
    ),
    "ward": ("ward", "区", "区名", "市区町村", "市区町村名"),
    "name": (
        *("name", "名称", "センター名", "センター名称", "地域包括支援センター"),
        *("地域包括支援センター名", "あんしんケアセンター名", "事業所名"),
    ),
    "areas": (
        *(
            "areas",
            "towns",
            "担当地域",
            "担当区域",
            "担当地区",
            "担当町名",
            "担当する町",
            "担当エリア",
        ),
        *("担当町", "担当町丁", "担当圏域"),
    ),
    "kind": ("kind",),
    "address": ("address", "所在地", "住所"),
    "phone": ("phone", "電話番号", "電話"),
    "fax": ("fax", "FAX番号", "ファクス番号", "ファックス番号"),
    "url": ("url",),
    "source": ("source", "出典"),
    "as_of": ("as_of", "時点"),
    **VALIDITY,
}
_NOT_IN_EVERY_LIST: Final = frozenset(_OF_TOWNS) - {"name", "areas"}
_WITHOUT_CODE: Final = {name: known for name, known in _OF_TOWNS.items() if name != "code"}
TOWN_LAYOUT: Final = Layout(
    NAME, "towns", _OF_TOWNS, ("code", "name", "areas"), optional=_NOT_IN_EVERY_LIST
)
TOWN_LAYOUT_BY_NAME: Final = Layout(
    NAME,
    "towns-by-ward",
    _WITHOUT_CODE,
    ("ward", "name", "areas"),
    optional=_NOT_IN_EVERY_LIST - {"code"},
)


@dataclass(slots=True, kw_only=True)
class CentreExtract(FacilityExtract):
    """Centres by id, and the same as facility records."""

    centres: dict[str, Centre] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class TownListExtract(CentreExtract):
    """Centres by id with the towns they answer for; ``listed`` are for their history only."""

    SCOPE: ClassVar[str] = "towns"


def town_row(notes: RowNotes, edition: Edition) -> tuple[Centre | None, str]:
    """Read a centre and the towns it answers for, of a ward or municipality."""
    record = notes.record
    name, areas = read_line(notes, "name"), read_line(notes, "areas")
    if not name:
        notes.reject("name", "no_name", "the centre has no name")
    if name and not listed_towns(areas):
        notes.reject("areas", "no_towns", "expected names of towns, separated by 、")
    code = _listed_under(notes, edition)
    kind = record.get("kind") or SUPPORT
    if kind not in CENTRE_KINDS:
        notes.reject("kind", "bad_kind", f"expected one of {', '.join(CENTRE_KINDS)}")
    if notes.rejected:
        return None, ""
    day = parse_date(record.get("as_of"))
    validity = read_validity(notes)
    since = validity["valid_from"] and f"-{validity['valid_from']}"
    centre = Centre(
        id=f"{TownListExtract.SCOPE}-{code}-{digest(fold(name))[:8]}{since}",
        kind=kind,
        name=name,
        address=read_line(notes, "address"),
        phone=read_phone(notes, "phone"),
        fax=read_phone(notes, "fax"),
        url=read_url(notes, "url"),
        districts=(code,),
        area="、".join(re.split(r"[、,，\s]+", areas)),
        source=read_line(notes, "source") or NAME,
        as_of=day.isoformat() if day else edition.as_of,
        municipality=code,
        **validity,
    )
    return centre, code


def _listed_under(notes: RowNotes, edition: Edition) -> str:
    """Return the code of the ward or municipality a row is of."""
    record, finder = notes.record, edition.municipalities
    stated = record.get("code")
    if stated:
        code = present_code(finder.reference, five_digits(stated))
        if code in finder.reference.municipalities:
            return code
    wards = finder.by_last_part(record.get("ward")) if not stated else []
    if len(wards) > 1:  # 中央区: that of the city the centre's name begins with
        city = [ward for ward in wards if ward.name.removesuffix(last_part(ward.name))]
        wards = [
            ward
            for ward in city
            if record.get("name").startswith(ward.name.removesuffix(last_part(ward.name)))
        ]
    if len(wards) == 1:
        return wards[0].code
    field_ = "code" if stated else "ward"
    notes.reject(field_, "unknown_municipality", "not one municipality or ward of Japan")
    return ""


def read_validity(notes: RowNotes) -> dict[str, Any]:
    """Return the local area and the first and last day of a row, by attribute of a centre."""
    days = {}
    for name in ("valid_from", "valid_until"):
        stated = notes.record.get(name)
        day = parse_date(stated)
        if stated and not day:
            notes.misfit(name, "bad_date", "expected a date like 2026-04-01; not used")
        days[name] = day.isoformat() if day else ""
    return {"area_name": read_line(notes, "area_name"), **days}
