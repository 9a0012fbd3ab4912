"""Groups of offices: entered by staff, told to whom they are for, ended and taken back."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from geoportal.desk.domain.group import Group, Sort
from geoportal.desk.domain.ledger import Audience
from geoportal.desk.services.desk import Desk
from geoportal.desk.services.groups import (
    end,
    groups_now,
    groups_of,
    join,
    leave,
    make_group,
    reopen,
)
from geoportal.desk.store.audit import read_audit
from geoportal.desk.store.database import open_desk
from geoportal.domain.query import Query
from geoportal.errors import NotFoundError, UsageError
from geoportal.index.claims import SelectedClaim
from geoportal.services.portal import Portal, shipped_reference
from geoportal.store.database import open_database
from geoportal.web.current_view import EXTENSION
from tests.conftest import NOW
from tests.desk.conftest import CHEAP, SECRET, Browser, made, trail

GROUP = Group(
    "", Sort.AROUND_CLOCK, "みほん当番会", Audience.PUBLIC, members=("near",), note="月曜は当番制"
)
INSIDE = "うちわの応援の組"
FORM = {
    "sort": "deputies",
    "audience": "public",
    "group_name": "ふたり主治医制",
    "leads": "1",
    "key": "form-1",
}
PAGE = "/desk/facilities/near"


@pytest.fixture
def other(application) -> str:
    """Return a facility beside ``near`` that is held."""
    view = application.extensions[EXTENSION].view()
    return next(one.id for one in view.snapshot.facilities if one.id != "near")


def test_members_come_and_go_and_the_trail_tells_before_and_after(desk, coordinator):
    actor = coordinator.actor
    group = make_group(desk, actor, GROUP, key="k")
    join(desk, actor, group.id, "far", leads=True)
    join(desk, actor, group.id, "far", leads=True)
    (held,) = groups_of(desk, ["far"])
    assert (held.members, held.lead) == (("near", "far"), "far")
    leave(desk, actor, group.id, ["far", "far-of-old"])
    assert groups_of(desk, ["far"]) == []
    leave(desk, actor, group.id, ["near"])
    assert groups_of(desk, ["near"]) == []
    with pytest.raises(NotFoundError):
        join(desk, actor, group.id, "near")
    done = ["group.make", "group.join", "group.leave", "group.leave"]
    assert trail(desk)[-4:] == done
    with desk.database.reading() as connection:
        last = read_audit(connection, subject=("group", group.id))[0]
    assert (last.before["members"], last.after["members"]) == (["near"], [])


def test_a_form_sent_twice_makes_one_group(desk, coordinator):
    first, second = (make_group(desk, coordinator.actor, GROUP, key="k") for _ in range(2))
    assert first.id == second.id
    assert len(groups_of(desk, ["near"])) == 1


def test_an_ended_group_is_told_to_nobody_until_its_end_is_taken_back(desk, coordinator, clock):
    actor = coordinator.actor
    group = make_group(desk, actor, GROUP, key="k")
    end(desk, actor, group.id)
    assert groups_now(desk, ["near"], Audience.PROFESSIONAL) == []
    assert len(groups_of(desk, ["near"])) == 1
    reopen(desk, actor, group.id)
    assert len(groups_now(desk, ["near"], Audience.PUBLIC)) == 1
    today = clock().date().isoformat()
    make_group(desk, actor, replace(GROUP, name="きょうまで", last_day=today), key="l")
    assert len(groups_now(desk, ["near"], Audience.PUBLIC)) == 2
    clock.move(86_400)
    assert [one.name for one in groups_now(desk, ["near"], Audience.PUBLIC)] == [GROUP.name]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "長" * 61}, "group_name"),
        ({"note": "長" * 201}, "group_note"),
        ({"note": "田中 太郎さんの件"}, "group_sure"),
        ({"last_day": "2026-13-01"}, "last_day"),
        ({"last_day": "あす"}, "last_day"),
        ({"members": ()}, "group_name"),
    ],
)
def test_what_is_no_group_is_refused(desk, coordinator, changes, field):
    with pytest.raises(UsageError) as error:
        make_group(desk, coordinator.actor, replace(GROUP, **changes), key="k")
    assert error.value.field == field
    assert groups_of(desk, ["near"]) == []


def test_the_public_is_told_of_public_groups_and_staff_of_all(app, desk, coordinator, other):
    hostile = "<img src=x>組"
    for name, audience in ((hostile, Audience.PUBLIC), (INSIDE, Audience.PROFESSIONAL)):
        made = replace(
            GROUP, name=name, audience=audience, members=("near", other), lead=other, note="順番制"
        )
        make_group(desk, coordinator.actor, made, key=name)
    stranger = Browser(app.test_client())
    for facility in ("near", other):
        for language in ("ja", "ja-easy", "en"):
            page = stranger.get(f"/facilities/{facility}?lang={language}").text
            assert "&lt;img src=x&gt;組" in page
            assert "<img src=x>" not in page
            assert INSIDE not in page
    assert f'/facilities/{other}"' in stranger.get("/facilities/near").text
    for path in ("/api/v1/facilities/near", "/results?district=40106", "/centres"):
        assert INSIDE not in stranger.get(path).text
    staff = Browser(app.test_client())
    staff.sign_in("kokura.sato")
    assert INSIDE in staff.get("/facilities/near").text
    assert INSIDE in staff.get(PAGE).text


def test_staff_make_join_end_and_leave_on_the_pages(browser, coordinator, desk, other):
    browser.sign_in("kokura.sato")
    assert browser.post(f"{PAGE}/groups", FORM, page=PAGE).status_code == 303
    (group,) = groups_of(desk, ["near"])
    assert (group.sort, group.lead, group.name) == (Sort.DEPUTIES, "near", "ふたり主治医制")
    there = f"/desk/facilities/{other}"
    joined = browser.post(f"{there}/groups/join", {"group": group.id, "helping": "1"}, page=there)
    assert joined.status_code == 303
    assert groups_of(desk, [other])[0].members == ("near", other)
    own = f"{PAGE}/groups/{group.id}"
    assert browser.post(own, {"do": "end"}, page=PAGE).status_code == 303
    assert "終了を取り消す" in browser.get(PAGE).text
    assert "ふたり主治医制" not in browser.get("/facilities/near").text
    assert browser.post(own, {"do": "reopen"}, page=PAGE).status_code == 303
    assert "ふたり主治医制" in browser.get("/facilities/near").text
    assert browser.post(own, {"do": "leave"}, page=PAGE).status_code == 303
    assert groups_of(desk, ["near"]) == []
    assert browser.post(own, {"do": "leave"}, page=PAGE).status_code == 404


def test_what_a_form_says_wrongly_is_said_beside_it(browser, coordinator, desk):
    browser.sign_in("kokura.sato")
    named = {**FORM, "group_note": "田中 太郎さんの件"}
    answer = browser.post(f"{PAGE}/groups", named, page=PAGE)
    assert answer.status_code == 400
    assert 'id="group_sure"' in answer.text
    assert "ふたり主治医制" in answer.text
    for path, form in (
        (f"{PAGE}/groups", {**FORM, "sort": "friends"}),
        (f"{PAGE}/groups", {**FORM, "last_day": "x"}),
        (f"{PAGE}/groups/join", {"group": "none"}),
    ):
        assert browser.post(path, form, page=PAGE).status_code == 400, form
    assert groups_of(desk, ["near"]) == []
    assert browser.post(f"{PAGE}/groups", {**named, "sure": "1"}, page=PAGE).status_code == 303


def test_a_coordinator_of_another_ward_says_that_it_helps(app, desk, coordinator):
    made(desk, "yahata.ono", centre="yahata")
    browser = Browser(app.test_client())
    browser.sign_in("yahata.ono")
    assert browser.post(f"{PAGE}/groups", FORM, page=PAGE).status_code == 403
    helping = {**FORM, "helping": "1"}
    assert browser.post(f"{PAGE}/groups", helping, page=PAGE).status_code == 303


@pytest.fixture
def beside(tmp_path, small_city, empty_desk, clock):
    """Return a desk over the small city's file, and what the public is answered from it."""
    shutil.copy(small_city / "test.db", tmp_path)
    shutil.copy(empty_desk / "test.db.desk", tmp_path)
    staff = Desk(open_desk(str(tmp_path / "test.db")), SECRET, clock, CHEAP)
    city = open_database(tmp_path / "test.db")

    def answered() -> dict[str, SelectedClaim | None]:
        view = Portal(city, shipped_reference(), clock=lambda: NOW).view()
        query = Query(needs=("VM.24DR",), districts=("40106",), include="match")
        return {one.facility.id: one.needs["VM.24DR"] for one in view.search(query).results}

    yield staff, answered
    staff.database.engine.dispose()
    city.engine.dispose()


