"""Map files as people have them: formats, encodings, layers, reference systems, damage."""

from __future__ import annotations

import json
import math
import random
import shutil
import sqlite3
import time
import warnings
import zipfile

import geopandas
import pyproj
import pytest
import shapely
from shapely.geometry import box, mapping

from geoportal.errors import UsageError
from geoportal.ingest.files.geojson import read_geojson
from geoportal.store.outlines import read_outlines
from tests.unit.ingest.official import codes, import_into, only

NORTH, SOUTH = box(130.85, 33.85, 130.88, 33.90), box(130.88, 33.85, 130.91, 33.90)
ROWS = [
    {"圏域名": "見本北圏域", "圏域コード": "E01"},
    {"圏域名": "見本南圏域", "圏域コード": "E02"},
]
METRE = 1e-5
"""In degrees."""


def feature(properties, geometry):
    shape = geometry if isinstance(geometry, dict | None) else mapping(geometry)
    return {"type": "Feature", "properties": properties, "geometry": shape}


def collection(*features, **more):
    return {"type": "FeatureCollection", **more, "features": list(features)}


BOTH = [feature(ROWS[0], NORTH), feature(ROWS[1], SOUTH)]


def write(path, content, encoding="utf-8"):
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path.write_bytes(text.encode(encoding))
    return path


def frame(rows=ROWS, shapes=(NORTH, SOUTH), crs=6668):
    return geopandas.GeoDataFrame(rows, geometry=list(shapes), crs=6668).to_crs(crs)


def shapefile(folder, data, encoding, without=()):
    folder.mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data.to_file(folder / "area.shp", encoding=encoding)
    for suffix in without:
        (folder / f"area.{suffix}").unlink()
    return folder


def held(database):
    with database.engine.connect() as connection:
        return {outline.district.code: outline for outline in read_outlines(connection)}


def names(database):
    return {code: outline.district.name for code, outline in held(database).items()}


def assert_both(database, report):
    assert (report.rows_read, report.accepted, report.created) == (2, 2, 2), report.issues
    outlines = held(database)
    assert names(database) == {"E01": "見本北圏域", "E02": "見本南圏域"}
    for code, shape in (("E01", NORTH), ("E02", SOUTH)):
        assert outlines[code].district.level == "日常生活圏域"
        assert shapely.hausdorff_distance(outlines[code].geometry, shape) < METRE


COLLECTION = json.dumps(collection(*BOTH), ensure_ascii=False)
LINES = "\n".join(json.dumps(one, ensure_ascii=False) for one in BOTH)
SEQUENCE = "".join(f"\x1e{json.dumps(one, ensure_ascii=False, indent=1)}\n" for one in BOTH)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *((COLLECTION, encoding) for encoding in ("utf-8-sig", "utf-16-be", "cp932", "euc_jp")),
        *((LINES, encoding) for encoding in ("utf-8", "utf-16")),
        *((SEQUENCE, encoding) for encoding in ("utf-8", "cp932")),
        (json.dumps(BOTH, ensure_ascii=False), "utf-8"),
    ],
)
def test_geojson_in_any_shape_and_encoding(database, tmp_path, text, encoding):
    path = write(tmp_path / "area.geojson", text, encoding)
    assert_both(database, only(import_into(database, path)))


def test_a_ring_needs_three_different_corners():
    corners = [[130.85, 33.85], [130.88, 33.85], [130.88, 33.90]]
    shapes = [
        [[*corners, corners[0]]],  # a triangle
        [corners],  # left open
        [[*corners[:2], corners[0], corners[1]]],  # there and back
        [[corners[0]]],
    ]
    features = [feature(ROWS[0], {"type": "Polygon", "coordinates": rings}) for rings in shapes]
    read = read_geojson("area.geojson", collection(*features))
    areas = [item.geometry.area if item.geometry else 0.0 for item in read.features]
    assert areas[:2] == pytest.approx([0.03 * 0.05 / 2] * 2)
    assert areas[2:] == [0.0, 0.0]
    assert [bool(item.fault) for item in read.features] == [False, False, True, True]


def test_a_single_feature_and_numbers_that_json_does_not_know(database, tmp_path):
    one = feature({**ROWS[0], "人口": float("nan")}, NORTH)
    assert only(import_into(database, write(tmp_path / "one.json", one))).created == 1
    assert names(database) == {"E01": "見本北圏域"}


