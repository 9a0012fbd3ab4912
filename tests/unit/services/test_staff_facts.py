"""Facts of staff reach answers, whoever gives them, and outlive imports."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from geoportal.domain.hours import Hours, Session
from geoportal.domain.staff_facts import SOURCE, Correction, StaffFacts
from geoportal.services import portal as portals
from geoportal.services.portal import Portal, shipped_reference
from geoportal.services.view import View
from geoportal.services.view_file import view_of_file
from geoportal.store.database import Database, advance_dataset_version
from geoportal.store.documents import dump_staff_facts, load_staff_facts
from tests.conftest import NOW
from tests.factories import make_claim
from tests.staff import write_public_facts


@pytest.fixture(autouse=True)
def _look_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portals, "_VERSION_CHECK_SECONDS", 0.0)


def known(facility_id: str, code: str = "AC.PAIN", **overrides: Any) -> StaffFacts:
    claim = {"evidence": "confirmed", "source": SOURCE, "as_of": "2026-11-23"} | overrides
    return StaffFacts(facility_id, "2026-11-23", (make_claim(code, **claim),))


def codes(view: View, facility_id: str) -> set[str]:
    row = view.snapshot.row_of[facility_id]
    selected = view.snapshot.selected_claims[row].items()
    return {code for code, claim in selected if claim.claim.source == SOURCE}


def test_facts_change_the_version_and_leave_with_it(city: Database, portal: Portal) -> None:
    before = portal.view().snapshot.version
    write_public_facts(city, known("maybe"))
    after = portal.view()
    assert codes(after, "maybe") == {"AC.PAIN"}
    assert after.snapshot.version != before
    assert after.snapshot.version.startswith(before)
    assert after.facility_counts[SOURCE] == 1
    write_public_facts(city, known("near"))
    assert [codes(portal.view(), key) for key in ("maybe", "near")] == [{"AC.PAIN"}, {"AC.PAIN"}]
    write_public_facts(city, StaffFacts("maybe", ""), StaffFacts("near", ""))
    assert portal.view().snapshot.facilities[0].sources
    assert codes(portal.view(), "maybe") == set()


def test_a_view_without_facts_is_that_of_the_files(portal: Portal) -> None:
    assert type(portal.view().snapshot).__name__ == "Snapshot"


def test_an_import_keeps_them_and_a_new_process_sees_them(city: Database, portal: Portal) -> None:
    write_public_facts(city, known("maybe"))
    portal.view()
    with city.engine.begin() as connection:
        advance_dataset_version(connection, "an import")
    restarted = Portal(city, shipped_reference(), clock=lambda: NOW)
    for each in (portal, restarted):
        assert codes(each.view(), "maybe") == {"AC.PAIN"}
    assert portal.view().snapshot.version == restarted.view().snapshot.version


def test_a_command_that_opens_no_database_sees_them(city: Database, portal: Portal) -> None:
    write_public_facts(city, known("maybe"))
    served = portal.view()
    location = str(Path(str(city.engine.url.database)))
    view = view_of_file(location, shipped_reference(), NOW, lambda: city)
    assert view is not None
    assert codes(view, "maybe") == {"AC.PAIN"}
    assert view.snapshot.version == served.snapshot.version


def test_a_fact_ends_with_its_day_in_a_process_that_goes_on(city: Database) -> None:
    now = [NOW]
    portal = Portal(city, shipped_reference(), clock=lambda: now[0])
    write_public_facts(city, known("maybe", valid_until=NOW.date().isoformat()))
    assert codes(portal.view(), "maybe") == {"AC.PAIN"}
    now[0] += timedelta(days=1)
    assert codes(portal.view(), "maybe") == set()


def test_workers_change_to_new_facts_at_one_moment(
    city: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each notices them at another time; who asks them in turn sees one change."""
    looks_s = (0.0, 0.4, 1.1, 1.6, 40.0)
    workers = [Portal(city, shipped_reference(), clock=lambda: NOW) for _ in looks_s]
    for worker in workers:
        worker.view()
    said_at = 1_795_000_000.0
    write_public_facts(city, known("maybe"), at=said_at)
    changed = []
    slept, here = time.sleep, threading.get_ident()
    for worker, look in zip(workers, looks_s, strict=True):
        moment = said_at + look

        def sleep(seconds: float, worker: Portal = worker) -> None:
            nonlocal moment
            if threading.get_ident() != here:  # a thread that another test has left
                slept(seconds)
                return
            assert codes(worker.view(), "maybe") == set(), "it answers meanwhile, as before"
            moment += seconds

        monkeypatch.setattr(time, "time", lambda: moment)  # noqa: B023 - of this worker
        monkeypatch.setattr(time, "sleep", sleep)
        worker._is_followed = True
        worker._noticed(NOW)
        assert codes(worker.view(), "maybe") == {"AC.PAIN"}
        changed.append(moment - said_at)
    assert changed == pytest.approx([1.5, 1.5, 1.5, 1.6, 40.0], abs=0.001)


def test_facts_are_read_back_as_they_were_written() -> None:
    hours = Hours(sessions=(Session(1, "09:00", "12:00"),), closed_days=(6,), note="第2土曜休診")
    correction = Correction("新しい名", "clinic", "093-1", (130.9, 33.9), hours, "2026-12-01")
    facts = StaffFacts("a", "2026-11-23", known("a").claims, correction)
    assert load_staff_facts("a", dump_staff_facts(facts)) == facts
