"""Reading and writing cases and their candidates; erasing them to counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date

import sqlalchemy as sa

from geoportal.desk.domain.case import Case, Enquiry, State
from geoportal.desk.store.figures import keep_needs
from geoportal.desk.store.schema import case_counts, cases, enquiries, enquiry_counts


def add_case(connection: sa.Connection, case: Case) -> None:
    """Add a case."""
    connection.execute(sa.insert(cases).values(asdict(case) | {"needs": " ".join(case.needs)}))


def find_case(connection: sa.Connection, case_id: str, *, lock: bool = False) -> Case | None:
    """Return a case, None for none; with ``lock`` nobody else changes it meanwhile."""
    query = sa.select(cases).where(cases.c.id == case_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _case(row)


def read_cases(connection: sa.Connection) -> list[Case]:
    """Return all cases, those that were changed last first."""
    order = sa.select(cases).order_by(cases.c.changed_at.desc(), cases.c.id)
    return [_case(row) for row in connection.execute(order)]


def codes_in_use(connection: sa.Connection) -> set[str]:
    """Return the codes of all cases."""
    return set(connection.execute(sa.select(cases.c.code)).scalars())


def set_case_state(connection: sa.Connection, case_id: str, state: str, at: str) -> None:
    """Set how far a case is (`Case.state`), and that it was changed."""
    own = cases.c.id == case_id
    connection.execute(sa.update(cases).where(own).values(state=state, changed_at=at))


def begin_search(connection: sa.Connection, case_id: str, urgency: str, at: str) -> None:
    """Make a stand-by a case that is looked for from a moment on; its days count from there."""
    values = {"state": "open", "urgency": urgency, "created_at": at, "changed_at": at}
    connection.execute(sa.update(cases).where(cases.c.id == case_id).values(values))


def read_enquiries(connection: sa.Connection, case_id: str) -> list[Enquiry]:
    """Return the candidates of a case, in the order they were taken up."""
    own = sa.select(enquiries).where(enquiries.c.case_id == case_id)
    return [_enquiry(row) for row in connection.execute(own.order_by(enquiries.c.facility_id))]


def find_enquiry(connection: sa.Connection, case_id: str, facility_id: str) -> Enquiry | None:
    """Return one candidate of a case, None when it is none."""
    own = (enquiries.c.case_id == case_id) & (enquiries.c.facility_id == facility_id)
    row = connection.execute(sa.select(enquiries).where(own)).one_or_none()
    return None if row is None else _enquiry(row)


def put_enquiry(connection: sa.Connection, enquiry: Enquiry) -> None:
    """Add a candidate of a case, or replace what is held of it."""
    own = (enquiries.c.case_id == enquiry.case_id) & (
        enquiries.c.facility_id == enquiry.facility_id
    )
    values = asdict(enquiry) | {"state": enquiry.state.value}
    asked = int(enquiry.state is State.ASKED)
    changed = connection.execute(
        sa.update(enquiries)
        .where(own)
        .values(values | {"asked_count": enquiries.c.asked_count + asked})
    )
    if not changed.rowcount:
        connection.execute(sa.insert(enquiries).values(values | {"asked_count": asked}))


def answers_elsewhere(
    connection: sa.Connection, facility_ids: Iterable[str], since: str, apart_from: str
) -> list[Enquiry]:
    """Return what facilities said in other cases since a moment, the newest first."""
    said = (State.ACCEPTED.value, State.ON_CONDITION.value, State.DECLINED.value)
    query = (
        sa.select(enquiries)
        .where(
            enquiries.c.facility_id.in_(list(facility_ids)),
            enquiries.c.case_id != apart_from,
            enquiries.c.changed_at >= since,
            enquiries.c.state.in_(said),
        )
        .order_by(enquiries.c.changed_at.desc())
    )
    return [_enquiry(row) for row in connection.execute(query)]


def has_cases_before(connection: sa.Connection, unchanged_since: str) -> bool:
    """Say whether there are cases that nobody has changed since a moment."""
    query = sa.select(cases.c.id).where(cases.c.changed_at < unchanged_since).limit(1)
    return connection.execute(query).first() is not None


def erase_cases(connection: sa.Connection, unchanged_since: str) -> int:
    """Erase the cases nobody has changed since a moment to counts; return how many."""
    old = [
        _case(row)
        for row in connection.execute(
            sa.select(cases).where(cases.c.changed_at < unchanged_since).with_for_update()
        )
    ]
    for case in old:
        own = enquiries.c.case_id == case.id
        rows = connection.execute(sa.select(enquiries).where(own)).all()
        month = case.created_at[:7]
        days = date.fromisoformat(case.changed_at[:10]) - date.fromisoformat(case.created_at[:10])
        key = {
            "month": month, "centre_id": case.centre_id, "ward": case.ward, "kind": case.kind,
            "topic": case.topic, "asker": case.asker, "result": case.state,
        }  # fmt: skip
        calls = sum(row.asked_count for row in rows)
        _add(connection, case_counts, key, {"cases": 1, "calls": calls, "days": days.days})
        said = Counter((row.facility_id, row.state, row.reason) for row in rows)
        for (facility, result, reason), count in said.items():
            key = {"month": month, "facility_id": facility, "result": result, "reason": reason}
            _add(connection, enquiry_counts, key, {"count": count})
        keep_needs(connection, case, [row.reason for row in rows if row.state == State.DECLINED])
        connection.execute(sa.delete(enquiries).where(own))
        connection.execute(sa.delete(cases).where(cases.c.id == case.id))
    return len(old)


def _add(
    connection: sa.Connection, table: sa.Table, key: dict[str, str], counts: dict[str, int]
) -> None:
    own = sa.and_(*(table.c[name] == value for name, value in key.items()))
    more = {name: table.c[name] + count for name, count in counts.items()}
    if not connection.execute(sa.update(table).where(own).values(more)).rowcount:
        connection.execute(sa.insert(table).values({**key, **counts}))


def _case(row: sa.Row[tuple[object, ...]]) -> Case:
    return Case(**{**row._mapping, "needs": tuple(row.needs.split())})


def _enquiry(row: sa.Row[tuple[object, ...]]) -> Enquiry:
    values = {name: value for name, value in row._mapping.items() if name != "asked_count"}
    return Enquiry(**{**values, "state": State(row.state)})
