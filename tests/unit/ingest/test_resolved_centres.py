"""Lists about one centre are united; shipped centres are named where nobody else is."""

from __future__ import annotations

import csv
from itertools import chain, combinations

import pytest

from geoportal.domain.centre import Centre
from geoportal.index.hierarchy import district_members
from geoportal.ingest.resolve.centres import shipped_centres, united, with_shipped
from geoportal.services.portal import Portal, shipped_reference
from geoportal.store.database import advance_dataset_version
from geoportal.store.facilities import write_facilities
from tests.factories import make_facility

REFERENCE = shipped_reference()
MEMBERS = district_members(REFERENCE)
WARDS = ("40101", "40103", "40105", "40106", "40107", "40108", "40109")


def test_every_ward_of_kitakyushu_has_the_centre_of_its_leaflet():
    with (REFERENCE.cities_directory / "40100" / "centres.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        leaflet = {
            ward: row["phone"]
            for row in csv.DictReader(file)
            for ward in row["district_codes"].split("|")
        }
    found = with_shipped([], shipped_centres(REFERENCE), MEMBERS, set(WARDS))
    assert {ward: centre.phone for centre in found for ward in centre.districts} == leaflet
    assert set(leaflet) == set(WARDS)


@pytest.mark.parametrize(
    "inhabited", list(chain.from_iterable(combinations(WARDS, count) for count in (0, 1, 2)))
)
def test_only_centres_of_wards_with_facilities_are_named(inhabited):
    found = with_shipped([], shipped_centres(REFERENCE), MEMBERS, {*inhabited, "13101"})
    answered = {ward for centre in found for ward in centre.districts}
    assert set(inhabited) <= answered
    assert all(set(centre.districts) & set(inhabited) for centre in found)


@pytest.mark.parametrize("districts", [("40106", "40107"), ("40100",)])
def test_an_imported_centre_stands_alone_for_its_wards(districts):
    imported = Centre("new", "liaison_centre", "新しいセンター", districts=districts)
    found = with_shipped([imported], shipped_centres(REFERENCE), MEMBERS, {"40106", "40107"})
    assert found == [imported]


def test_a_support_centre_does_not_stand_for_the_liaison_centre():
    support = Centre("near", "community_support_centre", "地域包括", districts=("40106",))
    found = with_shipped([support], shipped_centres(REFERENCE), MEMBERS, {"40106"})
    assert [centre.id for centre in found] == ["near", "kokura"]


def test_an_installation_without_a_list_of_centres_names_them_all_the_same(database):
    with database.engine.begin() as connection:
        write_facilities(connection, [make_facility("one", (130.88, 33.88))])
        advance_dataset_version(connection, "one facility")
    view = Portal(database, REFERENCE).view()
    code = view.snapshot.facilities[0].municipality_code
    assert [centre.kind for centre in view.snapshot.centres_for(code)] == ["liaison_centre"]
    assert view.snapshot.centres_for("13101") == []


KIND = "community_support_centre"


def listed_towns_of(name, area, municipality="12101", **values):
    id_ = f"towns-{municipality}-{name}-{values.get('valid_from', '')}"
    return Centre(id_, KIND, name, area=area, municipality=municipality, **values)


def test_a_list_of_towns_and_a_list_of_centres_speak_of_one_centre():
    known = Centre("anshin-01", KIND, "包括 弁天", phone="043-1", districts=("12101",))
    other = Centre("anshin-02", KIND, "包括 中央", districts=("12101",))
    elsewhere = Centre("other", KIND, "包括弁天", districts=("12102",))
    towns = listed_towns_of("包括弁天", "院内、弁天")
    alone = listed_towns_of("包括浜野", "浜野町")
    for order in ([known, other, elsewhere, towns, alone], [alone, towns, elsewhere, other, known]):
        found = {centre.id: centre for centre in united(order)}
        assert set(found) == {"anshin-01", "anshin-02", "other", alone.id}
        assert (found["anshin-01"].area, found["anshin-01"].phone) == ("院内、弁天", "043-1")
        assert found["other"].area == ""


def test_stages_of_towns_become_a_centre_each():
    known = Centre("anshin-01", KIND, "包括弁天", phone="043-1", districts=("CHIBA-01",))
    before = listed_towns_of("包括弁天", "院内", valid_until="2026-03-31")
    after = listed_towns_of("包括弁天", "院内、弁天", valid_from="2026-04-01")
    found = united([known, before, after])
    assert {(one.area, one.valid_from, one.valid_until, one.phone) for one in found} == {
        ("院内", "", "2026-03-31", "043-1"),
        ("院内、弁天", "2026-04-01", "", "043-1"),
    }
    assert len({one.id for one in found}) == 2
