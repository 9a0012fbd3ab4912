"""在宅医療資源調査: our own workbook coming back with answers.

Written by `geoportal.export.survey_workbook`. A blank cell and 未回答 make no claim at all: no
answer is not "no". Each answer keeps its own date, so that a later, shorter one
takes nothing away.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from geoportal.domain.claim import Claim
from geoportal.domain.dating import outward_day
from geoportal.domain.facility import (
    CARE_OFFICE_NUMBER,
    KINDS,
    MEDICAL_INSTITUTION_CODE,
    NAVII_ID,
    FacilityRecord,
)
from geoportal.domain.vocabulary import Term, Vocabulary
from geoportal.ingest.files.layouts import Layout, RecognisedTable, Record, fold_header
from geoportal.ingest.files.report import INFO, WARNING, Issue
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import FacilityExtract
from geoportal.ingest.reading.listed_bytes import ListedRecord
from geoportal.ingest.reading.navii_numbers import NAVII_NUMBER
from geoportal.ingest.reading.rows import RowNotes, read_line
from geoportal.ingest.reading.source import Source
from geoportal.text.wareki import parse_date

NAME: Final = "survey"
HEADINGS: Final = MappingProxyType(
    {
        "form": "調査票の種類",
        "id": "施設番号",
        "kind": "種別コード",
        MEDICAL_INSTITUTION_CODE: "医療機関コード",
        CARE_OFFICE_NUMBER: "介護事業所番号",
        NAVII_ID: "医療情報ネットID",
        "name": "施設の名称",
        "address": "施設の所在地",
        "phone": "電話番号",
        "known": "公表・届出で分かっていること",
        "answered_on": "回答日",
        "answered_by": "回答者（職種・部署）",
        "capacity": "新規の受入状況",
        "areas": "訪問地域",
        "remarks": "連絡事項",
    }
)
"""Headings of the columns that are not needs, by field, in the order of the workbook."""
FORM: Final = "在宅医療資源調査"
LAYOUT: Final = Layout(
    NAME,
    "",
    {name: (heading,) for name, heading in HEADINGS.items()},
    required=("form", "id", "kind", "answered_on"),
    patterns=(r".*\[[a-z0-9.]+\]",),
    optional=frozenset(HEADINGS),
)
NEED_GROUPS: Final = ("VM", "AC", "PT", "BK", "CO")
"""Groups of the vocabulary that are asked; filings (ST) are known better from the bureau."""
FREE_TEXT: Final = "CO.CMTIME"
"""The one need answered in words: when and how care managers can ask (ケアマネタイム)."""
QUALIFIED: Final = ("条件付き", "要相談", "満員")
"""Answers that are neither a plain yes nor a no: it is done, under the condition they name."""
ANSWERS: Final = ("はい", *QUALIFIED, "いいえ", "未回答")
CAPACITIES: Final = MappingProxyType(
    {"受入可": "CAP.OPEN", "条件付・要相談": "CAP.COND", "満員・新規停止": "CAP.FULL"}
)

_YES: Final = frozenset(
    ("はい", "可", "可能", "対応可", "有", "あり", "ある", "yes", "y", "1", "true")
)
_NO: Final = frozenset(
    ("いいえ", "不可", "対応不可", "無", "なし", "ない", "no", "n", "0", "false")
)
_SILENT: Final = frozenset(("", "未回答", "-", "無回答", "不明", "わからない", "分からない"))
_MARKS: Final = MappingProxyType({"○": "はい", "◯": "はい", "〇": "はい", "×": "いいえ"})
_SAID: Final = _YES | _NO | frozenset(QUALIFIED)
_OF_NEEDS: Final = frozenset(("はい", "いいえ"))
"""What nobody writes for the capacity; some write 可 or 満員."""
_NUMBERS: Final = MappingProxyType(
    {
        MEDICAL_INSTITUTION_CODE: ("m", re.compile(r"\d{10}")),
        CARE_OFFICE_NUMBER: ("k", re.compile(r"[0-9A-Z]{10}")),
        NAVII_ID: ("n", NAVII_NUMBER),
    }
)
"""Letter that our own number of such a facility begins with, and the shape of the official one."""
_AREA_SEPARATORS: Final = re.compile(r"[、,，;；・\s]+")
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_LATEST_ANSWER: Final = timedelta(days=92)
"""An answer may be younger than the date in a file's name, but not by much."""
_CODE: Final = re.compile(r"\[([^\[\]]+)\]$")


