"""在宅医療資源調査: the workbook sent to facilities, prefilled with what is known already.

What public data says is shown beside the questions, never as an answer: only what a person fills
in comes back as an answer (`geoportal.ingest.sources.survey`).
"""

from __future__ import annotations

import io
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from geoportal.domain.claim import strongest
from geoportal.domain.dating import day_words
from geoportal.domain.facility import Facility
from geoportal.domain.vocabulary import Term
from geoportal.export.table import XLSX_OPTIONS, write_xlsx_cell
from geoportal.ingest.sources.survey import (
    ANSWERS,
    CAPACITIES,
    FORM,
    FREE_TEXT,
    HEADINGS,
    asked_terms,
    need_heading,
)
from geoportal.store.reference import Reference

HEADER_ROW: Final = 3
"""0-based row of the headings; the facilities follow."""
_LOCKED: Final = tuple(HEADINGS)[:10]
_TAIL: Final = ("capacity", "areas", "remarks", "answered_by", "answered_on")
_HIDDEN: Final = frozenset(_LOCKED[:1] + _LOCKED[2:6])
_WIDTHS: Final = {
    "id": 16,
    "name": 28,
    "address": 36,
    "phone": 15,
    "known": 40,
    "areas": 30,
    "remarks": 40,
    "answered_by": 20,
    "answered_on": 13,
    "capacity": 16,
}
_KNOWN_LENGTH: Final = 300
_INSTRUCTIONS: Final = (
    "この調査票は、在宅医療・介護の相談を受ける方が、対応できる施設を探すために使います。",
    "白い欄だけにご記入ください。灰色の欄（施設番号など）は変えないでください。",
    "「はい」「いいえ」などは選択肢から選べます。分からないもの、答えにくいものは空欄のままで結構です。",
    "「条件付き」「要相談」「満員」もお答えです。条件は連絡事項にご記入ください。",
    "空欄と「未回答」は「いいえ」とは扱いません。何も登録されません。",
    "「公表・届出で分かっていること」は公的データの写しです。回答の参考にしてください。",
    "ケアマネタイムは、曜日・時間・方法を文でご記入ください。例：月・水・金 13:00〜14:00 電話で",
    "訪問地域は、市区町村名か区の名前を「、」で区切ってご記入ください。例：○○区、△△町",
    "新規の受入状況は、回答日から7日を過ぎると「未確認」として扱います。",
    "回答者は職種や部署だけをご記入ください（個人のお名前は書かないでください）。",
    "回答日は 2026-11-22 のようにご記入ください。空欄のときはファイルの日付を使います。",
    "患者さん・利用者さんに関することは、どの欄にも書かないでください。",
)


def write_survey(
    path: Path,
    facilities: Sequence[Facility],
    *,
    kind: str,
    reference: Reference,
    today: date,
    only: Container[str] | None = None,
) -> int:
    """Write the workbook (``.xlsx``) for one kind of facility, a row for each; there may be none.

    The vocabulary of the reference decides which needs are asked of the kind; what is known today
    is prefilled; ``only`` are the codes of those that are asked, None for all. Returns the number
    of questions to a facility.
    """
    asked = asked_terms(reference.vocabulary, kind)
    terms = [term for term in asked if only is None or term.code in only]
    kind_label = reference.kinds[kind].label_ja
    rows = [
        {
            "form": FORM,
            "id": facility.id,
            "kind": kind,
            **facility.identifiers,
            "name": facility.name,
            "address": facility.address,
            "phone": facility.phone,
            "known": _known_facts(facility, reference, today),
        }
        for facility in facilities
    ]
    content = io.BytesIO()  # the library leaves a file open when the disk is full
    with xlsxwriter.Workbook(content, XLSX_OPTIONS) as book:
        _Form(book, terms, kind_label).write(rows)
        _write_instructions(book, kind_label)
    path.write_bytes(content.getbuffer())
    return len(terms)


