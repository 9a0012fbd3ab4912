"""Pages of results kept for the minute: those of questions whose URL holds nothing but codes.

Such a question holds no home and no words: district, kinds, needs and departments that are known,
the language, the city chosen. What is said at that minute (open now) is the same for all who ask.
See ``geoportal/decisions/147-parts-of-answers-kept-by-codes.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final, NamedTuple, cast
from weakref import WeakKeyDictionary

from flask import Flask, Response, current_app, g, request

from geoportal.index.kept_parts import KeptParts
from geoportal.index.snapshot import Snapshot
from geoportal.web.current_view import view_here
from geoportal.web.pages.search_form import SearchForm
from geoportal.web.site import tiles
from geoportal.web.site.frame import asked_language, html_response
from geoportal.web.staff_layer import layer_here

EXTENSION: Final = "geoportal-kept-pages"
_MOST_BYTES: Final = 2 * 1024 * 1024
"""Pages have some 100 KB, with all of Japan to choose from 300."""


class Page(NamedTuple):
    """A page and the facilities that stand on it, by id; None where nothing is asked."""

    response: Response
    shown: tuple[str, ...] | None


def add_kept_pages(app: Flask) -> None:
    """Give an application room for the pages of each snapshot it answers from."""
    app.extensions[EXTENSION] = WeakKeyDictionary[Snapshot, KeptParts]()


def kept_page(form: SearchForm, make: Callable[[], Page]) -> Page:
    """Return the page of a form, made where it is not kept or may not be."""
    key = _key(form)
    if key is None:
        return make()

    def sent() -> tuple[bytes, int, tuple[str, ...] | None]:
        page = make()
        return page.response.get_data(), page.response.status_code, page.shown

    kept = cast("WeakKeyDictionary[Snapshot, KeptParts]", current_app.extensions[EXTENSION])
    pages = kept.setdefault(view_here().snapshot, KeptParts(_MOST_BYTES, lambda kept: len(kept[0])))
    html, status, shown = pages.part(key, sent)
    return Page(html_response(html, status), shown)


def _key(form: SearchForm) -> Hashable | None:
    """Return what decides a page, None where it holds more than codes, or staff asks."""
    view = view_here()
    if layer_here() is not None or form.has_home or form != form.linkable(view):
        return None
    city, basemap = request.args.get("city", ""), tiles.basemap_here()
    return (
        view.now.replace(second=0, microsecond=0),
        form,
        g.language,
        asked_language(),
        city if view.snapshot.knows_district(city) else "",
        basemap is not None and basemap.available(),
        request.root_path,
    )
