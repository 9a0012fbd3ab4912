"""The base map an installation is set up with."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

from geoportal.errors import UsageError
from geoportal.services.basemap.archive import ArchivedTiles
from geoportal.services.basemap.cache import CONNECTIONS, TileCache
from geoportal.services.basemap.published import PublishedTiles
from geoportal.services.basemap.publisher import Publisher
from geoportal.services.basemap.tile import Basemap
from geoportal.settings import GSI_ATTRIBUTION, GSI_PAGE, GSI_PALE_TILES, Settings

_MIB = 1024 * 1024
_LOG = logging.getLogger(__name__)


def open_basemap(settings: Settings, derived_directory: Path) -> Basemap | None:
    """Open the base map of the settings: a local file, else a publisher's tiles, else none.

    Parameters
    ----------
    settings : Settings
    derived_directory : Path
        Where the cache lies when the settings name no directory. A directory that cannot be
        written means no base map: without a cache the publisher would be asked again and again.

    Raises
    ------
    UsageError
        When the publisher's template is not usable, or it has no attribution.
    InputRefusedError
        When the local file is not usable.
    """
    if settings.basemap:
        return ArchivedTiles(Path(settings.basemap), attribution=settings.tile_attribution)
    if not settings.tile_url:
        return None
    publisher = Publisher(settings.tile_url, CONNECTIONS)
    is_gsi = settings.tile_url == GSI_PALE_TILES
    attribution = settings.tile_attribution or (GSI_ATTRIBUTION if is_gsi else "")
    if not attribution:
        message = "GEOPORTAL_TILE_ATTRIBUTION must name the publisher of GEOPORTAL_TILE_URL"
        raise UsageError(message, "GEOPORTAL_TILE_ATTRIBUTION")
    try:
        directory = cache_directory(settings, derived_directory)
        cache = TileCache(directory, settings.tile_cache_mb * _MIB)
    except OSError as error:
        _LOG.warning("base map: no cache can be written (%s): outlines only", error.strerror)
        return None
    page = GSI_PAGE if is_gsi else ""
    return PublishedTiles(publisher, cache, attribution=attribution, page=page)


def cache_directory(settings: Settings, derived_directory: Path) -> Path:
    """Return the directory of the tiles fetched from the publisher of the settings."""
    directory = Path(settings.tile_cache) if settings.tile_cache else derived_directory / "tiles"
    return directory / hashlib.sha256(settings.tile_url.encode()).hexdigest()[:12]
