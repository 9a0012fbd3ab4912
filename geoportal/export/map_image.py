"""``map.png`` and ``map.pdf``: the map on paper, A4 and A3, legible in monochrome by pattern.

Own district polygons are the base map: no tiles, no licence questions. The Japanese font (IPAex
Gothic, shipped with matplotlib-fontja) is embedded in the PDF.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.collections import PatchCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch, Rectangle
from matplotlib.path import Path as Outline
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geoportal.coverage.handout import Handout
from geoportal.coverage.tables import district_rows
from geoportal.coverage.wording import distance_text, share_text
from geoportal.domain.hours import JST
from geoportal.errors import GeoportalError
from geoportal.export.coverage_shapes import (
    CLASSES,
    MAP_RING,
    RING_TEXT,
    class_numbers,
    part_shapes,
)
from geoportal.geo.equal_area import EqualArea

PNG_DPI = 200
_MM = 1 / 25.4
_LAND, _SEA, _LINE = "#f1eee6", "#ffffff", "#1a1a1a"
_RC = {
    "pdf.fonttype": 42,
    "hatch.linewidth": 0.5,
    "axes.unicode_minus": False,
    "svg.hashsalt": "geoportal",
}
_MAP_FRAME = (0.02, 0.09, 0.66, 0.80)
_MARGIN = 1.06
_STEPS_M = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper size, landscape, and how much larger its type is than on A4."""

    width_mm: float
    height_mm: float
    scale: float


A4 = Sheet(297, 210, 1.0)
A3 = Sheet(420, 297, 1.3)


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
    size = (sheet.width_mm * _MM, sheet.height_mm * _MM)
    figure = Figure(figsize=size, dpi=PNG_DPI, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes(_MAP_FRAME)
    projection = _projection(handout)
    _draw_ground(axes, handout, projection)
    _draw_cells(axes, handout, projection)
    _draw_districts(axes, handout, projection, sheet)
    _draw_facilities(axes, handout, projection, sheet)
    _frame(axes)
    _draw_scale_bar(axes, sheet)
    _draw_north(axes, sheet)
    _write_around(figure, handout, sheet)
    return figure


@contextmanager
def _style() -> Iterator[None]:
    with mpl.rc_context(cast("Any", _RC)):
        yield


def _font(sheet: Sheet, points: float) -> FontProperties:
    return FontProperties(fname=_font_file(), size=points * sheet.scale)


def _font_file() -> str:
    """Return the Japanese font that is installed with the program.

    Importing the package would change matplotlib's settings for the whole process.
    """
    spec = find_spec("matplotlib_fontja")
    if spec is None or spec.origin is None:
        raise GeoportalError("the Japanese font is not installed; run: make setup")
    return str(Path(spec.origin).parent / "fonts" / "ipaexg.ttf")


def _projection(handout: Handout) -> EqualArea:
    bounds = shapely.total_bounds(np.array(handout.study.target.outlines, dtype=object))
    return EqualArea(float(bounds[0] + bounds[2]) / 2, float(bounds[1] + bounds[3]) / 2)


def _projected(shapes: Sequence[BaseGeometry], projection: EqualArea) -> NDArray[np.object_]:
    return projection.project(np.array(list(shapes), dtype=np.object_))


def _path(shape: BaseGeometry) -> Outline:
    """Return a (multi-)polygon with holes as one drawing path."""
    rings: list[Outline] = []
    for part in shapely.get_parts(shape):
        if part.geom_type != "Polygon":
            continue
        for ring in (part.exterior, *part.interiors):
            rings.append(Outline(np.asarray(ring.coords), closed=True))
    return Outline.make_compound_path(*rings) if rings else Outline(np.empty((0, 2)))


def _draw_ground(axes: Axes, handout: Handout, projection: EqualArea) -> None:
    for shape in _projected(handout.study.target.outlines, projection):
        axes.add_patch(PathPatch(_path(shape), facecolor=_LAND, edgecolor="none", zorder=1))


def _draw_cells(axes: Axes, handout: Handout, projection: EqualArea) -> None:
    study = handout.study
    if not study.has_cells:
        return
    shapes = _projected(list(part_shapes(study)), projection)
    classes = class_numbers(study.sure.access.counts[:, MAP_RING])
    for number, shown in enumerate(CLASSES):
        own = [PathPatch(_path(shape)) for shape in shapes[classes == number]]
        if not own:
            continue
        axes.add_collection(
            PatchCollection(
                own,
                facecolor=shown.colour,
                edgecolor="#555555",
                hatch=shown.hatch or None,
                linewidth=0.25,
                zorder=2,
            )
        )


def _draw_districts(axes: Axes, handout: Handout, projection: EqualArea, sheet: Sheet) -> None:
    areas = handout.study.target.areas
    shapes = _projected(handout.study.target.outlines, projection)
    for area, shape in zip(areas, shapes, strict=True):
        axes.add_patch(
            PathPatch(_path(shape), facecolor="none", edgecolor=_LINE, linewidth=1.1, zorder=4)
        )
        if len(areas) > 1:
            largest = max(shapely.get_parts(shape), key=lambda part: float(part.area))
            point = largest.representative_point()
            axes.text(
                point.x,
                point.y,
                area.name,
                fontproperties=_font(sheet, 9),
                ha="center",
                va="center",
                zorder=6,
                bbox={
                    "boxstyle": "round,pad=0.25",
                    "facecolor": "white",
                    "edgecolor": "#666666",
                    "alpha": 0.9,
                    "linewidth": 0.5,
                },
            )


def _draw_facilities(axes: Axes, handout: Handout, projection: EqualArea, sheet: Sheet) -> None:
    """Draw unsure facilities as small open circles, sure ones as filled triangles on top."""
    supply = handout.study.supply
    places = np.column_stack((supply.places.lon, supply.places.lat)).reshape(-1, 2)
    points = _projected([shapely.Point(place) for place in places], projection)
    x, y = shapely.get_x(points), shapely.get_y(points)
    west, south, east, north = _extent(handout, projection, sheet)
    inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    for certain, marker, face in ((False, "o", "#ffffff"), (True, "^", "#000000")):
        own = inside & (supply.certain == certain)
        drawn: PathCollection = axes.scatter(
            x[own],
            y[own],
            s=(26 if certain else 9) * sheet.scale**2,
            marker=marker,
            facecolor=face,
            edgecolor="#ffffff" if certain else "#000000",
            linewidth=0.5,
            zorder=5,
        )
        drawn.set_rasterized(False)
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)


