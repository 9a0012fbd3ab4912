"""The capacity light as data: four values, conditions, seven days; expired is unknown."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoportal.desk.domain.account import Actor
from geoportal.desk.domain.ledger import (
    CAPACITY,
    Audience,
    Draft,
    Entry,
    Light,
    codes_of,
    facts_of,
    light_on,
)
from geoportal.desk.domain.terms import NO_TERMS, Terms, read_terms, terms_of
from geoportal.desk.services.ledger import checked, history
from geoportal.errors import UsageError
from tests.desk.conftest import HTTPS, Browser
from tests.desk.test_cases import DAY_S

TODAY = date(2026, 11, 24)
NAMES = {"40106": "小倉北区", "AC.PAIN": "痛みの緩和"}
TERMS = Terms((0, 2), ("40106",), ("AC.PAIN",))


def entry(light: Light, terms: Terms = NO_TERMS, until: str = "2026-12-01") -> Entry:
    draft = Draft("near", CAPACITY, light.value, Audience.PUBLIC, valid_until=until, terms=terms)
    return Entry(1, "2026-11-24T10:00:00+09:00", Actor("account", "1", "kokura"), draft)


@pytest.mark.parametrize(
    ("light", "terms", "codes"),
    [
        (Light.FREE, NO_TERMS, {"CAP.OPEN": "yes", "CAP.FULL": "no"}),
        (Light.FREE, TERMS, {"CAP.COND": "yes", "CAP.FULL": "no"}),
        (Light.SOON, NO_TERMS, {"CAP.COND": "yes", "CAP.FULL": "no"}),
        (Light.ASK, TERMS, {"CAP.COND": "yes", "CAP.FULL": "no"}),
        (Light.FULL, NO_TERMS, {"CAP.FULL": "yes", "CAP.OPEN": "no"}),
    ],
)
def test_lights_are_told_outwards_in_the_codes_of_the_vocabulary(light, terms, codes):
    assert codes_of(light, terms) == codes
    told = facts_of("near", [entry(light, terms)], NAMES, professional=False)
    assert {claim.code: claim.value for claim in told.claims} == codes


def test_the_note_of_a_claim_says_the_light_and_its_conditions():
    def note(light: Light, terms: Terms = NO_TERMS) -> str:
        return facts_of("near", [entry(light, terms)], NAMES, professional=False).claims[0].note

    assert note(Light.SOON).startswith("まもなく")
    assert note(Light.ASK).startswith("要相談")
    assert note(Light.FREE, TERMS).startswith(
        "曜日：月・水のみ。地域：小倉北区のみ。対応：痛みの緩和のみ"
    )


@given(
    st.sampled_from(list(Light)),
    st.integers(min_value=-400, max_value=400),
    st.integers(min_value=-30, max_value=30),
)
def test_an_expired_light_is_none_on_every_later_day(light, shift, asked):
    last = TODAY + timedelta(days=shift)
    day = last + timedelta(days=asked)
    said = light_on(entry(light, until=last.isoformat()), day.isoformat())
    assert said == (light if asked <= 0 else None)


@given(
    st.builds(
        Terms,
        st.lists(st.integers(0, 7), unique=True).map(lambda days: tuple(sorted(days))),
        st.lists(st.sampled_from(["40106", "40109"]), unique=True).map(tuple),
        st.lists(st.sampled_from(["AC.PAIN", "AC.ULCER"]), unique=True).map(tuple),
    )
)
def test_terms_are_read_as_they_were_written(terms):
    assert read_terms(terms.written()) == terms
    assert (terms.written() == "") == (not terms.any)


@pytest.mark.parametrize(
    ("ward", "needs", "within"),
    [
        ("40106", ["VM.REG", "AC.PAIN"], True),
        ("40106", ["VM.REG"], True),
        ("40109", ["AC.PAIN"], False),
        ("40106", ["AC.ULCER"], False),
        ("", [], True),
    ],
)
def test_who_is_within_the_terms(ward, needs, within):
    assert TERMS.admits(ward, needs) is within
    assert NO_TERMS.admits(ward, needs)


@pytest.mark.parametrize("days", [["8"], ["-1"], ["x"]])
def test_days_that_are_none_are_refused(days):
    with pytest.raises(UsageError):
        terms_of(days, [], [])


def test_only_room_has_conditions_and_they_are_of_the_vocabulary(portal):
    vocabulary = portal.view().reference.vocabulary
    full = Draft("near", CAPACITY, "full", terms=TERMS)
    assert checked(full, vocabulary, TODAY).terms == NO_TERMS
    for code in ("AC.NONE", "VM.REG"):
        with pytest.raises(UsageError):
            checked(Draft("near", CAPACITY, "free", terms=Terms(needs=(code,))), vocabulary, TODAY)
    soon = checked(Draft("near", CAPACITY, "soon", terms=TERMS), vocabulary, TODAY)
    assert (soon.valid_until, soon.terms) == ("2026-12-01", TERMS)


# Pages


@pytest.fixture
def staff(app, coordinator) -> Browser:
    browser = Browser(app.test_client())
    browser.sign_in("kokura.sato")
    return browser


def says(staff: Browser, facility: str, value: str, **form) -> None:
    page = f"/desk/facilities/{facility}"
    text = staff.get(page).text
    hidden = {
        name: text.split(f'name="{name}" value="')[1].split('"')[0] for name in ("seen", "key")
    }
    sent = {**hidden, "subject": CAPACITY, "value": value, **form}
    assert staff.post(page, sent, page=page).status_code == 303


def groups(staff: Browser, **question) -> dict[str, list[str]]:
    form = {"district": "40106", "kind": "clinic", **question}
    answer = staff.post("/desk/free", form)
    assert answer.status_code == 200
    parts = answer.text.split('<h2 id="free-')[1:]
    return {
        part.split('"')[0]: [one.split('"')[0] for one in part.split('href="/facilities/')[1:]]
        for part in parts
    }


def test_free_now_keeps_the_four_lights_apart_and_unknown_from_all(staff, desk, clock):
    before = groups(staff)
    assert list(before) == ["unknown"]
    names = before["unknown"]
    assert len(names) >= 2
    first, second = names[:2]
    for light in ("free", "soon", "ask", "full"):
        says(staff, first, light)
        assert groups(staff)[light] == [first]
    says(staff, second, "free", ward="40106")
    assert groups(staff)["free"] == [second]
    says(staff, second, "free", ward="40109", day=["0", "2"])
    found = groups(staff)
    assert (found["otherwise"], found["full"]) == ([second], [first])
    assert history(desk, second)[-1].draft.terms == Terms((0, 2), ("40109",))
    shown = staff.post("/desk/free", {"district": "40106", "kind": "clinic"}).text
    assert "に聞き直す" in shown
    clock.move(8 * DAY_S)
    staff.sign_in("kokura.sato")
    assert list(groups(staff)) == ["unknown"]


def test_a_place_that_is_not_understood_is_asked_for(staff):
    assert staff.post("/desk/free", {"kind": "clinic"}).status_code == 400
    assert staff.get("/desk/free").status_code == 200


def test_conditions_are_seen_by_staff_and_kept_from_the_public(staff, app):
    says(staff, "near", "free", ward="40106", note="月曜だけ")
    own = staff.get("/facilities/near").text
    assert "◎ 空きあり" in own
    assert "地域：" in own
    assert (
        "地域：小倉北区のみ" not in app.test_client().get("/facilities/near", base_url=HTTPS).text
    )
