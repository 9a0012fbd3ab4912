"""Team, note and exposure on the command line: the same answers as over HTTP."""

from __future__ import annotations

import shutil

import pytest

from tests.cli.test_cli import answer, geoportal


@pytest.fixture(scope="module")
def sample(tmp_path_factory, sample_of_today):
    folder = tmp_path_factory.mktemp("team")
    shutil.copytree(sample_of_today, folder, dirs_exist_ok=True)
    return folder / "city.db"


HOME = ("--near", "130.8751,33.8834")


@pytest.mark.slow
def test_a_team_is_filled_and_told(sample):
    document = answer("team", *HOME, "--teams", "2", db=sample)
    assert len(document["teams"]) == 2
    assert document["teams"][0]["complete"] is True
    told = geoportal("team", *HOME, db=sample).stdout
    assert "組み合わせ 1（すべてそろう" in told


def test_own_roles(sample):
    role = "doctor:clinic,hospital:VM.REG,AC.ULCER"
    document = answer("team", *HOME, "--role", role, "--role", "pharmacy:pharmacy", db=sample)
    assert [r["role"] for r in document["roles"]] == ["doctor", "pharmacy"]
    assert document["roles"][0]["needs"] == ["VM.REG", "AC.ULCER"]


@pytest.mark.parametrize(
    "wrong",
    [
        (),
        (*HOME, "--address", "x"),
        (*HOME, "--role", "x"),
        (*HOME, "--preset", "x"),
        ("--near", "1"),
    ],
)
def test_wrong_questions_exit_with_2(sample, wrong):
    geoportal("team", *wrong, db=sample, ok=2)


def test_a_note_is_read_from_a_file(sample, tmp_path):
    note = tmp_path / "note.txt"
    note.write_text("床ずれのある方の訪問診療医を早急に探したい", encoding="utf-8")
    document = answer("interpret", str(note), db=sample)
    assert [need["code"] for need in document["needs"]] == ["VM.REG", "AC.ULCER"]
    assert document["urgency"] == "urgent"
    assert "床ずれ" in geoportal("interpret", str(note), db=sample).stdout


def test_exposure_is_even_among_level_facilities(sample):
    document = answer(
        "exposure", "--district", "40106", "--kind", "clinic", "--step", "3000", "--days", "40",
        db=sample,
    )  # fmt: skip
    assert document["questions"] == document["homes"] * 40
    assert document["level_groups"] > 0
    assert document["least_first"] <= 1 <= document["most_first"]
    geoportal("exposure", "--district", "99999", db=sample, ok=4)
