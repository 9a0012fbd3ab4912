"""Files of named arrays, written whole and memory-mapped.

Layout: the magic (name and version of the format); offset, length and CRC-32 of the JSON text, 8
bytes each, little-endian; the arrays, each aligned to 16 bytes; the JSON text with the caller's
header and the type, offset, length and CRC-32 of each array.

The file is written under another name and renamed, so that a reader sees the old or the new one and
never half of either. It is read by memory map: opening costs a few milliseconds, the pages are
shared between processes, nothing is ever written to them.
"""

from __future__ import annotations

import mmap
import os
import weakref
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
import orjson

from geoportal.errors import UnreadableSourceError

Content = npt.NDArray[Any] | bytes | memoryview
"""An array of one dimension, or bytes."""
_ALIGNMENT = 16
_NUMBER_BYTES = 8


class StaleArchiveError(UnreadableSourceError, ValueError):
    """A compiled file is missing, damaged or of another version: compile it again."""


class Archive:
    """What `write_archive` wrote, memory-mapped and read-only.

    Attributes
    ----------
    header : dict
        As given.
    arrays : dict of str to memoryview
        Indexing one gives a plain int or float.
    """

    def __init__(
        self,
        path: Path,
        whole: memoryview,
        descriptor: int,
        header: dict[str, Any],
        layout: dict[str, tuple[Any, int, int, int]],
    ) -> None:
        self.header = header
        self._path, self._descriptor, self._layout = path, descriptor, layout
        weakref.finalize(self, os.close, descriptor)
        self.arrays = self._views(whole, layout)

    def private(self, names: Iterable[str]) -> dict[str, memoryview]:
        """Return arrays as they are in the file, to be written to; no other process sees it.

        Pages that are not written to stay shared with everybody who has the file mapped.
        """
        whole = mmap.mmap(self._descriptor, 0, access=mmap.ACCESS_COPY)
        return self._views(memoryview(whole), names)

    def _views(self, whole: memoryview, names: Iterable[str]) -> dict[str, memoryview]:
        views = {}
        for name in names:
            kind, start, size, _ = self._layout[name]
            part = whole[start : start + size]
            if len(part) != size:
                raise StaleArchiveError(f"{self._path} is cut short; compile it again")
            views[name] = part if kind == "B" else part.cast(kind)
        return views

    def check(self, names: Iterable[str]) -> None:
        """Compare arrays with their checksums, about 1 ms per megabyte.

        Raises
        ------
        StaleArchiveError
            When one has changed since it was written.
        """
        for name in names:
            if crc32(self.arrays[name]) != self._layout[name][-1]:
                raise StaleArchiveError(f"{self._path} is damaged; compile it again")


def write_archive(
    path: Path, magic: bytes, header: Mapping[str, Any], arrays: Mapping[str, Content]
) -> None:
    """Write arrays and a header, atomically.

    The file's directory must exist. The header is JSON-ready; arrays are stored in little-endian
    order.
    """
    # Takes time to load.
    from geoportal.mapped.whole_file import PARTIAL, forget_left_over, whole_file

    layout: dict[str, tuple[str, int, int, int]] = {}
    forget_left_over(path.parent, f"*{PARTIAL}")
    with whole_file(path, lasting=True) as file:
        file.write(magic + bytes(3 * _NUMBER_BYTES))
        for name, content in arrays.items():
            kind, octets = _octets(content)
            file.write(bytes(-file.tell() % _ALIGNMENT))
            start = file.tell()
            file.write(octets)
            layout[name] = (kind, start, len(octets), crc32(octets))
        text = orjson.dumps({"header": header, "layout": layout}, default=tuple)
        place = file.tell()
        file.write(text)
        file.seek(len(magic))
        for number in (place, len(text), crc32(text)):
            file.write(number.to_bytes(_NUMBER_BYTES, "little"))


def _octets(content: Content) -> tuple[str, bytes | memoryview]:
    """Return the type of an array's numbers, and the array as bytes."""
    if isinstance(content, bytes | memoryview):
        return "B", content
    flat = content.astype(content.dtype.newbyteorder("<"), order="C", copy=False)
    return content.dtype.char, flat.data.cast("B") if flat.size else b""


def read_archive(path: Path, magic: bytes) -> Archive:
    """Memory-map what :func:`write_archive` wrote.

    Raises
    ------
    StaleArchiveError
        When the file is missing, cut short, of another version, or its JSON text is damaged. Of the
        arrays only the lengths are checked, see `Archive.check`.
    """
    try:
        with path.open("rb") as file:
            whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
            descriptor = os.dup(file.fileno())
    except (OSError, ValueError) as error:
        raise StaleArchiveError(f"no compiled file at {path}") from error
    try:
        described = _description(path, whole, magic)
        return Archive(path, whole, os.dup(descriptor), described["header"], described["layout"])
    finally:
        os.close(descriptor)


def _description(path: Path, whole: memoryview, magic: bytes) -> dict[str, Any]:
    """Return what the JSON text of a file says: the caller's header, and where arrays lie."""
    if whole[: len(magic)] != magic:
        raise StaleArchiveError(f"{path} is of another version; compile it again")
    numbers = bytes(whole[len(magic) : len(magic) + 3 * _NUMBER_BYTES])
    place, length, checksum = (
        int.from_bytes(numbers[i * _NUMBER_BYTES : (i + 1) * _NUMBER_BYTES], "little")
        for i in range(3)
    )
    text = whole[place : place + length]
    if len(text) != length or not length or crc32(text) != checksum:
        raise StaleArchiveError(f"{path} is damaged; compile it again")
    described: dict[str, Any] = orjson.loads(text)
    return described


def views(arrays: Mapping[str, Content]) -> dict[str, memoryview]:
    """Return arrays as they are read back from a file."""
    return {
        name: content if isinstance(content, memoryview) else memoryview(content)  # type: ignore[arg-type]
        for name, content in arrays.items()
    }


def array_group(arrays: Mapping[str, memoryview], group: str) -> dict[str, npt.NDArray[Any]]:
    """Return what `part_of` does as NumPy arrays."""
    return {name: np.asarray(array) for name, array in part_of(arrays, group).items()}


def part_of(arrays: Mapping[str, memoryview], group: str) -> dict[str, memoryview]:
    """Return the arrays whose names begin with a group and a dot, under the rest of their names."""
    return {
        name.removeprefix(f"{group}."): array
        for name, array in arrays.items()
        if name.startswith(f"{group}.")
    }
