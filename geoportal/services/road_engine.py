"""A routing engine of one's own, by URL: Valhalla or OSRM, asked for minutes to a home.

It gets positions of facilities and the home's. So its address must lie on this machine or in a
private network, unless a setting says that homes may be sent out. Proxies are not used, redirects
not followed, nothing of a question is logged or in an error. OSRM takes places in the path of a
URL only, which its own log may keep; Valhalla takes them in a body.
"""

from __future__ import annotations

import ipaddress
import math
import socket
import ssl
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from geoportal.errors import UsageError
from geoportal.search.driving import EngineError
from geoportal.settings import Settings

VALHALLA, OSRM = "valhalla", "osrm"
ENGINES: Final = (VALHALLA, OSRM)
SETTING: Final = "GEOPORTAL_ROADS_URL"
AWAY_SETTING: Final = "GEOPORTAL_ROADS_SEND_HOMES_OUT"
_TIMEOUT_S: Final = 3.0
"""For all calls of one question; then it is answered without minutes."""
_AT_ONCE: Final = 99
"""Facilities in one call: osrm-routed takes 100 places unless it is told otherwise."""
_MOST_BYTES: Final = 4 * 1024 * 1024
_PART_BYTES: Final = 64 * 1024
_PORTS: Final = {"http": 80, "https": 443}

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class RoadEngine:
    """A routing engine at an address.

    Attributes
    ----------
    engine : str
        One of `ENGINES`.
    scheme, host, path : str
    port : int
    away : bool
        Whether homes may be sent beyond this machine and private networks.
    """

    engine: str
    scheme: str
    host: str
    port: int
    path: str
    away: bool = False

    def seconds(self, home: Place, places: Sequence[Place]) -> list[float]:
        """Return the seconds to drive from each place to a home, NaN where there is no way.

        Places are longitude and latitude in degrees.

        Raises
        ------
        EngineError
            When it does not answer in time, or not as its protocol says; without its reasons.
        """
        until = time.monotonic() + _TIMEOUT_S
        answers: list[float] = []
        try:
            for first in range(0, len(places), _AT_ONCE):
                some = places[first : first + _AT_ONCE]
                with closing(self._connected(until)) as connection:
                    answers += self._ask(connection, home, some, until)
        except EngineError:
            raise
        except Exception:  # noqa: BLE001 - its text may hold the URL, and that the home
            raise EngineError from None
        return answers

    def _connected(self, until: float) -> HTTPConnection:
        """Return a connection to an address that was looked at, whatever the name leads to next.

        Of the standard library: other clients log the URL.
        """
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        addresses = [str(entry[4][0]) for entry in found]
        if not addresses or not (self.away or all(map(is_at_home, addresses))):
            raise EngineError
        left = until - time.monotonic()
        if left <= 0:
            raise EngineError
        plain = socket.create_connection((addresses[0], self.port), timeout=left)
        if self.scheme == "https":
            connection: HTTPConnection = HTTPSConnection(self.host, self.port)
            context = ssl.create_default_context()
            connection.sock = context.wrap_socket(plain, server_hostname=self.host)
        else:
            connection = HTTPConnection(self.host, self.port)
            connection.sock = plain
        connection.auto_open = 0  # a connection that was closed is not made anew, unlooked at
        return connection

    def _ask(
        self, connection: HTTPConnection, home: Place, places: Sequence[Place], until: float
    ) -> list[float]:
        method, path, body = self._request(home, places)
        connection.request(method, path, body, {"Content-Type": "application/json"})
        content = b""
        with connection.getresponse() as response:
            while part := response.read(_PART_BYTES):
                content += part
                if time.monotonic() > until or len(content) > _MOST_BYTES:
                    raise EngineError
        if response.status != 200:
            raise EngineError
        return self._read(orjson.loads(content), len(places))

    def _request(self, home: Place, places: Sequence[Place]) -> tuple[str, str, bytes | None]:
        if self.engine == VALHALLA:
            document = {
                "sources": [{"lon": lon, "lat": lat} for lon, lat in places],
                "targets": [{"lon": home[0], "lat": home[1]}],
                "costing": "auto",
                "units": "kilometers",
            }
            return "POST", f"{self.path}/sources_to_targets", orjson.dumps(document)
        spots = ";".join(f"{lon:.6f},{lat:.6f}" for lon, lat in (*places, home))
        sources = ";".join(map(str, range(len(places))))
        asked = f"sources={sources}&destinations={len(places)}&annotations=duration"
        return "GET", f"{self.path}/table/v1/driving/{spots}?{asked}", None

    def _read(self, document: Any, count: int) -> list[float]:
        if self.engine == VALHALLA:
            times = [row[0]["time"] for row in document["sources_to_targets"]]
        elif document["code"] == "Ok":
            times = [row[0] for row in document["durations"]]
        else:
            raise EngineError
        if len(times) != count:
            raise EngineError
        return [math.nan if seconds is None else _positive(seconds) for seconds in times]


def _positive(seconds: Any) -> float:
    if not isinstance(seconds, int | float) or not 0 <= seconds < math.inf:
        raise EngineError
    return float(seconds)


def is_at_home(address: str) -> bool:
    """Say whether an address is of this machine or of a private network."""
    known = ipaddress.ip_address(address.partition("%")[0])
    return known.is_loopback or (known.is_private and not known.is_unspecified)


def road_engine(settings: Settings) -> RoadEngine | None:
    """Return the engine of the settings, None without one.

    Raises
    ------
    UsageError
        When the address is none, or is an address beyond private networks and nothing says that
        homes may be sent there.
    """
    if not settings.roads_url:
        return None
    parts = urlsplit(settings.roads_url)
    engine, _, scheme = parts.scheme.partition("+")
    try:
        port = parts.port or _PORTS[scheme]
    except (KeyError, ValueError):
        port = 0
    if engine not in ENGINES or not parts.hostname or not port or parts.query or parts.username:
        message = f"{SETTING} must be like valhalla+http://127.0.0.1:8002 or osrm+http://HOST:5000"
        raise UsageError(message, SETTING)
    try:
        outside = not is_at_home(parts.hostname)
    except ValueError:  # a name: looked at with each question
        outside = False
    if outside and not settings.roads_send_homes_out:
        message = (
            f"{SETTING} is not on this machine or in a private network: homes would leave the "
            f"house. {AWAY_SETTING}=1 says that they may"
        )
        raise UsageError(message, SETTING)
    return RoadEngine(
        engine, scheme, parts.hostname, port, parts.path.rstrip("/"), settings.roads_send_homes_out
    )
