"""A file is seen whole or not at all, and nothing of a failure stays."""

from __future__ import annotations

import errno
from pathlib import Path
from types import SimpleNamespace

import pytest

from geoportal.mapped.whole_file import whole_file, whole_path


def test_the_file_is_there_once_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"before")
    with whole_file(path, lasting=True) as file:
        file.write(b"after")
        assert path.read_bytes() == b"before"
    assert path.read_bytes() == b"after"
    assert list(tmp_path.iterdir()) == [path]


def test_text_keeps_its_line_ends(tmp_path: Path) -> None:
    with whole_file(tmp_path / "a.csv", encoding="utf-8-sig") as file:
        file.write("a\r\nb\n")
    assert (tmp_path / "a.csv").read_bytes() == b"\xef\xbb\xbfa\r\nb\n"


def test_what_stood_there_stays_when_the_disk_is_full(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"before")

    def write() -> None:
        with whole_file(path) as file:
            file.write(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write()
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


class OfALibraryError(Exception):
    """What a library makes of a full disk."""


@pytest.mark.parametrize("full", [True, False])
def test_a_library_that_fails_leaves_what_stood_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full: bool
) -> None:
    path = tmp_path / "a.gpkg"
    path.write_bytes(b"before")
    usage = SimpleNamespace(free=0 if full else 1 << 30)
    monkeypatch.setattr("geoportal.mapped.whole_file.shutil.disk_usage", lambda _: usage)

    def write() -> None:
        with whole_path(path) as partial:
            assert partial.name == path.name
            partial.write_bytes(b"half")
            raise OfALibraryError

    with pytest.raises(OSError if full else OfALibraryError):
        write()
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_library_writes_where_a_link_leads(tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to(tmp_path / "a.csv")
    with whole_path(tmp_path / "link.csv") as partial:
        partial.write_bytes(b"whole")
    assert (tmp_path / "a.csv").read_bytes() == b"whole"
    with whole_path(Path("/dev/null")) as partial:
        assert partial == Path("/dev/null")
