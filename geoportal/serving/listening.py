"""The listening socket: opened once, shared by all workers, refused when the port is in use."""

from __future__ import annotations

import errno
import socket
import sys
from pathlib import Path
from typing import Final

from geoportal.errors import BusyError, UsageError

BACKLOG: Final = 1024
"""Connections the kernel holds until a worker takes them; bounded by ``net.core.somaxconn``."""
_UNREAD_MS: Final = 30_000


def open_listener(host: str, port: int) -> socket.socket:
    """Open the socket that all workers accept from.

    A worker that dies leaves no connection behind in a queue of its own. A client that stops
    reading is cut by the kernel after half a minute (``TCP_USER_TIMEOUT``, inherited by what is
    accepted).

    Raises
    ------
    BusyError
        When another process listens there; it is named where the system tells.
    UsageError
        When the host is no address of this machine.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.create_server(address, family=family, backlog=BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise BusyError(_in_use(host, port)) from None
        if error.errno == errno.EACCES:
            raise UsageError(f"--port {port}: only an administrator may use it", "port") from None
        raise UsageError(f"--host {host}: this machine has no such address", "host") from None
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNREAD_MS)
    return listener


def _in_use(host: str, port: int) -> str:
    holder = holder_of(port)
    who = f" by process {holder[0]} ({holder[1]})" if holder else ""
    return f"port {port} of {host} is in use{who}; stop it, or give another with --port"


def holder_of(port: int) -> tuple[int, str] | None:
    """Return process id and program name of who listens on a TCP port of this machine.

    Of several that hold the socket it is the one that started the others. None when the system
    does not tell: another user's process, or no Linux.
    """
    if sys.platform != "linux":
        return None
    sockets = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    holders = {
        int(process.name): process
        for process in Path("/proc").iterdir()
        if process.name.isdecimal() and _holds(process, sockets)
    }
    first = next((pid for pid, at in holders.items() if _parent(at) not in holders), None)
    return None if first is None else (first, _program(holders[first]))


def _listening_inodes(port: int) -> set[str]:
    listening, inodes = "0A", set()
    for table in ("tcp", "tcp6"):
        try:
            lines = Path("/proc/net", table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for columns in map(str.split, lines):
            if columns[3] == listening and int(columns[1].rpartition(":")[2], 16) == port:
                inodes.add(columns[9])
    return inodes


def _holds(process: Path, sockets: set[str]) -> bool:
    try:
        return any(str(link.readlink()) in sockets for link in (process / "fd").iterdir())
    except OSError:  # gone meanwhile, or another user's
        return False


def _parent(process: Path) -> int:
    """Return the id of the process that started one, 0 when it is gone."""
    try:
        stated = (process / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    return int(stated.rpartition(")")[2].split()[1])


def _program(process: Path) -> str:
    try:
        return (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return "?"
