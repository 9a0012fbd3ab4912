"""The list of commands: complete, in the commands' own words, and quick."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from geoportal.cli.main import _COMMANDS, _SUMMARIES, cli


def test_every_command_has_a_summary():
    assert list(_SUMMARIES) == list(_COMMANDS) == cli.list_commands(click.Context(cli))


@pytest.mark.parametrize("name", _COMMANDS)
def test_a_summary_is_the_first_sentence_of_the_commands_help(name):
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.get_short_help_str(limit=1000) == _SUMMARIES[name]


def test_help_imports_neither_numbers_nor_a_database():
    heavy = ("numpy", "sqlalchemy", "pydantic", "shapely", "flask")
    code = (
        "import sys; from geoportal.cli.main import cli; cli(['--help'], standalone_mode=False);"
        f"sys.exit(sorted(set(sys.modules) & set({heavy!r})) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "  coverage   Write the coverage pack of a district" in done.stdout
