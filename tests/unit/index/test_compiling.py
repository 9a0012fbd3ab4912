"""Compiled facilities: what a mapped snapshot says is what the facilities themselves say."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoportal.domain.claim import EVIDENCE, VALUES, Claim
from geoportal.domain.dating import stated_date
from geoportal.domain.facility import KINDS
from geoportal.domain.hours import JST, Hours, OpeningCalendar, Session
from geoportal.index.claims import select_claims
from geoportal.index.facility_store import FacilityStore
from geoportal.index.opening import STATUSES
from geoportal.index.portions import turning_day
from geoportal.mapped.archive import StaleArchiveError, read_archive, views, write_archive
from geoportal.mapped.row_groups import read_groups, row_groups
from tests.factories import NEEDS, TODAY, make_claim, make_facility, make_snapshot
from tests.rounds import examples

WHEN = datetime(2026, 11, 22, 10, tzinfo=JST)
TOMORROW = TODAY + timedelta(days=1)
DAYS = st.sampled_from(["2026-11-20", "2026-09-01", "2024-01-01", "0000-2026-11-29"])
CLAIMS = st.builds(
    Claim,
    code=st.sampled_from(NEEDS),
    value=st.sampled_from(VALUES),
    evidence=st.sampled_from(EVIDENCE),
    source=st.sampled_from(["survey", "bureau"]),
    as_of=DAYS,
    valid_until=st.sampled_from(["", "2026-11-01", "2027-03-31"]),
)
HOURS = st.builds(
    Hours,
    sessions=st.lists(
        st.builds(
            Session,
            day=st.integers(0, 7),
            opens=st.sampled_from(["09:00", "22:00"]),
            closes=st.sampled_from(["12:30", "06:00"]),
        ),
        max_size=3,
    ).map(tuple),
    closed_days=st.lists(st.integers(0, 7), max_size=2, unique=True).map(tuple),
    closed_dates=st.sampled_from([(), ("01-01",), ("12-31", "01-01")]),
    as_of=DAYS,
)
FACILITIES = st.lists(
    st.builds(
        lambda at, **overrides: (at, overrides),
        at=st.none() | st.tuples(st.floats(130, 131), st.floats(33, 34)),
        claims=st.lists(CLAIMS, max_size=4),
        kind=st.sampled_from(KINDS),
        name=st.sampled_from(["医療法人 青葉医院", "Ｈｅａｒｔ", "𠮷田", '<b>"\\\n']),
        departments=st.lists(st.sampled_from(["内科", "皮膚科"]), max_size=2).map(tuple),
        identifiers=st.dictionaries(
            st.sampled_from(["care_office_number", "navii_id"]), st.sampled_from(["1", "2"])
        ),
        hours=HOURS,
        first_seen=st.sampled_from(["2024-12-31", "2025-06-01", "2025-10", "0000-2026-11-29"]),
        status=st.sampled_from(["open", "open", "closed"]),
        beds=st.none() | st.integers(0, 9),
    ),
    max_size=9,
)


@settings(max_examples=examples(40), deadline=None)
@given(FACILITIES)
def test_a_compiled_snapshot_says_what_its_facilities_say(described) -> None:
    given_ones = [make_facility(f"f{n}", at=at, **more) for n, (at, more) in enumerate(described)]
    snapshot = make_snapshot(given_ones)
    known = {facility.id: facility for facility in given_ones}
    listed = [facility for facility in given_ones if facility.status == "open"]
    assert dict(snapshot.by_id) == known
    assert sorted(f.id for f in snapshot.facilities) == sorted(f.id for f in listed)
    calendar = OpeningCalendar()
    for row, facility in enumerate(snapshot.facilities):
        assert facility == known[facility.id]
        assert snapshot.row_of[facility.id] == row
        selected = select_claims(facility.claims, TODAY, snapshot.vocabulary)
        assert snapshot.selected_claims[row] == selected
        here = np.array([row])
        for code in NEEDS:
            value = selected[code].value if code in selected else "unknown"
            assert snapshot.has_need(here, code)[0] == (value == "yes")
            assert snapshot.refuses_need(here, code)[0] == (value == "no")
        assert KINDS[snapshot.columns.kinds[row]] == facility.kind
        status = snapshot.opening(here, WHEN, calendar, "consultation")[0]
        assert STATUSES[status] == calendar.status(facility.hours, WHEN)
    for number in "123":
        found = {snapshot.facilities[row].id for row in snapshot.with_identifier(number)}
        assert found == {f.id for f in listed if number in f.identifiers.values()}
    for name in ("内科", "皮膚科"):
        found = {snapshot.facilities[row].id for row in snapshot.with_department(name)}
        assert found == {f.id for f in listed if name in f.departments}
    for day in ("2024-12-31", "2025-06-01", "2026-11-29"):
        seen = [(stated_date(f.first_seen) or "") <= day for f in snapshot.facilities]
        assert snapshot.first_seen_by(day).tolist() == seen
    present = snapshot.with_words(["青葉"])
    assert [("青葉" in f.name) for f in snapshot.facilities] == present.tolist()


@pytest.mark.parametrize(
    ("claim", "turns"),
    [
        (make_claim("CAP.OPEN", as_of="2026-11-20"), date(2026, 11, 28)),
        (make_claim("VM.REG", evidence="filed", as_of="2026-09-01"), date(2026, 12, 1)),
        (make_claim("VM.REG", as_of="2025-01-01"), date(2027, 1, 2)),
        (make_claim("VM.REG", as_of="0000-2026-11-29", valid_until="2026-11-22"), TOMORROW),
        (make_claim("VM.REG", as_of="0000-2026-11-29"), None),
    ],
)
def test_until_the_turning_day_nothing_that_is_said_of_a_claim_changes(claim, turns) -> None:
    """The days are counted by hand; every day before is tried."""
    turning = turning_day([claim.as_of], [claim.valid_until], TODAY)
    today = select_claims([claim], TODAY)
    day = TODAY
    while day < (turning or TODAY + timedelta(days=400)):
        assert select_claims([claim], day) == today
        day += timedelta(days=1)
    if turns is None:
        assert turning is None
    else:
        assert turning is not None
        assert turning <= turns
        assert select_claims([claim], turns) != today


def test_a_facility_that_was_changed_on_the_disk_is_never_shown() -> None:
    snapshot = make_snapshot([make_facility("a"), make_facility("b")])
    arrays = dict(snapshot._arrays)
    changed = bytearray(arrays["record"])
    place = changed.index("見本".encode())
    changed[place : place + 6] = "他人".encode()
    arrays["record"] = memoryview(bytes(changed))
    damaged = FacilityStore(arrays)
    with pytest.raises(StaleArchiveError):
        damaged["a"]
    assert damaged["b"] == snapshot.by_id["b"]


def test_groups_of_rows_come_back_without_the_one_that_has_no_name() -> None:
    arrays = views(row_groups("g", {"内科": [0, 2], "": [1], "皮膚科": []}))
    assert {name: rows.tolist() for name, rows in read_groups(arrays, "g").items()} == {
        "内科": [0, 2],
        "皮膚科": [],
    }


@pytest.mark.parametrize("name", ["x", "b"])
def test_a_byte_changed_in_an_array_is_found(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.bin"
    write_archive(path, b"magic\n", {}, {"x": np.arange(9), "b": b"abc"})
    archive = read_archive(path, b"magic\n")
    archive.check(["x", "b"])
    whole = path.read_bytes()
    place = whole.index(archive.arrays[name].tobytes())
    path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    changed = read_archive(path, b"magic\n")
    with pytest.raises(StaleArchiveError):
        changed.check([name])
