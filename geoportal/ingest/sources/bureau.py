"""地方厚生局 届出受理医療機関名簿: what institutions and pharmacies have filed (施設基準の届出).

One row for each institution, filing and remark; one record for each institution. The one public
source of home-care capability, and of telephone and fax of clinics. Filing is not doing: its claims
have the evidence ``filed`` and come from ``data/reference/filing_rules.csv`` alone.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from geoportal.domain.facility import MEDICAL_INSTITUTION_CODE, FacilityRecord
from geoportal.domain.filing import Filing
from geoportal.ingest.files.layouts import Layout, RecognisedTable, Record
from geoportal.ingest.files.report import INFO, Issue
from geoportal.ingest.reading.beds import count_beds
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import FacilityExtract
from geoportal.ingest.reading.filings import filing_claims, filing_day, unknown_symbols
from geoportal.ingest.reading.institution_codes import (
    FILING_TABLES,
    VISITING_NURSING,
    check_digit_fits,
    checked_prefectures,
    institution_code,
    stated_table,
)
from geoportal.ingest.reading.rows import (
    RowNotes,
    read_address,
    read_line,
    read_official_number,
    read_phone,
    read_whole,
)
from geoportal.ingest.reading.source import Source
from geoportal.text.contact import clean_line, clean_postal_code, looks_like_phone
from geoportal.text.wareki import find_date, parse_date

NAME: Final = "bureau"
LAYOUT: Final = Layout(
    NAME,
    "",
    {
        "serial": ("項番",),
        "prefecture": ("都道府県コード",),
        "prefecture_name": ("都道府県名",),
        "table": ("区分",),
        "number": (
            *("医療機関番号", "医療機関（薬局）番号", "薬局番号", "訪問看護ステーションコード"),
            *("ステーションコード", "訪問看護ステーション番号", "ステーション番号", "事業所番号"),
        ),
        "colocated": ("併設医療機関番号",),
        "name": (
            *("医療機関名称", "医療機関（薬局）名称", "薬局名称", "訪問看護ステーション名称"),
            *("訪問看護ステーション名", "ステーション名称", "ステーション名", "事業所名称"),
        ),
        "postal_code": (
            *("医療機関所在地（郵便番号）", "ステーション所在地（郵便番号）"),
            *("所在地（郵便番号）", "郵便番号"),
        ),
        "address": (
            *("医療機関所在地（住所）", "医療機関所在地", "ステーション所在地（住所）"),
            *("所在地（住所）", "所在地", "住所"),
        ),
        "phone": ("電話番号",),
        "fax": ("FAX番号",),
        "beds": ("病床数",),
        "filing": ("受理届出名称", "届出名称"),
        "symbol": ("受理記号",),
        "accepted": ("受理番号",),
        "since": ("算定開始年月日",),
        "valid_from": ("個別有効開始年月日",),
        "remark_head": ("備考（見出し）",),
        "remark": ("備考（データ）",),
        "category": ("種別",),
    },
    required=("table", "number", "name", "symbol"),
    known=frozenset({"医療機関記号番号", "市町村コード", "市町村名", "種別コード"}),
    optional=frozenset({"serial", "colocated", "valid_from", "remark_head", "remark"}),
    stated={"table": stated_table},
)

_INSTITUTION_FIELDS = (
    *("name", "postal_code", "address", "phone", "fax", "beds", "category", "colocated"),
)
_LAST_SERIAL: Final = 1_000_000
_ACCEPTED: Final = re.compile(r"\(?[^\d()]{0,8}\)?第?\s*[\d-]+\s*号")
"""A number of acceptance (受理番号), which no symbol looks like."""
_GROUPED: Final = re.compile(r"\d{1,2}([,.])\d{4}\1\d|\d{1,3}(,\d{3})+")
"""01,1124,2 as bureaus group numbers (area, institution, check digit); by thousands."""
_PREFECTURE_TITLE: Final = re.compile(r"[\s\d_・.()（）]|医科|歯科|薬局")


@dataclass(slots=True)
class _Institution:
    """The rows of one institution, in the order of the file."""

    first: Record
    table: str
    code: str
    facts: dict[str, str]
    filings: dict[tuple[str, ...], list[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def list_date(table: RecognisedTable) -> str:
    """Return the date in the title (令和７年１０月１日 現在), empty when there is none."""
    day = find_date(table.preamble)
    return day.isoformat() if day else ""


def extract(table: RecognisedTable, edition: Edition) -> FacilityExtract:
    """Read every row of a table with `LAYOUT` and put the filings of each institution together.

    Notes
    -----
    ``項番`` numbers the institutions of a whole list without gaps. Where it has gaps the file is
    somebody's extract: what is missing from it is then not taken as closed.
    """
    extract = FacilityExtract(rows_read=len(table.records))
    institutions: dict[str, _Institution] = {}
    for record in table.records:
        notes = RowNotes(record, table.layout)
        _add_row(notes, record, edition, institutions)
        if notes.rejected:
            extract.reject_row()
        extract.issues.extend(notes.issues)
    checked = checked_prefectures(institutions)
    for institution in institutions.values():
        notes = RowNotes(institution.first, table.layout)
        facility = _facility(notes, institution, edition)
        if institution.code[:2] in checked and not check_digit_fits(institution.code):
            message = "the number does not fit its own check digit; taken as published"
            notes.info("number", "unusual_number", message)
        extract.issues.extend(notes.issues)
        scope = f"{institution.code[:2]}/{institution.table}"
        extract.listed.append(SOURCE.listed(institution.first.line, facility, scope))
    _check_serials(table, extract)
    column = LAYOUT.official("symbol")
    for symbol, (count, line) in unknown_symbols(extract.listed, edition).items():
        message = f"filed by {count}; no rule says what it means for home care: kept as filed"
        extract.issues.append(Issue(line, column, "unknown_symbol", INFO, symbol, message))
    return extract


def _add_row(
    notes: RowNotes, record: Record, edition: Edition, institutions: dict[str, _Institution]
) -> None:
    """Add a row to its institution, or reject it."""
    symbol = clean_line(record.get("symbol"))
    table = unicodedata.normalize("NFKC", record.get("table"))
    code = _code(notes, table, edition)
    if not symbol and (record.get("filing") or record.get("accepted")):
        notes.reject("symbol", "no_symbol", "a filing needs its symbol (受理記号); mend the row")
    notes.require_name("institution")
    notes.misfits += _misfits(record)
    if notes.reject_if_shifted():
        return
    record = notes.record
    facts = {name: record.get(name) for name in _INSTITUTION_FIELDS}
    institution = institutions.get(code)
    if institution is None:
        institution = institutions[code] = _Institution(record, table, code, facts)
    elif facts != institution.facts:
        name = next(name for name, fact in facts.items() if fact != institution.facts[name])
        message = f"differs from line {institution.first.line}; the first is kept"
        notes.warn(name, "rows_differ", message)
    if not symbol:
        return  # an institution that has filed nothing
    key = (
        symbol,
        clean_line(record.get("accepted")),
        filing_day(record.get("since"), edition),
        filing_day(record.get("valid_from"), edition),
    )
    institution.names.setdefault(symbol, clean_line(record.get("filing")))
    remark = clean_line(f"{record.get('remark_head')} {record.get('remark')}".strip())
    remarks = institution.filings.setdefault(key, [])
    if remark and remark not in remarks:
        remarks.append(remark)


def _misfits(record: Record) -> int:
    """Count the cells of a row that hold what belongs into another column.

    Whoever deletes a cell moves the rest of the row: then the fax stands for the telephone. A
    number for the symbol or the day, or a day for the number, tells that by itself.
    """
    symbol, accepted = record.get("symbol"), record.get("accepted")
    count = 2 * bool(_ACCEPTED.fullmatch(unicodedata.normalize("NFKC", symbol)))
    count += 2 * bool(_ACCEPTED.fullmatch(unicodedata.normalize("NFKC", record.get("since"))))
    count += 2 * (parse_date(accepted) is not None)
    return count + _contact_misfits(record.get("phone"), record.get("fax"), record.get("beds"))


@lru_cache(maxsize=4_096)
def _contact_misfits(phone: str, fax: str, beds: str) -> int:
    """Count those of telephone, fax and beds that are none; an institution has many rows."""
    wrong = sum(bool(text) and not looks_like_phone(text) for text in (phone, fax))
    counts, unread = count_beds(beds)
    return wrong + bool(unread and not counts)


def _code(notes: RowNotes, table: str, edition: Edition) -> str:
    """Return the ten-digit code of the row's institution, empty when the row is rejected."""
    if table not in FILING_TABLES:
        notes.reject(
            "table", "unknown_table", "expected 医科, 歯科, 薬局 or 訪問看護; is the row shifted?"
        )
        return ""
    number = read_official_number(notes, "number")
    if _GROUPED.fullmatch(number):
        number = re.sub(r"[,.]", "", number)
    if len(number) == 6 and number.isdigit():
        number = notes.restore_zero("number", number)
    code = institution_code(_prefecture(notes.record, edition), table, number)
    if not code and not notes.rejected:
        message = "expected seven digits and a prefecture code of two; get the original file"
        notes.reject("number", "bad_institution_number", message)
    return code


