"""Settings, read once from the environment and passed in; and where shipped files lie."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from geoportal.errors import UsageError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_LOOPBACK = "127.0.0.0/8,::1"
_PACKAGE = Path(__file__).parent
DEFAULT_DATABASE = "var/geoportal.db"
SHORTEST_SECRET = 32

GSI_PALE_TILES = "https://cyberjapandata.gsi.go.jp/xyz/pale/{z}/{x}/{y}.png"
GSI_ATTRIBUTION = "地理院タイル（淡色地図）"
GSI_PAGE = "https://maps.gsi.go.jp/development/ichiran.html"


def shipped_directory(name: str) -> Path:
    """Return the directory of shipped files, in a checkout or in an installed wheel.

    Parameters
    ----------
    name : str
        ``"data"`` or ``"templates"``.

    Raises
    ------
    FileNotFoundError
        When the installation is incomplete.
    """
    for candidate in (_PACKAGE / f"_{name}", _PACKAGE.parent / name):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"the installation lacks its {name} directory")


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation is set up.

    Attributes
    ----------
    database : str
        Path of the SQLite file, or a PostgreSQL URL (``GEOPORTAL_DATABASE``).
    tile_url : str
        Template of the base map's tiles, fetched by the server; empty = none
        (``GEOPORTAL_TILE_URL``).
    tile_attribution : str
        Shown on the map; empty = what is known of the publisher or file
        (``GEOPORTAL_TILE_ATTRIBUTION``).
    tile_cache : str
        Directory of fetched tiles; empty = beside the database (``GEOPORTAL_TILE_CACHE``).
    tile_cache_mb : int
        Bound of that directory, MiB (``GEOPORTAL_TILE_CACHE_MB``).
    tiles_on : bool
        Whether the base map is on before the visitor chooses (``GEOPORTAL_TILES_ON``).
    basemap : str
        PMTiles file that is the base map instead of published tiles; empty = none
        (``GEOPORTAL_BASEMAP``).
    hosts : tuple of str
        Names this site is known by, lower case, without ports: others are refused, and absolute
        links are made from these only; empty = any valid name, and such links on this machine
        only (``GEOPORTAL_HOSTS``, separated by commas).
    trusted_proxies : tuple of Network
        Addresses whose ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are believed
        (``GEOPORTAL_TRUSTED_PROXIES``).
    metrics_from : tuple of Network
        Addresses that may read ``/metrics`` (``GEOPORTAL_METRICS_FROM``).
    rate_per_address : int
        Requests a second that one address may make of each worker, ten times as many at once;
        expensive ones count for several; 0 = any number (``GEOPORTAL_RATE_PER_ADDRESS``).
    unlimited_from : tuple of Network
        Addresses to which that does not apply (``GEOPORTAL_UNLIMITED_FROM``).
    secret_key : str
        What the staff side signs its cookies and links with; empty = no staff side
        (``SECRET_KEY``).
    roads_url : str
        Routing engine of one's own, ``valhalla+http://127.0.0.1:8002`` or ``osrm+http://…``, asked
        for minutes to a home; empty = the roads held, if any (``GEOPORTAL_ROADS_URL``).
    roads_send_homes_out : bool
        Whether that engine may lie beyond this machine and private networks: homes are sent to it
        (``GEOPORTAL_ROADS_SEND_HOMES_OUT``).
    desk_on_plain_http : bool
        Let staff sign in without TLS on this machine itself, for development
        (``GEOPORTAL_DESK_ON_PLAIN_HTTP``).
    processes : int
        Worker processes of an import of many rows, and of compiling many facilities; 1 = none, 0 =
        as many as the machine has cores, at most 4 (``GEOPORTAL_PROCESSES``).
    """

    database: str = DEFAULT_DATABASE
    tile_url: str = GSI_PALE_TILES
    tile_attribution: str = ""
    tile_cache: str = ""
    tile_cache_mb: int = 512
    tiles_on: bool = True
    basemap: str = ""
    hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[Network, ...] = ()
    metrics_from: tuple[Network, ...] = tuple(map(ipaddress.ip_network, _LOOPBACK.split(",")))
    rate_per_address: int = 50
    unlimited_from: tuple[Network, ...] = tuple(map(ipaddress.ip_network, _LOOPBACK.split(",")))
    secret_key: str = field(default="", repr=False)
    roads_url: str = ""
    roads_send_homes_out: bool = False
    desk_on_plain_http: bool = False
    processes: int = 0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read the settings.

        Raises
        ------
        UsageError
            When a switch is neither ``0`` nor ``1``, a size or rate is no such number, a list holds
            something that is no address or network, or the secret key is short.
        """
        tiles_on = _switch(environment, "GEOPORTAL_TILES_ON", "1")
        size = environment.get("GEOPORTAL_TILE_CACHE_MB", "512")
        if not (size.isascii() and size.isdecimal() and len(size) < 8 and int(size) >= 16):
            message = "GEOPORTAL_TILE_CACHE_MB must be a number of MiB from 16 to 9999999"
            raise UsageError(message, "GEOPORTAL_TILE_CACHE_MB")
        return cls(
            database=environment.get("GEOPORTAL_DATABASE", DEFAULT_DATABASE),
            tile_url=environment.get("GEOPORTAL_TILE_URL", GSI_PALE_TILES),
            tile_attribution=environment.get("GEOPORTAL_TILE_ATTRIBUTION", ""),
            tile_cache=environment.get("GEOPORTAL_TILE_CACHE", ""),
            tile_cache_mb=int(size),
            tiles_on=tiles_on,
            basemap=environment.get("GEOPORTAL_BASEMAP", ""),
            hosts=_listed(environment.get("GEOPORTAL_HOSTS", "").lower()),
            trusted_proxies=_networks(environment, "GEOPORTAL_TRUSTED_PROXIES", ""),
            metrics_from=_networks(environment, "GEOPORTAL_METRICS_FROM", _LOOPBACK),
            rate_per_address=_number(
                environment,
                "GEOPORTAL_RATE_PER_ADDRESS",
                "50",
                6,
                "requests a second, 0 for any",
            ),
            unlimited_from=_networks(environment, "GEOPORTAL_UNLIMITED_FROM", _LOOPBACK),
            secret_key=_secret(environment),
            roads_url=environment.get("GEOPORTAL_ROADS_URL", ""),
            roads_send_homes_out=_switch(environment, "GEOPORTAL_ROADS_SEND_HOMES_OUT", "0"),
            desk_on_plain_http=_switch(environment, "GEOPORTAL_DESK_ON_PLAIN_HTTP", "0"),
            processes=_number(
                environment,
                "GEOPORTAL_PROCESSES",
                "0",
                2,
                "processes up to 99, 0 for one per core",
            ),
        )


def _switch(environment: Mapping[str, str], name: str, default: str) -> bool:
    value = environment.get(name, default)
    if value not in {"0", "1"}:
        raise UsageError(f"{name} must be 0 or 1", name)
    return value == "1"


def _number(
    environment: Mapping[str, str], name: str, default: str, most_digits: int, meaning: str
) -> int:
    """Return a whole number; ``meaning`` says in an error what it is of, and what 0 is."""
    value = environment.get(name, default)
    if not (value.isascii() and value.isdecimal() and len(value) <= most_digits):
        raise UsageError(f"{name} must be a number of {meaning}", name)
    return int(value)


def _secret(environment: Mapping[str, str]) -> str:
    """Return the secret key, which is never shown."""
    key = environment.get("SECRET_KEY", "")
    if key and len(key) < SHORTEST_SECRET:
        make = "python3 -c 'import secrets; print(secrets.token_hex(32))'"
        message = (
            f"SECRET_KEY must have at least {SHORTEST_SECRET} characters; make one with: {make}"
        )
        raise UsageError(message, "SECRET_KEY")
    return key


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _networks(environment: Mapping[str, str], name: str, default: str) -> tuple[Network, ...]:
    """Return the addresses and networks (CIDR) that a variable lists."""
    try:
        return tuple(map(ipaddress.ip_network, _listed(environment.get(name, default))))
    except ValueError:
        message = f"{name} must list addresses or networks such as 10.0.0.0/8, separated by commas"
        raise UsageError(message, name) from None
