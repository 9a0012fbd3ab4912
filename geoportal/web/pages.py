"""The pages for people. Works without JavaScript; an address travels only in a POST."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    g,
    make_response,
    redirect,
    request,
    url_for,
)
from flask import render_template as render
from werkzeug.wrappers import Response as BaseResponse

from geoportal.domain.hours import HOLIDAY, JST
from geoportal.services import Portal, is_holiday
from geoportal.settings import GSI_PAGE, GSI_PALE_TILES, Settings
from geoportal.web import page_models as models
from geoportal.web import presenters, wording
from geoportal.web.assets import STATIC
from geoportal.web.coverage_page import coverage_page
from geoportal.web.messages import HREFLANG, HTML_LANGUAGE, LANGUAGES, choose_language, messages
from geoportal.web.page_models import Outcome, SearchForm
from geoportal.web.picker import WAYS_IN

blueprint = Blueprint("pages", __name__)
LANGUAGE_NAMES = {"ja": "日本語", "ja-easy": "やさしい日本語", "en": "English"}
API_DOCS = "/api/docs"
KEPT_PAGES = ("start", "centres", "help_page", "shortlist")
KEPT_DATA = ("/api/v1/points", "/api/v1/districts")
"""What the service worker keeps besides the static files: published data, never a search."""


@blueprint.get("/")
def start() -> Response:
    """Show the map and the list; the URL may hold district, kinds and needs, never a home."""
    form = SearchForm.read(request.args, posted=False)
    outcome = models.answer(_portal(), form)
    status = HTTPStatus.BAD_REQUEST if outcome.problem else HTTPStatus.OK
    return make_response(_search_page(form, outcome), status)


@blueprint.post("/")
def search() -> BaseResponse:
    """Answer the form without JavaScript; without an address this leads to a URL to keep."""
    form = SearchForm.read(request.form, posted=True)
    if not form.address:
        return redirect(_here(form), HTTPStatus.SEE_OTHER)
    outcome = models.answer(_portal(), form)
    status = HTTPStatus.BAD_REQUEST if outcome.problem else HTTPStatus.OK
    response = make_response(_search_page(form, outcome), status)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/facilities/<facility_id>")
def facility(facility_id: str) -> BaseResponse:
    """Show one facility with every fact, its source and date; old ids redirect for ever."""
    portal = _portal()
    feature = presenters.facility_document(portal, facility_id)
    if feature is None:
        target = portal.redirect_of(facility_id) or abort(HTTPStatus.NOT_FOUND)
        return redirect(_url("pages.facility", facility_id=target), HTTPStatus.MOVED_PERMANENTLY)
    now = portal.clock().astimezone(JST)
    today = HOLIDAY if is_holiday(now.date()) else now.weekday()
    return _page(
        "facility",
        feature=feature,
        claim_groups=models.claims_by_group(portal, feature, g.language),
        week=models.week(feature["properties"]["hours"], today),
        centres=models.merged_centres(portal, feature["properties"]["centres"]),
        json_ld=models.structured_data(feature, request.base_url),
    )


@blueprint.get("/districts/<code>")
def district(code: str) -> Response:
    """Show a district: its centre, its figures, its facilities."""
    portal = _portal()
    found = models.district(portal, code)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    centres = models.merged_centres(portal, found["centres"])
    groups = models.facilities_by_kind(portal, code)
    return _page("district", district=found, centres=centres, groups=groups)


@blueprint.get("/centres")
def centres() -> Response:
    """Show the consultation centres, open now or when next."""
    return _page("centres", **presenters.centres_document(_portal()))


@blueprint.get("/coverage")
def coverage() -> Response:
    """Show who is within reach of whom, district by district, and what lies where."""
    asked = request.args.to_dict(flat=False)
    return _page("coverage", **coverage_page(_portal(), asked, g.language))


@blueprint.get("/data")
def data() -> Response:
    """Show every source with licence, date, rows and freshness."""
    return _page("data", **presenters.sources_document(_portal()))


@blueprint.get("/shortlist")
def shortlist() -> Response:
    """Show the shortlist, which lives in the visitor's browser only."""
    return _page("shortlist", config_document=_config_document())


@blueprint.get("/about")
def about() -> Response:
    """Say what this is and who stands behind it."""
    return _page("about")


@blueprint.get("/privacy")
def privacy() -> Response:
    """Say what happens to an address (nothing) and what others may learn."""
    return _page("privacy")


@blueprint.get("/accessibility")
def accessibility() -> Response:
    """State how accessible the pages are."""
    return _page("accessibility")


@blueprint.get("/help")
def help_page() -> Response:
    """Explain how to search and how to read the marks."""
    return _page("help")


