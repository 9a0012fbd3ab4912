"""Events: training, meetings, lectures."""

from __future__ import annotations

from dataclasses import asdict

import sqlalchemy as sa

from geoportal.desk.domain.event import Event, Sort
from geoportal.desk.domain.ledger import Audience
from geoportal.desk.store.schema import events


def put_event(connection: sa.Connection, event: Event) -> None:
    """Add an event, or replace what is held of it."""
    values = asdict(event) | {"sort": event.sort.value, "audience": event.audience.value}
    own = events.c.id == event.id
    if not connection.execute(sa.update(events).where(own).values(values)).rowcount:
        connection.execute(sa.insert(events).values(values))


def remove_event(connection: sa.Connection, event_id: str) -> None:
    """Remove an event."""
    connection.execute(sa.delete(events).where(events.c.id == event_id))


def read_events(
    connection: sa.Connection, since: str, audience: Audience | None = None
) -> list[Event]:
    """Return the events that end at a moment or later, of an audience or all, soonest first."""
    query = sa.select(events).where(events.c.ends_at >= since)
    if audience is not None:
        query = query.where(events.c.audience == audience.value)
    return [
        Event(**{**row._mapping, "sort": Sort(row.sort), "audience": Audience(row.audience)})
        for row in connection.execute(query.order_by(events.c.starts_at, events.c.id))
    ]
