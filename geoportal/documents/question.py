"""A question in plain values, and the query it becomes: what is asked is looked up here.

`geoportal.documents.requests` says which values are allowed. `surely_allowed` recognises ordinary
ones without it, for commands: loading pydantic takes longer than the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from geoportal.domain.facility import KINDS
from geoportal.domain.query import (
    DEFAULT_LIMIT,
    DEFAULT_RADIUS_M,
    INCLUDE,
    MAX_LIMIT,
    MAX_RADIUS_M,
    OPEN_USES,
    SORTS,
    Origin,
    Query,
)
from geoportal.errors import UsageError

if TYPE_CHECKING:
    from geoportal.services.view import View

MAX_OFFSET: Final = 1_000_000
MAX_CODE: Final = 40
MAX_TEXT: Final = 200
MAX_ADDRESS: Final = 10_000
MAX_NEEDS: Final = 120
MAX_DEPARTMENTS: Final = 20
"""Characters, entries and places of a request."""

Home = tuple[float, float] | str
"""A point (longitude, latitude) in degrees, or an address as people write it."""


@dataclass(frozen=True, slots=True)
class Question:
    """What `SearchRequest` asks, under the names it has there; allowed, but not yet looked up.

    Its representation names no home and no words.
    """

    near: Home | None = field(default=None, repr=False)
    radius_m: float = DEFAULT_RADIUS_M
    district: Sequence[str] = field(default=(), repr=False)
    kinds: Sequence[str] = ()
    needs: Sequence[str] = ()
    departments: Sequence[str] = ()
    q: str = field(default="", repr=False)
    open_at: datetime | None = None
    open_use: str = OPEN_USES[0]
    include: str = "possible"
    facets: bool = False
    visits_home: bool = False
    explain: bool = False
    sort: str = SORTS[0]
    limit: int = DEFAULT_LIMIT
    offset: int = 0

    def to_query(self, view: View, *, whole_allowed: bool = False) -> Query:
        """Return the question in the domain's terms.

        Without near, district and q it asks for everything, which must be ``whole_allowed``.

        Raises
        ------
        UsageError
            When nothing to search by is given, or a code is not known.
        AddressNotPlacedError
            When the address does not lead to one position.
        """
        districts = tuple(dict.fromkeys(self.district))
        if not whole_allowed and self.near is None and not districts and not self.q.strip():
            raise UsageError("give at least one of near, district, q", "near")
        view.require_districts(districts)
        return Query(
            origin=None if self.near is None else home_origin(view, self.near, districts),
            radius_m=self.radius_m,
            districts=districts,
            kinds=require_kinds(self.kinds, "kinds"),
            needs=view.reference.vocabulary.require_needs(self.needs),
            departments=tuple(dict.fromkeys(self.departments)),
            text=self.q.strip(),
            open_at=self.open_at,
            open_use=self.open_use,
            include=self.include,
            limit=self.limit,
            offset=self.offset,
            facets=self.facets,
            explain=self.explain,
            visits_home=self.visits_home,
            sort=self.sort,
        )


def surely_allowed(asked: Mapping[str, Any]) -> Question | None:
    """Return the question of a request's values where `SearchRequest` would surely take them.

    None where only it can tell: a time, a type or a key that is not looked at here, and whatever is
    not allowed. Nothing is refused here, so that there is one rule.
    """
    values = dict(asked)
    near = values.pop("near", None)
    home = None if near is None else _home(near)
    if (near is not None and home is None) or not values.keys() <= _ALLOWED.keys():
        return None
    if not all(_ALLOWED[name](value) for name, value in values.items()):
        return None
    return Question(near=home, **values)


def _home(near: object) -> Home | None:
    match near:
        case {"lon": float(lon), "lat": float(lat), **more} if not more:
            return (lon, lat) if -180 <= lon <= 180 and -90 <= lat <= 90 else None
        case {"address": str(address), **more} if not more:
            return address if _is_text(address, MAX_ADDRESS, 1) else None
    return None


def _is_text(value: object, most: int, least: int = 0) -> bool:
    """Say whether a value is a text of so many characters, all of which can be written."""
    if not isinstance(value, str) or not least <= len(value) <= most:
        return False
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)


def _are_codes(value: object, most: int) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= most
        and all(_is_text(code, MAX_CODE, 1) for code in value)
    )


def _is_truth(value: object) -> bool:
    return isinstance(value, bool)


_ALLOWED: Final[Mapping[str, Callable[[Any], bool]]] = {
    "radius_m": lambda value: type(value) is float and 1 <= value <= MAX_RADIUS_M,
    "district": lambda value: _are_codes(value, MAX_OFFSET),
    "kinds": lambda value: _are_codes(value, len(KINDS)),
    "needs": lambda value: _are_codes(value, MAX_NEEDS),
    "departments": lambda value: (
        isinstance(value, list)
        and len(value) <= MAX_DEPARTMENTS
        and all(_is_text(name, MAX_TEXT) for name in value)
    ),
    "q": lambda value: _is_text(value, MAX_TEXT),
    "open_use": lambda value: value in OPEN_USES,
    "include": lambda value: value in INCLUDE,
    "sort": lambda value: value in SORTS,
    "limit": lambda value: type(value) is int and 1 <= value <= MAX_LIMIT,
    "offset": lambda value: type(value) is int and 0 <= value <= MAX_OFFSET,
    "facets": _is_truth,
    "visits_home": _is_truth,
    "explain": _is_truth,
}
"""By field, whether a value is an ordinary one; of a time only `SearchRequest` can tell."""


def home_origin(view: View, home: Home, districts: Sequence[str] = ()) -> Origin:
    """Return where distances are measured from; ``districts`` as for `View.geocode`.

    Raises
    ------
    AddressNotPlacedError
        When an address does not lead to one position.
    """
    return view.origin_from_address(home, districts) if isinstance(home, str) else Origin(*home)


def require_kinds(kinds: Sequence[str], field: str) -> tuple[str, ...]:
    """Return facility kinds, each once.

    Raises
    ------
    UsageError
        When one is not known.
    """
    for number, kind in enumerate(kinds, 1):
        if kind not in KINDS:
            known = ", ".join(KINDS)
            message = f"entry {number} is not a facility kind; expected one of {known}"
            raise UsageError(message, field)
    return tuple(dict.fromkeys(kinds))
