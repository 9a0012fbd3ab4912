"""Counts and log lines of requests, by route: never the query string, the body or the client."""

from __future__ import annotations

import ipaddress
import os
from functools import lru_cache
from typing import Final, cast

import structlog
from flask import Flask, Request, Response, abort, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from geoportal.settings import Settings
from geoportal.web.arrival import IS_FORWARDED

SHARED_DIRECTORY: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Variable that names the directory through which workers share their counts."""
_EXTENSION: Final = "geoportal-observation"
_KEPT_MEASURES: Final = 1024
_SECONDS: Final = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
"""Bounds that durations are counted by: each is a line for each of some 150 routes."""
_METHODS: Final = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_LOG: Final = structlog.get_logger("geoportal.web")


class Observation:
    """The counters of one application. Labels are routes, known methods, statuses and lanes."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "geoportal_requests", "Requests", ["method", "route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "geoportal_request_seconds",
            "Duration",
            ["route"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._refused = Counter(
            "geoportal_refused", "Requests not taken: too many", ["lane"], registry=self._registry
        )
        self._refused_by = lru_cache(_KEPT_MEASURES)(self._refused.labels)
        self._measures = lru_cache(_KEPT_MEASURES)(self._measures_of)
        self._log = _LOG.bind()  # else it is bound anew for each line

    def _measures_of(self, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
        """Return what counts and times requests of a sort: looking that up costs more."""
        return self._requests.labels(method, route, str(status)), self._seconds.labels(route)

    def answered(self, asked: Request, status: int, elapsed_s: float) -> None:
        """Count and log an answered request."""
        method = asked.method if asked.method in _METHODS else "(other)"
        route = _route_of(asked)
        count, seconds = self._measures(method, route, status)
        count.inc()
        seconds.observe(elapsed_s)
        ms = round(elapsed_s * 1000, 1)
        self._log.info("request", method=method, route=route, status=status, ms=ms)

    def refused(self, lane: str) -> None:
        """Count a request that was not taken."""
        self._refused_by(lane).inc()

    def text(self) -> bytes:
        """Return the counts of all workers in Prometheus' text form."""
        if SHARED_DIRECTORY not in os.environ:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)


def observation_of(app: Flask) -> Observation:
    """Return the counters of an application."""
    return cast("Observation", app.extensions[_EXTENSION])


def add_observation(app: Flask, settings: Settings) -> None:
    """Give an application its counters, and publish them to whom they are for.

    A client that came through a proxy nobody vouches for has no address that could be allowed.
    """
    app.extensions[_EXTENSION] = observation = Observation()

    def metrics() -> Response:
        if request.environ.get(IS_FORWARDED) or not _is_within(settings):
            abort(403)
        return Response(observation.text(), content_type=CONTENT_TYPE_LATEST)

    app.add_url_rule("/metrics", view_func=metrics)


def _is_within(settings: Settings) -> bool:
    try:
        client = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return False
    return any(client in network for network in settings.metrics_from)


def route_here() -> str:
    """Return the rule that matched, not the path that was sent."""
    return _route_of(request)


def _route_of(asked: Request) -> str:
    return asked.url_rule.rule if asked.url_rule else "(none)"
