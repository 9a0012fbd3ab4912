"""What stands around a printed map: title, legend, small table, sources."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from geoportal.coverage.handout import Handout
from geoportal.coverage.tables import district_rows
from geoportal.coverage.wording import share_text
from geoportal.export.coverage_shapes import CLASSES, RING_TEXT, largest_circle_text
from geoportal.export.map_sheet import LAND, Sheet, font


def write_around(figure: Figure, handout: Handout, sheet: Sheet) -> None:
    """Write title, legend, table and sources around the map."""
    figure.text(0.02, 0.95, handout.title, fontproperties=font(sheet, 15), va="center")
    lead = f"色と模様：{RING_TEXT} 以内にある施設の数（直線距離、確認できているもの）"
    lead += f"　人口：{handout.counted}"
    figure.text(0.02, 0.91, lead, fontproperties=font(sheet, 9), va="center")
    figure.text(
        0.98,
        0.95,
        f"資料は {handout.as_of} まで",
        fontproperties=font(sheet, 10),
        va="center",
        ha="right",
    )
    _legend(figure, handout, sheet)
    _small_table(figure, handout, sheet)
    lines = [_shortened(f"{s.attribution or s.label}（{s.as_of}）", 90) for s in handout.sources]
    half = -(-len(lines) // 2)
    text = "\n".join("　".join(lines[i : i + 2]) for i in range(0, 2 * half, 2) if lines[i : i + 2])
    figure.text(
        0.02,
        0.012,
        f"{text}\nデータの版 {handout.dataset_version}　地図：geoportal（正積図法）",
        fontproperties=font(sheet, 5.6),
        va="bottom",
        linespacing=1.45,
    )


def _legend(figure: Figure, handout: Handout, sheet: Sheet) -> None:
    study = handout.study
    entries: list[Any] = [
        Patch(facecolor=c.colour, hatch=c.hatch or None, edgecolor="#333333", label=c.label)
        for c in CLASSES
    ]
    if study.by_towns:
        label = f"円の大きさ：75歳以上の人数\n（{largest_circle_text(study)}）"
        entries.append(_marker("o", "#cccccc", label))
    else:
        entries.append(Patch(facecolor=LAND, edgecolor="#333333", label="人が住んでいない"))
    entries.append(_marker("^", "#000000", "施設"))
    entries.append(_marker("o", "#ffffff", "確認できていない施設"))
    figure.legend(
        handles=entries,
        loc="upper left",
        bbox_to_anchor=(0.695, 0.885),
        prop=font(sheet, 8.5),
        title=f"{RING_TEXT} 以内の施設",
        title_fontproperties=font(sheet, 9.5),
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
        f"75歳以上の人のうち {RING_TEXT} 以内に…", fontproperties=font(sheet, 9), loc="left", pad=6
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
        cell.set_text_props(fontproperties=font(sheet, 7.5))
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