def test_a_public_group_answers_a_search_by_night_through_it_until_it_ends(beside, coordinator):
    staff, answered = beside
    actor = coordinator.actor
    assert answered() == {}
    make_group(staff, actor, replace(GROUP, audience=Audience.PROFESSIONAL), key="inside")
    join(staff, actor, groups_of(staff, ["near"])[0].id, "maybe")
    assert answered() == {}
    group = make_group(staff, actor, replace(GROUP, members=("near", "maybe", "shut")), key="k")
    found = answered()
    assert set(found) == {"near", "maybe"}
    assert {one.claim.source for one in found.values()} == {"desk_group"}
    assert "見本クリニックmaybe" in found["near"].claim.note
    assert "月曜は当番制" not in found["near"].claim.note
    leave(staff, actor, group.id, ["maybe"])
    assert answered() == {}
    join(staff, actor, group.id, "maybe")
    end(staff, actor, group.id)
    assert answered() == {}


def test_staff_alone_find_by_a_group_that_is_theirs(app, desk, coordinator):
    inside = replace(GROUP, audience=Audience.PROFESSIONAL, members=("near", "maybe"), name=INSIDE)
    make_group(desk, coordinator.actor, inside, key="k")
    asked = {"district": "40106", "need": "VM.24DR"}
    stranger, staff = Browser(app.test_client()), Browser(app.test_client())
    staff.sign_in("kokura.sato")
    assert "グループの連携" not in stranger.send("/results", asked).text
    page = staff.send("/results", asked).text
    assert "グループの連携" in page
    assert "関係者のみ" in page
    assert INSIDE in page
    end(desk, coordinator.actor, groups_of(desk, ["near"])[0].id)
    assert INSIDE not in staff.send("/results", asked).text