def _prefecture(record: Record, edition: Edition) -> str:
    """Return the two-digit prefecture code from its column, the name, or the sheet's title."""
    code = unicodedata.normalize("NFKC", record.get("prefecture")).removesuffix(".0").zfill(2)
    if edition.municipalities.prefecture(code):
        return code
    finder = edition.municipalities
    return finder.prefecture_code(record.get("prefecture_name")) or finder.prefecture_code(
        _PREFECTURE_TITLE.sub("", record.sheet)
    )


def _facility(notes: RowNotes, institution: _Institution, edition: Edition) -> FacilityRecord:
    code, table = institution.code, institution.table
    kind = _kind(notes, institution)
    address = edition.municipalities.with_prefecture(read_address(notes), code[:2])
    total, by_type = _beds(notes, kind)
    details = tuple(
        Filing(symbol, institution.names[symbol], accepted, since, valid_from, "\n".join(remarks))
        for (symbol, accepted, since, valid_from), remarks in institution.filings.items()
    )
    return FacilityRecord(
        source=NAME,
        record_id=code,
        kind=kind,
        name=read_line(notes, "name"),
        address=address,
        postal_code=clean_postal_code(notes.record.get("postal_code")),
        municipality_code=edition.municipalities.by_address(address),
        phone=read_phone(notes, "phone"),
        fax=read_phone(notes, "fax"),
        identifiers={} if table == VISITING_NURSING else {MEDICAL_INSTITUTION_CODE: code},
        beds=total,
        filings=tuple(dict.fromkeys(filing.symbol for filing in details)),
        note=f"病床：{by_type}" if by_type else "",
        claims=(*edition.type_claims(kind), *filing_claims(details, table, edition, NAME)),
        filing_details=details,
    )


