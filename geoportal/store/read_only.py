"""How files of SQLite are opened to be read only, and what is raised where they are damaged."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Final
from urllib.parse import quote

BROKEN: Final = (sqlite3.DatabaseError, UnicodeDecodeError)
"""What SQLite's driver raises of a damaged file: its words may quote bytes that are no text."""
_DAMAGES: Final = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
DAMAGED_STAFF: Final = (
    "the staff's file beside the database (….desk) is damaged: put back a copy with "
    "geoportal restore FILE, which sets the damaged one aside"
)


def is_damage(error: BaseException | None) -> bool:
    """Say whether an error of SQLite's driver is that of a file that is damaged or no database.

    The driver fails at its own words where they quote bytes that are no text.
    """
    name = getattr(error, "sqlite_errorname", None) or ""
    return isinstance(error, UnicodeDecodeError) or name.startswith(_DAMAGES)


def read_only_uri(path: Path) -> str:
    """Return what `sqlite3.connect` takes, with ``uri=True``.

    The write-ahead log needs files of its own beside the database. Where these exist, or can be
    made, another process may be writing, and they are used; else the file is opened as immutable.
    """
    has_log = path.with_name(f"{path.name}-wal").exists() or os.access(path.parent, os.W_OK)
    return f"file:{quote(str(path.absolute()))}?mode=ro{'' if has_log else '&immutable=1'}"
