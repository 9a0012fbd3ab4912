"""Search parameters of FHIR: how each is read, and which rows fit it.

A value that cannot be meant (an unknown code, another system) is refused rather than matched by
nothing: an empty answer would say that nobody is there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geoportal.documents.fhir_names import KIND, NEED, facility_id_of
from geoportal.documents.fhir_resources import Resources
from geoportal.domain.facility import KINDS, Facility
from geoportal.domain.hours import JST
from geoportal.errors import UsageError
from geoportal.index.hierarchy import short_name
from geoportal.index.imports import Days, number_of
from geoportal.text.normalize import fold

Mask = NDArray[np.bool_]
Finder = Callable[[Resources, str, Sequence[str], str], Mask]
"""Says for each row whether it fits any of some values: resources, parameter, values, modifier."""
MOST_VALUES: Final = 120
_MOMENT: Final = re.compile(
    r"(?P<prefix>eq|gt|lt|ge|le)?(?P<day>\d{4}-\d{2}-\d{2})(?P<rest>T[0-9:.]+(Z|[+-]\d{2}:\d{2}))?"
)


@dataclass(frozen=True)
class Parameter:
    """A search parameter: its FHIR type, what it finds, the modifiers it takes."""

    type: str
    find: Finder
    text: str
    modifiers: tuple[str, ...] = ()


def split_values(text: str) -> list[str]:
    r"""Return the alternatives of a value: separated by commas that no backslash stands before."""
    parts = re.split(r"(?<!\\),", text)
    return [re.sub(r"\\([\\,|$])", r"\1", part) for part in parts]


def _nobody(asked: Resources) -> Mask:
    return np.zeros(len(asked.view.snapshot), dtype=bool)


def _codes(values: Sequence[str], name: str, system: str, known: Sequence[str]) -> list[str]:
    """Return the codes of tokens ``code`` or ``system|code``."""
    codes = []
    for value in values:
        given, _, code = value.rpartition("|")
        if given and given != system:
            raise UsageError(f"codes are of the system {system}", name)
        if code not in known:
            raise UsageError(f"a code is not in the code system {system}", name)
        codes.append(code)
    return codes


def _by_kind(asked: Resources, name: str, values: Sequence[str], _modifier: str) -> Mask:
    codes = _codes(values, name, asked.names.code_system(KIND), KINDS)
    wanted = np.isin(KINDS, codes)
    return np.asarray(wanted[asked.view.snapshot.columns.kinds], dtype=bool)


def _by_need(asked: Resources, name: str, values: Sequence[str], _modifier: str) -> Mask:
    snapshot = asked.view.snapshot
    terms = [term.code for term in asked.view.reference.vocabulary]
    rows, found = np.arange(len(snapshot)), _nobody(asked)
    for code in _codes(values, name, asked.names.code_system(NEED), terms):
        found |= snapshot.has_need(rows, code)
    return found


def _by_name(asked: Resources, name: str, values: Sequence[str], modifier: str) -> Mask:
    snapshot, found = asked.view.snapshot, _nobody(asked)
    for value in values:
        word = fold(value)
        if not word:
            raise UsageError("expected letters or digits", name)
        for row in np.flatnonzero(snapshot.with_words([word])).tolist():
            facility = snapshot.facilities[row]
            found[row] |= any(
                _fits(text, value, word, modifier) for text in (facility.name, facility.kana)
            )
    return found


def _fits(text: str, value: str, word: str, modifier: str) -> bool:
    if modifier == "exact":
        return text == value
    folded = fold(text)
    return word in folded if modifier == "contains" else folded.startswith(word)


def _by_city(asked: Resources, _name: str, values: Sequence[str], modifier: str) -> Mask:
    """Find by municipality: its name, with or without city and prefecture in front."""
    view, columns = asked.view, asked.view.snapshot.columns
    fitting = np.zeros(len(columns.municipality_codes), dtype=bool)
    for place, code in enumerate(columns.municipality_codes.tolist()):
        info = view.reference.municipalities.get(code)
        if info is None:
            continue
        called = (info.name, info.prefecture + info.name, short_name(view.reference, code))
        fitting[place] = any(
            _fits(text, value, fold(value), modifier) for text in called for value in values
        )
    return np.asarray(fitting[columns.municipalities], dtype=bool)


def _by_identifier(asked: Resources, name: str, values: Sequence[str], _modifier: str) -> Mask:
    snapshot, found = asked.view.snapshot, _nobody(asked)
    systems = asked.names.identifier_systems
    for value in values:
        system, _, number = value.rpartition("|")
        if system and system not in systems:
            raise UsageError(f"expected one of the systems {', '.join(systems)}", name)
        for row in snapshot.with_identifier(number).tolist():
            found[row] |= not system or _carries(asked, snapshot.facilities[row], system, number)
    return found


def _carries(asked: Resources, facility: Facility, system: str, number: str) -> bool:
    return any(
        value == number and asked.names.identifier_system(scheme, value) == system
        for scheme, value in facility.identifiers.items()
    )


def _by_id(asked: Resources, _name: str, values: Sequence[str], _modifier: str) -> Mask:
    found = _nobody(asked)
    for value in values:
        row = asked.view.snapshot.row_of.get(facility_id_of(value.rpartition("/")[2]))
        if row is not None:
            found[row] = True
    return found


def _by_status(asked: Resources, name: str, values: Sequence[str], _modifier: str) -> Mask:
    if not set(values) <= {"true", "active"}:
        raise UsageError("only those that are open are searched; others are read by id", name)
    return ~_nobody(asked)


def _by_day(asked: Resources, name: str, values: Sequence[str], _modifier: str) -> Mask:
    days, found = asked.days_updated(), _nobody(asked)
    for value in values:
        found |= _fitting_days(days, value, name)
    return found


def _fitting_days(days: Days, text: str, name: str) -> Mask:
    """Return which whole days fit a date of FHIR with its prefix; ranges are compared."""
    match = _MOMENT.fullmatch(text)
    try:
        day = date.fromisoformat(match["day"] if match else "")
        if match and match["rest"]:
            day = datetime.fromisoformat(match["day"] + match["rest"]).astimezone(JST).date()
    except (ValueError, OverflowError):
        expected = "expected 2026-11-24 or a moment with offset, after eq, gt, ge, lt or le"
        raise UsageError(expected, name) from None
    whole, asked = match is not None and not match["rest"], number_of(day)
    match (match["prefix"] if match else "") or "eq":
        case "eq":
            return (days == asked) if whole else np.zeros(days.shape, dtype=bool)
        case "gt":
            return days > asked if whole else days >= asked
        case "ge":
            return days >= asked
        case "lt":
            return days < asked if whole else days <= asked
        case _:
            return days <= asked


_STRING: Final = ("exact", "contains")
_COMMON: Final = {
    "_id": Parameter("token", _by_id, "Ids"),
    "_lastUpdated": Parameter(
        "date", _by_day, "Day of the last import that may have changed it; eq, gt, ge, lt, le"
    ),
    "identifier": Parameter("token", _by_identifier, "Official numbers"),
    "name": Parameter("string", _by_name, "Beginning of name or kana", _STRING),
}
_KIND: Final = Parameter("token", _by_kind, "Facility kind")
_CITY: Final = Parameter("string", _by_city, "Municipality or ward", _STRING)
PARAMETERS: Final[Mapping[str, Mapping[str, Parameter]]] = {
    "Organization": {
        **_COMMON,
        "active": Parameter("token", _by_status, "true"),
        "type": _KIND,
        "address-city": _CITY,
    },
    "Location": {
        **_COMMON,
        "status": Parameter("token", _by_status, "active"),
        "type": _KIND,
        "address-city": _CITY,
        "organization": Parameter("reference", _by_id, "Organization"),
    },
    "HealthcareService": {
        **_COMMON,
        "active": Parameter("token", _by_status, "true"),
        "service-type": _KIND,
        "type": _KIND,
        "characteristic": Parameter("token", _by_need, "Need known to be met; repeated: all of"),
        "organization": Parameter("reference", _by_id, "Organization"),
        "location": Parameter("reference", _by_id, "Location"),
        "location.address-city": _CITY,
    },
}
"""Search parameters by resource type; beside them ``near`` in what is posted."""
