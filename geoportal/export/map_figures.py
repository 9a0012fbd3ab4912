"""Text of ``map.html`` as HTML: heading, legend, sentences, table of districts, sources."""

from __future__ import annotations

import html

from geoportal.coverage.report import CoverageReport
from geoportal.coverage.tables import Row, district_rows
from geoportal.coverage.wording import (
    choice_text,
    distance_text,
    facilities_text,
    lack_text,
    number_range_text,
    people_text,
    road_line,
    road_sentence,
    sentence,
)
from geoportal.export.coverage_shapes import (
    RING_TEXT,
    ground_text,
    largest_circle_text,
    shown_classes,
)
from geoportal.export.map_layers import BEYOND, FACILITY, GAP, LAND, UNSURE


def heading_html(report: CoverageReport) -> str:
    """Return the heading of the page."""
    size = "円は町丁目、大きさは 75歳以上の人数です。" if report.study.by_towns else ""
    lead = (
        f"色は、{RING_TEXT} 以内にある施設の数（対応できるとわかっているもの）です。{size}"
        "道のりではなく、まっすぐに測った距離です。"
    )
    return f"<header><h1>{html.escape(report.title)}</h1><p>{lead}</p></header>"


def _legend(report: CoverageReport) -> str:
    """Return the legend of the map."""
    study = report.study
    shape = " disc" if study.by_towns else ""
    entries = [(shape, f"background:{entry.colour}", entry.label) for entry in shown_classes(study)]
    note = ""
    if study.by_towns:
        note = f'<p class="note">円の大きさ：75歳以上の人数<br>{largest_circle_text(study)}</p>'
    else:
        entries.append(("", f"background:{LAND}", ground_text(study)))
    if len(study.target.land) > len(study.target.areas):
        entries.append(("", f"background:{BEYOND}", "対象の外"))
    entries += [
        (shape, f"border:2px dashed {GAP}", "空白"),
        (" round", f"background:{FACILITY}", "対応できる施設"),
        (" round", f"background:{UNSURE}", "対応が未確認の施設"),
    ]
    listed = "".join(
        f'<li><span class="swatch{form}" style="{style}"></span>{label}</li>'
        for form, style, label in entries
    )
    heading = f"<h2>凡例：{RING_TEXT} 以内の施設</h2>"
    return f'<section class="legend">{heading}<ul>{listed}</ul>{note}</section>'


def figures_html(report: CoverageReport) -> str:
    """Return legend, sentences, table of districts and sources."""
    study = report.study
    whole = (study.total,) if len(study.districts) > 1 else ()
    sentences = "".join(
        f"<li>{html.escape(figures.name)}：{html.escape(sentence(figures, report.subject))}"
        f"{html.escape(road_sentence(figures, report.subject))}</li>"
        for figures in (*study.districts, *whole)
    )
    caution = f"<p><strong>{html.escape(report.caution)}</strong></p>" if report.caution else ""
    cited = "".join(f"<li>{html.escape(line.cited)}</li>" for line in report.sources)
    return (
        '<main class="figures">'
        f"{_legend(report)}"
        f"<h2>ことばで</h2><ul>{sentences}</ul><p>{html.escape(report.critical_text)}</p>"
        f"{f'<p>{html.escape(report.back_up_text)}</p>' if report.back_up_text else ''}"
        f"{caution}"
        f"{f'<p>{road_line(study)}</p>' if study.roads else ''}"
        f"{f'<p>{report.across_text}</p>' if report.across else ''}"
        f"<h2>地区ごとの数字</h2>{_table(report)}"
        "<p>「〜」の右は、対応が未確認の施設も数えたときの数です。</p>"
        f"<p>人口の数え方：{report.counted}</p>"
        f"<h2>出典</h2><ul>{cited}</ul>"
        f"<p>データの版 {html.escape(report.dataset_version)}</p></main>"
    )


def _table(report: CoverageReport) -> str:
    rows = district_rows(report.study)
    headings = (
        "地区",
        "75歳以上",
        "施設",
        "1万人あたり",
        f"{RING_TEXT} 以内に<br>1つもない人",
        f"{RING_TEXT} 以内に<br>2つ以上ある人",
        "最も近い施設<br>（平均）",
    )
    body = "".join(f"<tr>{_cells(row)}</tr>" for row in rows[:-1])
    foot = f"<tfoot><tr>{_cells(rows[-1])}</tr></tfoot>" if len(rows) > 2 else ""
    head = "".join(f'<th scope="col">{text}</th>' for text in headings)
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="地区ごとの数字"><table>'
        f"<caption>{html.escape(report.subject)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody>{foot}</table></div>"
    )


def _cells(row: Row) -> str:
    values = (
        people_text(row),
        facilities_text(row, " か所"),
        number_range_text(row, "per_10000_pop75"),
        lack_text(row),
        choice_text(row),
        "—" if row["nearest_m"] is None else distance_text(row["nearest_m"]),
    )
    cells = "".join(f"<td>{value}</td>" for value in values)
    return f'<th scope="row">{html.escape(row["name"])}</th>{cells}'
