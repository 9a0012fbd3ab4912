"""Stations of 国土数値情報 N02: recognised by properties, grouped, replaced whole."""

from __future__ import annotations

import json
import math
import warnings
import zipfile
from itertools import pairwise

import geopandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import LineString, Point, shape

from geoportal.ingest.files.map_files import Feature
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.municipalities import MunicipalityFinder
from geoportal.ingest.sources import stations
from geoportal.store.stations import read_stations
from tests.rounds import examples
from tests.unit.ingest.official import REFERENCE, box_geometry, codes, import_into, only

GEOD = Geod(ellps="GRS80")
KOKURA = (130.8825, 33.8865)
EDITION = Edition("stations", "2025-01-01", MunicipalityFinder(REFERENCE), REFERENCE.kinds)
JR, MONORAIL = "九州旅客鉄道", "北九州高速鉄道"


def platform(name, lon, lat, *, company=JR, line="鹿児島線", group=None, half=0.0005):
    properties = {"N02_001": "11", "N02_002": "2", "N02_003": line, "N02_004": company}
    properties["N02_005"] = name
    if group is not None:
        properties |= {"N02_005c": group, "N02_005g": group}
    geometry = {"type": "LineString", "coordinates": [[lon - half, lat], [lon + half, lat]]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def write(path, *features, crs="urn:ogc:def:crs:EPSG::6668"):
    named = {"type": "name", "properties": {"name": crs}}
    document = {"type": "FeatureCollection", "crs": named, "features": list(features)}
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def held(database):
    with database.engine.connect() as connection:
        return read_stations(connection)


def by_name(database):
    return {one.name: one for one in held(database)[1]}


def away_m(station, lon, lat):
    return GEOD.inv(station.lon, station.lat, lon, lat)[2]


def test_lines_of_a_group_are_one_station_in_their_middle(database, tmp_path):
    lon, lat = KOKURA
    path = write(
        tmp_path / "whatever.geojson",
        platform("小倉", lon, lat, line="鹿児島線", group="009876"),
        platform("小倉", lon, lat, line="日豊線", group="009876"),
        platform("小倉", lon, lat + 0.001, company=MONORAIL, line="小倉線", group="009876"),
        platform("平和通", lon, lat - 0.003, company=MONORAIL, line="小倉線", group="009877"),
    )
    report = only(import_into(database, path, as_of="2023-12-31"))
    assert (report.source, report.as_of) == ("stations", "2023-12-31")
    assert (report.rows_read, report.accepted, report.created) == (4, 4, 2)
    station = by_name(database)["小倉"]
    assert station.id == "009876"
    assert away_m(station, lon, lat + 0.0005) < 1
    assert station.lines == ((JR, "日豊線"), (JR, "鹿児島線"), (MONORAIL, "小倉線"))
    corner = GEOD.inv(station.lon, station.lat, lon + 0.0005, lat)[2]
    assert corner <= station.extent_m <= corner + 1


def test_the_year_in_the_official_name_is_the_date(database, tmp_path):
    path = write(tmp_path / "N02-22_Station.geojson", platform("小倉", *KOKURA))
    assert only(import_into(database, path)).as_of == "2022-12-31"


def test_without_group_codes_nearness_decides_across_companies(database, tmp_path):
    lon, lat = KOKURA
    path = write(
        tmp_path / "N02-18_Station.geojson",
        platform("小倉", lon, lat),
        platform("小倉", lon, lat + 0.002, company=MONORAIL, line="小倉線"),
        platform("小倉", lon + 0.1, lat, company="架空鉄道", line="架空線"),
        platform("黒崎", 130.766, 33.867),
        platform("黒崎駅前", 130.766, 33.866, company="筑豊電気鉄道", line="筑豊電気鉄道線"),
    )
    import_into(database, path)
    names = sorted(one.name for one in held(database)[1])
    assert names == ["小倉", "小倉", "黒崎", "黒崎駅前"]
    near = min(held(database)[1], key=lambda one: away_m(one, lon, lat))
    assert {company for company, _ in near.lines} == {JR, MONORAIL}


def test_importing_again_changes_nothing_and_an_edition_replaces_the_one_before(database, tmp_path):
    old = write(
        tmp_path / "N02-21_Station.geojson",
        platform("小倉", *KOKURA, group="000001"),
        platform("廃駅", 130.8, 33.8, group="000002"),
    )
    new = write(
        tmp_path / "N02-23_Station.geojson",
        platform("小倉", KOKURA[0], KOKURA[1] + 0.001, group="000001"),
        platform("新駅", 130.7, 33.8, group="000003"),
    )
    import_into(database, old)
    again = only(import_into(database, old))
    assert (again.created, again.updated, again.removed, again.unchanged) == (0, 0, 0, 2)
    fresh = only(import_into(database, new))
    assert (fresh.created, fresh.updated, fresh.removed) == (1, 1, 1)
    late = only(import_into(database, old))
    assert (late.created, late.updated, late.removed) == (0, 0, 0)
    assert "older_edition" in codes(late)
    assert held(database)[0].as_of == "2023-12-31"
    assert sorted(by_name(database)) == ["小倉", "新駅"]


def test_geopackage_shapefile_and_the_official_archive_are_read(database, tmp_path):
    frame = geopandas.GeoDataFrame(
        {"N02_003": ["鹿児島線"], "N02_004": [JR], "N02_005": ["小倉"], "N02_005g": ["009876"]},
        geometry=[LineString([(130.882, 33.8865), (130.883, 33.8865)])],
        crs="EPSG:6668",
    )
    tracks = frame[["N02_003", "N02_004", "geometry"]]
    tracks.to_file(tmp_path / "a.gpkg", layer="RailroadSection")
    frame.to_file(tmp_path / "a.gpkg", layer="Station")
    assert only(import_into(database, tmp_path / "a.gpkg")).created == 1
    expected = held(database)[1]
    folder = tmp_path / "shape"
    folder.mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame.to_file(folder / "N02-30_Station.shp", encoding="cp932")
        tracks.to_file(folder / "N02-30_RailroadSection.shp", encoding="cp932")
    for path in folder.glob("*.cpg"):
        path.unlink()
    archive = tmp_path / "N02-30_GML.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for path in folder.iterdir():
            packed.write(path, path.name)
        packed.writestr("N02-30.xml", "<xml/>")
        packed.writestr("utf8/N02-30_Station.geojson", frame.to_json(to_wgs84=True))
        packed.writestr("utf8/N02-30_RailroadSection.geojson", tracks.to_json(to_wgs84=True))
    report = import_into(database, archive)
    assert not report.refused
    read = [one for one in report.files if one.rows_read]
    aside = [one for one in report.files if not one.rows_read]
    assert [one.as_of for one in read] == ["2030-12-31"] * 2
    assert len(aside) == 2
    for one in aside:
        assert [(issue.code, issue.severity) for issue in one.issues] == [("left_out", "info")]
        assert "鉄道区間" in one.issues[0].message
    assert held(database)[1] == expected


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_a_shapefile_that_does_not_say_its_encoding_is_read(database, tmp_path, encoding):
    count = 200  # a header with bytes that are no UTF-8
    frame = geopandas.GeoDataFrame(
        {
            "N02_003": ["鹿児島線"] * count,
            "N02_004": [JR] * count,
            "N02_005": [f"駅名{number}" for number in range(count)],
        },
        geometry=[Point(130.5 + number / 1000, 33.5) for number in range(count)],
        crs="EPSG:6668",
    )
    folder = tmp_path / "shape"
    folder.mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame.to_file(folder / "N02-15_Station.shp", encoding=encoding)
    archive = tmp_path / "N02-15_GML.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for path in folder.iterdir():
            if path.suffix != ".cpg":
                packed.write(path, path.name)
    assert only(import_into(database, archive)).created == count
    assert by_name(database)["駅名7"].lines == ((JR, "鹿児島線"),)


def test_tracks_alone_are_set_aside_without_an_error(database, tmp_path):
    track = platform("", *KOKURA)
    del track["properties"]["N02_005"]
    report = import_into(database, write(tmp_path / "N02-23_RailroadSection.geojson", track))
    assert not report.refused
    assert only(report).issues[0].severity == "info"
    assert held(database) == (None, [])


def test_messy_features_are_issues_not_errors(database, tmp_path):
    nameless = platform("", 130.5, 33.5)
    empty = {**platform("無", 130.5, 33.5), "geometry": None}
    area = {**platform("面", 130.5, 33.5), "geometry": box_geometry(130.5, 33.5, 130.6, 33.6)}
    lost = platform("零", 0.0, 0.0)
    good = [platform(f"駅{number}", 130.5 + number / 100, 33.5) for number in range(20)]
    path = write(tmp_path / "N02-23_Station.geojson", nameless, empty, area, lost, *good)
    report = only(import_into(database, path))
    assert (report.rows_read, report.rejected, report.created) == (24, 4, 20)
    found = {(issue.line, issue.code) for issue in report.issues}
    assert found == {(1, "no_name"), (2, "no_place"), (3, "no_place"), (4, "not_in_japan")}


def test_a_group_code_shared_by_distant_stations_does_not_join_them(database, tmp_path):
    path = write(
        tmp_path / "N02-23_Station.geojson",
        platform("小倉", *KOKURA, group="000001"),
        platform("小倉", 135.8, 34.9, group="000001"),
    )
    report = only(import_into(database, path))
    assert report.created == 2
    assert "group_apart" in codes(report)
    assert all(one.extent_m < 100 for one in held(database)[1])


def test_a_reference_system_that_cannot_be_right_is_asked_for(database, tmp_path):
    path = write(tmp_path / "N02-23_Station.geojson", platform("小倉", *KOKURA), crs="EPSG:6670")
    report = only(import_into(database, path))
    assert report.refused
    assert "--crs" in report.issues[-1].message
    assert held(database) == (None, [])


def test_exchanged_coordinates_are_refused_as_a_whole(database, tmp_path):
    lon, lat = KOKURA
    path = write(tmp_path / "N02-23_Station.geojson", platform("小倉", lat, lon))
    report = only(import_into(database, path))
    assert report.refused
    assert "latitude stands before longitude" in report.issues[-1].message


def test_a_group_code_that_a_table_program_made_a_number_is_the_same_code():
    features = [
        Feature(1, {"N02_005": "小倉", "N02_005g": code}, Point(*KOKURA))
        for code in ("001234", 1234, 1234.0)
    ]
    assert [one.id for one in stations.extract(features, EDITION).stations] == ["001234"]


platforms = st.builds(
    platform,
    st.sampled_from(["小倉", "黒崎", "黒崎駅前"]),
    st.integers(0, 12).map(lambda k: 130.8 + k * 0.0015),
    st.integers(0, 2).map(lambda k: 33.88 + k * 0.0015),
    company=st.sampled_from([JR, MONORAIL]),
    line=st.sampled_from(["鹿児島線", "小倉線"]),
    half=st.sampled_from([0.0, 0.0004]),
)


@settings(deadline=None, max_examples=examples(60))
@given(st.lists(platforms, max_size=9), st.randoms())
def test_grouping_is_nearness_and_knows_no_order(items, dice):
    def read(chosen):
        return stations.extract(
            (
                Feature(line, item["properties"], shape(item["geometry"]))
                for line, item in enumerate(chosen, start=1)
            ),
            EDITION,
        )

    found = read(items)
    shuffled = list(items)
    dice.shuffle(shuffled)
    assert read(shuffled).stations == found.stations
    assert len({one.id for one in found.stations}) == len(found.stations)
    assert found.rows_read == len(items)
    assert len(found.stations) == sum(map(_components, _places_by_name(items)))
    assert {pair for one in found.stations for pair in one.lines} == {
        (item["properties"]["N02_004"], item["properties"]["N02_003"]) for item in items
    }


def _places_by_name(items):
    names = sorted({item["properties"]["N02_005"] for item in items})
    for name in names:
        yield [
            shape(item["geometry"]).centroid.coords[0]
            for item in items
            if item["properties"]["N02_005"] == name
        ]


def _components(places):
    """Count the parts of the graph of what lies within 300 m, by painting labels over."""
    labels = list(range(len(places)))
    for _ in places:
        for i, one in enumerate(places):
            for j, other in enumerate(places):
                if GEOD.inv(*one, *other)[2] <= 300.0:
                    labels[i] = labels[j] = min(labels[i], labels[j])
    return len(set(labels))


def test_the_oracle_counts_parts():
    row = [(130.8 + k * 0.003, 33.88) for k in range(4)]
    assert all(math.isclose(GEOD.inv(*a, *b)[2], 277.7, abs_tol=1) for a, b in pairwise(row))
    assert _components(row) == 1
    assert _components([row[0], row[2]]) == 2


@pytest.mark.parametrize(("half", "taken"), [(0.02, True), (0.03, False)])
def test_a_platform_of_kilometres_is_damaged(database, tmp_path, half, taken):
    path = write(tmp_path / "a.geojson", platform("小倉", *KOKURA, half=half))
    assert only(import_into(database, path)).rejected == (not taken)


@pytest.mark.parametrize("name", ["å°å‰", "??", "#REF!"])
def test_a_station_whose_name_is_unreadable_is_not_taken(database, tmp_path, name):
    names = [*(f"見本{n}" for n in range(9)), name]
    path = write(
        tmp_path / "a.geojson",
        *(platform(one, KOKURA[0] + n / 100, KOKURA[1]) for n, one in enumerate(names)),
    )
    report = only(import_into(database, path))
    assert (report.rejected, report.refused) == (1, False)
    assert "unreadable_name" in codes(report)


@pytest.mark.parametrize(("points", "refused"), [(10, False), (8, False), (7, True), (1, True)])
def test_stations_that_share_their_points_are_no_list_of_stations(
    database, tmp_path, points, refused
):
    path = write(
        tmp_path / "a.geojson",
        *(platform(f"見本{n}", KOKURA[0] + n % points / 100, KOKURA[1]) for n in range(10)),
    )
    assert only(import_into(database, path)).refused == refused
