"""Teams: provably the best by the stated order, whatever the pools; sensible around a home."""

from __future__ import annotations

import itertools
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geoportal.domain.consultation import Role
from geoportal.domain.hours import OpeningCalendar
from geoportal.domain.query import Origin, Query
from geoportal.search.best_teams import Candidate, Cost, best_teams
from geoportal.search.team import TeamQuestion, find_teams
from tests.factories import KOKURA, make_claim, make_facility, make_snapshot
from tests.rounds import examples

ORACLE = Geod(ellps="GRS80")
CALENDAR = OpeningCalendar()
HOME = Query(origin=Origin(*KOKURA), radius_m=16_000)
CODES = ("VM.REG", "AC.PALL", "AC.PAIN")

COSTS = st.builds(
    Cost,
    st.integers(0, 2),
    st.integers(0, 1),
    st.integers(0, 2),
    st.integers(0, 3),
    st.integers(0, 30),
    st.integers(0, 1_000_000),
)


@st.composite
def pools_with_rules(draw):
    """Draw up to four pools over a few shared facilities, and roles to be kept apart."""
    size = draw(st.integers(1, 4))
    pools = []
    for _ in range(size):
        rows = draw(st.lists(st.integers(0, 5), min_size=1, max_size=5, unique=True))
        pool = sorted((draw(COSTS), row) for row in rows)
        pools.append([Candidate(row, cost) for cost, row in pool])
    pairs = draw(st.sets(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=3))
    apart = {
        i: frozenset({b for a, b in pairs if a == i} | {a for a, b in pairs if b == i}) - {i}
        for i in range(size)
    }
    return pools, {i: others for i, others in apart.items() if others}


def all_teams(pools, apart):
    """Every allowed team with its cost, best first: the plainest possible way."""
    teams = []
    for members in itertools.product(*pools):
        if any(members[i].row == members[j].row for i, others in apart.items() for j in others):
            continue
        cost = tuple(sum(member.cost[key] for member in members) for key in range(6))
        teams.append((cost, tuple(member.row for member in members)))
    return sorted(teams, key=lambda team: team[0])


@pytest.mark.slow
@given(pools_with_rules())
@settings(max_examples=examples(500), deadline=None)
def test_teams_come_in_the_order_of_brute_force(drawn):
    pools, apart = drawn
    expected = all_teams(pools, apart)
    got = [(t.cost, tuple(m.row for m in t.members)) for t in best_teams(pools, apart)]
    assert [cost for cost, _ in got] == [cost for cost, _ in expected]
    assert sorted(got) == sorted(expected)


def random_city(seed: int, size: int):
    rng = random.Random(seed)
    return [
        make_facility(
            f"f{number}",
            (KOKURA[0] + rng.uniform(-0.1, 0.1), KOKURA[1] + rng.uniform(-0.1, 0.1)),
            [
                make_claim(code, value)
                for code in CODES
                if (value := rng.choice(("yes", "yes", "no", "unknown", None)))
            ],
            kind=rng.choice(("clinic", "hospital", "pharmacy")),
        )
        for number in range(size)
    ]


@given(seed=st.integers(0, 10_000), deputies=st.booleans(), teams=st.integers(1, 6))
@settings(max_examples=examples(60), deadline=None)
def test_teams_around_a_home_equal_brute_force_over_everyone(seed, deputies, teams):
    city = random_city(seed, 14)
    doctor = Role("doctor", ("clinic", "hospital"), ("VM.REG", "AC.PALL"))
    roles = (
        doctor,
        Role(
            "deputy",
            ("clinic", "hospital"),
            ("VM.REG",),
            apart_from=("doctor",) if deputies else (),
        ),
        Role("pharmacy", ("pharmacy",), ("AC.PAIN",)),
    )
    snapshot = make_snapshot(city, codes=CODES)
    answer = find_teams(snapshot, TeamQuestion(HOME, roles, teams=teams), CALENDAR)

    def cost(facility, role):
        said = {claim.code: claim.value for claim in facility.claims}
        values = [said.get(code, "unknown") for code in role.needs]
        place = facility.location
        metres = ORACLE.inv(*KOKURA, place.lon, place.lat)[2]
        weight = {"VM.REG": len(role.needs)}
        unknown = [code for code in role.needs if said.get(code, "unknown") == "unknown"]
        heaviness = sum(weight.get(code, 1) for code in unknown)
        return values.count("no"), 0, heaviness, 3 if unknown else 0, round(metres)

    pools = []
    for role in roles:
        pool = [(f.id, cost(f, role)) for f in city if f.kind in role.kinds]
        nobody = (None, (len(role.needs) + 2, 0, 0, 0, 0))
        pools.append(
            [*pool, nobody] if not pool or (deputies and role.role != "pharmacy") else pool
        )
    expected = sorted(
        tuple(sum(c[key] for _, c in members) for key in range(5))
        for members in itertools.product(*pools)
        if not (deputies and members[0][0] is not None and members[0][0] == members[1][0])
    )[:teams]
    assert [team.cost[:5] for team in answer.teams] == expected
    for team in answer.teams:
        assert not (deputies and team.members[0].row is not None) or (
            team.members[0].row != team.members[1].row
        )


def test_what_is_missing_and_unknown_is_named_and_an_empty_role_stays_open():
    city = [
        make_facility("a", claims=[make_claim("VM.REG"), make_claim("AC.PAIN", "no")]),
    ]
    roles = (
        Role("doctor", ("clinic",), ("VM.REG", "AC.PAIN", "AC.PALL")),
        Role("pharmacy", ("pharmacy",), ("AC.PAIN",)),
    )
    (team,) = find_teams(
        make_snapshot(city, codes=CODES), TeamQuestion(HOME, roles), CALENDAR
    ).teams
    doctor, pharmacy = team.members
    assert (doctor.missing, doctor.unknown) == (("AC.PAIN",), ("AC.PALL",))
    assert pharmacy.row is None
    assert pharmacy.missing == ("AC.PAIN",)


def test_candidates_are_ranked_as_a_search_ranks_them():
    city = random_city(3, 30)
    snapshot = make_snapshot(city, codes=CODES)
    role = Role("doctor", ("clinic", "hospital"), ("VM.REG",))
    answer = find_teams(snapshot, TeamQuestion(HOME, (role,), limit=50), CALENDAR)
    listed = answer.candidates["doctor"].results
    keys = [(("match", "possible", "no").index(r.match), r.distance_m) for r in listed]
    assert keys == sorted(keys)
    assert answer.candidates["doctor"].counts["match"] == sum(r.match == "match" for r in listed)


@pytest.mark.parametrize("apart", [False, True])
def test_twelve_roles_over_a_thousand_facilities_do_not_explode(apart):
    city = [
        make_facility(f"f{n}", (KOKURA[0] + n * 1e-4, KOKURA[1]), [make_claim("VM.REG")])
        for n in range(1_000)
    ]
    names = [f"r{n}" for n in range(12)]
    roles = tuple(
        Role(name, ("clinic",), ("VM.REG",), apart_from=tuple(names[:2]) if apart else ())
        for name in names
    )
    snapshot = make_snapshot(city, codes=CODES)
    began = time.process_time()
    teams = find_teams(snapshot, TeamQuestion(HOME, roles, teams=20), CALENDAR).teams
    assert len(teams) == 20
    assert time.process_time() - began < 5
