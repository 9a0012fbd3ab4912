"""Records resolved into facilities: attributes from the strongest source, one checked location."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any, Final

from geoportal.domain.claim import EVIDENCE
from geoportal.domain.facility import Facility, FacilityRecord, SourceMention
from geoportal.domain.hours import EMPTY_HOURS, Hours
from geoportal.domain.location import LEVELS
from geoportal.ingest.catalogue import lists_facilities, source_named
from geoportal.ingest.linking.addresses import address_parts, compare_address_parts
from geoportal.ingest.linking.units import kind_is_sure
from geoportal.ingest.resolve.geography import Geography
from geoportal.ingest.resolve.positions import Placement, place_record
from geoportal.store.facilities import StoredRecord

_ATTRIBUTES = (
    *("name", "kana", "address", "postal_code", "phone", "fax", "url", "operator"),
    *("beds", "capacity", "departments", "visit_areas", "note"),
)
NAMELESS: Final = "（名称未登録 "
"""What the name of a facility begins with that no list names; the number of its record follows."""
_attributes = attrgetter(*_ATTRIBUTES)
_BLANK = ("", None, ())


def resolve_facility(
    stored: Sequence[StoredRecord], geography: Geography, strengths: Mapping[str, str]
) -> Facility:
    """Make one facility of its records.

    At least one record, all with the same facility id; strengths are evidence classes by source.

    Notes
    -----
    Listed records count before closed ones; then the stronger source (the bureau's filings before
    mere lists), the newer edition and the source's name decide, so the result depends on what the
    records say and on nothing else. The kind comes from a source that states it; where a source
    only guessed another, what it says of the kind is left out. Hours come from a source that has
    times; its gaps (closing days) are filled from the next.
    """
    ranked: Sequence[StoredRecord] = stored
    if len(stored) > 1:
        ranked = sorted(stored, key=lambda record: _rank(record, strengths), reverse=True)
    records = [entry.record for entry in ranked if not entry.closed_on]
    records = records or [entry.record for entry in ranked]
    listings = [entry for entry in stored if lists_facilities(entry.record.source)] or stored
    identifiers: dict[str, str] = {}
    for record in records:
        for scheme, value in record.identifiers.items():
            identifiers.setdefault(scheme, value)
    kind = next((record.kind for record in records if kind_is_sure(record)), records[0].kind)
    placement = _placement(records, geography)
    chosen: dict[str, Any] = dict(zip(_ATTRIBUTES, _attributes(records[0]), strict=True))
    for record in records[1:]:
        for name, value in zip(_ATTRIBUTES, _attributes(record), strict=True):
            if chosen[name] in _BLANK and value not in _BLANK:
                chosen[name] = value
    if not chosen["name"]:  # only in tables without names: hours, answers to a survey
        chosen["name"] = f"{NAMELESS}{records[0].record_id}）"
    chosen["address"] = _address(records)
    return Facility(
        id=stored[0].facility_id,
        kind=kind,
        municipality_code=placement.municipality_code,
        identifiers=identifiers,
        services=_union(records, "services"),
        filings=_union(records, "filings"),
        hours=_hours(records),
        location=placement.location,
        claims=tuple(
            claim
            for record in records
            if record.kind == kind or kind_is_sure(record)
            for claim in record.claims
        ),
        sources=tuple(
            SourceMention(entry.record.source, entry.record.record_id, entry.last_seen)
            for entry in sorted(stored, key=lambda entry: entry.key)
        ),
        status="closed" if all(entry.closed_on for entry in listings) else "open",
        first_seen=min(entry.first_seen for entry in stored),
        last_seen=max(entry.last_seen for entry in stored),
        **chosen,
    )


def _rank(
    stored: StoredRecord, strengths: Mapping[str, str]
) -> tuple[bool, int, bool, str, str, str]:
    """Return the key by which records come, the one that decides first when sorted downwards."""
    source = source_named(stored.record.source)
    strength = EVIDENCE.index(strengths.get(stored.record.source, EVIDENCE[0]))
    whole_names = source is None or not source.abridges_names
    return not stored.closed_on, strength, whole_names, stored.as_of, *stored.key


def _hours(records: Sequence[FacilityRecord]) -> Hours:
    """Return the hours of the first record that has times, with the days of the others.

    Where one list has sessions on a day of the week that another calls closed, the day is unclear.
    """
    known = [record.hours for record in records if record.hours.known]
    if not known:
        return EMPTY_HOURS
    best = next((hours for hours in known if hours.sessions), known[0])
    if len(known) == 1:
        days = tuple(sorted(set(best.unclear_days)))
        return best if days == best.unclear_days else replace(best, unclear_days=days)
    in_use = {session.day for session in best.sessions}
    for other in known:
        free = tuple(day for day in other.closed_days if day not in in_use)
        disputed = in_use.intersection(other.closed_days).difference(best.closed_days)
        best = replace(
            best,
            closed_days=best.closed_days or free,
            open_days=best.open_days or other.open_days,
            unclear_days=tuple(sorted(disputed.union(best.unclear_days, other.unclear_days))),
            unclear_dates=best.unclear_dates or other.unclear_dates,
            closed_weeks=best.closed_weeks or other.closed_weeks,
            closed_dates=best.closed_dates or other.closed_dates,
            note=best.note or other.note,
        )
    return best


def _placement(records: Sequence[FacilityRecord], geography: Geography) -> Placement:
    """Choose the surest of the positions: surveyed before geocoded, then the least uncertain.

    Without any, the first record that says its municipality counts: tables of hours say none.
    """
    placements = [place_record(record, geography) for record in records]

    def rank(placement: Placement) -> tuple[int, float, int]:
        location = placement.location
        level = -LEVELS.index(location.level)
        return level, location.uncertainty_m or 0.0, len(location.warnings)

    located = [placement for placement in placements if placement.location.known]
    if len(located) == 1:
        return located[0]
    if located:
        return min(located, key=rank)
    return next((one for one in placements if one.municipality_code), placements[0])


def _address(records: Sequence[FacilityRecord]) -> str:
    """Return the first address; where it ends with the town, a later one that goes on from there.

    The national list gives 79 of Kitakyushu's 918 institutions by town only.
    """
    given = [record.address for record in records if record.address]
    if len(set(given)) < 2:
        return given[0] if given else ""
    spot = address_parts(given[0])
    if spot.numbers:
        return given[0]
    finer = (
        text
        for text in given
        if compare_address_parts(spot, other := address_parts(text)) == "town" and other.numbers
    )
    return next(finer, given[0])


def _union(records: Sequence[FacilityRecord], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for record in records for value in getattr(record, name)))
