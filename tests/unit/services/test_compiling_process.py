"""A view compiled in another process, as a server's worker has it done."""

from __future__ import annotations

from pathlib import Path

import pytest
from filelock import FileLock

from geoportal.services import view_compiling
from geoportal.services.compiling_process import CompilingProcess, Outcome
from geoportal.services.portal import Portal, shipped_reference
from geoportal.store.database import Database

pytestmark = pytest.mark.slow


@pytest.fixture
def compiling(database: Database) -> CompilingProcess:
    return CompilingProcess(str(database.engine.url.database))


def test_a_worker_opens_what_another_process_has_compiled(
    database: Database, compiling: CompilingProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    def here(*_arguments: object, **_options: object) -> None:
        raise AssertionError("compiled in the worker")

    monkeypatch.setattr(view_compiling, "load_view", here)
    view = Portal(database, shipped_reference(), compiling=compiling).view()
    assert view.kept
    assert list(database.derived_directory.glob("snapshot-*.bin"))


def test_a_worker_goes_on_with_what_it_has_while_another_process_compiles(
    database: Database, compiling: CompilingProcess
) -> None:
    database.derived_directory.mkdir(exist_ok=True)
    with FileLock(database.derived_directory / "snapshot.lock"):
        assert compiling(database.derived_directory, wait=False, rebuild=False) is (
            Outcome.ELSEWHERE
        )


def test_a_process_that_fails_is_no_error_of_its_own(tmp_path: Path) -> None:
    compiling = CompilingProcess(str(tmp_path / "missing.db"))
    assert compiling(tmp_path, wait=True, rebuild=False) is Outcome.NOT_KEPT
