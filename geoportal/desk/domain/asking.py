"""Whom to ask first: the shortest fair sequence of calls until somebody probably says yes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

ENOUGH: Final = 0.9
"""Chance that one of a sequence says yes, at which it is long enough."""
MOST_CALLS: Final = 8
_BAND: Final = 0.1
"""Chances this close are the same to who asks; the less asked goes first."""
_LIKELY: Final = 0.25
_LEFT_BEHIND: Final = 0.8
"""An office that is not unlikely and was asked less than this share of what the likeliest was goes
before it: an equal of which nothing is known yet would else never be asked."""


@dataclass(frozen=True, slots=True)
class Callee:
    """An office that could be asked.

    Attributes
    ----------
    facility_id : str
    chance : float
        That it says yes, 0 to 1.
    asked : int
        How often it was asked lately, for whatever.
    draw : float
        0 to 1, another each day; decides among offices that are equal in all else.
    """

    facility_id: str
    chance: float
    asked: int
    draw: float


@dataclass(frozen=True, slots=True)
class Sequence:
    """Whom to ask in turn, and the chance that one of them says yes."""

    callees: tuple[Callee, ...]
    chance: float


def sequence_of(callees: Iterable[Callee], *, enough: float = ENOUGH) -> Sequence:
    """Return the sequence: likely ones first, among those as likely the one asked least.

    One office that was left behind may come before them. The sequence ends when the chance that one
    says yes, taken as independent, is ``enough``, or after `MOST_CALLS`.
    """
    chosen: list[Callee] = []
    no = 1.0
    for callee in _in_turn(callees):
        if len(chosen) >= MOST_CALLS or 1 - no >= enough:
            break
        chosen.append(callee)
        no *= 1 - callee.chance
    return Sequence(tuple(chosen), 1 - no)


def _in_turn(callees: Iterable[Callee]) -> list[Callee]:
    turn = sorted(callees, key=_turn)
    behind = [
        one for one in turn if one.chance >= _LIKELY and one.asked < _LEFT_BEHIND * turn[0].asked
    ]
    if behind:
        first = min(behind, key=lambda one: (one.asked, *_turn(one)))
        turn.remove(first)
        turn.insert(0, first)
    return turn


def _turn(callee: Callee) -> tuple[int, int, float, str]:
    return (-round(callee.chance / _BAND), callee.asked, callee.draw, callee.facility_id)
