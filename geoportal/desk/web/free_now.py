"""``/desk/free``: who has room now for what was searched for, by the capacity light.

◎, ○, △ and × are lists of their own, each with its date and conditions. An answer that is expired
or was never given is unknown (未確認), never free.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from flask import Response, request
from pydantic import ValidationError

from geoportal.desk.domain.ledger import CAPACITY, Entry, Light, light_on, standing
from geoportal.desk.web.desk_here import desk_here, wards_here
from geoportal.desk.web.frame import desk_page
from geoportal.desk.web.guard import staff_blueprint
from geoportal.desk.web.places import centre_names, known_names, ward_of
from geoportal.domain.claim import CAPACITY_PREFIX
from geoportal.domain.query import Query
from geoportal.errors import UsageError
from geoportal.search.results import Result
from geoportal.services.view import View
from geoportal.web.current_view import view_here
from geoportal.web.language.labels import kind_groups, need_groups
from geoportal.web.pages.search_answer import read_place
from geoportal.web.pages.search_form import SearchForm

blueprint = staff_blueprint("free_now", __name__)
_MOST: Final = 300
"""Results of the search that are looked at, in its order."""
_SHOWN: Final = 20
"""Offices of unknown capacity that are listed."""
OTHERWISE: Final = "otherwise"
UNKNOWN: Final = "unknown"
GROUPS: Final = (
    Light.FREE.value, Light.SOON.value, Light.ASK.value, OTHERWISE, UNKNOWN, Light.FULL.value,
)  # fmt: skip
"""In the order shown; ``otherwise``: there is room, but not for this ward or these needs."""


@dataclass(frozen=True, slots=True)
class Row:
    """One office, and what stands of its capacity (None: nothing)."""

    result: Result
    entry: Entry | None


@blueprint.get("/free")
def begin() -> Response:
    """Show the form that asks."""
    return _page(None, {})


@blueprint.post("/free")
def show() -> Response:
    """Show who has room; the question is a search form's, sent in a form as it may hold a home."""
    view = view_here()
    query = question_of(view, SearchForm.read(request.form, posted=True))
    if query is None:
        return _page(None, {}, problem=("district", "free-place"))
    known = desk_here().ledger.now(desk_here().database).by_present_id(view.redirects)
    today = desk_here().clock().date().isoformat()
    results = view.search(query).results
    return _page(query, grouped(results, known, query.needs, home_ward(view, query), today))


def question_of(view: View, form: SearchForm) -> Query | None:
    """Return what a search form asks, capacity apart; None where its place is not understood."""
    try:
        outcome = read_place(view, form)
        if not form.asks or (outcome.notice and not outcome.place):
            return None
        query = outcome.form.request(view.now).to_query(view)
    except (UsageError, ValidationError):
        return None
    needs = tuple(code for code in query.needs if not code.startswith(CAPACITY_PREFIX))
    return replace(query, needs=needs, limit=_MOST, offset=0)


def home_ward(view: View, query: Query) -> str:
    """Return the ward a question is about, empty where it is about none or several."""
    if query.origin is not None:
        found = query.origin.municipality_code
        point = view.locate_point(query.origin.lon, query.origin.lat).result
        return found or point.municipality_code
    return query.districts[0] if len(query.districts) == 1 else ""


def grouped(
    results: Sequence[Result],
    entries: Mapping[str, Sequence[Entry]],
    needs: Sequence[str],
    ward: str,
    today: str,
) -> dict[str, list[Row]]:
    """Return results by what stands of their capacity on a day, each list in the search's order."""
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for result in results:
        entry = standing(entries.get(result.facility.id, ())).get(CAPACITY)
        light = light_on(entry, today)
        row = Row(result, entry)
        if light is None or entry is None:
            groups[UNKNOWN].append(row)
        elif light is not Light.FULL and not entry.draft.terms.admits(ward, needs):
            groups[OTHERWISE].append(row)
        else:
            groups[light.value].append(row)
    return {name: groups[name] for name in GROUPS if groups[name]}


def _page(
    query: Query | None,
    groups: Mapping[str, Sequence[Row]],
    problem: tuple[str, str] | None = None,
) -> Response:
    names = known_names()
    reference = view_here().reference
    return desk_page(
        "free_now",
        problems=[problem] if problem else [],
        asked=query,
        groups=groups,
        shown=_SHOWN,
        today=desk_here().clock().date().isoformat(),
        wards=wards_here(),
        names=names,
        ward_of=ward_of,
        centre_names=centre_names(),
        terms_words=lambda terms: terms.words(names),
        groups_of_kinds=kind_groups(reference),
        need_groups=need_groups(reference, "ja"),
    )
