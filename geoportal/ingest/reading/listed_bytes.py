"""Records of a file as bytes, and back: several times as fast as pickled, and shorter."""

from __future__ import annotations

import marshal
from collections.abc import Iterable
from dataclasses import dataclass, fields
from operator import attrgetter
from types import NoneType
from typing import Any, Final

from geoportal.domain.claim import Claim, claim_of
from geoportal.domain.facility import FacilityRecord
from geoportal.domain.filing import Filing
from geoportal.domain.hours import EMPTY_HOURS, Hours, Session, session_of
from geoportal.domain.made_quickly import made_quickly


@made_quickly
@dataclass(frozen=True, slots=True)
class ListedRecord:
    """A facility record with its place in the file.

    Attributes
    ----------
    line : int
        Where its row starts.
    record : FacilityRecord
    own_id : str
        Id by the rule of its source; the facility's id as long as the record is not linked.
    scope : str
        The part of the source that is replaced together.
    """

    line: int
    record: FacilityRecord
    own_id: str
    scope: str


def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


_RECORD: Final = _names(FacilityRecord)
_HOURS: Final = _names(Hours)
_record_values = attrgetter(*_RECORD)
_hours_values = attrgetter(*_HOURS)
_session_values = attrgetter(*_names(Session))
_claim_values = attrgetter(*_names(Claim))
_filing_values = attrgetter(*_names(Filing))
_LON, _LAT, _UNCERTAINTY = map(_RECORD.index, ("lon", "lat", "position_uncertainty_m"))
_IDENTIFIERS, _OPENING = map(_RECORD.index, ("identifiers", "hours"))
_CLAIMS, _FILINGS = map(_RECORD.index, ("claims", "filing_details"))
_SESSIONS: Final = _HOURS.index("sessions")


def dump_listed(listed: Iterable[ListedRecord]) -> bytes:
    """Return records as bytes, which this program alone reads."""
    return marshal.dumps(
        [(one.line, _of_record(one.record), one.own_id, one.scope) for one in listed]
    )


def load_listed(octets: bytes) -> list[ListedRecord]:
    """Return the records of `dump_listed`."""
    return [
        ListedRecord(line, _record(values), own_id, scope)
        for line, values, own_id, scope in marshal.loads(octets)  # noqa: S302 - made here
    ]


def _of_record(record: FacilityRecord) -> list[Any]:
    values = list(_record_values(record))
    for place in (_LON, _LAT, _UNCERTAINTY):
        if type(values[place]) not in (float, int, NoneType):
            values[place] = float(values[place])  # a number of NumPy
    values[_IDENTIFIERS] = dict(record.identifiers)
    values[_OPENING] = None if record.hours == EMPTY_HOURS else _of_hours(record.hours)
    values[_CLAIMS] = list(map(_claim_values, record.claims))
    values[_FILINGS] = list(map(_filing_values, record.filing_details))
    return values


def _record(values: list[Any]) -> FacilityRecord:
    hours = values[_OPENING]
    values[_OPENING] = EMPTY_HOURS if hours is None else _hours(hours)
    values[_CLAIMS] = tuple([claim_of(*claim) for claim in values[_CLAIMS]])
    values[_FILINGS] = tuple([Filing(*filing) for filing in values[_FILINGS]])
    return FacilityRecord(*values)


def _of_hours(hours: Hours) -> list[Any]:
    values = list(_hours_values(hours))
    values[_SESSIONS] = list(map(_session_values, hours.sessions))
    return values


def _hours(values: list[Any]) -> Hours:
    values[_SESSIONS] = tuple([session_of(*session) for session in values[_SESSIONS]])
    return Hours(*values)