@pytest.mark.parametrize(
    ("name", "crs"),
    [("a.fgb", 6668), ("a.fgb", 3857), ("a.gpkg", 2444), ("a.gpkg", 6670), ("a.gpkg", 32652)],
)
def test_binary_formats_in_any_declared_reference_system(database, tmp_path, name, crs):
    frame(crs=crs).to_file(tmp_path / name)
    report = only(import_into(database, tmp_path / name))
    assert_both(database, report)
    assert ("converted_crs" in codes(report)) == (crs != 6668)


def test_topojson_and_esri_json(database, tmp_path):
    ring = [[0, 0], [3000, 0], [0, 5000], [-3000, 0], [0, -5000]]
    polygon = {"type": "Polygon", "properties": ROWS[0], "arcs": [[0]]}
    topology = {
        "type": "Topology",
        "transform": {"scale": [1e-5, 1e-5], "translate": [130.85, 33.85]},
        "objects": {"area": {"type": "GeometryCollection", "geometries": [polygon]}},
        "arcs": [ring],
    }
    esri = {
        "geometryType": "esriGeometryPolygon",
        "spatialReference": {"wkid": 6668},
        "fields": [{"name": name, "type": "esriFieldTypeString"} for name in ROWS[1]],
        "features": [{"attributes": ROWS[1], "geometry": {"rings": mapping(SOUTH)["coordinates"]}}],
    }
    import_into(database, write(tmp_path / "a.topojson", topology, "cp932"))
    import_into(database, write(tmp_path / "b.json", esri))
    assert names(database) == {"E01": "見本北圏域", "E02": "見本南圏域"}


def placemark(name, shape, data=""):
    corners = " ".join(f"{x},{y},0" for x, y in shape.exterior.coords)
    ring = f"<LinearRing><coordinates>{corners}</coordinates></LinearRing>"
    polygon = f"<Polygon><outerBoundaryIs>{ring}</outerBoundaryIs></Polygon>"
    return f"<Placemark><name>{name}</name>{data}{polygon}</Placemark>"


def kml(*folders, encoding="UTF-8"):
    inner = "".join(f"<Folder><name>{name}</name>{body}</Folder>" for name, body in folders)
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">'
        f"<Document><name>見本</name>{inner}</Document></kml>"
    )


POINT = "<Point><coordinates>130.86,33.87</coordinates></Point>"
PIN = f"<Placemark><name>相談窓口</name>{POINT}</Placemark>"


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "utf-16"])
def test_kml_takes_its_level_from_the_layer_and_names_what_it_leaves_out(
    database, tmp_path, encoding
):
    areas = placemark("北", NORTH) + placemark("南", SOUTH) + PIN
    text = kml(("日常生活圏域", areas), ("相談窓口", PIN), encoding=encoding)
    report = only(import_into(database, write(tmp_path / "area.kml", text, encoding)))
    assert (report.rows_read, report.created, report.refused) == (2, 2, False)
    assert {o.district.level for o in held(database).values()} == {"日常生活圏域"}
    [layer] = [issue for issue in report.issues if issue.code == "layer_left_out"]
    assert layer.value == "相談窓口"
    [pin] = [issue for issue in report.issues if issue.code == "not_an_area"]
    assert pin.line == 3


def test_fields_of_a_kml_keep_their_japanese_names_also_zipped_twice(database, tmp_path):
    data = "".join(f'<Data name="{k}"><value>{v}</value></Data>' for k, v in ROWS[0].items())
    body = placemark("1", NORTH, f"<ExtendedData>{data}</ExtendedData>")
    with zipfile.ZipFile(tmp_path / "area.kmz", "w") as packed:
        packed.writestr("doc.kml", kml(("x", body)))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as packed:
        packed.write(tmp_path / "area.kmz", "area.kmz")
    assert only(import_into(database, tmp_path / "area.kmz")).created == 1
    assert only(import_into(database, tmp_path / "all.zip")).unchanged == 1
    assert names(database) == {"E01": "見本北圏域"}


def test_every_layer_of_a_kind_is_taken_and_the_others_named(database, tmp_path):
    path = tmp_path / "layers.gpkg"
    point = [shapely.Point(130.86, 33.87)]
    geopandas.GeoDataFrame({"学校名": ["見本"]}, geometry=point, crs=6668).to_file(
        path, layer="学校"
    )
    frame().to_file(path, layer="圏域")
    schools = [{"中学校区名": "見本中学校区"}]
    frame(schools, [NORTH], crs=6670).to_file(path, layer="中学校区")
    with sqlite3.connect(path) as package:
        package.execute("CREATE TABLE layer_styles (id INTEGER PRIMARY KEY)")
        contents = "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES (?, ?, ?)"
        package.execute(contents, ("layer_styles", "attributes", "layer_styles"))
    report = only(import_into(database, path))
    assert (report.rows_read, report.created) == (3, 3)
    left_out = {issue.value for issue in report.issues if issue.code == "layer_left_out"}
    assert left_out == {"学校", "layer_styles"}
    assert {o.district.level for o in held(database).values()} == {"日常生活圏域", "中学校区"}


