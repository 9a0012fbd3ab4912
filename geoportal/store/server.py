"""Connections to a PostgreSQL server: given up in time when it does not answer.

A network between may take what is sent and answer nothing, without closing: a connection looks
alive for as long as one waits for it. See decision 164.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from functools import partial
from select import POLLIN, poll
from typing import TYPE_CHECKING, Any, Final, cast

import sqlalchemy as sa

from geoportal.errors import GeoportalError

if TYPE_CHECKING:
    from psycopg import Connection

_PATIENCE: Final = {
    "connect_timeout": 2,
    "tcp_user_timeout": 5_000,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
}
"""A server that is cut off is given up after so many seconds (milliseconds for what was sent)."""
_ANSWER_S: Final = 1.0
"""A connection that was kept must answer within this time before it is used."""
_LOCK_SHARE: Final = 0.4
_SILENT: Final = "the server does not answer"
_AGAIN_S: Final = 0.5
"""Between two attempts to reach a server that did not answer."""


def server_engine(url: str, *, within_s: float | None = None) -> sa.Engine:
    """Return an engine for a PostgreSQL server; what the URL says of timeouts goes first.

    Parameters
    ----------
    url : str
    within_s : float, optional
        A statement to which nothing comes for so long fails and ends its connection, one that
        waits for another's lock for two fifths of it fails: for who must answer whatever happens to
        the database. Unbounded by default: an import takes as long as it takes.

    Raises
    ------
    GeoportalError
        When the URL is of another kind of database.
    """
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "postgresql":
        raise GeoportalError(
            f"{parsed.get_backend_name()} is not supported: give a file path or a postgresql:// URL"
        )
    engine = sa.create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        connect_args={name: value for name, value in _PATIENCE.items() if name not in parsed.query},
    )
    reach = _Reach(within_s)
    sa.event.listen(engine, "do_connect", reach.connect)
    sa.event.listen(engine, "checkout", reach.check)
    if within_s is not None:
        sa.event.listen(engine, "connect", partial(_wait_for_locks, within_s * _LOCK_SHARE))
    return engine


def _wait_for_locks(seconds: float, connection: Any, _record: object) -> None:
    connection.execute(f"SET lock_timeout = {round(seconds * 1000)}")
    connection.commit()


class _Reach:
    """Opens and checks the connections of one engine.

    Once the server did not answer in time, whoever asks is told so at once, and a thread finds
    out when it answers again: else each would wait as long as the first.
    """

    def __init__(self, within_s: float | None) -> None:
        self._within_s = within_s
        self._open: Callable[[], Connection] | None = None
        self._finding_out: threading.Thread | None = None

    def connect(
        self, _dialect: object, _record: object, given: Sequence[Any], named: Mapping[str, Any]
    ) -> Connection:
        """Return a new connection, see `sqlalchemy.DialectEvents.do_connect`."""
        from psycopg import OperationalError  # takes time to load
        from psycopg.errors import ConnectionTimeout

        if self._is_away():
            raise OperationalError(_SILENT)
        self._open = partial(_bounded(self._within_s).connect, *given, **named)
        try:
            return self._open()
        except ConnectionTimeout:
            self._find_out()
            raise

    def check(self, connection: Any, _record: object, _proxy: object) -> None:
        """Have a kept connection replaced that is lost; fail when its server does not answer."""
        if self._is_away():
            raise connection.OperationalError(_SILENT)
        link, until = connection.pgconn, time.monotonic() + _ANSWER_S
        waiting = poll()  # not select, which takes the first 1,024 files of a process only
        try:
            waiting.register(link.socket, POLLIN)
            link.send_query(b"")
            while link.flush() or link.is_busy():
                if not waiting.poll(max(0.0, until - time.monotonic()) * 1000):
                    break
                link.consume_input()
            else:
                while (result := link.get_result()) is not None:
                    if result.error_message:  # the server has ended it
                        raise connection.OperationalError("the connection is ended")
                return
        except connection.OperationalError as error:
            raise sa.exc.DisconnectionError("the connection is lost") from error
        self._find_out()
        raise connection.OperationalError(_SILENT)

    def _is_away(self) -> bool:
        """Say whether a thread is finding out; none lives on in a process that was forked."""
        return self._finding_out is not None and self._finding_out.is_alive()

    def _find_out(self) -> None:
        if self._open is not None and not self._is_away():
            self._finding_out = threading.Thread(
                target=_until_it_answers, args=(self._open,), name="reach", daemon=True
            )
            self._finding_out.start()


def _until_it_answers(opened: Callable[[], Connection]) -> None:
    """Try again and again, whatever became of the attempts before: they may wait for an answer."""
    answered = threading.Event()
    while not answered.wait(_AGAIN_S):
        threading.Thread(
            target=_try, args=(opened, answered), name="reach-attempt", daemon=True
        ).start()


def _try(opened: Callable[[], Connection], answered: threading.Event) -> None:
    from psycopg import Error
    from psycopg.errors import ConnectionTimeout

    try:
        opened().close()
    except ConnectionTimeout:
        return
    except Error:  # it refuses, and that at once
        pass
    answered.set()


def _bounded(within_s: float | None) -> type[Connection]:
    """Return the driver's connection, which ends when nothing comes for some time."""
    from psycopg import Connection, OperationalError

    class BoundedConnection(Connection):
        def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
            if timeout is not None:  # for announcements, which may not come
                return super().wait(gen, interval, timeout)
            return super().wait(self._bounded(gen), interval)

        def _bounded(self, gen: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
            """Pass on what a statement waits for and is told: 0 when nothing came."""
            try:
                wanted, heard = next(gen), time.monotonic()
                while True:
                    ready = yield wanted
                    if ready:
                        heard = time.monotonic()
                    elif time.monotonic() - heard > cast("float", within_s):
                        self.close()  # the statement is still under way
                        raise OperationalError(_SILENT)
                    wanted = gen.send(ready)
            except StopIteration as end:
                return end.value

    return Connection if within_s is None else BoundedConnection
