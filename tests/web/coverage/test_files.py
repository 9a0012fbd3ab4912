"""Files of the coverage pack: asked for, made one after the other, kept for a day and question."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from geoportal.documents.coverage import CoverageQuery
from geoportal.errors import InputRefusedError
from geoportal.services.portal import Portal
from geoportal.services.view import View
from geoportal.web.coverage import files as files_module
from geoportal.web.coverage import maker
from geoportal.web.coverage.files import MOST_HELD, MOST_WAITING, FileQuestion, PackFiles
from geoportal.web.coverage.maker import MakerProcess, work_off
from geoportal.web.coverage.routes import pack_files

WARD = "area=40106&kind=visiting_nursing"


@pytest.fixture
def view(portal: Portal) -> View:
    return portal.view()


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was made, in order; making takes no time and no people."""
    made: list[str] = []

    def write(view: View, question: FileQuestion) -> bytes:
        made.append(question.name)
        return f"{question.name} of {question.today} {view.snapshot.version}".encode()

    monkeypatch.setattr(maker, "_written", write)
    return made


def asleep(_: Path) -> None:
    """A maker that never starts."""


def question(view: View, name: str, **asked: object) -> FileQuestion:
    return FileQuestion.of(view, name, CoverageQuery.model_validate({"area": "40106"} | asked))


def test_a_file_is_made_once_for_a_question(view: View, made: list[str], tmp_path: Path) -> None:
    files = PackFiles(tmp_path / "kept", lambda where: work_off(where, lambda: view))
    asked = question(view, "figures.xlsx")
    assert files.ask(asked).state == "ready"
    assert files.ask(asked).state == "ready"
    assert files.ask(question(view, "figures.xlsx", kind=["clinic"])).state == "ready"
    assert made == ["figures.xlsx", "figures.xlsx"]
    assert (tmp_path / "kept").stat().st_mode & 0o077 == 0


def test_what_if_and_order_of_arguments_do_not_make_another_file(view: View) -> None:
    plain = question(view, "map.pdf", need=["VM.REG"])
    assert question(view, "map.pdf", need=["VM.REG"], remove=["x"], cells=False).key == plain.key
    assert question(view, "map.pdf", need=[]).key != plain.key
    assert question(view, "map.png", need=["VM.REG"]).key != plain.key
    assert FileQuestion.from_job(plain.as_job()) == plain


def test_a_file_does_not_outlive_its_day_or_version(
    view: View, made: list[str], tmp_path: Path
) -> None:
    today = question(view, "map.pdf")
    tomorrow = replace(today, today=today.today + timedelta(days=1))
    imported = replace(today, version="another")
    files = PackFiles(tmp_path, lambda where: work_off(where, lambda: view))
    assert files.ask(today).state == "ready"
    for other in (tomorrow, imported):  # the maker's data are another day's or version's
        state = files.ask(other)
        assert (state.state, state.failure) == ("failed", "outdated")
    assert made == ["map.pdf"] * 3


def test_the_oldest_is_made_first_and_the_queue_has_an_end(
    view: View, made: list[str], tmp_path: Path
) -> None:
    files = PackFiles(tmp_path, asleep)
    kinds = [question(view, "map.pdf", kind=[kind]) for kind in view.reference.kinds]
    for n, asked in enumerate(kinds[:MOST_WAITING]):
        state = files.ask(asked)
        assert (state.state, state.ahead) == ("waiting", n)
        os.utime(tmp_path / f"{asked.key}.job", (n, n))
    assert files.ask(kinds[MOST_WAITING]).state == "refused"
    assert files.ask(kinds[3]).state == "waiting", "what waits already is not refused"
    work_off(tmp_path, lambda: view)
    assert [files.ask(asked).state for asked in kinds[:MOST_WAITING]] == ["ready"] * MOST_WAITING
    assert files.ask(kinds[MOST_WAITING]).state == "waiting"


