"""コード内容別医療機関一覧表: institutions by code, with name, postal code and address.

Neither kind nor 点数表 is in the list. The table follows from the number (see
`geoportal.ingest.reading.institution_codes`) and its check digit; hospital or clinic only from the
name, which the claim says.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from geoportal.domain.facility import MEDICAL_INSTITUTION_CODE, FacilityRecord
from geoportal.ingest.files.layouts import Layout, RecognisedTable
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import FacilityExtract, ListedRecord, read_facilities
from geoportal.ingest.reading.institution_codes import (
    TABLE_DIGITS,
    check_digit_fits,
    institution_code,
    named_hospital,
    table_of,
)
from geoportal.ingest.reading.rows import (
    RowNotes,
    read_line,
    read_official_number,
    read_phone,
)
from geoportal.ingest.reading.source import Source
from geoportal.text.contact import clean_postal_code

NAME: Final = "bureau-codes"
LAYOUT: Final = Layout(
    NAME,
    "",
    {
        "code": ("医療機関コード(9)", "医療機関コード", "医療機関コード(10)"),
        "number": ("医療機関コード(7)", "医療機関番号"),
        "name": ("医療機関名称", "医療機関名", "保険医療機関名"),
        "postal_code": ("郵便番号",),
        "address": ("住所", "所在地", "医療機関所在地"),
        "phone": ("電話番号",),
    },
    required=("code", "name", "address"),
    optional=frozenset({"number", "phone"}),
)
NAME_DECIDES: Final = "種別は名簿になく、名称から判断"
_NINE: Final = re.compile(r"\d{9}")
_TEN: Final = re.compile(r"\d{10}")
_KINDS: Final = {"歯科": "dental_clinic", "薬局": "pharmacy"}


def extract(table: RecognisedTable, edition: Edition) -> FacilityExtract:
    """Read every row of a table with `LAYOUT`."""
    return read_facilities(table, lambda notes: _row(notes, edition))


def _row(notes: RowNotes, edition: Edition) -> tuple[ListedRecord | None, str]:
    """Return the record of a row, None when it is rejected, and its scope."""
    code = _code(notes, edition)
    notes.require_name("institution")
    if notes.rejected:
        return None, ""
    facility = _facility(notes, code, edition)
    scope = f"{table_of(code[3:])}/{facility.municipality_code or code[:2]}"
    return SOURCE.listed(notes.record.line, facility, scope), scope


def _code(notes: RowNotes, edition: Edition) -> str:
    """Return the ten-digit code; nine digits lack the one of the 点数表."""
    digits = read_official_number(notes, "code")
    if len(digits) == 8 and digits.isdigit():
        digits = notes.restore_zero("code", digits)
    prefecture, number = digits[:2], digits[3 if _TEN.fullmatch(digits) else 2 :]
    table = table_of(number)
    code = institution_code(prefecture, table, number)
    wrong_digit = len(digits) == 10 and digits[2] != TABLE_DIGITS.get(table, "")
    fits = _NINE.fullmatch(digits) or _TEN.fullmatch(digits)
    if notes.rejected:
        return ""
    if not fits or not code or wrong_digit or not edition.municipalities.prefecture(prefecture):
        message = "expected nine digits (prefecture and institution number); get the original file"
        notes.reject("code", "bad_institution_number", message)
        return ""
    seven = notes.record.get("number")
    if seven and seven.zfill(7) != number:
        notes.warn("number", "numbers_differ", f"the code ends in {number}; the code is used")
    if not check_digit_fits(code):
        notes.info("code", "unusual_number", "does not fit its check digit; taken as published")
    return code


def _facility(notes: RowNotes, code: str, edition: Edition) -> FacilityRecord:
    address = edition.municipalities.with_prefecture(read_line(notes, "address"), code[:2])
    table = table_of(code[3:])
    name = read_line(notes, "name")
    kind = _KINDS.get(table) or ("hospital" if named_hospital(name) else "clinic")
    claims = edition.type_claims(kind)
    if table not in _KINDS:
        claims = tuple(replace(claim, note=NAME_DECIDES) for claim in claims)
    return FacilityRecord(
        source=NAME,
        record_id=code,
        kind=kind,
        name=name,
        address=address,
        postal_code=clean_postal_code(notes.record.get("postal_code")),
        municipality_code=edition.municipalities.by_address(address),
        phone=read_phone(notes, "phone"),
        identifiers={MEDICAL_INSTITUTION_CODE: code},
        claims=claims,
    )


SOURCE: Final[Source[RecognisedTable]] = Source(
    name=NAME,
    extract=extract,
    layouts=(LAYOUT,),
    own_id=lambda record: f"m{record.record_id}",
    guessed_kinds=frozenset({"hospital", "clinic"}),  # listed together as 医科
    abridges_names=True,  # 白医院 for 白土医院
)
