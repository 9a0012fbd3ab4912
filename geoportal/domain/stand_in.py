"""Groups of offices that stand in for one another, as answers take them up.

Staff enter them (`geoportal.desk.domain.group`). A group that answers round the clock gives its
members a fact that is not their own: that they do so together. It has a source of its own, by
which it is told from what a facility does alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from geoportal.domain.claim import Claim
from geoportal.domain.facility import Facility
from geoportal.domain.vocabulary import Vocabulary

GROUP_SOURCE: Final = "desk_group"
"""The source of what a facility does through a group that the public is told of."""
PROFESSIONAL_GROUP_SOURCE: Final = "desk_staff_group"
"""The same of a group that professionals only are told of; in no answer to the public."""
GROUP_SOURCES: Final = frozenset({GROUP_SOURCE, PROFESSIONAL_GROUP_SOURCE})
AROUND_CLOCK: Final = "around_clock"
"""The sort of the groups that answer by day and by night."""
ROUND_CLOCK_NEEDS: Final = ("VM.24DR", "VM.24TEL", "VM.24VN")
"""What such a group gives those of its members that the need is about."""
FILED_WITH_OTHERS: Final = frozenset({"ST.ZS2", "ST.ZS3", "ST.ZH2", "ST.ZH3"})
"""Filings of 24 hours with which others may help: 連携型の機能強化型 and the plain 在支診・在支病
(特掲診療料の施設基準等 別添1の第9, 第14の2). Who the others are is told by a group alone."""
_DOCTORS: Final = ("clinic", "hospital")
_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class StandInGroup:
    """A group, for one audience.

    Attributes
    ----------
    sort : str
        `AROUND_CLOCK`, or of those that help one another out.
    name : str
        Empty where it has none.
    members : tuple of str
        Ids of facilities, in order.
    source : str
        One of `GROUP_SOURCES`.
    as_of : str
        ISO date, when staff last wrote it.
    last_day : str
        ISO date, empty while no end is known.
    """

    sort: str
    name: str
    members: tuple[str, ...]
    source: str
    as_of: str
    last_day: str = ""


def groups_on(
    groups: Iterable[StandInGroup], day: str, redirects: Mapping[str, str]
) -> list[StandInGroup]:
    """Return the groups that hold on a day (ISO date), with the present ids of their members."""
    return [
        replace(
            one,
            members=tuple(dict.fromkeys(redirects.get(member, member) for member in one.members)),
        )
        for one in groups
        if not one.last_day or one.last_day >= day
    ]


def stand_ins(groups: Iterable[StandInGroup]) -> dict[str, tuple[str, ...]]:
    """Return for each member of a group the others, each once, in the order of the groups."""
    found: dict[str, dict[str, None]] = {}
    for group in groups:
        for member in group.members:
            others = (one for one in group.members if one != member)
            found.setdefault(member, {}).update(dict.fromkeys(others))
    return {member: tuple(others) for member, others in found.items() if others}


def group_claims(
    groups: Iterable[StandInGroup],
    known: Callable[[str], Facility | None],
    vocabulary: Vocabulary,
) -> dict[str, tuple[Claim, ...]]:
    """Return what members of groups do through them round the clock, by facility.

    Only an open member with another of its trade in the group (doctors, visiting nursing,
    pharmacies) does so: a clinic does not visit at night because a nursing station does. The note
    names the others. ``known`` returns a facility by its id, None for none.
    """
    claims: dict[str, list[Claim]] = {}
    for group in groups:
        if group.sort != AROUND_CLOCK:
            continue
        found = [known(member) for member in group.members]
        members = [one for one in found if one is not None and one.status == "open"]
        for member in members:
            others = [
                one.name
                for one in members
                if one.id != member.id and _trade(one.kind) == _trade(member.kind)
            ]
            if not others:
                continue
            note = _note(group.name, others)
            claims.setdefault(member.id, []).extend(
                Claim(code, "yes", "confirmed", group.source, group.as_of, group.last_day, note)
                for code in ROUND_CLOCK_NEEDS
                if code in vocabulary and vocabulary.applies_to(code, member.kind)
            )
    return {member: tuple(own) for member, own in claims.items() if own}


def _trade(kind: str) -> str:
    return _DOCTORS[0] if kind in _DOCTORS else kind


def _note(name: str, others: list[str]) -> str:
    listed = "、".join(others[:_NAMED])
    more = f"ほか {len(others) - _NAMED} か所" if len(others) > _NAMED else ""
    group = f"「{name}」" if name else ""
    return f"グループ{group}の連携で24時間（単独ではない）。連携先：{listed}{more}"
