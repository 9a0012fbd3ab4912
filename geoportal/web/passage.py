"""What every request and every answer passes, whatever route it is: once, and in one place."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from http import HTTPStatus
from typing import Any, Final

from flask import Flask, Request, Response, abort, request
from flask_compress import Compress
from flask_openapi3 import OpenAPI
from werkzeug.routing import MapAdapter, Rule

from geoportal.web import arrival, headers, observation, problems
from geoportal.web.site.frame import RequestGlobals

_COMPRESSION = {
    "COMPRESS_REGISTER": False,
    "COMPRESS_ALGORITHM": ["br", "gzip"],
    "COMPRESS_ALGORITHM_STREAMING": ["br", "gzip"],
    "COMPRESS_BR_LEVEL": 4,
    "COMPRESS_MIN_SIZE": 600,
    "COMPRESS_MIMETYPES": [
        "text/html",
        "text/css",
        "text/plain",
        "text/javascript",
        "application/javascript",
        "application/json",
        "application/geo+json",
        "application/ld+json",
        "application/fhir+json",
        "application/vnd.google-earth.kml+xml",
        "text/csv",
        "application/manifest+json",
        "application/problem+json",
        "application/atom+xml",
        "application/feed+json",
        "application/schema+json",
        "application/vnd.mapbox-vector-tile",
        "image/svg+xml",
    ],
}
"""Answers hold no secret of ours (no cookies, no tokens), so BREACH has nothing to find."""
_JSON = "application/json"
_AS_IT_IS = "identity"
_OF_FLASK = {"return_rule": True}
"""How Flask asks for the route of a request."""
PlainRules = Mapping[tuple[str, str], Rule]
_JSON_ONLY = ("/api", "/ogc")
"""Where what is posted must be JSON."""
_BEGINS_ONCE: Final = re.compile("/(?!/)").match
"""Paths that begin with one slash. Werkzeug finds the route of any other as if it did, or leads to
the ``Host`` and query that were sent; lanes and limits go by the path as it is."""


class RouteFinder(MapAdapter):
    """Finds the route of a request: of those without variable parts by its path as it is."""

    def __init__(self, plain_rules: PlainRules, *bound: Any) -> None:
        super().__init__(*bound)
        self._plain_rules = plain_rules

    def match(self, *asked: Any, **named: Any) -> Any:
        """Return what `MapAdapter.match` does."""
        if named == _OF_FLASK and not asked and not self.websocket:
            rule = self._plain_rules.get((self.path_info, self.default_method))
            if rule is not None:
                return rule, {}
        return super().match(*asked, **named)


class Application(OpenAPI):
    """Flask as it is used here: no view is a coroutine, and ``g`` knows the visitor's language."""

    app_ctx_globals_class = RequestGlobals

    @cached_property
    def plain_rules(self) -> PlainRules:
        """The rules without variable parts that answer at their path and nowhere else."""
        found: dict[tuple[str, str], list[Rule]] = {}
        for rule in self.url_map.iter_rules():
            if not (rule.arguments or rule.websocket or rule.redirect_to):
                for method in rule.methods or ():
                    found.setdefault((rule.rule, method), []).append(rule)
        return {asked: rules[0] for asked, rules in found.items() if len(rules) == 1}

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function as it is; Flask looks each time whether it is a coroutine."""
        return func

    def create_url_adapter(self, asked: Request | None) -> MapAdapter | None:
        """Return what finds the route of a request, whose name `arrival` has checked."""
        if asked is None or "HTTP_UPGRADE" in asked.environ:
            return super().create_url_adapter(asked)
        environ = asked.environ
        return RouteFinder(
            self.plain_rules,
            self.url_map,
            asked.host.lower(),
            asked.root_path,
            self.url_map.default_subdomain,
            environ["wsgi.url_scheme"],
            environ["PATH_INFO"].encode("latin-1").decode(errors="replace"),
            environ["REQUEST_METHOD"],
            environ["QUERY_STRING"].encode("latin-1").decode(errors="replace"),
        )

    def make_default_options_response(self) -> Response:
        """Return the answer to OPTIONS: nothing, as ``Allow`` says it all."""
        response = super().make_default_options_response()
        response.status_code = HTTPStatus.NO_CONTENT
        del response.headers["Content-Type"]
        return response


def add_passage(app: Flask, arrived: arrival.Arrival) -> None:
    """Have every request and answer pass here: what is done for each, once and in one place.

    A request is read, and refused where it is to another name, its path is none, or a body is not
    what is taken. An answer is compressed, counted and logged, and gets its security headers.
    """
    served, observed = app.wsgi_app, observation.observation_of(app)
    app.config.update(_COMPRESSION)
    compress = Compress()
    compress.init_app(app)

    def pass_through(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        began = time.perf_counter()
        arrived.read(environ)

        def start(status: str, own: headers.Headers, *error: Any) -> Any:
            asked = environ["werkzeug.request"]
            observed.answered(asked, int(status[:3]), time.perf_counter() - began)
            more = headers.hardened(own, environ["REQUEST_METHOD"], environ["wsgi.url_scheme"])
            return start_response(status, more, *error)

        return served(environ, start)

    def admit() -> Response | None:
        environ = request.environ
        if arrival.is_refused(environ):
            abort(HTTPStatus.BAD_REQUEST)
        if not _BEGINS_ONCE(environ["PATH_INFO"]):
            abort(HTTPStatus.NOT_FOUND)
        is_plain = environ.get("CONTENT_TYPE") == _JSON and "HTTP_CONTENT_ENCODING" not in environ
        if is_plain or environ["REQUEST_METHOD"] != "POST":
            return None
        return problems.of_body() if problems.is_under(request.path, _JSON_ONLY) else None

    def pack(response: Response) -> Response:
        accepted = request.environ.get("HTTP_ACCEPT_ENCODING", _AS_IT_IS)
        if accepted != _AS_IT_IS or "Vary" in response.headers:
            return compress.after_request(response)
        response.headers["Vary"] = "Accept-Encoding"
        return response

    app.wsgi_app = pass_through  # type: ignore[method-assign]
    app.before_request(admit)
    app.after_request(pack)
