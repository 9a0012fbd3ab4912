"""Municipal lists of medical institutions and pharmacies (推奨データセット 医療機関一覧 …)."""

from __future__ import annotations

import re
import unicodedata
from types import MappingProxyType
from typing import Final

from geoportal.domain.facility import MEDICAL_INSTITUTION_CODE, FacilityRecord
from geoportal.ingest.files.layouts import Layout, RecognisedTable
from geoportal.ingest.reading.care_services import KINDS, read_services
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import FacilityExtract
from geoportal.ingest.reading.institution_codes import institution_code
from geoportal.ingest.reading.institution_kinds import (
    UNDECIDED,
    institution_kind,
    kind_by_name,
    looks_dental,
    stated_kind,
    states_no_dental,
)
from geoportal.ingest.reading.listed_bytes import ListedRecord
from geoportal.ingest.reading.marks import marked_needs, read_mark
from geoportal.ingest.reading.municipal_lists import (
    ADDRESS_ALIASES,
    PLACE_COLUMNS,
    PLACE_KNOWN,
    PLACE_OPTIONAL,
    as_written,
    check_corporate_number,
    is_out_of_service,
    place_key,
    read_hours,
    read_place,
    read_stated_position,
    stated_date,
    stated_municipality,
)
from geoportal.ingest.reading.rows import (
    RowNotes,
    read_contact,
    read_count,
    read_line,
    read_paragraph,
)
from geoportal.ingest.reading.source import Source
from geoportal.text.contact import clean_postal_code
from geoportal.text.normalize import fold
from geoportal.text.wareki import parse_date

NAME: Final = "municipal-medical"
LAYOUT: Final = Layout(
    NAME,
    "",
    {
        "name": (
            *("名称", "医療機関名称", "医療機関名", "施設名称", "施設名", "薬局名称", "薬局名"),
            *(
                "薬局の名称",
                "診療所名称",
                "診療所名",
                "病院名",
                "病院名称",
                "歯科診療所名",
                "歯科医院名",
            ),
            *(
                "クリニック名",
                "病院・診療所名",
                "医療機関・薬局名",
                "医療機関の名称",
                "施設の名称",
                "事業所名",
                "機関名",
                "name",
                "facility name",
                "institution name",
            ),
        ),
        "kana": (
            *("ふりがな", "名称カナ", "医療機関名カナ", "施設名カナ", "薬局名カナ"),
            *("名称_カナ", "医療機関名称_カナ", "施設名_カナ", "フリガナ", "名称（フリガナ）"),
        ),
        "kind": (
            "医療機関の種類",
            "業務種別",
            "医療機関種別",
            "施設種別",
            "施設の種類",
            "種別",
            "業種",
            "区分",
        ),
        "address": ADDRESS_ALIASES,
        **PLACE_COLUMNS,
        "number": ("NO", "ID", "番号", "No."),
        "licence": ("許可番号", "開設許可番号"),
        "validity": ("有効期間", "許可期間"),
        "operator": ("法人の名称", "法人名", "開設者氏名", "開設者名", "開設者", "団体名"),
        "code": ("医療機関コード", "保険医療機関番号", "医療機関番号"),
        "days": ("診療曜日", "営業曜日"),
        "opens": ("診療開始時間", "営業開始時間", "開始時間"),
        "closes": ("診療終了時間", "営業終了時間", "終了時間"),
        "hours_note": ("診療日時特記事項", "営業日時特記事項", "利用可能日時特記事項"),
        "times": ("診療時間", "営業時間", "開局時間", "受付時間", "診療日時"),
        "closed": ("休診日", "定休日", "休業日", "休診"),
        "after_hours": ("時間外における対応",),
        "departments": ("診療科目", "診療科", "標榜科目", "標榜科", "標榜診療科"),
        "beds": ("病床数", "許可病床数", "病床"),
    },
    required=("name", "kind", "address"),
    known=PLACE_KNOWN,
    optional=PLACE_OPTIONAL
    | {"number", "licence", "validity", "operator", "code", "hours_note", "after_hours", "kana"}
    | {"days", "opens", "closes", "times", "closed", "departments", "beds"},
    stated={"kind": stated_kind, "municipality": stated_municipality},
    telling={"kind": lambda text: bool(institution_kind(text) or read_services(text)[0])},
)

