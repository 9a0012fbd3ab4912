"""Noticing that data have changed: a PostgreSQL server says so, an embedded file is looked at."""

from __future__ import annotations

import logging
import time
from typing import Any

from geoportal.store.database import CHANNEL, Database

_LOOK_AGAIN_S = 0.5
_LISTEN_AGAIN_S = 0.25
_LOOK_ANYWAY_S = 1.0
"""A server's word may be lost with a connection, so data are looked at all the same."""
_LOG = logging.getLogger(__name__)


class Announcements:
    """Waits for changes of one database, on one thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listening: Any = None  # the driver's, which has no types where it is not installed

    def wait(self) -> None:
        """Return when the data may have changed: soon after a change, and now and then."""
        if self._database.is_sqlite:
            time.sleep(_LOOK_AGAIN_S)
            return
        began = time.monotonic()
        try:
            if self._listening is None:
                self._listening = self._listen()
                return  # what changed before is not told
            for _ in self._listening.notifies(timeout=_LOOK_ANYWAY_S, stop_after=1):
                pass
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, another is opened
            _LOG.info("announcements of the database end (%s)", type(error).__name__)
            self.restart()
            time.sleep(max(0.0, _LISTEN_AGAIN_S - (time.monotonic() - began)))

    def restart(self) -> None:
        """Listen anew with the next wait: the database did not answer otherwise."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None

    def _listen(self) -> Any:
        """Return a connection of the driver that is told of changes; it belongs to no pool."""
        pooled = self._database.engine.raw_connection()
        pooled.detach()
        connection: Any = pooled.dbapi_connection
        connection.autocommit = True
        connection.execute(f"LISTEN {CHANNEL}")
        return connection
