"""Facts of staff over a snapshot answer as if the facilities had been compiled with them."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geoportal.domain.facility import Facility
from geoportal.domain.hours import JST, Hours, OpeningCalendar, Session
from geoportal.domain.query import Origin, Query
from geoportal.domain.staff_facts import SOURCE, Correction, StaffFacts, with_staff_facts
from geoportal.index.overlay import OverlaidSnapshot
from geoportal.index.snapshot import Snapshot
from geoportal.mapped.archive import read_archive, views, write_archive
from geoportal.search.answer import search
from tests.factories import (
    KOKURA,
    NEEDS,
    TODAY,
    make_claim,
    make_facility,
    make_outline,
    make_snapshot,
)

WARDS = (
    make_outline("40106", (130.80, 33.80, 130.90, 33.95)),
    make_outline("40107", (130.90, 33.80, 131.10, 33.95)),
    make_outline("A1", (130.86, 33.86, 130.89, 33.90), "school"),
)
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=JST)
AFTERNOONS = Hours(sessions=tuple(Session(day, "11:00", "18:00") for day in range(5)))
KINDS = ("clinic", "hospital", "pharmacy", "visiting_nursing")


def asked(code: str, value: str = "yes", **overrides: Any) -> Any:
    return make_claim(
        code,
        value,
        **{"evidence": "confirmed", "source": SOURCE, "as_of": "2026-11-20"} | overrides,
    )


def facts(facility_id: str, *claims: Any, **correction: Any) -> StaffFacts:
    return StaffFacts(facility_id, "2026-11-20", claims, Correction(**correction))


def overlaid(snapshot: Snapshot, *known: StaffFacts) -> OverlaidSnapshot:
    return OverlaidSnapshot(snapshot, "test.1", known, dict.fromkeys(KINDS, ""))


def found(snapshot: Snapshot, **asks: Any) -> list[tuple[Any, ...]]:
    """Return what a question finds, by id: nothing of it depends on row numbers."""
    query = Query(**{"include": "all", "limit": 500, "facets": True, **asks})
    answer = search(snapshot, query, OpeningCalendar())
    assert answer.facets is not None
    results: list[tuple[Any, ...]] = [
        (
            result.facility.id,
            result.match,
            result.distance_m,
            result.municipality_code,
            result.open_at,
            result.visit_range,
            {code: claim and (claim.value, claim.claim) for code, claim in result.needs.items()},
            snapshot.mentions.beginning(result.row),
            snapshot.told(result.row, query.needs).needs,
            snapshot.mentions.hours(snapshot.mentions.hours_number(result.row)),
            snapshot.mentions.accepting(result.row),
        )
        for result in answer.results
    ]
    facets = answer.facets
    return [*results, answer.counts, sorted(map(str, facets.districts)), facets.kinds, facets.needs]


def _world(seed: int) -> tuple[list[Facility], list[StaffFacts]]:
    """Return facilities, and facts of about half of them, of every sort."""
    draw = random.Random(seed)

    def place() -> tuple[float, float]:
        return (KOKURA[0] + draw.uniform(-0.05, 0.05), KOKURA[1] + draw.uniform(-0.05, 0.05))

    facilities, known = [], []
    for number in range(30):
        key = f"f{number}"
        facilities.append(
            make_facility(
                key,
                None if draw.random() < 0.15 else place(),
                [make_claim(c, draw.choice(("yes", "no"))) for c in NEEDS if draw.random() < 0.4],
                kind=draw.choice(KINDS),
                name=f"見本{draw.choice('東西南北')}医院{number}",
                hours=draw.choice((AFTERNOONS, Hours())),
                departments=draw.choice((("内科",), ())),
                identifiers={"care_office_number": f"40{draw.randrange(9):08}"},
                status="open" if draw.random() < 0.9 else "closed",
            )
        )
        if draw.random() < 0.5:
            continue
        changes: dict[str, Any] = {
            "position": place(),
            "name": f"見本新{draw.choice('東西南北')}医院",
            "phone": f"093-111-{draw.randrange(10_000):04}",
            "kind": draw.choice(KINDS),
            "hours": AFTERNOONS,
            "closed_on": "2026-11-20",
        }
        chosen = {name: value for name, value in changes.items() if draw.random() < 0.25}
        claims = [asked(c, draw.choice(("yes", "no"))) for c in NEEDS if draw.random() < 0.4]
        known.append(facts(key, *claims, **chosen))
    return facilities, known


def _questions() -> list[dict[str, Any]]:
    home = Origin(*KOKURA)
    return [
        {"origin": home, "radius_m": 4000.0},
        {"origin": home, "radius_m": 2500.0, "needs": ("VM.REG", "AC.PAIN")},
        {"districts": ("40106",), "needs": ("VM.REG",)},
        {"districts": ("40107",), "kinds": ("clinic",)},
        {"districts": ("A1",)},
        {"bbox": (130.85, 33.86, 130.92, 33.92)},
        {"text": "北"},
        {"text": "0931110"},
        {"departments": ("内科",)},
        {"identifier": "4000000003"},
        {"origin": home, "radius_m": 6000.0, "open_at": NOON, "needs": ("CAP.OPEN",)},
        {"kinds": ("pharmacy", "hospital")},
    ]


@pytest.mark.parametrize("seed", range(6))
def test_it_answers_as_if_compiled_with_the_facts(seed: int) -> None:
    facilities, known = _world(seed)
    by_id = {each.facility_id: each for each in known}
    whole = make_snapshot(
        [with_staff_facts(f, by_id[f.id]) if f.id in by_id else f for f in facilities],
        outlines=WARDS,
    )
    laid = overlaid(make_snapshot(facilities, outlines=WARDS), *known)
    for question in _questions():
        assert found(laid, **question) == found(whole, **question), question
    assert set(laid.row_of) == set(whole.row_of)
    assert len(laid.rows()) == len(whole)
    assert {key: laid.by_id[key] for key in laid.by_id} == {k: whole.by_id[k] for k in whole.by_id}


def test_nothing_below_changes() -> None:
    facilities, known = _world(1)
    below = make_snapshot(facilities, outlines=WARDS)
    before = [found(below, **question) for question in _questions()]
    overlaid(below, *known)
    assert [found(below, **question) for question in _questions()] == before
    assert found(overlaid(below), **_questions()[0]) == before[0]


def test_an_expired_fact_is_not_served_from_the_day_after() -> None:
    last = asked("VM.REG", valid_until=TODAY.isoformat())
    for today, value in ((TODAY, "match"), (TODAY + timedelta(days=1), "possible")):
        laid = overlaid(make_snapshot([make_facility("a")], today=today), facts("a", last))
        result = search(laid, Query(districts=("40106",), needs=("VM.REG",)), OpeningCalendar())
        assert [each.match for each in result.results] == [value]
    assert laid.by_id["a"].claims == ()


def test_a_full_house_replaces_what_files_said_of_capacity_before() -> None:
    free = make_claim("CAP.OPEN", evidence="confirmed", as_of="2026-11-18")
    laid = overlaid(
        make_snapshot([make_facility("a", claims=[free])]), facts("a", asked("AC.PAIN"))
    )
    assert set(laid.selected_claims[0]) == {"AC.PAIN", "CAP.OPEN"}
    full = facts("a", asked("CAP.FULL"))
    laid = overlaid(make_snapshot([make_facility("a", claims=[free])]), full)
    assert set(laid.selected_claims[0]) == {"CAP.FULL"}
    later = replace(free, as_of="2026-11-21")
    laid = overlaid(make_snapshot([make_facility("a", claims=[later])]), full)
    assert set(laid.selected_claims[0]) == {"CAP.FULL", "CAP.OPEN"}


def test_facts_of_unknown_and_of_closed_facilities() -> None:
    gone = make_facility("gone", status="closed")
    laid = overlaid(
        make_snapshot([make_facility("a"), gone]),
        facts("no", asked("AC.PAIN")),
        facts("gone", name="新"),
    )
    assert laid.by_id["gone"].name == "新"
    assert list(laid.row_of) == ["a"]


def test_a_closure_of_a_later_day_waits() -> None:
    for closed_on, rows in ((TODAY.isoformat(), 0), ((TODAY + timedelta(1)).isoformat(), 1)):
        laid = overlaid(make_snapshot([make_facility("a")]), facts("a", closed_on=closed_on))
        assert laid.rows().size == rows


def test_a_mapped_file_is_never_written_to(tmp_path: Path) -> None:
    arrays = {"column.yes": np.arange(5000, dtype=np.uint64), "text": b"abc"}
    write_archive(tmp_path / "a.bin", b"magic\n", {}, arrays)
    archive = read_archive(tmp_path / "a.bin", b"magic\n")
    content = (tmp_path / "a.bin").read_bytes()
    (tmp_path / "a.bin").unlink()
    mine = np.asarray(archive.private(["column.yes"])["column.yes"])
    mine[:] = 7
    assert np.asarray(archive.arrays["column.yes"]).tolist() == list(range(5000))
    assert np.asarray(archive.private(["column.yes"])["column.yes"])[3] == 3
    archive.check(["column.yes", "text"])
    assert views({"text": b"abc"})["text"] == archive.arrays["text"]
    assert len(content) > 40_000