def need_heading(term: Term) -> str:
    """Return the heading of a need's column; the code in brackets is what is read back."""
    return f"{term.label_ja} [{term.code}]"


def asked_terms(vocabulary: Vocabulary, kind: str) -> list[Term]:
    """Return the needs a kind is asked about, in the order of the vocabulary."""
    return [
        term
        for term in vocabulary
        if term.group in NEED_GROUPS and vocabulary.applies_to(term.code, kind)
    ]


def extract(table: RecognisedTable, edition: Edition) -> FacilityExtract:
    """Read every row of a table with `LAYOUT`; a row without any answer makes no record."""
    columns = need_columns(table, edition.municipalities.reference.vocabulary)
    extract = FacilityExtract()
    answered = []
    for record in table.records:
        cells = [record.further(heading) for heading in columns]
        cells += [record.get(name) for name in ("capacity", "areas", "remarks")]
        if any(_plain(cell) not in _SILENT for cell in cells):
            answered.append(record)
        else:
            extract.rows_read += 1
    extract.read_rows(answered, table.layout, lambda notes: _row(notes, columns, edition))
    if table.records and not answered:
        message = "no row holds an answer; was the workbook saved after it was filled in?"
        extract.issues.append(Issue(table.header_line, "", "no_answers", INFO, "", message))
    return extract


def need_columns(table: RecognisedTable, vocabulary: Vocabulary) -> dict[str, Term]:
    """Return the needs that a table has columns for, by the folded heading of the column."""
    codes = {fold_header(term.code): term for term in vocabulary}
    extra: Mapping[str, int] = table.records[0].extra if table.records else {}
    terms = {}
    for heading in extra:
        match = _CODE.search(heading)
        if match and match[1] in codes:
            terms[heading] = codes[match[1]]
    return terms


def _row(
    notes: RowNotes, columns: Mapping[str, Term], edition: Edition
) -> tuple[ListedRecord | None, str]:
    """Return the record of a row, None when it is rejected, and its scope: facility and date."""
    record = notes.record
    id_, kind = record.get("id"), record.get("kind")
    if not _ID.fullmatch(id_):
        notes.reject("id", "bad_id", "the number of the facility was changed; copy it back")
    if kind not in KINDS:
        notes.reject("kind", "bad_kind", f"expected one of {', '.join(KINDS)}")
    _refuse_shifted(notes, columns)
    identifiers = _identifiers(notes, id_)
    day = _day(notes, edition)
    claims = tuple(_claims(notes, columns, day))
    if notes.rejected:
        return None, ""
    key = f"{id_}@{outward_day(day)}"
    areas, remarks = read_line(notes, "areas"), read_line(notes, "remarks")
    facility = FacilityRecord(
        source=NAME,
        record_id=key,
        kind=kind,
        name="",  # in the workbook as a copy of what others publish
        identifiers=identifiers,
        note="\n".join(filter(None, (f"訪問地域：{areas}" if areas else "", remarks))),
        claims=claims,
        visit_areas=_visit_areas(notes, edition),
    )
    return SOURCE.listed(record.line, facility, key), key


def _refuse_shifted(notes: RowNotes, columns: Mapping[str, Term]) -> None:
    """Reject a row with answers in the column of another question.

    The day of the answer stands in a column of its own, and so do the words for the capacity.
    """
    record = notes.record
    needs = [record.further(heading) for heading, term in columns.items() if term.code != FREE_TEXT]
    capacity, day = record.get("capacity"), record.get("answered_on")
    is_answer = capacity in _OF_NEEDS or _plain(day) in _SAID
    wrong_day = bool(day) and parse_date(day) is None
    wrong_capacity = capacity not in CAPACITIES and _plain(capacity) not in _SILENT
    if (
        is_answer
        or (wrong_day and wrong_capacity)
        or day in CAPACITIES
        or any(map(parse_date, needs))
        or parse_date(record.get("answered_by"))
    ):
        message = (
            "the day, the capacity or an answer stands in the column of another question: the row "
            "is shifted; copy the answers into the original workbook"
        )
        notes.reject("answered_on", "shifted_row", message)


