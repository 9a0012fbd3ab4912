"""The facility export: one list of formats, which the command line and the web follow.

Adding a format takes one writer, one line in `FORMATS` and one check in
``tests/unit/export/test_facilities.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from geoportal.errors import UsageError
from geoportal.export import facility_columns as columns
from geoportal.export.facility_columns import Row
from geoportal.export.facility_layers import (
    write_geojson,
    write_geopackage,
    write_geoparquet,
    write_kml,
)
from geoportal.export.municipal_lists import (
    CARE_KINDS,
    MEDICAL_KINDS,
    write_care_list,
    write_medical_list,
)
from geoportal.export.table import write_csv, write_sheets
from geoportal.export.wording import Wording
from geoportal.store.reference import Reference
from geoportal.text.contact import visible


@dataclass(frozen=True)
class FacilityTable:
    """GeoJSON features to write, and the words for them.

    Attributes
    ----------
    features : list of dict
        With the properties of ``GET /api/v1/facilities/{id}``.
    words : Wording
        Labels in the language of the file.
    needs : tuple of str
        Codes of the needs asked for: tables have them first.
    """

    features: list[dict[str, Any]]
    words: Wording
    needs: tuple[str, ...] = ()

    @cached_property
    def rows(self) -> list[Row]:
        """One flat row per facility; texts hold visible characters only."""
        made = (columns.facility_row(f, self.needs, self.words) for f in self.features)
        return [{key: _visible(value) for key, value in row.items()} for row in made]

    @cached_property
    def people_columns(self) -> dict[str, str]:
        """Keys and headings of the columns in words, those needed first in front."""
        return columns.people_columns(self.rows, self.needs, self.words)

    @cached_property
    def code_columns(self) -> dict[str, str]:
        """Keys and headings of the columns of codes, with one for each need."""
        return columns.code_columns(self.words)

    @cached_property
    def facts(self) -> list[Row]:
        """A row for each claim of each facility."""
        return columns.fact_rows(self.features, self.words)

    @cached_property
    def licences(self) -> list[dict[str, str]]:
        """Licence and attribution of each source the features are from."""
        reference = self.words.reference
        return [
            {
                "source": name,
                "label": self.words.label("source", name),
                **{
                    key: getattr(reference.sources[name], key)
                    for key in ("publisher", "licence", "attribution", "page")
                },
            }
            for name in columns.source_names(self.features)
            if name in reference.sources
        ]


@dataclass(frozen=True, slots=True)
class FacilityFormat:
    """A format of the facility export.

    Attributes
    ----------
    name : str
        As in the form of the results page and in the paths of files under ``/data``.
    ending : str
        Of file names; chooses the format.
    label : str
        What people call it.
    media_type : str
        Content type of a download.
    write : callable
        ``(path, table) -> None``.
    download : bool
        Whether the results page offers it.
    subject : str
        What is listed, in Japanese, where that is not all facilities: part of the file's name.
    kinds : tuple of str
        The kinds of facilities that it lists; empty for all.
    """

    name: str
    ending: str
    label: str
    media_type: str
    write: Callable[[Path, FacilityTable], None]
    download: bool = False
    subject: str = ""
    kinds: tuple[str, ...] = ()

    def lists_any(self, kinds: Iterable[str]) -> bool:
        """Say whether it lists facilities of any of some kinds; all kinds where none is named."""
        asked = set(kinds)
        return not (self.kinds and asked) or not asked.isdisjoint(self.kinds)


def _visible(value: Any) -> Any:
    return visible(value) if isinstance(value, str) else value


def _write_table(path: Path, table: FacilityTable) -> None:
    """Write words first, then codes."""
    write_csv(path, table.rows, table.people_columns | table.code_columns)


def _write_workbook(path: Path, table: FacilityTable) -> None:
    """Write a sheet for people, one of every fact, one of codes, one of licences."""
    say = table.words.say
    codes = {key: table.people_columns[key] for key in ("name",)} | table.code_columns
    licence_columns = {
        key: table.words.label("column", f"licence-{key}")
        for key in ("source", "label", "publisher", "licence", "attribution", "page")
    }
    write_sheets(
        path,
        [
            (say("sheet-facilities"), table.rows, table.people_columns),
            (say("sheet-facts"), table.facts, columns.fact_columns(table.words)),
            (say("sheet-codes"), table.rows, codes),
            (say("sheet-licences"), table.licences, licence_columns),
        ],
    )


# fmt: off
FORMATS: tuple[FacilityFormat, ...] = (
    FacilityFormat("csv", ".csv", "CSV", "text/csv; charset=utf-8", _write_table, download=True),
    FacilityFormat("xlsx", ".xlsx", "Excel",
                   "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                   _write_workbook, download=True),
    FacilityFormat("geojson", ".geojson", "GeoJSON", "application/geo+json", write_geojson),
    FacilityFormat("gpkg", ".gpkg", "GeoPackage", "application/geopackage+sqlite3",
                   write_geopackage),
    FacilityFormat("parquet", ".parquet", "GeoParquet", "application/vnd.apache.parquet",
                   write_geoparquet),
    FacilityFormat("kml", ".kml", "KML", "application/vnd.google-earth.kml+xml", write_kml),
    FacilityFormat("municipal-medical", ".municipal-medical.csv",
                   "医療機関一覧（推奨データセット）", "text/csv; charset=utf-8",
                   lambda path, table: write_medical_list(path, table.features, table.words),
                   download=True, subject="医療機関一覧", kinds=MEDICAL_KINDS),
    FacilityFormat("municipal-care", ".municipal-care.csv",
                   "介護サービス事業所一覧（推奨データセット）", "text/csv; charset=utf-8",
                   lambda path, table: write_care_list(path, table.features, table.words),
                   download=True, subject="介護サービス事業所一覧", kinds=CARE_KINDS),
)
# fmt: on

TABLE_LANGUAGES = ("ja", "en")
"""The languages whose words tables may have."""

ENDINGS = ", ".join(entry.ending for entry in FORMATS)
"""The endings, for messages and help."""

DOWNLOADS = {entry.name: entry for entry in FORMATS if entry.download}
"""The formats that the results page offers, by name."""


def format_of(name: str) -> FacilityFormat | None:
    """Return the format whose ending a file's name has, the longest; None for none."""
    fitting = (entry for entry in FORMATS if name.endswith(entry.ending))
    return max(fitting, key=lambda entry: len(entry.ending), default=None)


def export_facilities(
    path: Path,
    features: list[dict[str, Any]],
    reference: Reference,
    *,
    needs: Sequence[str] = (),
    language: str = "ja",
) -> None:
    """Write facilities to a file whose ending chooses the format (`FORMATS`).

    ``features`` and ``needs`` as in `FacilityTable`; no features make a file with headings only.

    Raises
    ------
    UsageError
        When the ending is not known.
    """
    chosen = format_of(path.name.lower())
    if chosen is None:
        raise UsageError(f"--out must end in one of {ENDINGS}", "out")
    chosen.write(path, FacilityTable(features, Wording(reference, language), tuple(needs)))
