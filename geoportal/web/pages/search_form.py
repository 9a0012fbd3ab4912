"""The search as a form: what was filled in, and the answer to it. Never holds a position."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, assert_never
from urllib.parse import urlencode

from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from geoportal.address.result import GeocodeResult
from geoportal.documents.requests import SearchRequest
from geoportal.documents.search import search_document
from geoportal.domain.query import MAX_LIMIT
from geoportal.errors import UsageError
from geoportal.search.relax import RelaxationKind, Step
from geoportal.services.view import View

Document = dict[str, Any]
VIEWS = ("both", "list", "map")
ORDERS = ("near", "open")
"""By fit and distance, or with what is open now first; no order by name or by anything a
facility could choose for itself (公平性)."""
PAGE = 20
_OPEN_FIRST = {"open": 0, "unknown": 1, "closed": 2}


@dataclass(frozen=True, slots=True)
class SearchForm:
    """What the visitor filled in. ``address`` is there only in the answer to a POST."""

    address: str = field(default="", repr=False)
    district: str = ""
    radius_m: int = 16_000
    kinds: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    text: str = ""
    open_now: bool = False
    include: str = "possible"
    view: str = "both"
    order: str = ORDERS[0]
    why: bool = False
    offset: int = 0
    point: tuple[float, float] | None = field(default=None, repr=False)

    @classmethod
    def read(cls, values: MultiDict[str, str], *, posted: bool) -> SearchForm:
        """Read a query string or a posted form; what makes no sense falls back to the default."""
        include = values.get("include", "possible")
        view = values.get("view", "both")
        order = values.get("order", "")
        address = values.get("choice") or values.get("address", "")
        return cls(
            address=address.strip()[:200] if posted else "",
            district=values.get("district", "")[:40],
            radius_m=values.get("radius_m", 16_000, type=int) if posted else 16_000,
            kinds=tuple(dict.fromkeys(values.getlist("kind"))),
            needs=tuple(dict.fromkeys(values.getlist("need"))),
            text=values.get("q", "").strip()[:200],
            open_now=values.get("open") == "now",
            include=include if include in {"match", "possible", "all"} else "possible",
            view=view if view in VIEWS else "both",
            order=order if order in ORDERS else ORDERS[0],
            why=values.get("why") == "1",
            offset=max(0, values.get("offset", 0, type=int)),
            point=_point(values) if posted else None,
        )

    @property
    def asks(self) -> bool:
        """True when there is a place or a text to search by."""
        return bool(self.point or self.address or self.district or self.text)

    def query_string(self, language: str | None = None, **changes: Any) -> str:
        """Return the shareable part as a query string: never the address."""
        form = replace(self, **changes)
        pairs = [("district", form.district)] if form.district else []
        pairs += [("kind", kind) for kind in form.kinds]
        pairs += [("need", need) for need in form.needs]
        pairs += [("q", form.text)] if form.text else []
        pairs += [("open", "now")] if form.open_now else []
        pairs += [("include", form.include)] if form.include != "possible" else []
        pairs += [("order", form.order)] if form.order != ORDERS[0] else []
        pairs += [("why", "1")] if form.why else []
        pairs += [("view", form.view)] if form.view != "both" else []
        pairs += [("offset", str(form.offset))] if form.offset else []
        pairs += [("lang", language)] if language else []
        return urlencode(pairs)

    def request(self, now: datetime, **near: Any) -> SearchRequest:
        """Return the question as the API takes it, "open now" as a moment.

        Raises
        ------
        ValidationError
            When a number or a list is out of bounds.
        """
        return SearchRequest.model_validate(
            {
                **near,
                "radius_m": self.radius_m,
                "district": self.district or None,
                "kinds": list(self.kinds),
                "needs": list(self.needs),
                "q": self.text or None,
                "open_at": now if self.open_now else None,
                "include": self.include,
                "limit": PAGE if self.order == ORDERS[0] else MAX_LIMIT,
                "offset": self.offset if self.order == ORDERS[0] else 0,
                "facets": self.offset == 0,
                "explain": self.why,
            }
        )


@dataclass(frozen=True, slots=True)
class Question:
    """What a form asks: a request to answer, or what to tell the visitor instead."""

    request: SearchRequest | None = field(default=None, repr=False)
    notice: str = ""
    candidates: tuple[str, ...] = field(default=(), repr=False)
    found_by: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to a form: results, or what to tell the visitor."""

    document: Document | None = field(default=None, repr=False)
    notice: str = ""
    candidates: tuple[str, ...] = field(default=(), repr=False)
    problem: str = ""
    found_by: str = ""


