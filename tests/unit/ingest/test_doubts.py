"""Positions that many rows together show to be wrong; the oracle of the old datum is PROJ."""

from __future__ import annotations

import random
from math import hypot
from types import SimpleNamespace

import pytest
from pyproj.transformer import TransformerGroup

from geoportal.address.result import GeocodeResult
from geoportal.domain.facility import FacilityRecord
from geoportal.ingest.files.layouts import Layout
from geoportal.ingest.reading.extract import FacilityExtract
from geoportal.ingest.reading.listed_bytes import ListedRecord
from geoportal.ingest.reading.listings import Listings
from geoportal.ingest.resolve.doubts import doubt_positions

CITY = "福岡県北九州市小倉北区"
TOWNS = "東西南北上中下本新旧松竹梅桜杉桐楠柳菊蘭藤葵橘萩桂森林川谷浜"
LAYOUT = Layout("list", "", {"lat": ("緯度",), "lon": ("経度",)}, ())
TO_TOKYO = TransformerGroup("EPSG:4301", "EPSG:4612", always_xy=True).transformers[0]
POINT = (130.8751, 33.8834)


def tokyo(lon, lat):
    return TO_TOKYO.transform(lon, lat, direction="INVERSE")


def town_point(n):
    return 130.80 + n % 10 * 0.012, 33.84 + n // 10 * 0.01


def rows(count=60, *, seed=1, points=None, address=None, code="40106"):
    """Records up to some 250 m from the points of their towns."""
    choose = random.Random(seed)
    found = []
    for n in range(count):
        lon, lat = town_point(n % 30)
        lon, lat = lon + choose.gauss(0, 0.0015), lat + choose.gauss(0, 0.0012)
        lon, lat = points(n, lon, lat) if points else (lon, lat)
        text = address(n) if address else f"{CITY}{TOWNS[n % 30]}見町{n + 1}-1"
        found.append(
            FacilityRecord(
                "list", str(n), "clinic", f"見本{n}", address=text, lon=lon, lat=lat,
                municipality_code=code,
            )
        )  # fmt: skip
    return found


def geocode(address, hint):
    letter = address.removeprefix(CITY)[0]
    if letter not in TOWNS:
        return GeocodeResult("not_found")
    lon, lat = town_point(TOWNS.index(letter))
    return GeocodeResult("ok", "town", "town", lon, lat, 500.0, municipality_code=hint, town=letter)


def doubted(records, has_towns=True):
    """Say what becomes of records: the extract, and whether all is in the old datum."""
    extract = FacilityExtract(
        listed=Listings(
            ListedRecord(n + 2, one, one.record_id, "") for n, one in enumerate(records)
        )
    )
    geography = SimpleNamespace(has_towns=has_towns, geocode=geocode)
    return extract, doubt_positions(extract, LAYOUT, lambda: geography).whole


def metres(one, two):
    return hypot((one[0] - two[0]) * 92_200, (one[1] - two[1]) * 110_900)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "is_old",
    [lambda n: n % 2, lambda n: n >= 30, lambda n: n < 20, lambda n: n % 3 == 0],
    ids=["every second", "the second half", "the first third", "every third"],
)
def test_rows_that_may_be_in_the_old_datum_are_as_uncertain_as_it_is_off(seed, is_old):
    right = rows(seed=seed)
    stated = rows(
        seed=seed, points=lambda n, lon, lat: tokyo(lon, lat) if is_old(n) else (lon, lat)
    )
    extract, whole = doubted(stated)
    assert not whole
    codes = {issue.line: issue for issue in extract.issues}
    for n, listing in enumerate(extract.listed):
        record = listing.record
        away = metres((record.lon, record.lat), (right[n].lon, right[n].lat))
        assert away <= (record.position_uncertainty_m or 50.0)
        assert (record.position_uncertainty_m is not None) is (n + 2 in codes)
    assert {issue.code for issue in extract.issues} == {"mixed_datum"}
    assert {issue.field for issue in extract.issues} == {"緯度"}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    "move",
    [
        lambda n, lon, lat: (lon, lat),
        lambda n, lon, lat: (lon - 0.0024, lat + 0.0034) if n % 2 else (lon, lat),
        lambda n, lon, lat: (lon + 0.001, lat - 0.0002),
    ],
    ids=["right", "half of them off to the other side", "towns whose points lie to one side"],
)
def test_a_list_that_is_off_in_no_such_way_is_believed(seed, move):
    extract, whole = doubted(rows(seed=seed, points=move))
    assert (whole, extract.issues) == (False, [])


