"""Margin of the printed map: title, legend, summary sentence, small table, sources."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from geoportal.coverage.report import ROADS, CoverageReport
from geoportal.coverage.tables import district_rows
from geoportal.coverage.wording import (
    UNDECIDED,
    choice_text,
    facilities_text,
    lack_text,
    people_text,
    road_sentence,
    sentence,
)
from geoportal.export.coverage_shapes import (
    RING_TEXT,
    ground_text,
    largest_circle_text,
    shown_classes,
)
from geoportal.export.map_sheet import (
    A4,
    BEYOND,
    LAND,
    POINTS,
    Sheet,
    em_width,
    fold_lines,
    font,
    plain,
    shortened,
)

RANGE = "〜"
_SHEET_POINTS_WIDE = 0.96 * A4.width_mm * POINTS
_COLUMN_POINTS_WIDE = 0.285 * A4.width_mm * POINTS
_TITLE_POINTS_WIDE = 0.78 * A4.width_mm * POINTS
_LEAST_TITLE = 9.0
_SUMMARY_POINTS, _SUMMARY_LINES = 8.0, 5
_SOURCE_POINTS, _SOURCE_LINES = 5.6, 5
_NOTE_POINTS, _NOTE_LINES = 7.0, 4
_TABLE_ROWS, _RANGE_ROWS = 10, 7


def write_margin(figure: Figure, report: CoverageReport, sheet: Sheet) -> None:
    """Write title, legend, summary sentence, table and sources around the map."""

    def write(x: float, y: float, text: str, points: float, **style: Any) -> None:
        figure.text(x, y, text, fontproperties=font(sheet, points), **style)

    title, points = _title(report.title)
    write(0.02, 0.95, title, points, va="center")
    lead = f"色と模様：{RING_TEXT} 以内にある施設の数（直線距離、対応できるとわかっているもの）"
    write(0.02, 0.91, f"{lead}　人口：{report.counted}", 9, va="center")
    write(0.98, 0.95, report.newest_words, 10, va="center", ha="right")
    _legend(figure, report, sheet)
    total = report.study.total
    summary = plain(f"{total.name}：{sentence(total, report.subject)}")
    lines = fold_lines(summary, _COLUMN_POINTS_WIDE / _SUMMARY_POINTS)[:_SUMMARY_LINES]
    write(0.695, 0.618, "\n".join(lines), _SUMMARY_POINTS, va="top", linespacing=1.4)
    bottom, notes = _small_table(figure, report, sheet)
    write(0.695, bottom, "\n".join(notes), _NOTE_POINTS, va="top", linespacing=1.4)
    sources = "\n".join(_source_lines(report))
    write(0.02, 0.012, sources, _SOURCE_POINTS, va="bottom", linespacing=1.45)


def _title(text: str) -> tuple[str, float]:
    """Return the title and its size in points: smaller when long, cut when it would not fit."""
    title = plain(text)
    if em_width(title) * _LEAST_TITLE > _TITLE_POINTS_WIDE:
        while em_width(title) * _LEAST_TITLE > _TITLE_POINTS_WIDE:
            title = title[:-1]
        title += "…"
    return title, min(15.0, _TITLE_POINTS_WIDE / em_width(title))


def _source_lines(report: CoverageReport) -> list[str]:
    """Return the sources, as many to a line as fit, and the version of the data.

    First the map of roads: its licence (ODbL 1.0, 4.3) wants it named on whatever is made from it.
    """
    sources = sorted(report.sources, key=lambda line: line.name != ROADS)
    cited = list(dict.fromkeys(plain(line.cited) for line in sources))
    about = f"データの版 {report.dataset_version}　地図：geoportal（正積図法）"
    lines = [""]
    for number, text in enumerate((*cited, about)):
        wide = em_width(lines[-1]) + em_width(text) + 1
        if lines[-1] and wide * _SOURCE_POINTS > _SHEET_POINTS_WIDE:
            if len(lines) == _SOURCE_LINES and number < len(cited):
                lines[-1] += f"　ほか {len(cited) - number} 件（README.txt）　{about}"
                break
            lines.append("")
        lines[-1] += f"　{text}" if lines[-1] else text
    return lines


def _legend(figure: Figure, report: CoverageReport, sheet: Sheet) -> None:
    study = report.study
    entries: list[Any] = [
        Patch(facecolor=c.colour, hatch=c.hatch or None, edgecolor="#333333", label=c.label)
        for c in shown_classes(study)
    ]
    if study.by_towns:
        label = f"円の大きさ：75歳以上の人数\n（{largest_circle_text(study)}）"
        entries.append(_marker("o", "#cccccc", label))
    else:
        entries.append(Patch(facecolor=LAND, edgecolor="#333333", label=ground_text(study)))
    if len(study.target.land) > len(study.target.areas):
        entries.append(Patch(facecolor=BEYOND, edgecolor="#a0a0a0", label="対象の外"))
    entries.append(_marker("^", "#000000", "対応できる施設"))
    entries.append(_marker("o", "#ffffff", "対応が未確認の施設"))
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
        labelspacing=0.3,
    )


_HEADINGS = ("地区", "75歳以上", "施設", "0 か所", "2 か所\n以上")


def _small_table(figure: Figure, report: CoverageReport, sheet: Sheet) -> tuple[float, list[str]]:
    """Write the table of the districts with the largest share of people without a facility.

    The whole table is in figures.xlsx. Return where the table ends, and the notes below it.
    """
    *rows, total = district_rows(report.study)
    ranked = sorted(rows, key=lambda row: (row["rank"] is None, row["rank"] or 0))
    texts = [text for row in (*rows, total) for text in _table_cells(row)]
    ranges = any(RANGE in text or "\n" in text for text in texts)
    most = _RANGE_ROWS if ranges else _TABLE_ROWS
    shown = [*ranked[:most], *([total] if len(rows) > 1 else [])]
    axes = figure.add_axes((0.695, 0.10, 0.285, 0.40))
    axes.axis("off")
    axes.set_title(
        f"75歳以上の人のうち {RING_TEXT} 以内に…", fontproperties=font(sheet, 9), loc="left", pad=6
    )
    table = axes.table(
        cellText=[
            [text.replace(RANGE, f"\n{RANGE}") for text in _table_cells(row)] for row in shown
        ],
        colLabels=_HEADINGS,
        loc="upper left",
        cellLoc="right",
        colWidths=[0.27, 0.19, 0.14, 0.2, 0.2],
    )
    table.auto_set_font_size(False)
    high = 0.085 if ranges else 0.058
    for (line, column), cell in table.get_celld().items():
        cell.set_text_props(fontproperties=font(sheet, 7.5))
        cell.set_linewidth(0.4)
        cell.set_height(0.085 if line == 0 else high)
        if column == 0:
            cell.set_text_props(ha="left")
        if line == 0:
            cell.set_facecolor("#eeeeee")
    notes = ["「〜」の後は、未確認の施設も数えたとき"] if RANGE in "".join(texts) else []
    if len(rows) > most:
        notes.append(f"ほかの {len(rows) - most} 地区は figures.xlsx に")
    wide = _COLUMN_POINTS_WIDE / _NOTE_POINTS
    notes += fold_lines(plain(report.caution), wide)[:_NOTE_LINES] if report.caution else []
    notes += fold_lines(report.across_text, wide)[:_NOTE_LINES] if report.across else []
    by_road = plain(road_sentence(report.study.total, report.subject))
    notes += fold_lines(by_road, wide)[:_NOTE_LINES] if by_road else []
    return 0.10 + 0.40 * (1 - 0.085 - high * len(shown)) - 0.012, notes


def _table_cells(row: dict[str, Any]) -> list[str]:
    return [
        shortened(plain(str(row["name"])), 10),
        people_text(row),
        facilities_text(row),
        _folded(lack_text(row)),
        _folded(choice_text(row)),
    ]


def _folded(text: str) -> str:
    """Return the words for a share that is not stated in two lines."""
    return "判断\nできません" if text == UNDECIDED else text


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
