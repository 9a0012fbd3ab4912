"""Records to one facility: which source decides, whether it is open, and where it is."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from geoportal.address.result import GeocodeResult
from geoportal.domain.hours import Session
from geoportal.domain.location import Location
from geoportal.ingest.resolve.facility import resolve_facility
from geoportal.ingest.resolve.positions import Placement, place_record
from geoportal.store.facilities import StoredRecord
from tests.unit.ingest.official import REFERENCE
from tests.unit.ingest.test_linking import bureau, navii, record
from tests.unit.ingest.test_positions import ASANO, ASANO_POINT, make_geography

STRENGTHS = {name: info.evidence for name, info in REFERENCE.sources.items()}
DAY, LATER = "2025-10-01", "2026-01-01"
FAR_IN_THE_WARD = (130.88, 33.92)


class Geocoder:
    """Finds every address in Asano, within 200 m."""

    gazetteer = SimpleNamespace(town_count=1)

    def geocode(self, _address, _hint):
        lon, lat = ASANO_POINT
        place = {"municipality_code": "40106", "coordinate_level": "chome", "uncertainty_m": 200.0}
        return GeocodeResult("ok", lon=lon, lat=lat, **place)


@pytest.fixture
def geography():
    return make_geography(Geocoder())


def stored(item, closed_on=""):
    own, found = item
    return StoredRecord(found, "n1", "", DAY, DAY, DAY, closed_on, own)


def answer(**values):
    return "n1", record("survey", "n1@2026-01-01", "", **values)


def resolve(geography, *items):
    return resolve_facility(items, geography, STRENGTHS)


def test_closed_in_one_list_and_held_by_another_is_open(geography):
    both = (stored(navii(name="閉じた名"), LATER), stored(bureau(name="今の名")))
    facility = resolve(geography, *both)
    assert (facility.status, facility.name) == ("open", "今の名")


def test_closed_in_every_list_is_closed(geography):
    both = (stored(navii(), LATER), stored(bureau(), LATER))
    assert resolve(geography, *both).status == "closed"


def test_an_answer_keeps_nothing_open(geography):
    assert resolve(geography, stored(navii(), LATER), stored(answer())).status == "closed"
    assert resolve(geography, stored(answer())).status == "open"


@pytest.mark.parametrize("turned", [False, True])
def test_names_of_the_code_list_come_last_among_equals(geography, turned):
    code_list = stored(("m1", record("bureau-codes", "4017719999", "白医院")))
    others = [stored(("x", record("navii-facility", "1", "白土医院"))), code_list]
    assert STRENGTHS["navii-facility"] == STRENGTHS["bureau-codes"]
    assert resolve(geography, *(others[::-1] if turned else others)).name == "白土医院"


def test_a_surveyed_position_wins_over_a_less_uncertain_geocoded_one(geography):
    lon, lat = FAR_IN_THE_WARD
    surveyed = stored(navii(address=ASANO, lon=lon, lat=lat))
    geocoded = stored(bureau(address=ASANO))
    alone = resolve(geography, geocoded).location
    location = resolve(geography, surveyed, geocoded).location
    assert (alone.level, location.level) == ("chome", "point")
    assert alone.uncertainty_m < location.uncertainty_m
    assert (location.lon, location.lat) == FAR_IN_THE_WARD


def test_of_two_surveyed_positions_the_less_uncertain_one_is_taken(geography):
    near = stored(navii(address=ASANO, lon=ASANO_POINT[0], lat=ASANO_POINT[1]))
    far = stored(bureau(address=ASANO, lon=FAR_IN_THE_WARD[0], lat=FAR_IN_THE_WARD[1]))
    for items in ((near, far), (far, near)):
        location = resolve(geography, *items).location
        assert (location.lon, location.lat) == ASANO_POINT


def test_a_position_without_uncertainty_comes_before_any_with_one(geography, monkeypatch):
    def place(given, _geography):
        uncertainty = None if given.source == "bureau" else 0.5
        return Placement(Location(130.88, 33.88, "point", uncertainty, given.source, ()), "40106")

    monkeypatch.setattr("geoportal.ingest.resolve.facility.place_record", place)
    for items in ((stored(navii()), stored(bureau())), (stored(bureau()), stored(navii()))):
        assert resolve(geography, *items).location.source == "bureau"


@pytest.mark.parametrize(
    ("addresses", "shown"),
    [
        (
            ("北九州市小倉北区浅野", "福岡県北九州市小倉北区浅野1-2-3"),
            "福岡県北九州市小倉北区浅野1-2-3",
        ),
        (("北九州市小倉北区浅野", "北九州市門司区大里1-2-3"), "北九州市小倉北区浅野"),
        (("北九州市小倉北区浅野", "北九州市小倉北区浅野"), "北九州市小倉北区浅野"),
        (("北九州市小倉北区浅野1-2-3", "北九州市小倉北区浅野9-9"), "北九州市小倉北区浅野1-2-3"),
        (("", "北九州市門司区大里1-2-3"), "北九州市門司区大里1-2-3"),
    ],
)
def test_an_address_that_ends_with_the_town_is_completed_only_from_the_same_town(
    geography, addresses, shown
):
    first, second = addresses
    records = (stored(bureau(address=first)), stored(navii(address=second)))
    assert resolve(geography, *records).address == shown


@pytest.mark.parametrize(
    ("status", "code", "claimed", "expected"),
    [
        ("ok", "40106", "", "40106"),
        ("partial", "40106", "", "40106"),
        ("ambiguous", "40106", "", ""),
        ("not_found", "", "", ""),
        ("ok", "40106", "40107", "40107"),
    ],
)
def test_a_record_that_claims_no_municipality_has_that_of_its_address(
    status, code, claimed, expected
):
    geocoder = SimpleNamespace(
        gazetteer=SimpleNamespace(town_count=1),
        geocode=lambda *_: GeocodeResult(status, municipality_code=code),
    )
    listed = record("bureau", "4017719999", municipality_code=claimed)
    assert place_record(listed, make_geography(geocoder)).municipality_code == expected


def test_else_that_in_which_its_point_lies():
    geocoder = SimpleNamespace(
        gazetteer=SimpleNamespace(town_count=1), geocode=lambda *_: GeocodeResult("not_found")
    )
    geography = make_geography(geocoder)
    codes = [
        place_record(
            record("bureau", "4017719999", municipality_code="", lon=lon, lat=lat), geography
        ).municipality_code
        for lon, lat in (ASANO_POINT, (131.9, 33.1), (0.0, 0.0))
    ]
    assert codes == ["40106", "", ""]


def test_a_guessed_kind_gives_way_with_what_it_claims(geography):
    guessed = ("m1", record("bureau-codes", "4017719999", kind="hospital"))
    facility = resolve(geography, stored(guessed), stored(navii(kind="clinic")))
    assert facility.kind == "clinic"
    alone = resolve(geography, stored(guessed))
    assert alone.kind == "hospital"


def test_what_the_first_hours_state_is_not_replaced_by_others(geography):
    own, found = navii()
    kept = {
        "closed_days": (6,),
        "open_days": (1,),
        "closed_weeks": ((3, 2),),
        "closed_dates": ("01-01",),
        "unclear_dates": ("08-15",),
        "note": "電話",
    }
    others = {
        "closed_days": (),
        "open_days": (2,),
        "closed_weeks": ((1, 3),),
        "closed_dates": ("12-31",),
        "unclear_dates": ("12-30",),
        "note": "別",
    }
    sessions = (Session(0, "09:00", "12:00"),)
    first = replace(found.hours, **kept, sessions=sessions, source="navii-facility")
    other_own, other = bureau()
    second = replace(other.hours, **others, source="bureau")
    hours = resolve(
        geography,
        stored((own, replace(found, hours=first))),
        stored((other_own, replace(other, hours=second))),
    ).hours
    assert {name: getattr(hours, name) for name in kept} == kept
    bare = replace(first, **dict.fromkeys(kept, ()) | {"note": ""})
    filled = resolve(
        geography,
        stored((own, replace(found, hours=bare))),
        stored((other_own, replace(other, hours=second))),
    ).hours
    assert {name: getattr(filled, name) for name in kept} == others
    assert filled.sessions == sessions


def test_hours_of_the_first_that_has_times_are_filled_from_others(geography):
    own, found = navii()
    hours = replace(found.hours, closed_days=(6,), as_of=DAY, source="navii-facility")
    facility = resolve(geography, stored((own, replace(found, hours=hours))), stored(bureau()))
    assert facility.hours.closed_days == (6,)
