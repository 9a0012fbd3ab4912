"""Who answers for a home: by ward, list of towns and local area, in time, and how sure that is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geoportal.domain.centre import Centre
from geoportal.index.snapshot import Snapshot
from geoportal.search.responsible import HomePlace, Responsible, centres_of_any, responsible_centres
from tests.factories import KOKURA, make_outline, make_snapshot

SUPPORT = "community_support_centre"
LIAISON = Centre("liaison", "liaison_centre", "連携", phone="093-1", districts=("40106",))


def office(id_: str, area: str = "", **values: object) -> Centre:
    base = Centre(id_, SUPPORT, id_, districts=("40106",), area=area, municipality="40106")
    return replace(base, **values)  # type: ignore[arg-type]


def snapshot_with(*centres: Centre) -> Snapshot:
    return make_snapshot([], centres=centres)


def asked(
    snapshot: Snapshot, town: str = "", day: str = "", **values: object
) -> dict[str, Responsible]:
    place = HomePlace("40106", town, **values)  # type: ignore[arg-type]
    return {one.kind: one for one in responsible_centres(snapshot, place, day)}


def names(responsible: Responsible) -> set[str]:
    return {centre.id for centre in responsible.centres}


TOWNS = snapshot_with(
    LIAISON,
    office("a", "大手町、高浜1～4丁目"),
    office("b", "高浜5丁目、米町"),
    office("c", "米町"),
)


@pytest.mark.parametrize(
    ("town", "offices", "doubt"),
    [
        ("大手町", {"a"}, ""),
        ("高浜四丁目", {"a"}, ""),
        ("高浜五丁目", {"b"}, ""),
        ("高浜", {"a", "b"}, "part_of_town"),
        ("米町", {"b", "c"}, "shared_town"),
        ("浅野一丁目", {"a", "b", "c"}, "town_not_listed"),
        ("高浜六丁目", {"a", "b", "c"}, "town_not_listed"),
        ("", {"a", "b", "c"}, "town_unknown"),
    ],
)
def test_the_office_of_a_town(town: str, offices: set[str], doubt: str) -> None:
    found = asked(TOWNS, town)
    assert names(found["liaison_centre"]) == {"liaison"}
    assert found["liaison_centre"].certain
    assert names(found[SUPPORT]) == offices
    assert found[SUPPORT].doubt == doubt
    assert found[SUPPORT].certain is (doubt == "")


def test_a_place_to_be_confirmed_leaves_the_office_open_but_not_the_centre_of_the_ward() -> None:
    found = asked(TOWNS, "大手町", sure=False)
    assert found["liaison_centre"].certain
    assert found[SUPPORT].doubt == "place_unsure"
    guessed = asked(TOWNS, "大手町", sure=False, municipality_sure=False)
    assert not guessed["liaison_centre"].certain


def test_offices_that_share_one_area_may_all_be_called() -> None:
    both = snapshot_with(
        office("main", "大手町", area_name="中央圏域"),
        office("branch", "大手町", area_name="中央圏域"),
    )
    found = asked(both, "大手町")[SUPPORT]
    assert found.certain
    assert names(found) == {"main", "branch"}


@pytest.mark.parametrize(
    ("day", "now", "other"),
    [
        ("2026-03-31", {"old"}, {"new"}),
        ("2026-04-01", {"new"}, {"old"}),
        ("2030-01-01", {"new"}, {"old"}),
    ],
)
def test_a_town_changes_its_office_on_a_day(day: str, now: set[str], other: set[str]) -> None:
    changing = snapshot_with(
        office("old", "大手町", valid_until="2026-03-31"),
        office("new", "大手町", valid_from="2026-04-01"),
    )
    found = asked(changing, "大手町", day)[SUPPORT]
    assert names(found) == now
    assert {centre.id for centre in found.others} == other
    assert found.certain


def test_before_a_centre_opens_nobody_answers_and_it_is_named_with_its_day() -> None:
    later = snapshot_with(replace(LIAISON, valid_from="2017-10-01"))
    found = asked(later, day="2017-09-30")["liaison_centre"]
    assert found.centres == ()
    assert not found.certain
    assert [centre.id for centre in found.others] == ["liaison"]


def test_several_offices_of_a_ward_without_their_towns_are_all_named() -> None:
    found = asked(snapshot_with(office("a"), office("b")), "大手町")[SUPPORT]
    assert found.doubt == "several"
    assert names(found) == {"a", "b"}


def test_a_local_area_decides_by_the_position_and_says_when_its_edge_is_near() -> None:
    lon, lat = KOKURA
    west = make_outline("LOC-W", (lon - 0.1, lat - 0.1, lon, lat + 0.1), "日常生活圏域")
    east = make_outline("LOC-E", (lon, lat - 0.1, lon + 0.1, lat + 0.1), "日常生活圏域")
    held = make_snapshot(
        [],
        outlines=[west, east],
        centres=[
            office("w", districts=("LOC-W",), municipality=""),
            office("e", districts=("LOC-E",), municipality=""),
        ],
    )
    inside = HomePlace("40106", lon=lon + 0.05, lat=lat, uncertainty_m=100)
    (found,) = responsible_centres(held, inside)
    assert (names(found), found.ground, found.doubt) == ({"e"}, "local_area", "")
    (edge,) = responsible_centres(held, replace(inside, lon=lon + 0.001, uncertainty_m=400))
    assert (names(edge), edge.doubt) == ({"e", "w"}, "near_edge")


def test_an_ambiguous_home_is_certain_only_where_all_places_agree() -> None:
    both = [HomePlace("40106", "大手町"), HomePlace("40106", "高浜一丁目")]
    found = {one.kind: one for one in centres_of_any(TOWNS, both)}
    assert found["liaison_centre"].certain
    assert found[SUPPORT].certain
    apart = [HomePlace("40106", "大手町"), HomePlace("40106", "高浜五丁目")]
    found = {one.kind: one for one in centres_of_any(TOWNS, apart)}
    assert (names(found[SUPPORT]), found[SUPPORT].doubt) == ({"a", "b"}, "place_unsure")


@pytest.mark.parametrize(
    ("near", "offices", "doubt"),
    [
        (("大手町",), {"a"}, "town_by_point"),
        (("大手町", "魚町"), {"a", "b"}, "town_by_point"),
        (("大手町", "どこにもない町"), {"a", "b"}, "town_unknown"),
        ((), {"a", "b"}, "town_unknown"),
    ],
)
def test_of_a_point_the_offices_of_the_towns_near_are_named_and_never_as_certain(
    near: tuple[str, ...], offices: set[str], doubt: str
) -> None:
    snapshot = snapshot_with(LIAISON, office("a", "大手町"), office("b", "魚町"))
    home = HomePlace("40106", lon=130.87, lat=33.88, towns_near=near)
    found = {one.kind: one for one in responsible_centres(snapshot, home)}
    assert found["liaison_centre"].certain
    assert names(found[SUPPORT]) == offices
    assert found[SUPPORT].doubt == doubt
    assert not found[SUPPORT].certain
