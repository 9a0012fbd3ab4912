"""地方厚生局 届出受理医療機関名簿: what institutions and pharmacies have filed (施設基準の届出).

One row for each institution, filing and remark; one record for each institution. The one public
source of home-care capability, and of telephone and fax of clinics. Filing is not doing: its claims
have the evidence ``filed`` and come from ``data/reference/filing_rules.csv`` alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from geoportal.domain.claim import Claim
from geoportal.domain.facility import MEDICAL_INSTITUTION_CODE, FacilityRecord
from geoportal.domain.filing import Filing
from geoportal.ingest.files.layouts import Layout, RecognisedTable, Record
from geoportal.ingest.files.report import INFO, Issue
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import FacilityExtract
from geoportal.ingest.reading.institution_codes import (
    TABLE_DIGITS,
    check_digit_fits,
    institution_code,
    table_of,
)
from geoportal.ingest.reading.rows import (
    RowNotes,
    read_address,
    read_line,
    read_official_number,
    read_phone,
)
from geoportal.ingest.reading.source import Source
from geoportal.text.contact import clean_line, clean_postal_code
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
        "number": ("医療機関番号", "医療機関（薬局）番号"),
        "colocated": ("併設医療機関番号",),
        "name": ("医療機関名称", "医療機関（薬局）名称"),
        "postal_code": ("医療機関所在地（郵便番号）", "郵便番号"),
        "address": ("医療機関所在地（住所）", "医療機関所在地", "住所"),
        "phone": ("電話番号",),
        "fax": ("FAX番号",),
        "beds": ("病床数",),
        "filing": ("受理届出名称",),
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
)

_INSTITUTION_FIELDS = (
    *("name", "postal_code", "address", "phone", "fax", "beds", "category", "colocated"),
)
_BED_TYPE: Final = re.compile(r"(一般|療養|精神|結核|感染症?|介護)")
_BEDS: Final = re.compile(r"(\d+)$")


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
    for institution in institutions.values():
        notes = RowNotes(institution.first, table.layout)
        facility = _facility(notes, institution, edition)
        extract.issues.extend(notes.issues)
        scope = f"{institution.code[:2]}/{institution.table}"
        extract.listed.append(SOURCE.listed(institution.first.line, facility, scope))
    _check_serials(table, extract)
    return extract


def _add_row(
    notes: RowNotes, record: Record, edition: Edition, institutions: dict[str, _Institution]
) -> None:
    """Add a row to its institution, or reject it."""
    symbol = clean_line(record.get("symbol"))
    table = unicodedata.normalize("NFKC", record.get("table"))
    code = _code(notes, table, edition)
    if not symbol:
        notes.reject("symbol", "no_symbol", "a filing needs its symbol (受理記号); mend the row")
    notes.require_name("institution")
    if notes.rejected:
        return
    facts = {name: record.get(name) for name in _INSTITUTION_FIELDS}
    institution = institutions.get(code)
    if institution is None:
        institution = institutions[code] = _Institution(record, table, code, facts)
    elif facts != institution.facts:
        name = next(name for name, fact in facts.items() if fact != institution.facts[name])
        message = f"differs from line {institution.first.line}; the first is kept"
        notes.warn(name, "rows_differ", message)
    key = (
        symbol,
        clean_line(record.get("accepted")),
        _day(record.get("since")),
        _day(record.get("valid_from")),
    )
    institution.names.setdefault(symbol, clean_line(record.get("filing")))
    remark = clean_line(f"{record.get('remark_head')} {record.get('remark')}".strip())
    remarks = institution.filings.setdefault(key, [])
    if remark and remark not in remarks:
        remarks.append(remark)


def _code(notes: RowNotes, table: str, edition: Edition) -> str:
    """Return the ten-digit code of the row's institution, empty when the row is rejected."""
    if table not in TABLE_DIGITS:
        notes.reject("table", "unknown_table", "expected 医科, 歯科 or 薬局; is the row shifted?")
        return ""
    number = read_official_number(notes, "number").replace(",", "").replace(".", "")
    if len(number) == 6 and number.isdigit():
        number = notes.restore_zero("number", number)
    code = institution_code(_prefecture(notes.record, edition), table, number)
    if not code and not notes.rejected:
        message = "expected seven digits and a prefecture code of two; get the original file"
        notes.reject("number", "bad_institution_number", message)
    return code