def _identifiers(notes: RowNotes, id_: str) -> dict[str, str]:
    """Return the official numbers of a row, which our own number must agree with.

    Whoever sorts one column alone would answer for others.
    """
    numbers: dict[str, str] = {}
    for scheme, (_letter, shape) in _NUMBERS.items():
        text = notes.record.get(scheme).removesuffix(".0")
        if text and not shape.fullmatch(text):
            notes.warn(scheme, "bad_number", "not such a number; not used")
        elif text:
            numbers[scheme] = text
    own = [scheme for scheme, (letter, _) in _NUMBERS.items() if id_.startswith(letter)]
    said = [numbers[scheme] for scheme in own if scheme in numbers]
    if said and not any(number in id_ for number in said):
        message = "the number of the facility and its official number are of different facilities"
        notes.reject("id", "number_conflict", message)
    return numbers


def _day(notes: RowNotes, edition: Edition) -> str:
    """Return the date of the answer, else of the edition."""
    text = notes.record.get("answered_on")
    day = parse_date(text)
    if day is None and text:
        notes.warn("answered_on", "bad_date", f"expected a date; {edition.named} is taken")
    elif day is None:
        notes.warn("answered_on", "no_answer_date", f"no date of the answer; {edition.named} taken")
    elif day - date.fromisoformat(edition.in_force_on) > _LATEST_ANSWER:
        notes.warn("answered_on", "future_date", f"long after the file; {edition.named} is taken")
        return edition.as_of
    return day.isoformat() if day else edition.as_of


def _claims(notes: RowNotes, columns: Mapping[str, Term], day: str) -> Iterator[Claim]:
    """Yield a claim for each answer that is one."""
    who = read_line(notes, "answered_by")
    origin = f"回答：{who}" if who else ""
    for heading, term in columns.items():
        text = notes.record.further(heading)
        value, words = answer_of(text, term)
        if value:
            note = "。".join(part for part in (words, origin) if part)
            yield Claim(term.code, value, NAME, NAME, day, note=note)
        elif _plain(text) not in _SILENT:
            notes.issues.append(_wrong_answer(notes.record, heading, term, text))
    capacity = notes.record.get("capacity")
    code = CAPACITIES.get(capacity, "")
    if code:
        yield Claim(code, "yes", NAME, NAME, day, note=origin)
    elif _plain(capacity) not in _SILENT:
        message = f"expected one of {', '.join(CAPACITIES)}, or nothing; not used"
        notes.warn("capacity", "bad_answer", message)


def answer_of(text: str, term: Term) -> tuple[str, str]:
    """Return the value and words of a cell; no value for no answer, or a wrong one.

    The words of a qualified answer are one of `QUALIFIED`.
    """
    plain = _plain(text)
    if plain in _SILENT:
        return "", ""
    if plain in _NO:
        return "no", ""
    if plain in _YES:
        return "yes", ""
    if plain in QUALIFIED:
        return "yes", plain
    return ("yes", text) if term.code == FREE_TEXT else ("", "")


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKC", _MARKS.get(text.strip(), text)).strip().lower()
    return _MARKS.get(plain, plain)


def _wrong_answer(record: Record, heading: str, term: Term, text: str) -> Issue:
    column = _column_letters(record.extra[heading])
    message = f"expected {', '.join(ANSWERS)} or nothing (column {column}); not used"
    return Issue(record.line, need_heading(term), "bad_answer", WARNING, text, message)


def _column_letters(position: int) -> str:
    """Return the letters of a sheet's column by its position from 0: 27 is AB."""
    letters = ""
    number = position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _visit_areas(notes: RowNotes, edition: Edition) -> tuple[str, ...]:
    """Return the codes of the visiting area; none when a part of it is not understood.

    Part of an area must not pass for the whole: a home in the part left out would be turned away.
    """
    finder, address = edition.municipalities, notes.record.get("address")
    codes: dict[str, None] = {}
    for name in filter(None, _AREA_SEPARATORS.split(read_line(notes, "areas"))):
        code = finder.visited_area(name, address)
        codes[code] = None
        if not code:
            message = f"{name}: no single municipality or ward of this name or code; kept as text"
            notes.info("areas", "unknown_area", message)
    return () if "" in codes else tuple(codes)


SOURCE: Final[Source[RecognisedTable]] = Source(
    name=NAME,
    extract=extract,
    layouts=(LAYOUT,),
    own_id=lambda record: record.record_id.partition("@")[0],  # that of the facility asked
    lists_facilities=False,
)
