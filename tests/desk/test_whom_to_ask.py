"""Whom to ask first: chances that hold, few calls, the same for equals, nothing kept."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoportal.desk.domain.asking import ENOUGH, MOST_CALLS, Callee, sequence_of
from geoportal.desk.domain.chance import LEAST_ANSWERS, acceptance, learn
from geoportal.desk.services.cases import open_case
from geoportal.desk.services.whom_to_ask import _chances
from geoportal.services.portal import shipped_reference
from tests.desk.ask_simulation import simulate
from tests.desk.test_cases import WANTED
from tests.factories import make_claim, make_facility, make_snapshot


def world(seed: int, size: int = 3000):
    """Return features, who is known, who was asked, who would say yes, and the true chance.

    Half of those that would say yes are known by files; 150 of the silent ones were asked.
    """
    draw = np.random.default_rng(seed)
    features = (draw.random((size, 6)) < 0.4).astype(float)
    chance = 1 / (1 + np.exp(-(features @ np.array([3.0, -2.0, 1.0, 0.0, 0.0, 0.5]) - 1.5)))
    yes = draw.random(size) < chance
    known = yes & (draw.random(size) < 0.5)
    asked = np.zeros(size, dtype=bool)
    asked[draw.choice(np.flatnonzero(~known), 150, replace=False)] = True
    silent = (chance / 2) / (1 - chance / 2)
    return features, known, asked, yes, silent


@pytest.mark.parametrize("seed", range(5))
def test_a_chance_is_what_happens_that_often(seed):
    features, known, asked, yes, silent = world(seed)
    model = learn(features, known, asked, yes)
    rest = ~known & ~asked
    said = model.chances(features[rest])
    edges = np.quantile(said, np.linspace(0, 1, 6))
    bins = np.clip(np.searchsorted(edges, said, side="right") - 1, 0, 4)
    error = sum(
        abs(said[bins == one].mean() - yes[rest][bins == one].mean()) * (bins == one).mean()
        for one in range(5)
        if (bins == one).any()
    )
    assert error < 0.08  # 150 answers tell the level to within about 4 points
    assert np.corrcoef(said, silent[rest])[0, 1] > 0.9


def test_too_little_is_no_chance():
    features, known, asked, yes, _ = world(1)
    few = asked.copy()
    few[np.flatnonzero(asked)[LEAST_ANSWERS - 1 :]] = False
    assert learn(features, known, few, yes) is None
    assert learn(features, np.zeros_like(known), asked, yes) is None
    assert learn(features, known, asked, np.ones_like(yes)) is None


@given(st.lists(st.tuples(st.floats(0.01, 0.99), st.integers(0, 9)), max_size=20))
def test_a_sequence_is_no_longer_than_it_must_be(given_callees):
    callees = [Callee(str(n), p, asked, n / 50) for n, (p, asked) in enumerate(given_callees)]
    found = sequence_of(callees)
    no = 1.0
    for number, one in enumerate(found.callees):
        assert 1 - no < ENOUGH
        assert number < MOST_CALLS
        no *= 1 - one.chance
    assert found.chance == pytest.approx(1 - no)
    if len(found.callees) < min(len(callees), MOST_CALLS):
        assert found.chance >= ENOUGH


def test_of_equals_the_one_asked_least_is_first():
    callees = [Callee("often", 0.62, 9, 0.1), Callee("seldom", 0.58, 1, 0.9)]
    assert [one.facility_id for one in sequence_of(callees).callees] == ["seldom", "often"]


def test_who_was_left_behind_comes_before_the_likeliest_unless_it_is_unlikely():
    callees = [Callee("likely", 0.95, 10, 0.5), Callee("equal", 0.4, 2, 0.5)]
    assert [one.facility_id for one in sequence_of(callees).callees] == ["equal", "likely"]
    unlikely = [callees[0], Callee("unlikely", 0.2, 0, 0.5), Callee("enough", 0.4, 9, 0.5)]
    assert [one.facility_id for one in sequence_of(unlikely).callees] == ["likely"]


def test_many_asks_outweigh_what_is_usual():
    assert acceptance(0, 0) == pytest.approx(0.6)
    assert acceptance(900, 1000) == pytest.approx(0.9, abs=0.01)
    assert 0.4 < acceptance(0, 5) < 0.6


def test_without_an_answer_there_is_no_chance():
    facilities = [make_facility(f"c{n}", claims=[make_claim("AC.PAIN")]) for n in range(30)]
    snapshot = make_snapshot(facilities, members={})
    rows = tuple(range(len(snapshot)))
    assert _chances(snapshot, shipped_reference(), rows, "AC.PAIN", ()) is None


@pytest.mark.long
def test_a_thousand_days_of_five_centres():
    for seed in (1, 2, 3):
        with_ledger, without = simulate(random.Random(seed), days=1000)
        assert with_ledger.calls_per_placement <= 0.6 * without.calls_per_placement
        assert with_ledger.evenness <= 0.05
        assert with_ledger.placed >= without.placed


def test_a_hundred_days_already_save_calls():
    with_ledger, without = simulate(random.Random(4), days=100)
    assert with_ledger.calls_per_placement < without.calls_per_placement


def test_the_simulation_is_the_same_each_time():
    first, second = (simulate(random.Random(5), days=20) for _ in range(2))
    assert first == second
    assert Counter(type(one).__name__ for one in first) == {"Outcome": 2}


def test_the_board_proposes_nothing_where_too_little_is_known(desk, coordinator, browser):
    case = open_case(desk, coordinator.actor, replace(WANTED, needs=("AC.PAIN",)))
    browser.sign_in("kokura.sato")
    page = browser.get(f"/desk/cases/{case.id}")
    assert page.status_code == 200
    assert "先に聞くなら" not in page.text


def test_the_board_proposes_calls_where_all_is_known(desk, coordinator, browser):
    case = open_case(desk, coordinator.actor, replace(WANTED, needs=()))
    browser.sign_in("kokura.sato")
    page = browser.get(f"/desk/cases/{case.id}").text
    assert "先に聞くなら" in page
    assert "事実ではなく" in page
