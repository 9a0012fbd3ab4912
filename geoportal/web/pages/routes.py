"""The pages for people. Works without JavaScript; an address travels only in a POST."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Any, assert_never

from flask import Blueprint, Response, abort, g, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from geoportal.documents.facility import facility_document
from geoportal.documents.reference import centres_document, sources_document
from geoportal.documents.search_extras import relaxation_steps
from geoportal.documents.state import state_document
from geoportal.domain.hours import HOLIDAY, JST
from geoportal.search.relax import RelaxationKind, Step
from geoportal.services.view import is_holiday
from geoportal.store.reference import WayIn
from geoportal.web.coverage.page import coverage_page, shareable
from geoportal.web.coverage.question import COVERAGE_ARGUMENTS
from geoportal.web.current_view import count_question, view_here
from geoportal.web.language import wording
from geoportal.web.language.messages import Label, messages
from geoportal.web.pages import (
    consultation as consult_pages,
)
from geoportal.web.pages import (
    export as export_page,
)
from geoportal.web.pages import (
    facility as facility_page,
)
from geoportal.web.pages import (
    frame as page_frame,
)
from geoportal.web.pages import (
    models,
    search_form,
)
from geoportal.web.pages.frame import (
    asked_language,
    choose_visitors_language,
    config_document,
    page,
    page_url,
)
from geoportal.web.pages.search_form import Outcome, SearchForm
from geoportal.web.site import installable
from geoportal.web.site.structured_data import structured_data

blueprint = Blueprint("pages", __name__)
blueprint.register_blueprint(page_frame.blueprint)
consult_pages.add_routes(blueprint)
export_page.add_routes(blueprint)
installable.add_routes(blueprint)


@blueprint.get("/")
def start() -> Response:
    """Show the map and the list; the URL may hold district, kinds and needs, never a home."""
    form = SearchForm.read(request.args, posted=False)
    outcome = search_form.answer(view_here(), form)
    status = HTTPStatus.BAD_REQUEST if outcome.problem else HTTPStatus.OK
    return make_response(_search_page(form, outcome), status)


@blueprint.post("/")
def search() -> BaseResponse:
    """Answer the form without JavaScript; without an address this leads to a URL to keep."""
    form = SearchForm.read(request.form, posted=True)
    if not form.address:
        return redirect(_here(form), HTTPStatus.SEE_OTHER)
    outcome = search_form.answer(view_here(), form)
    status = HTTPStatus.BAD_REQUEST if outcome.problem else HTTPStatus.OK
    response = make_response(_search_page(form, outcome), status)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/facilities/<facility_id>")
def facility(facility_id: str) -> BaseResponse:
    """Show one facility with every fact, its source and date; old ids redirect for ever."""
    view = view_here()
    feature = facility_document(view, facility_id)
    if feature is None:
        target = view.redirect_of(facility_id) or abort(HTTPStatus.NOT_FOUND)
        return redirect(
            page_url("pages.facility", facility_id=target), HTTPStatus.MOVED_PERMANENTLY
        )
    known = view.facility(facility_id)
    now = view.now.astimezone(JST)
    today = HOLIDAY if is_holiday(now.date()) else now.weekday()
    return page(
        "facility",
        feature=feature,
        state=state_document(view, known) if known and known.status == "open" else None,
        claim_groups=models.claims_by_group(view, feature, g.language),
        week=models.week(feature["properties"]["hours"], today),
        centres=models.merged_centres(view, feature["properties"]["centres"]),
        around=facility_page.surroundings(view, known) if known else {},
        history=facility_page.history(view, known) if known else [],
        json_ld=structured_data(
            feature, request.base_url, view.reference.kinds[feature["properties"]["kind"]]
        ),
    )


@blueprint.get("/districts/<code>")
def district(code: str) -> Response:
    """Show a district: its centre, its figures, its facilities."""
    view = view_here()
    found = models.district(view, code)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    centres = models.merged_centres(view, found["centres"])
    groups = models.facilities_by_kind(view, code)
    return page("district", district=found, centres=centres, groups=groups)


@blueprint.get("/centres")
def centres() -> Response:
    """Show the consultation centres, open now or when next."""
    return page("centres", **centres_document(view_here()))


@blueprint.get("/coverage")
def coverage() -> Response:
    """Show who is within reach of whom, district by district, and what lies where."""
    asked = {
        name: request.args.getlist(name) for name in COVERAGE_ARGUMENTS if name in request.args
    }
    return page("coverage", **coverage_page(view_here(), asked, g.language))


@blueprint.post("/coverage")
def coverage_what_if() -> BaseResponse:
    """Answer the what-if form; without a planned place this leads to a URL to keep."""
    sent = request.form.to_dict(flat=False)
    shared = shareable(view_here(), sent)
    if shared is not None:
        return redirect(page_url("pages.coverage", **shared, _anchor="plan"), HTTPStatus.SEE_OTHER)
    return page("coverage", **coverage_page(view_here(), sent, g.language))


@blueprint.get("/data")
def data() -> Response:
    """Show every source with licence, date, rows and freshness."""
    return page("data", **sources_document(view_here()))


@blueprint.get("/shortlist")
def shortlist() -> Response:
    """Show the shortlist, which lives in the visitor's browser only."""
    return page("shortlist", config_document=config_document())


@blueprint.get("/about")
def about() -> Response:
    """Say what this is and who stands behind it."""
    return page("about")


