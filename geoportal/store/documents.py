"""Records, facilities and centres as JSON documents, and back."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any

import orjson

from geoportal.domain.centre import Centre
from geoportal.domain.claim import Claim
from geoportal.domain.facility import Facility, FacilityRecord, SourceMention
from geoportal.domain.filing import Filing
from geoportal.domain.hours import Hours
from geoportal.domain.location import Location

_TUPLES = ("services", "departments", "filings")


def dump(value: FacilityRecord | Facility | Centre) -> str:
    """Return the canonical JSON of a value: same value, same text."""
    document = {
        field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)
    }
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode()


def digest(text: str | bytes) -> str:
    """Return a short digest that identifies a content."""
    data = text.encode() if isinstance(text, str) else text
    return hashlib.sha256(data).hexdigest()[:24]


def load_record(text: str) -> FacilityRecord:
    """Rebuild a record from `dump`."""
    data = _shared(orjson.loads(text))
    details = data.get("filing_details", ())
    data["filing_details"] = tuple(Filing(**item) for item in details)
    return FacilityRecord(**data)


def load_facility(text: str) -> Facility:
    """Rebuild a facility from `dump`."""
    data = _shared(orjson.loads(text))
    location = data["location"]
    location["warnings"] = tuple(location["warnings"])
    data["location"] = Location(**location)
    data["sources"] = tuple(SourceMention(**item) for item in data["sources"])
    return Facility(**data)


def load_centre(text: str) -> Centre:
    """Rebuild a centre from `dump`."""
    data = orjson.loads(text)
    data["districts"] = tuple(data["districts"])
    data["hours"] = Hours.from_dict(data["hours"])
    return Centre(**data)


def _shared(data: dict[str, Any]) -> dict[str, Any]:
    data["hours"] = Hours.from_dict(data["hours"])
    data["claims"] = tuple(Claim(**item) for item in data["claims"])
    for name in _TUPLES:
        data[name] = tuple(data[name])
    return data


def _plain(value: Any) -> Any:
    if isinstance(value, Hours):
        return value.as_dict()
    if isinstance(value, Claim | Filing | Location | SourceMention):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value
