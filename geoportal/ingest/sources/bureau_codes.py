"""コード内容別医療機関一覧表: institutions by code, with name, postal code and address.

The list seldom says kind or 点数表. The table follows from its title or the number (see
`geoportal.ingest.reading.institution_codes`), else from the name, as hospital or clinic do, which
the claim says. The list of all Japan (``all_med_inst_cd``) has no header and holds 医科 only: of
the 97,024 names of 2025-08 0.2 % speak of teeth, none of a pharmacy.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import Final

from geoportal.domain.facility import MEDICAL_INSTITUTION_CODE, FacilityRecord
from geoportal.ingest.files.archives import Member
from geoportal.ingest.files.layouts import Layout, RecognisedTable, Record, Records
from geoportal.ingest.files.report import ERROR, INFO, Issue
from geoportal.ingest.files.streams import first_row
from geoportal.ingest.files.tables import read_text
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import FacilityExtract, read_facilities
from geoportal.ingest.reading.institution_codes import (
    TABLE_DIGITS,
    check_digit_fits,
    checked_prefectures,
    institution_code,
    named_hospital,
    stated_table,
    table_of,
)
from geoportal.ingest.reading.listed_bytes import ListedRecord
from geoportal.ingest.reading.rows import (
    RowNotes,
    read_address,
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
        "table": ("区分", "点数表"),
    },
    required=("code", "name", "address"),
    optional=frozenset({"number", "phone", "table"}),
    stated={"table": stated_table},
)
_WITHOUT_HEADER: Final = {
    name: place for place, name in enumerate(("code", "number", "name", "postal_code", "address"))
}
_CODE: Final = re.compile(r"\d{8,9}")
"""As it is, or without its leading zero."""
NAME_DECIDES: Final = "種別は名簿になく、名称から判断"
_NINE: Final = re.compile(r"\d{9}")
_TEN: Final = re.compile(r"\d{10}")
_TABLES: Final = {digit: table for table, digit in TABLE_DIGITS.items()}
_DENTAL: Final = re.compile("歯科|デンタル")
_KINDS: Final = {"歯科": "dental_clinic", "薬局": "pharmacy"}


def recognise_medical_list(member: Member) -> RecognisedTable | None:
    """Return a file as the list of all Japan, if its first row is like one of it."""
    row, width = first_row(member), len(_WITHOUT_HEADER)
    if len(row) != width or not (_CODE.fullmatch(row[0]) and row[0].endswith(row[1])):
        return None
    sheet = read_text(member)
    given = {"table": "医科"}
    records, malformed = Records(), []
    for line, cells in ((row.line, row.cells) for row in sheet.rows):
        if len(cells) == width:
            records.append(Record(line, cells, _WITHOUT_HEADER, {}, given))
        else:
            message = f"the row has {len(cells)} fields, expected are {width}; mend it in the file"
            value = " | ".join(cells)
            malformed.append(Issue(line, "", "wrong_field_count", ERROR, value, message))
    return RecognisedTable(LAYOUT, 0, records, tuple(malformed), sheet.issues)


def extract(table: RecognisedTable, edition: Edition) -> FacilityExtract:
    """Read every row of a table with `LAYOUT`."""
    extract = read_facilities(table, lambda notes: _row(notes, edition), edition)
    checked = checked_prefectures(row.record_id for row in extract.listed.rows)
    message = "does not fit its check digit; taken as published"
    extract.issues.extend(
        Issue(row.line, LAYOUT.official("code"), "unusual_number", INFO, code, message)
        for row in extract.listed.rows
        if (code := row.record_id)[:2] in checked and not check_digit_fits(code)
    )
    return extract


def _row(notes: RowNotes, edition: Edition) -> tuple[ListedRecord | None, str]:
    """Return the record of a row, None when it is rejected, and its scope."""
    code, guessed = _code(notes, edition)
    notes.require_name("institution")
    if notes.rejected:
        return None, ""
    facility = _facility(notes, code, guessed, edition)
    area = facility.municipality_code or edition.municipalities.prefecture(code[:2])
    scope = f"{_TABLES[code[2]]}/{area}"
    return SOURCE.listed(notes.record.line, facility, scope), scope


def _code(notes: RowNotes, edition: Edition) -> tuple[str, bool]:
    """Return the ten-digit code, and whether its 点数表, which nine digits lack, is a guess."""
    digits = read_official_number(notes, "code")
    if len(digits) == 8 and digits.isdigit():
        digits = notes.restore_zero("code", digits)
    if notes.rejected:
        return "", False
    prefecture, number = digits[:2], digits[-7:]
    known = _table(notes, digits)
    table = known or _table_by_name(read_line(notes, "name"))
    code = institution_code(prefecture, table, number)
    fits = _NINE.fullmatch(digits) or (_TEN.fullmatch(digits) and digits[2] in _TABLES)
    if not fits or not code or not edition.municipalities.prefecture(prefecture):
        message = "expected nine digits (prefecture and institution number); get the original file"
        notes.reject("code", "bad_institution_number", message)
        return "", False
    seven = notes.record.get("number")
    if seven and seven.zfill(7) != number:
        notes.warn("number", "numbers_differ", f"the code ends in {number}; the code is used")
    return code, not known


def _table(notes: RowNotes, digits: str) -> str:
    """Return the 点数表 by column, title or number; empty when only the name tells."""
    stated = unicodedata.normalize("NFKC", notes.record.get("table"))
    if stated in TABLE_DIGITS:
        return stated
    if len(digits) == len("4016411466"):
        return _TABLES.get(digits[2], "")
    return table_of(digits[:2], digits[-7:])


def _table_by_name(name: str) -> str:
    if _DENTAL.search(name):
        return "歯科"
    return "薬局" if "薬局" in name else "医科"


def _facility(notes: RowNotes, code: str, guessed: bool, edition: Edition) -> FacilityRecord:
    address = edition.municipalities.with_prefecture(read_address(notes), code[:2])
    table = _TABLES[code[2]]
    name = read_line(notes, "name")
    kind = _KINDS.get(table) or ("hospital" if named_hospital(name) else "clinic")
    claims = edition.type_claims(kind)
    if table not in _KINDS or guessed:
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
    headless=recognise_medical_list,
    own_id=lambda record: f"m{record.record_id}",
    guessed_kinds=frozenset({"hospital", "clinic"}),  # listed together as 医科
    abridges_names=True,  # 白医院 for 白土医院
)
