"""What is answered before workers are forked leaves no trace but what is kept by codes."""

from __future__ import annotations

import threading

from flask import request

from geoportal.serving.rehearsal import rehearse
from geoportal.web.current_view import EXTENSION
from geoportal.web.site import tiles


def test_nothing_is_counted_and_no_thread_started(app, caplog):
    portal = app.extensions[EXTENSION]
    before, basemap = threading.active_count(), app.extensions[tiles.EXTENSION]
    view = portal.view()
    rehearse(app, view)
    assert view.snapshot.kept.items()
    assert threading.active_count() == before
    assert app.extensions[tiles.EXTENSION] is basemap
    assert b"geoportal_requests_total{" not in app.test_client().get("/metrics").data
    assert not caplog.records


def test_a_page_that_fails_holds_nobody_up(app, monkeypatch):
    view = app.extensions[EXTENSION].view()
    asked: list[str] = []

    def fail() -> None:
        asked.append(request.path)
        raise KeyError("odd data")

    monkeypatch.setattr(app, "full_dispatch_request", fail)
    rehearse(app, view)
    assert len(asked) > len(set(asked)) > 1
