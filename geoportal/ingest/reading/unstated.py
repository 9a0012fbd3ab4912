"""Attributes of a record that a file says nothing of, because it lacks their columns.

A file with fewer columns says nothing of what stood in the others: that is no reason to forget it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from geoportal.domain.facility import FacilityRecord
from geoportal.domain.hours import EMPTY_HOURS
from geoportal.ingest.files.layouts import Layout, RecognisedTable

POSITION, HOURS = "position", "hours"
_BY_NAME = (
    *("kana", "postal_code", "phone", "fax", "url", "operator", "beds", "capacity"),
    "departments",
)
_COLUMNS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        **{name: frozenset({name}) for name in _BY_NAME},
        "note": frozenset({"note", "after_hours", "validity"}),
        POSITION: frozenset({"lon", "lat"}),
        HOURS: frozenset(
            {
                *("days", "days_note", "opens", "closes", "hours_note", "slot", "other_days"),
                *(f"{kind}_{day}" for kind in ("weekly", "every_week") for day in range(8)),
            }
        ),
    }
)
"""Fields of layouts by the attribute that is read from them."""
_EMPTY: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        **{name: {name: ""} for name in (*_BY_NAME, "note")},
        **{name: {name: None} for name in ("beds", "capacity")},
        "departments": {"departments": ()},
        POSITION: {
            "lon": None,
            "lat": None,
            "position_level": "",
            "position_uncertainty_m": None,
        },
        HOURS: {"hours": EMPTY_HOURS},
    }
)
"""Fields of a `FacilityRecord` by attribute, as they are when nothing is said."""
_CLAIMS: Final = MappingProxyType({HOURS: frozenset({"VM.WEEKEND"})})
"""Codes of claims that are read from the columns of an attribute."""


def unstated(layouts: Iterable[Layout], table: RecognisedTable) -> frozenset[str]:
    """Return the attributes that a source can state and this table of it has no column for."""
    headers = {id(record.positions): record for record in table.records.heads}
    stated = {name for one in headers.values() for name in (*one.positions, *one.given)}
    known = {name for layout in layouts for name in layout.columns}
    return frozenset(
        attribute
        for attribute, columns in _COLUMNS.items()
        if columns & known and not columns & stated
    )


def fields_of(attribute: str) -> tuple[str, ...]:
    """Return the fields of a `FacilityRecord` that are an attribute."""
    return tuple(_EMPTY[attribute])


def is_silent(record: FacilityRecord, attribute: str) -> bool:
    """Say whether a record has no value of an attribute."""
    return all(getattr(record, name) == empty for name, empty in _EMPTY[attribute].items())


def without(record: FacilityRecord, attribute: str) -> FacilityRecord:
    """Return a record without its value of an attribute."""
    codes = _CLAIMS.get(attribute, frozenset())
    claims = tuple(claim for claim in record.claims if claim.code not in codes)
    return replace(record, **_EMPTY[attribute], claims=claims)


def with_value(record: FacilityRecord, attribute: str, other: FacilityRecord) -> FacilityRecord:
    """Return a record with the value that another has of an attribute."""
    codes = _CLAIMS.get(attribute, frozenset())
    claims = (
        *without(record, attribute).claims,
        *(claim for claim in other.claims if claim.code in codes),
    )
    values = {name: getattr(other, name) for name in _EMPTY[attribute]}
    return replace(record, **values, claims=claims)
