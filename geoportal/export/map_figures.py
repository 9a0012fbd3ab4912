"""What stands beside and on ``map.html`` in words: legend, sentences, table, sources."""

from __future__ import annotations

import html
from typing import Any

from geoportal.coverage.report import CoverageReport
from geoportal.coverage.tables import district_rows
from geoportal.coverage.wording import distance_text, sentence
from geoportal.export.coverage_shapes import CLASSES, RING_TEXT, ground_text, largest_circle_text
from geoportal.export.map_layers import BEYOND, FACILITY, GAP, LAND, UNSURE, range_text
from geoportal.export.row_shares import choice_text, lack_text, number_range_text


def top_html(report: CoverageReport) -> str:
    """Return the heading of the page."""
    size = "円は町丁目、大きさは 75歳以上の人数です。" if report.study.by_towns else ""
    lead = (
        f"色は、{RING_TEXT} 以内にある施設の数（対応できるとわかっているもの）です。{size}"
        "道のりではなく、まっすぐに測った距離です。"
    )
    return f"<header><h1>{html.escape(report.title)}</h1><p>{lead}</p></header>"


def _legend(report: CoverageReport) -> str:
    """Return the legend of the map."""
    by_towns = report.study.by_towns
    shape = " disc" if by_towns else ""
    nobody = f'<li><span class="swatch" style="background:{LAND}"></span>'
    nobody += f"{ground_text(report.study)}</li>"
    ground = "" if by_towns else nobody
    if len(report.study.target.land) > len(report.study.target.areas):
        ground += f'<li><span class="swatch" style="background:{BEYOND}"></span>対象の外</li>'
    items = "".join(
        f'<li><span class="swatch{shape}" style="background:{item.colour}"></span>{item.label}</li>'
        for item in CLASSES
    )
    return (
        f'<section class="legend"><h2>凡例：{RING_TEXT} 以内の施設</h2><ul>{items}'
        f"{ground}"
        f'<li><span class="swatch{shape}" style="border:2px dashed {GAP}"></span>空白</li>'
        f'<li><span class="swatch round" style="background:{FACILITY}"></span>対応できる施設</li>'
        f'<li><span class="swatch round" style="background:{UNSURE}"></span>'
        f"対応できるかわからない施設</li></ul>{_circle_note(report)}</section>"
    )


def _circle_note(report: CoverageReport) -> str:
    if not report.study.by_towns:
        return ""
    return f'<p class="note">円の大きさ：75歳以上の人数<br>{largest_circle_text(report.study)}</p>'


def figures_html(report: CoverageReport) -> str:
    """Return what stands beside the map: sentences, the table of districts, sources."""
    study = report.study
    whole = (study.total,) if len(study.districts) > 1 else ()
    said = "".join(
        f"<li>{html.escape(figures.name)}：{html.escape(sentence(figures, report.subject))}</li>"
        for figures in (*study.districts, *whole)
    )
    cited = "".join(
        f"<li>{html.escape(line.attribution or line.label)}（{html.escape(line.as_of)}）</li>"
        for line in report.sources
    )
    return (
        '<main class="figures">'
        f"{_legend(report)}"
        f"<h2>ことばで</h2><ul>{said}</ul><p>{html.escape(report.critical_text)}</p>"
        f"{_caution(report)}"
        f"<h2>地区ごとの数字</h2>{_table(report)}"
        "<p>「〜」の右は、対応できるかわからない施設も数えたときの数です。</p>"
        f"<p>人口の数え方：{report.counted}</p>"
        f"<h2>出典</h2><ul>{cited}</ul>"
        f"<p>データの版 {html.escape(report.dataset_version)}</p></main>"
    )


def _caution(report: CoverageReport) -> str:
    return f"<p><strong>{html.escape(report.caution)}</strong></p>" if report.caution else ""


def _table(report: CoverageReport) -> str:
    rows = district_rows(report.study)
    heads = (
        "地区",
        "75歳以上",
        "施設",
        "1万人あたり",
        f"{RING_TEXT} 以内に<br>1つもない人",
        f"{RING_TEXT} 以内に<br>2つ以上ある人",
        "最も近い施設<br>（平均）",
    )
    body = "".join(f"<tr>{_cells(row, 'td')}</tr>" for row in rows[:-1])
    foot = f"<tfoot><tr>{_cells(rows[-1], 'td')}</tr></tfoot>" if len(rows) > 2 else ""
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="地区ごとの数字"><table>'
        f"<caption>{html.escape(report.subject)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody>{foot}</table></div>"
    )


def _cells(row: dict[str, Any], tag: str) -> str:
    values = (
        f"{row['pop75'] or 0.0:,.0f} 人",
        range_text(row["facilities"], row["facilities_possible"]),
        number_range_text(row, "per_10000_pop75"),
        lack_text(row),
        choice_text(row),
        "—" if row["nearest_m"] is None else distance_text(row["nearest_m"]),
    )
    cells = "".join(f"<{tag}>{value}</{tag}>" for value in values)
    return f'<th scope="row">{html.escape(row["name"])}</th>{cells}'