def _extent(
    handout: Handout, projection: EqualArea, sheet: Sheet
) -> tuple[float, float, float, float]:
    """Return the part of the ground that fills the frame, metres."""
    west, south, east, north = shapely.total_bounds(
        _projected(handout.study.target.outlines, projection)
    )
    frame = _MAP_FRAME[2] * sheet.width_mm / (_MAP_FRAME[3] * sheet.height_mm)
    half_height = _MARGIN / 2 * max(north - south, (east - west) / frame)
    half_width = half_height * frame
    x, y = (west + east) / 2, (south + north) / 2
    return x - half_width, y - half_height, x + half_width, y + half_height


def _frame(axes: Axes) -> None:
    axes.set_aspect("equal", adjustable="box")
    axes.set_facecolor(_SEA)
    axes.set_xticks([])
    axes.set_yticks([])


def _draw_scale_bar(axes: Axes, sheet: Sheet) -> None:
    """Draw a bar of a round length, about a fifth of the map's width, in two halves."""
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    length = max((s for s in _STEPS_M if s <= (east - west) / 4), default=_STEPS_M[0])
    x, y, height = west + 0.04 * (east - west), south + 0.04 * (north - south), 0.008
    thick = height * (north - south)
    axes.add_patch(
        Rectangle((x, y), length / 2, thick, facecolor="black", edgecolor="black", zorder=7)
    )
    axes.add_patch(
        Rectangle(
            (x + length / 2, y), length / 2, thick, facecolor="white", edgecolor="black", zorder=7
        )
    )
    for at, text in ((0.0, "0"), (length / 2, ""), (float(length), distance_text(length))):
        axes.text(
            x + at, y + 1.6 * thick, text, fontproperties=_font(sheet, 8), ha="center", zorder=7
        )


def _draw_north(axes: Axes, sheet: Sheet) -> None:
    axes.annotate(
        "北",
        xy=(0.965, 0.975),
        xytext=(0.965, 0.90),
        xycoords="axes fraction",
        textcoords="axes fraction",
        ha="center",
        va="top",
        fontproperties=_font(sheet, 10),
        arrowprops={"arrowstyle": "-|>", "color": "black", "linewidth": 1.2},
        zorder=7,
    )