def _kind(notes: RowNotes, institution: _Institution) -> str:
    """Return the facility kind; a hospital's dental department is listed apart, as 歯科."""
    if institution.table == VISITING_NURSING:
        return "visiting_nursing"
    if institution.table == "薬局":
        return "pharmacy"
    if institution.table == "歯科":
        return "dental_clinic"
    category = institution.first.get("category")
    if category in ("病院", "診療所"):
        return "hospital" if category == "病院" else "clinic"
    beds, _text = count_beds(institution.first.get("beds"))
    kind = "hospital" if sum(beds.values()) >= 20 else "clinic"  # 医療法 第1条の5: 20 beds
    notes.info("category", "kind_from_beds", f"no 種別; taken for a {kind} by its beds")
    return kind


def _beds(notes: RowNotes, kind: str) -> tuple[int | None, str]:
    """Return the total of licensed beds, None when it is not known, and the beds by type.

    The list states the beds of every institution that has any, so an empty cell of a clinic means
    none (無床診療所).
    """
    text = notes.record.get("beds")
    counts, unread = count_beds(text)
    if unread:
        notes.info("beds", "bad_beds", f"not read: {unread}; expected 一般　60／療養　48")
    if not counts:
        return (0 if kind == "clinic" and not text.strip() else None), ""
    return sum(counts.values()), "・".join(f"{name}{count}" for name, count in counts.items())


def _check_serials(table: RecognisedTable, extract: FacilityExtract) -> None:
    """Tell an extract of the list from the whole of it."""
    by_sheet: dict[str, set[str]] = {}
    for record in table.records:
        by_sheet.setdefault(record.sheet, set()).add(record.get("serial"))
    if not any(map(_has_gaps, by_sheet.values())):
        return
    extract.incomplete = True
    message = (
        "項番 has gaps: this is an extract of a list, so what is missing from it is not taken as "
        "closed, nor a filing missing from it as ended"
    )
    extract.issues.append(Issue(table.header_line, "項番", "extract", INFO, "", message))


def _has_gaps(serials: set[str]) -> bool:
    numbers = {read_whole(text, _LAST_SERIAL) for text in serials}
    return None not in numbers and numbers != set(range(1, len(numbers) + 1))


SOURCE: Final[Source[RecognisedTable]] = Source(
    name=NAME,
    extract=extract,
    layouts=(LAYOUT,),
    content_date=list_date,
    own_id=lambda record: f"m{record.record_id}",
)