def _prefecture(record: Record, edition: Edition) -> str:
    """Return the two-digit prefecture code from its column, else from the name."""
    code = unicodedata.normalize("NFKC", record.get("prefecture")).removesuffix(".0").zfill(2)
    if edition.municipalities.prefecture(code):
        return code
    return edition.municipalities.prefecture_code(record.get("prefecture_name"))


def _facility(notes: RowNotes, institution: _Institution, edition: Edition) -> FacilityRecord:
    code, table = institution.code, institution.table
    kind = _kind(notes, institution)
    if not check_digit_fits(code) or table_of(code[3:]) != table:
        message = "the number does not fit its own check digit or 区分; taken as published"
        notes.info("number", "unusual_number", message)
    address = edition.municipalities.with_prefecture(read_address(notes), code[:2])
    total, by_type = _beds(notes)
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
        identifiers={MEDICAL_INSTITUTION_CODE: code},
        beds=total,
        filings=tuple(dict.fromkeys(filing.symbol for filing in details)),
        note=f"病床：{by_type}" if by_type else "",
        claims=(*edition.type_claims(kind), *_claims(details, table, edition)),
        filing_details=details,
    )


def _kind(notes: RowNotes, institution: _Institution) -> str:
    """Return the facility kind; a hospital's dental department is listed apart, as 歯科."""
    if institution.table == "薬局":
        return "pharmacy"
    if institution.table == "歯科":
        return "dental_clinic"
    category = institution.first.get("category")
    if category in ("病院", "診療所"):
        return "hospital" if category == "病院" else "clinic"
    beds, _text = _counted_beds(institution.first.get("beds"))
    kind = "hospital" if sum(beds.values()) >= 20 else "clinic"  # 医療法 第1条の5: 20 beds
    notes.info("category", "kind_from_beds", f"no 種別; taken for a {kind} by its beds")
    return kind


def _beds(notes: RowNotes) -> tuple[int | None, str]:
    """Return the total of licensed beds, None when it is not known, and the beds by type."""
    text = notes.record.get("beds")
    counts, unread = _counted_beds(text)
    if unread:
        notes.info("beds", "bad_beds", f"not read: {unread}; expected 一般　60／療養　48")
    if not counts:
        return None, ""
    return sum(counts.values()), "・".join(f"{name}{count}" for name, count in counts.items())


def _counted_beds(text: str) -> tuple[Counter[str], str]:
    """Read ``一般　　187／療養　　120``: beds by type, and what could not be read.

    A type without a number (some clinics) says nothing.
    """
    counts: Counter[str] = Counter()
    unread = []
    for part in re.split(r"[/、,\n]", unicodedata.normalize("NFKC", text)):
        words = part.split()
        if not words:
            continue
        kinds = [word for word in words if not word.isdigit()]
        number = _BEDS.search(part.strip())
        if number and len(number[1]) <= 5 and all(_BED_TYPE.search(word) for word in kinds):
            kind = _BED_TYPE.search(kinds[-1]) if kinds else None
            counts[kind[1] if kind else "種別不明"] += int(number[1])
        elif number or not all(_BED_TYPE.search(word) for word in kinds):
            unread.append(part.strip())
    return counts, "／".join(unread)


def _claims(details: Sequence[Filing], table: str, edition: Edition) -> list[Claim]:
    """Return what the filings say, by the rules in force on the list's date."""
    rules = edition.municipalities.reference.filing_rules
    claims = []
    for filing in details:
        since = f"{filing.since}から" if filing.since else ""
        origin = " ".join(filter(None, ("届出", filing.symbol, filing.number, since)))
        for rule in rules.get((table, filing.symbol), ()):
            if rule.code and rule.in_force_on(edition.as_of):
                note = "。".join(filter(None, (rule.note, origin, *filing.remarks.splitlines())))
                claims.append(
                    Claim(rule.code, rule.value, rule.evidence, NAME, edition.as_of, note=note)
                )
    return claims


def _day(text: str) -> str:
    day = parse_date(text)
    return day.isoformat() if day else clean_line(text)


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
    numbers = {int(text) for text in serials if text.isascii() and text.isdigit()}
    complete = not numbers or numbers == set(range(1, max(numbers) + 1))
    return len(numbers) == len(serials) and not complete


SOURCE: Final[Source[RecognisedTable]] = Source(
    name=NAME,
    extract=extract,
    layouts=(LAYOUT,),
    content_date=list_date,
    own_id=lambda record: f"m{record.record_id}",
)
