"""No position that contradicts its municipality is passed on as if right."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import MultiPolygon, box

from geoportal.address.compiling.compiler import compile_gazetteer
from geoportal.address.gazetteer.gazetteer import Gazetteer
from geoportal.address.geocode import Geocoder
from geoportal.domain.district import District
from geoportal.domain.facility import FacilityRecord
from geoportal.domain.location import SURVEYED_UNCERTAINTY_M
from geoportal.domain.place import Municipality, Place
from geoportal.index.districts import DistrictIndex
from geoportal.ingest.resolve.geography import Geography
from geoportal.ingest.resolve.positions import place_record
from tests.unit.ingest.official import KOKURA_KITA, KOKURA_MINAMI, TOWNS

GEOD = Geod(ellps="GRS80")
ASANO = "福岡県北九州市小倉北区浅野1丁目2-3"
ASANO_POINT = (130.8801, 33.8851)
TOKYO = (139.70, 35.70)


@pytest.fixture(scope="module")
def geocoder(tmp_path_factory):
    directory = tmp_path_factory.mktemp("gazetteer")
    places = [
        Place(
            municipality_code=code,
            prefecture=prefecture,
            municipality=municipality,
            town=town,
            koaza=koaza,
            lat=float(lat),
            lon=float(lon),
        )
        for code, prefecture, municipality, town, koaza, lat, lon in TOWNS
    ]
    municipalities = [
        Municipality("40106", "福岡県", "北九州市小倉北区"),
        Municipality("40107", "福岡県", "北九州市小倉南区"),
    ]
    compile_gazetteer(places, municipalities, directory, source="test", dataset_date="2025-01-01")
    return Geocoder(Gazetteer.open(directory))


def make_geography(geocoder, *, outlines=True, towns=True, south=33.80):
    wards = [
        (District(code, code, "ward"), MultiPolygon([box(west, south, east, north)]))
        for code, (west, _, east, north) in (KOKURA_KITA, KOKURA_MINAMI)
    ]

    def positions(code):
        found = [(float(row[6]), float(row[5])) for row in TOWNS if row[0] == code and towns]
        pairs = np.array(found, dtype=float).reshape(-1, 2)
        return pairs[:, 0], pairs[:, 1]

    return Geography(DistrictIndex(wards if outlines else []), geocoder, positions)


@pytest.fixture
def geography(geocoder):
    return make_geography(geocoder)


def record(lon=None, lat=None, address=ASANO, code="40106"):
    return FacilityRecord(
        source="kaigo",
        record_id="130-1",
        kind="visiting_nursing",
        name="見本",
        address=address,
        municipality_code=code,
        lon=lon,
        lat=lat,
    )


def moved(point, azimuth, metres):
    lon, lat, _ = GEOD.fwd(*point, azimuth, metres)
    return lon, lat


def test_a_record_without_municipality_has_that_of_its_address_before_that_of_its_point(geography):
    in_minami = (131.0, 33.88)
    there = place_record(record(*in_minami, code=""), geography)
    assert there.municipality_code == "40106"
    without_address = place_record(record(*in_minami, address="", code=""), geography)
    assert without_address.municipality_code == "40107"
    assert place_record(record(address="", code=""), geography).municipality_code == ""


def test_a_position_inside_its_ward_is_taken_as_surveyed(geography):
    placement = place_record(record(*ASANO_POINT), geography)
    location = placement.location
    assert (location.lon, location.lat) == ASANO_POINT
    assert (location.level, location.source, location.warnings) == ("point", "kaigo", ())
    assert location.uncertainty_m == SURVEYED_UNCERTAINTY_M
    assert placement.municipality_code == "40106"


def test_a_position_just_outside_the_outline_is_kept_and_flagged(geography):
    address = "福岡県北九州市小倉北区藍島"
    inside = (130.81, 33.95)  # on the northern edge
    for metres, expected in ((200, "near_boundary"), (320, None)):
        location = place_record(record(*moved(inside, 0, metres), address), geography).location
        assert ("near_boundary" in location.warnings) == (expected == "near_boundary")


def test_a_far_position_is_replaced_by_its_address_and_flagged(geography):
    location = place_record(record(*TOKYO), geography).location
    assert GEOD.inv(location.lon, location.lat, *ASANO_POINT)[2] < 500
    assert location.level == "chome"
    assert location.source == "geocode"
    assert location.warnings[:2] == ("outside_municipality", "geocoded")


def test_a_far_position_without_a_usable_address_is_dropped_and_flagged(geography):
    for address in ("", "福岡県北九州市小倉北区", "福岡県北九州市小倉北区存在しない町1-1"):
        location = place_record(record(*TOKYO, address), geography).location
        assert not location.known
        assert "outside_municipality" in location.warnings


def test_a_position_in_the_next_ward_is_kept_when_the_address_lies_there(geography):
    """The office lies where it says; only the ward's code is wrong."""
    address = "福岡県北九州市小倉南区北方1丁目2-3"
    location = place_record(record(131.0005, 33.8503, address), geography).location
    assert (location.lon, location.lat) == (131.0005, 33.8503)
    assert location.warnings == ("outside_outline",)


def test_a_position_in_the_next_ward_is_not_kept_against_its_address(geography):
    location = place_record(record(131.0, 33.85), geography).location
    assert location.source == "geocode"
    assert "outside_municipality" in location.warnings


