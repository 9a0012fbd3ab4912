"""Files written whole: under another name, then renamed, so that nobody ever sees a part."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

PARTIAL: Final = ".part"
"""What the name of a file ends with while it is written; a kill may leave one behind."""


def remove_earlier(path: Path, pattern: str, kept: int) -> None:
    """Remove the files beside ``path`` that a pattern matches, but it and the newest of the others.

    ``kept`` files stay in all: processes may still have an earlier one mapped.
    """
    earlier = [other for other in path.parent.glob(pattern) if other != path]
    earlier.sort(key=lambda other: other.stat().st_mtime, reverse=True)
    for other in earlier[kept - 1 :]:
        try:
            other.unlink(missing_ok=True)
        except OSError:  # in use, where the system does not allow that
            continue


@contextmanager
def whole_file(
    path: Path, *, lasting: bool = False, encoding: str | None = None
) -> Iterator[IO[Any]]:
    """Yield a file that takes the place of ``path`` on success and is removed on failure.

    ``lasting``: it is on the disk before it takes the place. With an ``encoding`` it takes text
    with its line ends as they are, else bytes.

    Raises
    ------
    OSError
        When it cannot be written: no room, no right, no such directory.
    """
    partial = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}{PARTIAL}")
    try:
        mode, newline = ("wb", None) if encoding is None else ("w", "")
        with partial.open(mode, encoding=encoding, newline=newline) as file:
            yield file
            file.flush()
            if lasting:
                os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
