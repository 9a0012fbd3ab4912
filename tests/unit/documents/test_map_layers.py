"""What a map is sent: markers as differences, or only counts; land and stations."""

from __future__ import annotations

from itertools import accumulate
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest
from shapely.geometry import shape

from geoportal.documents import map_layers
from geoportal.documents.map_layers import (
    ClustersQuery,
    OutlinesQuery,
    clusters_document,
    outlines_document,
    points_document,
)
from geoportal.errors import UsageError
from geoportal.services.view import View
from tests.factories import make_facility, make_outline, make_snapshot

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


def outlines(**query: Any) -> dict[str, Any]:
    """Return the document on two municipalities side by side, as the API sends it."""
    held = [
        make_outline("40106", (130.8, 33.8, 130.9, 33.9)),
        make_outline("40107", (130.9, 33.8, 131.0, 33.9)),
    ]
    view = cast("View", SimpleNamespace(snapshot=make_snapshot([], outlines=held)))
    sent: dict[str, Any] = orjson.loads(
        orjson.dumps(outlines_document(view, OutlinesQuery(**query)))
    )
    return sent


def test_few_outlines_are_sent_at_once_and_with_where_a_view_of_each_goes() -> None:
    sent = outlines()
    assert sent["complete"] is True
    assert sent["boxes"] == {"40106": [130.8, 33.8, 130.9, 33.9], "40107": [130.9, 33.8, 131, 33.9]}
    drawn = {one["id"]: shape(one["geometry"]).bounds for one in sent["features"]}
    assert drawn["40106"] == pytest.approx((130.8, 33.8, 130.9, 33.9), abs=1e-4)
    assert set(drawn) == {"40106", "40107"}


def test_of_many_outlines_those_in_the_box_are_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(map_layers, "MOST_AT_ONCE", 1)
    first = outlines()
    assert (first["complete"], first["features"], len(first["boxes"])) == (False, [], 2)
    inside = outlines(bbox="130.82,33.82,130.84,33.84", zoom=11)
    assert [one["id"] for one in inside["features"]] == ["40106"]
    assert (inside["complete"], inside["boxes"]) == (False, {})
    with pytest.raises(UsageError):
        outlines(bbox="130,33")
