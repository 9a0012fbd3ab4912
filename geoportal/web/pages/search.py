"""The start page: the search form, the map and the list of results.

The list has one renderer, the templates used here; the page's scripts ask for its parts
(`results`) and put them into the page.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Any

from flask import Response, g, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from geoportal.documents import Document
from geoportal.documents.search_extras import relaxation_steps
from geoportal.domain.hours import JST
from geoportal.export.facilities import DOWNLOADS
from geoportal.index.hierarchy import district_name
from geoportal.search.completeness import asked_kinds
from geoportal.search.relax import RelaxationKind
from geoportal.services.view import View
from geoportal.web.current_view import count_question, view_here
from geoportal.web.language.labels import (
    kind_groups,
    kinds,
    label,
    need_groups,
    need_labels,
    short_kind_label,
)
from geoportal.web.language.messages import Label, messages
from geoportal.web.language.place_names import place_label
from geoportal.web.language.wording import number
from geoportal.web.pages import district, search_answer
from geoportal.web.pages.centres import centres_in_full, responsible_in_full
from geoportal.web.pages.cities import (
    chosen_city,
    city_choices,
    districts_of,
    held_cities,
    only_city,
)
from geoportal.web.pages.kept_page import Page, kept_page
from geoportal.web.pages.relaxation_words import relaxation_words
from geoportal.web.pages.search_answer import Outcome
from geoportal.web.pages.search_form import BY_ROAD, ORDERS, RADII_M, SearchForm
from geoportal.web.site.frame import asked_language, form_page, fragment, map_config, page_url
from geoportal.web.site.prepared import Prepared, prepared

_FILES = (DOWNLOADS["xlsx"], *(one for name, one in DOWNLOADS.items() if name != "xlsx"))
"""The files that are offered, the one that most people open first."""


def start() -> Response:
    """Show the map and the list; the URL may hold district, kinds and needs, never a home."""
    form = SearchForm.read(request.args, posted=False)
    page = kept_page(form, lambda: _page(form))
    return _counted(form, page)


def search() -> BaseResponse:
    """Answer the form without JavaScript; where a URL may hold it, this leads to a URL to keep."""
    form = SearchForm.read(request.form, posted=True)
    if not form.has_home and form == form.linkable(view_here()):
        return redirect(_start_url(form), HTTPStatus.SEE_OTHER)
    return _counted(form, _page(form))


def results() -> Response:
    """Return the parts of the page that an answer changes, for the page's scripts."""
    form = SearchForm.read(request.form, posted=True)
    outcome = search_answer.answer(view_here(), form)
    html = fragment("partials/answer.html", form=outcome.form, **_answer_context(outcome))
    status = HTTPStatus.BAD_REQUEST if outcome.problem else HTTPStatus.OK
    return _counted(form, Page(make_response(html, status), _shown(outcome)))


def _counted(form: SearchForm, page: Page) -> Response:
    if page.shown is not None:
        count_question(view_here(), page.shown, form.offset)
    return page.response


def _page(form: SearchForm) -> Page:
    view = view_here()
    outcome = search_answer.answer(view, form)
    if outcome.problem:  # unknown values may be a home in the wrong field: they are not repeated
        form = replace(form.linkable(view), address=form.address)
        outcome = replace(outcome, form=form)
    cities = held_cities(view)
    city = chosen_city(cities, request.args.get("city", ""))
    response = form_page(
        "start",
        form,
        "address",
        outcome.problem,
        query=form.shareable() if request.method == "GET" else (),
        district_name=_district_name(view, form.district),
        choices=_choices(view, form, search_answer.facet_counts(outcome.document, form.include)),
        kind_groups=kind_groups(view.reference),
        has_stations=view.station_count > 0,
        orders=[order for order in ORDERS if order != BY_ROAD or view.snapshot.roads],
        downloads=[one for one in _FILES if one.lists_any(form.kinds)],
        radii=sorted({*RADII_M, form.radius_m}),
        config=map_config(districts_of(view, city) if city else None, city or only_city(cities)),
        cities=city_choices(cities, g.language),
        city=city,
        **_answer_context(outcome, districts_of(view, city) if city else frozenset()),
    )
    return Page(response, _shown(outcome))


