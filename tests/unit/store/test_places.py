"""Places of the gazetteer, municipality by municipality."""

from __future__ import annotations

import math

from geoportal.domain.place import Place
from geoportal.store.places import (
    PlaceSet,
    content_hash,
    read_place_positions,
    read_place_sets,
    read_places,
    remove_place_set,
    replace_places,
)


def place(town, lon=130.88, lat=33.88, code="40106"):
    return Place(code, "福岡県", "北九州市小倉北区", town, lon, lat)


def stored(connection, items, code="40106"):
    place_set = PlaceSet("towns", code, "2025-01-01", len(items), content_hash(items))
    replace_places(connection, place_set, items)
    return place_set


def test_places_are_replaced_by_municipality(database):
    with database.engine.begin() as connection:
        stored(connection, [place("浅野一丁目"), place("魚町一丁目")])
        stored(connection, [place("北方一丁目", code="40107")], "40107")
        kept = stored(connection, [place("浅野一丁目", 130.9)])
        assert [p.town for p in read_places(connection)] == ["浅野一丁目", "北方一丁目"]
        assert [p.lon for p in read_places(connection, municipality_code="40106")] == [130.9]
        assert len(read_place_sets(connection)) == 2
        remove_place_set(connection, kept)
        assert [p.town for p in read_places(connection, source="towns")] == ["北方一丁目"]


def test_a_place_without_position_has_none_and_counts_for_no_distance(database):
    with database.engine.begin() as connection:
        stored(connection, [place("甲", None, None), place("乙", math.nan, math.nan), place("丙")])
        assert [p.lon for p in read_places(connection)] == [None, None, 130.88]
        lons, lats = read_place_positions(connection, "40106")
        assert (list(lons), list(lats)) == ([130.88], [33.88])
        assert len(read_place_positions(connection, "99999")[0]) == 0


def test_the_digest_does_not_depend_on_the_order():
    items = [place("甲"), place("乙")]
    assert content_hash(items) == content_hash(reversed(items))
    assert content_hash(items) != content_hash([place("甲"), place("乙", 130.9)])
