"""``map.png`` and ``map.pdf``: the map on paper, A4 and A3, legible in monochrome by pattern.

Own district polygons are the base map: no tiles, no licence questions. The Japanese font (IPAex
Gothic, shipped with matplotlib-fontja) is embedded in the PDF.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from geoportal.coverage.report import Handout
from geoportal.domain.hours import JST
from geoportal.export.map_drawing import (
    draw_cells,
    draw_districts,
    draw_facilities,
    draw_ground,
    draw_north,
    draw_scale_bar,
    frame,
    projection_of,
)
from geoportal.export.map_margin import write_around
from geoportal.export.map_sheet import A3, A4, MAP_FRAME, MM, Sheet

PNG_DPI = 200
_RC = {
    "pdf.fonttype": 42,
    "hatch.linewidth": 0.5,
    "axes.unicode_minus": False,
    "text.parse_math": False,
    "svg.hashsalt": "geoportal",
}


def write_map_png(path: Path, handout: Handout) -> None:
    """Write the A4 map as a picture, 200 dots per inch."""
    with _style():
        figure = draw_map(handout, A4)
        buffer = io.BytesIO()
        about = {"Software": "geoportal", "Title": handout.title}
        figure.savefig(buffer, format="png", dpi=PNG_DPI, metadata=about)
    path.write_bytes(buffer.getvalue())


def write_map_pdf(path: Path, handout: Handout) -> None:
    """Write the map as a document of two pages, A4 and A3; dated by the data."""
    day = datetime.fromisoformat(handout.as_of or "1970-01-01").replace(tzinfo=JST)
    about: dict[str, Any] = {
        "Title": handout.title,
        "Author": "geoportal",
        "Creator": "geoportal",
        "Producer": "geoportal (matplotlib)",
        "Subject": handout.source_line,
        "CreationDate": day,
        "ModDate": None,
    }
    with _style(), PdfPages(path, metadata=about) as pages:
        for sheet in (A4, A3):
            pages.savefig(draw_map(handout, sheet))


def draw_map(handout: Handout, sheet: Sheet) -> Figure:
    """Draw the map on a sheet.

    Parameters
    ----------
    handout : Handout
    sheet : Sheet

    Returns
    -------
    Figure
        With map, legend, scale bar, north arrow, small table, source and date.
    """
    size = (sheet.width_mm * MM, sheet.height_mm * MM)
    figure = Figure(figsize=size, dpi=PNG_DPI, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes(MAP_FRAME)
    projection = projection_of(handout)
    draw_ground(axes, handout, projection, sheet)
    draw_cells(axes, handout, projection)
    draw_districts(axes, handout, projection, sheet)
    draw_facilities(axes, handout, projection, sheet)
    frame(axes)
    draw_scale_bar(axes, sheet)
    draw_north(axes, sheet)
    write_around(figure, handout, sheet)
    return figure


@contextmanager
def _style() -> Iterator[None]:
    with mpl.rc_context(cast("Any", _RC)):
        yield
