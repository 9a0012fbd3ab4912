"""Groups of offices: made, joined, left, ended by staff; shown on the pages of their members.

Each change is in the audit trail with the group before and after, from which it can be read back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from datetime import timedelta

import sqlalchemy as sa

from geoportal.desk.domain.account import Actor
from geoportal.desk.domain.group import MOST_MEMBERS, Group
from geoportal.desk.domain.ledger import Audience
from geoportal.desk.services.desk import Desk
from geoportal.desk.store.audit import record
from geoportal.desk.store.groups import put_group, read_groups
from geoportal.desk.store.ledger import lock_ledger
from geoportal.domain.stand_in import (
    GROUP_SOURCE,
    PROFESSIONAL_GROUP_SOURCE,
    StandInGroup,
)
from geoportal.errors import NotFoundError, UsageError
from geoportal.store.staff_facts import tell_change


def make_group(desk: Desk, actor: Actor, group: Group, *, key: str, is_sure: bool = False) -> Group:
    """Keep a new group; ``key`` is that of the form: sent again it makes no second one.

    Raises
    ------
    UsageError
        When a field cannot be taken; with the field ``group_sure`` when a text looks as if it
        told who a person is, and nobody has said that it may stand.
    """
    group.require_plain()
    if not key or not group.members:
        raise UsageError("a group is made by a form, with a member", "group_name")
    if group.identities() and not is_sure:
        raise UsageError("a text looks as if it named a person", "group_sure")
    made = replace(group, id=hashlib.sha256(key.encode()).hexdigest()[:16])
    with desk.database.writing() as connection:
        lock_ledger(connection)
        if held := read_groups(connection, ids=[made.id]):
            return held[0]
        _write(connection, desk, actor, "group.make", None, made)
    return made


def join(desk: Desk, actor: Actor, group_id: str, facility_id: str, *, leads: bool = False) -> None:
    """Put a facility into a group, at its end; ``leads`` makes it the one that leads.

    Raises
    ------
    NotFoundError
        When there is no such group.
    UsageError
        When the group is full.
    """

    def joined(group: Group) -> Group:
        members = tuple(dict.fromkeys((*group.members, facility_id)))
        if len(members) > MOST_MEMBERS:
            raise UsageError(f"a group has at most {MOST_MEMBERS} members", "group_full")
        return replace(group, members=members, lead=facility_id if leads else group.lead)

    _change(desk, actor, "group.join", group_id, joined)


def leave(desk: Desk, actor: Actor, group_id: str, facility_ids: Iterable[str]) -> None:
    """Take a facility, given by all its ids, out of a group; the last one's leaving removes it.

    Raises
    ------
    NotFoundError
        When there is no such group.
    """
    own = set(facility_ids)

    def left(group: Group) -> Group:
        members = tuple(member for member in group.members if member not in own)
        return replace(group, members=members, lead="" if group.lead in own else group.lead)

    _change(desk, actor, "group.leave", group_id, left)


def end(desk: Desk, actor: Actor, group_id: str) -> None:
    """End a group: yesterday was its last day. Raises `NotFoundError` for none."""
    yesterday = (desk.clock().date() - timedelta(days=1)).isoformat()
    _change(desk, actor, "group.end", group_id, lambda group: replace(group, last_day=yesterday))


def reopen(desk: Desk, actor: Actor, group_id: str) -> None:
    """Take back the end of a group. Raises `NotFoundError` for none."""
    _change(desk, actor, "group.reopen", group_id, lambda group: replace(group, last_day=""))


def groups_of(desk: Desk, facility_ids: Iterable[str]) -> list[Group]:
    """Return all groups of a facility, given by all its ids, also those that have ended."""
    with desk.database.reading() as connection:
        return read_groups(connection, members=facility_ids)


def groups_now(desk: Desk, facility_ids: Iterable[str], audience: Audience) -> list[Group]:
    """Return the groups of a facility that hold today and that an audience is told of.

    Professionals are told of all, the public of the public ones.
    """
    today = desk.clock().date().isoformat()
    return [
        group
        for group in groups_of(desk, facility_ids)
        if group.holds_on(today) and audience in {group.audience, Audience.PROFESSIONAL}
    ]


def all_groups(desk: Desk) -> list[Group]:
    """Return the groups that hold today."""
    today = desk.clock().date().isoformat()
    with desk.database.reading() as connection:
        return [group for group in read_groups(connection) if group.holds_on(today)]


def groups_for_staff(desk: Desk) -> tuple[StandInGroup, ...]:
    """Return all groups, those that have ended too, as answers to staff take them up."""
    with desk.database.reading() as connection:
        held = read_groups(connection)
    return tuple(
        StandInGroup(
            group.sort.value,
            group.name,
            group.members,
            GROUP_SOURCE if group.audience is Audience.PUBLIC else PROFESSIONAL_GROUP_SOURCE,
            group.changed_at[:10],
            group.last_day,
        )
        for group in held
    )


def _change(
    desk: Desk, actor: Actor, action: str, group_id: str, changed: Callable[[Group], Group]
) -> None:
    with desk.database.writing() as connection:
        lock_ledger(connection)
        held = read_groups(connection, ids=[group_id]) if group_id else []
        if not held:
            raise NotFoundError("there is no such group")
        after = changed(held[0])
        if after != held[0]:
            _write(connection, desk, actor, action, held[0], after)


def _write(
    connection: sa.Connection,
    desk: Desk,
    actor: Actor,
    action: str,
    before: Group | None,
    after: Group,
) -> None:
    kept = replace(after, changed_at=desk.now_at)
    put_group(connection, kept)
    if Audience.PUBLIC in {kept.audience, before.audience if before else kept.audience}:
        tell_change(connection, f"group {kept}", desk.clock().timestamp())
    was = asdict(before) if before else None
    subject = ("group", kept.id)
    record(connection, desk.clock(), actor, action, subject, before=was, after=asdict(kept))