def _choices(view: View, form: SearchForm, counts: Mapping[str, Mapping[str, int]]) -> Document:
    """Return the districts, kinds and needs to choose from, those of the form chosen."""
    count = partial(messages(g.language).html, "js-need-count")

    def chosen(codes: Collection[str], attribute: str) -> Callable[[str], str]:
        return lambda code: f" {attribute}" if code in codes else ""

    def counted(of: Mapping[str, int], say: Callable[[int], str]) -> Callable[[str], str]:
        return lambda code: say(of[code]) if code in of else ""

    def choices(name: str, groups: Callable[[], object]) -> Prepared:
        template = f"partials/choices/{name}.html"
        return prepared(view, template, "", lambda: fragment(template, groups=groups()))

    districts = choices("districts", lambda: district.district_groups(view))
    kinds = choices("kinds", lambda: kind_groups(view.reference))
    needs = choices("needs", lambda: need_groups(view.reference, g.language))
    return {
        "districts": districts.filled(selected=chosen((form.district,), "selected")),
        "kinds": kinds.filled(
            checked=chosen(form.kinds, "checked"), count=counted(counts["kind"], number)
        ),
        "needs": needs.filled(
            checked=chosen(form.needs, "checked"),
            count=counted(counts["need"], lambda known: count(count=known)),
        ),
    }


def _shown(outcome: Outcome) -> tuple[str, ...] | None:
    if not outcome.document:
        return None
    return tuple(feature["id"] for feature in outcome.document["features"])


def _answer_context(outcome: Outcome, within: frozenset[str] = frozenset()) -> Document:
    """Return what the parts of the page that an answer changes are rendered from.

    ``within`` are the districts of a city that was chosen; empty for all.
    """
    view, document = view_here(), outcome.document
    brief = document["centres"] if document and "responsible" not in document else []
    return {
        "outcome": outcome,
        "document": document,
        "tally": search_answer.tally(document, outcome.form.include) if document else {},
        "bands": search_answer.bands(document, outcome.form.offset) if document else [],
        "notice": outcome.notice or (outcome.problem if request.path == "/results" else ""),
        "centres": centres_in_full(view, brief),
        "responsible": responsible_in_full(view, document or {}),
        "chips": _chips(view, outcome),
        "relaxations": _relaxations(view, outcome),
        "road_map": view.snapshot.roads is not None,
        "misplaced": _misplaced(view, outcome),
        "home_districts": lambda: district.home_districts(view, within),
        "ways_in": [
            {
                "code": way.way,
                "href": _start_url(SearchForm(kinds=way.kinds, needs=way.needs))
                if way.page == "start"
                else page_url(f"pages.{way.page}"),
            }
            for way in view.reference.ways_in
        ],
        "here": lambda **changes: _start_url(replace(_linked(view, outcome.form), **changes)),
        "answer": _script_document(view, outcome),
        "asked_at": {
            "when": view.now.isoformat(),
            "holiday": view.calendar.is_holiday(view.now.astimezone(JST).date()),
        },
    }


def _script_document(view: View, outcome: Outcome) -> Document:
    """Return what the scripts need to know besides the HTML of an answer."""
    form, document = outcome.form, outcome.document
    origin = document.get("origin") if document else None
    chain = view.district_chain(form.district) if form.district else []
    return {
        "understood": outcome.understood,
        "place": outcome.place,
        "answered": document is not None,
        "origin": origin and {key: origin[key] for key in ("lon", "lat", "uncertainty_m")},
        "form": {
            "district": form.district,
            "district_name": chain[0].name if chain else form.district,
            "radius_m": form.radius_m,
            "kinds": form.kinds,
            "needs": form.needs,
            "open": form.open_now,
            "all": form.include == "all",
            "text": form.text,
            "order": form.order,
            "why": form.why,
            **({"address": form.address} if outcome.words_taken else {}),
        },
        "facets": search_answer.facet_counts(document, form.include)
        if document and "facets" in document
        else None,
        "url": _url(replace(form.linkable(view), offset=0)),
        "said": messages(g.language).plain("no-data")
        if document and "no_data" in document
        else messages(g.language).plain(
            "results-said",
            count=document["numberMatched"],
            **search_answer.tally(document, form.include),
        )
        if document
        else "",
    }


