"""A whole team around one home: for each role who could fill it, and the best complete teams.

Order of teams (公平性, the same for everyone):

1. fewest needs missing: needs that a member refuses (being closed at the time asked for counts as
   one), summed over the roles; a role that stays open counts two more than all its needs;
2. least unknown, in the weights of a search (`geoportal.search.standing`: a visit before all else;
   not knowing whether it is open counts one);
3. most plausible by public facts, as in a search;
4. shortest total distance, each rounded to 1 m;
5. the sum of the members' numbers in the draw of the day.

A role stays open when no facility within the radius can fill it; one that must be filled by another
facility than some other role may also stay open when the only candidate fills that one.

Every key is a sum over the members, so the best member for a role does not depend on the others
unless two roles must be filled by different facilities. The teams listed are proved to be the
best ones: a team among the best k of r roles never needs a candidate beyond the first k + r - 1
of a role (each better candidate makes a better team unless another role holds it), and among
those a best-first search with an optimistic bound yields teams in order, one after the other,
without ever listing all combinations.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np

from geoportal.domain.consultation import Role
from geoportal.domain.district import District
from geoportal.domain.hours import OpeningCalendar
from geoportal.domain.query import Query
from geoportal.index.claims import unpack_masks
from geoportal.index.snapshot import Snapshot
from geoportal.search.answer import Answer, Result, opening_statuses, result_at, search
from geoportal.search.filters import find
from geoportal.search.match import MATCH, NO, NOT_APPLICABLE, POSSIBLE, bands
from geoportal.search.rank import daily_draw
from geoportal.search.standing import standing
from geoportal.search.visiting import home_of

Cost = tuple[int, int, int, int, int]
"""Needs missing, weight of what is unknown, implausibility, metres, draw."""

_NOTHING: Cost = (0, 0, 0, 0, 0)

MAX_ROLES = 12
MAX_APART = 5
"""Roles that must not share a member: the search among these grows with their permutations."""
MAX_TEAMS = 20


@dataclass(frozen=True, slots=True)
class Candidate:
    """A facility that could fill a role, or nobody.

    Attributes
    ----------
    row : int or None
        Row of the snapshot; None for nobody.
    cost : tuple of int
        See `Cost`.
    missing, unknown : tuple of str
        Needs refused, and needs not known.
    """

    row: int | None
    cost: Cost
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Team:
    """One member per role, in the order of the roles, and what the team costs in all."""

    members: tuple[Candidate, ...]
    cost: Cost


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
    each member, by role and row.
    """

    question: TeamQuestion
    home: District | None
    candidates: dict[str, Answer]
    teams: tuple[Team, ...]
    members: dict[tuple[str, int], Result]


def find_teams(snapshot: Snapshot, question: TeamQuestion, calendar: OpeningCalendar) -> TeamAnswer:
    """Return who could fill each role and the best teams around the origin of the question."""
    queries = {role.role: _query(question, role) for role in question.roles}
    enough = question.teams + len(question.roles) - 1
    pools = [
        candidates(snapshot, queries[role.role], role, calendar, enough) for role in question.roles
    ]
    apart = _apart(question.roles)
    for number, (pool, role) in enumerate(zip(pools, question.roles, strict=True)):
        if not pool or number in apart:
            nobody = (len(role.needs) + 2, 0, 0, 0, 0)
            pool.append(Candidate(None, nobody, missing=role.needs))
    home = home_of(snapshot, question.query)
    teams = tuple(islice(best_teams(pools, apart), question.teams))
    return TeamAnswer(
        question=question,
        home=home,
        candidates={name: search(snapshot, asked, calendar) for name, asked in queries.items()},
        teams=teams,
        members={
            (role.role, member.row): _member(
                snapshot, queries[role.role], home=home, calendar=calendar, member=member
            )
            for team in teams
            for role, member in zip(question.roles, team.members, strict=True)
            if member.row is not None
        },
    )


def _member(
    snapshot: Snapshot,
    query: Query,
    *,
    home: District | None,
    calendar: OpeningCalendar,
    member: Candidate,
) -> Result:
    """Return the result of a member, who is somebody."""
    row = -1 if member.row is None else member.row
    missing, unknown, _, metres, _ = member.cost
    return result_at(
        snapshot,
        query,
        home,
        row=row,
        band=NO if missing else POSSIBLE if unknown else MATCH,
        distance=float(metres),
        open_at=opening_statuses(snapshot, query, calendar, np.array([row]))[0],
    )


