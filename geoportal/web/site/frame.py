"""What every page shares: language, messages, links, template filters, layout."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from functools import cache, partial
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, g, make_response, request, url_for
from flask import render_template as render
from flask.ctx import _AppCtxGlobals

from geoportal.documents import Document
from geoportal.domain.city import City
from geoportal.domain.dating import dated, inward_day
from geoportal.domain.stand_in import GROUP_SOURCES
from geoportal.export.facilities import FORMATS
from geoportal.index.mention import SAMPLE_SOURCE
from geoportal.services.view import View
from geoportal.settings import Settings
from geoportal.web.current_view import view_here
from geoportal.web.language import wording
from geoportal.web.language.gaps import gap_sentences
from geoportal.web.language.labels import (
    kinds,
    need_labels,
    reason_label,
    source_labels,
    water_labels,
)
from geoportal.web.language.messages import LANGUAGES, choose_language, label_html, messages
from geoportal.web.language.place_names import (
    centre_html,
    listed_html,
    place_html,
    place_label,
    understood_text,
)
from geoportal.web.site import tiles
from geoportal.web.site.assets import VECTOR_PAINTER
from geoportal.web.site.prepared import gap, prepared
from geoportal.web.site.static_files import read_static_files
from geoportal.web.staff_layer import layer_here

blueprint = Blueprint("frame", __name__)
API_DOCS = "/api/docs"
DATA_URLS = {
    "points": "/api/v1/points",
    "outlines": "/api/v1/outlines",
    "stations": "/api/v1/stations",
}
"""What maps fetch before they know their view: facilities, districts, stations."""


class RequestGlobals(_AppCtxGlobals):
    """What Flask calls ``g``: ``language`` and ``asked_language`` are found when first read."""

    def __getattr__(self, name: str) -> Any:
        """Return what is not set."""
        if name not in ("language", "asked_language"):
            return super().__getattr__(name)
        choose_visitors_language()
        return self.__dict__[name]


def choose_visitors_language() -> None:
    """Set the language of this answer."""
    asked = request.args.get("lang")
    g.asked_language = asked if asked in LANGUAGES else None
    g.language = choose_language(asked, request.accept_languages)


_FILTERS: dict[str, Callable[..., str]] = {
    "ask_key": wording.ask_key,
    "distance": wording.distance,
    "distance_key": wording.distance_key,
    "distance_said": wording.distance_said,
    "drive_error": wording.drive_error,
    "error_said": wording.error_said,
    "metres": wording.metres,
    "number": wording.number,
    "position_key": wording.position_key,
    "dial": wording.dial,
    "ruby": lambda text: label_html(text, g.language),
    "month": lambda value: wording.month(value, g.language),
    "as_of": lambda document: wording.as_of(document, g.language),
    "edition_day": lambda named: wording.as_of(dated(inward_day(named)), g.language),
    "day": lambda value: wording.day(value, g.language),
    "moment": lambda value: wording.moment(value, g.language),
}
for _name, _filter in _FILTERS.items():
    blueprint.add_app_template_filter(_filter, _name)


def asked_language() -> str | None:
    """Return the language the URL asks for, to be carried along; None when it asks for none."""
    asked: str | None = g.asked_language
    return asked


def page_url(endpoint: str, **values: Any) -> str:
    """Return a page's address; the language asked for is carried along."""
    return url_for(endpoint, **values, lang=asked_language())


def asset_url(name: str) -> str:
    """Return the address of a static file, good for as long as its content is."""
    static = read_static_files()
    return url_for("static", filename=f"{static.version}/{static.in_use(name)}")


