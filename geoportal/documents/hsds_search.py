"""Lists of HSDS: parameters in, a page out. No parameter takes a position or a postcode."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from geoportal.documents import Document
from geoportal.documents.fhir_names import Names
from geoportal.documents.fhir_resources import Resources
from geoportal.documents.hsds_records import Records
from geoportal.documents.hsds_terms import (
    KIND,
    NEED,
    codes_by_id,
    taxonomies,
    taxonomy_id,
    taxonomy_terms,
)
from geoportal.domain.facility import KINDS
from geoportal.domain.hours import JST
from geoportal.errors import UsageError
from geoportal.index.imports import number_of
from geoportal.index.points import Rows
from geoportal.index.uuids import uuid_of
from geoportal.services.view import View
from geoportal.text.normalize import fold

Mask = NDArray[np.bool_]
DEFAULT_PER_PAGE: Final = 50
MOST_PER_PAGE: Final = 500
MOST_MINIMAL: Final = 1_000_000
"""The same where only ids and days are asked for: all stand on one page unless said."""
POSITION_REFUSED: Final = (
    "neither a position nor a postcode is taken here: it may be a patient's home, and URLs are"
    " kept in logs and histories. POST /api/v1/search takes one in its body"
)
_POSITIONS: Final = frozenset(
    {"postcode", "proximity", "near", "lat", "lon", "latitude", "longitude", "bbox", "radius"}
)
_TERMS: Final = ("taxonomy_term_id", "taxonomy_id")
_PAGING: Final = ("search", "page", "per_page", "format")
_SERVICES: Final = (*_PAGING, *_TERMS, "organization_id", "modified_after", "full")
PARAMETERS: Final[Mapping[str, Sequence[str]]] = {
    "services": (*_SERVICES, "minimal"),
    "organizations": (*_PAGING, *_TERMS, "modified_after", "full", "full_service"),
    "locations": _SERVICES,
    "service_at_locations": _SERVICES,
    "taxonomies": _PAGING,
    "taxonomy_terms": (*_PAGING, "taxonomy_id"),
}
"""Parameters of each list."""
DEFINED: Final = ("taxonomies", "taxonomy_terms")
"""Tables that are not of facilities."""


@dataclass(frozen=True)
class HsdsQuery:
    """A list that is asked for; ``asked`` has the values of each parameter as they were sent."""

    table: str
    asked: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False)
    page: int = 1
    per_page: int = DEFAULT_PER_PAGE
    full: bool = False
    full_service: bool = False
    minimal: bool = False

    @property
    def words(self) -> list[str]:
        """Folded words that must all occur.

        Raises
        ------
        UsageError
            When a search has no letter or digit.
        """
        words = [fold(word) for text in self.asked.get("search", ()) for word in text.split()]
        if "search" in self.asked and not any(words):
            raise UsageError("expected letters or digits", "search")
        return [word for word in words if word]


def read_query(table: str, pairs: Iterable[tuple[str, str]]) -> HsdsQuery:
    """Return what is asked for.

    Raises
    ------
    UsageError
        When a parameter is not offered, makes no sense or is a position.
    """
    asked: dict[str, list[str]] = {}
    for name, value in pairs:
        if name in _POSITIONS:
            raise UsageError(POSITION_REFUSED, name)
        if name not in PARAMETERS[table]:
            offered = ", ".join(PARAMETERS[table])
            raise UsageError(f"there is a parameter that is not offered; offered are {offered}", "")
        if name not in ("taxonomy_term_id", "taxonomy_id") and name in asked:
            raise UsageError("expected one value", name)
        asked.setdefault(name, []).append(value)
    if asked.get("format", ["json"]) != ["json"]:
        raise UsageError("expected json", "format")
    minimal = _flag(asked, "minimal")
    most, default = (MOST_MINIMAL,) * 2 if minimal else (MOST_PER_PAGE, DEFAULT_PER_PAGE)
    return HsdsQuery(
        table,
        asked,
        _whole(asked, "page", 1),
        min(_whole(asked, "per_page", default), most),
        _flag(asked, "full"),
        _flag(asked, "full_service"),
        minimal,
    )


def listed(view: View, query: HsdsQuery) -> Document:
    """Return a page of a list.

    Raises
    ------
    UsageError
        When a value of a parameter cannot be meant.
    """
    start = (query.page - 1) * query.per_page
    if query.table in DEFINED:
        found = _defined(view, query)
        return _page(query, len(found), found[start : start + query.per_page])
    rows = np.flatnonzero(_fitting(view, query))
    page = rows[start : start + query.per_page]
    if query.minimal:
        return _page(query, int(rows.size), _minimal(view, page))
    records = Records(view)
    contents = [
        records.write(
            query.table,
            view.snapshot.facilities[row],
            full=query.full or query.full_service,
            full_service=query.full_service,
        )
        for row in page.tolist()
    ]
    return _page(query, int(rows.size), contents)


def _minimal(view: View, rows: Rows) -> list[Document]:
    """Return ids and days of the last import that may have changed them."""
    days = Resources(view, Names("")).days_updated()[rows].astype("datetime64[D]")
    ids = (view.snapshot.by_id.id_of(row) for row in rows.tolist())
    return [
        {"id": str(uuid_of(one)), "modified_date": day}
        for one, day in zip(ids, np.datetime_as_string(days).tolist(), strict=True)
    ]


def _page(query: HsdsQuery, total: int, contents: list[Document]) -> Document:
    pages = -(-total // query.per_page)
    return {
        "total_items": total,
        "total_pages": pages,
        "page_number": query.page,
        "size": len(contents),
        "first_page": query.page == 1,
        "last_page": query.page >= pages,
        "empty": not contents,
        "contents": contents,
    }


def _defined(view: View, query: HsdsQuery) -> list[Document]:
    """Return the taxonomies or terms that are asked for."""
    found = definitions(view, query.table)
    if "taxonomy_id" in query.asked:
        wanted = [taxonomy_id(name) for name in _taxonomies(query)]
        found = [one for one in found if one["taxonomy_id"] in wanted]
    texts = ("name", "description", "code")
    return [
        one
        for one in found
        if all(any(word in fold(one.get(key, "")) for key in texts) for word in query.words)
    ]


def definitions(view: View, table: str) -> list[Document]:
    """Return all taxonomies, or all terms."""
    if table == "taxonomies":
        return taxonomies(view.snapshot.version)
    return taxonomy_terms(view.reference)


def _fitting(view: View, query: HsdsQuery) -> Mask:
    """Say of each row whether it is listed: all conditions hold."""
    snapshot = view.snapshot
    fits = np.zeros(len(snapshot), dtype=bool)
    fits[snapshot.rows()] = True
    if words := query.words:
        fits &= snapshot.with_words(words)
    for condition in _term_conditions(view, query):
        fits &= condition
    if "organization_id" in query.asked:
        facility_id = facility_with(view, query.asked["organization_id"][0])
        row = snapshot.row_of.get(facility_id or "")
        if facility_id is None:
            raise UsageError("expected the id of one of /hsds/organizations", "organization_id")
        fits &= np.arange(len(snapshot)) == (-1 if row is None else row)
    if "modified_after" in query.asked:
        day = number_of(_day(query.asked["modified_after"][0]))
        fits &= Resources(view, Names("")).days_updated() >= day
    return fits


def _term_conditions(view: View, query: HsdsQuery) -> Iterable[Mask]:
    """Yield whether each row has each term, and some term of each taxonomy."""
    snapshot = view.snapshot
    rows = np.arange(len(snapshot))
    known = codes_by_id(view.reference) if "taxonomy_term_id" in query.asked else {}
    for asked in query.asked.get("taxonomy_term_id", ()):
        taxonomy, code = known.get(_uuid(asked), ("", ""))
        if taxonomy == KIND:
            yield snapshot.columns.kinds == KINDS.index(code)
        elif taxonomy == NEED:
            yield snapshot.has_need(rows, code)
        else:
            raise UsageError("expected the id of one of /hsds/taxonomy_terms", "taxonomy_term_id")
    if NEED in _taxonomies(query):  # every facility is of some kind
        some = np.zeros(len(snapshot), dtype=bool)
        for term in view.reference.vocabulary:
            some |= snapshot.has_need(rows, term.code)
        yield some


def _taxonomies(query: HsdsQuery) -> list[str]:
    names = {taxonomy_id(name): name for name in (NEED, KIND)}
    asked = [_uuid(one) for one in query.asked.get("taxonomy_id", ())]
    if not names.keys() >= set(asked):
        raise UsageError("expected the id of one of /hsds/taxonomies", "taxonomy_id")
    return [names[one] for one in asked]


def facility_with(view: View, text: str) -> str | None:
    """Return the id of the facility with a UUID, closed ones too; None when there is none."""
    try:
        return view.snapshot.by_id.with_uuid(UUID(text))
    except ValueError:
        return None


def _uuid(text: str) -> str:
    """Return a UUID as it is written here; what is none as it is."""
    try:
        return str(UUID(text))
    except ValueError:
        return text


def _whole(asked: Mapping[str, Sequence[str]], name: str, default: int) -> int:
    [text] = asked.get(name, [str(default)])
    if not (text.isascii() and text.isdigit() and int(text[:9])):
        raise UsageError("expected a whole number from 1", name)
    return int(text[:9])


def _flag(asked: Mapping[str, Sequence[str]], name: str) -> bool:
    [text] = asked.get(name, ["false"])
    if text not in ("true", "false"):
        raise UsageError("expected true or false", name)
    return text == "true"


def _day(text: str) -> date:
    """Return the day in Japan of a day or moment of ISO 8601."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment.astimezone(JST) if moment.tzinfo else moment).date()
    except (ValueError, OverflowError):
        raise UsageError("expected 2026-11-24 or a moment with offset", "modified_after") from None
