"""The sample city (見本の町): fictional facilities, dated by age to look alike on any day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from geoportal.domain.claim import EVIDENCE, VALUES, Claim
from geoportal.domain.dating import imported_on, stated_date
from geoportal.domain.facility import KINDS, FacilityRecord
from geoportal.domain.hours import EMPTY_HOURS, Hours
from geoportal.errors import UnreadableSourceError
from geoportal.ingest.files.report import ERROR, Issue
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import FacilityExtract
from geoportal.ingest.reading.source import Document, Source
from geoportal.text.contact import visible

NAME: Final = "sample"
FORMAT: Final = "geoportal-sample/1"
_TUPLES = ("services", "departments", "filings", "visit_areas", "serves")
_NUMBERS = ("lon", "lat", "beds", "capacity")


def extract(document: Mapping[str, Any], edition: Edition) -> FacilityExtract:
    """Read the records of ``{"format": "geoportal-sample/1", "records": [...]}``.

    Dates are ``age_days`` before the edition's date, the day of the first load.
    """
    records = document.get("records")
    if not isinstance(records, list):
        raise UnreadableSourceError("the sample city holds no records")
    extract = FacilityExtract()
    day = date.fromisoformat(stated_date(edition.as_of) or imported_on(edition.as_of))
    for number, values in enumerate(records, start=1):
        extract.rows_read += 1
        try:
            record = _record(values, day)
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
            extract.reject_row()
            message = f"record {number} cannot be read: {error}"
            extract.issues.append(Issue(number, "", "bad_record", ERROR, "", message))
            continue
        extract.listed.append(SOURCE.listed(number, record, NAME))
    return extract


def _record(document: Mapping[str, Any], day: date) -> FacilityRecord:
    values = {key: value for key, value in document.items() if key not in ("claims", "hours")}
    if values["kind"] not in KINDS:
        raise ValueError(f"unknown kind {values['kind']}")
    for name in _TUPLES:
        values[name] = tuple(map(_text, values.get(name, ())))
    numbers = values.pop("identifiers", {}).items()
    for name, value in values.items():
        if name not in _TUPLES:
            values[name] = _number(value) if name in _NUMBERS else _text(value)
    claims = tuple(_claim(claim, day) for claim in document.get("claims", ()))
    hours = EMPTY_HOURS
    if dated := dict(document.get("hours", {})):
        as_of = day - timedelta(days=int(dated.pop("age_days")))
        hours = Hours.from_dict({**dated, "as_of": as_of.isoformat(), "source": NAME})
    values |= {"source": NAME, "identifiers": {_text(key): _text(text) for key, text in numbers}}
    return FacilityRecord(**values, claims=claims, hours=hours)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("expected a text")
    return visible(value)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | None):
        raise TypeError("expected a number")
    return value


def _claim(document: Mapping[str, Any], day: date) -> Claim:
    as_of = day - timedelta(days=int(document["age_days"]))
    if document["value"] not in VALUES or document["evidence"] not in EVIDENCE:
        raise ValueError(f"unknown value or evidence of {document['code']}")
    valid = document.get("valid_days")
    return Claim(
        code=_text(document["code"]),
        value=document["value"],
        evidence=document["evidence"],
        source=NAME,
        as_of=as_of.isoformat(),
        valid_until=(as_of + timedelta(days=int(valid))).isoformat() if valid else "",
        note=_text(document.get("note", "")),
    )


SOURCE: Final[Source[Document]] = Source(
    name=NAME,
    extract=extract,
    document_format=FORMAT,
    has_town_points=True,
    is_fictional=True,
)