def _languages(query: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    """Return the same page in each language; ``query`` is what else its URL keeps.

    Addresses are relative to the page: the path may be anything where there is no such page.
    """
    return [
        {
            "language": language.code,
            "href": f"?{urlencode([*query, ('lang', language.code)])}",
            "html": language.html,
            "hreflang": language.hreflang,
            "label": language.name,
            "rest": language.rest,
        }
        for language in LANGUAGES.values()
    ]


@cache
def _script_messages(language: str) -> dict[str, str]:
    return messages(language).for_script()


def page(name: str, *, query: Sequence[tuple[str, str]] = (), **context: Any) -> Response:
    """Render a template of ``pages/``; ``query`` is what links to other languages keep."""
    html = _render(
        f"pages/{name}.html",
        {} if name == "error" else data_context(),
        languages=_languages(query),
        script_messages=_script_messages(g.language),
        asset=asset_url,
        api_docs=API_DOCS,
        facility_formats=FORMATS,
        basemap=base_map_config(),
        urls=DATA_URLS,
        **context,
    )
    return html_response(html)


def html_response(html: str | bytes, status: int = HTTPStatus.OK) -> Response:
    """Return a page that was rendered in the language of this answer."""
    response = make_response(html, status)
    response.headers["Vary"] = "Accept-Language"
    response.headers["Content-Language"] = LANGUAGES[g.language].html
    return response


def form_page(
    name: str,
    form: object,
    field: str,
    problem: str,
    **context: Any,
) -> Response:
    """Render the page of a form; with the message ``problem`` on a field it is a 400."""
    problems = [{"target": field, "key": problem}] if problem else []
    response = page(name, form=form, problems=problems, **context)
    response.status_code = HTTPStatus.BAD_REQUEST if problem else HTTPStatus.OK
    return response


def fragment(template: str, **context: Any) -> str:
    """Render a part of a page, for scripts that put it into theirs."""
    return _render(template, data_context(), **context)


def error_page(status: int) -> Response:
    """Return the page for an HTTP status, in the visitor's language; it repeats no input."""
    choose_visitors_language()
    known = {
        HTTPStatus.NOT_FOUND: "missing",
        HTTPStatus.BAD_REQUEST: "refused",
        HTTPStatus.SERVICE_UNAVAILABLE: "busy",
        HTTPStatus.TOO_MANY_REQUESTS: "busy",
    }
    code = known.get(HTTPStatus(status), "refused" if status < 500 else "fault")
    response = page("error", code=code)
    response.status_code = status
    return response


def full_page(status: int) -> Response:
    """Return the page that says that there is no room: short, as crowds are sent it."""
    choose_visitors_language()
    return html_response(_render("pages/full.html", {}, asset=asset_url), status)


def _render(template: str, data: Document, **context: Any) -> str:
    words = messages(g.language)
    return render(
        template,
        t=words.html,
        plain=words.plain,
        url=page_url,
        language=g.language,
        html_language=LANGUAGES[g.language].html,
        **{**data, **context},
    )


def data_context() -> Document:
    """Return what pages say of the data, and the labels by which they name them."""
    view = view_here()
    labels = need_labels(view.reference, g.language)
    layer = layer_here()
    return {
        "fictional": is_fictional(view),
        "kinds": kinds(view.reference, g.language),
        "need_label": lambda code: labels.get(code, code),
        "reason_words": lambda reason: reason_label(view.reference, reason, g.language),
        "source_labels": {
            **source_labels(view.reference, g.language),
            **(layer.source_labels if layer else {}),
        },
        "layer": layer,
        "group_sources": GROUP_SOURCES,
        "example_place": view.example_place,
        "water_labels": water_labels(view.reference, g.language),
        "gap": gap,
        "prepared": partial(prepared, view),
        "gap_sentences": partial(gap_sentences, view.reference, g.language),
        "has_district_page": lambda code: has_district_page(view, code),
        "place": lambda code, name: place_html(view.reference, code, name, g.language),
        "place_text": lambda code, name: place_label(view.reference, code, name, g.language),
        "understood": lambda text: understood_text(view, text, g.language),
        "centre_name": partial(centre_html, view.reference, g.language),
        "department": partial(listed_html, view.reference, g.language, "department"),
        "publisher_name": partial(listed_html, view.reference, g.language, "publisher"),
    }


def is_fictional(view: View) -> bool:
    """Say whether any of the data is the sample city's."""
    return any(edition.source == SAMPLE_SOURCE for edition in view.editions)


def has_district_page(view: View, code: str) -> bool:
    """Say whether a district has a page: its outline is held, or the shipped list names it."""
    snapshot = view.snapshot
    return code in snapshot.districts or (
        snapshot.knows_district(code) and bool(view.district_chain(code))
    )


def base_map_config() -> Document | None:
    """Return what maps need to draw the base map; None where there is none."""
    basemap = tiles.basemap_here()
    if basemap is None:
        return None
    settings = cast("Settings", current_app.config["GEOPORTAL_SETTINGS"])
    available = basemap.available()
    return {
        "url": tiles.URL,
        "attribution": basemap.attribution,
        "page": basemap.page,
        "is_local": basemap.is_local,
        "painter": asset_url(VECTOR_PAINTER) if basemap.is_vector else "",
        "area": asdict(basemap.area),
        "available": available,
        "on": settings.tiles_on and available,
    }


def map_config(districts: Collection[str] | None = None, city: City | None = None) -> Document:
    """Return what the map of the start page needs: kinds, and the districts it opens on.

    Those of the city that was chosen, else those for which a centre answers; ``start`` is where it
    opens without outlines.
    """
    view = view_here()
    held = {code for centre in view.snapshot.centres for code in centre.districts}
    place = city.view if city else None
    return {
        "kinds": _kinds_for_scripts(),
        "served": sorted(held if districts is None else districts),
        **({"start": asdict(place)} if place else {}),
    }


def label_config() -> Document:
    """Return the labels of kinds and needs, for scripts that show facilities themselves."""
    needs = need_labels(view_here().reference, g.language)
    labels = {code: label.source for code, label in needs.items()}
    return {"kinds": _kinds_for_scripts(), "needs": labels}


def _kinds_for_scripts() -> Document:
    shown = kinds(view_here().reference, g.language)
    return {kind: {**info, "short": info["short"].source} for kind, info in shown.items()}
