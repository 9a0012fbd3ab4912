"""A whole team around one home: for each role who could fill it, and the best complete teams.

Order of teams (公平性, the same for everyone):

1. fewest needs missing: needs that a member refuses (being closed at the time asked for counts as
   one), summed over the roles; a role that stays open counts two more than all its needs;
2. fewest members known only from a source that the home's municipality lacks
   (`geoportal.search.completeness`), as in a search;
3. least unknown, in the weights of a search (`geoportal.search.standing`: a visit before all else;
   not knowing whether it is open counts one);
4. most plausible by public facts, as in a search;
5. shortest total distance, each rounded to 1 m;
6. the sum of the members' numbers in the draw of the day.

A role stays open when no facility within the radius can fill it; one that must be filled by another
facility than some other role may also stay open when the only candidate fills that one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from geoportal.domain.consultation import Role
from geoportal.domain.district import District
from geoportal.domain.hours import OpeningCalendar
from geoportal.domain.query import Query
from geoportal.index.snapshot import Snapshot
from geoportal.search.answer import Answer, search_from
from geoportal.search.best_teams import Candidate, Cost, Team, best_teams
from geoportal.search.completeness import answered_elsewhere, asked_of
from geoportal.search.driving import Drives, Engine, drives_home, roads_state
from geoportal.search.filters import find
from geoportal.search.match import MATCH, NO, NOT_APPLICABLE, POSSIBLE, stated
from geoportal.search.rank import daily_draw
from geoportal.search.results import Result, results_of
from geoportal.search.standing import standing
from geoportal.search.visiting import home_code, home_of

MAX_ROLES = 12
MAX_APART = 5
"""Roles that must not share a member: the search among these grows with their permutations."""
MAX_TEAMS = 20


@dataclass(frozen=True, slots=True)
class TeamQuestion:
    """A home, the roles to fill, and how much of the answer is wanted.

    Attributes
    ----------
    query : Query
        Origin, radius and time; kinds and needs are the roles' own.
    roles : tuple of Role
        Distinct names, at most `MAX_ROLES`.
    limit : int
        Candidates listed per role.
    teams : int
        Teams listed, at most `MAX_TEAMS`.
    """

    query: Query
    roles: tuple[Role, ...]
    limit: int = 5
    teams: int = 3


@dataclass(frozen=True, slots=True)
class TeamAnswer:
    """For each role its ranked candidates as in a search; then the best teams in order.

    ``home`` is the municipality or ward that covers the origin; ``members`` holds what is shown of
    each member, by role and row; ``roads`` whether there are times of driving to the home, see
    `geoportal.search.driving`.
    """

    question: TeamQuestion
    home: District | None
    candidates: dict[str, Answer]
    teams: tuple[Team, ...]
    members: dict[tuple[str, int], Result]
    roads: str = ""


def find_teams(
    snapshot: Snapshot,
    question: TeamQuestion,
    calendar: OpeningCalendar,
    engine: Engine | None = None,
) -> TeamAnswer:
    """Return who could fill each role and the best teams around the origin of the question.

    ``engine`` is asked for minutes by road in place of the roads held.
    """
    queries = {role.role: _query(question, role) for role in question.roles}
    enough = question.teams + len(question.roles) - 1
    home = home_of(snapshot, question.query)
    drives = drives_home(snapshot, question.query, engine)
    pools = [
        candidates(snapshot, queries[role.role], role, calendar, home=home, enough=enough)
        for role in question.roles
    ]
    apart = _apart(question.roles)
    for number, (pool, role) in enumerate(zip(pools, question.roles, strict=True)):
        if not pool or number in apart:
            nobody = Cost(missing=len(role.needs) + 2)
            pool.append(Candidate(None, nobody, missing=role.needs))
    teams = tuple(islice(best_teams(pools, apart), question.teams))
    return TeamAnswer(
        question=question,
        home=home,
        candidates={
            name: search_from(snapshot, asked, calendar, home, engine)
            for name, asked in queries.items()
        },
        teams=teams,
        members={
            (role.role, member.row): _member(
                snapshot,
                queries[role.role],
                home=home,
                calendar=calendar,
                member=member,
                drives=drives,
            )
            for team in teams
            for role, member in zip(question.roles, team.members, strict=True)
            if member.row is not None
        },
        roads=roads_state(question.query, drives),
    )


def _member(
    snapshot: Snapshot,
    query: Query,
    *,
    home: District | None,
    calendar: OpeningCalendar,
    member: Candidate,
    drives: Drives | None,
) -> Result:
    """Return the result of a member, who is somebody."""
    row = -1 if member.row is None else member.row
    cost = member.cost
    band = NO if cost.missing else POSSIBLE if cost.unknown else MATCH
    (result,) = results_of(
        snapshot,
        query,
        calendar,
        home,
        np.array([row]),
        np.array([band], dtype=np.int8),
        np.array([float(cost.metres)]),
        apart=np.array([bool(cost.elsewhere)]),
        drives=drives,
    )
    return result


def candidates(
    snapshot: Snapshot,
    query: Query,
    role: Role,
    calendar: OpeningCalendar,
    *,
    home: District | None,
    enough: int,
) -> list[Candidate]:
    """Return the best ``enough`` candidates for a role by the order of teams, best first.

    ``home`` is what `geoportal.search.visiting.home_of` returns.
    """
    reachable = find(snapshot, replace(query, needs=()), calendar)
    known = stated(snapshot, reachable.rows, role.needs)
    about = np.flatnonzero(known.bands() != NOT_APPLICABLE)
    reachable, known = reachable.take(about), known.take(about)
    if reachable.distances is None or reachable.rows.size == 0:
        return []
    yes, no = known.yes, known.no
    opening = reachable.bands  # needs are left out: the band is that of the time asked for
    missing = no.sum(axis=1) + (opening == NO)
    asked = np.full(reachable.rows.size, POSSIBLE, dtype=np.int8)
    place = standing(snapshot, reachable.rows, asked, known)
    unknown = place.unknown + (opening == POSSIBLE)
    metres = np.rint(reachable.distances).astype(np.int64)
    draws = daily_draw(snapshot.columns.tie_keys[reachable.rows], snapshot.today)
    flags = answered_elsewhere(snapshot, home_code(query, home), reachable.rows, asked_of(query))
    apart = np.zeros(reachable.rows.size, dtype=bool) if flags is None else flags
    first = np.lexsort((draws, metres, place.level, unknown, apart, missing))[:enough]
    return [
        Candidate(
            row=int(reachable.rows[i]),
            cost=Cost(
                int(missing[i]),
                int(apart[i]),
                int(unknown[i]),
                int(place.level[i]),
                int(metres[i]),
                int(draws[i]),
            ),
            missing=tuple(c for c, refused in zip(role.needs, no[i], strict=True) if refused),
            unknown=tuple(
                code for code, stated in zip(role.needs, yes[i] | no[i], strict=True) if not stated
            ),
        )
        for i in first
    ]


def _query(question: TeamQuestion, role: Role) -> Query:
    return replace(
        question.query,
        kinds=role.kinds,
        needs=role.needs,
        radius_m=role.radius_m or question.query.radius_m,
        limit=question.limit,
        offset=0,
    )


def _apart(roles: Sequence[Role]) -> dict[int, frozenset[int]]:
    """Return for each role the numbers of the roles that must not share its member."""
    numbers = {role.role: i for i, role in enumerate(roles)}
    pairs = {
        pair
        for i, role in enumerate(roles)
        for other in role.apart_from
        if other in numbers and numbers[other] != i
        for pair in ((i, numbers[other]), (numbers[other], i))
    }
    numbered = {a for a, _ in pairs}
    return {i: frozenset(b for a, b in pairs if a == i) for i in sorted(numbered)}
