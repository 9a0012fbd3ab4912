"""How often one address may ask."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoportal.errors import UsageError
from geoportal.serving.lanes import RULES, rule_for
from geoportal.serving.rates import BURST_SECONDS, Rates
from geoportal.settings import Settings
from tests.rounds import examples

HALL = ipaddress.ip_network("198.51.100.0/24")


@settings(max_examples=examples(20))
@given(
    moments=st.lists(st.floats(0, 60), max_size=60).map(sorted),
    rate=st.integers(1, 9),
    cost=st.integers(1, 10),
)
def test_in_no_time_more_than_the_burst_and_what_came_back(moments, rate, cost):
    rates = Rates(rate)
    taken = [moment for moment in moments if not rates.take("192.0.2.1", cost, moment)]
    for start, first in enumerate(taken):
        for end in range(start, len(taken)):
            allowed = rate * BURST_SECONDS + rate * (taken[end] - first)
            assert (end - start + 1) * cost <= allowed + 1e-6


@settings(max_examples=examples(20))
@given(st.integers(1, 50), st.integers(1, 10))
def test_who_waits_as_told_is_served(rate, cost):
    rates = Rates(rate)
    now, wait = 0.0, 0
    while not wait:
        wait = rates.take("2001:db8::1", cost, now)
    assert rates.take("2001:db8::1", cost, now + wait) == 0


def test_addresses_are_apart_but_a_network_of_ipv6_is_one_client():
    rates = Rates(1)
    for _ in range(BURST_SECONDS):
        assert rates.take("2001:db8::1", 1, 0.0) == 0
    assert rates.take("2001:db8::ffff", 1, 0.0) == 1
    assert rates.take("2001:db8:0:1::1", 1, 0.0) == 0
    assert rates.take("192.0.2.1", BURST_SECONDS, 0.0) == 0
    assert rates.take("::ffff:192.0.2.1", 1, 0.0) == 1


def test_who_is_not_counted():
    rates = Rates(1, (HALL,))
    assert not any(rates.take("198.51.100.9", 10, 0.0) for _ in range(1000))
    assert not any(rates.take("::ffff:198.51.100.9", 10, 0.0) for _ in range(1000))
    assert not any(Rates(0).take("192.0.2.1", 10, 0.0) for _ in range(1000))
    assert not any(rates.take("192.0.2.1", 0, 0.0) for _ in range(1000))


def test_what_is_remembered_is_bounded_and_begins_with_the_quiet():
    rates = Rates(1, most_addresses=100)
    rates.take("192.0.2.1", 5, 0.0)
    for number in range(1000):
        rates.take(str(ipaddress.ip_address(number)), 1, float(number) / 1000)
        if number % 50 == 0:
            rates.take("192.0.2.1", 0 + 1, 0.0)
    assert len(rates._buckets) == 100
    assert rates.take("192.0.2.1", 1, 0.0) > 0  # it never went quiet, so it was not forgotten


def test_a_city_hall_at_nine_is_served():
    """500 people behind one address open the map and ask three times in five minutes."""
    rates = Rates(Settings().rate_per_address)
    requests = sorted(300 * n / 500 + part / 20 for n in range(500) for part in range(16 + 3))
    assert not any(rates.take("192.0.2.1", 1, moment) for moment in requests)


def test_an_office_of_200_is_served():
    """Each opens a page with ten files of the site and asks once, every ten seconds: one worker."""
    rates = Rates(Settings().rate_per_address)
    asked = [("GET", "/"), *[("GET", "/static/main.js")] * 10, ("POST", "/api/v1/search")]
    requests = sorted(
        (10 * n / 200 + start, a) for n in range(200) for start in range(0, 60, 10) for a in asked
    )
    assert not any(
        rates.take("192.0.2.1", rule_for(*which).cost, moment) for moment, which in requests
    )


def test_whoever_watches_the_site_is_never_turned_away_and_files_cost_more():
    costs = {rule.name: rule.cost for rule in RULES}
    assert costs["operations"] == 0
    assert min(costs["exports"], costs["files"], costs["coverage"]) > costs["pages"]
    assert max(costs.values()) <= Settings().rate_per_address * BURST_SECONDS


def test_settings():
    environment = {"GEOPORTAL_RATE_PER_ADDRESS": "7", "GEOPORTAL_UNLIMITED_FROM": str(HALL)}
    read = Settings.from_environment(environment)
    assert (read.rate_per_address, read.unlimited_from) == (7, (HALL,))
    assert Settings.from_environment({}) == Settings()
    for wrong in ("", "-1", "1.5", "７", "9" * 9):
        with pytest.raises(UsageError, match="GEOPORTAL_RATE_PER_ADDRESS"):
            Settings.from_environment({"GEOPORTAL_RATE_PER_ADDRESS": wrong})
