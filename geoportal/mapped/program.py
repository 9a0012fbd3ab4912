"""A digest of this program's own modules, for files that another program would make otherwise."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]


@cache
def program_digest(rooms: tuple[str, ...], *folders: Path) -> str:
    """Return a digest, in hexadecimal, of modules and of all files in some folders.

    ``rooms`` are packages within this one, as paths; ``"."`` is all of it.
    """
    modules = sorted(
        path for room in rooms for path in _files(_PACKAGE / room) if path.endswith(".py")
    )
    digest = hashlib.sha256()
    for path in (*modules, *(path for folder in folders for path in sorted(_files(folder)))):
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - three times as fast
            content = file.readall()
        digest.update(f"{os.path.basename(path)} {len(content)}\n".encode())  # noqa: PTH119
        digest.update(content)
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[str]:
    """Yield the paths of all files in a folder and below it."""
    for directory, _, names in os.walk(folder):
        for name in names:
            yield f"{directory}{os.sep}{name}"
