"""``geoportal user``: accounts on the command line; a password is printed once and kept nowhere."""

from __future__ import annotations

import json
import shutil
from functools import partialmethod
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner

from geoportal.cli.main import cli
from geoportal.desk.services.desk import Desk
from geoportal.desk.services.sign_in import SignInRefusedError, sign_in
from geoportal.desk.store.database import has_desk, open_desk


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    """Have passwords hashed in no time."""
    init = partialmethod(PasswordHasher.__init__, time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(PasswordHasher, "__init__", init)


@pytest.fixture
def run(city):
    location = city.engine.url.database

    def command(*arguments: str, text: str = ""):
        return CliRunner().invoke(cli, ["--db", location, *arguments], input=text)

    command.location = location
    return command


def enters(location: str, name: str, password: str) -> bool:
    try:
        sign_in(Desk(open_desk(location), "k" * 32), name, password, "", "127.0.0.1")
    except SignInRefusedError:
        return False
    return True


def test_passwords_are_dear_to_guess(tmp_path, monkeypatch):
    monkeypatch.undo()
    hashed = Desk(open_desk(str(tmp_path / "a.db"), create=True)).hasher.hash("x")
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_an_account_is_added_listed_disabled_and_reset(run):
    empty = json.loads(run("user", "list", "--json").stdout)
    assert empty == {"accounts": []}
    assert not has_desk(run.location)
    made = run("user", "add", "moji.ueda", "--centre", "kokura", "--shown-name", "上田", "--json")
    account = json.loads(made.stdout)
    assert (account["role"], account["centre"]) == ("coordinator", "kokura")
    assert enters(run.location, "moji.ueda", account["password"])
    (listed,) = json.loads(run("user", "list", "--json").stdout)["accounts"]
    assert listed["shown_name"] == "上田"
    assert not {"password", "password_hash"} & set(listed)
    kept = b"".join(p.read_bytes() for p in Path(run.location).parent.glob("*.desk*"))
    assert account["password"].encode() not in kept
    run("user", "disable", "moji.ueda")
    assert not enters(run.location, "moji.ueda", account["password"])
    again = json.loads(run("user", "reset", "moji.ueda", "--json").stdout)
    assert not enters(run.location, "moji.ueda", account["password"])
    assert enters(run.location, "moji.ueda", again["password"])


def test_a_password_on_stdin_is_taken_and_not_printed(run):
    password = "twelve letters and more"  # noqa: S105
    made = run(
        *("user", "add", "city", "--role", "administrator", "--password-stdin", "--json"),
        text=f"{password}\n",
    )
    assert made.exit_code == 0
    assert password not in made.output
    assert enters(run.location, "city", password)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("add", "a b", "--centre", "kokura"), 2),
        (("add", "abe"), 2),
        (("add", "abe", "--centre", "nowhere"), 2),
        (("add", "abe", "--centre", "kokura", "--role", "office"), 2),
        (("disable", "nobody"), 4),
        (("reset", "nobody"), 4),
    ],
)
def test_what_is_wrong_is_said(run, arguments, code):
    answer = run("user", *arguments)
    assert answer.exit_code == code
    assert answer.stderr


def test_a_short_password_and_a_taken_name_are_refused(run):
    assert (
        run("user", "add", "abe", "--centre", "kokura", "--password-stdin", text="x\n").exit_code
        == 2
    )
    assert run("user", "add", "abe", "--centre", "kokura").exit_code == 0
    assert run("user", "add", "ABE", "--centre", "kokura").exit_code == 2


def test_the_sample_city_has_staff_only_when_asked(run, tmp_path):
    assert run("init", "--with-staff").exit_code == 2
    assert not has_desk(run.location)


@pytest.mark.slow
def test_the_staff_of_the_sample_city_is_printed_once(tmp_path, sample_of_today):
    location = str(shutil.copytree(sample_of_today, tmp_path / "sample") / "city.db")
    first = CliRunner().invoke(
        cli, ["--db", location, "init", "--sample", "--with-staff", "--json"]
    )
    accounts = json.loads(first.stdout)["accounts"]
    assert {one["role"] for one in accounts} == {"administrator", "coordinator"}
    assert len({one["centre"] for one in accounts}) == len(accounts) >= 3
    assert enters(location, accounts[0]["name"], accounts[0]["password"])
    again = CliRunner().invoke(
        cli, ["--db", location, "init", "--sample", "--with-staff", "--json"]
    )
    assert json.loads(again.stdout)["accounts"] == []


@pytest.mark.parametrize(
    "spoil", [lambda content: content[:30_000], lambda content: b"\xff" * 9000]
)
def test_a_damaged_file_of_staff_is_named_with_a_way_out(run, city, spoil):
    run("user", "add", "sato", "--role", "administrator")
    path = Path(run.location + ".desk")
    path.write_bytes(spoil(path.read_bytes()))
    city.engine.dispose()
    for arguments in (("user", "list"), ("desk", "audit", "--out", "-"), ("doctor", "--json")):
        ended = run(*arguments)
        said = f"{ended.exception or ''} {ended.output}"
        assert ended.exit_code == 1, said
        assert "the staff's file beside the database (….desk) is damaged" in said
        assert "geoportal restore FILE" in said
