"""Tiles on disk: one file a tile, written whole or not at all, bounded in bytes."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from geoportal.mapped.whole_file import PARTIAL, whole_file
from geoportal.services.basemap.tile import Tile

CONNECTIONS = 4
"""Tiles fetched at a time, by all processes that share the cache."""
_FRESH_S = 30 * 86_400
_ABSENT_FRESH_S = 86_400
_BLOCK = 4096
_SLACK = 0.05
"""Share of the bound that a process writes before it looks again at what lies there."""


@dataclass(frozen=True, slots=True)
class CachedTile:
    """A tile as it was fetched.

    Attributes
    ----------
    body : bytes or None
        None when the publisher has no such tile.
    is_fresh : bool
        False when it is so old that it should be fetched again.
    """

    body: bytes | None
    is_fresh: bool


class TileCache:
    """Directory of tiles.

    Parameters
    ----------
    directory : Path
        Made if missing; may be deleted at any time while nothing runs.
    max_bytes : int
        Bound of what lies there, in blocks of 4 KiB. The oldest tiles go first.

    Raises
    ------
    OSError
        When the directory cannot be written.
    """

    def __init__(self, directory: Path, max_bytes: int) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            self._directory = directory
        self._max_bytes = max_bytes
        self._unchecked = max_bytes

    def read(self, tile: Tile) -> CachedTile | None:
        """Return a tile that was fetched before; None when it was not."""
        try:
            with self._path(tile).open("rb") as file:
                age = time.time() - os.fstat(file.fileno()).st_mtime
                body = file.read()
        except OSError:
            return None
        return CachedTile(body or None, age < (_FRESH_S if body else _ABSENT_FRESH_S))

    def write(self, tile: Tile, body: bytes | None) -> None:
        """Keep a tile; a disk that is full or gone only costs fetching it again."""
        path = self._path(tile)
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(path) as file:
                file.write(body or b"")
        self._unchecked += _on_disk(len(body or b""))
        if self._unchecked >= _SLACK * self._max_bytes:
            self._unchecked = 0
            self._prune()

    @contextmanager
    def fetching(self, tile: Tile, wait_s: float) -> Iterator[bool]:
        """Hold the one connection a tile is fetched through; False when it stays busy.

        Tiles share `CONNECTIONS` locks, which all processes obey: a tile is fetched once, however
        many ask for it, and never are more connections open.
        """
        number = (tile.column + 2 * tile.row) % CONNECTIONS
        lock = FileLock(self._directory / f"connection-{number}.lock", poll_interval=0.02)
        try:
            lock.acquire(timeout=wait_s)
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    def _path(self, tile: Tile) -> Path:
        return self._directory / str(tile.zoom) / str(tile.column) / str(tile.row)

    def _prune(self) -> None:
        """Delete the oldest tiles until the rest leaves room, and what broken writes left."""
        files = []
        for folder, _, names in os.walk(self._directory):
            for name in names:
                with suppress(OSError):  # another process may prune as well
                    path = Path(folder, name)
                    status = path.stat()
                    files.append((status.st_mtime, _on_disk(status.st_size), path))
        total = sum(size for _, size, _ in files)
        bound = (1 - 2 * _SLACK) * self._max_bytes
        old = time.time() - 3600
        for written, size, path in sorted(files):
            is_left_over = path.suffix == PARTIAL and written < old
            if path.suffix == ".lock" or not (total > bound or is_left_over):
                continue
            with suppress(OSError):
                path.unlink()
                path.parent.rmdir()  # of its last tile
            total -= size


def _on_disk(size: int) -> int:
    return max(1, -(-size // _BLOCK)) * _BLOCK
