"""``geoportal desk``: erasing by the clock, the audit trail as a file."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from geoportal.cli.main import cli
from geoportal.desk.domain.account import COMMAND_LINE
from geoportal.desk.domain.case import Case
from geoportal.desk.services.cases import list_cases, open_case
from geoportal.desk.services.desk import Desk
from geoportal.desk.store.database import open_desk
from geoportal.services.portal import now_in_japan


@pytest.fixture
def location(city) -> str:
    return str(city.engine.url.database)


def run(location: str, *arguments: str):
    return CliRunner().invoke(cli, ["--db", location, "desk", *arguments, "--json"])


def opened(location: str, days_ago: int) -> None:
    moment = now_in_japan() - timedelta(days=days_ago)
    desk = Desk(open_desk(location, create=True), "k" * 32, lambda: moment)
    wanted = Case(
        "", "", "", "40106", "clinic", (), "80-89", "week", "doctor", "hospital", "=1+1病院"
    )
    open_case(desk, COMMAND_LINE, wanted)


def held(location: str) -> int:
    return len(list_cases(Desk(open_desk(location), "k" * 32)))


def test_cases_are_erased_after_ninety_days_or_sooner(location):
    for days in (91, 89, 10):
        opened(location, days)
    assert json.loads(run(location, "erase").stdout) == {"erased": 1}
    assert json.loads(run(location, "erase").stdout) == {"erased": 0}
    assert json.loads(run(location, "erase", "--days", "30").stdout) == {"erased": 1}
    assert held(location) == 1
    assert run(location, "erase", "--days", "91").exit_code == 2


def test_the_audit_trail_is_written_to_a_file(location, tmp_path):
    opened(location, 1)
    out = tmp_path / "trail.csv"
    assert json.loads(run(location, "audit", "--out", str(out)).stdout)["lines"] == 2
    rows = list(csv.DictReader(out.read_text("utf-8-sig").splitlines()))
    assert [row["したこと"] for row in rows] == ["case.open", "audit.export"]
    wrong = run(location, "audit", "--out", str(tmp_path / "trail.pdf"))
    assert wrong.exit_code == 2
    assert not Path(tmp_path / "trail.pdf").exists()


def test_without_staff_there_is_nothing_to_do(location):
    assert run(location, "erase").exit_code == 4