@blueprint.get("/manifest.webmanifest")
def manifest() -> Response:
    """Describe the site as an application that can be installed."""
    icon = {"src": _asset("icons/icon.svg"), "sizes": "any", "type": "image/svg+xml"}
    document = {
        "name": messages(g.language).plain("site-name"),
        "short_name": messages(g.language).plain("site-name"),
        "lang": HTML_LANGUAGE[g.language],
        "start_url": _url("pages.start"),
        "scope": "/",
        "display": "minimal-ui",
        "background_color": "#ffffff",
        "theme_color": "#0017c1",
        "icons": [icon],
    }
    response = make_response(document)
    response.mimetype = "application/manifest+json"
    return response


@blueprint.get("/sw.js")
def service_worker() -> Response:
    """Give the worker that keeps shell and published data for use without a network."""
    names = sorted(p.relative_to(STATIC).as_posix() for p in STATIC.rglob("*") if p.is_file())
    shell = [_asset(name) for name in names if name.endswith((".css", ".js", ".svg"))]
    kept = [url_for(f"pages.{page}") for page in KEPT_PAGES]
    body = render("sw.js", shell=shell, pages=kept, data=KEPT_DATA)
    response = make_response(body)
    response.mimetype = "text/javascript"
    response.headers["Cache-Control"] = "no-cache"
    return response


def error_page(status: int, detail: str = "") -> Response:
    """Return the page for an error, in the visitor's language.

    Parameters
    ----------
    status : int
        HTTP status code.
    detail : str
        Kept for the API; people read a text of the catalogue, which repeats nothing they sent.
    """
    _choose_language()
    known = {HTTPStatus.NOT_FOUND: "missing", HTTPStatus.BAD_REQUEST: "refused"}
    code = known.get(HTTPStatus(status), "refused" if status < 500 else "fault")
    response = _page("error", code=code, fictional=False)
    response.status_code = status
    return response


@blueprint.before_app_request
def _choose_language() -> None:
    g.language = choose_language(request.args.get("lang"), request.accept_languages)


@blueprint.app_template_filter("distance")
def _distance(value: float) -> str:
    return wording.distance(value)


@blueprint.app_template_filter("distance_key")
def _distance_key(value: float, error: float) -> str:
    return wording.distance_key(value, error)


@blueprint.app_template_filter("metres")
def _metres(value: float | None) -> str:
    return wording.metres(value)


@blueprint.app_template_filter("month")
def _month(value: str | None) -> str:
    return wording.month(value, g.language)


@blueprint.app_template_filter("day")
def _day(value: str | None) -> str:
    return wording.day(value, g.language)


@blueprint.app_template_filter("moment")
def _moment(value: str) -> str:
    return wording.moment(value, g.language)


@blueprint.app_template_filter("dial")
def _dial(value: str) -> str:
    return wording.dial(value)


def _portal() -> Portal:
    return cast("Portal", current_app.extensions["geoportal"])


def _asked_language() -> str | None:
    """Return the language the URL asks for, to be carried along; None when it asks for none."""
    asked = request.args.get("lang")
    return asked if asked in LANGUAGES else None


def _url(endpoint: str, **values: Any) -> str:
    return url_for(endpoint, **values, lang=_asked_language())


def _asset(name: str) -> str:
    return url_for("static", filename=name)


def _here(form: SearchForm, **changes: Any) -> str:
    """Return the start page's URL for a changed form."""
    if "drop_need" in changes:
        dropped = changes.pop("drop_need")
        changes["needs"] = tuple(need for need in form.needs if need != dropped)
    if "drop_kind" in changes:
        dropped = changes.pop("drop_kind")
        changes["kinds"] = tuple(kind for kind in form.kinds if kind != dropped)
    query = form.query_string(_asked_language(), **{"offset": 0, **changes})
    return url_for("pages.start") + (f"?{query}" if query else "")


def _languages() -> list[dict[str, str]]:
    """Return the same page in each language; a POST's answer leads back to an empty form."""
    languages = []
    for language in LANGUAGES:
        arguments = request.args.copy() if request.method == "GET" else request.args.__class__()
        kept = [(k, v) for k, v in arguments.items(multi=True) if k != "lang"]
        form = SearchForm.read(type(request.args)(kept), posted=False)
        query = form.query_string(language) if request.path == "/" else f"lang={language}"
        languages.append(
            {
                "language": language,
                "href": f"{request.path}?{query}",
                "html": HTML_LANGUAGE[language],
                "hreflang": HREFLANG[language],
                "label": LANGUAGE_NAMES[language],
            }
        )
    return languages