@pytest.mark.parametrize(
    ("encoding", "without", "cpg"),
    [
        ("utf-8", (), None),
        ("utf-8", ("cpg",), None),
        ("cp932", ("cpg",), None),
        ("cp932", (), "932"),
        ("cp932", ("prj",), "UTF-8"),  # a .cpg that is wrong
        ("utf-8", ("shx",), None),
    ],
)
def test_field_names_cut_at_ten_bytes(database, tmp_path, encoding, without, cpg):
    """日常生活圏域コード and 日常生活圏域名 are cut to the same; UTF-8 is cut within a letter."""
    rows = [
        {"日常生活圏域コード": "E01", "日常生活圏域名": "北", "市区町村コード": "40106"},
        {"日常生活圏域コード": "E02", "日常生活圏域名": "南", "市区町村コード": "40106"},
    ]
    folder = shapefile(tmp_path / "folder", frame(rows), encoding, without)
    if cpg:
        (folder / "area.cpg").write_text(cpg)
    for given in (folder, folder / "area.shp"):
        report = only(import_into(database, given))
        assert report.accepted == 2, report.issues
    assert names(database) == {"E01": "北", "E02": "南"}
    districts = [outline.district for outline in held(database).values()]
    assert {(d.level, d.parent) for d in districts} == {("日常生活圏域", "40106")}


def test_values_cut_within_a_letter(database, tmp_path):
    folder = shapefile(tmp_path / "a", frame([{"圏域名": "x" + "圏" * 200}], [NORTH]), "utf-8")
    assert only(import_into(database, folder)).created == 1
    [name] = names(database).values()
    assert set(name) == {"x", "圏"}


def test_a_shapefile_with_names_in_other_case_beside_other_files(database, tmp_path):
    folder = shapefile(tmp_path / "a", frame(), "cp932")
    (folder / "area.dbf").rename(folder / "AREA.DBF")
    (folder / "area.shp").rename(folder / "Area.SHP")
    (folder / "readme.pdf").write_bytes(b"%PDF")
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for path in folder.iterdir():
            packed.write(path, path.name)
    assert_both(database, only(import_into(database, archive)))
    reports = import_into(database, *folder.iterdir()).files
    assert [report.unchanged for report in reports if report.source] == [2]


def test_parts_of_a_shapefile_without_the_others_say_what_is_missing(database, tmp_path):
    folder = shapefile(tmp_path / "a", frame(), "utf-8")
    table = only(import_into(database, folder / "area.dbf"))
    assert table.refused
    assert ".shp" in table.issues[-1].message
    (folder / "area.dbf").unlink()
    bare = only(import_into(database, folder / "area.shp"))
    assert bare.refused
    assert ".dbf" in bare.issues[-1].message


def test_names_of_members_in_shift_jis(database, tmp_path):
    write(tmp_path / "a.geojson", collection(*BOTH))
    archive = tmp_path / "a.zip"
    name = "表示区域/圏域.geojson"  # 表 has a backslash in Shift_JIS
    raw = name.encode("cp932")
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("A" * len(raw), (tmp_path / "a.geojson").read_bytes())
    archive.write_bytes(archive.read_bytes().replace(b"A" * len(raw), raw))
    report = only(import_into(database, archive))
    assert report.file == f"a.zip/{name}"
    assert_both(database, report)


def in_system(code, declared=None):
    rows = [
        feature(row, frame([row], [shape], code).geometry.iloc[0])
        for row, shape in zip(ROWS, (NORTH, SOUTH), strict=True)
    ]
    more = {"crs": {"type": "name", "properties": {"name": declared}}} if declared else {}
    return collection(*rows, **more)


@pytest.mark.parametrize("code", [2444, 6670, 6671, 3857])
def test_an_undeclared_projected_system_is_asked_for_and_then_used(database, tmp_path, code):
    path = write(tmp_path / "a.geojson", in_system(code))
    refused = only(import_into(database, path))
    assert refused.refused
    assert "--crs EPSG:n" in refused.issues[-1].message
    assert held(database) == {}
    assert_both(database, only(import_into(database, path, crs=f"EPSG:{code}")))


