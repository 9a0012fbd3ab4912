"""介護サービス情報公表システム ``jigyosho_<code>.csv``: offices of long-term care insurance.

Key: service and office number (事業所番号). The service code is in the file name only, so a row's
service is known by its name.
"""

from __future__ import annotations

import re
from typing import Final

from geoportal.domain.claim import Claim
from geoportal.domain.facility import CARE_OFFICE_NUMBER, FacilityRecord
from geoportal.domain.hours import HOLIDAY, Hours
from geoportal.ingest.files.layouts import Layout, RecognisedTable, Record
from geoportal.ingest.reading.care_services import (
    KINDS,
    OFFICE_NUMBER,
    read_office_number,
    read_places,
    service_code,
)
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import FacilityExtract, read_facilities
from geoportal.ingest.reading.listed_bytes import ListedRecord
from geoportal.ingest.reading.municipalities import complete_address
from geoportal.ingest.reading.rows import (
    RowNotes,
    hours_or_none,
    read_address,
    read_contact,
    read_line,
    read_paragraph,
    read_position,
)
from geoportal.ingest.reading.source import Source
from geoportal.ingest.reading.weekend import weekend_answer

NAME: Final = "kaigo"
LAYOUT: Final = Layout(
    NAME,
    "",
    {
        "area": (
            "都道府県コード又は市町村コード",
            "市区町村コード",
            "都道府県コードまたは市町村コード",
        ),
        "prefecture": ("都道府県名",),
        "municipality": ("市区町村名", "市町村名"),
        "name": ("事業所名", "事業所の名称"),
        "kana": ("事業所名カナ", "事業所名（カナ）"),
        "service": ("サービスの種類", "サービス種類", "サービス種別"),
        "address": ("住所", "所在地"),
        "lat": ("緯度",),
        "lon": ("経度",),
        "phone": ("電話番号",),
        "fax": ("FAX番号", "ファックス番号"),
        "corporate_number": ("法人番号",),
        "operator": ("法人の名称", "法人名"),
        "number": ("事業所番号", "介護保険事業所番号"),
        "days": ("利用可能曜日",),
        "days_note": ("利用可能曜日特記事項",),
        "capacity": ("定員",),
        "url": ("URL",),
        "note": ("備考",),
    },
    required=("name", "service", "address", "number"),
    known=frozenset(
        {
            "No",
            "方書（ビル名等）",  # already part of 住所
            "高齢者の方と障害者の方が同時一体的に利用できるサービス",
            "介護保険の通常の指定基準を満たしている",
            "障害福祉の通常の指定基準を満たしている",
        }
    ),
)

_CORPORATE_NUMBER = re.compile(r"\d{12,13}")
_DAYS = {
    "平日": (0, 1, 2, 3, 4),
    **{
        name + ending: (day,)
        for day, name in enumerate("月火水木金土日")
        for ending in ("", "曜", "曜日")
    },
    **dict.fromkeys(("祝", "祝日", "祝祭日"), (HOLIDAY,)),
    "毎日": (0, 1, 2, 3, 4, 5, 6),
}
WEEKEND_TERM: Final = "VM.WEEKEND"


def extract(table: RecognisedTable, edition: Edition) -> FacilityExtract:
    """Read every row of a table with `LAYOUT`."""
    return read_facilities(table, lambda notes: _row(notes, edition), edition)


def _row(notes: RowNotes, edition: Edition) -> tuple[ListedRecord | None, str]:
    """Return the record of a row, None when it is rejected, and its scope."""
    record = notes.record
    service = service_code(record.get("service"))
    if not service:
        message = "not a known service (サービスの種類); is the row shifted?"
        notes.reject("service", "unknown_service", message)
        return None, ""
    code, area = _municipality(notes, record, edition)
    scope = f"{service}/{code or area}"
    number = _office_number(notes, code)
    notes.require_name("office")
    if notes.rejected:
        return None, scope
    facility = _record(notes, edition, service, number, code)
    return SOURCE.listed(record.line, facility, scope), scope


