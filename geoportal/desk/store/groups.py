"""Groups of offices, and their members."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from geoportal.desk.domain.group import Group, Sort
from geoportal.desk.domain.ledger import Audience
from geoportal.desk.store.schema import group_members, groups

_FIELDS = ("id", "sort", "name", "audience", "lead", "note", "last_day", "changed_at")


def put_group(connection: sa.Connection, group: Group) -> None:
    """Add a group, or replace what is held of it; one without members is removed."""
    own = groups.c.id == group.id
    connection.execute(sa.delete(group_members).where(group_members.c.group_id == group.id))
    if not group.members:
        connection.execute(sa.delete(groups).where(own))
        return
    values = {name: str(getattr(group, name)) for name in _FIELDS}
    if not connection.execute(sa.update(groups).where(own).values(values)).rowcount:
        connection.execute(sa.insert(groups).values(values))
    rows = [
        {"group_id": group.id, "facility_id": member, "place": place}
        for place, member in enumerate(group.members)
    ]
    connection.execute(sa.insert(group_members), rows)


def read_groups(
    connection: sa.Connection, *, ids: Iterable[str] = (), members: Iterable[str] = ()
) -> list[Group]:
    """Return groups by id: those given, those of which one of some facilities is a member, or all.

    Members are in the order they were put in.
    """
    query = sa.select(groups).order_by(groups.c.sort, groups.c.name, groups.c.id)
    if wanted := list(ids):
        query = query.where(groups.c.id.in_(wanted))
    if facilities := list(members):
        own = sa.select(group_members.c.group_id)
        query = query.where(groups.c.id.in_(own.where(group_members.c.facility_id.in_(facilities))))
    found = connection.execute(query).all()
    held: dict[str, list[str]] = {row.id: [] for row in found}
    if held:
        inside = sa.select(group_members).where(group_members.c.group_id.in_(list(held)))
        for row in connection.execute(inside.order_by(group_members.c.place)):
            held[row.group_id].append(row.facility_id)
    return [
        Group(
            **{
                **row._mapping,
                "sort": Sort(row.sort),
                "audience": Audience(row.audience),
                "members": tuple(held[row.id]),
            }
        )
        for row in found
    ]
