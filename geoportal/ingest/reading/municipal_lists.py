"""What the lists of municipalities (推奨データセット) have in common.

Cities follow the standard in several editions, or not at all: columns are read through aliases, and
addresses often lack what goes without saying in the city itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType
from typing import Final, TypedDict

from geoportal.domain.hours import DAY_LABELS_JA, HOLIDAY, Hours, Session
from geoportal.domain.location import LEVELS
from geoportal.domain.place import Municipality
from geoportal.ingest.files.layouts import Heading, RecognisedTable, Record
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.municipalities import MunicipalityFinder, complete_address, squeeze
from geoportal.ingest.reading.opening_words import (
    apply_remark,
    read_clock,
    read_day_words,
    spoken_hours,
)
from geoportal.ingest.reading.rows import (
    RowNotes,
    hours_or_none,
    read_address,
    read_line,
    read_number,
    read_paragraph,
    read_position,
)
from geoportal.store.documents import digest
from geoportal.text.closing_dates import closing_dates
from geoportal.text.normalize import fold
from geoportal.text.spreadsheet import as_meant
from geoportal.text.wareki import find_date

PLACE_COLUMNS: Final = MappingProxyType(
    {
        "area": (
            "都道府県コード又は市区町村コード",
            "全国地方公共団体コード",
            "市区町村コード",
            "所在地_全国地方公共団体コード",
            "自治体コード",
        ),
        "prefecture": ("都道府県名", "所在地_都道府県", "都道府県", "prefName", "prefecture"),
        "municipality": (
            "市区町村名",
            "所在地_市区町村",
            "市区町村",
            "区名",
            "区",
            "cityName",
            "city",
            "municipality",
            "ward",
        ),
        "building": ("方書", "建物名等（方書）", "建物名等_方書", "方書（ビル名等）"),
        "postal_code": (
            "郵便番号",
            "〒",
            "事業所郵便番号",
            "postalCode",
            "postal code",
            "zip code",
        ),
        "lat": ("緯度", "latitude", "lat", "北緯", "Y座標"),
        "lon": ("経度", "longitude", "lon", "lng", "東経", "X座標"),
        "point": ("緯度経度", "座標", "位置情報", "location", "緯度・経度"),
        "position_level": ("位置の精度",),
        "position_uncertainty": ("位置の誤差m",),
        "phone": (
            *("電話番号", "電話", "TEL", "連絡先電話番号", "事業所電話番号", "連絡先"),
            *(
                "telephoneNumber",
                "telephone",
                "phone",
                "phone number",
                "tel no",
                "TEL/FAX",
                "電話/FAX",
            ),
            *("電話・FAX", "電話番号/FAX番号", "電話番号・FAX番号", "代表電話"),
        ),
        "fax": (
            "FAX番号",
            "FAX",
            "ファックス番号",
            "ファクス番号",
            "ファックス",
            "faxNumber",
            "fax number",
        ),
        "corporate_number": ("法人番号",),
        "url": (
            "URL",
            "ホームページ",
            "ホームページアドレス",
            "WebサイトURL",
            "HP",
            "website",
            "web site",
        ),
        "note": ("備考", "特記事項", "note", "notes", "remarks"),
    }
)
ADDRESS_ALIASES: Final = (
    *(
        "住所",
        "所在地_連結表記",
        "所在地",
        "施設所在地",
        "施設の所在地",
        "事業所所在地",
        "事業所住所",
    ),
    *(
        "事業所の所在地",
        "施設住所",
        "医療機関所在地",
        "薬局所在地",
        "所在地住所",
        "address",
        "location address",
    ),
)
CARRIED: Final = (
    *("name", "kana", "address", "area", "prefecture", "municipality", "building", "postal_code"),
    *("lat", "lon", "point", "phone", "fax", "number", "operator", "corporate_number", "url"),
)
"""Fields that lists write once for several services of one facility, see `Layout.carried`."""
PLACE_OPTIONAL: Final = frozenset(PLACE_COLUMNS)
PLACE_KNOWN: Final = frozenset(
    {
        "内線番号",
        "地方公共団体名",
        "町字ID",
        "所在地_町字",
        "所在地_番地以下",
        "高度の種別",
        "高度の値",
        "連絡先メールアドレス",
        "連絡先FormURL",
        "連絡先備考（その他、SNSなど）",
        "名称_英字",
        "画像",
        "画像_ライセンス",
        "出典",
        "ライセンス",
    }
)
_DATED: Final = re.compile("現在|時点|更新|作成")
_LEADING_WARD: Final = re.compile(r"[^0-9区市]{1,4}区(?!画)")
_YEAR: Final = re.compile(r"(令和|平成)?[0-9元]+年(度|[0-9]+月([0-9]+日)?)?")
_TITLED: Final = re.compile(
    r"(?:^|[\[(「【])(?:.{2,3}[都道府県])?([^\[\]()「」【】・、]{1,9}?[市区町村])"
    r"(?=$|[\[\]()「」【】の内に]|全域|町丁|町別|介護|医療|在宅|居宅|訪問|病院|診療|歯科|薬局|地域|人口|年齢|指定)"
)
_OUT_OF_SERVICE: Final = re.compile(
    r"[※*(]*(現在|当面の間)?(事業|業務|営業)?(休止|休業|廃止|廃業|閉鎖|閉院|閉店|長期休診)(中|済み?)?[).。]*"
)
_CORPORATE_NUMBER: Final = re.compile(r"\d{12,13}")
_NO_TIME: Final = re.compile(r"https?:|@|\d{5,}|\d-\d{2,4}-\d{3}|[都道府県市区町村]")
"""What no cell of a time holds: the row is shifted."""


def read_place(notes: RowNotes, edition: Edition) -> tuple[str, str]:
    """Return the whole address, and the five-digit code of its municipality or ward.

    The address itself decides when it names its municipality; then the code column, which may be
    the publisher's own; then the name of the municipality. Empty what cannot be known.
    """
    finder = edition.municipalities
    address, building = read_address(notes), read_line(notes, "building")
    if building and squeeze(building) not in squeeze(address):
        address = f"{address}　{building}"
    area, _padded = finder.by_code(notes.record.get("area"), notes.record.get("prefecture"))
    prefecture = _prefecture(notes, edition)
    if finder.prefecture_of(address):
        return address, finder.by_address(address) or area
    bare = finder.by_bare_address(address)
    municipalities = finder.reference.municipalities
    shared = bare and len(finder.by_last_part(municipalities[bare].name)) > 1  # 中央区 of Tokyo
    if (
        bare
        and (prefecture or not shared)
        and (not prefecture or municipalities[bare].prefecture == prefecture)
    ):
        return municipalities[bare].prefecture + address, bare
    if area:
        return complete_address(
            address, municipalities[area].prefecture, municipalities[area].name
        ), area
    name = notes.record.get("municipality")
    named = finder.by_last_part(name)
    info = _ward(address, name, finder) or _only(named)
    code = info.code if info else ("" if named else finder.by_bare_address(name))
    if code and (not prefecture or municipalities[code].prefecture == prefecture):
        info = municipalities[code]
        return complete_address(address, info.prefecture, info.name), code
    if name and not named and not prefecture:  # a designated city
        prefecture = finder.prefecture(finder.code_by_name("", name, "")[:2])
    whole = complete_address(address, prefecture, name)
    return whole, finder.by_address(whole)


def _ward(address: str, city: str, finder: MunicipalityFinder) -> Municipality | None:
    """Return the ward an address begins with, of the city that is named besides, if one is."""
    match = _LEADING_WARD.match(squeeze(address))
    wards = finder.by_last_part(match[0]) if match else []
    in_city = [ward for ward in wards if city and ward.name.startswith(squeeze(city))]
    return _only(in_city) or _only(wards)


def _only(municipalities: list[Municipality]) -> Municipality | None:
    return municipalities[0] if len(municipalities) == 1 else None


def stated_date(table: RecognisedTable) -> str:
    """Return the date that the title or a footnote gives (令和7年4月1日現在), empty for none."""
    notes = [issue.value for issue in table.issues if issue.code == "footnote"]
    texts = [table.preamble, *(note for note in notes if _DATED.search(note))]
    day = next(filter(None, map(find_date, texts)), None)
    return day.isoformat() if day else ""


def stated_municipality(heading: Heading) -> str:
    """Return the municipality or ward that the title of a sheet or list names, empty for none."""
    for line in (heading.sheet, *heading.above.split("\n")):
        match = _TITLED.search(_YEAR.sub("", squeeze(line)))
        if match:
            return match[1]
    return ""


def _prefecture(notes: RowNotes, edition: Edition) -> str:
    name = notes.record.get("prefecture")
    code = unicodedata.normalize("NFKC", notes.record.get("area")).zfill(5)[:2]
    return name or edition.municipalities.prefecture(code)


def place_key(kind: str, name: str, address: str) -> str:
    """Return a key for a row without an official number: what it is, its name, its address.

    Running numbers (NO) are no keys: they move when a row is added.
    """
    return digest(f"{kind}\t{fold(name)}\t{fold(address)}")[:16]


def check_corporate_number(notes: RowNotes) -> None:
    """Notice a corporate number that is none: the row may be shifted."""
    text = squeeze(notes.record.get("corporate_number")).replace("-", "").removesuffix(".0")
    if text and not _CORPORATE_NUMBER.fullmatch(text):
        notes.misfit("corporate_number", "bad_number", "expected 13 digits; not used")


def is_out_of_service(notes: RowNotes) -> bool:
    """Return whether the remark says nothing but that the place is not open, and note it."""
    closed = _OUT_OF_SERVICE.fullmatch(squeeze(notes.record.get("note"))) is not None
    if closed:
        notes.warn("note", "out_of_service", "not open by its remark; the row is left out")
    return closed


def read_days(notes: RowNotes, name: str) -> tuple[int, ...]:
    """Return the days of the week a cell names, e.g. ``月火水木金`` or ``平日;土``."""
    text = notes.record.get(name)
    days = read_day_words(text) if text else ()
    if days is None:
        message = "expected days of the week such as 月火水木金; kept as text"
        if any(letter in text for letter in DAY_LABELS_JA):
            notes.warn(name, "unknown_day", message)
        else:
            notes.misfit(name, "unknown_day", message)
    return days or ()


def read_hours(notes: RowNotes, edition: Edition) -> Hours:
    """Return hours of the fields ``days``, ``opens``, ``closes`` and ``hours_note``.

    The standard has one begin and one end for all days; breaks and other times of single days are
    in the remark. Other lists have ``times`` with their days (月～金 9:00～18:00) and ``closed``
    days. What cannot be read is kept as text.
    """
    days = read_days(notes, "days")
    opens, closes = _clock(notes, "opens"), _clock(notes, "closes")
    read = {"days": days, "opens": opens, "closes": closes, "times": (), "closed": ()}
    words = [
        f"{notes.label(name)}：{read_line(notes, name)}"
        for name, value in read.items()
        if not value and read_line(notes, name)
    ]
    remark = read_paragraph(notes, "hours_note")
    times, closed = read_line(notes, "times"), read_line(notes, "closed")
    hours = hours_of(days, (opens, closes), remark, times=times, closed=closed)
    note = "\n".join(filter(None, (remark, *words)))
    return hours_or_none(replace(hours, note=note, as_of=edition.as_of, source=edition.source))


def hours_of(
    days: tuple[int, ...],
    span: tuple[str, str],
    remark: str,
    *,
    times: str = "",
    closed: str = "",
) -> Hours:
    """Return the hours that the cells of a list say.

    Parameters
    ----------
    days : tuple of int
        Days on which it is open, empty for not said.
    span : (str, str)
        Begin and end on all of them, ``HH:MM``; empty for not said.
    remark : str
        Breaks, other times of single days, days on which it is closed.
    times, closed : str
        Texts of times with their days, and of closed days, in lists without a span.
    """
    opens, closes = span
    if opens and closes and opens != closes:
        read = apply_remark([Session(day, opens, closes) for day in days], remark)
    else:
        read = spoken_hours(times, closed, remark)
    closed_dates, unclear_dates = closing_dates(remark)
    closed_days = {day for day in range(HOLIDAY) if days and day not in days} | read.closed_days
    return Hours(
        sessions=tuple(read.sessions),
        open_days=days,
        closed_days=tuple(sorted(closed_days)),
        closed_weeks=tuple(sorted(read.closed_weeks)),
        closed_dates=closed_dates,
        unclear_days=tuple(sorted(read.unclear_days)) if read.sessions else (),
        unclear_dates=unclear_dates,
        note=remark,
    )


class StatedPosition(TypedDict):
    """A position and how exact it is, by the names of `FacilityRecord`."""

    lon: float | None
    lat: float | None
    position_level: str
    position_uncertainty_m: float | None


def read_stated_position(notes: RowNotes, edition: Edition) -> StatedPosition:
    """Return the position of a row; a list made by this program says how exact it is, too."""
    lon, lat = read_position(notes)
    labels = edition.municipalities.reference.labels
    words = {labels["table-word", level]["ja"]: level for level in LEVELS}
    uncertainty_m = read_number(notes.record.get("position_uncertainty"))
    return {
        "lon": lon,
        "lat": lat,
        "position_level": words.get(notes.record.get("position_level"), ""),
        "position_uncertainty_m": uncertainty_m if uncertainty_m and uncertainty_m > 0 else None,
    }


def as_written(records: Iterable[Record]) -> list[Record]:
    """Return rows without the apostrophes that keep a spreadsheet from running their cells."""
    return [replace(record, cells=tuple(map(as_meant, record.cells))) for record in records]


def _clock(notes: RowNotes, name: str) -> str:
    text = notes.record.get(name)
    clock = read_clock(text)
    if text and not clock:
        message = "expected a time such as 09:00; kept as text"
        if _NO_TIME.search(text):
            notes.misfit(name, "bad_time", message)
        else:
            notes.warn(name, "bad_time", message)
    return clock
