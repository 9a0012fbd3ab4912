"""Write ``geoportal.qgs``: the layers of ``/ogc`` with styles and Japanese labels.

Run by the Python of QGIS 3.22 or newer while the site is served on port 8000:
``QT_QPA_PLATFORM=offscreen python3 data/qgis/make_project.py``
"""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from urllib.request import urlopen

from qgis.core import (
    QgsApplication,
    QgsCategorizedSymbolRenderer,
    QgsCoordinateReferenceSystem,
    QgsFillSymbol,
    QgsGraduatedSymbolRenderer,
    QgsMarkerSymbol,
    QgsPalLayerSettings,
    QgsProject,
    QgsRendererCategory,
    QgsRendererRange,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
)

HERE = Path(__file__).parent
REFERENCE = HERE.parent / "reference"
ROOT = "http://127.0.0.1:8000/ogc"
COLOURS = {
    "medical": "#1f6fb4",
    "visiting": "#2e8b57",
    "day": "#b8860b",
    "living": "#8a5a2b",
    "advice": "#7b3fa0",
}
MOST = 10_000
REACHED = "doctor_within_2000_m"
CLASSES = (
    (0, 0, "#ffffff", "0 か所"),
    (1, 1, "#fde9c4", "1 か所"),
    (2, 2, "#f9c57d", "2 か所"),
    (3, 4, "#7fb8c9", "3〜4 か所"),
    (5, 9, "#3b7fa6", "5〜9 か所"),
    (10, 99_999, "#123f6d", "10 か所以上"),
)
"""Least and most facilities, colour and words, as in ``geoportal.export.coverage_shapes``."""
LABELS_BELOW = 10_000
"""Names are drawn at scales larger than 1 to this."""


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a reference list."""
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def japanese(wanted: str) -> dict[str, str]:
    """Return the Japanese labels of a list by code."""
    return {
        row["code"]: row["label"]
        for row in rows("labels.csv")
        if (row["list"], row["language"]) == (wanted, "ja")
    }


def layer(collection: str, title: str) -> QgsVectorLayer:
    """Return a collection as a layer that is fetched for the view of the map."""
    uri = f"url='{ROOT}' typename='{collection}' restrictToRequestBBOX='1' pageSize='{MOST}'"
    opened = QgsVectorLayer(uri, title, "OAPIF")
    if not opened.isValid():
        raise SystemExit(f"{ROOT} does not answer: serve the site first")
    return opened


def kind_categories() -> list[QgsRendererCategory]:
    """Return a symbol for each kind of facility, with its Japanese label."""
    labels = japanese("kind")
    categories = []
    for row in rows("kinds.csv"):
        shape = row["shape"] or "circle"
        colour = COLOURS[row["group"]]
        symbol = QgsMarkerSymbol.createSimple({"name": shape, "color": colour, "size": "2.6"})
        kind = row["kind"]
        categories.append(QgsRendererCategory(kind, symbol, labels.get(kind, kind)))
    return categories


def titles(collection: str) -> dict[str, str]:
    """Return the Japanese titles of a collection's properties, as its schema has them."""
    with urlopen(f"{ROOT}/collections/{collection}/schema") as answer:  # noqa: S310
        properties = json.load(answer)["properties"]
    return {name: about["title"] for name, about in properties.items() if "title" in about}


def name_fields(named: QgsVectorLayer, words: dict[str, str]) -> None:
    """Give fields their Japanese names."""
    for number, field in enumerate(named.fields()):
        if field.name() in words:
            named.setFieldAlias(number, words[field.name()])


def reach_ranges() -> list[QgsRendererRange]:
    """Return a colour for each number of facilities within 2 km of a cell."""
    ranges = []
    for least, most, colour, words in CLASSES:
        fill = {"color": colour, "outline_style": "no"}
        ranges.append(QgsRendererRange(least, most, QgsFillSymbol.createSimple(fill), words))
    return ranges


def label(named: QgsVectorLayer, field: str) -> None:
    """Draw names beside what is near."""
    settings = QgsPalLayerSettings()
    settings.fieldName = field
    settings.scaleVisibility = True
    settings.minimumScale = LABELS_BELOW
    named.setLabeling(QgsVectorLayerSimpleLabeling(settings))
    named.setLabelsEnabled(True)


def main() -> None:
    """Write the project."""
    program = QgsApplication([], False)
    program.initQgis()
    project = QgsProject.instance()
    project.setTitle("在宅医療・介護の資源マップ")
    project.setCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    districts = layer("districts", "地区")
    fill = {"color": "0,0,0,0", "outline_color": "#666666", "outline_width": "0.4"}
    districts.setRenderer(QgsSingleSymbolRenderer(QgsFillSymbol.createSimple(fill)))
    facilities = layer("facilities", "施設")
    facilities.setRenderer(QgsCategorizedSymbolRenderer("kind", kind_categories()))
    label(facilities, "name")
    centres = layer("centres", "相談窓口")
    if centres.isSpatial():  # no centre of the sample city has a position
        star = {"name": "star", "color": "#d0021b", "size": "4"}
        centres.setRenderer(QgsSingleSymbolRenderer(QgsMarkerSymbol.createSimple(star)))
    cells = layer("coverage-cells", "訪問診療の数（2 km以内、わかっているもの）")
    cells.setRenderer(QgsGraduatedSymbolRenderer(REACHED, reach_ranges()))
    cells.setOpacity(0.6)
    layers = {
        "districts": districts,
        "facilities": facilities,
        "centres": centres,
        "coverage-cells": cells,
    }
    for collection, named in layers.items():
        name_fields(named, titles(collection))
    project.addMapLayers(list(layers.values()))
    tree = project.layerTreeRoot()
    tree.findLayer(cells.id()).setItemVisibilityChecked(False)
    written = HERE / "geoportal.qgs"
    project.write(str(written))
    text = re.sub(r' saveUser(Full)?="[^"]*"', "", written.read_text(encoding="utf-8"))
    written.write_text(text, encoding="utf-8")
    program.exitQgis()


if __name__ == "__main__":
    main()
