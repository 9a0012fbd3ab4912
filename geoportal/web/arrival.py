"""How a request came: by which name of this site, through which proxy, from which client."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final, cast

from flask import Flask, current_app, request

from geoportal.settings import Network, Settings

IS_FORWARDED: Final = "geoportal.forwarded"
"""In the WSGI environment when a proxy nobody vouches for says that it forwards the request."""
_IS_REFUSED: Final = "geoportal.host_refused"
_EXTENSION: Final = "geoportal-arrival"
_PROBES: Final = frozenset(("/healthz", "/readyz", "/metrics"))
"""Asked for by address, on the machine's own network."""
_HOST: Final = re.compile(
    r"(?P<name>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9_])?)"
    r"(?::(?P<port>\d{1,5}))?"
)
_LABEL_LENGTH: Final = 63
FORWARDING: Final = ("x-forwarded-for", "forwarded", "x-real-ip")
"""Headers by which a proxy says for whom it asks."""
_FORWARDING: Final = tuple(f"HTTP_{name.upper().replace('-', '_')}" for name in FORWARDING)
_FORWARDED_SCHEME: Final = "HTTP_X_FORWARDED_PROTO"
_BY_PROXIES: Final = frozenset((*_FORWARDING, _FORWARDED_SCHEME))
Environ = dict[str, Any]


class Arrival:
    """Reads the headers of proxies and checks the name of the site, before anything else does."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def read(self, environ: Environ) -> None:
        """Put the client's address and scheme in their place, and a refused name out of it.

        May be called twice: what was believed is taken out.
        """
        self._read_proxy(environ)
        name = host_name(environ.get("HTTP_HOST", _unnamed(environ)))
        known = self._settings.hosts
        if name is None or (
            known and environ["PATH_INFO"] not in _PROBES and not self.is_trusted(name)
        ):
            environ[_IS_REFUSED] = True
            environ["HTTP_HOST"] = "localhost"

    def is_trusted(self, name: str) -> bool:
        """Say whether links may be made from a name of this site."""
        return name in self._settings.hosts or _is_loopback(name)

    def _read_proxy(self, environ: Environ) -> None:
        if _BY_PROXIES.isdisjoint(environ):
            return
        trusted = self._settings.trusted_proxies
        if not _is_in(environ.get("REMOTE_ADDR", ""), trusted):
            environ[IS_FORWARDED] = True
            return
        clients = [part.strip() for part in environ.get(_FORWARDING[0], "").split(",")]
        client = next((c for c in reversed(clients) if not _is_in(c, trusted)), clients[0])
        if _address(client) is not None:
            environ["REMOTE_ADDR"] = client
        scheme = environ.pop(_FORWARDED_SCHEME, "")
        if scheme in {"http", "https"}:
            environ["wsgi.url_scheme"] = scheme
        for name in _FORWARDING:
            environ.pop(name, None)


def add_arrival(app: Flask, settings: Settings) -> Arrival:
    """Give an application how it reads requests' headers; what is `is_refused` it answers not."""
    app.extensions[_EXTENSION] = arrival = Arrival(settings)
    return arrival


def is_refused(environ: Environ) -> bool:
    """Say whether a request is to a name that this site does not have."""
    return _IS_REFUSED in environ


def arrival_of(app: Flask) -> Arrival:
    """Return how an application reads requests' headers."""
    return cast("Arrival", app.extensions[_EXTENSION])


def trusted_root() -> str | None:
    """Return scheme and name of this site for absolute links; None when the name is not trusted."""
    name = host_name(request.host)
    trusted = name is not None and arrival_of(current_app).is_trusted(name)
    return request.host_url.rstrip("/") if trusted else None


@lru_cache(maxsize=256)
def host_name(host: str) -> str | None:
    """Return the name of a ``Host`` header in lower case, without the port; None for none."""
    match = _HOST.fullmatch(host)
    if match is None or (match["port"] and not 0 < int(match["port"]) < 1 << 16):
        return None
    name = match["name"].lower()
    if name.startswith("["):
        return name if _address(name[1:-1]) is not None else None
    return name if all(map(_is_label, name.split("."))) else None


def _is_label(label: str) -> bool:
    """Say whether a label of a host name is one: RFC 1123, with underscores, and valid IDNA."""
    if not 0 < len(label) <= _LABEL_LENGTH or "-" in {label[0], label[-1]}:
        return False
    try:
        label.encode("ascii").decode("idna").encode("idna")
    except UnicodeError:
        return False
    return True


def _unnamed(environ: Environ) -> str:
    """Return what stands for the name in HTTP/1.0, which may leave it out; nothing in HTTP/1.1."""
    if environ.get("SERVER_PROTOCOL") != "HTTP/1.0":
        return ""
    return str(environ["SERVER_NAME"])


def _is_loopback(name: str) -> bool:
    address = _address(name.strip("[]"))
    return name == "localhost" or (address is not None and address.is_loopback)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _is_in(text: str, networks: Iterable[Network]) -> bool:
    address = _address(text)
    return address is not None and any(address in network for network in networks)
