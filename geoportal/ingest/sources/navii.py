"""医療情報ネット（ナビイ）: hospitals, clinics, dental clinics, maternity homes, pharmacies.

The facility tables (01-1, 02-1, 03-1, 04, 05). Neither telephone nor home care is in them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from geoportal.domain.facility import NAVII_ID, FacilityRecord
from geoportal.domain.hours import DAY_LABELS_JA, EMPTY_HOURS, HOLIDAY, Hours, Session, session_of
from geoportal.ingest.files.layouts import Layout, RecognisedTable, Record
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import FacilityExtract, read_facilities
from geoportal.ingest.reading.listed_bytes import ListedRecord
from geoportal.ingest.reading.navii_numbers import NAVII_NUMBER
from geoportal.ingest.reading.rows import (
    RowNotes,
    hours_or_none,
    read_address,
    read_count,
    read_line,
    read_number,
    read_official_number,
    read_paragraph,
    read_position,
    read_url,
)
from geoportal.ingest.reading.source import Source
from geoportal.text.closing_dates import closing_dates

NAME: Final = "navii-facility"
CLOSED_FLAG: Final = "0"
OPEN_FLAG: Final = "1"
"""The source's convention, reportedly inverted against the column names: 休診 0 = closed, 1 = open
(市立札幌病院 has 1 on weekdays and 0 on Saturday and Sunday). The one switch."""

_COMMON = {
    "id": ("ID",),
    "name": ("正式名称",),
    "kana": ("正式名称（フリガナ）",),
    "prefecture": ("都道府県コード",),
    "municipality": ("市区町村コード",),
    "address": ("所在地",),
    "lat": ("所在地座標（緯度）",),
    "lon": ("所在地座標（経度）",),
}
_OFFICIAL = {
    "url": ("案内用ホームページアドレス",),
    "category": ("機関区分",),
    **{f"weekly_{i}": (f"毎週決まった曜日に休診（{DAY_LABELS_JA[i]}）",) for i in range(HOLIDAY)},
    f"weekly_{HOLIDAY}": ("祝日に休診",),
    "other_days": ("その他の休診日（gw、お盆等）",),
}
_NAMES = frozenset({"略称", "略称（フリガナ）", "英語表記（ローマ字表記）"})
_REQUIRED = ("id", "name", "address")
_MONTHLY_CLOSING: Final = (
    "決まった週に休診(定期週)",
    "決まった週に休業(定期週)",
    "定期閉店",
)
"""What hospitals and clinics, maternity homes, pharmacies call the flags of a week of the month."""
_WEEKS_OF_MONTH: Final = tuple(
    ((week, day), tuple(f"{words}第{week}週({DAY_LABELS_JA[day]})" for words in _MONTHLY_CLOSING))
    for week in range(1, 6)
    for day in range(HOLIDAY)
)
"""Columns that may say that a day of a week of the month is closed."""
_MONTHLY = r"(決まった週に休[診業]\(定期週\)|定期閉店)第[1-5]週\([月火水木金土日]\)"
_SLOT = r"[月火水木金土日祝](開店|就業|外来受付)時間帯[1-9](開始|終了)時間"

HOSPITAL_LAYOUT: Final = Layout(
    NAME,
    "with beds",
    {**_COMMON, **_OFFICIAL, "beds": ("合計病床数",)},
    _REQUIRED,
    _NAMES
    | {"一般病床", "療養病床", "療養病床のうち医療保険適用", "療養病床のうち介護保険適用"}
    | {"精神病床", "結核病床", "感染症病床"},
    (_MONTHLY,),
)
CLINIC_LAYOUT: Final = Layout(
    NAME, "without beds", {**_COMMON, **_OFFICIAL}, _REQUIRED, _NAMES, (_MONTHLY,)
)
MATERNITY_LAYOUT: Final = Layout(
    NAME,
    "maternity_home",
    {
        **_COMMON,
        "url": _OFFICIAL["url"],
        "slot": ("月_就業時間帯1_開始時間",),
        **{
            f"weekly_{i}": (f"毎週決まった曜日に休業（{DAY_LABELS_JA[i]}）",)
            for i in range(HOLIDAY)
        },
        f"weekly_{HOLIDAY}": ("祝日に休業",),
        "other_days": ("その他の休業日（gw、お盆等）",),
    },
    (*_REQUIRED, "slot"),
    _NAMES | {"機関区分"},
    (_SLOT, _MONTHLY),
)
PHARMACY_LAYOUT: Final = Layout(
    NAME,
    "pharmacy",
    {
        **_COMMON,
        "name": ("正式名称", "名称"),
        "kana": ("正式名称（フリガナ）", "フリガナ"),
        "url": ("薬局のホームページアドレス",),
        **{f"weekly_{i}": (f"営業日（{name}）",) for i, name in enumerate(DAY_LABELS_JA)},
        **{f"every_week_{i}": (f"定期閉店毎週（{DAY_LABELS_JA[i]}）",) for i in range(HOLIDAY)},
        "other_days": ("その他の閉店日（gw、お盆等）",),
    },
    (*_REQUIRED, "url", "weekly_0"),
    _NAMES | {"ローマ字"},
    (_SLOT, _MONTHLY),
    optional=frozenset(f"every_week_{i}" for i in range(HOLIDAY)),
)
LAYOUTS: Final = (CLINIC_LAYOUT, HOSPITAL_LAYOUT, MATERNITY_LAYOUT, PHARMACY_LAYOUT)

_KIND_BY_DIGIT = {"1": "hospital", "2": "clinic", "3": "dental_clinic", "4": "maternity_home"}
"""機関区分, also the third letter of an ID."""
_GENERAL_BEDS = "一般病床"
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?")
_SLOTS = (
    ("開店時間帯", "consultation"),
    ("就業時間帯", "consultation"),
    ("外来受付時間帯", "reception"),
)
_SLOT_COLUMNS: Final = tuple(
    (day, use, f"{label}{family}{slot}開始時間", f"{label}{family}{slot}終了時間")
    for family, use in _SLOTS
    for day, label in enumerate(DAY_LABELS_JA)
    for slot in range(1, 10)
)
"""Day of the week, what is then, and the columns of when it begins and ends."""


def extract(table: RecognisedTable, edition: Edition) -> FacilityExtract:
    """Read every row of a table with one of `LAYOUTS`."""
    cells = {id(one.extra): one for one in table.records.heads}
    times = {key: _TimeCells.of(one) for key, one in cells.items()}
    return read_facilities(table, lambda notes: _row(notes, table.layout, times, edition), edition)


@dataclass(frozen=True, slots=True)
class _TimeCells:
    """Where the rows of a sheet have times and regular closing days.

    Attributes
    ----------
    slots : list of (int, str, int, int)
        Day, use, and the cells of beginning and end.
    weeks : list of ((int, int), list of int)
        Week of the month and day, and the cells that may say that it is closed.
    openings, flags : list of int
        All cells of beginnings, and of closing days.
    """

    slots: list[tuple[int, str, int, int]]
    weeks: list[tuple[tuple[int, int], list[int]]]
    openings: list[int]
    flags: list[int]

    @classmethod
    def of(cls, record: Record) -> _TimeCells:
        """Return those of a row, which are those of all rows with the same further columns."""
        places = dict(record.extra)
        if "slot" in record.positions:
            places["月就業時間帯1開始時間"] = record.positions["slot"]
        weeks = [
            (when, [record.extra[column] for column in columns if column in record.extra])
            for when, columns in _WEEKS_OF_MONTH
        ]
        slots = [
            (day, use, places[opening], places[closing])
            for day, use, opening, closing in _SLOT_COLUMNS
            if opening in places and closing in places
        ]
        return cls(
            slots,
            [(when, held) for when, held in weeks if held],
            [opening for _, _, opening, _ in slots],
            [place for _, held in weeks for place in held],
        )


def _row(
    notes: RowNotes, layout: Layout, times: Mapping[int, _TimeCells], edition: Edition
) -> tuple[ListedRecord | None, str]:
    """Return the record of a row, None when it is rejected, and its scope."""
    record = notes.record
    code = _municipality(notes, record, edition)
    number = _number(notes, record, edition)
    kind = _kind(notes, record, layout, number)
    finder, prefecture = edition.municipalities, record.get("prefecture").zfill(2)
    stated = finder.prefecture(prefecture) or finder.prefecture_of(record.get("address"))
    scope = f"{kind}/{code or stated}" if kind else ""  # its code would be the whole prefecture
    notes.require_name("facility")
    if notes.rejected:
        return None, scope
    lon, lat = read_position(notes)
    facility = FacilityRecord(
        source=NAME,
        record_id=number,
        kind=kind,
        name=read_line(notes, "name"),
        kana=read_line(notes, "kana"),
        address=edition.municipalities.with_prefecture(
            read_address(notes), record.get("prefecture").zfill(2)
        ),
        municipality_code=code,
        lon=lon,
        lat=lat,
        url=read_url(notes, "url"),
        identifiers={NAVII_ID: number},
        beds=read_count(notes, "beds", zero_unknown=False) if "beds" in layout.columns else None,
        hours=_hours(notes, record, times[id(record.extra)], edition),
        claims=edition.type_claims(kind),
    )
    return SOURCE.listed(record.line, facility, scope), scope


def _number(notes: RowNotes, record: Record, edition: Edition) -> str:
    """Return the ID as published, with a leading zero that Excel has taken put back.

    Prefectures give IDs of 5 to 13 digits and letters. All begin with the prefecture's code: one
    that does with a zero in front, and not without, has lost it.
    """
    number = read_official_number(notes, "id", cased=True)
    if notes.rejected:
        return ""
    prefecture = record.get("prefecture").removesuffix(".0").zfill(2)
    if not edition.municipalities.prefecture(prefecture):
        name = edition.municipalities.prefecture_of(record.get("address"))
        prefecture = edition.municipalities.prefecture_code(name)
    if prefecture.startswith("0") and number[:1] == prefecture[1:] and number[:2] != prefecture:
        number = notes.restore_zero("id", number)
    if not NAVII_NUMBER.fullmatch(number):
        message = "expected an ID of 5 to 13 digits and letters as published; get the original file"
        notes.reject("id", "bad_id", message)
        return ""
    return number


def _kind(notes: RowNotes, record: Record, layout: Layout, number: str) -> str:
    """Return the kind: of the table, of 機関区分, or of the third letter of the ID."""
    if layout is PHARMACY_LAYOUT:
        return "pharmacy"
    category = record.get("category").removesuffix(".0")
    of_number = _KIND_BY_DIGIT.get(number[2:3], "")
    if category in _KIND_BY_DIGIT:
        if of_number and _KIND_BY_DIGIT[category] != of_number:
            notes.warn("category", "category_contradicts_id", "the category is used")
        return _KIND_BY_DIGIT[category]
    if category:
        notes.misfit("category", "bad_category", "expected 1 to 4; the ID decides")
    kind = "maternity_home" if layout is MATERNITY_LAYOUT else of_number
    kind = kind or ("hospital" if layout is HOSPITAL_LAYOUT else "")
    if number and not kind:
        notes.reject("category", "no_kind", "neither 機関区分 nor the ID says the kind")
    return kind


def _municipality(notes: RowNotes, record: Record, edition: Edition) -> str:
    """Return the five-digit code from the two columns, else from the address."""
    prefecture, city = record.get("prefecture"), record.get("municipality")
    for name, text, length in (("prefecture", prefecture, 2), ("municipality", city, 3)):
        if text and not (text.isascii() and text.isdigit() and len(text) <= length):
            notes.misfit(name, "bad_code", f"expected a code of {length} digits; not used")
    if prefecture and city:
        code, _padded = edition.municipalities.by_code(prefecture.zfill(2) + city.zfill(3))
        if code:
            return code
    stated = edition.municipalities.prefecture(prefecture.zfill(2))
    return edition.municipalities.by_row(record.get("address"), stated)


def _hours(notes: RowNotes, record: Record, times: _TimeCells, edition: Edition) -> Hours:
    flags = {}
    for day in range(HOLIDAY + 1):
        flags[day] = record.get(f"weekly_{day}").removesuffix(".0")
        if flags[day] not in ("", CLOSED_FLAG, OPEN_FLAG):
            notes.misfit(f"weekly_{day}", "bad_flag", "expected 0 or 1 or nothing; not used")
    every_week = {day for day in range(HOLIDAY) if record.get(f"every_week_{day}") == CLOSED_FLAG}
    closed = tuple(day for day, flag in flags.items() if flag == CLOSED_FLAG or day in every_week)
    open_days = tuple(day for day, flag in flags.items() if flag == OPEN_FLAG)
    note = read_paragraph(notes, "other_days")
    closed_dates, unclear_dates = closing_dates(note)
    if read_number(note) is not None:
        message = "expected words or dates, not a number: the days of the row are not used"
        notes.misfit("other_days", "bad_text", message)
    if record.further(_GENERAL_BEDS) and read_number(record.further(_GENERAL_BEDS)) is None:
        notes.misfit("", "bad_number", "expected a number of beds in 一般病床")
    if read_number(note) is not None:
        return EMPTY_HOURS
    return hours_or_none(
        Hours(
            sessions=tuple(_sessions(record, times)),
            closed_days=closed,
            open_days=open_days,
            closed_weeks=tuple(_closed_weeks(record, times, closed)),
            closed_dates=closed_dates,
            unclear_dates=unclear_dates,
            note=note,
            as_of=edition.as_of,
            source=NAME,
        )
    )


def _closed_weeks(
    record: Record, times: _TimeCells, closed: Collection[int]
) -> Iterator[tuple[int, int]]:
    """Yield week and day on which it is closed, but for days on which it is closed every week."""
    cells = record.cells
    if CLOSED_FLAG not in "".join(map(cells.__getitem__, times.flags)):  # as in most rows
        return
    for (week, day), places in times.weeks:
        if day not in closed and any(cells[i].strip() == CLOSED_FLAG for i in places):
            yield week, day


def _sessions(record: Record, times: _TimeCells) -> Iterator[Session]:
    cells = record.cells
    if not any(map(cells.__getitem__, times.openings)):
        return
    for day, use, opening, closing in times.slots:
        begin, end = cells[opening].strip(), cells[closing].strip()
        if begin and end:
            opens, closes = _clock(begin), _clock(end)
            if opens and closes and opens != closes:
                yield session_of(day, opens, closes, use)


@lru_cache(maxsize=4_096)
def _clock(text: str) -> str:
    """Return ``HH:MM``, empty when there is no time; hours beyond 24 are of the next day."""
    match = _CLOCK.fullmatch(text)
    if not match or int(match[2]) > 59 or int(match[1]) > 29:
        return ""
    hour = int(match[1])
    return f"{hour if hour <= 24 else hour - 24:02}:{match[2]}"


SOURCE: Final[Source[RecognisedTable]] = Source(
    name=NAME,
    extract=extract,
    layouts=LAYOUTS,
    own_id=lambda record: f"n{record.record_id}",
)