@blueprint.get("/privacy")
def privacy() -> Response:
    """Say what happens to an address (nothing) and what others may learn."""
    return page("privacy")


@blueprint.get("/accessibility")
def accessibility() -> Response:
    """State how accessible the pages are."""
    return page("accessibility")


@blueprint.get("/help")
def help_page() -> Response:
    """Explain how to search and how to read the marks."""
    return page("help")


@blueprint.get("/offline")
def offline() -> Response:
    """Say what can be done without a network; shown in place of a page that is not kept."""
    return page("offline")


def error_page(status: int) -> Response:
    """Return the page for an error, in the visitor's language; it repeats nothing they sent.

    Parameters
    ----------
    status : int
        HTTP status code.
    """
    choose_visitors_language()
    known = {HTTPStatus.NOT_FOUND: "missing", HTTPStatus.BAD_REQUEST: "refused"}
    code = known.get(HTTPStatus(status), "refused" if status < 500 else "fault")
    response = page("error", code=code, fictional=False)
    response.status_code = status
    return response


def _here(form: SearchForm, **changes: Any) -> str:
    """Return the start page's URL for a changed form; where it asks something, at the results."""
    if "drop_need" in changes:
        dropped = changes.pop("drop_need")
        changes["needs"] = tuple(need for need in form.needs if need != dropped)
    if "drop_kind" in changes:
        dropped = changes.pop("drop_kind")
        changes["kinds"] = tuple(kind for kind in form.kinds if kind != dropped)
    changed = replace(form, **{"offset": 0, **changes})
    query = changed.query_string(asked_language())
    return (
        url_for("pages.start") + (f"?{query}" if query else "") + ("#found" if changed.asks else "")
    )


def _search_page(form: SearchForm, outcome: Outcome) -> Response:
    view = view_here()
    document = outcome.document
    if document:
        count_question(document, form.offset)
    named = models.merged_centres(view, document["centres"]) if document else []
    known = {district.code: district.name for district in view.snapshot.districts.districts}
    return page(
        "start",
        form=form,
        outcome=outcome,
        document=document,
        centre=named[0] if named else None,
        problems=[{"target": "address", "key": outcome.problem}] if outcome.problem else [],
        district_name=known.get(form.district, ""),
        district_groups=models.district_groups(view),
        home_districts=lambda: models.home_districts(view),
        kind_groups=models.kind_groups(view),
        need_groups=models.need_groups(view, g.language),
        ways_in=[_way(way) for way in view.reference.ways_in],
        has_stations=view.station_count > 0,
        chips=_chips(form, known),
        facets=search_form.facet_counts(document, form.include),
        relaxations=_relaxations(form, document, known),
        orders=search_form.ORDERS,
        here=lambda **changes: _here(form, **changes),
        config_document=config_document(form),
        initial_document={
            "document": document,
            "found_by": outcome.found_by,
            "offset": form.offset,
        },
    )


def _relaxations(
    form: SearchForm, document: dict[str, Any] | None, names: dict[str, str]
) -> list[dict[str, str]]:
    """Return what to let go of when nothing matches, in words; as links unless by address."""
    offered = []
    found = document or {}
    for item in [*found.get("relaxations", []), *found.get("relaxations_more", [])]:
        steps = relaxation_steps(item)
        easier = search_form.relaxed(form, steps)
        labels = [_relaxation_words(step, names) for step in steps]
        words = Label(messages(g.language).plain("js-comma").join(step.source for step in labels))
        text = messages(g.language).label("js-relax-line", what=words, count=item["adds"])
        offered.append({"text": text, "href": "" if form.address else _here(easier)})
    return offered


def _relaxation_words(step: Step, names: dict[str, str]) -> Label:
    say = messages(g.language).label
    value = str(step.value)
    match step.kind:
        case RelaxationKind.DROP:
            label = models.need_labels(view_here(), g.language).get(value, value)
            return say("js-relax-need", need=label)
        case RelaxationKind.RADIUS:
            return say("js-relax-radius", distance=wording.distance(step.metres))
        case RelaxationKind.DISTRICT:
            return say("js-relax-district", name=names.get(value, value))
        case RelaxationKind.ANY_KIND | RelaxationKind.ANY_TIME | RelaxationKind.ANY_WORDS:
            return say(f"js-relax-{step.kind.replace('_', '-')}")
        case _:
            assert_never(step.kind)


def _way(way: WayIn) -> dict[str, str]:
    leads_to_search = way.page == "start"
    searched = SearchForm(kinds=way.kinds, needs=way.needs)
    return {
        "code": way.way,
        "href": _here(searched) if leads_to_search else page_url(f"pages.{way.page}"),
    }


def _chips(form: SearchForm, district_names: dict[str, str]) -> list[dict[str, str]]:
    """Return the active filters; links that remove them, unless an address is in play."""
    view = view_here()
    labels = models.need_labels(view, g.language)
    kinds = models.kinds(view, g.language)
    chips: list[tuple[str, dict[str, Any]]] = []
    if form.district in district_names:
        chips.append((district_names[form.district], {"district": ""}))
    if form.text:
        chips.append((form.text, {"text": ""}))
    if form.open_now:
        chips.append((messages(g.language).label("js-open-now"), {"open_now": False}))
    chips += [(kinds[k]["short"], {"drop_kind": k}) for k in form.kinds if k in kinds]
    chips += [(labels[n], {"drop_need": n}) for n in form.needs if n in labels]
    return [
        {"label": label, "href": "" if form.address else _here(form, **change)}
        for label, change in chips
    ]
