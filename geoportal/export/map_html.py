"""``map.html``: one file for a browser without a network, with the table beside the map."""

from __future__ import annotations

from pathlib import Path

import folium

from geoportal.coverage.report import CoverageReport
from geoportal.coverage.study import Study
from geoportal.export.map_figures import figures_html, top_html
from geoportal.export.map_layers import add_layers
from geoportal.export.map_page import BareMap, MapPage, name_in_order


def write_map_html(path: Path, report: CoverageReport) -> None:
    """Write the map.

    Parameters
    ----------
    path : Path
    report : CoverageReport
        Names in it may be hostile; everything is escaped.

    Raises
    ------
    NotFoundError
        When Leaflet is not installed with the program.
    """
    study = report.study
    page = MapPage(report.title, top_html(report), figures_html(report))
    chart = BareMap(tiles=None, zoom_control=True)
    page.add_child(chart)
    add_layers(chart, report)
    west, south, east, north = _bounds(study)
    chart.fit_bounds([[south, west], [north, east]])
    folium.LayerControl(collapsed=False).add_to(chart)
    name_in_order(page)
    path.write_text(page.render(), encoding="utf-8", newline="\n")


def _bounds(study: Study) -> tuple[float, float, float, float]:
    boxes = [outline.bounds for outline in study.target.outlines if not outline.is_empty]
    return (
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
    )
