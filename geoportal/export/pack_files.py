"""The files of a coverage pack: the one list that the command line, the web and README.txt follow.

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
    readme_rank, download_rank : int
        Place in README.txt and among the downloads of the page, smallest first, equal ranks in the
        order of the list; a download rank of 0 is not offered there.
    needs_comparison : bool
        Whether it is written only for a report with a comparison.
    """

    format: str
    name: str
    label: str
    media_type: str
    writer: str
    readme_rank: int = 0
    download_rank: int = 0
    needs_comparison: bool = False

    def write(self, path: Path, report: CoverageReport) -> None:
        """Write the file; see the writer for what it raises."""
        cast("Write", resolve_name(f"geoportal.export.{self.writer}"))(path, report)


# fmt: off
PACK_FILES: tuple[PackFile, ...] = (
    PackFile("html", "map.html", "地図と表。ネットにつながなくてもブラウザで開けます",
             "text/html; charset=utf-8", "map_html:write_map_html", download_rank=4),
    PackFile("png", "map.png", "地図の画像（A4 横、200 dpi）",
             "image/png", "map_image:write_map_png", download_rank=3),
    PackFile("pdf", "map.pdf",
             "印刷用の地図（1 ページ目 A4、2 ページ目 A3。白黒でも模様で読めます）",
             "application/pdf", "map_image:write_map_pdf", download_rank=2),
    PackFile("xlsx", "figures.xlsx", "数字（概要、地区、{cell}、施設、人口の照合、方法、出典）",
             _XLSX, "workbook:write_workbook", readme_rank=1, download_rank=1),
    PackFile("gpkg", "coverage.gpkg", "GIS 用（cells、districts、facilities、gaps。EPSG:4326）",
             "application/geopackage+sqlite3", "coverage_files:write_geopackage",
             download_rank=8),
    PackFile("geojson", "coverage.geojson", "GIS 用（{cell}。{shape}）",
             "application/geo+json", "coverage_files:write_geojson", download_rank=9),
    PackFile("csv", "coverage.csv", "{cell}ごとの数字（対応できるとわかっている施設）",
             _CSV, "coverage_files:write_cells", download_rank=6),
    PackFile("csv", "districts.csv",
             "地区ごとの数字（_possible は対応できるかわからない施設も数えたもの）",
             _CSV, "coverage_files:write_districts", download_rank=5),
    PackFile("csv", "facilities.csv", "施設ごとの数字（なくなったときに困る人の数など）",
             _CSV, "coverage_files:write_facilities", download_rank=7),
    PackFile("csv", "demand.csv",
             "到達可能性の計算に使った周辺すべての{cell}の 75歳以上（検算用）",
             _CSV, "coverage_files:write_demand"),
    PackFile("csv", "comparison.csv", "前回（または仮定の前後）の比較と、その理由",
             _CSV, "coverage_files:write_comparison", readme_rank=2, needs_comparison=True),
    PackFile("", "baseline.json",
             "この数字の控え。次回 --baseline に渡すと、変化と理由がわかります",
             "application/json", "coverage_files:write_baseline", readme_rank=3),
    PackFile("", "README.txt", "この説明",
             "text/plain; charset=utf-8", "", readme_rank=4, download_rank=10),
)
# fmt: on

PACK_FORMATS: tuple[str, ...] = tuple(dict.fromkeys(f.format for f in PACK_FILES if f.format))
"""What ``--format`` may name."""

DOWNLOADS: dict[str, PackFile] = {
    file.name: file
    for file in sorted(PACK_FILES, key=lambda file: file.download_rank)
    if file.download_rank
}
"""Files offered on the coverage page, by name, in the order shown."""