def answer(view: View, form: SearchForm) -> Outcome:
    """Answer a form: by address, else by name where the text is no address, else by district."""
    if not form.asks:
        return Outcome()
    try:
        asked = question(view, form)
        if asked.request is None:
            return Outcome(notice=asked.notice, candidates=asked.candidates)
        document = search_document(view, view.search(asked.request.to_query(view)))
    except (UsageError, ValidationError):
        return Outcome(problem="form-refused")
    if form.order != ORDERS[0]:
        ordered = in_order(document["features"], form.order)
        document["features"] = ordered[form.offset : form.offset + PAGE]
    return Outcome(document, asked.notice, found_by=asked.found_by)


def question(view: View, form: SearchForm) -> Question:
    """Return what a form asks: around a place, in a ward, or by name.

    Raises
    ------
    UsageError, ValidationError
        When a number or a code makes no sense.
    """
    now = view.now
    if form.point:
        lon, lat = form.point
        return Question(form.request(now, near={"lon": lon, "lat": lat}))
    if not form.address:
        return Question(form.request(now))
    if looks_like_phone(form.address):
        return _by_name(form, now, notice="")
    found = view.geocode(form.address)
    if found.match_level == "municipality" and view.snapshot.knows_district(
        found.municipality_code
    ):
        in_ward = replace(form, address="", district=found.municipality_code)
        return Question(in_ward.request(now), notice="address-ward")
    if found.status == "ambiguous":
        return Question(notice="address-ambiguous", candidates=place_names(found))
    if found.lon is None or found.lat is None or found.status not in {"ok", "partial"}:
        return _by_name(form, now, notice="searched-as-name")
    return Question(form.request(now, near={"address": form.address}), found_by="near")


def _by_name(form: SearchForm, now: datetime, notice: str) -> Question:
    by_name = replace(form, address="", text=form.address)
    return Question(by_name.request(now), notice=notice, found_by="text")


def place_names(found: GeocodeResult) -> tuple[str, ...]:
    """Return the names of the places an address may mean."""
    return tuple(candidate.text for candidate in found.candidates)


def in_order(features: list[Document], order: str) -> list[Document]:
    """Return features in an order of `ORDERS`; within each step the order they came in stays."""
    if order == ORDERS[0]:
        return features
    bands = ("match", "possible", "no")
    return sorted(
        features,
        key=lambda item: (
            bands.index(item["properties"]["match"]),
            _OPEN_FIRST[item["properties"]["open_now"]],
        ),
    )


def _point(values: MultiDict[str, str]) -> tuple[float, float] | None:
    lon, lat = values.get("lon", type=float), values.get("lat", type=float)
    return None if lon is None or lat is None else (lon, lat)


def looks_like_phone(text: str) -> bool:
    """Say whether a text is digits and separators only, at least six of them."""
    folded = text.translate({ord(dash): "-" for dash in "‐‑‒–—―ー−－"})
    digits = sum(character.isdecimal() for character in folded)
    return digits >= 6 and all(c.isdecimal() or c in "-()+ 　（）" for c in folded)


def facet_counts(document: Document | None, include: str) -> dict[str, dict[str, int]]:
    """Return how many each kind would list, and how many of each need are known to provide it."""
    facets = (document or {}).get("facets", {"kinds": [], "needs": []})
    bands = ("match", "possible", "no") if include == "all" else ("match", "possible")
    return {
        "kind": {item["kind"]: sum(item[b] for b in bands) for item in facets["kinds"]},
        "need": {item["need"]: item["match"] for item in facets["needs"]},
    }


def relaxed(form: SearchForm, steps: Iterable[Step]) -> SearchForm:
    """Return the form with the steps of one relaxation taken."""
    for step in steps:
        match step.kind:
            case RelaxationKind.DROP:
                form = replace(form, needs=tuple(n for n in form.needs if n != step.value))
            case RelaxationKind.RADIUS:
                form = replace(form, radius_m=step.metres)
            case RelaxationKind.DISTRICT:
                form = replace(form, district=str(step.value))
            case RelaxationKind.ANY_KIND:
                form = replace(form, kinds=())
            case RelaxationKind.ANY_TIME:
                form = replace(form, open_now=False)
            case RelaxationKind.ANY_WORDS:
                form = replace(form, text="")
            case _:
                assert_never(step.kind)
    return form
