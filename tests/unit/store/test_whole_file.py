"""A file is seen whole or not at all, and nothing of a failure stays."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from geoportal.mapped.whole_file import forget_left_over, whole_file, whole_path


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


@pytest.mark.parametrize(
    ("raised", "cause", "told"),
    [
        (OfALibraryError("sqlite3_exec failed: disk I/O error"), None, True),
        (OfALibraryError("cannot write"), OSError(errno.EDQUOT, "Disk quota exceeded"), True),
        (OfALibraryError("cannot write"), ValueError("database or disk is full"), True),
        (OfALibraryError("no such field"), ValueError("row 3"), False),
    ],
)
def test_an_error_of_the_disk_behind_that_of_a_library_is_told(
    tmp_path: Path, raised: Exception, cause: Exception | None, told: bool
) -> None:
    def write() -> None:
        with whole_path(tmp_path / "a.xlsx"):
            raise raised from cause

    with pytest.raises(OSError if told else OfALibraryError):
        write()


@pytest.mark.parametrize("minutes", [50, 70])
def test_what_killed_processes_left_is_removed_after_an_hour(tmp_path: Path, minutes: int) -> None:
    moment = time.time() - 60 * minutes
    left = [tmp_path / name for name in ("a[1].csv.12-34.part", ".a[1].csv.x7.part", ".draft-q")]
    for path in left[1:]:
        path.mkdir()
        (path / "half").write_bytes(b"half")
    left[0].write_bytes(b"half")
    others = [tmp_path / "b.csv.12-34.part", tmp_path / "a1.csv.part"]
    for path in others:
        path.write_bytes(b"of another file")
    for path in (*left, *others):
        os.utime(path, (moment, moment))
    with whole_file(tmp_path / "a[1].csv") as file:
        file.write(b"whole")
    with whole_path(tmp_path / "a[1].csv") as partial:
        partial.write_bytes(b"whole")
    forget_left_over(tmp_path, ".draft-*")
    kept = [] if minutes > 60 else left
    assert sorted(tmp_path.iterdir()) == sorted([tmp_path / "a[1].csv", *kept, *others])
