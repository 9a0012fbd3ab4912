"""Attaching the staff side to the public application, which is complete without it."""

from __future__ import annotations

import ipaddress
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from flask import Flask, Response, current_app, request
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from geoportal.desk.services.desk import Desk
from geoportal.desk.store.database import DeskDatabase
from geoportal.desk.web import (
    accounts,
    cases,
    events,
    facility,
    figures,
    free_now,
    groups,
    link_giving,
    office,
    own_account,
    sign_in,
    survey_form,
    survey_review,
    surveys,
    today,
)
from geoportal.desk.web.desk_here import EXTENSION, is_desk_path, is_layered_path
from geoportal.desk.web.frame import desk_page
from geoportal.desk.web.guard import CSRF, login_manager
from geoportal.desk.web.layer import LayeredViews, keep_from_caches, lay_staff_layer
from geoportal.desk.web.session_cookie import add_session_cookie, has_session
from geoportal.errors import GeoportalError
from geoportal.services.portal import Portal
from geoportal.settings import Settings
from geoportal.web.arrival import IS_FORWARDED, host_name
from geoportal.web.current_view import EXTENSION as PORTAL

_PAGES: Final = (
    sign_in, today, cases, facility, link_giving, own_account, accounts, office,
    surveys, survey_review, survey_form, figures, events, groups, free_now,
)  # fmt: skip
_OF_STATUS: Final = frozenset(("Allow", "Retry-After"))


def attach(app: Flask, database: DeskDatabase, settings: Settings) -> Desk:
    """Give an application the staff side, before its first request; return the desk.

    ``settings`` hold the secret key. No answer to the public changes: no cookie; ``Vary`` names
    the cookie on pages with a second layer. Besides there are ``/events`` and its feed,
    linked from the page of centres, and public groups on the pages of their members.
    """
    portal: Portal = app.extensions[PORTAL]
    desk = Desk(database, settings.secret_key, portal.clock)
    app.extensions[EXTENSION] = desk
    add_session_cookie(app, settings)
    app.before_request(_arrive_at_desk)
    app.before_request(partial(_lay_over, LayeredViews()))
    app.after_request(_leave_desk)
    login_manager().init_app(app, add_context_processor=False)
    CSRF.init_app(app)
    _own_errors(app)
    for page in _PAGES:
        app.register_blueprint(page.blueprint)
    app.register_blueprint(events.public)
    app.register_blueprint(events.personal)
    app.jinja_env.globals["events_endpoint"] = "events.show_public"
    app.jinja_env.globals["groups_of"] = groups.told_groups
    return desk


def _arrive_at_desk() -> Response | None:
    """Refuse the staff side without TLS; have its answers sent uncompressed.

    They hold tokens beside what was typed: compressed, their length would tell of them (BREACH).
    """
    if not is_desk_path(request.path):
        return None
    request.environ.pop("HTTP_ACCEPT_ENCODING", None)
    if request.is_secure or _is_development():
        return None
    return desk_page("insecure", status=403)


def _lay_over(views: LayeredViews) -> None:
    """Show staff what professionals know: on their pages, and on public ones with a layer."""
    if not has_session(current_app, request) or request.path.startswith("/o/"):
        return
    if request.is_secure or _is_development():
        lay_staff_layer(views, is_public=not is_desk_path(request.path))


def _own_errors(app: Flask) -> None:
    """Show errors of the staff side in its own frame; it has no API."""
    for known in (HTTPException, GeoportalError, DBAPIError, Exception):
        public = app.error_handler_spec[None][None][known]

        def answered(error: Exception, public: Any = public) -> Any:
            response = public(error)
            if not is_desk_path(request.path) or not isinstance(response, Response):
                return response
            status = response.status_code
            kind = "5xx" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "400"
            key = f"error-{status if status in {403, 404} else kind}"
            try:
                own = desk_page("error", status=status, key=key)
            except Exception:  # noqa: BLE001 - who is signed in cannot be read: the public page
                return response
            for name in _OF_STATUS & set(response.headers.keys()):
                own.headers[name] = response.headers[name]
            return own

        app.register_error_handler(known, answered)


def _is_development() -> bool:
    settings: Settings = current_app.config["GEOPORTAL_SETTINGS"]
    if not settings.desk_on_plain_http or request.environ.get(IS_FORWARDED):
        return False
    try:
        is_here = ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
    return is_here and host_name(request.host) in {"localhost", "127.0.0.1", "[::1]"}


def _leave_desk(response: Response) -> Response:
    """Have nobody keep or list what the staff side answers."""
    if is_desk_path(request.path):
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
    elif is_layered_path(request.path):
        keep_from_caches(response)
    return response
