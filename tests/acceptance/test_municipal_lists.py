"""The lists of municipalities that are exported give the same facilities when they are imported."""

from __future__ import annotations

import shutil
from datetime import date, datetime

import pytest

from geoportal.documents.facility import full_feature
from geoportal.domain.hours import JST, OpeningCalendar
from geoportal.export.facilities import export_facilities, format_of
from geoportal.ingest.pipeline import ImportOptions, import_files
from geoportal.services.portal import Portal, shipped_reference
from geoportal.services.view import is_holiday
from geoportal.store.database import open_database
from geoportal.text.closing_dates import closing_dates
from tests.conftest import NOW

pytestmark = pytest.mark.slow

LISTS = ("list.municipal-medical.csv", "list.municipal-care.csv")
NOON = datetime(2025, 11, 22, 12, tzinfo=JST)
NUMBERS = ("medical_institution_code", "care_office_number")


@pytest.fixture(
    scope="module",
    params=[
        "sample_database",
        pytest.param("official_city", marks=[pytest.mark.shared, pytest.mark.long]),
        pytest.param("filings_city", marks=[pytest.mark.shared, pytest.mark.long]),
    ],
)
def both(request, tmp_path_factory):
    """Return the facilities of the lists' kinds, and what an empty database has of the lists."""
    folder = tmp_path_factory.mktemp("lists")
    shutil.copytree(request.getfixturevalue(request.param), folder / "copy")
    before = view_of(folder / "copy" / "city.db", NOW if "sample" in request.param else NOON)
    features = [full_feature(before, one) for one in before.snapshot.facilities]
    for name in LISTS:
        export_facilities(folder / name, features, before.reference)
    empty = folder / "empty.db"
    database = open_database(empty, create=True)
    report = import_files(
        database,
        before.reference,
        [folder / name for name in LISTS if (folder / name).read_bytes().count(b"\n") > 1],
        ImportOptions(),
        today=date(2026, 11, 24),
    )
    database.engine.dispose()
    assert not report.refused
    kinds = {kind for name in LISTS for kind in format_of(name).kinds}
    listed = {one.id: one for one in before.snapshot.facilities if one.kind in kinds}
    return listed, view_of(empty, before.now), report


def view_of(path, noon):
    return Portal(open_database(path), shipped_reference(), clock=lambda: noon).view()


def key(facility):
    return (
        facility.kind,
        facility.name,
        facility.address,
        facility.services,
        tuple(facility.identifiers.get(n, "") for n in NUMBERS),
    )


def told(facility):
    place = facility.location
    return {
        "phone": facility.phone,
        "fax": facility.fax,
        "kana": facility.kana,
        "url": facility.url,
        "operator": facility.operator,
        "postal_code": facility.postal_code,
        "point": (place.lon, place.lat, place.level, place.uncertainty_m),
        "beds": facility.beds,
        "capacity": facility.capacity,
        "departments": facility.departments,
        "services": facility.services,
        "note": facility.note,
        "municipality": facility.municipality_code,
    }


def named_in(address, code):
    """Say whether an address names a municipality; None where the code is none of the list."""
    info = shipped_reference().municipalities.get(code)
    return info and info.name in address


def test_the_same_facilities_come_back(both):
    before, after, _ = both
    assert len(before) > 200
    there = {key(one): one for one in after.snapshot.facilities}
    missing = [key(one) for one in before.values() if key(one) not in there]
    assert missing == []
    assert len(after.snapshot.facilities) == len(before)
    for one in before.values():
        found = told(there[key(one)])
        own, beside = one.note.split("\n"), one.hours.note.split("\n")
        lines = found["note"].split("\n")  # words on hours that would be misread stand here
        found["note"] = "\n".join(line for line in lines if line in own or line not in beside)
        expected = told(one)
        if found["municipality"] != expected["municipality"]:
            # Registered in one ward, with an address in another: here the address decides.
            assert named_in(one.address, found["municipality"]), one.name
            assert not named_in(one.address, expected.pop("municipality")), one.name
            del found["municipality"]
        assert found == expected, one.name


def test_they_are_open_at_the_same_times(both):
    """Words of a note about days of the year (お盆は休診) are believed when they are read."""
    before, after, _ = both
    calendar = OpeningCalendar(is_holiday)
    there = {key(one): one for one in after.snapshot.facilities}
    for one in before.values():
        for day in range(20, 30):
            for hour in (0, 7, 9, 12, 13, 17, 19):
                when = datetime(2026, 12, day, hour, 45, tzinfo=JST)
                state = calendar.status(one.hours, when)
                found = calendar.status(there[key(one)].hours, when)
                doubted = f"{when:%m-%d}" in closing_dates(one.hours.note)[1]
                assert found == ("unknown" if doubted and state == "open" else state), one.name
