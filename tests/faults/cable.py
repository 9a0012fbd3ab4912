"""A cable to a database server that can be cut, or take what is sent and pass nothing on."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

_LOOKS_S = 0.05


class Cable:
    """Leads connections to a server.

    ``state`` is ``"whole"``, ``"cut"``, ``"stops"`` (what is sent waits until it is whole) or
    ``"swallows"`` (what is sent is gone; connections stay open).
    """

    def __init__(self, host: str, port: int) -> None:
        self._server = host, port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._ends: list[socket.socket] = []
        self.state = "whole"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End every connection, and take no other."""
        self.state = "cut"
        for end in self._ends:
            _end(end)

    def close(self) -> None:
        """Take it away."""
        self.cut()
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self.state == "cut":
                    client.close()
                    continue
                server = socket.create_connection(self._server)
                self._ends += client, server
                for way in ((client, server), (server, client)):
                    threading.Thread(target=self._lead, args=way, daemon=True).start()

    def _lead(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while content := source.recv(65536):
                while self.state == "stops":
                    time.sleep(_LOOKS_S)
                if self.state != "swallows":
                    target.sendall(content)
        _end(source)
        _end(target)


def _end(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
