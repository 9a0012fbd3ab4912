"""Local districts (日常生活圏域, 中学校区 …) have codes, names and levels of their own."""

from __future__ import annotations

import json
import zipfile

import geopandas
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from geoportal.ingest.reading.local_districts import read_local
from geoportal.store.outlines import read_outlines
from tests.unit.ingest.official import box_geometry, codes, import_into, only, write_boundaries

WEST, EAST = (130.82, 33.82, 130.86, 33.88), (130.86, 33.82, 130.90, 33.88)


def held(database):
    with database.engine.connect() as connection:
        return {item.district.name: item.district for item in read_outlines(connection)}


def write(path, *properties, bounds=(WEST, EAST)):
    features = [
        {"type": "Feature", "properties": one, "geometry": box_geometry(*bounds[n % 2])}
        for n, one in enumerate(properties)
    ]
    document = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        (
            {"level": "日常生活圏域", "code": "E01", "name": "東圏域"},
            ("日常生活圏域", "E01", "東圏域", ""),
        ),
        (
            {"A32_001": "40106", "A32_002": "北九州市立", "A32_004": "見本中学校"},
            ("中学校区", None, "見本中学校", "40106"),
        ),
        (  # the columns of an older edition
            {"A27_005": "40106", "A27_006": "北九州市", "A27_007": "見本小学校"},
            ("小学校区", None, "見本小学校", "40106"),
        ),
        (
            {"市区町村コード": "401064", "圏域名": "城野・足原"},
            ("日常生活圏域", None, "城野・足原", "40106"),
        ),
        ({"学区名": "見本中学校区"}, ("中学校区", None, "見本中学校区", "")),
        ({"code": "40106", "name": "若園圏域"}, ("日常生活圏域", None, "若園圏域", "40106")),
        ({"code": "area-7", "name": "七区"}, ("local", "area-7", "七区", "")),
        (
            {"名称": "一区", "地区の種類": "まちづくり協議会"},
            ("まちづくり協議会", None, "一区", ""),
        ),
    ],
)
def test_what_a_feature_says_of_a_local_district(properties, expected):
    found = read_local(properties)
    level, code, name, municipality = expected
    assert (found.level, found.name, found.municipality_code) == (level, name, municipality)
    assert found.code == code or (code is None and found.code.startswith("L"))


@pytest.mark.parametrize(
    "properties",
    [
        {"N03_007": "40106", "N03_003": "北九州市", "N03_004": "小倉北区"},
        {"code": "40106", "name": "小倉北区", "ward": "小倉北区"},
        {"level": "ward", "code": "40106", "name": "小倉北区"},
        {"name": "何かの区画"},
        {"level": "日常生活圏域", "name": ""},
        {},
    ],
)
def test_official_districts_and_shapes_without_a_set_are_no_local_ones(properties):
    assert read_local(properties) is None


@given(
    names=st.lists(st.sampled_from(["東", "西", "南", "北", "中央"]), min_size=2, max_size=5),
    level=st.sampled_from(["日常生活圏域", "中学校区", "小学校区"]),
    municipality=st.sampled_from(["", "40106", "40107"]),
)
def test_codes_tell_names_levels_and_municipalities_apart_and_last(names, level, municipality):
    rows = [{"level": level, "name": name, "市区町村コード": municipality} for name in names]
    found = [read_local(row) for row in rows]
    assert len({one.code for one in found}) == len(set(names))
    assert [read_local(dict(reversed(row.items()))) for row in rows] == found
    others = [read_local({**row, "level": "別の地区"}).code for row in rows]
    assert not {one.code for one in found} & set(others)
    assert all(len(one.code) <= 40 and one.code.isascii() for one in found)


def test_a_file_of_local_districts_is_imported_and_again_changes_nothing(database, tmp_path):
    path = write(
        tmp_path / "areas.geojson",
        {"圏域名": "東圏域", "市区町村コード": "40106"},
        {"圏域名": "西圏域", "市区町村コード": "40106"},
        {"圏域名": "東圏域", "市区町村コード": "40106"},  # a second part of the first
    )
    report = only(import_into(database, path))
    assert (report.source, report.rows_read, report.rejected, report.created) == (
        "boundary",
        3,
        0,
        2,
    )
    east = held(database)["東圏域"]
    assert (east.level, east.parent) == ("日常生活圏域", "40106")
    assert east.full_name == "福岡県北九州市小倉北区東圏域"
    again = only(import_into(database, path))
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)


def test_a_shapefile_of_school_districts_in_cp932(database, tmp_path):
    frame = geopandas.GeoDataFrame(
        {"A32_001": ["40106", "40106"], "A32_004": ["見本中学校", "手本中学校"]},
        geometry=[box(*WEST), box(*EAST)],
        crs="EPSG:6668",
    )
    folder = tmp_path / "A32"
    folder.mkdir()
    frame.to_file(folder / "A32-16_40.shp", encoding="cp932")
    archive = tmp_path / "A32-16_40_GML.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for path in folder.iterdir():
            packed.write(path, path.name)
    assert only(import_into(database, archive)).created == 2
    assert {d.level for d in held(database).values()} == {"中学校区"}
    assert set(held(database)) == {"見本中学校", "手本中学校"}


def test_one_code_for_two_names_is_refused_by_line(database, tmp_path):
    path = write(
        tmp_path / "a.geojson",
        {"level": "日常生活圏域", "code": "E01", "name": "東圏域"},
        {"level": "日常生活圏域", "code": "E01", "name": "西圏域"},
    )
    report = only(import_into(database, path, max_rejected_percent=60.0))
    assert (report.accepted, report.rejected) == (1, 1)
    [issue] = [issue for issue in report.issues if issue.code == "duplicate_code"]
    assert issue.line == 2
    assert "東圏域" in issue.message


def test_a_code_that_another_set_has_is_left_alone(database, tmp_path):
    first = {"level": "日常生活圏域", "code": "E01", "name": "東圏域"}
    import_into(database, write(tmp_path / "a.geojson", first))
    other = {"level": "中学校区", "code": "E01", "name": "東中学校"}
    report = only(import_into(database, write(tmp_path / "b.geojson", other)))
    assert "code_taken" in codes(report)
    assert [d.level for d in held(database).values()] == ["日常生活圏域"]


def test_wards_and_local_districts_live_side_by_side(database, tmp_path):
    ward = write_boundaries(tmp_path / "N03.geojson", ("40106", (130.80, 33.80, 130.92, 33.90)))
    import_into(database, ward)
    import_into(database, write(tmp_path / "a.geojson", {"圏域名": "東圏域"}, {"圏域名": "西圏域"}))
    levels = sorted(d.level for d in held(database).values())
    assert levels == ["ward", "日常生活圏域", "日常生活圏域"]


def test_a_shape_with_a_name_alone_is_not_guessed(database, tmp_path):
    report = only(import_into(database, write(tmp_path / "a.geojson", {"name": "何かの区画"})))
    assert report.refused
    assert "what they are" in report.issues[0].message
    assert held(database) == {}
