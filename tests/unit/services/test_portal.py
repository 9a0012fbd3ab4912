"""The portal: what is opened before workers are forked, and when they change to a new version."""

from __future__ import annotations

import os
import time
from datetime import timedelta

import pytest

from geoportal.services import portal as portals
from geoportal.services.portal import Portal, now_in_japan, shipped_reference
from geoportal.services.view_file import view_path
from geoportal.store.database import Database, advance_dataset_version, set_meta

LOOKS_S = (0.0, 0.4, 1.1, 1.6, 40.0)
"""When each worker looks for a new version, after it was compiled."""


def test_workers_change_to_a_new_version_at_one_moment(
    city: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each notices it at another time; who asks them in turn sees one change."""
    monkeypatch.setattr(portals, "_VERSION_CHECK_SECONDS", 0.0)
    workers = [Portal(city, shipped_reference()) for _ in LOOKS_S]
    old = {worker.view().snapshot.version for worker in workers}
    with city.engine.begin() as connection:
        new = advance_dataset_version(connection, "an import")
    Portal(city, shipped_reference()).view()  # compiles
    compiled = time.time() + 100.0
    os.utime(view_path(city.derived_directory, new, shipped_reference()), (compiled, compiled))
    changed = []
    for worker, look in zip(workers, LOOKS_S, strict=True):
        moment = compiled + look

        def sleep(seconds: float, worker: Portal = worker) -> None:
            nonlocal moment
            assert worker.view().snapshot.version in old, "it answers meanwhile, as before"
            moment += seconds

        monkeypatch.setattr(time, "time", lambda: moment)  # noqa: B023 - of this worker
        monkeypatch.setattr(time, "sleep", sleep)
        worker._is_followed = True
        worker._noticed(now_in_japan())
        assert worker.view().snapshot.version == new
        changed.append(moment - compiled)
    assert changed == pytest.approx([1.5, 1.5, 1.5, 1.6, 40.0])


def test_workers_go_back_to_an_earlier_version_at_one_moment(
    city: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a restore: what was compiled for it lies there since long ago."""
    monkeypatch.setattr(portals, "_VERSION_CHECK_SECONDS", 0.0)
    earlier = Portal(city, shipped_reference()).view().snapshot.version
    long_ago = time.time() - 86_400
    path = view_path(city.derived_directory, earlier, shipped_reference())
    os.utime(path, (long_ago, long_ago))
    with city.engine.begin() as connection:
        advance_dataset_version(connection, "an import")
    workers = [Portal(city, shipped_reference()) for _ in range(3)]
    assert earlier not in {worker.view().snapshot.version for worker in workers}
    with city.engine.begin() as connection:
        set_meta(connection, "dataset_version", earlier)
    restored, changed = time.time() + 1.0, []
    for worker, look in zip(workers, (0.0, 0.4, 1.1), strict=True):
        moment = restored + look

        def sleep(seconds: float) -> None:
            nonlocal moment
            moment += seconds

        monkeypatch.setattr(time, "time", lambda: moment)  # noqa: B023 - of this worker
        monkeypatch.setattr(time, "sleep", sleep)
        worker._is_followed = True
        worker._noticed(now_in_japan())
        assert worker.view().snapshot.version == earlier
        changed.append(moment - restored)
    assert changed == pytest.approx([1.5, 1.5, 1.5])


def test_only_what_is_compiled_is_opened_for_processes_that_are_forked(
    city: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal = Portal(city, shipped_reference())
    monkeypatch.setattr(portal, "_follow", lambda: None)  # its thread would outlive the test
    portal.open_compiled()
    assert not portal.is_unmoved()
    assert not list(city.derived_directory.glob("snapshot-*.bin")), "nobody waits for a compiler"
    Portal(city, shipped_reference()).view()  # compiles
    portal.open_compiled()
    assert portal.is_unmoved()
    opened = portal.view().snapshot
    portal.follow()
    assert portal.view().snapshot is opened, "a worker opens nothing again"


def test_a_change_is_seen_without_asking_by_sqlalchemy(
    city: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal = Portal(city, shipped_reference())
    portal.view()
    assert portal.is_unmoved()
    tomorrow = now_in_japan() + timedelta(days=1)
    monkeypatch.setattr(portal, "clock", lambda: tomorrow)
    assert not portal.is_unmoved(), "what is open is for another day"
    monkeypatch.undo()
    assert portal.is_unmoved()
    with city.engine.begin() as connection:
        new = advance_dataset_version(connection, "an import")
    assert not portal.is_unmoved()
    assert portal._look()
    assert portal.is_unmoved()
    assert portal.view().snapshot.version == new