def test_the_tokyo_datum_is_converted_and_said_to_be_less_exact(database, tmp_path):
    to_tokyo = pyproj.Transformer.from_crs(4612, 4301, always_xy=True)
    _x, y = to_tokyo.transform(130.85, 33.85)
    assert abs(y - 33.85) > 300 * METRE
    moved = [
        feature(row, shapely.transform(shape, to_tokyo.transform, interleaved=False))
        for row, shape in zip(ROWS, (NORTH, SOUTH), strict=True)
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4301"}}
    report = only(import_into(database, write(tmp_path / "a.geojson", collection(*moved, crs=crs))))
    assert_both(database, report)
    [issue] = [issue for issue in report.issues if issue.code == "converted_crs"]
    assert (issue.severity, "9 m" in issue.message) == ("warning", True)


def test_the_chosen_system_never_moves_what_is_in_place(database, tmp_path):
    degrees = write(tmp_path / "a.geojson", collection(*BOTH))
    report = only(import_into(database, degrees, crs="6670"))
    assert_both(database, report)
    assert "crs_not_used" in codes(report)
    declared = write(tmp_path / "b.geojson", in_system(6670, "EPSG:6670"))
    report = only(import_into(database, declared, crs="EPSG:6677"))
    assert "crs_not_used" in codes(report)
    assert (
        report.unchanged == 2
        or shapely.hausdorff_distance(held(database)["E01"].geometry, NORTH) < METRE
    )


def test_a_declaration_that_cannot_be_right_gives_way(database, tmp_path):
    path = write(tmp_path / "a.geojson", in_system(6670, "urn:ogc:def:crs:OGC:1.3:CRS84"))
    assert only(import_into(database, path)).refused
    report = only(import_into(database, path, crs="EPSG:6670"))
    assert_both(database, report)
    assert "crs_replaced" in codes(report)


@pytest.mark.parametrize("text", ["zone 2", "EPSG:999999", "+proj=utm", "EPSG:5723"])
def test_a_chosen_system_that_is_none_is_wrong_usage(database, tmp_path, text):
    path = write(tmp_path / "a.geojson", collection(*BOTH))
    with pytest.raises(UsageError, match="--crs"):
        import_into(database, path, crs=text)


def test_an_outline_in_another_prefecture_is_doubted(database, tmp_path):
    """Zone 9 (Tokyo) for what is in zone 2 (Fukuoka)."""
    document = in_system(6670, "EPSG:6677")
    for one in document["features"]:
        one["properties"]["市区町村コード"] = "40106"
    report = only(import_into(database, write(tmp_path / "a.geojson", document)))
    assert [i.value for i in report.issues if i.code == "outline_elsewhere"] == ["E01", "E02"]


OPEN_RING = [[130.88, 33.85], [130.91, 33.85], [130.91, 33.9], [130.88, 33.9]]


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Polygon", "coordinates": [OPEN_RING]},
        {"type": "MultiPolygon", "coordinates": [[OPEN_RING]]},
        {"type": "Polygon", "coordinates": [[[str(x), str(y)] for x, y in OPEN_RING]]},
        {"type": "Polygon", "coordinates": [OPEN_RING, [[130.89, 33.86], [130.89, 33.86]]]},
        {
            "type": "GeometryCollection",
            "geometries": [{"type": "Polygon", "coordinates": [OPEN_RING]}],
        },
    ],
)
def test_open_rings_are_closed(database, tmp_path, geometry):
    document = collection(BOTH[0], feature(ROWS[1], geometry))
    report = only(import_into(database, write(tmp_path / "a.geojson", document)))
    assert_both(database, report)
    assert [issue.line for issue in report.issues if issue.code == "ring_mended"] == [2]


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (
            feature(ROWS[1], {"type": "Polygon", "coordinates": [[[130.8, 33.8]] * 2]}),
            "broken_feature",
        ),
        (feature(ROWS[1], {"type": "LinearRing", "coordinates": OPEN_RING}), "broken_feature"),
        (feature(ROWS[1], {"type": "Polygon", "coordinates": [[["a", 1]]]}), "broken_feature"),
        (feature(ROWS[1], {"type": "Polygon", "coordinates": []}), "no_area"),
        (feature(ROWS[1], None), "no_area"),
        (feature(ROWS[1], box(0, 0, 1, 1)), "not_in_japan"),
        ("not a feature", "broken_feature"),
        (None, "broken_feature"),
    ],
)
def test_a_broken_feature_is_one_issue_and_the_others_are_taken(database, tmp_path, broken, code):
    path = write(tmp_path / "a.geojson", collection(BOTH[0], broken))
    report = only(import_into(database, path, max_rejected_percent=60.0))
    assert (report.rows_read, report.accepted, report.rejected) == (2, 1, 1)
    assert [(i.line, i.code) for i in report.issues if i.severity == "error"] == [(2, code)]
    assert names(database) == {"E01": "見本北圏域"}


