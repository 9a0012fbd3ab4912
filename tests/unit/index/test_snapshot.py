"""The snapshot's rows: those with a position first, in the order of the point index."""

from __future__ import annotations

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
