"""The compiled view: made once, opened by all, never wrong when it is damaged."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from geoportal.documents.facility import facility_document
from geoportal.documents.map_layers import points_document
from geoportal.documents.search import search_document
from geoportal.domain.query import Origin, Query
from geoportal.services import view_compiling
from geoportal.services.portal import Portal, shipped_reference
from geoportal.services.view import View
from geoportal.services.view_file import view_of_file, view_path
from geoportal.settings import Settings
from geoportal.store.database import Database, advance_dataset_version
from geoportal.store.reference import Reference
from geoportal.web.app import create_app
from tests.conftest import NOW
from tests.factories import KOKURA

IDS = ("near", "maybe", "refuses", "lost", "coarse", "hostile", "gone", "open", "shut")
QUESTION = Query(origin=Origin(*KOKURA), radius_m=16_000, needs=("VM.REG",), limit=100)


def view_of(database: Database, days: int = 0) -> View:
    when = NOW + timedelta(days=days)
    return Portal(database, shipped_reference(), clock=lambda: when).view()


def answers(view: View) -> tuple[Any, ...]:
    facilities = sorted(view.snapshot.by_id)
    return (
        search_document(view, view.search(QUESTION)),
        [facility_document(view, facility_id) for facility_id in facilities],
        points_document(view),
        view.locate_point(*KOKURA).districts,
        view.example_place,
    )


@pytest.fixture
def compiled(city: Database, small_city: Path) -> Path:
    """Return the file of the small city's view."""
    shutil.copytree(small_city / "test.db.derived", city.derived_directory)
    (path,) = city.derived_directory.glob("snapshot-*.bin")
    return path


def test_what_is_compiled_once_is_opened_by_all_and_says_the_same(
    city: Database, compiled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = compiled.stat().st_ino
    mapped = answers(view_of(city))
    assert compiled.stat().st_ino == written
    monkeypatch.setattr(view_compiling, "write_archive", _full_disk)
    compiled.unlink()
    assert answers(view_of(city)) == mapped  # from memory
    assert not list(city.derived_directory.glob("snapshot-*.bin"))


def test_a_command_reads_the_file_without_opening_the_database(
    city: Database, compiled: Path
) -> None:
    def opened() -> Database:
        raise AssertionError("the database was opened")

    where = str(compiled.parent).removesuffix(".derived")
    view = view_of_file(where, shipped_reference(), NOW, opened)
    assert view is not None
    assert answers(view) == answers(view_of(city))
    assert view_of_file(where, shipped_reference(), NOW + timedelta(days=800), opened) is None
    with city.engine.begin() as connection:
        advance_dataset_version(connection, "another")
    assert view_of_file(where, shipped_reference(), NOW, opened) is None
    assert view_of_file("postgresql://host/name", shipped_reference(), NOW, opened) is None


def _full_disk(*_arguments: object) -> None:
    raise OSError(28, "No space left on device")


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def another_version(content: bytes) -> bytes:
    return content.replace(b"geoportal snapshot 1", b"geoportal snapshot 0", 1)


@pytest.mark.parametrize("damage", [cut, another_version, lambda _content: b""])
def test_a_damaged_file_is_made_again(
    city: Database, compiled: Path, damage: Callable[[bytes], bytes]
) -> None:
    before = answers(view_of(city))
    whole = compiled.read_bytes()
    compiled.write_bytes(damage(whole))
    assert answers(view_of(city)) == before
    assert len(compiled.read_bytes()) == len(whole)


@pytest.mark.parametrize("part", range(12))
def test_one_wrong_byte_anywhere_never_gives_a_wrong_answer(
    city: Database, compiled: Path, part: int
) -> None:
    """A byte in each twelfth of the file, the header's last, is changed."""
    asked = {"near": {"lon": KOKURA[0], "lat": KOKURA[1]}, "needs": ["VM.REG"], "limit": 100}

    def ask() -> list[bytes]:
        portal = Portal(city, shipped_reference(), clock=lambda: NOW)
        client = create_app(portal, Settings()).test_client()
        found = client.post("/api/v1/search", json=asked)
        pages = [client.get(f"/api/v1/facilities/{facility_id}") for facility_id in IDS]
        assert {answer.status_code for answer in (found, *pages)} == {200}
        return [answer.data for answer in (found, *pages)]

    before = ask()
    whole = bytearray(compiled.read_bytes())
    whole[(part + 1) * len(whole) // 12 - 1] ^= 0x10
    compiled.write_bytes(bytes(whole))
    assert ask() == before


def test_a_file_holds_until_a_fact_may_turn_and_is_made_again_then(
    city: Database, compiled: Path
) -> None:
    written = compiled.stat().st_ino
    assert view_of(city, days=1).snapshot.today == (NOW + timedelta(days=1)).date()
    later = view_of(city, days=800)
    assert compiled.stat().st_ino != written
    assert later.snapshot.today == (NOW + timedelta(days=800)).date()
    facts = [fact for claims in later.snapshot.selected_claims for fact in claims.values()]
    assert any(fact.stale for fact in facts)


def test_earlier_versions_go_but_the_last(city: Database, compiled: Path) -> None:
    for number in range(4):
        other = compiled.with_name(f"snapshot-old{number}-x.bin")
        other.write_bytes(b"")
        os.utime(other, (number, number))
    compiled.unlink()
    view_of(city)
    kept = sorted(path.name for path in city.derived_directory.glob("snapshot-*.bin"))
    assert kept == sorted([compiled.name, "snapshot-old3-x.bin"])


@pytest.mark.parametrize(
    "edited", ["cities/40100/centres.csv", "cities/40100/city.toml", "reference/kinds.csv"]
)
def test_a_file_that_decides_what_is_compiled_is_in_the_name(tmp_path: Path, edited: str) -> None:
    """A snapshot is compiled anew where a list, or a city's folder, is another."""
    shipped = shipped_reference().directory.parent
    paths = []
    for name in ("as shipped", "the same", "edited"):
        for folder in ("reference", "cities"):
            shutil.copytree(shipped / folder, tmp_path / name / folder)
        if name == "edited":
            with (tmp_path / name / edited).open("a", encoding="utf-8") as file:
                file.write("\n")
        paths.append(view_path(tmp_path, "1", Reference(tmp_path / name / "reference")))
    assert paths[0] == paths[1] != paths[2]
