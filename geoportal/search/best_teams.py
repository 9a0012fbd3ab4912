"""The best teams: members for each role, in the order of what the team costs.

Every key of a cost is a sum over the members, so the best member for a role does not depend on the
others unless two roles must be filled by different facilities. The teams listed are proved to be
the best ones: a team among the best k of r roles never needs a candidate beyond the first k + r - 1
of a role (each better candidate makes a better team unless another role holds it), and among
those a best-first search with an optimistic bound yields teams in order, one after the other,
without ever listing all combinations.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple


class Cost(NamedTuple):
    """Keys of the order of teams, the first first; each is a sum over the members.

    Attributes
    ----------
    missing : int
        Needs refused.
    elsewhere : int
        Members known only from a source that the home's municipality lacks.
    unknown : int
        Weight of what is not known.
    implausibility : int
    metres : int
    draw : int
        Of the day.
    """

    missing: int = 0
    elsewhere: int = 0
    unknown: int = 0
    implausibility: int = 0
    metres: int = 0
    draw: int = 0

    def plus(self, other: Cost) -> Cost:
        """Return the sum of two costs, key by key."""
        return Cost(*(one + more for one, more in zip(self, other, strict=True)))


_NOTHING: Final = Cost()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A facility that could fill a role, or nobody.

    Attributes
    ----------
    row : int or None
        Row of the snapshot; None for nobody.
    cost : Cost
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
        rest.append(rest[-1].plus(pool[0].cost))
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
    spent = branch.spent.plus(pool[number].cost)
    yield _Branch(spent.plus(rest[depth + 1]), (*branch.chosen, number), 0, spent)
    if number + 1 < len(pool):
        bound = branch.spent.plus(pool[number + 1].cost).plus(rest[depth + 1])
        yield _Branch(bound, branch.chosen, number + 1, branch.spent)
