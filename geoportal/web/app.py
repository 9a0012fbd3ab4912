"""The application factory: routes, headers, errors, health, request log."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from pathlib import Path

import structlog
from flask import Flask, Response, current_app, g, request
from flask.typing import ResponseReturnValue
from flask_openapi3 import Info
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from geoportal.documents.requests import build_requests
from geoportal.errors import GeoportalError
from geoportal.mapped.archive import StaleArchiveError
from geoportal.services.basemap.tile import Basemap
from geoportal.services.portal import Portal
from geoportal.settings import Settings, shipped_directory
from geoportal.store.faults import database_fault
from geoportal.version import program_version
from geoportal.web import arrival, observation, open_data, problems
from geoportal.web.api import browse, description, map_layers, reference, search
from geoportal.web.coverage import routes as coverage
from geoportal.web.coverage.files import PackFiles
from geoportal.web.coverage.maker import work_off
from geoportal.web.current_view import EXTENSION, portal_here
from geoportal.web.fhir import routes as fhir
from geoportal.web.hsds import routes as hsds
from geoportal.web.ogc import routes as ogc
from geoportal.web.ogc import tiles as ogc_tiles
from geoportal.web.pages import changes as changes_page
from geoportal.web.pages import routes as pages
from geoportal.web.pages.kept_page import add_kept_pages
from geoportal.web.passage import Application, add_passage
from geoportal.web.site import crawlers, tiles
from geoportal.web.site.frame import error_page
from geoportal.web.site.static_files import add_static_files
from geoportal.web.site.templates import KeysFirst

MAX_BODY_BYTES = 64 * 1024
_LOG = structlog.get_logger("geoportal.web")


def create_app(
    portal: Portal,
    settings: Settings,
    basemap: Basemap | None = None,
    start_maker: Callable[[Path], None] | None = None,
) -> Flask:
    """Build the web application that answers from a portal.

    Without a base map it has outlines; without ``start_maker`` it makes the files of coverage packs
    itself, see `geoportal.web.coverage.maker`.
    """
    app = Application(
        __name__,
        info=Info(
            title="geoportal 在宅医療・介護 資源マップ API",
            version=program_version(),
            description="Positions are [lon, lat] in degrees, WGS 84; distances metres on GRS80.",
        ),
        doc_ui=False,
        validation_error_status=400,
        validation_error_callback=problems.of_validation,
        template_folder=str(shipped_directory("templates")),
        static_folder=None,
    )
    app.url_map.merge_slashes = False  # no answer leads to the path that was sent
    app.jinja_environment = KeysFirst
    app.extensions[EXTENSION] = portal
    app.extensions[tiles.EXTENSION] = basemap
    app.extensions[coverage.EXTENSION] = PackFiles(
        portal.database.derived_directory / "coverage-files",
        start_maker or partial(work_off, view=portal.view),
    )
    app.config["GEOPORTAL_SETTINGS"] = settings
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    observation.add_observation(app, settings)
    add_passage(app, arrival.add_arrival(app, settings))
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    apis = (search.api, browse.api, map_layers.api, reference.api, coverage.api)
    for api in (*apis, search.suggestions, browse.changes_api):
        app.register_api(api)
    for module in (
        coverage,
        ogc,
        ogc_tiles,
        fhir,
        hsds,
        open_data,
        pages,
        changes_page,
        description,
        crawlers,
        tiles,
    ):
        app.register_blueprint(module.blueprint)
    build_requests()
    add_static_files(app)
    add_kept_pages(app)
    _add_health(app, portal)
    _add_errors(app)
    return app


def _add_health(app: Flask, portal: Portal) -> None:
    def healthz() -> Response:
        return Response("ok\n", mimetype="text/plain")

    def readyz() -> Response:
        try:
            version = portal.view().snapshot.version
        except Exception as error:  # noqa: BLE001 - whatever is wrong, the answer is "not ready"
            _LOG.error("not ready", error=type(error).__name__, at=_frames(error))
            return Response("not ready\n", HTTPStatus.SERVICE_UNAVAILABLE, mimetype="text/plain")
        return Response(f"ready {version}\n", mimetype="text/plain")

    app.add_url_rule("/healthz", view_func=healthz)
    app.add_url_rule("/readyz", view_func=readyz)


def _add_errors(app: Flask) -> None:
    """Answer every error with a problem document to programs, else with a page."""
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(GeoportalError, _of_expected)
    app.register_error_handler(StaleArchiveError, _of_damaged)
    app.register_error_handler(ValidationError, problems.of_validation)
    nested = "the request is nested too deeply"
    app.register_error_handler(
        RecursionError, lambda _: problems.problem(HTTPStatus.BAD_REQUEST, nested)
    )
    app.register_error_handler(DBAPIError, _of_database)
    app.register_error_handler(Exception, _of_fault)


def _of_http(error: HTTPException) -> Response:
    if _wants_json():
        return problems.of_http(error)
    response = error_page(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    problems.keep_headers(error, response)
    return response


def _of_expected(error: GeoportalError) -> Response:
    response = problems.of_error(error)
    return response if _wants_json() else error_page(response.status_code)


def _of_damaged(error: StaleArchiveError) -> ResponseReturnValue:
    """Answer once more, from a snapshot that is compiled anew."""
    if g.pop("view", None) is None or g.get("again"):
        return _of_expected(error)
    g.again = True
    _LOG.warning("damaged")
    portal_here().discard()
    try:
        return current_app.dispatch_request()
    except Exception as second:  # noqa: BLE001 - as any other
        return current_app.handle_user_exception(second)


def _of_database(error: DBAPIError) -> Response:
    """Put a question off while the database does not answer."""
    if database_fault(error) is None:
        return _of_fault(error)
    _LOG.error("database", error=type(error).__name__, route=observation.route_here())
    detail = "the data cannot be read just now; try again in a minute"
    response = _problem_or_page(HTTPStatus.SERVICE_UNAVAILABLE, detail)
    response.headers["Retry-After"] = "60"
    return response


def _of_fault(error: Exception) -> Response:
    _LOG.error(
        "fault", error=type(error).__name__, route=observation.route_here(), at=_frames(error)
    )
    detail = "something went wrong on our side; it has been noted"
    return _problem_or_page(HTTPStatus.INTERNAL_SERVER_ERROR, detail)


def _problem_or_page(status: HTTPStatus, detail: str) -> Response:
    return problems.problem(status, detail) if _wants_json() else error_page(status)


def _frames(error: BaseException) -> list[str]:
    """Return where an error arose; never its message, which may repeat what was sent."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]


def _wants_json() -> bool:
    return problems.is_for_programs(request.path)
