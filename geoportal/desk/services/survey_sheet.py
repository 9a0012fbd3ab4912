"""The workbook of a survey round coming back: its rows become answers that wait for approval."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from geoportal.desk.domain.account import Actor
from geoportal.desk.domain.ledger import CAPACITY, Audience, Light
from geoportal.desk.domain.survey import LONGEST_NOTE, CameBy, Given, Invitation, Round, Said
from geoportal.desk.services.desk import Desk
from geoportal.desk.services.survey_answers import questions_of, take_answers
from geoportal.domain.vocabulary import Term, Vocabulary
from geoportal.errors import UsageError
from geoportal.ingest.files.archives import Member
from geoportal.ingest.files.layouts import Record
from geoportal.ingest.files.recognition import recognise
from geoportal.ingest.files.sheets import read_sheets
from geoportal.ingest.sources.survey import (
    CAPACITIES,
    LAYOUT,
    QUALIFIED,
    answer_of,
    need_columns,
)

_SAID: Final = dict(zip(QUALIFIED, (Said.CONDITIONAL, Said.CONSULT, Said.FULL), strict=True))
_LIGHTS: Final = dict(zip(CAPACITIES, (Light.FREE, Light.ASK, Light.FULL), strict=True))


@dataclass(frozen=True, slots=True)
class SheetResult:
    """What became of a workbook: offices with answers, and lines that were not taken.

    ``refused`` are 1-based lines of offices that the round does not ask, or of other wards, and of
    answers that tell of a person or belong to no question.
    """

    taken: int
    refused: tuple[int, ...]


def take_sheet(
    desk: Desk,
    actor: Actor,
    survey: Round,
    offices: Mapping[str, Invitation],
    content: bytes,
    vocabulary: Vocabulary,
) -> SheetResult:
    """Take the answers of a workbook or CSV file; the same file again changes nothing.

    ``offices`` are those of the round that the actor writes for, by facility. What is in no row is
    not an answer; answers are for professionals, as nobody has said otherwise.

    Raises
    ------
    InputRefusedError
        When it is not the workbook of a survey, damaged, or too large.
    """
    member = Member("survey.xlsx", content)
    table = recognise(member.name, read_sheets(member), (LAYOUT,))[0]
    columns = need_columns(table, vocabulary)
    digest, taken, refused = hashlib.sha256(content).hexdigest(), 0, []
    for record in table.records:
        answers = list(_answers(record, columns))
        office = offices.get(record.get("id"))
        if not answers:
            continue
        if office is None:
            refused.append(record.line)
            continue
        key = hashlib.sha256(f"{survey.id} {office.facility_id} {digest}".encode()).hexdigest()
        asked = questions_of(survey, office.kind, vocabulary)
        try:
            taken += take_answers(desk, actor, office, answers, asked, submission=key)
        except UsageError:
            refused.append(record.line)
    return SheetResult(taken, tuple(refused))


def _answers(record: Record, columns: Mapping[str, Term]) -> Iterator[Given]:
    who = record.get("answered_by")
    for heading, term in columns.items():
        value, words = answer_of(record.further(heading), term)
        if value:
            said = Said.NO if value == "no" else _SAID.get(words, Said.YES)
            note = "" if words in _SAID else words[:LONGEST_NOTE]
            yield _given(term.code, said.value, note, who)
    light = _LIGHTS.get(record.get("capacity"))
    if light is not None:
        yield _given(CAPACITY, light.value, "", who)


def _given(subject: str, value: str, note: str, who: str) -> Given:
    return Given("", "", subject, value, note, who, Audience.PROFESSIONAL, CameBy.SHEET)
