"""What a command imports: only what its answer needs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import NOW

SEVERAL = """
import contextlib, io, json, sys
from datetime import datetime
from geoportal.cli import opening
from geoportal.cli.main import cli
moment, database, *questions = map(json.loads, sys.argv[1:])
opening.now_in_japan = lambda: datetime.fromisoformat(moment)
seen = []
for question in questions:
    with contextlib.redirect_stdout(io.StringIO()) as told:
        cli(["--db", database, *question, "--json"], standalone_mode=False)
    json.loads(told.getvalue())
    seen.append(sorted(sys.modules))
print(json.dumps(seen))
"""
"""Runs questions one after the other in one process; prints what was imported after each."""
NEVER = {
    *("sqlalchemy", "alembic", "asyncio", "flask", "scipy", "rtree", "pyproj"),
    *("geopandas", "pandas", "matplotlib", "reportlab", "xlsxwriter", "numpy.ma", "tqdm"),
    *("geoportal.ingest", "geoportal.export", "geoportal.coverage", "geoportal.store.schema"),
    *("geoportal.web", "geoportal.serving", "geoportal.desk", "geoportal.index.stations"),
}


def test_questions_import_only_what_they_need(sample_database: Path, tmp_path: Path):
    shutil.copytree(sample_database, tmp_path / "sample")
    facility = ["facility", "4019500617"]
    near = ["search", "--near", "130.8751,33.8834", "--need", "VM.REG"]
    when = [*near, "--open-at", "2026-11-24T10:00+09:00"]
    address = ["geocode", "北九州市小倉北区城内1-1"]
    arguments = [
        NOW.isoformat(),
        str(tmp_path / "sample" / "city.db"),
        facility,
        near,
        address,
        when,
    ]
    code = [sys.executable, "-c", SEVERAL, *map(json.dumps, arguments)]
    done = subprocess.run(code, capture_output=True, text=True, check=True)
    _, around, placed, timed = map(set, json.loads(done.stdout))
    assert NEVER & timed == set()
    assert "geoportal.address.geocode" not in around, "an address is read, a point is not"
    assert "geoportal.address.geocode" in placed
    assert "pydantic" not in placed, "what is surely allowed is taken without it"
    assert "pydantic" in timed


def test_the_help_of_a_question_imports_nothing_that_answers_it():
    code = "import sys; from geoportal.cli.main import cli; cli(['search', '--help'], "
    code += "standalone_mode=False); assert not {'numpy', 'pydantic', 'sqlite3'} & {*sys.modules}"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
