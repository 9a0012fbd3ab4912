"""Outlines: GeoJSON, GeoPackage, shapefile; dissolved by code; only degrees in Japan."""

from __future__ import annotations

import json
import warnings
import zipfile

import geopandas
import pytest
from shapely.geometry import box

from geoportal.store.outlines import read_outlines
from tests.unit.ingest.official import (
    KOKURA_KITA,
    KOKURA_MINAMI,
    box_geometry,
    codes,
    import_into,
    only,
    write_boundaries,
)

ISLAND = ("40106", (130.80, 33.97, 130.81, 33.98))


def held(database):
    with database.engine.connect() as connection:
        return {item.district.code: item for item in read_outlines(connection)}


def write_geojson(path, features, crs=None):
    document = {"type": "FeatureCollection", "features": features}
    if crs:
        document["crs"] = {"type": "name", "properties": {"name": crs}}
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def feature(properties, bounds=KOKURA_KITA[1]):
    return {"type": "Feature", "properties": properties, "geometry": box_geometry(*bounds)}


def test_islands_are_dissolved_into_their_ward(database, tmp_path):
    path = write_boundaries(tmp_path / "N03-21_210101.geojson", KOKURA_KITA, ISLAND, KOKURA_MINAMI)
    report = only(import_into(database, path))
    assert (report.source, report.as_of) == ("boundary", "2021-01-01")
    assert (report.rows_read, report.accepted, report.created) == (3, 3, 2)
    ward = held(database)["40106"]
    assert len(ward.geometry.geoms) == 2
    assert ward.district.name == "小倉北区"
    assert (ward.district.level, ward.district.parent) == ("ward", "40100")
    assert ward.district.full_name == "福岡県北九州市小倉北区"


def test_the_plain_properties_code_and_name_are_read(database, tmp_path):
    properties = {"code": "40621", "ward": "苅田町", "name": "福岡県京都郡苅田町"}
    import_into(database, write_geojson(tmp_path / "a.geojson", [feature(properties)]))
    district = held(database)["40621"].district
    assert (district.name, district.level) == ("苅田町", "municipality")


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
def test_the_newer_outline_wins_then_the_more_detailed(database, tmp_path, order):
    wide = [*KOKURA_KITA[1][:3], 33.96]
    old = write_boundaries(tmp_path / "N03_200101.geojson", KOKURA_KITA)
    new = write_boundaries(tmp_path / "N03_250101.geojson", ("40106", tuple(wide)))
    detailed = write_boundaries(tmp_path / "fine_250101.geojson", ("40106", tuple(wide)), ISLAND)
    paths = (old, new, detailed)
    for place in order:
        import_into(database, paths[place])
    outline = held(database)["40106"]
    assert outline.as_of == "2025-01-01"
    assert len(outline.geometry.geoms) == 2


def test_geopackage_and_zipped_shapefile_are_read(database, tmp_path):
    frame = geopandas.GeoDataFrame(
        {"N03_001": ["福岡県"], "N03_004": ["門司区"], "N03_007": ["40101"]},
        geometry=[box(130.9, 33.85, 131.0, 33.97)],
        crs="EPSG:6668",
    )
    package = tmp_path / "a.gpkg"
    frame.to_file(package)
    assert only(import_into(database, package)).created == 1
    folder = tmp_path / "shape"
    folder.mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame.to_file(folder / "N03-24_40_240101.shp", encoding="cp932")
    for path in folder.glob("*.cpg"):
        path.unlink()
    archive = tmp_path / "N03-20240101_40_GML.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for path in folder.iterdir():
            packed.write(path, f"N03/{path.name}")
        packed.writestr("N03/KS-META.xml", "<xml/>")
        packed.writestr("N03/N03-24_40_240101.geojson", "{}")
    report = only(import_into(database, archive))
    assert (report.source, report.as_of, report.rows_read) == ("boundary", "2024-01-01", 1)
    assert "members_left_out" in codes(report)
    assert held(database)["40101"].district.name == "門司区"


@pytest.mark.parametrize(
    ("crs", "words"),
    [
        ("urn:ogc:def:crs:EPSG::6670", "its coordinates are degrees"),
        ("EPSG:3857", "its coordinates are degrees"),
        ("something else", "--crs"),
    ],
)
def test_a_reference_system_that_cannot_be_right_is_asked_for(database, tmp_path, crs, words):
    path = write_geojson(tmp_path / "a.geojson", [feature({"N03_007": "40106"})], crs)
    report = only(import_into(database, path))
    assert report.refused
    assert words in report.issues[-1].message
    assert held(database) == {}


