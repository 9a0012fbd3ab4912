"""The search form of the start page, read from a URL or a POST body and written as a URL.

A home (address or point) is read from a POST body only and written nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, assert_never
from urllib.parse import parse_qsl, urlencode

from werkzeug.datastructures import MultiDict

from geoportal.documents import Document
from geoportal.documents.requests import SearchRequest
from geoportal.domain.query import MAX_LIMIT
from geoportal.search.relax import RelaxationKind, Step
from geoportal.services.view import View

VIEWS = ("both", "list", "map")
BY_ROAD, OPEN_FIRST = "road", "open"
ORDERS = ("near", BY_ROAD, OPEN_FIRST)
"""By fit and distance, by fit and minutes by road, or with what is open now first; no order by name
or by anything a facility could choose for itself (公平性)."""
RADII_M = (1_000, 2_000, 4_000, 8_000, 16_000, 30_000)
DEFAULT_RADIUS_M = 16_000
PAGE = 20


@dataclass(frozen=True, slots=True)
class SearchForm:
    """What the visitor filled in.

    Attributes
    ----------
    address : str
        The text of the place box: an address, a station, a facility's name, a telephone number.
        Like ``point`` there only in the answer to a POST.
    point : (float, float) or None
        Longitude and latitude in degrees, WGS 84, of a place chosen on the map or the visitor's
        own position; ``via`` says which.
    by_name : bool
        Whether ``address`` is to be taken for words of a facility, whatever it looks like.
    offset : int
        Results before the first one shown.
    """

    address: str = field(default="", repr=False)
    district: str = ""
    radius_m: int = DEFAULT_RADIUS_M
    kinds: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    text: str = ""
    open_now: bool = False
    include: str = "possible"
    view: str = "both"
    order: str = ORDERS[0]
    why: bool = False
    offset: int = 0
    point: tuple[float, float] | None = field(default=None, repr=False)
    via: Literal["map", "me"] = "map"
    by_name: bool = False

    @classmethod
    def read(cls, values: MultiDict[str, str], *, posted: bool) -> SearchForm:
        """Read a query string or a posted form; what makes no sense falls back to the default.

        A posted ``filters`` (see `filters`) stands in place of the boxes of the form.
        """
        home = values if posted else MultiDict[str, str]()
        if home.get("filters"):
            values = MultiDict(parse_qsl(home["filters"]))
            home = MultiDict() if "home" in values else home
        include = values.get("include", "possible")
        view = home.get("view") or values.get("view", "both")
        order = values.get("order", "")
        address = home.get("choice") or home.get("address", "")
        lon, lat = home.get("lon", type=float), home.get("lat", type=float)
        return cls(
            address=address.strip()[:200],
            district=values.get("district", "")[:40],
            radius_m=values.get("radius_m", DEFAULT_RADIUS_M, type=int)
            if posted
            else DEFAULT_RADIUS_M,
            kinds=tuple(dict.fromkeys(values.getlist("kind"))),
            needs=tuple(dict.fromkeys(values.getlist("need"))),
            departments=tuple(dict.fromkeys(d[:40] for d in values.getlist("department")))[:20],
            text=(values.get("q") or home.get("q", "")).strip()[:200],
            open_now=values.get("open") == "now",
            include=include if include in {"match", "possible", "all"} else "possible",
            view=view if view in VIEWS else "both",
            order=order if order in ORDERS else ORDERS[0],
            why=values.get("why") == "1",
            offset=max(0, values.get("offset", 0, type=int)),
            point=None if lon is None or lat is None else (lon, lat),
            via="me" if home.get("via") == "me" else "map",
            by_name=home.get("by_name") == "1",
        )

    @property
    def has_home(self) -> bool:
        """True when distances are to be measured from a place."""
        return bool(self.point or self.address)

    @property
    def asks(self) -> bool:
        """True when there is a place or a text to search by."""
        return bool(self.has_home or self.district or self.text)

    def shareable(self) -> list[tuple[str, str]]:
        """Return what a URL may hold, as pairs: never the home."""
        pairs = [("district", self.district)] if self.district else []
        pairs += [("kind", kind) for kind in self.kinds]
        pairs += [("need", need) for need in self.needs]
        pairs += [("department", name) for name in self.departments]
        pairs += [("q", self.text)] if self.text else []
        pairs += [("open", "now")] if self.open_now else []
        pairs += [("include", self.include)] if self.include != "possible" else []
        pairs += [("order", self.order)] if self.order != ORDERS[0] else []
        pairs += [("why", "1")] if self.why else []
        pairs += [("view", self.view)] if self.view != "both" else []
        pairs += [("offset", str(self.offset))] if self.offset else []
        return pairs

    def linkable(self, view: View) -> SearchForm:
        """Return what links of the answer to a POST may hold: codes and names that are known.

        Words and unknown values may be a home in the wrong field; they come in bodies only.
        """
        return replace(
            self,
            text="",
            district=self.district if view.district_chain(self.district) else "",
            kinds=tuple(kind for kind in self.kinds if kind in view.reference.kinds),
            needs=tuple(need for need in self.needs if need in view.reference.vocabulary),
            departments=tuple(
                name for name in self.departments if view.snapshot.with_department(name).size
            ),
        )

    def query_string(self, language: str | None = None) -> str:
        """Return the shareable part as a query string."""
        return urlencode([*self.shareable(), *([("lang", language)] if language else [])])

    def filters(self, *, home: bool = True, **changes: Any) -> str:
        """Return the value of a button that asks again with some filters (attributes) changed.

        ``home=False`` asks without the home, or the words typed in its place, as well.
        """
        changed = replace(self, **{"offset": 0, **changes})
        pairs = [*changed.shareable(), ("radius_m", str(changed.radius_m))]
        return urlencode([*pairs, *([] if home else [("home", "none")])])

    def request(self, now: datetime) -> SearchRequest:
        """Return the question as the API takes it, "open now" as a moment.

        Raises
        ------
        ValidationError
            When a number or a list is out of bounds.
        """
        near: Document | None = {"address": self.address} if self.address else None
        if self.point:
            near = {"lon": self.point[0], "lat": self.point[1]}
        return SearchRequest.model_validate(
            {
                "near": near,
                "radius_m": self.radius_m,
                "district": self.district or None,
                "kinds": list(self.kinds),
                "needs": list(self.needs),
                "departments": list(self.departments),
                "q": self.text or None,
                "open_at": now if self.open_now else None,
                "include": self.include,
                "limit": MAX_LIMIT if self.order == OPEN_FIRST else PAGE,
                "offset": 0 if self.order == OPEN_FIRST else self.offset,
                "sort": "drive_minutes" if self.order == BY_ROAD else "distance",
                "facets": self.offset == 0,
                "explain": self.why,
            }
        )

    def relaxed(self, steps: Iterable[Step], kinds: Sequence[str] = ()) -> SearchForm:
        """Return the form with the steps of a relaxation taken; ``kinds`` are those it adds."""
        form = replace(self, kinds=tuple(kinds) or self.kinds)
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
                case RelaxationKind.ANY_DEPARTMENT:
                    form = replace(form, departments=())
                case RelaxationKind.ANY_WORDS:
                    form = replace(form, text="")
                case _:
                    assert_never(step.kind)
        return form
