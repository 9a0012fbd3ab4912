"""Lines of the ledger: added in the transaction that publishes what follows from them."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from geoportal.desk.domain.account import Actor
from geoportal.desk.domain.ledger import Audience, Draft, Entry, Way
from geoportal.desk.domain.terms import read_terms
from geoportal.desk.store.schema import ledger


def lock_ledger(connection: sa.Connection) -> None:
    """Wait until nobody else writes to the ledger; nobody does until the transaction ends."""
    connection.exec_driver_sql("UPDATE desk_public_state SET version = version")


def add_entry(connection: sa.Connection, draft: Draft, actor: Actor, at: str, key: str) -> Entry:
    """Add a line; ``key`` is that of the form it comes from."""
    added = connection.execute(
        sa.insert(ledger).values(
            facility_id=draft.facility_id,
            subject=draft.subject,
            value=draft.value,
            audience=draft.audience.value,
            way=draft.way.value,
            who=draft.who,
            note=draft.note,
            valid_until=draft.valid_until,
            undoes=draft.undoes,
            at=at,
            actor_kind=actor.kind,
            actor_id=actor.id,
            centre_id=actor.centre_id,
            form_key=key,
            terms=draft.terms.written(),
        )
    )
    number = added.inserted_primary_key
    return Entry(int(number[0]) if number else 0, at, actor, draft)


def entries_of(connection: sa.Connection, facility_ids: Iterable[str]) -> list[Entry]:
    """Return all lines of a facility under its ids, present and former, oldest first."""
    query = sa.select(ledger).where(ledger.c.facility_id.in_(list(facility_ids)))
    query = query.order_by(ledger.c.id)
    return [_entry(row) for row in connection.execute(query)]


def entries_after(connection: sa.Connection, number: int) -> list[Entry]:
    """Return the lines of the ledger with a greater id, oldest first; all with 0."""
    query = sa.select(ledger).where(ledger.c.id > number).order_by(ledger.c.id)
    return [_entry(row) for row in connection.execute(query)]


def entry_of_form(connection: sa.Connection, key: str) -> Entry | None:
    """Return the line that a form has become, None when it has not."""
    row = connection.execute(sa.select(ledger).where(ledger.c.form_key == key)).one_or_none()
    return None if row is None else _entry(row)


def _entry(row: sa.Row[tuple[object, ...]]) -> Entry:
    return Entry(
        row.id,
        row.at,
        Actor(row.actor_kind, row.actor_id, row.centre_id),
        Draft(
            row.facility_id,
            row.subject,
            row.value,
            Audience(row.audience),
            Way(row.way),
            row.who,
            row.note,
            row.valid_until,
            row.undoes,
            read_terms(row.terms),
        ),
    )
