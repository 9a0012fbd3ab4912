"""The snapshot's rows: those with a position first, in the order of the point index."""

from __future__ import annotations

from geoportal.ingest.linking.relations import spot_of
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


def test_those_at_one_address_are_found_however_it_is_written():
    written = {
        "a": "福岡県北九州市小倉北区見本町一丁目2番3号",
        "b": "北九州市小倉北区見本町1-2-3　見本ビル2F",
        "c": "福岡県北九州市小倉北区見本町1-2-4",
        "d": "福岡県北九州市小倉北区見本町",
        "e": "福岡県北九州市小倉北区見本町",
    }
    facilities = {key: make_facility(key, address=address) for key, address in written.items()}
    elsewhere = make_facility("f", address=written["a"], municipality_code="40107")
    snapshot = make_snapshot([*facilities.values(), elsewhere])

    def at(key: str) -> set[str]:
        rows = snapshot.near_spot(spot_of(facilities[key]))
        return {snapshot.facilities[row].id for row in rows}

    assert at("a") == at("b") == {"a", "b"}
    assert at("c") == {"c"}
    assert at("d") == set()
