"""``figures.xlsx``: the tables of a study for people who work in Excel, with charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from geoportal.coverage.report import CoverageReport
from geoportal.coverage.tables import (
    Row,
    cell_rows,
    district_rows,
    facility_rows,
    reconciliation_rows,
)
from geoportal.coverage.wording import CELL_NAMES, road_line, road_sentence, sentence
from geoportal.export.method import method_lines
from geoportal.export.table import XLSX_OPTIONS, write_xlsx_cell
from geoportal.export.workbook_columns import (
    cell_labels,
    district_labels,
    facility_labels,
    reconciliation_labels,
)

_CHANGE = "#,##0.######"


class _Book:
    """Writer of a workbook: sheets with frozen Japanese headings."""

    def __init__(self, path: Path, report: CoverageReport) -> None:
        self.book = xlsxwriter.Workbook(str(path), XLSX_OPTIONS)
        day = datetime.fromisoformat(report.as_of or "1980-01-01")
        self.book.set_properties({"title": report.title, "author": "geoportal", "created": day})
        self.heading = self.book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#EEF1F6"}
        )
        self.title = self.book.add_format({"bold": True, "font_size": 14})
        self.wrapped = self.book.add_format({"text_wrap": True, "valign": "top"})
        self._formats: dict[tuple[str, bool], Any] = {}

    def number(self, pattern: str, *, bold: bool = False) -> Any:
        """Return a number format, made once."""
        key = (pattern, bold)
        if key not in self._formats:
            about: dict[str, Any] = {"num_format": pattern} if pattern else {}
            if bold:
                about |= {"bold": True, "top": 1}
            self._formats[key] = self.book.add_format(about)
        return self._formats[key]

    def table(
        self,
        name: str,
        rows: Sequence[Row],
        labels: Mapping[str, tuple[str, str]],
        *,
        frozen: int,
        total: bool = False,
    ) -> Any:
        """Add a sheet with one table; the last row may be the total."""
        sheet = self.book.add_worksheet(name)
        for place, (key, (label, pattern)) in enumerate(labels.items()):
            sheet.write_string(0, place, label, self.heading)
            for line, row in enumerate(rows, start=1):
                bold = total and line == len(rows)
                value = row.get(key)
                if isinstance(value, bool):
                    value = "はい" if value else "いいえ"
                write_xlsx_cell(sheet, (line, place), value, self.number(pattern, bold=bold))
            longest = max((len(str(row.get(key) or "")) for row in rows), default=0)
            sheet.set_column(place, place, 12 if pattern else min(34, max(9, longest * 1.6)))
        sheet.set_row(0, 48)
        sheet.freeze_panes(1, frozen)
        if rows:
            sheet.autofilter(0, 0, len(rows) - total, len(labels) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        return sheet


def write_workbook(path: Path, report: CoverageReport) -> None:
    """Write figures.xlsx; a comparison, when the report has one, gets a sheet of its own."""
    study = report.study
    by_road = study.roads is not None
    book = _Book(path, report)
    with book.book:
        summary = book.book.add_worksheet("概要")
        districts = district_rows(study)
        labels = district_labels(by_road=by_road)
        book.table("地区", districts, labels, frozen=3, total=True)
        if study.has_cells:
            unit = study.cells.unit
            columns = cell_labels(unit, by_road=by_road)
            book.table(CELL_NAMES[unit], cell_rows(study), columns, frozen=1)
        facilities = [
            {**row, "kind": report.kinds.get(row["kind"], row["kind"])}
            for row in facility_rows(study)
        ]
        book.table(
            "施設",
            facilities,
            facility_labels(by_road=by_road, with_partners=study.back_up is not None),
            frozen=2,
        )
        book.table(
            "人口の照合",
            reconciliation_rows(study),
            reconciliation_labels(study.cells.unit),
            frozen=2,
            total=True,
        )
        comparison = report.comparison
        if comparison:
            numbers = ("前", "今", "変化")
            names = {key: (key, _CHANGE if key in numbers else "") for key in comparison[0]}
            changes = [
                {**row, "項目": labels.get(row["項目"], (row["項目"],))[0]} for row in comparison
            ]
            book.table("比較", changes, names, frozen=2)
        _method_sheet(book, report)
        _source_sheet(book, report)
        _summary(book, summary, report, labels, len(districts) - 1)


def _summary(
    book: _Book, sheet: Any, report: CoverageReport, labels: Mapping[str, Any], count: int
) -> None:
    """Write the first sheet: sentences, and two charts of the districts."""
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 95)
    write_xlsx_cell(sheet, (0, 0), report.title, book.title)
    about = f"{report.newest_words}　データの版 {report.dataset_version}"
    sheet.write_string(1, 0, f"{about}　人口：{report.counted}")
    study = report.study
    whole = (study.total,) if len(study.districts) > 1 else ()
    texts = [
        (f.name, sentence(f, report.subject) + road_sentence(f, report.subject))
        for f in (*study.districts, *whole)
    ]
    if study.has_cells:
        texts.append(("代わりのない施設", report.critical_text))
        if report.back_up_text:
            texts.append(("連携先のある施設", report.back_up_text))
    if report.caution:
        texts.append(("注意", report.caution))
    if report.across:
        texts.append(("水の向こう", report.across_text))
    if study.roads:
        texts.append(("車での時間", road_line(study)))
    for line, (name, text) in enumerate(texts, start=3):
        write_xlsx_cell(sheet, (line, 0), name)
        write_xlsx_cell(sheet, (line, 1), text, book.wrapped)
    sheet.freeze_panes(3, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    charts = (
        ("pop75_uncovered_share", "2 km 以内に 1 つもない 75歳以上の割合", "0%"),
        ("per_10000_pop75", "75歳以上 1 万人あたりの施設", "0"),
    )
    for number, (key, title, pattern) in enumerate(charts):
        chart = book.book.add_chart({"type": "bar"})
        column, name = list(labels).index(key), list(labels).index("name")
        chart.add_series(
            {
                "name": title,
                "categories": ["地区", 1, name, count, name],
                "values": ["地区", 1, column, count, column],
                "data_labels": {"value": True, "num_format": pattern},
                "fill": {"color": "#3B7FA6"},
                "border": {"color": "#1A1A1A"},
                "gap": 60,
            }
        )
        chart.set_title({"name": title, "name_font": {"size": 11}})
        chart.set_legend({"none": True})
        chart.set_y_axis({"reverse": True})
        chart.set_x_axis({"num_format": pattern, "min": 0})
        chart.set_size({"width": 620, "height": 80 + 32 * max(count, 3)})
        place = {"x_offset": 8 + number * 640, "description": title}
        sheet.insert_chart(len(texts) + 4, 0, chart, place)


def _method_sheet(book: _Book, report: CoverageReport) -> None:
    sheet = book.book.add_worksheet("方法")
    sheet.set_column(0, 0, 110)
    sheet.write_string(0, 0, "方法", book.heading)
    for line, text in enumerate(method_lines(report), start=1):
        write_xlsx_cell(sheet, (line, 0), text, book.wrapped)
    sheet.freeze_panes(1, 0)


def _source_sheet(book: _Book, report: CoverageReport) -> None:
    labels = {
        "label": ("資料", ""),
        "as_of": ("日付", ""),
        "attribution": ("出典の表示", ""),
        "licence": ("利用条件", ""),
    }
    rows = [{key: getattr(line, key) for key in labels} for line in report.sources]
    book.table("出典", rows, labels, frozen=1)