def candidates(
    snapshot: Snapshot, query: Query, role: Role, calendar: OpeningCalendar, enough: int
) -> list[Candidate]:
    """Return the best ``enough`` candidates for a role by the order of teams, best first."""
    reachable = find(snapshot, replace(query, needs=()), calendar)
    reachable = reachable.take(bands(snapshot, reachable.rows, role.needs) != NOT_APPLICABLE)
    if reachable.distances is None or reachable.rows.size == 0:
        return []
    codes = len(snapshot.vocabulary)
    positions = [snapshot.vocabulary.position(code) for code in role.needs]
    no = unpack_masks(snapshot.columns.no[reachable.rows], codes)[:, positions]
    yes = unpack_masks(snapshot.columns.yes[reachable.rows], codes)[:, positions]
    opening = reachable.bands  # needs are left out: the band is that of the time asked for
    missing = no.sum(axis=1) + (opening == NO)
    asked = np.full(reachable.rows.size, POSSIBLE, dtype=np.int8)
    place = standing(snapshot, reachable.rows, asked, role.needs)
    unknown = place.unknown + (opening == POSSIBLE)
    metres = np.rint(reachable.distances).astype(np.int64)
    draws = daily_draw(snapshot.columns.tie_keys[reachable.rows], snapshot.today)
    first = np.lexsort((draws, metres, place.level, unknown, missing))[:enough]
    return [
        Candidate(
            row=int(reachable.rows[i]),
            cost=(
                *(int(missing[i]), int(unknown[i]), int(place.level[i])),
                *(int(metres[i]), int(draws[i])),
            ),
            missing=tuple(c for c, refused in zip(role.needs, no[i], strict=True) if refused),
            unknown=tuple(
                code for code, stated in zip(role.needs, yes[i] | no[i], strict=True) if not stated
            ),
        )
        for i in first
    ]


def best_teams(
    pools: Sequence[Sequence[Candidate]], apart: Mapping[int, frozenset[int]]
) -> Iterator[Team]:
    """Yield all teams from pools of candidates (one per role, best first, not empty), best first.

    ``apart`` gives for a role the roles that must be filled by someone else (both ways).
    """
    # What the roles not yet filled cost at the least: an optimistic bound, so the first full team
    # to come off the heap is the best one left.
    rest: list[Cost] = [_NOTHING]
    for pool in reversed(pools):
        rest.append(_plus(rest[-1], pool[0].cost))
    rest.reverse()
    heap: list[_Branch] = [_Branch(rest[0])]
    while heap:
        branch = heapq.heappop(heap)
        depth = len(branch.chosen)
        if depth == len(pools):
            members = tuple(pools[i][n] for i, n in enumerate(branch.chosen))
            yield Team(members, branch.spent)
            continue
        for following in _branches(branch, pools, rest, apart):
            heapq.heappush(heap, following)


@dataclass(order=True, slots=True)
class _Branch:
    """Members chosen for the first roles; ``bound`` is what a team with them costs at least.

    ``first`` is the candidate from which the next role is to be tried: until it is expanded, a
    branch stands for all its later siblings.
    """

    bound: Cost
    chosen: tuple[int, ...] = ()
    first: int = 0
    spent: Cost = field(default=_NOTHING, compare=False)


def _branches(
    branch: _Branch,
    pools: Sequence[Sequence[Candidate]],
    rest: Sequence[Cost],
    apart: Mapping[int, frozenset[int]],
) -> Iterator[_Branch]:
    """Yield the branch with its next allowed candidate, and the branch for those after it."""
    depth = len(branch.chosen)
    pool = pools[depth]
    barred = {
        pools[other][branch.chosen[other]].row for other in apart.get(depth, ()) if other < depth
    } - {None}
    number = next(
        (n for n in range(branch.first, len(pool)) if pool[n].row not in barred), len(pool)
    )
    if number == len(pool):
        return
    spent = _plus(branch.spent, pool[number].cost)
    yield _Branch(_plus(spent, rest[depth + 1]), (*branch.chosen, number), 0, spent)
    if number + 1 < len(pool):
        bound = _plus(_plus(branch.spent, pool[number + 1].cost), rest[depth + 1])
        yield _Branch(bound, branch.chosen, number + 1, branch.spent)


def _plus(left: Cost, right: Cost) -> Cost:
    a, b, c, d, e = (one + other for one, other in zip(left, right, strict=True))
    return a, b, c, d, e


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
