"""Records, facilities and centres as JSON documents, and back."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import orjson

from geoportal.domain.centre import Centre
from geoportal.domain.claim import Claim, claim_of
from geoportal.domain.facility import Facility, FacilityRecord, SourceMention
from geoportal.domain.filing import Filing
from geoportal.domain.hours import Hours
from geoportal.domain.location import Location
from geoportal.domain.staff_facts import Correction, StaffFacts

_TUPLES = ("services", "departments", "filings", "visit_areas")
_NOT_COMPARED = ("hours", "claims", "filing_details", "colocated_code")
_ESCAPED = re.compile(r"\\(?:u00|[bfr])")
"""What JSON writes for control characters other than tab and line feed."""


def dump(value: FacilityRecord | Facility | Centre) -> str:
    """Return the canonical JSON of a value: same value, same text.

    Keys of a dataclass stand in the order of its fields, those of a mapping sorted. Texts lose
    what nobody sees, see `geoportal.text.contact.visible`.
    """
    return json_text(value)


def json_text(value: Any) -> str:
    """Return the JSON of dataclasses, mappings and lists, keys sorted, visible characters only."""
    text = orjson.dumps(value, default=_plain, option=orjson.OPT_SORT_KEYS).decode()
    if text.replace("\u3000", "").isprintable() and not ("\\" in text and _ESCAPED.search(text)):
        return text
    return orjson.dumps(_visible(orjson.loads(text))).decode()


def digest(text: str | bytes) -> str:
    """Return a short digest that identifies a content."""
    data = text.encode() if isinstance(text, str) else text
    return hashlib.sha256(data).hexdigest()[:24]


def load_record(text: str) -> FacilityRecord:
    """Rebuild a record from `dump`."""
    data = _with_values(orjson.loads(text))
    data.pop("colocated_code", None)  # written by earlier versions
    data["filing_details"] = tuple(Filing(**filing) for filing in data.get("filing_details", ()))
    data["serves"] = tuple(data.get("serves", ()))
    return FacilityRecord(**data)


def load_compared(text: str) -> FacilityRecord:
    """Rebuild of a record what places are compared by: no hours, claims and details of filings."""
    data = orjson.loads(text)
    for name in _NOT_COMPARED:
        data.pop(name, None)
    for name in (*_TUPLES, "serves"):
        data[name] = tuple(data.get(name, ()))
    return FacilityRecord(**data)


def load_facility(text: str | bytes) -> Facility:
    """Rebuild a facility from `dump`."""
    data = _with_values(orjson.loads(text))
    data["location"] = _location(data)
    data["sources"] = tuple(SourceMention(**mention) for mention in data["sources"])
    return Facility(**data)


def load_location(text: str | bytes) -> Location:
    """Return the location of a facility from its `dump`."""
    return _location(orjson.loads(text))


def load_centre(text: str) -> Centre:
    """Rebuild a centre from `dump`."""
    data = orjson.loads(text)
    for name in ("districts", "terms", "residents_of"):
        data[name] = tuple(data.get(name, ()))
    data["hours"] = Hours.from_dict(data["hours"])
    return Centre(**data)


def dump_staff_facts(facts: StaffFacts) -> str:
    """Return the JSON of facts but for the facility's id."""
    document = asdict(facts)
    del document["facility_id"]
    return json_text(document)


def load_staff_facts(facility_id: str, text: str) -> StaffFacts:
    """Rebuild facts from `dump_staff_facts`."""
    data: dict[str, Any] = orjson.loads(text)
    correction = data["correction"]
    if correction["position"] is not None:
        correction["position"] = tuple(correction["position"])
    if correction["hours"] is not None:
        correction["hours"] = Hours.from_dict(correction["hours"])
    return StaffFacts(
        facility_id,
        data["as_of"],
        tuple(Claim(**claim) for claim in data["claims"]),
        Correction(**correction),
    )


def _location(data: Mapping[str, Any]) -> Location:
    location = data["location"]
    return Location(**location | {"warnings": tuple(location["warnings"])})


def _with_values(data: dict[str, Any]) -> dict[str, Any]:
    """Rebuild the values that records and facilities have in common, in place."""
    data["hours"] = Hours.from_dict(data["hours"])
    data["claims"] = tuple([claim_of(**claim) for claim in data["claims"]])
    for name in _TUPLES:
        data[name] = tuple(data.get(name, ()))
    return data


def _visible(value: Any) -> Any:
    from geoportal.text.contact import visible  # what is loaded needs no cleaning

    if isinstance(value, str):
        return visible(value)
    if isinstance(value, list):
        return [_visible(entry) for entry in value]
    if isinstance(value, dict):
        return {visible(key): _visible(entry) for key, entry in value.items()}
    return value


def _plain(value: Any) -> Any:
    """Return a mapping that is not a dict as a dict, for orjson."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
