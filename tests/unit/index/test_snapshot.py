"""The snapshot's rows: those with a position first, in the order of the point index."""

from __future__ import annotations

import json

from tests.factories import make_facility, make_snapshot

EAST, WEST = (130.90, 33.88), (130.80, 33.88)


def test_facilities_without_position_come_last_and_none_is_lost_or_doubled():
    given = [
        make_facility("a", at=None),
        make_facility("b", at=EAST),
        make_facility("c", at=None),
        make_facility("d", at=WEST),
    ]
    snapshot = make_snapshot(given)
    ids = [facility.id for facility in snapshot.facilities]
    assert sorted(ids) == ["a", "b", "c", "d"]
    assert ids[2:] == ["a", "c"]
    assert [snapshot.row_of[id_] for id_ in ids] == [0, 1, 2, 3]
    assert sorted(json.loads(snapshot.points_json)["id"]) == ["b", "d"]


def test_each_marker_is_at_its_own_facility():
    given = [make_facility("e", at=EAST, kind="pharmacy"), make_facility("w", at=WEST)]
    markers = json.loads(make_snapshot(given).points_json)
    rows = zip(markers["id"], markers["lon"], markers["lat"], strict=True)
    assert {id_: (lon, lat) for id_, lon, lat in rows} == {"e": EAST, "w": WEST}


def test_a_snapshot_of_nothing_or_without_positions_has_no_marker():
    assert json.loads(make_snapshot([]).points_json)["id"] == []
    only = make_snapshot([make_facility("a", at=None)])
    assert [facility.id for facility in only.facilities] == ["a"]
    assert json.loads(only.points_json)["id"] == []
