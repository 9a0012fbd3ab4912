"""Calls until the first yes on the sample city: fewer by the order than by distance alone."""

from __future__ import annotations

import random
import unicodedata

import pytest

from geoportal.services.portal import Portal
from tests.accuracy.first_yes import SEED, calls, half_of_needs, hide, snapshot_of, stating


@pytest.mark.slow
@pytest.mark.parametrize(
    "needs",
    [
        ("VM.REG",),
        pytest.param(("VM.24DR",), marks=pytest.mark.long),
        pytest.param(("VM.REG", "VM.24DR"), marks=pytest.mark.long),
        ("VM.REG", "AC.PALL"),
        pytest.param(("VM.REG", "VM.24DR", "AC.PALL"), marks=pytest.mark.long),
    ],
)
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
    assert len(result.by_order) >= 20
    assert sum(result.by_order) < sum(result.by_distance) * 0.9


@pytest.mark.slow
def test_lines_hidden_for_a_need_are_all_that_say_it(sample_portal: Portal) -> None:
    said = stating("AC.PALL")
    assert {"在総", "在緩診実"} <= said
    assert "在医総管1" not in said
    facilities = [f for f in sample_portal.view().snapshot.facilities if f.filings]
    kept = hide(facilities, half_of_needs(facilities, ("AC.PALL",), random.Random(SEED)))
    lost = [
        {unicodedata.normalize("NFKC", symbol) for symbol in set(before.filings) - set(f.filings)}
        for before, f in zip(facilities, kept, strict=True)
    ]
    assert set().union(*lost) <= said
    assert (
        0
        < sum(map(bool, lost))
        < sum(
            bool(said & {unicodedata.normalize("NFKC", symbol) for symbol in f.filings})
            for f in facilities
        )
    )
