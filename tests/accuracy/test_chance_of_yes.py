"""Whom to ask first on an official list the model was not made with: true chances, fewer calls."""

from __future__ import annotations

import pytest

from tests.accuracy.chance_of_yes import NEEDS, imported, measure
from tests.accuracy.first_yes import LISTS, SEED, TOWNS

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        not (TOWNS.exists() and LISTS["Yamaguchi"].exists()), reason="no official lists"
    ),
]


def test_chances_are_true_and_save_calls() -> None:
    doctors = imported("Yamaguchi")
    assert len(doctors) > 800
    for need in NEEDS:
        found = measure(doctors, need, what="needs", asking=150, seed=SEED)
        assert found is not None, need
        assert found.error <= 5, need
        assert found.by_chance * 3 <= found.by_distance, need