def test_a_broken_line_of_a_sequence_is_one_issue(database, tmp_path):
    lines = [*map(json.dumps, BOTH), '{"type": "Feature", "prop']
    path = write(tmp_path / "a.geojsonl", "\n".join(lines))
    report = only(import_into(database, path, max_rejected_percent=40.0))
    assert (report.accepted, report.rejected) == (2, 1)
    assert [issue.line for issue in report.issues if issue.code == "broken_feature"] == [3]


@pytest.mark.parametrize("suffix", [".fgb", ".kml", ".shp"])
def test_cut_files_are_refused_in_words(database, tmp_path, suffix):
    folder = shapefile(tmp_path / "a", frame(), "utf-8")
    if suffix == ".fgb":
        frame().to_file(folder / "area.fgb")
    path = folder / f"area{suffix}"
    if suffix == ".kml":
        write(path, kml(("圏域", placemark("北", NORTH))))
    data = path.read_bytes()
    for share in (0.3, 0.6, 0.9):
        path.write_bytes(data[: int(len(data) * share)])
        report = only(import_into(database, path, max_rejected_percent=0.0))
        assert report.refused, share
    shutil.rmtree(folder)
    assert held(database) == {}


def test_positions_that_are_no_numbers_are_damage_of_their_feature(database, tmp_path):
    broken = {"type": "Polygon", "coordinates": [[[math.nan, 1], [2, 3], [4, 5], [math.nan, 1]]]}
    path = tmp_path / "a.geojson"
    write(path, collection(BOTH[0], feature(ROWS[1], broken), name="日常生活圏域"))
    report = only(import_into(database, path, max_rejected_percent=60))
    assert (report.accepted, report.rejected) == (1, 1)
    assert [issue.line for issue in report.issues if issue.severity == "error"] == [2]


def test_an_outline_that_crosses_itself_is_repaired_and_said(database, tmp_path):
    ring = [[130.86, 33.87], [130.88, 33.89], [130.88, 33.87], [130.86, 33.89], [130.86, 33.87]]
    crossed = feature(ROWS[0], {"type": "Polygon", "coordinates": [ring]})
    path = tmp_path / "a.geojson"
    write(path, collection(crossed, name="日常生活圏域"))
    report = only(import_into(database, path))
    assert (report.accepted, "outline_crosses" in codes(report)) == (1, True)


@pytest.mark.parametrize("count", [300, 3000])
def test_an_outline_that_nobody_could_repair_costs_no_time(database, tmp_path, count):
    choose = random.Random(7)
    ring = [[130.8 + choose.random() / 10, 33.8 + choose.random() / 10] for _ in range(count)]
    star = feature(ROWS[0], {"type": "Polygon", "coordinates": [[*ring, ring[0]]]})
    path = tmp_path / "a.geojson"
    write(path, collection(star, BOTH[1], name="日常生活圏域"))
    began = time.process_time()
    report = only(import_into(database, path, max_rejected_percent=60))
    assert (report.accepted, report.rejected) == (1, 1)
    assert "outline_tangled" in codes(report)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "projection", [b"", b"\x00", b"0.1,44", b"GEOGCS[", "緯度".encode("cp932")]
)
def test_a_shapefile_whose_projection_file_is_damaged_is_read_or_refused(
    database, tmp_path, projection
):
    folder = shapefile(tmp_path / "parts", frame(), "utf-8")
    (folder / "area.prj").write_bytes(projection)
    report = only(import_into(database, folder / "area.shp"))
    assert report.refused or report.accepted == 2
    assert report.refused is (held(database) == {})


@pytest.mark.parametrize("declared", ["U\0TF-8", "no codec", "65001", ""])
def test_a_declared_encoding_is_a_hint_only(database, tmp_path, declared):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(zipped_areas(tmp_path)) as whole, zipfile.ZipFile(path, "w") as archive:
        for name in whole.namelist():
            data = declared.encode() if name.endswith(".cpg") else whole.read(name)
            archive.writestr(name, data)
    assert only(import_into(database, path)).accepted == 1


def zipped_areas(tmp_path):
    frame = geopandas.GeoDataFrame(
        {"圏域名": ["東圏域"], "code": ["E01"]}, geometry=[box(130.8, 33.8, 130.9, 33.9)], crs=6668
    )
    frame.to_file(tmp_path / "a.shp", encoding="cp932")
    path = tmp_path / "whole.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in tmp_path.glob("a.*"):
            archive.write(part, part.name)
    return path
