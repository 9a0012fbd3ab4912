"""Roads: OpenStreetMap extracts and edges are read, stored by area, and give minutes in answers."""

from __future__ import annotations

import json
import struct
from datetime import datetime
from itertools import pairwise

import numpy as np
import pytest

from geoportal.documents.search import search_document
from geoportal.domain.hours import JST
from geoportal.domain.location import Location
from geoportal.domain.query import Origin, Query
from geoportal.roads.topology import from_bytes
from geoportal.services.portal import Portal
from geoportal.store.database import advance_dataset_version
from geoportal.store.facilities import write_facilities
from geoportal.store.roads import read_road_sets
from tests.factories import make_facility
from tests.unit.ingest.official import REFERENCE, codes, import_into, only

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=JST)
WEST, MIDDLE, EAST, NORTH = (130.87, 33.88), (130.88, 33.88), (130.89, 33.88), (130.88, 33.89)
ISLAND = [(130.91, 33.88), (130.915, 33.88)]
WAYS = [
    ({"highway": "primary", "maxspeed": "30"}, [WEST, MIDDLE, EAST]),
    ({"highway": "residential", "oneway": "yes"}, [MIDDLE, NORTH]),
    ({"highway": "footway"}, [NORTH, EAST]),
    ({"highway": "service", "access": "private"}, [WEST, NORTH]),
    ({"route": "ferry"}, [EAST, ISLAND[0]]),
    ({"highway": "residential"}, ISLAND),
]


def number(value: int) -> bytes:
    octets = []
    while True:
        octets.append((value & 0x7F) | (0x80 if value > 0x7F else 0))
        value >>= 7
        if not value:
            return bytes(octets)


def zigzag(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


def part(tag: int, content: bytes | int) -> bytes:
    if isinstance(content, int):
        return number(tag << 3) + number(content)
    return number(tag << 3 | 2) + number(len(content)) + content


def blob(kind: str, content: bytes) -> bytes:
    body = part(1, content) + part(2, len(content))
    head = part(1, kind.encode()) + part(3, len(body))
    return struct.pack(">I", len(head)) + head + body


def osm_extract(ways) -> bytes:
    """Return an OpenStreetMap extract of ways, as its format says."""
    texts = [""]
    numbers: dict[tuple[float, float], int] = {}

    def text(value: str) -> int:
        if value not in texts:
            texts.append(value)
        return texts.index(value)

    packed = []
    for way_number, (tags, points) in enumerate(ways, 1):
        refs = [numbers.setdefault(point, len(numbers) + 1) for point in points]
        steps = [refs[0], *(b - a for a, b in pairwise(refs))]
        packed.append(
            part(1, way_number)
            + part(2, b"".join(number(text(key)) for key in tags))
            + part(3, b"".join(number(text(value)) for value in tags.values()))
            + part(8, b"".join(number(zigzag(step)) for step in steps))
        )
    nodes = [
        part(
            1,
            part(1, zigzag(own))
            + part(8, zigzag(round(lat * 1e7)))
            + part(9, zigzag(round(lon * 1e7))),
        )
        for (lon, lat), own in numbers.items()
    ]
    strings = part(1, b"".join(part(1, value.encode()) for value in texts))
    block = strings + part(2, b"".join(nodes)) + part(2, b"".join(part(3, way) for way in packed))
    head = part(4, b"OsmSchema-V0.6")
    return blob("OSMHeader", head) + blob("OSMData", block)


def geojson(ways) -> str:
    features = [
        {
            "type": "Feature",
            "properties": tags,
            "geometry": {"type": "LineString", "coordinates": points},
        }
        for tags, points in ways
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def held(database):
    with database.engine.connect() as connection:
        return read_road_sets(connection)


def answer(database, **question):
    view = Portal(database, REFERENCE, clock=lambda: NOW).view()
    query = Query(**{"origin": Origin(*WEST), "radius_m": 9_000, **question})
    return search_document(view, view.search(query))


def add_facilities(database, **places) -> None:
    found = [
        make_facility(name, location=Location(lon=at[0], lat=at[1], level="point", uncertainty_m=0))
        for name, at in places.items()
    ]
    with database.engine.begin() as connection:
        write_facilities(connection, found)
        advance_dataset_version(connection, "facilities")


@pytest.mark.parametrize("name", ["city.osm.pbf", "edges.geojson"])
def test_roads_for_cars_are_held(database, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(osm_extract(WAYS) if name.endswith("pbf") else geojson(WAYS).encode())
    report = only(import_into(database, path))
    assert (report.source, report.rejected) == ("roads", 0)
    assert "not_for_cars" in codes(report)
    (stored,) = held(database)
    edges = from_bytes(stored.document)
    classes = edges["classes"][edges["road_class"]].tolist()
    assert sorted(classes) == ["ferry", "primary", "primary", "residential", "residential"]
    assert edges["max_km_h"].max() == 30
    assert np.count_nonzero(edges["backward"] == 0) == 1
    again = only(import_into(database, path))
    assert (again.created, again.updated, again.removed) == (0, 0, 0)


def test_minutes_stand_beside_metres_and_may_order(database, tmp_path):
    add_facilities(database, along=(130.8895, 33.8801), across=(130.8795, 33.8898), isle=ISLAND[1])
    before = answer(database)
    assert "roads" not in before
    assert all("drive" not in f["properties"] for f in before["features"])
    assert answer(database, sort="drive_minutes")["roads"] == "not_held"
    path = tmp_path / "city.osm.pbf"
    path.write_bytes(osm_extract(WAYS))
    import_into(database, path)
    found = answer(database, sort="drive_minutes", explain=True)
    assert found["roads"] == "held"
    assert [f["id"] for f in found["features"]] == ["along", "across", "isle"]
    said = {
        f["id"]: (f["properties"]["drive"], f["properties"]["drive_minutes"])
        for f in found["features"]
    }
    assert said == {"along": ("road", 4), "across": ("no_way", None), "isle": ("ferry", None)}
    assert found["order"].index("drive_minutes") < found["order"].index("distance_m")
    why = [reason["words_en"] for reason in found["features"][0]["properties"]["why"]]
    assert "about 4 min by car" in why
    nearest = answer(database)
    assert [f["id"] for f in nearest["features"]] == ["across", "along", "isle"]
    away = answer(database, origin=Origin(130.80, 33.84), radius_m=20_000)
    assert away["roads"] == "home_unknown"
    assert {f["properties"]["drive"] for f in away["features"]} == {"unknown"}


def test_a_newer_map_of_the_area_replaces_and_a_neighbour_stays(database, tmp_path):
    def load(name: str, as_of: str, shift: float, *more) -> None:
        ways = [(tags, [(x + shift, y) for x, y in points]) for tags, points in [*WAYS, *more]]
        path = tmp_path / f"{name}.geojson"
        path.write_text(geojson(ways), encoding="utf-8")
        import_into(database, path, as_of=as_of)

    load("old", "2024-01-01", 0.0)
    load("beside", "2024-01-01", 0.05)
    load("new", "2025-01-01", 0.0, ({"highway": "tertiary"}, [NORTH, WEST]))
    assert [one.as_of for one in held(database)] == ["2025-01-01", "2024-01-01"]
    load("older", "2023-01-01", 0.0)
    assert [one.as_of for one in held(database)] == ["2025-01-01", "2024-01-01"]
