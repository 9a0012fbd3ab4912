"""Searches of FHIR: parameters in, a Bundle out. A position is taken from a posted body only."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

import numpy as np
from numpy.typing import NDArray

from geoportal.documents import Document
from geoportal.documents.fhir_names import DISTANCE, facility_id_of, fhir_id
from geoportal.documents.fhir_parameters import MOST_VALUES, PARAMETERS, split_values
from geoportal.documents.fhir_resources import Resources
from geoportal.domain.query import DEFAULT_RADIUS_M, MAX_RADIUS_M
from geoportal.errors import UsageError
from geoportal.index.points import Rows

DEFAULT_COUNT: Final = 50
MOST_RESOURCES: Final = 500
MOST_OFFSET: Final = 1_000_000
NEAR_IN_URL: Final = (
    "a position is taken in the body of a POST to _search only: it may be a patient's home, and"
    " URLs are kept in logs and histories"
)
_NEAR: Final = {"Location": ("near",), "HealthcareService": ("location.near", "near")}
INCLUDES: Final[Mapping[str, Mapping[str, str]]] = {
    "Organization": {},
    "Location": {"Location:organization": "Organization"},
    "HealthcareService": {
        "HealthcareService:organization": "Organization",
        "HealthcareService:location": "Location",
    },
}
REVERSE_INCLUDES: Final[Mapping[str, Mapping[str, str]]] = {
    "Organization": {
        "Location:organization": "Location",
        "HealthcareService:organization": "HealthcareService",
    },
    "Location": {"HealthcareService:location": "HealthcareService"},
    "HealthcareService": {},
}
"""Resource type that each value of ``_include`` and ``_revinclude`` adds, by type searched."""
_IGNORED: Final = frozenset({"_format", "_pretty", "_totalMethod", "_total"})
_METRES: Final = {"": 1000.0, "km": 1000.0, "m": 1.0}


@dataclass(frozen=True)
class Near:
    """A circle; it may be around a home, so that its representation tells nothing."""

    lon: float = field(repr=False)
    lat: float = field(repr=False)
    radius_m: float = field(repr=False)


@dataclass(frozen=True)
class FhirQuery:
    """A search that has been read.

    Attributes
    ----------
    resource : str
        Resource type.
    conditions : tuple of (str, str, tuple of str)
        Parameter, modifier and alternatives; all conditions must hold.
    near : Near or None
        Circle to search in; nearest first.
    included : tuple of str
        Resource types that are added.
    count : int
        Most matches of the page.
    after : str
        Id that the page begins behind; empty for the first one.
    offset : int
        Matches that come before the page, of a posted search.
    posted : bool
        Whether it came in a body: what it says then stands in no link.
    repeated : tuple of (str, str)
        Parameters as links repeat them.
    """

    resource: str
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...] = field(default=(), repr=False)
    near: Near | None = None
    included: tuple[str, ...] = ()
    count: int = DEFAULT_COUNT
    after: str = ""
    offset: int = 0
    posted: bool = False
    repeated: tuple[tuple[str, str], ...] = field(default=(), repr=False)


def read_query(
    resource: str, pairs: Iterable[tuple[str, str]], *, posted: bool, lenient: bool = False
) -> FhirQuery:
    """Return a search for what was sent.

    Parameters
    ----------
    resource : str
        Resource type.
    pairs : iterable of (str, str)
        Names, with modifiers, and values.
    posted : bool
        Whether they are from a body.
    lenient : bool
        Whether unknown parameters are left out instead of refused (``Prefer: handling=lenient``).

    Raises
    ------
    UsageError
        When one is unknown, makes no sense, or is a position in a URL.
    """
    reader = _Reader(resource, posted=posted, lenient=lenient)
    for key, value in pairs:
        reader.take(key, value)
    return FhirQuery(
        resource,
        tuple(reader.conditions),
        reader.near,
        tuple(dict.fromkeys(reader.included)),
        reader.numbers.get("_count", DEFAULT_COUNT),
        reader.after,
        reader.numbers.get("_offset", 0),
        posted,
        tuple(reader.repeated),
    )


class _Reader:
    """Reads the parameters of a search one by one."""

    def __init__(self, resource: str, *, posted: bool, lenient: bool) -> None:
        self.resource, self.posted, self.lenient = resource, posted, lenient
        self.conditions: list[tuple[str, str, tuple[str, ...]]] = []
        self.near: Near | None = None
        self.included: list[str] = []
        self.numbers: dict[str, int] = {}
        self.after = ""
        self.repeated: list[tuple[str, str]] = []

    def take(self, key: str, value: str) -> None:
        name, _, modifier = key.partition(":")
        if name in _IGNORED:
            return
        if name.rpartition(".")[2] == "near":
            self._take_near(name, modifier, value)
            return
        if name in PARAMETERS[self.resource]:
            self._take_condition(name, modifier, value)
        elif name in ("_include", "_revinclude"):
            self._take_include(name, modifier, value)
        elif name == "_count" or (name == "_offset" and self.posted):
            most = MOST_RESOURCES if name == "_count" else MOST_OFFSET
            self.numbers[name] = min(_whole(value, name), most)
        elif name == "_summary" and value == "count":
            self.numbers["_count"] = 0
        elif name == "_after" and not self.posted:
            self.after = facility_id_of(value)
            return
        elif self.lenient:
            return
        else:
            known = ", ".join(PARAMETERS[self.resource])
            raise UsageError(f"there is a parameter that is not offered; offered are {known}", "")
        self.repeated.append((key, value))

    def _take_near(self, name: str, modifier: str, value: str) -> None:
        if name not in _NEAR.get(self.resource, ()) or modifier:
            raise UsageError("this resource cannot be searched by a position", "near")
        if not self.posted:
            raise UsageError(NEAR_IN_URL, "near")
        if self.near is not None:
            raise UsageError("expected one position", "near")
        self.near = _read_near(value)

    def _take_condition(self, name: str, modifier: str, value: str) -> None:
        parameter = PARAMETERS[self.resource][name]
        if modifier and modifier not in parameter.modifiers:
            reason = "; what is not known to be so is not known to be otherwise"
            raise UsageError(f"this modifier is not offered{reason * (modifier == 'not')}", name)
        values = tuple(filter(None, split_values(value)))
        if not 0 < len(values) <= MOST_VALUES:
            raise UsageError(f"expected 1 to {MOST_VALUES} values", name)
        self.conditions.append((name, modifier, values))

    def _take_include(self, name: str, modifier: str, value: str) -> None:
        offered = (INCLUDES if name == "_include" else REVERSE_INCLUDES)[self.resource]
        if value == "*" and name == "_include":
            self.included += offered.values()
        elif ":".join(value.split(":")[:2]) in offered and not modifier:
            self.included.append(offered[":".join(value.split(":")[:2])])
        elif not self.lenient:
            raise UsageError(f"expected one of {', '.join(offered) or 'none'}", name)


def _whole(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise UsageError("expected a whole number", name)
    return int(text[:9])


def _read_near(text: str) -> Near:
    """Return the circle of ``latitude|longitude|distance|units`` (FHIR R4, Location)."""
    parts = [*text.split("|"), "", "", ""][:4]
    try:
        lat, lon = float(parts[0]), float(parts[1])
        radius = float(parts[2]) * _METRES[parts[3]] if parts[2] else float(DEFAULT_RADIUS_M)
    except (ValueError, KeyError):
        raise UsageError("expected latitude|longitude|distance|km or m", "near") from None
    if not (math.isfinite(radius) and abs(lat) <= 90 and abs(lon) <= 180):
        raise UsageError("expected degrees, latitude first", "near")
    if not 1 <= radius <= MAX_RADIUS_M or text.count("|") > 3:
        raise UsageError(f"expected a distance from 1 m to {MAX_RADIUS_M // 1000} km", "near")
    return Near(lon, lat, radius)


def search_bundle(asked: Resources, query: FhirQuery) -> Document:
    """Return a page of a search as a Bundle of type ``searchset``.

    Raises
    ------
    UsageError
        When a value of a parameter cannot be meant.
    """
    rows, distances = _found(asked, query)
    page = slice(*_bounds(asked, query, rows))
    facilities = [asked.view.snapshot.facilities[row] for row in rows[page].tolist()]
    entries = []
    for place, facility in enumerate(facilities):
        search: Document = {"mode": "match"}
        if distances is not None:
            metres = round(float(distances[page][place]))
            quantity = {"value": metres, "unit": "m", "code": "m"}
            quantity["system"] = "http://unitsofmeasure.org"
            search["extension"] = [{"url": DISTANCE, "valueDistance": quantity}]
        entries.append(_entry(asked, query.resource, asked.write(query.resource, facility), search))
    entries += [
        _entry(asked, kind, asked.write(kind, facility), {"mode": "include"})
        for kind in query.included
        for facility in facilities
    ]
    more = page.stop < rows.size and query.count > 0
    if more and query.posted:
        entries.append({"resource": _how_to_go_on(page.stop), "search": {"mode": "outcome"}})
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "meta": {"lastUpdated": f"{asked.last_changed}T00:00:00+09:00"},
        "total": int(rows.size),
        "link": _links(asked, query, facilities[-1].id if more and facilities else ""),
        **({"entry": entries} if entries else {}),
    }


def _found(asked: Resources, query: FhirQuery) -> tuple[Rows, NDArray[np.float64] | None]:
    """Return the rows that fit: the nearest first where there is a position, else by id."""
    snapshot = asked.view.snapshot
    fits = np.zeros(len(snapshot), dtype=bool)
    fits[snapshot.rows()] = True
    for name, modifier, values in query.conditions:
        fits &= PARAMETERS[query.resource][name].find(asked, name, values, modifier)
    if query.near is not None:
        near = query.near
        rows, distances = snapshot.near(near.lon, near.lat, near.radius_m, lambda some: fits[some])
        nearest = np.lexsort((snapshot.columns.tie_keys[rows], distances))
        return rows[nearest], distances[nearest]
    rows = np.flatnonzero(fits)
    ids = [snapshot.by_id.id_of(row) for row in rows.tolist()]
    return rows[sorted(range(rows.size), key=ids.__getitem__)], None


def _bounds(asked: Resources, query: FhirQuery, rows: Rows) -> tuple[int, int]:
    """Return where the page begins and ends."""
    start = query.offset
    if query.after:
        id_of = asked.view.snapshot.by_id.id_of
        start = sum(id_of(row) <= query.after for row in rows.tolist())
    return start, start + query.count


def _entry(asked: Resources, kind: str, resource: Document, search: Document) -> Document:
    address = f"{asked.names.base}/{kind}/{resource['id']}"
    absolute = {"fullUrl": address} if asked.names.root else {}
    return {**absolute, "resource": resource, "search": search}


def _links(asked: Resources, query: FhirQuery, last: str) -> list[Document]:
    """Return the links of a page; of what was posted none says anything."""
    base = f"{asked.names.base}/{query.resource}"
    if query.posted:
        return [{"relation": "self", "url": f"{base}/_search"}]

    def address(after: str) -> str:
        more = [("_after", fhir_id(after))] if after else []
        return f"{base}?{urlencode([*query.repeated, *more])}".rstrip("?")

    links = [{"relation": "self", "url": address(query.after)}]
    return [*links, {"relation": "next", "url": address(last)}] if last else links


def _how_to_go_on(offset: int) -> Document:
    text = f"there are more: post the same again with _offset={offset}"
    issue = {"severity": "information", "code": "informational", "diagnostics": text}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def offered_parameters(resource: str) -> Sequence[tuple[str, str, str]]:
    """Return name, type and meaning of every search parameter of a resource type."""
    known = [(name, one.type, one.text) for name, one in PARAMETERS[resource].items()]
    near = f"{NEAR_IN_URL}. latitude|longitude|distance|units; 16 km unless said"
    return [*known, *((name, "special", near) for name in _NEAR.get(resource, ()))]