def test_a_position_in_its_ward_far_from_its_address_gets_a_larger_uncertainty(geocoder):
    geography = make_geography(geocoder, south=33.0)
    uncertainty = geography.geocoder.geocode(ASANO).uncertainty_m
    limit = max(2 * uncertainty, 200)
    kept = place_record(record(*moved(ASANO_POINT, 180, 0.95 * limit)), geography).location
    assert kept.warnings == ()
    lon, lat = moved(ASANO_POINT, 180, 1.05 * limit)
    location = place_record(record(lon, lat), geography).location
    assert (location.lon, location.lat) == (lon, lat)
    assert location.warnings == ("far_from_address",)
    assert location.uncertainty_m == pytest.approx(1.05 * limit + uncertainty, abs=50)


def test_exchanged_coordinates_are_mended_only_into_the_claimed_ward(geography):
    location = place_record(record(ASANO_POINT[1], ASANO_POINT[0]), geography).location
    assert (location.lon, location.lat) == ASANO_POINT
    assert location.warnings == ("swapped",)
    elsewhere = place_record(record(TOKYO[1], TOKYO[0]), geography).location
    assert "swapped" not in elsewhere.warnings
    assert "outside_japan" in elsewhere.warnings


@pytest.mark.parametrize(
    ("lon", "lat"), [(-8.24389, 53.41291), (-218.0, 33.9), (130.88, 0.0), (0.0, 33.9)]
)
def test_positions_abroad_are_never_used(geography, lon, lat):
    location = place_record(record(lon, lat), geography).location
    assert location.source == "geocode"
    assert "outside_japan" in location.warnings


def test_without_position_the_address_is_found_or_the_reason_told(geography):
    located = place_record(record(), geography).location
    assert (located.level, located.warnings) == ("chome", ("geocoded",))
    for address, warning in (
        ("福岡県北九州市小倉北区", "address_too_coarse"),
        ("福岡県北九州市小倉南区北方1丁目2-3", "address_elsewhere"),
    ):
        location = place_record(record(address=address), geography).location
        assert not location.known
        assert location.warnings == (warning,)


def test_an_unclaimed_municipality_comes_from_the_address_else_from_the_point(geography):
    by_address = place_record(record(*ASANO_POINT, code=""), geography)
    by_point = place_record(record(131.0, 33.85, address="", code=""), geography)
    assert by_address.municipality_code == "40106"
    assert by_point.municipality_code == "40107"
    assert by_point.location.known


def test_without_outlines_the_towns_of_the_municipality_decide(geocoder):
    geography = make_geography(geocoder, outlines=False)
    assert place_record(record(*ASANO_POINT), geography).location.level == "point"
    far = place_record(record(*TOKYO), geography).location
    assert "outside_municipality" in far.warnings
    assert far.source == "geocode"


def test_with_nothing_to_check_against_the_prefecture_counts(geocoder):
    empty = make_geography(Geocoder(Gazetteer.empty()), outlines=False, towns=False)
    location = place_record(record(*ASANO_POINT), empty).location
    assert (location.lon, location.lat) == ASANO_POINT
    assert location.warnings == ("unverified",)
    far = place_record(record(*TOKYO), empty).location
    assert not far.known
    assert far.warnings == ("outside_municipality", "no_gazetteer")
    assert place_record(record(), empty).location.warnings == ("no_gazetteer",)
    assert not place_record(record(-8.2, 53.4), empty).location.known


@given(lon=st.floats(130.85, 130.90), lat=st.floats(33.86, 33.90), decimals=st.integers(1, 6))
def test_a_rounded_position_is_as_uncertain_as_its_rounding(geocoder, lon, lat, decimals):
    stated = round(lon, decimals), round(lat, decimals)
    location = place_record(record(*stated, address=""), make_geography(geocoder)).location
    assert location.uncertainty_m >= GEOD.inv(lon, lat, *stated)[2] - 0.5


def test_a_position_to_ten_metres_is_taken_as_surveyed(geocoder):
    choose, geography = random.Random(9), make_geography(geocoder)
    for decimals in (4, 5, 6, 9, 15):
        for _ in range(60):
            degrees = choose.uniform(130.85, 130.90), choose.uniform(33.86, 33.90)
            stated = [round(one, decimals) for one in degrees]
            location = place_record(record(*stated, address=""), geography).location
            assert location.uncertainty_m == SURVEYED_UNCERTAINTY_M


@pytest.mark.parametrize("decimals", [6, 12])
@pytest.mark.parametrize(
    ("lon_step", "lat_step"),
    [(60, 60), (600, 600), (80, 120), (160, 240), (320, 480), (640, 960)],
    ids=["minutes", "tenths", "corners of meshes", "meshes", "half meshes", "quarter meshes"],
)
@given(lon=st.floats(130.85, 130.90), lat=st.floats(33.86, 33.90))
def test_a_position_on_a_grid_is_as_uncertain_as_its_steps(
    geocoder, lon, lat, lon_step, lat_step, decimals
):
    stated = [
        round(round(degrees * step) / step, decimals)
        for degrees, step in ((lon, lon_step), (lat, lat_step))
    ]
    assume(max(len(str(degrees).partition(".")[2]) for degrees in stated) >= 5)
    location = place_record(record(*stated, address=""), make_geography(geocoder)).location
    assert location.uncertainty_m >= GEOD.inv(lon, lat, *stated)[2] - 1.0
