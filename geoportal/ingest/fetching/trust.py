"""Which addresses a download may go to: https, the publisher's own domain, public machines."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import urllib.parse
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from geoportal.errors import UnreadableSourceError

_PUBLIC_SCHEME: Final = "https"
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
"""By which a network without IPv4 reaches it (RFC 6052)."""
_GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
"""All of IPv6 that is given out on the internet (RFC 4291)."""


class AddressRefusedError(UnreadableSourceError):
    """A download leads to where it must not go."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What a download may lead to, by itself or by a redirect.

    Attributes
    ----------
    domains : frozenset of str
        Host names; hosts below them are theirs, too.
    origin : str
        Scheme, host and port of a copy that a person named: anything there is trusted, also
        without TLS and on a private network, and nothing elsewhere. Empty for publishers.
    """

    domains: frozenset[str] = frozenset()
    origin: str = ""

    @classmethod
    def of_publisher(cls, addresses: Iterable[str]) -> Trust:
        """Trust the domains of a publisher's own pages and files; ``www.`` is left out."""
        hosts = (urllib.parse.urlsplit(address).hostname or "" for address in addresses)
        return cls(frozenset(host.removeprefix("www.") for host in hosts if host))

    @classmethod
    def of_copy(cls, address: str) -> Trust:
        """Trust where a person said that a copy lies."""
        return cls(origin=_origin(address))

    def require(self, address: str) -> None:
        """Check an address before it is asked.

        Raises
        ------
        AddressRefusedError
            When it is not to be trusted.
        """
        parts = urllib.parse.urlsplit(address)
        host = (parts.hostname or "").lower()
        if self.origin:
            if _origin(address) != self.origin:
                raise AddressRefusedError(f"{host}: the copy leads elsewhere; not followed")
            return
        if parts.scheme != _PUBLIC_SCHEME:
            raise AddressRefusedError(f"{host}: only https is used for publishers' files")
        if not any(host == domain or host.endswith(f".{domain}") for domain in self.domains):
            named = ", ".join(sorted(self.domains))
            raise AddressRefusedError(
                f"{host}: not the publisher's domain ({named}); if the publisher has moved, "
                "correct sources.toml"
            )

    def opener(self) -> urllib.request.OpenerDirector:
        """Return what opens addresses and follows redirects within this trust."""
        handlers: list[Any] = [_Redirects(self)]
        if not self.origin:
            handlers.append(_PublicHandler())
        return urllib.request.build_opener(*handlers)


def _origin(address: str) -> str:
    parts = urllib.parse.urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects to trusted addresses only."""

    def __init__(self, trust: Trust) -> None:
        self._trust = trust

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        """Return the request that follows a redirect."""
        self._trust.require(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class _PublicConnection(http.client.HTTPSConnection):
    """Connects to public addresses only: the address that was checked is the one connected to.

    A proxy, which the environment names, may be private; it resolves names itself.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._create_connection = self._connected

    def _connected(self, address: tuple[str, int], *arguments: Any) -> socket.socket:
        if getattr(self, "_tunnel_host", None) is None:
            address = (public_address(*address), address[1])
        return socket.create_connection(address, *arguments)


class _PublicHandler(urllib.request.HTTPSHandler):
    """Opens https with `_PublicConnection`."""

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        """Open an address."""
        return self.do_open(_PublicConnection, req)


def public_address(host: str, port: int) -> str:
    """Return an address of a host.

    Raises
    ------
    AddressRefusedError
        When any of its addresses is private, of this machine, or otherwise not public.
    """
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found or not all(_is_public(text.partition("%")[0]) for text in found):
        raise AddressRefusedError(f"{host}: leads to an address that is not public")
    return found[0]


def _is_public(text: str) -> bool:
    """Say whether an address is one of the internet's; one that carries an IPv4 is what that is."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast
    carried = address.ipv4_mapped or address.sixtofour
    if address in _NAT64:
        carried = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    if carried is not None:
        return _is_public(str(carried))
    return address.is_global and address in _GLOBAL_UNICAST
