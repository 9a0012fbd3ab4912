"""Corrections on a facility's page: hours, position, kind; hours as they are typed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoportal.desk.domain.hours_form import are_hours, days_of, hours_of
from geoportal.desk.services.ledger import history
from geoportal.domain.hours import Hours, Session
from geoportal.errors import UsageError
from tests.desk.conftest import Browser
from tests.desk.test_facility_page import PAGE, say


@pytest.fixture
def signed_in(browser, coordinator) -> Browser:
    browser.sign_in("kokura.sato")
    return browser


def test_hours_as_they_are_typed():
    days = ["９：００～12:00　14:00-18:00", "休", "", "", "", "", "22:00-6:00", "休"]
    hours = hours_of(days)
    assert hours.sessions == (
        Session(0, "09:00", "12:00"),
        Session(0, "14:00", "18:00"),
        Session(6, "22:00", "06:00"),
    )
    assert hours.closed_days == (1, 7)


TIMES = st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda t: f"{t[0]:02}:{t[1]:02}")
DAY = st.one_of(
    st.sampled_from(["", "休"]),
    st.lists(st.tuples(TIMES, TIMES).map("-".join), min_size=1, max_size=3).map(" ".join),
)


@given(st.lists(DAY, min_size=8, max_size=8).filter(any))
def test_hours_come_back_as_they_were_typed(days):
    hours = hours_of(days)
    assert days_of(hours) == days
    assert are_hours(json.loads(json.dumps(hours.as_dict())))


@pytest.mark.parametrize("text", ["9-12", "25:00-26:00", "9:00-24:30", "午前", "9:60-10:00"])
def test_hours_that_are_none_are_refused(text):
    with pytest.raises(UsageError):
        hours_of([text, *[""] * 7])
    with pytest.raises(UsageError):
        hours_of([""] * 8)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"sessions": [{"day": 9, "opens": "09:00", "closes": "12:00"}]},
        {"sessions": [{"day": 1, "opens": "x", "closes": "12:00"}]},
        {"sessions": "all day"},
        {"closed_days": ["monday"]},
        {"sessions": [{"day": 1}]},
    ],
)
def test_what_is_no_hours_is_not_written(document):
    assert not are_hours(document)


def test_position_hours_and_kind_are_corrected_and_undone(signed_in, desk):
    say(signed_in, {"subject": "position", "lon": "130.9", "lat": "33.9"})
    say(signed_in, {"subject": "hours", "day-0": "9:00-12:00", "day-6": "休"})
    say(signed_in, {"subject": "kind", "value": "hospital"})
    values = {e.draft.subject: json.loads(e.draft.value) for e in history(desk, "near")}
    assert values["position"] == [130.9, 33.9]
    assert Hours.from_dict(values["hours"]).sessions == (Session(0, "09:00", "12:00"),)
    assert values["kind"] == "hospital"
    page = signed_in.get(PAGE).text
    assert all(words in page for words in ("北緯 33.90000", "月 09:00-12:00", "日 休", "病院"))
    number = history(desk, "near")[0].id
    say(signed_in, {"subject": "position", "undoes": str(number)})
    assert "北緯 33.90000" in signed_in.get(PAGE).text  # in the history
    assert 'value="130.8751"' in signed_in.get(PAGE).text


@pytest.mark.parametrize(
    "form",
    [
        {"subject": "position", "lon": "130.9"},
        {"subject": "position", "lon": "200", "lat": "33"},
        {"subject": "position", "lon": "nan", "lat": "33"},
        {"subject": "hours", "day-0": "morning"},
        {"subject": "hours"},
        {"subject": "kind", "value": "castle"},
    ],
)
def test_what_is_no_correction_is_refused(signed_in, desk, form):
    assert say(signed_in, form).status_code == 400
    assert history(desk, "near") == []