_OTHER_TRADES: Final = re.compile(
    "販売業|製造|接骨|整骨|保健所|社会福祉協議会|役所|役場|医療機器|毒物|劇物|施術所|技工所|検査所|動物|麻薬|診療放射線|あん摩|はり|きゅう|柔道整復"
)
_TABLES: Final = MappingProxyType({"dental_clinic": "歯科", "pharmacy": "薬局"})
_NO_CODE: Final = re.compile(r"\d{4}[-.]\d{1,2}[-.]\d{1,2}|0\d{0,3}-\d{1,4}-\d{4}|\d\.\d+")
"""A date, a telephone number, a number rounded."""
_SEPARATOR: Final = re.compile(r"[;；、,，/／\n]+")
_SPAN_END: Final = re.compile(r"[~～〜－-]\s*(?P<end>[^~～〜]+)$")


def extract(table: RecognisedTable, edition: Edition) -> FacilityExtract:
    """Read every row of a table with `LAYOUT`.

    Rows of other trades in the same list (店舗販売業 …), and those that are not open by their
    remark, are passed over, not rejected.
    """
    extract = FacilityExtract()
    records = []
    for record in as_written(table.records):
        notes = RowNotes(record, table.layout)
        if _is_other_trade(notes) or is_out_of_service(notes):
            extract.rows_read += 1
            extract.issues.extend(notes.issues)
        else:
            records.append(record)
    extract.read_rows(records, table.layout, lambda notes: _row(notes, edition))
    return extract


def _is_other_trade(notes: RowNotes) -> bool:
    text = unicodedata.normalize("NFKC", notes.record.get("kind"))
    other = not institution_kind(text) and bool(_OTHER_TRADES.search(text))
    if other:
        notes.info("kind", "other_trade", "neither medical institution nor pharmacy; left out")
    return other


def _row(notes: RowNotes, edition: Edition) -> tuple[ListedRecord | None, str]:
    """Return the record of a row, None when it is rejected, and its scope."""
    departments = _departments(notes)
    kind = _kind(notes, departments)
    notes.require_name("facility")
    _refuse_shifted(notes)
    if notes.rejected:
        return None, ""
    facility = _facility(notes, kind, departments, edition)
    scope = f"{kind}/{facility.municipality_code or facility.address[:3]}"
    return SOURCE.listed(notes.record.line, facility, scope), scope


def _refuse_shifted(notes: RowNotes) -> None:
    """Reject a row with a name for the licence's number, or a day for who runs the facility."""
    licence = notes.record.get("licence")
    exchanged = any(issue.code == "exchanged" for issue in notes.issues)
    if exchanged and licence and not any(map(str.isdigit, licence)):
        message = "a name stands for the number, an address for the name: the row is shifted"
        notes.reject("licence", "shifted_row", message)
    elif parse_date(notes.record.get("operator").partition("～")[0]):
        notes.reject("operator", "shifted_row", "a day stands for a name: the row is shifted")


def _departments(notes: RowNotes) -> tuple[str, ...]:
    """Return the departments a cell names, and those whose columns are marked with ○."""
    named = [part.strip() for part in _SEPARATOR.split(read_paragraph(notes, "departments"))]
    marked = [
        header
        for header in notes.record.extra
        if header.endswith("科") and read_mark(notes.record.further(header))
    ]
    return tuple(filter(None, (*named, *marked)))


