"""Local districts (日常生活圏域, 中学校区 …) have codes, names and levels of their own."""

from __future__ import annotations

import json
import zipfile

import geopandas
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from geoportal.index.districts import DistrictIndex
from geoportal.ingest.reading.local_districts import read_local
from geoportal.store.outlines import read_outlines
from tests.unit.ingest.official import box_geometry, codes, import_into, only, write_boundaries

WEST, EAST = (130.82, 33.82, 130.86, 33.88), (130.86, 33.82, 130.90, 33.88)


def held(database):
    with database.engine.connect() as connection:
        return {item.district.name: item.district for item in read_outlines(connection)}


def write(path, *properties, bounds=(WEST, EAST)):
    features = [
        {"type": "Feature", "properties": one, "geometry": box_geometry(*bounds[n % len(bounds)])}
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


def test_all_schools_of_a_file_keep_their_level_whatever_their_names_end_with(database, tmp_path):
    endings = (
        "中学校",
        "中学校（分校）",
        "義務教育学校後期課程",
        "高等学校附属中",
        "学園",
        "分教室",
    )
    rows = [
        {
            "A32_001": "40106",
            "A32_002": "北九州市立",
            "A32_003": f"見本{n}{ending}",
            "A32_004": f"{n}.csv",
        }
        for n, ending in enumerate(endings)
    ]
    report = only(import_into(database, write(tmp_path / "A32.geojson", *rows)))
    assert (report.rows_read, report.accepted, report.created) == (6, 6, 6)
    districts = held(database)
    assert set(districts) == {row["A32_003"] for row in rows}
    assert {(d.level, d.parent) for d in districts.values()} == {("中学校区", "40106")}


def test_six_digits_are_the_code_of_a_municipality_and_another_name_is_local(database, tmp_path):
    path = write(
        tmp_path / "a.geojson",
        {"code": "401064", "name": "小倉北区"},
        {"code": 401072.0, "name": "小倉南区"},
    )
    import_into(database, path)
    local = {"code": "401064", "name": "中央地区"}
    wrong = {"code": "401065", "name": "手本"}  # no check digit: a code of its own
    import_into(database, write(tmp_path / "b.geojson", local, wrong))
    districts = {name: (d.code, d.level) for name, d in held(database).items()}
    assert districts["小倉北区"] == ("40106", "ward")
    assert districts["小倉南区"] == ("40107", "ward")
    assert districts["中央地区"][1] == "local"
    assert districts["手本"] == ("401065", "local")


def test_the_field_with_the_name_tells_the_level_not_the_fields_beside_it():
    found = read_local({"種別": "市立", "中学校": "見本中学校", "圏域名": "見本"})
    assert (found.level, found.name) == ("日常生活圏域", "見本")
    assert read_local({"区分": "1", "学区名": "見本中学校"}).level == "中学校区"


def test_overlapping_districts_are_reported_and_both_hold_what_lies_in_them(database, tmp_path):
    first = write(tmp_path / "a.geojson", {"level": "圏域", "code": "E01", "name": "東"})
    report = only(import_into(database, first))
    assert "areas_overlap" not in codes(report)
    rows = (
        {"level": "圏域", "code": "E02", "name": "西"},
        {"level": "校区", "code": "S1", "name": "校"},
    )
    wide = (WEST[0], WEST[1], WEST[2] + 0.001, WEST[3])
    second = write(tmp_path / "b.geojson", *rows, bounds=((130.85, *WEST[1:3], 33.88), wide))
    report = only(import_into(database, second))
    assert [i.value for i in report.issues if i.code == "areas_overlap"] == ["E01, E02"]
    with database.engine.connect() as connection:
        pairs = [(item.district, item.geometry) for item in read_outlines(connection)]
    covering = {district.code for district in DistrictIndex(pairs).containing(130.855, 33.85)}
    assert covering == {"E01", "E02", "S1"}


AREAS = [{"code": f"E0{n}", "圏域名": f"{n}圏域", "市区町村コード": "40106"} for n in (1, 2)]


@pytest.mark.parametrize(("east", "refused"), [(0.0, False), (0.015, False), (0.03, True)])
def test_an_area_outside_the_municipality_it_names_is_not_taken(database, tmp_path, east, refused):
    import_into(
        database,
        write_boundaries(tmp_path / "N03.geojson", ("40106", (130.82, 33.82, 130.90, 33.88))),
    )
    moved = (EAST[0] + east, EAST[1], EAST[2] + east, EAST[3])
    report = only(
        import_into(database, write(tmp_path / "a.geojson", *AREAS, bounds=(WEST, moved)))
    )
    assert report.refused == refused
    assert ("area_outside" in codes(report)) == refused


def test_fewer_than_half_of_the_areas_outside_are_told_and_taken(database, tmp_path):
    import_into(
        database,
        write_boundaries(tmp_path / "N03.geojson", ("40106", (130.82, 33.82, 130.90, 33.88))),
    )
    third = {"code": "E03", "圏域名": "3圏域", "市区町村コード": "40106"}
    away = (131.1, 33.82, 131.2, 33.88)
    report = only(
        import_into(
            database, write(tmp_path / "a.geojson", *AREAS, third, bounds=(WEST, EAST, away))
        )
    )
    assert (report.accepted, report.refused) == (3, False)
    (issue,) = (issue for issue in report.issues if issue.code == "area_outside")
    assert (issue.severity, issue.value) == ("warning", "E03")


def test_an_area_is_measured_by_its_municipality_in_the_same_file_too(database, tmp_path):
    path = write(tmp_path / "a.geojson", *AREAS, bounds=(WEST, (131.1, 33.82, 131.2, 33.88)))
    ward = json.loads(
        write_boundaries(
            tmp_path / "w.geojson", ("40106", (130.82, 33.82, 130.90, 33.88))
        ).read_text(encoding="utf-8")
    )
    both = json.loads(path.read_text(encoding="utf-8"))
    both["features"] += ward["features"]
    path.write_text(json.dumps(both), encoding="utf-8")
    assert only(import_into(database, path)).refused


@pytest.mark.parametrize("name", ["æ¥å¸¸çæ´»", "縺薙■繧画律蟶ｸ", "???"])
def test_an_area_whose_name_is_unreadable_is_not_taken(database, tmp_path, name):
    path = write(tmp_path / "a.geojson", AREAS[0], AREAS[1] | {"圏域名": name})
    report = only(import_into(database, path))
    assert report.refused
    assert "unreadable_name" in codes(report)


@pytest.mark.parametrize(("width", "told"), [(0.036, False), (0.03, True)])
def test_an_outline_that_covers_much_else_than_before_is_told(database, tmp_path, width, told):
    for year, east in ((2024, EAST[2]), (2025, EAST[0] + width)):
        bounds = (WEST, (*EAST[:2], east, EAST[3]))
        path = write(tmp_path / f"a_{year}0101.geojson", *AREAS, bounds=bounds)
        report = only(import_into(database, path))
    assert ("outline_changed" in codes(report)) == told


@pytest.mark.parametrize(("later", "told"), [(AREAS[:1], True), (AREAS, False)])
def test_what_is_missing_beside_the_outlines_of_a_file_is_told(database, tmp_path, later, told):
    import_into(database, write(tmp_path / "a_20240101.geojson", *AREAS))
    report = only(import_into(database, write(tmp_path / "a_20250101.geojson", *later)))
    assert not report.refused
    assert [i.value for i in report.issues if i.code == "outlines_missing"] == ["E02"] * told


def test_a_missing_ward_of_a_city_is_told_and_wards_of_another_are_not(database, tmp_path):
    kita, minami, chuo = (
        (code, (west, 33.8, west + 0.1, 33.9))
        for code, west in (("40106", 130.8), ("40107", 130.9), ("40133", 130.38))
    )
    import_into(database, write_boundaries(tmp_path / "N03_200101.geojson", kita, minami, chuo))
    report = only(import_into(database, write_boundaries(tmp_path / "N03_210101.geojson", kita)))
    assert [i.value for i in report.issues if i.code == "outlines_missing"] == ["40107"]
