"""Residents by age and municipality (住民基本台帳に基づく人口): what cells are reconciled to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from geoportal.errors import InputRefusedError
from geoportal.ingest.files.layouts import Layout, RecognisedTable, Record
from geoportal.ingest.files.report import Issue
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import Extract
from geoportal.ingest.reading.rows import MOST_PEOPLE, read_whole
from geoportal.ingest.reading.source import Source
from geoportal.store.population import AgePopulation

NAME: Final = "age-population"
_BANDS: Final = {
    "a65": ("65歳～69歳", "65～69歳", "65-69"),
    "a70": ("70歳～74歳", "70～74歳", "70-74"),
    "a75": ("75歳～79歳", "75～79歳", "75-79"),
    "a80": ("80歳～84歳", "80～84歳", "80-84"),
    "a85": ("85歳～89歳", "85～89歳", "85-89"),
    "a90": ("90歳～94歳", "90～94歳", "90-94"),
    "a95": ("95歳～99歳", "95～99歳", "95-99"),
    "a100": ("100歳以上", "100-"),
}
LAYOUT: Final = Layout(
    NAME,
    "",
    {
        "code": ("団体コード", "市区町村コード"),
        "prefecture": ("都道府県名",),
        "municipality": ("市区町村名",),
        "sex": ("性別",),
        "pop": ("総数",),
        **_BANDS,
    },
    required=("code", "sex", "pop", *_BANDS),
    known=frozenset({"65歳以上", "75歳以上"}),
    patterns=(r"\d+歳?[~～-]\d+歳",),
)
_BOTH_SEXES: Final = "計"
_FROM: Final = {"pop65": 0, "pop75": 2, "pop85": 4}
_STATED: Final = {"pop65": "65歳以上", "pop75": "75歳以上"}
"""Columns of sums."""


@dataclass(slots=True, kw_only=True)
class AgeExtract(Extract):
    """Residents by age, one entry a municipality, ward, city or prefecture."""

    areas: list[AgePopulation] = field(default_factory=list)


def extract(table: RecognisedTable, edition: Edition) -> AgeExtract:
    """Read the rows of both sexes together; rows of men and women are read and not kept.

    Raises
    ------
    InputRefusedError
        When there is none of both.
    """
    extract = AgeExtract()
    seen: set[str] = set()
    for record in table.records:
        extract.rows_read += 1
        extract.add_issue(_add_area(record, edition, extract.areas, seen))
    if table.records and not extract.areas and not extract.rejected:
        raise InputRefusedError(
            f"no row is of both sexes together (性別 {_BOTH_SEXES}): get the whole list"
        )
    return extract


def _add_area(
    record: Record, edition: Edition, areas: list[AgePopulation], seen: set[str]
) -> Issue | None:
    """Add the residents of a row; return what is wrong with it."""
    code = edition.municipalities.area_code(record.get("code"), listed=False)
    if not code:
        return LAYOUT.issue(
            record, "code", "bad_code", "expected five digits, or six with check digit"
        )
    people = []
    for name in ("pop", *_BANDS):
        count = read_whole(record.get(name).replace(",", ""), MOST_PEOPLE)
        if count is None:
            return LAYOUT.issue(record, name, "bad_number", "expected a whole number of people")
        people.append(count)
    total, *bands = people
    older = {name: sum(bands[start:]) for name, start in _FROM.items()}
    stated = {name: record.further(column).replace(",", "") for name, column in _STATED.items()}
    if older["pop65"] > total or any(
        text and text != str(older[name]) for name, text in stated.items()
    ):
        message = "the age groups do not add up: the row is shifted or damaged; get the file again"
        return LAYOUT.issue(record, "pop", "shifted_row", message)
    if record.get("sex") != _BOTH_SEXES:
        return None
    if code in seen:
        return LAYOUT.issue(
            record, "code", "duplicate_key", "the area stands further up; kept as there"
        )
    seen.add(code)
    areas.append(AgePopulation(code, edition.source, edition.as_of, total, **older))
    return None


SOURCE: Final[Source[RecognisedTable]] = Source(
    name=NAME,
    extract=extract,
    layouts=(LAYOUT,),
)
