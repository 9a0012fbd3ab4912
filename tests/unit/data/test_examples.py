"""Examples for other programs: what they read is offered, and the QGIS project is whole."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from xml.etree import ElementTree as ET

from geoportal.documents.facility_files import SCOPES, read_file_path
from geoportal.documents.ogc.coverage_cells import CoverageCells
from geoportal.documents.ogc.features import COLLECTIONS, queryable_names
from geoportal.documents.ogc.filters import read_filter
from geoportal.export.coverage_shapes import CLASSES
from geoportal.services.view import View

FOLDER = Path(__file__).parents[3] / "data"
EXAMPLES = {path.name: path.read_text("utf-8") for path in (FOLDER / "examples").iterdir()}
PROJECT = (FOLDER / "qgis" / "geoportal.qgs").read_text("utf-8")


def test_examples_are_short_and_read_what_is_offered(view: View) -> None:
    assert set(EXAMPLES) == {"frames.py", "features.R", "power_query.m"}
    for name, text in EXAMPLES.items():
        assert len(text.splitlines()) <= 26, name
        files = re.findall(r"data/files/(\w+)/([\w.]+)", text)
        for scope, member in files:
            assert scope in SCOPES
            assert read_file_path(view, scope, member) is not None, (name, member)
        collections = re.findall(r"collections/(\w+)|layer = \"(\w+)\"", text)
        assert files or collections
        assert {a or b for a, b in collections} <= set(COLLECTIONS)
    ast.parse(EXAMPLES["frames.py"])


def test_filters_of_examples_are_understood(view: View) -> None:
    names = queryable_names(view, "facilities")
    asked = re.search(r"items\?([^\"]+)\"", EXAMPLES["frames.py"])
    assert asked
    keys = {part.partition("=")[0] for part in asked[1].split("&")} - {"limit"}
    assert keys <= names
    text = re.search(r"URLencode\(\"(.+?)\"", EXAMPLES["features.R"])
    assert text
    assert read_filter(text[1], "cql2-text")["op"] == "and"


def test_the_qgis_project_has_every_layer_and_kind_in_japanese(view: View) -> None:
    root = ET.fromstring(PROJECT)  # noqa: S314 - our own file
    layers = {one.findtext("layername"): one for one in root.iter("maplayer")}
    cells = "訪問診療の数（2 km以内、わかっているもの）"
    assert set(layers) == {"施設", "地区", "相談窓口", cells}
    asked = set()
    for one in layers.values():
        assert one.findtext("provider") == "OAPIF"
        source = one.findtext("datasource") or ""
        assert "http://127.0.0.1:8000/ogc" in source
        asked.add(re.search(r"typename='([\w-]+)'", source)[1])  # type: ignore[index]
    assert asked == set(COLLECTIONS)
    ranges = layers[cells].iter("range")
    counts = [(float(one.get("lower") or ""), one.get("label")) for one in ranges]
    assert counts == [(shown.least, shown.label) for shown in CLASSES]
    [renderer] = layers[cells].iter("renderer-v2")
    assert renderer.get("attr") in CoverageCells.plain
    facilities = layers["施設"]
    drawn = {c.get("value"): c.get("label") for c in facilities.iter("category")}
    assert drawn == {kind: info.label_ja for kind, info in view.reference.kinds.items()}
    names = {alias.get("field"): alias.get("name") for alias in facilities.iter("alias")}
    assert names["VM_REG"] == view.reference.vocabulary["VM.REG"].label_ja
    assert "saveUser" not in PROJECT
    assert "/tmp" not in PROJECT  # noqa: S108
