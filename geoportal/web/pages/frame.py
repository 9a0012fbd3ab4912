"""What every page shares: language, words, links, filters, the frame around the content."""

from __future__ import annotations

from functools import cache
from typing import Any, cast
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, g, make_response, request, url_for
from flask import render_template as render
from markupsafe import Markup

from geoportal.documents.reference import centres_document
from geoportal.settings import GSI_PAGE, GSI_PALE_TILES, Settings
from geoportal.web.coverage.question import COVERAGE_ARGUMENTS
from geoportal.web.current_view import view_here
from geoportal.web.language import wording
from geoportal.web.language.messages import (
    HREFLANG,
    HTML_LANGUAGE,
    LANGUAGES,
    choose_language,
    messages,
    with_readings,
)
from geoportal.web.pages import models
from geoportal.web.pages.search_form import SearchForm
from geoportal.web.site.static_files import read_static_files

blueprint = Blueprint("frame", __name__)
LANGUAGE_NAMES = {"ja": ("日本語", ""), "ja-easy": ("やさしい", "日本語"), "en": ("English", "")}
"""Each language in itself; a phone leaves out the second part."""
API_DOCS = "/api/docs"
DATA_URLS = {"points": "/api/v1/points", "districts": "/api/v1/districts?tolerance_m=20"}
"""What every map asks for: all facilities, and outlines as light as a screen can tell."""


@blueprint.before_app_request
def choose_visitors_language() -> None:
    """Settle the language of this answer."""
    g.language = choose_language(request.args.get("lang"), request.accept_languages)


@blueprint.app_template_filter("distance")
def _distance(value: float) -> str:
    return wording.distance(value)


@blueprint.app_template_filter("distance_key")
def _distance_key(value: float, error: float) -> str:
    return wording.distance_key(value, error)


@blueprint.app_template_filter("distance_said")
def _distance_said(value: float, error: float) -> str:
    return wording.distance_said(value, error)


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


@blueprint.app_template_filter("ruby")
def _with_readings(value: str) -> Markup:
    return with_readings(value)


@blueprint.app_template_filter("dial")
def _dial(value: str) -> str:
    return wording.dial(value)


def asked_language() -> str | None:
    """Return the language the URL asks for, to be carried along; None when it asks for none."""
    asked = request.args.get("lang")
    return asked if asked in LANGUAGES else None


def page_url(endpoint: str, **values: Any) -> str:
    """Return a page's address; the language asked for is carried along."""
    return url_for(endpoint, **values, lang=asked_language())


def asset_url(name: str) -> str:
    """Return the address of a static file, good for as long as its content is."""
    static = read_static_files()
    return url_for("static", filename=f"{static.version}/{static.in_use(name)}")


def _languages() -> list[dict[str, str]]:
    """Return the same page in each language; a POST's answer leads back to an empty form."""
    languages = []
    for language in LANGUAGES:
        arguments = request.args.copy() if request.method == "GET" else request.args.__class__()
        kept = [(k, v) for k, v in arguments.items(multi=True) if k != "lang"]
        form = SearchForm.read(type(request.args)(kept), posted=False)
        query = form.query_string(language) if request.path == "/" else _as_asked(language)
        languages.append(
            {
                "language": language,
                "href": f"{request.path}?{query}",
                "html": HTML_LANGUAGE[language],
                "hreflang": HREFLANG[language],
                "label": LANGUAGE_NAMES[language][0],
                "rest": LANGUAGE_NAMES[language][1],
            }
        )
    return languages


def _as_asked(language: str) -> str:
    """Return the query of a page in another language: on ``/coverage`` with what was asked."""
    kept = [
        (name, value)
        for name, value in request.args.items(multi=True)
        if request.endpoint == "pages.coverage" and name in COVERAGE_ARGUMENTS
    ]
    return urlencode([*kept, ("lang", language)])


@cache
def _script_messages(language: str) -> dict[str, str]:
    return messages(language).for_script()


def page(name: str, **context: Any) -> Response:
    """Render a page with what every page needs."""
    words = messages(g.language)
    html = render(
        f"pages/{name}.html",
        t=words.html,
        plain=words.plain,
        url=page_url,
        asset=asset_url,
        language=g.language,
        html_language=HTML_LANGUAGE[g.language],
        languages=_languages(),
        script_messages=_script_messages(g.language),
        api_docs=API_DOCS,
        tiles=_tiles(),
        urls=DATA_URLS,
        **{**(_WITHOUT_DATA if name == "error" else _from_view()), **context},
    )
    response = make_response(html)
    response.headers["Vary"] = "Accept-Language"
    response.headers["Content-Language"] = HTML_LANGUAGE[g.language]
    return response


_WITHOUT_DATA = {
    "fictional": False,
    "kinds": {},
    "source_labels": {},
    "example_place": "",
}
"""In place of `_from_view` on the error page, which must not need the data."""


def _from_view() -> dict[str, Any]:
    """Return what every page says of the data, and the labels by which it names them."""
    view = view_here()
    labels = models.need_labels(view, g.language)
    return {
        "fictional": models.is_fictional(view),
        "kinds": models.kinds(view, g.language),
        "need_label": lambda code: labels.get(code, code),
        "source_labels": models.source_labels(view, g.language),
        "example_place": view.example_place,
        "has_district_page": lambda code: models.district(view, code) is not None,
    }


def _tiles() -> dict[str, Any]:
    settings = cast("Settings", current_app.config["GEOPORTAL_SETTINGS"])
    return {
        "url": settings.tile_url,
        "attribution": settings.tile_attribution,
        "page": GSI_PAGE if settings.tile_url == GSI_PALE_TILES else "",
        "on": settings.tiles_on,
    }


def config_document(form: SearchForm | None = None) -> dict[str, Any]:
    """Return the labels and centres the browser's modules need."""
    view = view_here()
    kinds = models.kinds(view, g.language)
    needs = models.need_labels(view, g.language)
    return {
        "kinds": {kind: {**info, "short": info["short"].source} for kind, info in kinds.items()},
        "needs": {code: label.source for code, label in needs.items()},
        "centres": centres_document(view)["centres"],
        "text": form.text if form else "",
    }