def _record(
    notes: RowNotes, edition: Edition, service: str, number: str, code: str
) -> FacilityRecord:
    record = notes.record
    lon, lat = read_position(notes)
    info = edition.municipalities.reference.municipalities.get(code)
    corporate = read_line(notes, "corporate_number")
    if corporate and not _CORPORATE_NUMBER.fullmatch(corporate):
        notes.misfit("corporate_number", "bad_number", "expected 13 digits; not used")
    hours = _hours(notes, edition)
    claims = edition.type_claims(kind := KINDS[service])
    if weekend := weekend_answer(hours.open_days, hours.note):
        note = hours.note if weekend == "unknown" else ""
        claim = Claim(WEEKEND_TERM, weekend, "registry", NAME, edition.as_of, note=note)
        claims = (*claims, claim)
    return FacilityRecord(
        source=NAME,
        record_id=f"{service}-{number}",
        kind=kind,
        name=read_line(notes, "name"),
        kana=read_line(notes, "kana"),
        address=complete_address(
            read_address(notes),
            info.prefecture if info else record.get("prefecture"),
            info.name if info else record.get("municipality"),
        ),
        municipality_code=code,
        lon=lon,
        lat=lat,
        **read_contact(notes),
        identifiers={CARE_OFFICE_NUMBER: number},
        services=(read_line(notes, "service"),),
        capacity=read_places(notes, kind),
        hours=hours,
        note=read_paragraph(notes, "note"),
        claims=claims,
    )


def _municipality(notes: RowNotes, record: Record, edition: Edition) -> tuple[str, str]:
    """Return the five-digit code, or empty with the area as far as it is named."""
    text, name = record.get("area"), record.get("municipality")
    stated = record.get("address"), record.get("prefecture")
    named = edition.municipalities.by_name(record.get("prefecture"), name)
    code, padded = edition.municipalities.by_code(text, record.get("prefecture"))
    if padded:
        notes.info("area", "number_mended", "a leading zero was lost (Excel); mended")
    if text and not text.strip().isdigit():
        notes.misfit("area", "bad_code", "expected a code of six digits; not used")
    elif code and named and named.code != code:
        agreed = edition.municipalities.by_row(*stated) == named.code
        used = "the address says so too: the code is not used" if agreed else "the code is used"
        notes.warn("area", "code_contradicts_name", f"{name} is {named.code}; {used}")
        code = named.code if agreed else code
    elif text and not code and not named:
        notes.warn("area", "unknown_municipality", "not a known municipality; the address decides")
    if not code:
        code = named.code if named else edition.municipalities.by_row(*stated)
    named_first = record.get("prefecture") or edition.municipalities.prefecture_of(stated[0])
    return code, f"{named_first}{name}"


def _office_number(notes: RowNotes, code: str) -> str:
    number = read_office_number(notes, code)
    if notes.rejected:
        return ""
    if len(number) == 9 and code.startswith("0") and OFFICE_NUMBER.fullmatch("0" + number):
        notes.warn("number", "number_mended", "a leading zero was lost (Excel); mended")
        number = "0" + number
    if not OFFICE_NUMBER.fullmatch(number):
        message = "expected an office number of 10 characters such as 4070301363 or 40B0100048"
        notes.reject("number", "bad_office_number", message)
        return ""
    return number


def _hours(notes: RowNotes, edition: Edition) -> Hours:
    """Days of 利用可能曜日; times are not published in this file."""
    days: set[int] = set()
    for name in re.split(r"[,、，・\s]+", notes.record.get("days")):
        if not name:
            continue
        if name not in _DAYS:
            notes.misfit("days", "unknown_day", "expected 平日, 土曜日, 日曜日, 祝日; not used")
            return Hours()
        days.update(_DAYS[name])
    note = read_paragraph(notes, "days_note")
    hours = Hours(open_days=tuple(sorted(days)), note=note, as_of=edition.as_of, source=NAME)
    return hours_or_none(hours)


SOURCE: Final[Source[RecognisedTable]] = Source(
    name=NAME,
    extract=extract,
    layouts=(LAYOUT,),
    own_id=lambda record: f"k{record.record_id}",
)
