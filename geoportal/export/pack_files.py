"""The files of a coverage pack, in the order of the command line, the web and README.txt.

Adding a format takes one writer, one line here and one check in ``tests/unit/export/test_pack.py``.
Writers are named, not imported: drawing and GIS libraries take a second to load, and only the
writer that is needed loads them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from typing import cast

from geoportal.coverage.report import CoverageReport

Write = Callable[[Path, CoverageReport], None]

_CSV = "text/csv; charset=utf-8"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class PackFile:
    """One file of the pack.

    Attributes
    ----------
    format : str
        The format it belongs to, as ``--format`` names it; empty for a file of every pack.
    name : str
        File name.
    label : str
        What it contains, for README.txt; ``{cell}`` and ``{shape}`` stand for the unit of demand.
    media_type : str
        Content type of the download.
    writer : str
        ``module:function`` of ``(path, report) -> None`` within `geoportal.export`; empty for
        README.txt, which lists the others.
    needs_comparison : bool
        Whether it is written only for a report with a comparison.
    download : bool
        Whether the coverage page offers it.
    """

    format: str
    name: str
    label: str
    media_type: str
    writer: str
    needs_comparison: bool = False
    download: bool = True

    def write(self, path: Path, report: CoverageReport) -> None:
        """Write the file; see the writer for what it raises."""
        cast("Write", resolve_name(f"geoportal.export.{self.writer}"))(path, report)


# fmt: off
PACK_FILES: tuple[PackFile, ...] = (
    PackFile("html", "map.html", "地図と表。ネットにつながなくてもブラウザで開けます",
             "text/html; charset=utf-8", "map_html:write_map_html"),
    PackFile("png", "map.png", "地図の画像（A4 横、200 dpi）",
             "image/png", "map_image:write_map_png"),
    PackFile("pdf", "map.pdf",
             "印刷用の地図（1 ページ目 A4、2 ページ目 A3。白黒でも模様で読めます）",
             "application/pdf", "map_image:write_map_pdf"),
    PackFile("xlsx", "figures.xlsx", "数字（概要、地区、{cell}、施設、人口の照合、方法、出典）",
             _XLSX, "workbook:write_workbook"),
    PackFile("gpkg", "coverage.gpkg", "GIS 用（cells、districts、facilities、gaps。EPSG:4326）",
             "application/geopackage+sqlite3", "coverage_files:write_geopackage"),
    PackFile("geojson", "coverage.geojson", "GIS 用（{cell}。{shape}）",
             "application/geo+json", "coverage_files:write_geojson"),
    PackFile("csv", "coverage.csv", "{cell}ごとの数字（対応できるとわかっている施設）",
             _CSV, "coverage_files:write_cells"),
    PackFile("csv", "districts.csv",
             "地区ごとの数字（_possible は対応が未確認の施設も数えたもの）",
             _CSV, "coverage_files:write_districts"),
    PackFile("csv", "facilities.csv", "施設ごとの数字（なくなったときに困る人の数など）",
             _CSV, "coverage_files:write_facilities"),
    PackFile("csv", "demand.csv",
             "到達可能性の計算に使った周辺すべての{cell}の 75歳以上（検算用）",
             _CSV, "coverage_files:write_demand", download=False),
    PackFile("csv", "comparison.csv", "前回（または仮定の前後）の比較と、その理由",
             _CSV, "coverage_files:write_comparison", needs_comparison=True, download=False),
    PackFile("", "baseline.json",
             "この数字の控え。次回 --baseline に渡すと、変化と理由がわかります",
             "application/json", "coverage_files:write_baseline", download=False),
    PackFile("", "README.txt", "この説明",
             "text/plain; charset=utf-8", ""),
)
# fmt: on

PACK_FORMATS: tuple[str, ...] = tuple(dict.fromkeys(f.format for f in PACK_FILES if f.format))
"""What ``--format`` may name."""

DOWNLOADS: dict[str, PackFile] = {file.name: file for file in PACK_FILES if file.download}
"""Files offered on the coverage page, by name, in the order shown."""
