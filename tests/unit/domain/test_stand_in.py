"""What a facility does through a group is told from what it does alone, and gives way to it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geoportal.domain.stand_in import (
    GROUP_SOURCE,
    StandInGroup,
    group_claims,
    groups_on,
    stand_ins,
)
from geoportal.index.claims import select_claims
from geoportal.services.portal import shipped_reference
from tests.factories import TODAY, make_claim, make_facility

VOCABULARY = shipped_reference().vocabulary
GROUP = StandInGroup("around_clock", "当番会", ("a", "b"), GROUP_SOURCE, "2026-11-20")
A, B = make_facility("a", name="甲医院"), make_facility("b", name="乙医院", kind="hospital")
NURSES = make_facility("n", name="丙ステーション", kind="visiting_nursing")
CLOSED = make_facility("c", name="閉院", status="closed")


def told(group: StandInGroup, *facilities):
    by_id = {facility.id: facility for facility in facilities}
    return group_claims([group], by_id.get, VOCABULARY)


def selected(*own, group=GROUP):
    (claim,) = (c for c in told(group, A, B)["a"] if c.code == "VM.24DR")
    return select_claims([*own, claim], TODAY, VOCABULARY)


def test_members_of_one_trade_give_one_another_what_is_about_them():
    claims = told(GROUP, A, B)
    assert {c.code for c in claims["a"]} == {c.code for c in claims["b"]} == {"VM.24DR", "VM.24TEL"}
    (note,) = {c.note for c in claims["a"]}
    assert "「当番会」" in note
    assert "乙医院" in note
    assert "単独ではない" in note
    assert "甲医院" in claims["b"][0].note


@pytest.mark.parametrize("other", [NURSES, CLOSED, None])
def test_nobody_of_the_trade_means_nothing_is_said(other):
    group = replace(GROUP, members=("a", other.id if other else "gone"))
    assert told(group, A, *([other] if other else [])) == {}


@pytest.mark.parametrize("sort", ["deputies", "pharmacies", "nursing"])
def test_groups_that_only_help_out_say_nothing_of_the_night(sort):
    assert told(replace(GROUP, sort=sort), A, B) == {}


def test_nursing_stations_get_their_own_need():
    second = replace(NURSES, id="m")
    claims = told(replace(GROUP, members=("n", "m", "a")), NURSES, second, A)
    assert set(claims) == {"n", "m"}
    assert {c.code for c in claims["n"]} == {"VM.24VN", "VM.24TEL"}


def test_it_answers_where_nothing_is_known_and_nothing_follows_from_it():
    found = selected()
    assert (found["VM.24DR"].value, found["VM.24DR"].claim.source) == ("yes", GROUP_SOURCE)
    assert "VM.URG" not in found


@pytest.mark.parametrize(
    ("own", "through_group"),
    [
        (make_claim("VM.24DR", evidence="filed"), False),
        (make_claim("VM.24DR", "no", evidence="survey"), True),
        (make_claim("VM.24DR", "no", evidence="confirmed", as_of="2026-11-22"), False),
        (make_claim("VM.24DR", "no", evidence="confirmed", as_of="2026-11-01"), True),
        (make_claim("ST.ZS1", evidence="filed", as_of="2026-11-01"), False),
        (make_claim("ST.ZS2", evidence="filed", as_of="2026-11-01"), True),
        (make_claim("ST.ZS3", evidence="filed", as_of="2026-11-01"), True),
    ],
)
def test_its_own_answer_comes_first_but_for_filings_with_others(own, through_group):
    answer = selected(own)["VM.24DR"]
    assert (answer.claim.source == GROUP_SOURCE) is through_group


def test_it_ends_with_its_last_day():
    past = replace(GROUP, last_day="2026-11-01")
    assert "VM.24DR" not in selected(group=past)
    assert groups_on([past], TODAY.isoformat(), {}) == []
    assert groups_on([replace(past, last_day=TODAY.isoformat())], TODAY.isoformat(), {})


def test_members_that_are_now_one_are_not_partners():
    (held,) = groups_on([GROUP], TODAY.isoformat(), {"b": "a"})
    assert held.members == ("a",)
    assert stand_ins([held]) == {}
    assert stand_ins([GROUP, replace(GROUP, members=("a", "x"))])["a"] == ("b", "x")
