"""The printed map: nothing lies over anything else, nothing leaves the sheet, names stay text."""

import dataclasses
import itertools
from collections import Counter
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from matplotlib.collections import PatchCollection, PathCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.table import Table
from matplotlib.transforms import Bbox
from shapely.geometry import Point, box

from geoportal.coverage.report import ROADS, CoverageReport, SourceLine
from geoportal.coverage.tables import district_rows
from geoportal.export.coverage_shapes import CLASSES, MAP_RING, class_numbers
from geoportal.export.map_drawing import MapDrawing, _name_places
from geoportal.export.map_image import _style, draw_map, write_map_pdf
from geoportal.export.map_sheet import A3, A4, Sheet, em_width, fold_lines, plain
from tests.rounds import first_always
from tests.unit.coverage import town
from tests.web.test_hostile_names import pdf

pytestmark = pytest.mark.slow

AWKWARD = "医療法人社団$\\frac{見本$会\n\u202e\x07<b>在宅</b>クリニック" * 4


def crowded() -> CoverageReport:
    """Return a report with many sources, a long title, long names with odd signs."""
    held = town.report()
    study = held.study
    areas = tuple(
        dataclasses.replace(area, name=f"{area.name}{AWKWARD}") for area in study.target.areas
    )
    target = dataclasses.replace(study.target, areas=areas)
    total = dataclasses.replace(study.total, name=AWKWARD)
    sources = tuple(
        SourceLine(
            f"s{n}", "資料", f"出典：見本省「見本の統計 {n}」を加工して作成" * 2, "", "2026-10-01"
        )
        for n in range(14)
    )
    sources += (SourceLine(ROADS, "道路", "道路：© OpenStreetMap contributors", "", "2025-12-01"),)
    changed = dataclasses.replace(study, target=target, total=total)
    return dataclasses.replace(
        held, study=changed, sources=sources, supposed=f"もし{AWKWARD}がなくなったら"
    )


def drawn(report: CoverageReport, sheet: Sheet) -> Figure:
    with _style():
        figure = draw_map(report, sheet)
        figure.draw_without_rendering()
    return figure


@cache
def sheet_of(made: Callable[[], CoverageReport], sheet: Sheet) -> Figure:
    """A drawn report, once for all tests that only look at it."""
    return drawn(made(), sheet)


def blocks(figure: Figure) -> list[tuple[str, Bbox]]:
    """Return everything around the map, and the map's frame, in pixels."""
    found = [(text.get_text(), text.get_window_extent()) for text in figure.texts]
    found += [("legend", legend.get_window_extent()) for legend in figure.legends]
    chart, beside = figure.axes
    found.append(("map", chart.get_window_extent()))
    found.append(("heading", beside._left_title.get_window_extent()))
    tables = [item for item in beside.get_children() if isinstance(item, Table)]
    found += [("table", table.get_window_extent()) for table in tables]
    return [(name, block) for name, block in found if block.width and block.height]


@pytest.mark.parametrize("sheet", [A4, A3])
@pytest.mark.parametrize("made", first_always([crowded, town.report]))
def test_nothing_lies_over_anything_else(made, sheet):
    figure = sheet_of(made, sheet)
    page = figure.bbox
    for (one, a), (other, b) in itertools.combinations(blocks(figure), 2):
        assert not a.overlaps(b), (one, other)
    for name, block in blocks(figure):
        assert page.x0 <= block.x0, name
        assert block.x1 <= page.x1, name
        assert page.y0 <= block.y0, name
        assert block.y1 <= page.y1, name


def test_the_road_map_is_named_however_many_sources_there_are():
    texts = "".join(text.get_text() for text in sheet_of(crowded, A4).texts)
    assert "© OpenStreetMap contributors" in texts
    assert "件（README.txt）" in texts  # not all fit


def test_names_of_districts_do_not_hide_each_other():
    figure = sheet_of(crowded, A4)
    names = [text for text in figure.axes[0].texts if text.get_text().startswith("地区")]
    assert len(names) == 2
    first, second = (text.get_window_extent() for text in names)
    assert not first.overlaps(second)


def test_names_without_room_are_left_out_and_none_leaves_its_place():
    """Four hundred districts in a grid: some names fit, each next to its own district."""
    shapes = np.array(
        [box(x, y, x + 10, y + 10) for x in range(0, 200, 10) for y in range(0, 200, 10)]
    )
    high = 4.0
    places = _name_places(shapes, ["見本地区"] * len(shapes), high)
    shown = [(shape, place) for shape, place in zip(shapes, places, strict=True) if place]
    assert 20 < len(shown) < len(shapes)
    for shape, (x, y) in shown:
        assert shape.buffer(2 * high).contains(Point(x, y))
    for (_, (x, y)), (_, (u, v)) in itertools.combinations(shown, 2):
        assert abs(x - u) >= 5 * high or abs(y - v) >= 2 * high


