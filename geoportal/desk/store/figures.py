"""Counts of cases and asks: of those on the board, and of what erased ones left."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import sqlalchemy as sa

from geoportal.desk.domain.case import Case, State
from geoportal.desk.domain.figures import AskCount, CaseCount, NeedCount
from geoportal.desk.store.schema import (
    case_counts,
    cases,
    enquiries,
    enquiry_counts,
    need_counts,
)

Rows = Sequence[sa.Row[tuple[object, ...]]]


def keep_needs(connection: sa.Connection, case: Case, declined: Iterable[str]) -> None:
    """Count the needs of a case that is erased: its result, and why offices declined."""
    found = Counter(
        (case.created_at[:7], case.ward, need, result, reason)
        for need in case.needs
        for result, reason in (
            (case.state, ""),
            *((State.DECLINED.value, reason) for reason in declined),
        )
    )
    table = need_counts.c
    for key, count in found.items():
        values = dict(zip(("month", "ward", "need", "result", "reason"), key, strict=True))
        own = sa.and_(*(table[name] == value for name, value in values.items()))
        more = {"count": table["count"] + count}
        if not connection.execute(sa.update(need_counts).where(own).values(more)).rowcount:
            connection.execute(sa.insert(need_counts).values({**values, "count": count}))


def read_counts(
    connection: sa.Connection,
) -> tuple[list[CaseCount], list[NeedCount], list[AskCount]]:
    """Return the counts of all cases, of their needs, and of the facilities asked for them."""
    held = connection.execute(sa.select(cases)).all()
    asked: defaultdict[str, list[sa.Row[tuple[object, ...]]]] = defaultdict(list)
    for row in connection.execute(sa.select(enquiries)):
        asked[row.case_id].append(row)
    of_cases, of_needs, of_asks = _erased(connection)
    for row in held:
        month, own = row.created_at[:7], asked[row.id]
        of_cases.append(
            CaseCount(
                month, row.centre_id, row.ward, row.kind, row.topic, row.asker, row.state,
                1, sum(one.asked_count for one in own), _days(row.created_at, row.changed_at),
            )
        )  # fmt: skip
        declined = [one.reason for one in own if one.state == State.DECLINED.value]
        for need in row.needs.split():
            of_needs.append(NeedCount(month, row.ward, need, row.state, "", 1))
            of_needs += _refusals(month, row.ward, need, declined)
        of_asks += [
            AskCount(month, one.facility_id, one.state, one.reason, 1, one.asked_count)
            for one in own
        ]
    return of_cases, of_needs, of_asks


def _erased(
    connection: sa.Connection,
) -> tuple[list[CaseCount], list[NeedCount], list[AskCount]]:
    of_cases = [CaseCount(**row._mapping) for row in connection.execute(sa.select(case_counts))]
    of_needs = [NeedCount(**row._mapping) for row in connection.execute(sa.select(need_counts))]
    of_asks = [
        AskCount(
            row.month, row.facility_id, row.result, row.reason, row._mapping["count"],
            0 if row.result == State.TO_ASK.value else row._mapping["count"],
        )
        for row in connection.execute(sa.select(enquiry_counts))
    ]  # fmt: skip
    return of_cases, of_needs, of_asks


def _refusals(month: str, ward: str, need: str, declined: list[str]) -> Iterator[NeedCount]:
    for reason, count in Counter(declined).items():
        yield NeedCount(month, ward, need, State.DECLINED.value, reason, count)


def _days(begun: str, ended: str) -> int:
    return (date.fromisoformat(ended[:10]) - date.fromisoformat(begun[:10])).days
