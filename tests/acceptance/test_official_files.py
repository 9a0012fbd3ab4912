"""Real official files in, answers equal to an independent brute force over the same files.

Nothing of the ingest is used on the oracle's side: the files are read with ``csv``, wards with
shapely, distances with its own ``Geod``.
"""

from __future__ import annotations

import csv
import json
import random
import shutil

import numpy as np
import pytest
from pyproj import Geod
from shapely.geometry import Point, shape
from shapely.ops import unary_union

from geoportal.domain.query import Origin, Query
from geoportal.services.portal import Portal, shipped_reference
from geoportal.store.database import open_database
from tests.acceptance.conftest import WARDS, kaigo_files
from tests.rounds import examples

pytestmark = pytest.mark.shared

ORACLE = Geod(ellps="GRS80")
KIND_OF_SERVICE = {
    "訪問看護": "visiting_nursing",
    "居宅介護支援": "care_management",
    "訪問介護": "home_help",
    "訪問リハビリテーション": "visiting_rehabilitation",
    "通所リハビリテーション": "day_rehabilitation",
    "通所介護": "day_service",
    "地域密着型通所介護": "day_service",
    "認知症対応型通所介護": "day_service",
    "療養通所介護": "day_service",
    "小規模多機能型居宅介護": "small_multifunctional",
    "定期巡回・随時対応型訪問介護看護": "regular_visiting",
}
NEAR_EDGE_DEGREES = 0.003
FAR_DEGREES = 0.02
NO_ADDRESS = (0.0, 0.0)


@pytest.fixture(scope="module")
def wards():
    if not WARDS.is_file():
        pytest.skip("official files are not here (../shared/data)")
    parts: dict[str, list] = {}
    for feature in json.loads(WARDS.read_text(encoding="utf-8"))["features"]:
        parts.setdefault(feature["properties"]["code"], []).append(shape(feature["geometry"]))
    return {code: unary_union(polygons) for code, polygons in parts.items()}


@pytest.fixture(scope="module")
def rows(wards):
    found = []
    for path in kaigo_files():
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                service = row["サービスの種類"].split("（")[0]
                code = row["都道府県コード又は市町村コード"][:5]
                kind = KIND_OF_SERVICE.get(service)
                if kind:
                    known = row["緯度"] and row["経度"]
                    at = (float(row["経度"]), float(row["緯度"])) if known else NO_ADDRESS
                    found.append((kind, row["事業所番号"], code, at))
    return found


@pytest.fixture(scope="module")
def view(official_city, tmp_path_factory):
    folder = tmp_path_factory.mktemp("official")
    shutil.copytree(official_city, folder, dirs_exist_ok=True)
    database = open_database(folder / "city.db")
    yield Portal(database, shipped_reference()).view()
    database.engine.dispose()


def surely_right(row, wards):
    """Rows of the city whose coordinate lies well inside the ward they claim."""
    _, _, code, at = row
    return code in wards and wards[code].contains(Point(at))


def numbers(answer):
    return {(r.facility.kind, r.facility.identifiers["care_office_number"]) for r in answer.results}


def test_radius_answers_equal_brute_force(view, rows, wards):
    rng = random.Random(20261122)
    sure = [row for row in rows if surely_right(row, wards)]
    assert len(sure) > 1_000
    lon, lat = np.array([at for *_, at in sure]).T
    unsure = {(kind, number) for kind, number, code, at in rows} - {r[:2] for r in sure}
    for _ in range(examples(250)):
        home = (rng.uniform(130.66, 131.03), rng.uniform(33.73, 33.98))
        radius_m = rng.choice([500, 1_000, 2_000, 4_000, 8_000])
        kinds = tuple(rng.sample(sorted(set(KIND_OF_SERVICE.values())), rng.choice([1, 2, 8])))
        query = Query(origin=Origin(*home), radius_m=radius_m, kinds=kinds, limit=5_000)
        _, _, metres = ORACLE.inv(*(np.full(len(sure), degrees) for degrees in home), lon, lat)
        expected = {
            (kind, number)
            for (kind, number, *_), away in zip(sure, metres, strict=True)
            if kind in kinds and away <= radius_m
        }
        got = numbers(view.search(query))
        assert expected <= got
        assert (got - expected) <= unsure


def test_ward_answers_equal_shapely(view, rows, wards):
    for code, polygon in wards.items():
        expected = {
            row[:2] for row in rows if surely_right(row, wards) and polygon.contains(Point(row[3]))
        }
        kinds = tuple(set(KIND_OF_SERVICE.values()))
        got = numbers(view.search(Query(districts=(code,), kinds=kinds, limit=5_000)))
        assert expected <= got
        claimed = {row[:2] for row in rows if row[2] == code}
        inside = {row[:2] for row in rows if polygon.contains(Point(row[3]))}
        assert {item for item in got - claimed if item in {r[:2] for r in rows}} <= inside


def test_no_far_off_coordinate_is_served(view, rows, wards):
    far = {
        row[:2]: row
        for row in rows
        if row[2] in wards and wards[row[2]].distance(Point(row[3])) > FAR_DEGREES
    }
    assert len(far) >= 15
    served = {
        (f.kind, f.identifiers["care_office_number"]): f
        for f in view.snapshot.facilities
        if "care_office_number" in f.identifiers
    }
    for key, (_, _, code, at) in far.items():
        place = served[key].location
        assert place.warnings, key
        if at == NO_ADDRESS:
            continue
        if place.known:
            assert (place.lon, place.lat) != at
            assert wards[code].distance(Point(place.lon, place.lat)) < NEAR_EDGE_DEGREES
            assert place.level != "point"
