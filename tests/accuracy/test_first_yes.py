"""Calls until the first yes on the sample city: fewer by the order than by distance alone."""

from __future__ import annotations

import random

import pytest

from geoportal.services.portal import Portal
from tests.accuracy.first_yes import SEED, calls, hide, snapshot_of


@pytest.mark.slow
@pytest.mark.parametrize("needs", [("VM.REG",), ("VM.24DR",)])
def test_with_half_of_the_filings_hidden_the_first_yes_takes_fewer_calls(
    sample_portal: Portal, needs: tuple[str, ...]
) -> None:
    facilities = [f for f in sample_portal.view().snapshot.facilities if f.location.known]
    draw = random.Random(SEED)
    known = snapshot_of(hide(facilities, lambda _facility, _symbol: draw.random() < 0.5))
    homes = [
        (f.location.lon, f.location.lat)
        for f in draw.choices(facilities, k=40)
        if f.location.lon is not None and f.location.lat is not None
    ]
    result = calls(snapshot_of(facilities), known, homes, ("hospital", "clinic"), needs)
    assert len(result.by_order) >= 30
    assert sum(result.by_order) < sum(result.by_distance) / 2
