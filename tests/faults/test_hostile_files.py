"""Hostile files by the real command: refused or mended with a report, in little time and memory."""

from __future__ import annotations

import shutil

import pytest

from tests.faults.hostile_files import FILES, REFUSED, first
from tests.faults.process import prepare, run
from tests.faults.test_import_faults import copy, held
from tests.rounds import first_always
from tests.unit.ingest.official import TOWNS, TOWNS_HEADER, write_csv

pytestmark = pytest.mark.slow
MOST_SECONDS, MOST_MEGABYTES = 60, 512


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """A database with the towns and the sound list."""
    path = tmp_path_factory.mktemp("before") / "a.db"
    towns = write_csv(path.with_name("towns.csv"), TOWNS_HEADER, TOWNS)
    prepare(path, "import", towns, first(path.with_name("kaigo_20250601.csv")))
    return path


@pytest.mark.parametrize("hostile", first_always(FILES), ids=[each.name for each in FILES])
def test_it_is_refused_or_mended_with_a_report(before, tmp_path, hostile):
    database, path = tmp_path / "a.db", tmp_path / hostile.name
    copy(before, database)
    hostile.write(path)
    ended = run(database, "import", "--json", "--as-of", "2026-06-01", path)
    path.unlink()
    assert ended.exit_code == (3 if hostile.verdict == REFUSED else 0), ended.err
    assert hostile.word in ended.out + ended.err
    assert ended.seconds < MOST_SECONDS
    assert ended.megabytes < MOST_MEGABYTES
    issues = [issue for file in ended.document["files"] for issue in file["issues"]]
    if hostile.verdict == REFUSED:
        assert held(database) == held(before)
        assert any(issue["severity"] == "error" and issue["message"] for issue in issues)
    shutil.rmtree(tmp_path / "a.db.derived", ignore_errors=True)
