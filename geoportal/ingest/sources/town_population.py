"""Residents by 町丁目 and age: 推奨データセット 「地域・年齢別人口」 of municipalities.

A row is a 町丁目 (地域名). The code may be the ward's or the whole city's, with or without check
digit; the ward may stand in 市区町村名, in front of 地域名, or nowhere. A figure that is not
published (``X``, ``-``, ``*``, blank) is unknown, never 0. Rows of totals are told from towns, used
to check the sum, and not counted twice. Who lives alone is not in this table.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

from geoportal.errors import InputRefusedError
from geoportal.ingest.files.layouts import Layout, RecognisedTable
from geoportal.ingest.files.report import INFO, WARNING, Issue
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import Extract
from geoportal.ingest.reading.municipal_lists import stated_date, stated_municipality
from geoportal.ingest.reading.rows import MOST_PEOPLE, RowNotes, read_number, read_whole
from geoportal.ingest.reading.source import Source
from geoportal.ingest.reading.town_ages import HEADER_PATTERN, OLD_FROM, AgeColumn, AgeTable
from geoportal.ingest.reading.town_areas import read_area
from geoportal.ingest.reading.town_rows import (
    TownRow,
    newest_rows,
    of_both_sexes,
    without_subtotals,
)
from geoportal.store.town_population import TownPeople
from geoportal.text.wareki import parse_date

NAME: Final = "town-population"
LAYOUT: Final = Layout(
    NAME,
    "",
    {
        "code": (
            "都道府県コード又は市区町村コード",
            "都道府県コード又は市町村コード",
            "全国地方公共団体コード",
            "市区町村コード",
            "団体コード",
            "prefCode",
        ),
        "town_code": ("地域コード", "町丁目コード", "町字コード", "町字ID", "regionCode"),
        "prefecture": ("都道府県名", "prefName"),
        "municipality": ("市区町村名", "市町村名", "区名", "cityName"),
        "day": ("調査年月日", "基準年月日", "調査日", "基準日", "surveyDate"),
        "name": (
            "地域名",
            "町丁目名",
            "町丁名",
            "町丁目",
            "町名",
            "町字名",
            "regionName",
            "町丁字名",
            "大字町名",
        ),
        "sex": ("性別", "男女別", "男女"),
        "pop": ("総人口", "人口総数", "人口", "総数", "計", "人口計", "totalPopulation"),
        "male": ("男性", "男", "男性総数", "男性人口", "male"),
        "female": ("女性", "女", "女性総数", "女性人口", "woman"),
    },
    required=("name", "pop"),
    known=frozenset({"地方公共団体名", "世帯数", "備考", "numberOfHouseholds", "note", "location"}),
    patterns=(HEADER_PATTERN,),
    optional=frozenset(
        {"code", "town_code", "prefecture", "municipality", "male", "female", "sex"}
    ),
    carried=("code", "town_code", "prefecture", "municipality", "day", "name"),
    split_by="sex",
    stated={"municipality": stated_municipality},
)
_HIDDEN = frozenset(
    {"", "x", "-", "*", "**", "***", "ー", "―", "—", "–", "‐", "−", "…", "...", "秘匿"}
)
_HIDDEN_MESSAGE = "figures are not published for these rows; they stay unknown and are never 0"
_GROUPS: Final = ("pop", *OLD_FROM)
_MANY_APART: Final = 10
_APART_SHARE: Final = 0.2
_MOST_OF_A_TOWN: Final = 200_000
"""Residents; some cities list districts of several 町丁目, the largest 町丁目 has some 30,000."""


@dataclass(frozen=True, slots=True)
class ListedTown:
    """A 町丁目 with its place in the file."""

    line: int
    people: TownPeople


@dataclass(slots=True, kw_only=True)
class TownExtract(Extract):
    """People of 町丁目; rows of totals and of older dates are read and not kept.

    Attributes
    ----------
    towns : dict of str to list of ListedTown
        By municipality code; each name once.
    """

    towns: dict[str, list[ListedTown]] = field(default_factory=dict)


def newest_day(table: RecognisedTable) -> str:
    """Return the newest 調査年月日 of a file, else the date of its title; empty for none."""
    days = (parse_date(record.get("day")) for record in table.records)
    return max((day.isoformat() for day in days if day), default="") or stated_date(table)


def extract(table: RecognisedTable, edition: Edition) -> TownExtract:
    """Read the rows of the newest date of each municipality.

    Raises
    ------
    InputRefusedError
        When no column gives people by age: nothing can be said of older people.
    """
    ages = AgeTable.of(table.records[0].extra if table.records else ())
    if table.records and not ages:
        raise InputRefusedError(
            "the table names towns and people but no ages; expected are columns like 0-4歳の男性 … "
            "85歳以上の女性 (推奨データセット 地域・年齢別人口): get the file by age"
        )
    extract = TownExtract()
    rows = []
    whole = not any(record.get("name") for record in table.records)
    if whole and table.records:
        message = "no row names a town: the people of the municipality as a whole are not used"
        name = LAYOUT.official("name")
        extract.issues.append(Issue(table.header_line, name, "no_towns", WARNING, "", message))
    for record in table.records:
        extract.rows_read += 1
        notes = RowNotes(record, LAYOUT)
        row = _read(notes, ages, edition, whole=whole)
        extract.rejected += notes.rejected
        extract.issues.extend(notes.issues)
        if row is not None:
            rows.append(row)
    _require_sums(extract)
    rows = of_both_sexes(rows)
    counted = without_subtotals(newest_rows(rows, extract, LAYOUT), extract, LAYOUT)
    _add_towns([row for row in counted if not row.total], extract)
    _check_totals(counted, edition, extract)
    _note_unpublished(ages, counted, extract)
    return extract


def _read(notes: RowNotes, ages: AgeTable, edition: Edition, *, whole: bool) -> TownRow | None:
    record = notes.record
    area = read_area(notes, edition.municipalities, whole=whole)
    figures: dict[str, int | None] = {
        name: _people(notes, name, record.get(name)) for name in ("pop", "male", "female")
    }
    by_age = {
        column: _people(notes, column.header, record.further(column.header))
        for column in (*ages.men, *ages.women, *ages.both)
    }
    day = parse_date(record.get("day"))
    if day is None and record.get("day"):
        notes.warn("day", "bad_date", "expected a date like 2025-01-01; the file's date is taken")
    if area is None or notes.rejected:
        return None
    if (figures["pop"] or 0) > _MOST_OF_A_TOWN and not area.total:
        message = "no town has as many people: is it a total, or in another unit?"
        notes.reject("pop", "bad_number", message)
        return None
    if not area.total:
        _check_sums(notes, figures, by_age, ages)
    for group in OLD_FROM:
        figures[group] = _sum(by_age, ages.of_group(group))
    return TownRow(
        record, area.code, area.name, day.isoformat() if day else "", area.total, figures
    )


def _people(notes: RowNotes, name: str, text: str) -> int | None:
    """Return a number of people; None where none is published; reject what is no such number."""
    if notes.rejected:
        return None  # one reason is enough
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if plain in _HIDDEN:
        return None
    bare = re.sub(r"[,人\s]", "", plain)
    people = read_whole(bare, MOST_PEOPLE)
    if people is not None:
        return people
    code = "negative" if (read_number(bare) or 0) < 0 else "bad_number"
    message = "expected a whole number of people, or X where it is not published"
    column = LAYOUT.official(name) if name in LAYOUT.columns else name
    notes.rejected = True
    notes.issues.append(Issue(notes.record.line, column, code, "error", text, message))
    return None


def _sum(figures: dict[AgeColumn, int | None], columns: tuple[AgeColumn, ...]) -> int | None:
    """Return a sum, None when a part of it is not known or there is none."""
    known = [value for column in columns if (value := figures[column]) is not None]
    return sum(known) if columns and len(known) == len(columns) else None


def _check_sums(
    notes: RowNotes,
    figures: dict[str, int | None],
    by_age: dict[AgeColumn, int | None],
    ages: AgeTable,
) -> None:
    """Warn where parts do not make up the whole; the row is kept as published."""
    male, female, total = figures["male"], figures["female"], figures["pop"]
    if None not in (male, female, total) and (male or 0) + (female or 0) != total:
        message = (
            f"男性 {male} + 女性 {female} is not 総人口 {total}; kept as published, ask the city"
        )
        notes.warn("pop", "sexes_differ", message)
    for name, sex in (("male", "男"), ("female", "女"), ("pop", "")):
        whole, parts = figures[name], _sum(by_age, ages.everyone(sex))
        if whole is not None and parts is not None and whole != parts:
            message = f"the ages add up to {parts}, not {whole}; kept as published, ask the city"
            notes.warn(name, "ages_differ", message)


def _require_sums(extract: TownExtract) -> None:
    """Refuse a list with many rows that contradict themselves: their columns are shifted."""
    apart = {issue.line for issue in extract.issues if issue.code == "sexes_differ"}
    if len(apart) >= _MANY_APART and len(apart) > _APART_SHARE * extract.rows_read:
        raise InputRefusedError(
            f"men and women are not the total in {len(apart)} of {extract.rows_read} rows, from "
            f"line {min(apart)} on: columns are shifted or of another thing; get the file again"
        )


def _add_towns(rows: list[TownRow], extract: TownExtract) -> None:
    seen: dict[tuple[str, str], tuple[TownRow, TownPeople]] = {}
    for row in rows:
        name = row.name
        town_code = row.record.get("town_code")
        first = seen.get((row.code, name))
        if first and town_code and first[0].record.get("town_code") not in ("", town_code):
            name = f"{name}（{town_code}）"  # two towns of one name, told apart by their code
            first = seen.get((row.code, name))
        people = TownPeople(row.code, name, *(row.figures[group] for group in _GROUPS))
        if first is None:
            seen[(row.code, name)] = (row, people)
            extract.towns.setdefault(row.code, []).append(ListedTown(row.record.line, people))
            continue
        notes = RowNotes(row.record, LAYOUT)
        if first[1] == people:
            notes.info("name", "repeated_row", f"the same as line {first[0].record.line}")
        else:
            message = (
                f"the town stands in line {first[0].record.line} already, with other figures; "
                "that one is kept, ask the city which is right"
            )
            notes.reject("name", "duplicate_key", message)
            extract.rejected += 1
        extract.issues.extend(notes.issues)


def _check_totals(rows: list[TownRow], edition: Edition, extract: TownExtract) -> None:
    """Compare the rows of totals with what was counted."""
    for row in (row for row in rows if row.total):
        notes = RowNotes(row.record, LAYOUT)
        notes.info("name", "total_row", "a total, no town: used for checking and not counted")
        own = [
            town.people.pop
            for code, towns in extract.towns.items()
            for town in towns
            if row.code in (code, edition.municipalities.city_of(code))
        ]
        known = [people for people in own if people is not None]
        total = row.figures["pop"]
        if total is not None and own and len(known) == len(own) and sum(known) != total:
            message = f"the towns add up to {sum(known)}, the total is {total}: are rows missing?"
            notes.warn("pop", "total_differs", message)
        extract.issues.extend(notes.issues)


def _note_unpublished(ages: AgeTable, rows: list[TownRow], extract: TownExtract) -> None:
    """Say how many figures stay unknown, and which groups the file cannot give at all."""
    missing = [group for group in OLD_FROM if not ages.of_group(group)]
    if missing and rows:
        message = "no columns add up to these ages; they stay unknown: get the file by 5-year ages"
        value = "、".join(f"{OLD_FROM[group]}歳以上" for group in missing)
        extract.issues.append(Issue(1, "", "missing_column", WARNING, value, message))
    given = [group for group in _GROUPS if group not in missing]
    hidden = [row for row in rows if not row.total and None in map(row.figures.get, given)]
    if hidden:
        line, count = hidden[0].record.line, str(len(hidden))
        extract.issues.append(Issue(line, "", "suppressed", INFO, count, _HIDDEN_MESSAGE))


SOURCE: Final[Source[RecognisedTable]] = Source(
    name=NAME,
    extract=extract,
    layouts=(LAYOUT,),
    content_date=newest_day,
)