def test_every_cell_is_drawn_in_the_colour_of_its_number_of_facilities():
    report = town.report()
    counts = report.study.sure.access.counts[:, MAP_RING]
    classes = Counter(int(number) for number in class_numbers(counts))
    figure = sheet_of(town.report, A4)
    shapes: Counter[tuple[float, ...]] = Counter()
    for mark in figure.axes[0].collections:
        if isinstance(mark, PatchCollection) and mark.get_zorder() == 2:
            for colour in mark.get_facecolor()[:1]:
                shapes[tuple(colour)] += len(mark.get_paths())
    expected: Counter[tuple[float, ...]] = Counter()
    for number, count in classes.items():
        expected[to_rgba(CLASSES[number].colour)] += count
    assert shapes == expected


def test_sure_facilities_are_filled_triangles_and_unsure_ones_open_circles():
    figure, study = sheet_of(town.report, A4), town.study()
    triangles = {"a", "b", "c"}
    assert {i for i, sure in zip(study.supply.ids, study.supply.certain, strict=True) if sure} >= (
        triangles
    )
    projection = MapDrawing(figure.axes[0], study, A4).projection
    places = dict(
        zip(
            study.supply.ids,
            zip(study.supply.places.lon, study.supply.places.lat, strict=True),
            strict=True,
        )
    )
    marks = {
        tuple(mark.get_facecolor()[0][:3]): np.asarray(mark.get_offsets())
        for mark in figure.axes[0].collections
        if isinstance(mark, PathCollection)
    }
    for name, colour in (("a", (0, 0, 0)), ("c", (0, 0, 0)), ("unknown", (1, 1, 1))):
        point = projection.project(np.array([Point(places[name])], dtype=object))[0]
        away = np.hypot(*(marks[colour] - (point.x, point.y)).T)
        assert away.min() < 1, name


def test_the_scale_bar_lies_on_its_white_ground_and_has_the_length_it_tells():
    chart = sheet_of(town.report, A4).axes[0]
    bars = [patch for patch in chart.patches if isinstance(patch, Rectangle)]
    ground, first, second = sorted(bars, key=lambda bar: bar.get_zorder())
    (label,) = [text for text in chart.texts if text.get_text().endswith("km")]
    length = float(label.get_text().removesuffix("km")) * 1000
    assert first.get_width() == second.get_width() == length / 2
    assert second.get_x() == first.get_x() + first.get_width()
    assert label.get_position()[0] == first.get_x() + length
    for bar in (first, second):
        assert ground.get_x() < bar.get_x()
        assert bar.get_x() + bar.get_width() < ground.get_x() + ground.get_width()
        assert ground.get_y() < bar.get_y()
        assert bar.get_y() + bar.get_height() < ground.get_y() + ground.get_height()


def test_the_table_tells_the_range_of_what_is_not_known():
    (table,) = [
        item for item in sheet_of(town.report, A4).axes[1].get_children() if isinstance(item, Table)
    ]
    texts = [cell.get_text().get_text() for cell in table.get_celld().values()]
    assert "1\n〜2" in texts  # 小倉南区: one surely, one more possibly


def test_the_table_begins_with_the_district_that_lacks_most_and_ends_with_the_whole():
    report = town.report()
    *districts, total = district_rows(report.study)
    ranks = {row["name"]: row["rank"] for row in districts}
    (table,) = [
        part for part in sheet_of(town.report, A4).axes[1].get_children() if isinstance(part, Table)
    ]
    cells = table.get_celld()
    names = [cells[line, 0].get_text().get_text() for line in range(1, len(districts) + 2)]
    assert names[-1] == total["name"]
    assert [ranks[name] for name in names[:-1]] == sorted(ranks.values(), key=lambda r: r or 99)
    assert names[:-1] != sorted(names[:-1])


@pytest.mark.parametrize("text", ["", "あ" * 10, "あいう。えお、かきくけこ", "a" * 50])
def test_lines_are_folded_to_the_width(text):
    lines = fold_lines(text, 5)
    assert "".join(lines) == text
    assert all(em_width(line) <= 6 for line in lines)  # a mark may hang over
    assert not [line for line in lines[1:] if line[0] in "。、"]


def test_one_line_is_made_of_what_others_wrote():
    assert plain(" 改行\r\nと\x00タブ\t ") == "改行 と タブ"


def test_the_file_has_no_letter_that_turns_a_name_round(tmp_path):
    path = tmp_path / "map.pdf"
    write_map_pdf(path, crowded())
    pdf(path.read_bytes())