def _url(form: SearchForm) -> str:
    query = form.query_string(asked_language())
    return url_for("pages.start") + (f"?{query}" if query else "")


def _start_url(form: SearchForm) -> str:
    """Return the page's URL for a form; where it asks something, at the results."""
    return _url(form) + ("#found" if form.asks else "")


def _district_name(view: View, code: str) -> str:
    """Return the name of a district, with an outline or without; empty when it is not known."""
    if not code or not view.snapshot.knows_district(code):
        return ""
    return district_name(view.reference, view.snapshot.districts, code)


def _chips(view: View, outcome: Outcome) -> list[Document]:
    """Return the active filters with the form that each leaves when it is taken away."""
    form = outcome.form
    shareable = _linked(view, form)
    say = messages(g.language).label
    labels = need_labels(view.reference, g.language)
    shown = kinds(view.reference, g.language)
    chosen = _district_name(view, form.district)
    chips: list[tuple[str, str]] = []
    if outcome.place == "point":
        chips.append((say(f"near-{form.via}"), shareable.filters(home=False)))
    if outcome.place == "address":
        chips.append((say("near-address"), shareable.filters(home=False)))
    if form.text:
        chips.append((say("chip-text", text=form.text), shareable.filters(home=False, text="")))
    if chosen:
        keeps_home = outcome.place != "ward"
        without = shareable.filters(home=keeps_home, district="")
        name = chosen
        chips.append((place_label(view.reference, form.district, name, g.language), without))
    if form.open_now:
        chips.append((say("open-now"), shareable.filters(open_now=False)))
    named = {kind: info["short"] for kind, info in shown.items()}
    departments = {
        name: label(view.reference, "department", name, g.language) for name in form.departments
    }
    for filter_name, values, names in (
        ("kinds", form.kinds, named),
        ("departments", form.departments, departments),
        ("needs", form.needs, labels),
    ):
        for value in values:
            if value in names:
                changes: dict[str, Any] = {filter_name: tuple(v for v in values if v != value)}
                chips.append((names[value], shareable.filters(**changes)))
    return [{"label": text, "filters": filters} for text, filters in chips]


def _misplaced(view: View, outcome: Outcome) -> list[Document]:
    """Return the needs because of which nobody can be asked, in words, and whom to ask instead.

    ``filters`` is the form with the kinds that all needs are about, empty where there are none.
    """
    document, form = outcome.document or {}, _linked(view, outcome.form)
    labels = need_labels(view.reference, g.language)
    able = asked_kinds(view.snapshot, form.needs)
    filters = replace(form, kinds=able).filters() if able else ""
    comma = messages(g.language).plain("js-comma")
    return [
        {
            "text": messages(g.language).label(
                "misplaced-need",
                need=labels[one["need"]],
                kinds=Label(
                    comma.join(
                        short_kind_label(view.reference, kind, g.language).source
                        for kind in one["kinds"]
                    )
                ),
            ),
            "filters": filters,
        }
        for one in document.get("misplaced", ())
    ]


def _linked(view: View, form: SearchForm) -> SearchForm:
    """Return the first page of a question as the links of this answer may hold it."""
    return replace(form if request.method == "GET" else form.linkable(view), offset=0)


def _relaxations(view: View, outcome: Outcome) -> list[Document]:
    """Return the relaxations of an answer with few matches, in words, with the form of each."""
    document = outcome.document or {}
    form = _linked(view, outcome.form)
    offered = []
    for relaxation in [*document.get("relaxations", []), *document.get("relaxations_more", [])]:
        steps = relaxation_steps(relaxation)
        relaxed = form.relaxed(steps, relaxation.get("kinds", ()))
        keeps_words = all(step.kind is not RelaxationKind.ANY_WORDS for step in steps)
        offered.append(
            {
                "text": relaxation_words(view, relaxation, form.needs),
                "beyond_visits": "beyond_visits" in relaxation,
                "filters": relaxed.filters(home=keeps_words),
            }
        )
    return offered
