"""Tiles of a publisher, fetched by the server: the publisher never sees who looks at the map."""

from __future__ import annotations

import logging
import string
import time
import urllib.request
from urllib.parse import urlsplit

import urllib3

from geoportal.errors import UsageError
from geoportal.services.basemap.tile import Tile, TileImage, image_type

MAX_TILE_BYTES = 512 * 1024
_CONNECT_S = 3.0
_READ_S = 4.0
_WHOLE_S = 8.0
_CHUNK = 32 * 1024
_ABSENT = {204, 404, 410}
_IMAGES = {"image/png", "image/jpeg", "image/webp"}
_HEADERS = {"User-Agent": "geoportal (tile cache)", "Accept": ", ".join(sorted(_IMAGES))}
_FIELDS = {"z", "x", "y"}


class FetchError(Exception):
    """The publisher gave no tile; the message holds neither address nor coordinates."""


class Publisher:
    """A publisher of tiles.

    Parameters
    ----------
    template : str
        ``https://HOST/.../{z}/{x}/{y}.png``. Only this host is asked, never another one it refers
        to. A proxy of the environment (``HTTPS_PROXY``, ``NO_PROXY``) is respected.
    connections : int
        Kept open at most.

    Raises
    ------
    UsageError
        When the template is not of this form.
    """

    def __init__(self, template: str, connections: int) -> None:
        self.host = _checked_host(template)
        self._template = template
        # Its warnings repeat the address of a request, which holds the tile's coordinates.
        logging.getLogger("urllib3").setLevel(logging.CRITICAL)
        proxy = urllib.request.getproxies().get(urlsplit(template).scheme)
        timeout = urllib3.Timeout(connect=_CONNECT_S, read=_READ_S)
        if proxy and not urllib.request.proxy_bypass(self.host):
            self._pool: urllib3.PoolManager = urllib3.ProxyManager(
                proxy, maxsize=connections, timeout=timeout
            )
        else:
            self._pool = urllib3.PoolManager(maxsize=connections, timeout=timeout)

    def fetch(self, tile: Tile) -> TileImage | None:
        """Fetch a tile; None when the publisher has none there.

        Raises
        ------
        FetchError
            When there is no answer in time, or one that is not a small image: an error, a
            redirect, another type, more than `MAX_TILE_BYTES`.
        """
        deadline = time.monotonic() + _WHOLE_S
        url = self._template.format(z=tile.zoom, x=tile.column, y=tile.row)
        try:
            response = self._pool.request(
                "GET",
                url,
                headers=_HEADERS,
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
            )
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise FetchError(type(error).__name__) from None
        try:
            image = _read(response, deadline)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            response.close()
            raise FetchError(type(error).__name__) from None
        except FetchError:
            response.close()
            raise
        response.release_conn()
        return image


def _read(response: urllib3.BaseHTTPResponse, deadline: float) -> TileImage | None:
    if response.status in _ABSENT:
        response.close()
        return None
    if response.status != 200:
        raise FetchError(f"status {response.status}")
    stated = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if stated not in _IMAGES:
        raise FetchError("not an image")
    length = response.headers.get("Content-Length", "")
    body = bytearray()
    while chunk := response.read1(_CHUNK):
        body += chunk
        if len(body) > MAX_TILE_BYTES:
            raise FetchError("larger than a tile may be")
        if time.monotonic() > deadline:
            raise FetchError("too slow")
    if length.isdecimal() and int(length) != len(body):
        raise FetchError("cut short")
    mimetype = image_type(bytes(body))
    if mimetype is None:
        raise FetchError("not an image")
    return TileImage(bytes(body), mimetype)


def _checked_host(template: str) -> str:
    """Return the host of a template.

    Raises
    ------
    UsageError
        When it is no http(s) address with the places for z, x and y in its path, and only those.
    """
    expected = "GEOPORTAL_TILE_URL must be like https://HOST/.../{z}/{x}/{y}.png, or empty"
    try:
        parts = urlsplit(template)
        fields = [
            field for _, field, _, _ in string.Formatter().parse(template) if field is not None
        ]
        host = parts.hostname
        _ = parts.port  # raises when it is none
    except ValueError:
        raise UsageError(expected, "GEOPORTAL_TILE_URL") from None
    has_fields = set(fields) == _FIELDS and "{" not in parts.netloc
    if parts.scheme not in {"http", "https"} or not host or not has_fields:
        raise UsageError(expected, "GEOPORTAL_TILE_URL")
    return host