def test_one_municipality_of_a_list_may_be_in_the_old_datum():
    old = rows(40, points=lambda n, lon, lat: tokyo(lon, lat), code="40107")
    extract, whole = doubted(rows(300, seed=8) + old)
    assert not whole
    assert {issue.line for issue in extract.issues} == set(range(302, 342))


def test_a_list_all_in_the_old_datum_is_told_and_one_without_towns_is_not():
    old = rows(points=lambda n, lon, lat: tokyo(lon, lat))
    assert doubted(old)[1]
    assert not doubted(old, has_towns=False)[1]


LATITUDES = sorted(one.lat for one in rows(seed=2))
ROWS = rows(seed=2)


@pytest.mark.parametrize(
    "move",
    [
        lambda n, lon, lat: (lon, LATITUDES[n]),
        lambda n, lon, lat: (ROWS[n - 1].lon, ROWS[n - 1].lat),
        lambda n, lon, lat: (lon, lat + 0.0085),
    ],
    ids=["a sorted column", "moved by a row", "a constant added"],
)
def test_where_addresses_contradict_many_positions_the_others_are_no_surer(move):
    extract, _ = doubted(rows(seed=2, points=move))
    told = {issue.line for issue in extract.issues if issue.code == "list_contradicted"}
    for n, listing in enumerate(extract.listed):
        record = listing.record
        stated = record.lon, record.lat
        if metres(stated, town_point(n % 30)) < 985:  # farther ones are told one by one
            assert n + 2 in told
            assert metres(stated, (ROWS[n].lon, ROWS[n].lat)) < 2 * record.position_uncertainty_m


def test_a_few_positions_far_from_their_addresses_leave_the_others_alone():
    few = rows(points=lambda n, lon, lat: (lon, lat + 0.05 * (n % 10 == 0)))
    assert doubted(few)[0].issues == []


def here(n, lon, lat):
    return POINT


@pytest.mark.parametrize(
    "points",
    [
        here,
        lambda n, lon, lat: here(n, lon, lat) if n % 3 == 0 else (lon, lat),
        lambda n, lon, lat: [POINT, (130.81, 33.85), (130.95, 33.94)][n % 3],
        lambda n, lon, lat: (POINT[0] + n * 3e-8, POINT[1] - n * 3e-8),
        lambda n, lon, lat: town_point(n // 2 * 2 % 30),
    ],
    ids=["a city hall", "where nothing was found", "three points", "to a metre", "pairs of towns"],
)
def test_a_point_of_several_places_is_not_believed(points):
    stated = rows(points=points)
    extract, _ = doubted(stated)
    shared = {}
    for one in stated:
        shared.setdefault((round(one.lon, 4), round(one.lat, 4)), []).append(one)
    for listing, before in zip(extract.listed, stated, strict=True):
        alone = len(shared[round(before.lon, 4), round(before.lat, 4)]) == 1
        assert (listing.record.lon is not None) is alone
    lines = {issue.line for issue in extract.issues if issue.code == "shared_position"}
    assert len(lines) == sum(listing.record.lon is None for listing in extract.listed)


@pytest.mark.parametrize(
    "address",
    [
        lambda n: f"{CITY}東見町1-1",
        lambda n: f"{CITY}東見町1丁目1番{n % 5 + 1}号",
        lambda n: ["東見町1-1-1", "東見町一丁目1番1号ビル3階", "東見町1丁目1-1"][n % 3],
        lambda n: f"{CITY}東見町100番地{n + 1}",
        lambda n: f"{CITY}東見町",
        lambda n: ["東見町1-1", "西見町9-2"][n % 2],
        lambda n: "",
    ],
    ids=["one", "numbers of a block", "writings", "a lot", "a town", "a corner", "none"],
)
def test_a_building_with_many_offices_is_where_it_is(address):
    alone = rows(150, seed=5)
    extract, _ = doubted(alone + rows(12, points=here, address=address))
    assert [issue.code for issue in extract.issues] == []


def test_one_address_under_two_codes_is_one_place():
    parts = [rows(12, points=here, address=lambda n: f"{CITY}東見町1-1", code=c) for c in "12"]
    assert doubted(parts[0] + parts[1])[0].issues == []
