"""街区レベル位置参照情報 (国土交通省): a point for every 街区 or 地番 of a prefecture.

CP932, 14 columns, 13 in editions before 2017 (without 小字・通称名). One row a point; a block with
several points has one with 代表フラグ 1. 更新前・更新後履歴フラグ: 1 new, 2 renamed, 3 deleted,
0 unchanged; a row marked as deleted on either side is no place of this edition (the edition of
令和3年 holds such rows by mistake).
https://nlftp.mlit.go.jp/isj/data.html
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from operator import itemgetter
from typing import Final

from geoportal.domain.place import Place
from geoportal.geo.polygons import in_japan
from geoportal.ingest.files.layouts import Layout
from geoportal.ingest.files.report import ERROR, INFO, Issue
from geoportal.ingest.files.streams import StreamedTable
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.rows import read_degrees
from geoportal.ingest.reading.source import Source
from geoportal.ingest.reading.stream_extract import PlaceStream
from geoportal.text.contact import clean_line

NAME: Final = "blocks"
LAYOUT: Final = Layout(
    NAME,
    "",
    {
        "prefecture": ("都道府県名",),
        "municipality": ("市区町村名",),
        "town": ("大字・丁目名", "大字・町丁目名", "大字町丁目名"),
        "koaza": ("小字・通称名",),
        "block": ("街区符号・地番",),
        "lat": ("緯度",),
        "lon": ("経度",),
        "representative": ("代表フラグ",),
        "before": ("更新前履歴フラグ",),
        "after": ("更新後履歴フラグ",),
    },
    required=("prefecture", "municipality", "town", "block", "lat", "lon"),
    optional=frozenset({"koaza", "before", "after"}),
    known=frozenset({"座標系番号", "X座標", "Y座標", "住居表示フラグ"}),
)
_DELETED = "3"
_SHORTEST_POSITION = len("33.88") + len("130.88") + 1
"""Letters of latitude and longitude; with fewer both are rounded to a kilometre or more."""
_clean = lru_cache(maxsize=10_000)(clean_line)


class BlockReader:
    """Reads rows to places.

    The table has the columns of `LAYOUT`.
    """

    part = NAME

    def __init__(self, table: StreamedTable, edition: Edition) -> None:
        at = table.positions
        self._edition = edition
        self._municipalities: dict[tuple[str, str], str] = {}
        self._named: Callable[[list[str]], tuple[str, str]] = itemgetter(
            at["prefecture"], at["municipality"]
        )
        self._cells = itemgetter(at["town"], at["block"], at["lat"], at["lon"])
        self._koaza = at.get("koaza", -1)
        self._representative = at.get("representative", -1)
        self._flags = [at[name] for name in ("before", "after") if name in at]

    def municipality(self, cells: list[str]) -> str:
        """Return the code of the municipality a row belongs to, empty when it is unknown."""
        named = self._named(cells)
        code = self._municipalities.get(named)
        if code is None:
            info = self._edition.municipalities.by_name(*named)
            code = self._municipalities[named] = info.code if info else ""
        return code

    def read(self, line: int, cells: list[str], code: str) -> Place | Issue | None:
        """Return a row's place; None for points that are not to be used; an issue for bad rows."""
        if any(cells[at].strip() == _DELETED for at in self._flags):
            return None
        if self._representative >= 0 and cells[self._representative].strip() == "0":
            return None
        town, block, lat_text, lon_text = self._cells(cells)
        koaza = _clean(cells[self._koaza]) if self._koaza >= 0 else ""
        lat, lon = read_degrees(lat_text), read_degrees(lon_text)
        rounded = len(lat_text) + len(lon_text) < _SHORTEST_POSITION
        if rounded or lat is None or lon is None or not in_japan(lon, lat):
            message = "expected decimal degrees in Japan; the block is left out"
            name = LAYOUT.official("lat")
            return Issue(line, name, "bad_coordinate", ERROR, f"{lat_text}, {lon_text}", message)
        town, block = _clean(town), _clean(block)
        if not (town or koaza) or not block:
            message = "the row names no town or no block"
            return Issue(line, LAYOUT.official("block"), "no_block", ERROR, town, message)
        prefecture, municipality = self._named(cells)
        return Place(code, prefecture, municipality, town, lon, lat, koaza, block)

    def unknown(self, line: int, cells: list[str]) -> Issue:
        """Return the issue of a row in no known municipality."""
        message = "not a municipality of Japan; is the row shifted or outdated?"
        value = "".join(self._named(cells))
        name = LAYOUT.official("municipality")
        return Issue(line, name, "unknown_municipality", ERROR, value, message)

    def repeated(self, line: int, place: Place) -> Issue:
        """Return the issue of a block that is listed twice."""
        message = "the same block stands further up; the first is kept"
        return Issue(line, LAYOUT.official("block"), "duplicate_key", INFO, place.block, message)


def extract(table: StreamedTable, edition: Edition) -> PlaceStream:
    """Return a table with `LAYOUT`, to be read while it is stored."""
    return PlaceStream(table=table, reader=BlockReader(table, edition))


SOURCE: Final[Source[StreamedTable]] = Source(
    name=NAME,
    extract=extract,
    layouts=(LAYOUT,),
    streamed=True,
    order=2,
    is_geography=True,
)
