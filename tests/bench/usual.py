"""What is usually put together for a question around a home: the peers of `bench_http`.

scipy's cKDTree, pyproj, a dictionary for each facility, Flask's ``jsonify``. `nearest` does less
than the question asks: it filters by kind and distance and copies what is known. `whole` does what
can be done with these tools of what the question asks: needs three-valued, counts of each band, the
order by band, by what is known and by distance, and what institutions within 16 km can do. It
does not say which lists are held, who answers for the home, what is open now, what lies between,
and draws no lots.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np
from flask import Response, jsonify, request
from pyproj import Geod
from scipy.spatial import cKDTree

Feature = dict[str, Any]
_DEGREE_M = 80_000
"""Shorter than a degree of longitude anywhere in Japan."""
_RULE_M = 16_000
_BANDS = ("match", "possible", "no", "not_applicable")


class Places:
    """Facilities with a position, found by a tree of degrees."""

    def __init__(self, features: Sequence[Feature]) -> None:
        self.features = [one for one in features if one["geometry"]]
        self.points = np.array([one["geometry"]["coordinates"] for one in self.features])
        self._tree, self._geod = cKDTree(self.points), Geod(ellps="GRS80")

    def within(self, lon: float, lat: float, radius_m: float) -> list[tuple[float, Feature]]:
        """Return distance, metres, and feature of each place within a radius."""
        rows = self._tree.query_ball_point((lon, lat), radius_m / _DEGREE_M)
        found = [(self._geod.inv(lon, lat, *self.points[row])[2], row) for row in rows]
        return [(metres, self.features[row]) for metres, row in found if metres <= radius_m]


def nearest(features: Sequence[Feature]) -> Callable[[], Response]:
    """Return a route that answers with the nearest of the kinds asked for."""
    places = Places(features)

    def answer() -> Response:
        question = request.get_json()
        found = []
        for metres, one in places.within(**question["near"], radius_m=question["radius_m"]):
            properties = one["properties"]
            if properties["kind"] in question["kinds"]:
                known = {need: properties["needs"].get(need) for need in question["needs"]}
                told = {name: said for name, said in properties.items() if name != "needs"}
                told |= {"distance_m": round(metres), "needs": known}
                found.append({**one, "properties": told})
        found.sort(key=lambda one: one["properties"]["distance_m"])
        return jsonify(type="FeatureCollection", numberMatched=len(found), features=found[:20])

    return answer


def whole(
    features: Sequence[Feature], visits: Collection[str], weighty: Collection[str]
) -> Callable[[], Response]:
    """Return a route that matches needs three-valued and counts as the question asks.

    ``visits`` are the needs a yes to which means that an institution visits; ``weighty`` those that
    outweigh all others.
    """
    places = Places(features)

    def answer() -> Response:
        question = request.get_json()
        kinds, needs = question["kinds"], question["needs"]
        counts = dict.fromkeys(_BANDS, 0)
        evidence = {need: dict.fromkeys(("yes", "no", "unknown"), 0) for need in needs}
        institutions, visiting, found = 0, 0, []
        for metres, one in places.within(**question["near"], radius_m=_RULE_M):
            properties = one["properties"]
            if properties["kind"] not in kinds:
                continue
            said = [properties["needs"].get(need, {"value": "unknown"}) for need in needs]
            values = [each["value"] for each in said]
            band = _band(values)
            if band != "not_applicable":
                institutions += 1
                visiting += any(
                    properties["needs"].get(code, {}).get("value") == "yes" for code in visits
                )
                for need, value in zip(needs, values, strict=True):
                    evidence[need][value if value in ("yes", "no") else "unknown"] += 1
            if metres > question["radius_m"]:
                continue
            counts[band] += 1
            if band in ("match", "possible"):
                unknown = sum(
                    len(needs) if need in weighty else 1
                    for need, value in zip(needs, values, strict=True)
                    if value not in ("yes", "no")
                )
                told = {
                    **properties,
                    "distance_m": round(metres),
                    "match": band,
                    "needs": dict(zip(needs, said, strict=True)),
                }
                order = (_BANDS.index(band), unknown, round(metres))
                found.append((order, {**one, "properties": told}))
        found.sort(key=lambda each: each[0])
        return jsonify(
            type="FeatureCollection",
            numberMatched=len(found),
            counts=counts,
            visit_evidence={"institutions": institutions, "visiting": visiting, "needs": evidence},
            features=[one for _, one in found[:20]],
        )

    return answer


def _band(values: Sequence[str]) -> str:
    if "no" in values:
        return "no"
    if "not_applicable" in values:
        return "not_applicable"
    return "match" if all(value == "yes" for value in values) else "possible"
