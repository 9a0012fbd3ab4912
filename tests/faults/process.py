"""The program as a process, with what it cost."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from geoportal.cli.main import cli

PROGRAM = str(Path(sys.executable).with_name("geoportal"))
_MEASURE = """
import json, resource, subprocess, sys
ended = subprocess.run(sys.argv[1:], capture_output=True, text=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([ended.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024,
                  ended.stdout, ended.stderr]))
"""
"""A small process in between: the largest memory of a child begins with that of its parent."""


@dataclass(frozen=True)
class Ended:
    """A command that has ended: exit code, CPU seconds, largest memory of one process, output."""

    exit_code: int
    seconds: float
    megabytes: float
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


def prepare(database: Path, *arguments: str | Path) -> None:
    """Run ``geoportal --db DATABASE ARGUMENTS`` here: for what is there before anything fails.

    All of the database is in its file then, as when a process has ended.
    """
    ended = CliRunner().invoke(cli, ["--db", str(database), *map(str, arguments)])
    assert ended.exit_code == 0, ended.output
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0


def run(database: Path, *arguments: str | Path) -> Ended:
    """Run ``geoportal --db DATABASE ARGUMENTS``."""
    command = [PROGRAM, "--db", str(database), *map(str, arguments)]
    measured = subprocess.run(
        [sys.executable, "-I", "-c", _MEASURE, *command], capture_output=True, check=True
    )
    return Ended(*json.loads(measured.stdout))