class _Form:
    """The sheet that is filled in, a column for each term."""

    def __init__(self, book: Any, terms: list[Term], kind_label: str) -> None:
        self._sheet = book.add_worksheet("回答票")
        self._terms, self._label = terms, kind_label
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._heading = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "border": 1, "bg_color": "#DDE7F0"}
        )
        self._fixed = book.add_format(
            {"bg_color": "#EEEEEE", "border": 1, "text_wrap": True, "valign": "top"}
        )
        plain = {"locked": False, "border": 1, "text_wrap": True, "valign": "top"}
        self._open = book.add_format(plain)
        self._open_date = book.add_format({**plain, "num_format": "yyyy-mm-dd"})

    def write(self, rows: Sequence[Mapping[str, str]]) -> None:
        """Write headings, prefilled rows and drop-downs, and protect what is not to be changed."""
        sheet = self._sheet
        sheet.write_string(0, 1, f"{FORM} 回答票（{self._label}）", self._title)
        sheet.write_string(1, 1, "白い欄だけにご記入ください。空欄は「いいえ」とは扱いません。")
        fields = (*_LOCKED, *(need_heading(term) for term in self._terms), *_TAIL)
        for place, name in enumerate(fields):
            sheet.write_string(HEADER_ROW, place, HEADINGS.get(name, name), self._heading)
            hidden = {"hidden": True} if name in _HIDDEN else {}
            sheet.set_column(place, place, _WIDTHS.get(name, 14), None, hidden)
        for line, row in enumerate(rows, start=HEADER_ROW + 1):
            for place, name in enumerate(fields):
                if name in _LOCKED:
                    write_xlsx_cell(sheet, (line, place), row.get(name, ""), self._fixed)
                else:
                    style = self._open_date if name == "answered_on" else self._open
                    sheet.write_blank(line, place, None, style)
        sheet.set_row(HEADER_ROW, 60)
        if rows:
            self._validate(fields, HEADER_ROW + 1, HEADER_ROW + len(rows))
            sheet.autofilter(HEADER_ROW, 0, HEADER_ROW + len(rows), len(fields) - 1)
        sheet.freeze_panes(HEADER_ROW + 1, _LOCKED.index("name") + 1)
        sheet.protect(
            "", {"format_columns": True, "format_rows": True, "autofilter": True, "sort": True}
        )

    def _validate(self, fields: Sequence[str], first: int, last: int) -> None:
        free = {need_heading(term) for term in self._terms if term.code == FREE_TEXT}
        asked = {need_heading(term) for term in self._terms} - free
        for place, name in enumerate(fields):
            choices: Iterable[str] = ()
            if name in asked:
                choices = ANSWERS
            elif name == "capacity":
                choices = (*CAPACITIES, ANSWERS[-1])
            if choices:
                self._sheet.data_validation(
                    first,
                    place,
                    last,
                    place,
                    {
                        "validate": "list",
                        "source": list(choices),
                        "error_title": "選択肢から選んでください",
                        "error_message": "、".join(choices),
                    },
                )


def _known_facts(facility: Facility, reference: Reference, today: date) -> str:
    """Return what is known of a facility in one line: filings, then facts with their evidence."""
    parts = [f"届出：{'、'.join(facility.filings)}"] if facility.filings else []
    signs = {"yes": "", "no": "×"}
    for term in reference.vocabulary:
        if term.group not in ("VM", "AC", "PT", "BK", "CO"):
            continue
        claims = [claim for claim in facility.claims if claim.code == term.code]
        best = strongest(claims, today)
        if best is not None and best.value in signs:
            label = reference.label("evidence", best.evidence, "ja")
            parts.append(f"{term.label_ja}{signs[best.value]}（{label} {day_words(best.as_of)}）")
    text = "／".join(parts)
    return text if len(text) <= _KNOWN_LENGTH else text[: _KNOWN_LENGTH - 1] + "…"


def _write_instructions(book: Any, kind_label: str) -> None:
    sheet = book.add_worksheet("記入のしかた")
    title = book.add_format({"bold": True, "font_size": 14})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 100)
    sheet.write_string(0, 0, f"{FORM}（{kind_label}） 記入のしかた", title)
    for line, text in enumerate(_INSTRUCTIONS, start=2):
        sheet.write_string(line, 0, f"{line - 1}. {text}", wrapped)
    sheet.protect()
