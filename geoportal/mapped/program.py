"""A digest of this program's own modules, for files that another program would make otherwise."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]


@cache
def program_digest(rooms: tuple[str, ...], *folders: Path) -> str:
    """Return a digest, in hexadecimal, of modules and of all files in some folders.

    ``rooms`` are packages within this one, as paths; ``"."`` is all of it.
    """
    modules = sorted(path for room in rooms for path in (_PACKAGE / room).rglob("*.py"))
    digest = hashlib.sha256()
    for path in (*modules, *(path for folder in folders for path in sorted(folder.rglob("*")))):
        if path.is_file():
            content = path.read_bytes()
            digest.update(f"{path.name} {len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()