def _page(name: str, **context: Any) -> Response:
    """Render a page with what every page needs."""
    words = messages(g.language)
    portal = _portal()
    context.setdefault("fictional", models.is_fictional(portal) if name != "error" else False)
    labels = {} if name == "error" else models.need_labels(portal, g.language)
    html = render(
        f"pages/{name}.html",
        t=words.html,
        plain=words.plain,
        url=_url,
        asset=_asset,
        language=g.language,
        html_language=HTML_LANGUAGE[g.language],
        languages=_languages(),
        script_messages=words.for_script(),
        api_docs=API_DOCS,
        kinds={} if name == "error" else models.kinds(portal, g.language),
        need_label=lambda code: labels.get(code, code),
        source_labels={} if name == "error" else models.source_labels(portal, g.language),
        has_district_page=lambda code: models.district(portal, code) is not None,
        tiles=_tiles(),
        urls={"points": "/api/v1/points", "districts": "/api/v1/districts"},
        **context,
    )
    response = make_response(html)
    response.headers["Vary"] = "Accept-Language"
    response.headers["Content-Language"] = HTML_LANGUAGE[g.language]
    return response


def _tiles() -> dict[str, Any]:
    settings = cast("Settings", current_app.config["GEOPORTAL_SETTINGS"])
    return {
        "url": settings.tile_url,
        "attribution": settings.tile_attribution,
        "page": GSI_PAGE if settings.tile_url == GSI_PALE_TILES else "",
        "on": settings.tiles_on,
    }


def _config_document(form: SearchForm | None = None) -> dict[str, Any]:
    """Return the labels and centres the browser's modules need."""
    portal = _portal()
    return {
        "kinds": models.kinds(portal, g.language),
        "needs": models.need_labels(portal, g.language),
        "centres": presenters.centres_document(portal)["centres"],
        "text": form.text if form else "",
        "sources": models.source_labels(portal, g.language),
    }


def _search_page(form: SearchForm, outcome: Outcome) -> Response:
    portal = _portal()
    document = outcome.document
    named = models.merged_centres(portal, document["centres"]) if document else []
    known = {district.code: district.name for district in portal.snapshot.districts.districts}
    return _page(
        "start",
        form=form,
        outcome=outcome,
        document=document,
        centre=named[0] if named else None,
        problems=[{"target": "address", "key": outcome.problem}] if outcome.problem else [],
        district_name=known.get(form.district, ""),
        district_groups=models.district_groups(portal),
        kind_groups=models.kind_groups(),
        need_groups=models.need_groups(portal, g.language),
        ways_in=[_way(way.code, way.kinds, way.needs) for way in WAYS_IN],
        chips=_chips(form, known),
        facets=models.facet_counts(document, form.include),
        relaxations=_relaxations(form, document, known),
        here=lambda **changes: _here(form, **changes),
        config_document=_config_document(form),
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
        easier = models.relaxed(form, item)
        if easier is None:
            continue
        words = "・".join(_relaxation_words(step, names) for step in item.get("together", [item]))
        text = messages(g.language).plain("js-relax-line", what=words, count=item["adds"])
        offered.append({"text": text, "href": "" if form.address else _here(easier)})
    return offered


def _relaxation_words(step: dict[str, Any], names: dict[str, str]) -> str:
    say = messages(g.language).plain
    if step.get("drop"):
        label = models.need_labels(_portal(), g.language).get(step["drop"], step["drop"])
        return say("js-relax-need", need=label)
    if step.get("radius_m"):
        return say("js-relax-radius", distance=wording.distance(step["radius_m"]))
    if step.get("district"):
        return say("js-relax-district", name=names.get(step["district"], step["district"]))
    for key in ("any_kind", "any_time"):
        if step.get(key):
            return say(f"js-relax-{key.replace('_', '-')}")
    return say("js-relax-any-words")


def _way(code: str, kinds: tuple[str, ...], needs: tuple[str, ...]) -> dict[str, str]:
    href = _here(SearchForm(kinds=kinds, needs=needs)) if kinds else _url("pages.centres")
    return {"code": code, "href": href}


def _chips(form: SearchForm, district_names: dict[str, str]) -> list[dict[str, str]]:
    """Return the active filters; links that remove them, unless an address is in play."""
    portal = _portal()
    labels = models.need_labels(portal, g.language)
    kinds = models.kinds(portal, g.language)
    chips: list[tuple[str, dict[str, Any]]] = []
    if form.district in district_names:
        chips.append((district_names[form.district], {"district": ""}))
    if form.text:
        chips.append((form.text, {"text": ""}))
    if form.open_now:
        chips.append((messages(g.language).plain("js-open-now"), {"open_now": False}))
    chips += [(kinds[k]["short"], {"drop_kind": k}) for k in form.kinds if k in kinds]
    chips += [(labels[n], {"drop_need": n}) for n in form.needs if n in labels]
    return [
        {"label": label, "href": "" if form.address else _here(form, **change)}
        for label, change in chips
    ]