@pytest.mark.parametrize(
    "crs", ["urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::6668", "EPSG:4612"]
)
def test_degrees_of_modern_datums_are_taken(database, tmp_path, crs):
    path = write_geojson(tmp_path / "a.geojson", [feature({"N03_007": "40106"})], crs)
    assert only(import_into(database, path)).created == 1


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ((33.80, 130.80, 33.95, 130.95), "latitude stands before longitude"),
        ((-20_000, 90_000, 3_000, 99_000), "not degrees in Japan"),
        ((0.0, 0.0, 1.0, 1.0), "not degrees in Japan"),
    ],
)
def test_coordinates_that_are_no_degrees_in_japan_are_refused(database, tmp_path, bounds, words):
    path = write_geojson(tmp_path / "a.geojson", [feature({"N03_007": "40106"}, bounds)])
    report = only(import_into(database, path))
    assert report.refused
    assert words in report.issues[-1].message


def test_features_without_code_are_left_out_with_their_number(database, tmp_path):
    rows = [feature({"N03_007": f"4010{i}"}) for i in (1, 3, 5, 6, 7)]
    path = write_geojson(tmp_path / "a.geojson", [*rows, feature({"N03_007": None})])
    report = only(import_into(database, path))
    assert (report.rows_read, report.accepted, report.rejected) == (6, 5, 1)
    assert [(i.line, i.code) for i in report.issues if i.code == "no_code"] == [(6, "no_code")]


def test_a_file_without_codes_is_unknown_and_says_what_it_has(database, tmp_path):
    path = write_geojson(tmp_path / "a.geojson", [feature({"NAME": "x"})])
    report = only(import_into(database, path))
    assert report.refused
    assert "NAME" in report.issues[-1].message


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson"])
def test_a_cut_map_file_is_refused(database, tmp_path, suffix):
    frame = geopandas.GeoDataFrame(
        {"N03_007": ["40101"]}, geometry=[box(130.9, 33.85, 131.0, 33.97)], crs="EPSG:6668"
    )
    path = tmp_path / f"a{suffix}"
    frame.to_file(path)
    data = path.read_bytes()
    for share in (0.1, 0.5, 0.9):
        path.write_bytes(data[: int(len(data) * share)])
        assert only(import_into(database, path)).refused, share
    assert held(database) == {}


def ward(code, name, geometry):
    properties = {"N03_001": "福岡県", "N03_003": "北九州市", "N03_004": name, "N03_007": code}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


POINT = {"type": "Point", "coordinates": [130.85, 33.9]}
MINAMI = box_geometry(*KOKURA_MINAMI[1])


@pytest.mark.parametrize(
    "broken",
    [
        ward("40107", "小倉南区", None),
        ward("40107", "小倉南区", {"type": "Polygon", "coordinates": []}),
        ward("40107", "小倉南区", box_geometry(33.8, 130.8, 33.9, 130.9)),
        ward("40107", "小倉南区", {"type": "Polygone", "coordinates": []}),
        ward("40107", "小倉南区", POINT),
        ward(None, "小倉南区", MINAMI),
        ward("99999", "小倉南区", MINAMI),
    ],
    ids=["none", "empty", "exchanged", "no shape", "point", "no code", "code of no prefecture"],
)
def test_a_broken_outline_refuses_the_file_unless_it_is_asked_for(database, tmp_path, broken):
    whole = [ward("40106", "小倉北区", box_geometry(*KOKURA_KITA[1]))] * 9
    path = write_geojson(tmp_path / "N03_250101.geojson", [*whole, broken])
    report = only(import_into(database, path))
    assert (report.refused, held(database)) == (True, {})
    assert [issue.line for issue in report.issues if issue.severity == "error"] == [1, 10]
    assert not only(import_into(database, path, max_rejected_percent=50)).refused
    assert set(held(database)) == {"40106"}


@pytest.mark.parametrize(
    "beside", [ward(None, "所属未定地", MINAMI), ward("40106", "小倉北区", POINT)]
)
def test_what_belongs_to_no_district_refuses_no_file(database, tmp_path, beside):
    whole = ward("40106", "小倉北区", box_geometry(*KOKURA_KITA[1]))
    path = write_geojson(tmp_path / "N03_250101.geojson", [*[whole] * 9, beside])
    assert not only(import_into(database, path)).refused
