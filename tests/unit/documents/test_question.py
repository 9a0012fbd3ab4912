"""What a command takes without pydantic, against the request that says what is allowed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoportal.documents.question import surely_allowed
from geoportal.documents.requests import SearchRequest

EDGES = [0, 1, 500, 501, 1_000_000, 1_000_001, -1, True, 1.0, "1", None]
NUMBERS = st.one_of(
    st.floats(), st.sampled_from([0.999, 1.0, 50_000.0, 50_000.1, 180.0, -180.0, 90.1, 16000])
)
TEXTS = st.one_of(
    st.text(max_size=4),
    st.sampled_from(["", " ", "x" * 40, "x" * 41, "x" * 200, "x" * 201, "\ud800", "\udc80a", "床"]),
)
CODES = st.one_of(
    st.lists(TEXTS, max_size=2), st.sampled_from([["a"] * 22, ["a"] * 23, ["a"] * 121, "a", ()])
)
HOMES = st.one_of(
    st.fixed_dictionaries({"lon": NUMBERS, "lat": NUMBERS}),
    st.fixed_dictionaries({"address": TEXTS}),
    st.sampled_from([None, "x", {}, {"lon": 1.0}, {"lon": 1.0, "lat": 2.0, "z": 3.0}, {"lon": 1}]),
)
WORDS = st.sampled_from(["match", "possible", "all", "consultation", "distance", "", "Match", 1])
FIELDS = {
    "near": HOMES,
    "radius_m": NUMBERS,
    "district": CODES,
    "kinds": CODES,
    "needs": CODES,
    "departments": CODES,
    "q": TEXTS,
    "open_at": st.sampled_from(["2026-11-24T10:00+09:00", "now", None]),
    "open_use": WORDS,
    "include": WORDS,
    "sort": WORDS,
    "limit": st.sampled_from(EDGES),
    "offset": st.sampled_from(EDGES),
    "facets": st.sampled_from([True, False, 1, "true"]),
    "explain": st.booleans(),
    "unknown": st.just(1),
}
CHANGES = st.one_of(*(st.tuples(st.just(name), values) for name, values in FIELDS.items()))
ORDINARY = {
    "near": {"lon": 130.8751, "lat": 33.8834},
    "radius_m": 4000.0,
    "district": ["40106"],
    "kinds": ["clinic", "hospital"],
    "needs": ["VM.REG"],
    "departments": ["皮膚科"],
    "q": "内科",
    "include": "possible",
    "limit": 20,
    "offset": 0,
    "explain": True,
}


def plain(question: Any) -> dict[str, Any]:
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in asdict(question).items()
    }


@settings(max_examples=100, deadline=None)
@given(st.lists(CHANGES, max_size=2))
def test_what_is_taken_for_allowed_is_allowed_and_asks_the_same(changes: list[tuple[str, Any]]):
    asked = ORDINARY | dict(changes)
    question = surely_allowed(asked)
    if question is not None:
        assert plain(question) == plain(SearchRequest.model_validate(asked).question())


@pytest.mark.parametrize("home", [ORDINARY["near"], {"address": "北九州市小倉北区城内1-1"}])
def test_ordinary_questions_need_no_other_check(home: dict[str, Any]):
    asked = {**ORDINARY, "near": home}
    question = surely_allowed(asked)
    assert question is not None
    assert plain(question) == plain(SearchRequest.model_validate(asked).question())
    for left_out in asked:
        assert surely_allowed({key: asked[key] for key in asked if key != left_out}) is not None


def test_a_question_names_no_home_and_no_words():
    shown = repr(surely_allowed({**ORDINARY, "q": "canary"}))
    assert "canary" not in shown
    assert "130.8751" not in shown
