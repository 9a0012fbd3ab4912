"""A published base map: cache first, then the publisher, within limits that protect both."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from geoportal.services.basemap.cache import CachedTile, TileCache
from geoportal.services.basemap.publisher import FetchError, Publisher
from geoportal.services.basemap.tile import (
    Tile,
    TileArea,
    TileImage,
    TileUnavailableError,
    image_type,
)

JAPAN = TileArea(122.0, 20.0, 154.0, 46.0, 5, 18)
"""Area and zooms of 地理院タイル 淡色地図 that the map shows."""
WAITING = 3
"""Requests of one process that may wait for the publisher; further ones are put off at once."""
_PROBE = Tile(5, 28, 12)
_WAIT_S = 5.0
_AWAY_AFTER = 3
_AWAY_S = 60.0
_FAILED_S = 15.0
_FAILED_KEPT = 512
_PER_SECOND = 10.0
_BURST = 300.0
_LOG = logging.getLogger(__name__)


class PublishedTiles:
    """Tiles of a publisher.

    The publisher counts as away until it has answered a first time, and again after several
    failures in a row. Then nobody waits for it: tiles in the cache are given, others are not, and
    it is tried in the background, once a minute while pages are asked for.

    Parameters
    ----------
    publisher : Publisher
    cache : TileCache
    attribution, page : str
        Line shown on the map, and where it leads; ``page`` may be empty.
    clock : callable
        Seconds, monotonic.
    """

    is_local = False
    is_vector = False
    area = JAPAN

    def __init__(
        self,
        publisher: Publisher,
        cache: TileCache,
        *,
        attribution: str,
        page: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.attribution = attribution
        self.page = page
        self._publisher = publisher
        self._cache = cache
        self._clock = clock
        self._waiting = threading.BoundedSemaphore(WAITING)
        self._state = threading.Lock()
        self._answers = False
        self._is_away_logged = False
        self._failures = 0
        self._next_probe = 0.0
        self._failed: dict[Tile, float] = {}
        self._allowance = _BURST
        self._counted = clock()

    @property
    def host(self) -> str:
        """The publisher's host."""
        return self._publisher.host

    def available(self) -> bool:
        """Say whether the publisher answers; if not, it is tried in the background."""
        with self._state:
            is_due = not self._answers and self._clock() >= self._next_probe
            if is_due:
                self._next_probe = self._clock() + _AWAY_S
        if is_due:
            threading.Thread(target=self.probe, name="tile-probe", daemon=True).start()
        return self._answers

    def probe(self) -> None:
        """Ask the publisher for one tile of all Japan and note whether it answers."""
        try:
            self._publisher.fetch(_PROBE)
        except FetchError as error:
            self._failures = _AWAY_AFTER - 1
            self._note_failure(error)
        else:
            self._note_answer()

    def read(self, tile: Tile) -> TileImage | None:
        """Return a tile; None when the map has none there.

        Raises
        ------
        TileUnavailableError
            When it is not in the cache and cannot be fetched just now.
        """
        if not self.area.covers(tile):
            return None
        cached = self._cache.read(tile)
        if cached and cached.is_fresh:
            return _image(cached)
        try:
            return self._fetch_once(tile)
        except TileUnavailableError:
            if cached:
                return _image(cached)
            raise

    def _fetch_once(self, tile: Tile) -> TileImage | None:
        self._require_answering(tile)
        if not self._waiting.acquire(blocking=False):
            raise TileUnavailableError("many tiles are being fetched", 1)
        try:
            with self._cache.fetching(tile, _WAIT_S) as is_ours:
                cached = self._cache.read(tile)  # somebody else may have fetched it meanwhile
                if cached and cached.is_fresh:
                    return _image(cached)
                self._require_answering(tile)
                if not is_ours or not self._may_fetch():
                    raise TileUnavailableError("many tiles are being fetched", 1)
                return self._fetch(tile)
        finally:
            self._waiting.release()

    def _fetch(self, tile: Tile) -> TileImage | None:
        try:
            image = self._publisher.fetch(tile)
        except FetchError as error:
            with self._state:
                if len(self._failed) >= _FAILED_KEPT:
                    self._failed.clear()
                self._failed[tile] = self._clock() + _FAILED_S
            self._note_failure(error)
            raise TileUnavailableError("the publisher gave no tile", int(_FAILED_S)) from None
        self._note_answer()
        self._cache.write(tile, image.body if image else None)
        return image

    def _require_answering(self, tile: Tile) -> None:
        """Refuse at once what has just failed, and everything while the publisher is away."""
        if not self.available():
            raise TileUnavailableError("the publisher does not answer", int(_AWAY_S))
        if self._failed.get(tile, 0.0) > self._clock():
            raise TileUnavailableError("the publisher gave no tile", int(_FAILED_S))

    def _may_fetch(self) -> bool:
        """Take one fetch from the allowance, which fills by `_PER_SECOND` up to `_BURST`."""
        with self._state:
            now = self._clock()
            gained = (now - self._counted) * _PER_SECOND
            self._allowance = min(_BURST, self._allowance + gained)
            self._counted = now
            if self._allowance < 1:
                return False
            self._allowance -= 1
            return True

    def _note_answer(self) -> None:
        with self._state:
            came_back = not self._answers
            self._answers = True
            self._is_away_logged = False
            self._failures = 0
        if came_back:
            _LOG.info("base map: %s answers", self._publisher.host)

    def _note_failure(self, error: FetchError) -> None:
        with self._state:
            self._failures += 1
            if self._failures < _AWAY_AFTER:
                return
            self._answers = False
            self._next_probe = self._clock() + _AWAY_S
            was_logged, self._is_away_logged = self._is_away_logged, True
        if not was_logged:
            host = self._publisher.host
            _LOG.warning("base map: no tiles from %s (%s): outlines only", host, error)


def _image(cached: CachedTile) -> TileImage | None:
    """Return a cached tile as it is sent; what is no image any more counts as absent."""
    mimetype = image_type(cached.body) if cached.body else None
    return TileImage(cached.body, mimetype) if cached.body and mimetype else None
