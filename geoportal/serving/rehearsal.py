"""Questions answered once before workers are forked: what the first ones make is then shared."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from flask import Flask, g

from geoportal.services.view import View
from geoportal.web.site import tiles

_PAGES: Final = (
    *("/", "/?need=VM.REG&kind=clinic&district={district}", "/?district={district}"),
    *("/districts/{district}", "/facilities/{facility}", "/centres", "/data"),
)
_LANGUAGES: Final = ("ja", "en")
_ANSWERS: Final = (
    *("/api/v1/districts?geometry=false", "/api/v1/districts/{district}", "/api/v1/vocabulary"),
    *("/api/v1/facilities?district={district}&limit=20", "/api/v1/facilities/{facility}"),
    *("/api/v1/sources", "/api/v1/centres", "/api/v1/points"),
)


def rehearse(app: Flask, view: View) -> None:
    """Answer what holds nothing but codes, from a view; nothing is counted, logged or sent.

    The base map is left out: to look for it starts a thread, which would not survive in workers.
    A page that fails is passed over: the fault is logged when somebody asks for it.
    """
    if not len(view.snapshot):
        return
    facility = view.snapshot.by_id.id_of(0)
    district = view.snapshot.municipality_of(0)
    basemap, app.extensions[tiles.EXTENSION] = app.extensions[tiles.EXTENSION], None
    try:
        asked = [(path, language) for path in _PAGES for language in _LANGUAGES]
        for path, language in (*asked, *((path, "") for path in _ANSWERS)):
            place = path.format(district=district, facility=facility)
            headers = {"Accept-Language": language}
            with app.test_request_context(place, headers=headers), suppress(Exception):
                g.view = view
                app.full_dispatch_request()
    finally:
        app.extensions[tiles.EXTENSION] = basemap