def _kind(notes: RowNotes, departments: tuple[str, ...]) -> str:
    """Return the kind; the standard calls a dental clinic a clinic without beds like any other.

    Lists of all resources of a city have offices of care services among the institutions.
    """
    text = notes.record.get("kind")
    kind = institution_kind(text)
    if text == UNDECIDED:
        notes.info("name", "kind_from_name", "the list names no kind; taken from the name")
        return kind_by_name(read_line(notes, "name"), departments)
    if not kind:
        services = list(read_services(text)[0])
        if services[1:]:
            notes.warn("kind", "several_services", "only the first service is read")
        kind = KINDS[services[0]] if services else ""
    if not kind:
        message = "expected 病院, 診療所, 歯科診療所, 薬局 …; is the row shifted?"
        notes.reject("kind", "unknown_kind", message)
    if kind == "clinic" and not states_no_dental(text):
        name = read_line(notes, "name")
        if looks_dental(name, departments):
            if not departments:
                notes.info("name", "kind_from_name", "taken for a dental clinic by its name")
            return "dental_clinic"
    return kind


def _facility(
    notes: RowNotes, kind: str, departments: tuple[str, ...], edition: Edition
) -> FacilityRecord:
    record = notes.record
    address, municipality = read_place(notes, edition)
    name = read_line(notes, "name")
    code = _code(notes, kind, municipality, edition)
    check_corporate_number(notes)
    licence = fold(record.get("licence"))
    key = f"{kind}-{municipality}-{licence}" if licence else place_key(kind, name, address)
    return FacilityRecord(
        source=NAME,
        record_id=code or key,
        kind=kind,
        name=name,
        kana=read_line(notes, "kana"),
        address=address,
        postal_code=clean_postal_code(record.get("postal_code")),
        municipality_code=municipality,
        **read_stated_position(notes, edition),
        **read_contact(notes),
        identifiers={MEDICAL_INSTITUTION_CODE: code} if code else {},
        beds=read_count(notes, "beds", zero_unknown=False),
        departments=tuple(dict.fromkeys(departments)),
        hours=read_hours(notes, edition),
        note=_note(notes, edition),
        claims=(*edition.type_claims(kind), *marked_needs(notes, kind, edition)),
    )


def _code(notes: RowNotes, kind: str, municipality: str, edition: Edition) -> str:
    """Return the ten-digit code; cities publish it with seven, nine or ten digits.

    It may be grouped (40,1234,5). A date, a telephone number, and what Excel has rounded are none.
    """
    text = unicodedata.normalize("NFKC", notes.record.get("code"))
    plain = re.sub(r"[\s'\"=]|^\D+", "", text).removesuffix(".0")
    digits = re.sub(r"[-,.・]", "", plain)
    if not plain:
        return ""
    prefecture = digits[:2] if len(digits) > 7 else municipality[:2]
    number = digits[-7:]
    code = institution_code(prefecture, _TABLES.get(kind, "医科"), number)
    whole = len(digits) in (7, 9, 10) and (len(digits) < 10 or code == digits)
    known = edition.municipalities.prefecture(prefecture)
    if not (whole and known and code) or _NO_CODE.fullmatch(plain):
        notes.warn("code", "bad_institution_number", "expected 7, 9 or 10 digits; not used")
        return ""
    return code


def _note(notes: RowNotes, edition: Edition) -> str:
    validity = read_line(notes, "validity")
    ending = _SPAN_END.search(validity)
    end = parse_date(ending["end"]) if ending else None
    if end is not None and end.isoformat() < edition.in_force_on:
        notes.warn("validity", "licence_expired", "the licence had ended by the list's date; kept")
    after_hours = read_line(notes, "after_hours")
    parts = (
        read_paragraph(notes, "note"),
        f"時間外：{after_hours}" if after_hours else "",
        f"許可の有効期間：{validity}" if validity else "",
    )
    return "\n".join(part for part in parts if part)


SOURCE: Final[Source[RecognisedTable]] = Source(
    name=NAME,
    extract=extract,
    layouts=(LAYOUT,),
    content_date=stated_date,
    # the id of the bureau's lists where the institution's code is known
    own_id=lambda record: f"{'m' if record.identifiers else 'mm-'}{record.record_id}",
)
