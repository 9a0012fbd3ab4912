"""Claims age, and the strongest current one is shown whatever the order of import."""

from datetime import date, timedelta
from itertools import permutations

import pytest

from geoportal.domain.claim import strongest
from tests.factories import make_claim

TODAY = date(2026, 11, 22)


def aged(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


@pytest.mark.parametrize(
    ("code", "evidence", "days", "stale"),
    [
        ("CAP.OPEN", "confirmed", 7, False),
        ("CAP.OPEN", "confirmed", 8, True),
        ("VM.REG", "filed", 90, False),
        ("VM.REG", "filed", 91, True),
        ("VM.REG", "survey", 730, False),
        ("VM.REG", "survey", 731, True),
    ],
)
def test_staleness(code, evidence, days, stale):
    assert make_claim(code, evidence=evidence, as_of=aged(days)).stale_on(TODAY) is stale


def test_a_fact_past_its_own_validity_is_unknown():
    claim = make_claim("VM.REG", valid_until="2026-11-21")
    assert claim.stale_on(TODAY)
    assert claim.value_on(TODAY) == "unknown"


def test_the_strongest_current_claim_wins_in_any_order():
    stale_confirmed = make_claim("VM.REG", "no", evidence="confirmed", as_of=aged(900))
    survey = make_claim("VM.REG", "yes", as_of=aged(100))
    filed = make_claim("VM.REG", "no", evidence="filed", as_of=aged(10))
    blank = make_claim("VM.REG", "unknown", evidence="observed", as_of=aged(1))
    for order in permutations((stale_confirmed, survey, filed, blank)):
        assert strongest(order, TODAY) == survey


def test_nothing_said_is_nothing_shown():
    assert strongest((), TODAY) is None


def test_of_unknown_age_is_neither_fresh_nor_stale():
    undated = make_claim("VM.REG", "no", evidence="observed", as_of="0000-2026-11-22")
    assert undated.stale_on(TODAY) is None
    assert undated.value_on(TODAY) == "no"
    assert make_claim("CAP.OPEN", as_of="0000-2026-11-22").value_on(TODAY) == "unknown"
    current = make_claim("VM.REG", "yes", evidence="registry", as_of=aged(10))
    old = make_claim("VM.REG", "yes", evidence="registry", as_of=aged(900))
    for order in permutations((undated, current, old)):
        assert strongest(order, TODAY) == current
    dated = make_claim("VM.REG", "yes", evidence="observed", as_of=aged(900))
    assert strongest((undated, dated), TODAY) == dated