def test_a_failure_is_told_and_does_not_stop_the_others(
    view: View, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def write(_: View, asked: FileQuestion) -> bytes:
        if asked.name == "map.pdf":
            raise InputRefusedError("an outline is missing")
        if asked.name == "map.png":
            raise ZeroDivisionError
        return b"figures"

    monkeypatch.setattr(maker, "_written", write)
    files = PackFiles(tmp_path, asleep)
    names = ("map.pdf", "map.png", "figures.xlsx")
    asked = [question(view, name) for name in names]
    for one in asked:
        files.ask(one)
    work_off(tmp_path, lambda: view)
    states = [files.ask(one) for one in asked]
    assert [state.state for state in states] == ["failed", "failed", "ready"]
    assert [state.failure for state in states] == ["InputRefusedError", "ZeroDivisionError", ""]
    monkeypatch.setattr(files_module, "FAILURE_KEPT_S", 0)
    assert files.ask(asked[0]).state == "waiting", "later it is tried again"


def test_a_full_disk_does_not_end_the_maker(
    view: View, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(maker, "_written", lambda *_: b"map")
    files = PackFiles(tmp_path, asleep)
    asked = [question(view, name) for name in ("map.pdf", "map.png")]
    for one in asked:
        files.ask(one)
    with monkeypatch.context() as patched:
        patched.setattr(maker, "put_whole", full)
        work_off(tmp_path, lambda: view)
    assert not [*tmp_path.glob("*.job"), *tmp_path.glob("*.making"), *tmp_path.glob("*.part")]
    for one in asked:
        assert files.ask(one).state == "waiting", "it may be asked again"
    work_off(tmp_path, lambda: view)
    assert [files.ask(one).state for one in asked] == ["ready", "ready"]


def test_what_killed_a_maker_is_not_tried_again_at_once(
    view: View, made: list[str], tmp_path: Path
) -> None:
    files = PackFiles(tmp_path, asleep)
    asked = question(view, "map.pdf")
    files.ask(asked)
    (tmp_path / f"{asked.key}.job").rename(tmp_path / f"{asked.key}.making")
    assert files.ask(asked).state == "making"
    work_off(tmp_path, lambda: view)
    assert files.ask(asked).failure == "InterruptedError"
    assert made == []


def test_only_one_maker_works_in_a_directory(view: View, tmp_path: Path) -> None:
    files = PackFiles(tmp_path, asleep)
    files.ask(question(view, "map.pdf"))
    with maker.FileLock(tmp_path / "maker.lock"):
        work_off(tmp_path, lambda: view)
    assert files.ask(question(view, "map.pdf")).state == "waiting"


def test_few_requests_wait_for_a_file(view: View, tmp_path: Path) -> None:
    files = PackFiles(tmp_path, asleep)
    asked = question(view, "map.pdf")
    waiting = [
        threading.Thread(target=files.wait_for, args=(asked, 30.0), daemon=True)
        for _ in range(MOST_HELD)
    ]
    for thread in waiting:
        thread.start()
    until(lambda: not files._held.acquire(blocking=False) or files._held.release())
    began = time.monotonic()
    assert files.wait_for(asked, 30.0).state == "waiting"
    assert time.monotonic() - began < 5
    (tmp_path / asked.key).write_bytes(b"made")
    for thread in waiting:
        thread.join(10)
        assert not thread.is_alive()


def until(holds: Callable[[], object]) -> None:
    for _ in range(200):
        if holds():
            return
        time.sleep(0.02)
    raise AssertionError("it never came to that")


def test_files_used_longest_ago_are_removed(
    view: View, made: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    files = PackFiles(tmp_path, lambda where: work_off(where, lambda: view))
    first, second, third = (question(view, name) for name in ("map.pdf", "map.png", "map.html"))
    files.ask(first)
    files.ask(second)
    for n, asked in enumerate((first, second)):
        os.utime(tmp_path / asked.key, (n, n))
    files.take(first)
    size = sum((tmp_path / asked.key).stat().st_size for asked in (first, second))
    monkeypatch.setattr(maker, "MOST_KEPT_BYTES", size + 1)  # the third is one longer
    files.ask(third)
    assert {path.name for path in tmp_path.glob("[0-9a-f]*")} == {first.key, third.key}


def test_too_many_are_put_off_and_progress_is_told(
    sample_city: FlaskClient, tmp_path: Path
) -> None:
    application = sample_city.application
    with application.test_request_context():
        own = pack_files()
    busy = PackFiles(tmp_path, asleep)
    application.extensions["geoportal.coverage"] = busy
    try:
        told = sample_city.get(f"/coverage/map.pdf/progress?{WARD}")
        assert told.get_json() == {"state": "waiting", "ahead": 0, "seconds": 0, "failure": ""}
        assert told.headers["Cache-Control"] == "no-store"
        assert sample_city.get(f"/coverage/secret.txt/progress?{WARD}").status_code == 404
        for other in range(1, MOST_WAITING):
            (tmp_path / f"{other}.job").touch()
        refused = sample_city.get("/coverage/map.html?area=40106&kind=clinic")
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
    finally:
        application.extensions["geoportal.coverage"] = own


@pytest.mark.slow
def test_the_maker_runs_as_a_process(sample_database: Path, tmp_path: Path) -> None:
    from geoportal.services.portal import shipped_reference
    from geoportal.store.database import open_database

    location = str(sample_database / "city.db")
    view = Portal(open_database(location), shipped_reference()).view()
    start = MakerProcess(location)
    files = PackFiles(tmp_path / "kept", start)
    asked = question(view, "districts.csv", kind=["visiting_nursing"])
    assert files.wait_for(asked, 120).state == "ready"
    assert "40106" in (tmp_path / "kept" / asked.key).read_text("utf-8-sig")
    assert start._process
    start._process.terminate()
    start._process.wait(10)
