"""The roads of 宇部市, against a Dijkstra over the rows of the file.

Times between junctions, who is nearest to whom, and what lies in the area around a home.
"""

from __future__ import annotations

import csv
import heapq
import math
import random
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely

from geoportal.ingest.files.archives import open_members
from geoportal.ingest.files.map_files import read_layers
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.municipalities import MunicipalityFinder
from geoportal.ingest.sources import roads
from geoportal.roads.compiling import compile_network
from geoportal.roads.nearest import nearest_places
from geoportal.roads.network import RoadNetwork
from geoportal.roads.reached import reached_area
from geoportal.services.portal import shipped_reference

pytestmark = pytest.mark.shared

FILE = Path(__file__).parents[3] / "shared" / "more" / "roads" / "ube_roads.zip"
COLUMNS = ["u", "v", "highway", "oneway", "length", "maxspeed", "access"]
SPEEDS = Path(__file__).parents[2] / "data" / "reference" / "road_speeds.csv"


@pytest.fixture(scope="module")
def network():
    if not FILE.is_file():
        pytest.skip("the road file is not here (../shared/more/roads)")
    reference = shipped_reference()
    (member,) = open_members(FILE)
    (layer,) = read_layers(member)
    edition = Edition("roads", "2025-12-01", MunicipalityFinder(reference), reference.kinds)
    extract = roads.SOURCE.extract(layer.features, edition)
    assert (extract.rows_read, extract.rejected) == (30_750, 0)
    speeds = reference.road_speeds
    return RoadNetwork(compile_network([extract.edges], speeds), speeds["off_road"])


def own_graph():
    """Seconds by node numbers, read by ways of their own; and where the nodes are."""
    with SPEEDS.open(encoding="utf-8", newline="") as file:
        speeds = {row["road_class"]: float(row["km_h"]) for row in csv.DictReader(file)}
    meta, _, shapes, columns = pyogrio.raw.read(f"/vsizip/{FILE}", columns=COLUMNS)
    row = dict(zip(meta["fields"], columns, strict=True))
    ways: dict[int, list[tuple[float, int]]] = {}
    said: dict[int, set[tuple[float, float]]] = {}
    for i, shape in enumerate(shapely.from_wkb(shapes)):
        classes = str(row["highway"][i]).split(",")
        if not all(name in speeds for name in classes) or row["access"][i] == "no":
            continue
        limit = row["maxspeed"][i]
        speed = min([speeds[name] for name in classes] + ([float(limit)] if limit else []))
        u, v = int(row["u"][i]), int(row["v"][i])
        seconds = float(row["length"][i]) * 3.6 / speed
        ways.setdefault(u, []).append((seconds, v))
        ways.setdefault(v, []).append((seconds, u))  # none of the rows is one-way
        if shape.geom_type == "LineString":
            said.setdefault(u, set()).add(shape.coords[0])
            said.setdefault(v, set()).add(shape.coords[-1])
    assert not any(row["oneway"])
    # some rows run against their own u and v: where a node is, is sure when all rows agree
    return ways, {node: spots.pop() for node, spots in said.items() if len(spots) == 1}


def dijkstra(ways, start):
    known, waiting = {start: 0.0}, [(0.0, start)]
    while waiting:
        so_far, here = heapq.heappop(waiting)
        if so_far > known[here]:
            continue
        for more, there in ways[here]:
            if so_far + more < known.get(there, math.inf):
                known[there] = so_far + more
                heapq.heappush(waiting, (so_far + more, there))
    return known


@pytest.fixture(scope="module")
def oracle():
    return own_graph()


def at_nodes(network, places, nodes):
    snaps = network.snap(*np.array([places[node] for node in nodes]).T)
    assert snaps.off_m.max() < 0.02
    return snaps


@pytest.mark.long
def test_the_nearest_three_are_those_of_an_own_dijkstra(network, oracle):
    """As coverage counts: offices within minutes, the nearest and what is left if one closes."""
    ways, places = oracle
    chosen = random.Random(137).sample(sorted(places), 430)
    offices, homes = chosen[:30], chosen[30:]
    found = nearest_places(
        network, at_nodes(network, places, offices), at_nodes(network, places, homes), 3
    )
    times = np.array(
        [
            [dijkstra_to.get(home, math.inf) for home in homes]
            for dijkstra_to in (dijkstra(ways, office) for office in offices)
        ]
    )
    expected = np.sort(times, axis=0)[:3]
    known = np.isfinite(expected)
    assert (np.isfinite(found.seconds) == known).all()
    assert found.seconds[known] == pytest.approx(expected[known], rel=2e-3, abs=0.1)
    own = np.take_along_axis(times, np.where(known, found.places, 0), axis=0)
    assert own[known] == pytest.approx(expected[known], rel=2e-3, abs=0.1)


@pytest.mark.long
def test_junctions_in_time_lie_in_the_area_and_those_far_beyond_do_not(network, oracle):
    ways, places = oracle
    home = random.Random(138).choice(sorted(places))
    snap = at_nodes(network, places, [home])
    times = dijkstra(ways, home)
    for minutes in (5, 10):
        area = reached_area(network, snap, network.arrivals(snap)[0], minutes, places[home])
        reached = [n for n in places if times.get(n, math.inf) < 60 * minutes - 1]
        spots = np.array([places[n] for n in reached])
        assert len(reached) > 100
        assert shapely.contains_xy(area.outline, *spots.T).all()
        # far from all junctions in time; a few lie along a road that is in time only in part
        scale = np.array([111_320 * math.cos(math.radians(places[home][1])), 110_950])
        crowd = shapely.MultiPoint(spots * scale)
        limit = 60 * minutes + 60
        late = np.array([at for n, at in places.items() if times.get(n, math.inf) > limit])
        far = late[shapely.distance(crowd, shapely.points(late * scale)) > 700]
        assert len(far) > 20
        assert shapely.contains_xy(area.outline, *far.T).mean() < 0.01


@pytest.mark.slow
def test_times_equal_an_own_dijkstra(network, oracle):
    ways, places = oracle
    chosen = random.Random(16).sample(sorted(places), 60)
    homes, offices = chosen[:12], chosen[12:]
    at = [network.snap(*np.array([places[node] for node in nodes]).T) for nodes in (offices, homes)]
    assert max(at[0].off_m.max(), at[1].off_m.max()) < 0.02
    found = network.drives(*at).seconds
    for home, times in zip(homes, found, strict=True):
        expected = dijkstra(ways, home)
        for office, seconds in zip(offices, times, strict=True):
            assert seconds == pytest.approx(expected.get(office, math.inf), rel=2e-3, abs=0.1)
