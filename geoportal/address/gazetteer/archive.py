"""The file format of a compiled gazetteer: named arrays behind one JSON header.

Layout: `MAGIC` with the format's version; the length of the JSON text, 8 bytes, little-endian; the
JSON text with the caller's header and the name, type, offset and length of each array; the arrays,
each aligned to 16 bytes.

The file is written under another name and renamed, so that a reader sees the old or the new one and
never half of either. It is read by memory map: opening costs a few milliseconds, the pages are
shared between processes, nothing is ever written to them.
"""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy.typing as npt

from geoportal.errors import UnreadableSourceError

FILE_NAME = "gazetteer.bin"
MAGIC = b"geoportal gazetteer 6\n"
"""Name and version of the format. A file of another version is refused, and compiled again."""
_ALIGNMENT = 16
_LENGTH_BYTES = 8


class StaleGazetteerError(UnreadableSourceError, ValueError):
    """A compiled gazetteer is missing, damaged or of another version: compile it again."""


def write_archive(
    path: Path, header: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any] | bytes]
) -> None:
    """Write arrays and a header, atomically.

    The file's directory must exist. The header is JSON-ready; the arrays have one dimension and
    are stored in little-endian order.
    """
    blobs: list[bytes] = []
    layout: dict[str, tuple[str, int, int]] = {}
    offset = 0
    for name, content in arrays.items():
        if isinstance(content, bytes):
            kind, blob = "B", content
        else:
            kind, blob = content.dtype.char, content.tobytes()
        layout[name] = (kind, offset, len(blob))
        blob += bytes(-len(blob) % _ALIGNMENT)
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps({"header": header, "layout": layout}, ensure_ascii=False).encode()
    front = MAGIC + len(text).to_bytes(_LENGTH_BYTES, "little") + text
    front += bytes(-len(front) % _ALIGNMENT)
    draft = path.with_name(f"{path.name}.{os.getpid()}.part")
    with draft.open("wb") as file:
        file.write(front)
        for blob in blobs:
            file.write(blob)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def read_archive(path: Path) -> tuple[dict[str, Any], dict[str, memoryview]]:
    """Memory-map what :func:`write_archive` wrote.

    Returned are the header as given and the arrays, read-only; indexing one gives a plain int or
    float.

    Raises
    ------
    StaleGazetteerError
        When the file is missing, cut short or of another version.
    """
    try:
        with path.open("rb") as file:
            whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError) as error:
        raise StaleGazetteerError(f"no compiled gazetteer at {path}") from error
    if whole[: len(MAGIC)] != MAGIC:
        raise StaleGazetteerError(f"{path} is not a gazetteer of this version; compile it again")
    text_start = len(MAGIC) + _LENGTH_BYTES
    start = text_start + int.from_bytes(whole[len(MAGIC) : text_start], "little")
    described = json.loads(bytes(whole[text_start:start]))
    start += -start % _ALIGNMENT
    arrays = {}
    for name, (kind, offset, length) in described["layout"].items():
        part = whole[start + offset : start + offset + length]
        if len(part) != length:
            raise StaleGazetteerError(f"{path} is cut short; compile it again")
        arrays[name] = part if kind == "B" else part.cast(kind)
    return described["header"], arrays