def _write_around(figure: Figure, handout: Handout, sheet: Sheet) -> None:
    figure.text(0.02, 0.95, handout.title, fontproperties=_font(sheet, 15), va="center")
    lead = f"色と模様：{RING_TEXT} 以内にある施設の数（直線距離、確認できているもの）"
    figure.text(0.02, 0.91, lead, fontproperties=_font(sheet, 9), va="center")
    figure.text(
        0.98,
        0.95,
        f"資料は {handout.as_of} まで",
        fontproperties=_font(sheet, 10),
        va="center",
        ha="right",
    )
    _legend(figure, sheet)
    _small_table(figure, handout, sheet)
    lines = [_shortened(f"{s.attribution or s.label}（{s.as_of}）", 90) for s in handout.sources]
    half = -(-len(lines) // 2)
    text = "\n".join("　".join(lines[i : i + 2]) for i in range(0, 2 * half, 2) if lines[i : i + 2])
    figure.text(
        0.02,
        0.012,
        f"{text}\nデータの版 {handout.dataset_version}　地図：geoportal（正積図法）",
        fontproperties=_font(sheet, 5.6),
        va="bottom",
        linespacing=1.45,
    )


def _legend(figure: Figure, sheet: Sheet) -> None:
    entries: list[Any] = [
        Patch(facecolor=c.colour, hatch=c.hatch or None, edgecolor="#333333", label=c.label)
        for c in CLASSES
    ]
    entries.append(Patch(facecolor=_LAND, edgecolor="#333333", label="人が住んでいない"))
    entries.append(_marker("^", "#000000", "施設"))
    entries.append(_marker("o", "#ffffff", "確認できていない施設"))
    figure.legend(
        handles=entries,
        loc="upper left",
        bbox_to_anchor=(0.695, 0.885),
        prop=_font(sheet, 8.5),
        title=f"{RING_TEXT} 以内の施設",
        title_fontproperties=_font(sheet, 9.5),
        frameon=True,
        edgecolor="#666666",
        fancybox=False,
        handleheight=1.2,
        handlelength=2.2,
    )


def _marker(shape: str, face: str, label: str) -> Any:
    return Line2D(
        [],
        [],
        marker=shape,
        linestyle="none",
        markerfacecolor=face,
        markeredgecolor="#000000",
        markersize=6,
        label=label,
    )


_HEADS = ("地区", "75歳以上", "施設", "0 か所", "2 か所\n以上")
_TABLE_ROWS = 12


def _small_table(figure: Figure, handout: Handout, sheet: Sheet) -> None:
    """Write the districts with most people left out; the whole table is in figures.xlsx."""
    *rows, total = district_rows(handout.study)
    ranked = sorted(rows, key=lambda row: (row["rank"] is None, row["rank"] or 0))
    shown = ranked[:_TABLE_ROWS]
    if len(rows) > 1:
        shown = [*shown, total]
    axes = figure.add_axes((0.695, 0.10, 0.285, 0.40))
    axes.axis("off")
    axes.set_title(
        f"75歳以上の人のうち {RING_TEXT} 以内に…", fontproperties=_font(sheet, 9), loc="left", pad=6
    )
    table = axes.table(
        cellText=[_table_cells(row) for row in shown],
        colLabels=_HEADS,
        loc="upper left",
        cellLoc="right",
        colWidths=[0.3, 0.2, 0.14, 0.18, 0.18],
    )
    table.auto_set_font_size(False)
    for (line, column), cell in table.get_celld().items():
        cell.set_text_props(fontproperties=_font(sheet, 7.5))
        cell.set_linewidth(0.4)
        cell.set_height(0.085 if line == 0 else 0.058)
        if column == 0:
            cell.set_text_props(ha="left")
        if line == 0:
            cell.set_facecolor("#eeeeee")


def _table_cells(row: dict[str, Any]) -> list[str]:
    need = row["pop75"] or 0.0
    lack = row["pop75_uncovered_share"]
    choice = row["pop75_with_2_within_2000_m"]
    return [
        _shortened(str(row["name"]), 10),
        f"{need:,.0f} 人",
        str(row["facilities"]),
        "—" if lack is None else share_text(lack),
        share_text(choice / need) if need else "—",
    ]


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
