"""What a map is sent: markers as differences, or only counts; land and stations."""

from __future__ import annotations

from itertools import accumulate
from types import SimpleNamespace
from typing import Any, cast

import pytest

from geoportal.documents import map_layers
from geoportal.documents.map_layers import ClustersQuery, clusters_document, points_document
from geoportal.errors import UsageError
from geoportal.services.view import View
from tests.factories import make_facility, make_snapshot

PLACES = {"e": (130.90, 33.88), "w": (130.80, 33.881234), "none": None}


def view_of(**kinds: str) -> View:
    facilities = [
        make_facility(own, at=at, kind=kinds.get(own, "clinic")) for own, at in PLACES.items()
    ]
    return cast("View", SimpleNamespace(snapshot=make_snapshot(facilities)))


def placed(document: dict[str, Any]) -> set[tuple[str, int, int]]:
    kinds = [document["kinds"][kind] for kind in document["kind"]]
    return set(zip(kinds, accumulate(document["lon"]), accumulate(document["lat"]), strict=True))


def test_markers_are_where_facilities_are_and_none_is_made_up() -> None:
    document = points_document(view_of(e="pharmacy"))
    assert placed(document) == {("pharmacy", 13090000, 3388000), ("clinic", 13080000, 3388123)}
    assert document["counts"] == {"clinic": 1, "pharmacy": 1}
    assert document["clustered"] is False


def test_more_than_a_browser_is_sent_are_counted_by_kind_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(map_layers, "MOST_MARKERS", 1)
    document = points_document(view_of())
    assert (document["clustered"], document["counts"]) == (True, {"clinic": 2})
    assert document["lon"] == document["lat"] == document["kind"] == []
    monkeypatch.setattr(map_layers, "MOST_MARKERS", 2)
    assert points_document(view_of())["clustered"] is False


def test_clusters_are_of_the_kinds_asked_for() -> None:
    view = view_of(e="pharmacy")
    whole = clusters_document(view, ClustersQuery(bbox="130.7,33.8,131,34", zoom=5))
    assert (whole["count"], whole["kind"]) == ([2], [-1])
    query = ClustersQuery(bbox="130.7,33.8,131,34", zoom=5, kind=["pharmacy"])
    chosen = clusters_document(view, query)
    assert (chosen["count"], chosen["lon"], chosen["lat"]) == ([1], [130.9], [33.88])
    assert chosen["kinds"][chosen["kind"][0]] == "pharmacy"


@pytest.mark.parametrize(
    ("field", "query"),
    [
        ("bbox", ClustersQuery(bbox="122,20,154,46", zoom=12)),
        ("bbox", ClustersQuery(bbox="131,33,130,34", zoom=12)),
        ("bbox", ClustersQuery(bbox="nan,33,130,34", zoom=12)),
        ("kind", ClustersQuery(bbox="130,33,130.1,33.1", zoom=12, kind=["bakery"])),
    ],
)
def test_a_box_larger_than_a_window_and_unknown_kinds_are_refused(
    field: str, query: ClustersQuery
) -> None:
    with pytest.raises(UsageError) as refused:
        clusters_document(view_of(), query)
    assert refused.value.field == field
