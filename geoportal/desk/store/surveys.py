"""Survey rounds, the offices asked, and their answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict

import sqlalchemy as sa

from geoportal.desk.domain.account import Actor
from geoportal.desk.domain.ledger import Audience
from geoportal.desk.domain.survey import CameBy, Given, Invitation, Round
from geoportal.desk.store.schema import survey_answers, survey_offices, survey_rounds

_LISTS = ("kinds", "wards", "questions")


def add_round(connection: sa.Connection, made: Round, offices: Iterable[Invitation]) -> None:
    """Add a round with the offices it asks."""
    values = asdict(made) | {name: " ".join(getattr(made, name)) for name in _LISTS}
    connection.execute(sa.insert(survey_rounds).values(values))
    rows = [asdict(office) | {"code_key": ""} for office in offices]
    if rows:
        connection.execute(sa.insert(survey_offices), rows)


def read_rounds(connection: sa.Connection) -> list[Round]:
    """Return all rounds, newest first."""
    order = sa.select(survey_rounds).order_by(survey_rounds.c.created_at.desc(), survey_rounds.c.id)
    return [_round(row) for row in connection.execute(order)]


def find_round(connection: sa.Connection, round_id: str) -> Round | None:
    """Return a round, None for none."""
    query = sa.select(survey_rounds).where(survey_rounds.c.id == round_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else _round(row)


def close_round(connection: sa.Connection, round_id: str, at: str) -> None:
    """Say since when a round has ended."""
    own = (survey_rounds.c.id == round_id) & (survey_rounds.c.closed_at == "")
    connection.execute(sa.update(survey_rounds).where(own).values(closed_at=at))


def read_offices(connection: sa.Connection, round_id: str) -> list[Invitation]:
    """Return the offices of a round."""
    query = sa.select(survey_offices).where(survey_offices.c.round_id == round_id)
    order = query.order_by(
        survey_offices.c.ward, survey_offices.c.kind, survey_offices.c.facility_id
    )
    return [_office(row) for row in connection.execute(order)]


def find_office(
    connection: sa.Connection,
    *,
    of: tuple[str, str] | None = None,
    link_id: str = "",
    code_key: str = "",
) -> Invitation | None:
    """Return one office by round and facility, by its link or by its code; None for none."""
    table = survey_offices.c
    own: sa.ColumnElement[bool]
    if of is not None:
        own = (table.round_id == of[0]) & (table.facility_id == of[1])
    elif link_id:
        own = table.link_id == link_id
    elif code_key:
        own = table.code_key == code_key
    else:
        return None
    row = connection.execute(sa.select(survey_offices).where(own)).first()
    return None if row is None else _office(row)


def change_office(connection: sa.Connection, office: Invitation, **values: object) -> None:
    """Set columns of an office."""
    table = survey_offices.c
    own = (table.round_id == office.round_id) & (table.facility_id == office.facility_id)
    connection.execute(sa.update(survey_offices).where(own).values(**values))


def lock_office(connection: sa.Connection, office: Invitation) -> None:
    """Wait until nobody else writes of an office; nobody does until the transaction ends."""
    change_office(connection, office, kind=survey_offices.c.kind)


def add_answers(connection: sa.Connection, answers: Sequence[Given], actor: Actor) -> None:
    """Add the answers of one submission."""
    rows = [
        {name: value for name, value in asdict(answer).items() if name != "id"}
        | {"audience": answer.audience.value, "came_by": answer.came_by.value}
        | {"actor_kind": actor.kind, "actor_id": actor.id, "decided_by": "", "decided_at": ""}
        for answer in answers
    ]
    connection.execute(sa.insert(survey_answers), rows)


def has_submission(connection: sa.Connection, submission: str) -> bool:
    """Say whether a form has been taken already."""
    own = survey_answers.c.submission == submission
    query = sa.select(sa.literal(1)).where(own).limit(1)
    return connection.execute(query).first() is not None


def read_answers(connection: sa.Connection, round_id: str, facility_id: str = "") -> list[Given]:
    """Return the answers of a round, or of one office in it, in the order they came."""
    query = sa.select(survey_answers).where(survey_answers.c.round_id == round_id)
    if facility_id:
        query = query.where(survey_answers.c.facility_id == facility_id)
    return [_answer(row) for row in connection.execute(query.order_by(survey_answers.c.id))]


def decide_answers(
    connection: sa.Connection, ids: Iterable[int], state: str, actor: Actor, at: str
) -> None:
    """Set what became of answers that wait."""
    own = survey_answers.c.id.in_(list(ids)) & (survey_answers.c.state == "waiting")
    values = {"state": state, "decided_by": actor.id, "decided_at": at}
    connection.execute(sa.update(survey_answers).where(own).values(values))


def _round(row: sa.Row[tuple[object, ...]]) -> Round:
    values = dict(row._mapping)
    return Round(**values | {name: tuple(values[name].split()) for name in _LISTS})


def _office(row: sa.Row[tuple[object, ...]]) -> Invitation:
    return Invitation(**{name: value for name, value in row._mapping.items() if name != "code_key"})


def _answer(row: sa.Row[tuple[object, ...]]) -> Given:
    values = {name: row._mapping[name] for name in Given.__dataclass_fields__}
    return Given(**values | {"audience": Audience(row.audience), "came_by": CameBy(row.came_by)})
