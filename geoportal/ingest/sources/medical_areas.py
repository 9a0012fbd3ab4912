"""Medical care areas (二次医療圏) of municipalities: compared with the list that is shipped.

The areas are part of the reference lists, so that districts are the same on every installation. A
newer table changes nothing by itself; where it differs, the list wants a new version.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from geoportal.ingest.files.layouts import Layout, RecognisedTable
from geoportal.ingest.files.report import WARNING
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import Extract
from geoportal.ingest.reading.source import Source

NAME: Final = "medical-areas"
LAYOUT: Final = Layout(
    NAME,
    "",
    {
        "code": ("muni_code", "市区町村コード", "行政区域コード"),
        "name": ("muni_name", "市区町村名"),
        "area_code": ("area_code", "二次医療圏コード"),
        "area": ("area_name", "二次医療圏名"),
    },
    required=("code", "area_code", "area"),
    known=frozenset({"pref_code", "pref_name", "mapping_source", "都道府県コード", "都道府県名"}),
    optional=frozenset({"name"}),
)


@dataclass(slots=True, kw_only=True)
class AreaExtract(Extract):
    """How many rows agree with the shipped list; nothing is stored."""

    agreeing: int = 0


def extract(table: RecognisedTable, edition: Edition) -> AreaExtract:
    """Compare every row of a table with the shipped list."""
    extract = AreaExtract(rows_read=len(table.records))
    shipped = edition.municipalities.reference.municipalities
    for record in table.records:
        code, _padded = edition.municipalities.by_code(record.get("code"))
        area = record.get("area_code").zfill(4)
        if not code:
            message = "not a municipality or ward of the shipped list"
            extract.add_issue(LAYOUT.issue(record, "code", "unknown_municipality", message))
        elif (info := shipped[code]).medical_area_code != area:
            message = (
                f"the shipped list has {info.medical_area_code} {info.medical_area}; "
                "it is kept: if this table is newer, the list wants a new version"
            )
            extract.add_issue(
                LAYOUT.issue(record, "area_code", "area_differs", message, severity=WARNING)
            )
        else:
            extract.agreeing += 1
    return extract


SOURCE: Final[Source[RecognisedTable]] = Source(
    name=NAME,
    extract=extract,
    layouts=(LAYOUT,),
)
