"""What has changed between two editions of a source: opened, closed, moved, renamed, filings."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from geoportal.address.geocode import Geocoder
from geoportal.errors import NotFoundError, UsageError
from geoportal.geo.geodesic import distance_m
from geoportal.ingest.linking.addresses import address_parts, compare_address_parts
from geoportal.ingest.reading.municipalities import MunicipalityFinder
from geoportal.ingest.revise.scopes import ScopeDays
from geoportal.store.editions import read_scope_editions
from geoportal.store.facilities import record_facilities
from geoportal.store.history import (
    Listing,
    edition_dates,
    last_listings,
    read_contents,
    sources_with_history,
)
from geoportal.text.normalize import fold_name

KINDS: tuple[str, ...] = (
    "opened",
    "closed",
    "reopened",
    "moved",
    "renamed",
    "filing_new",
    "filing_ended",
    "phone",
    "kind",
    "area",
)
"""Kinds of change, in the order they are shown."""
MOVED_LEAST_M = 100.0
"""A published position that shifts less is a correction, not a move."""
_PLACED = frozenset({"town", "chome", "block", "house", "point"})


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a record.

    Attributes
    ----------
    kind : str
        One of `KINDS`. ``renamed`` only when more than legal form, width or spelling differ;
        ``moved`` only when town or numbers differ, or the published position by more than
        `MOVED_LEAST_M`; ``area`` when a consultation centre answers for other districts or towns.
    record_id, facility_id, name, municipality_code, facility_kind : str
        The record as of the later edition that lists it, and its facility today.
    on : str
        Day of the edition in which the change is first seen.
    before, after : str
        In the source's words; empty for opened and closed. Of an ``area`` what it lost and what
        came to it.
    distance_m : float or None
        For a move: how far, as far as both positions are known.
    """

    kind: str
    record_id: str
    facility_id: str
    name: str
    municipality_code: str
    facility_kind: str
    on: str
    before: str = ""
    after: str = ""
    distance_m: float | None = None

    @property
    def order(self) -> tuple[int, str, str, str, str, str]:
        """Sort key: kind, municipality, name."""
        rank, code = KINDS.index(self.kind), self.municipality_code
        return rank, code, self.name, self.record_id, self.before, self.after


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """Two editions compared.

    Attributes
    ----------
    source, from_date, to_date : str
        Days of the two editions, see `geoportal.domain.dating`.
    changes : tuple of Change
        By kind, then municipality and name.
    compared : int
        Records open on either day.
    new_scopes : tuple of str
        Parts of the source (service and municipality) that were not held on the first day: what
        they list is not reported as opened.
    """

    source: str
    from_date: str
    to_date: str
    changes: tuple[Change, ...]
    compared: int
    new_scopes: tuple[str, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many changes of each kind, zeros too."""
        counted = Counter(change.kind for change in self.changes)
        return {kind: counted[kind] for kind in KINDS}


@dataclass(frozen=True)
class _Day:
    """A source as it was on a day; ``days`` are those on which its scopes are answered for."""

    day: str
    listings: dict[str, Listing]
    days: ScopeDays

    @cached_property
    def seen(self) -> frozenset[tuple[str, str]]:
        """Scopes with a day on which something in them was listed last."""
        return frozenset((one.scope, one.as_of) for one in self.listings.values())

    @cached_property
    def scopes(self) -> frozenset[str]:
        """Scopes in which something is listed."""
        return frozenset(scope for scope, _ in self.seen)

    @cached_property
    def open(self) -> frozenset[str]:
        """Records that no later edition until this day has left out."""
        lasting = {one for one in self.seen if not self.closed_on(*one)}
        return frozenset(
            key for key, one in self.listings.items() if (one.scope, one.as_of) in lasting
        )

    def closed_on(self, scope: str, last_seen: str) -> str:
        """Return the first edition until this day that has left a record out; empty if none."""
        closed = self.days.closed_on(scope, last_seen)
        return closed if closed <= self.day else ""

    def answers_for(self, scope: str) -> bool:
        """Say whether an edition lists something in a scope, or that there is nothing in it."""
        return scope in self.scopes or any(day <= self.day for day in self.days.of(scope))


def compare_editions(
    connection: sa.Connection,
    finder: MunicipalityFinder,
    source: str = "",
    from_date: str = "",
    to_date: str = "",
    geocoder: Geocoder | None = None,
) -> ChangeReport:
    """Compare two editions of a source.

    Days are as in `geoportal.domain.dating`. Without any, the newest two successive editions are
    compared between which something has changed, of this source or of any; the newest two when
    nothing has. With one of them, its neighbour is the other. The geocoder tells how far a record
    without a published position has moved.

    Raises
    ------
    NotFoundError
        When the source has no editions, or there are no two to compare.
    UsageError
        When the days are in the wrong order.
    """
    sources = [source] if source else sources_with_history(connection)
    pairs = _pairs(connection, sources)
    if from_date or to_date:
        if not source:
            raise UsageError("say of which source the editions are that are compared", "source")
        dates = edition_dates(connection, source)
        until = to_date or dates[-1]
        since = from_date or max((day for day in dates if day < until), default="")
        if since and since >= until:
            raise UsageError("the day compared from must lie before the day compared to", "from")
        pairs = [(until, since, source)] if since else []
    reports = (
        _compare(connection, finder, name, since, until, geocoder) for until, since, name in pairs
    )
    newest = next(reports, None)
    if newest is None:
        raise NotFoundError(
            f"only one edition of {source or 'each source'} is held; import another to compare"
        )
    return newest if newest.changes else next((r for r in reports if r.changes), newest)


def _pairs(connection: sa.Connection, sources: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return successive editions as (later, earlier, source), the newest first."""
    held = {name: edition_dates(connection, name) for name in sources}
    if not any(held.values()):
        known = "、".join(sources_with_history(connection)) or "none"
        raise NotFoundError(f"no edition of {sources[:1]!r:.40} is held; held are: {known}")
    return sorted(
        (
            (until, since, name)
            for name, dates in held.items()
            for since, until in itertools.pairwise(dates)
        ),
        reverse=True,
    )


def _compare(
    connection: sa.Connection,
    finder: MunicipalityFinder,
    source: str,
    since: str,
    until: str,
    geocoder: Geocoder | None,
) -> ChangeReport:
    days = ScopeDays(read_scope_editions(connection, source), finder)
    first = _Day(since, last_listings(connection, source, since), days)
    later = last_listings(connection, source, until, after=since)
    last = _Day(until, first.listings | later, days)
    differing = [
        key
        for key, after in last.listings.items()
        if (key in first.open) != (key in last.open)
        or key not in first.listings
        or first.listings[key].content_hash != after.content_hash
    ]
    hashes = {
        day.listings[key].content_hash
        for key in differing
        for day in (first, last)
        if key in day.listings
    }
    comparison = _Comparison(first, last, read_contents(connection, hashes), geocoder)
    changes = list(comparison.changes(differing))
    facilities = record_facilities(connection, source, [change.record_id for change in changes])
    named = [
        replace(change, facility_id=facilities.get(change.record_id, "")) for change in changes
    ]
    return ChangeReport(
        source,
        since,
        until,
        tuple(sorted(named, key=lambda change: change.order)),
        len(first.open | last.open),
        tuple(sorted(scope for scope in last.scopes if not first.answers_for(scope))),
    )


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Compares two days of a source; contents are by their digest."""

    first: _Day
    last: _Day
    contents: Mapping[str, dict[str, Any]]
    geocoder: Geocoder | None

    def changes(self, differing: Iterable[str]) -> Iterator[Change]:
        """Yield every change of records that are not on both days what they were."""
        for key in differing:
            was, now = key in self.first.open, key in self.last.open
            if was and now:
                yield from self._differences(key)
            elif was:
                gone = self.last.listings[key]
                yield self._change("closed", key, on=self.last.closed_on(gone.scope, gone.as_of))
            elif now and key in self.first.listings:
                yield self._change("reopened", key)
            elif now and self.first.answers_for(self.last.listings[key].scope):
                yield self._change("opened", key)

    def _differences(self, key: str) -> Iterator[Change]:
        before = self.contents[self.first.listings[key].content_hash]
        after = self.contents[self.last.listings[key].content_hash]
        if fold_name(before["name"]) != fold_name(after["name"]):
            yield self._change("renamed", key, before["name"], after["name"])
        if before["kind"] != after["kind"]:
            yield self._change("kind", key, before["kind"], after["kind"])
        both_state_it = "phone" in before and "phone" in after
        if both_state_it and _digits(before["phone"]) != _digits(after["phone"]):
            yield self._change("phone", key, before["phone"], after["phone"])
        yield from self._moves(key, before, after)
        served, serves = before.get("serves"), after.get("serves")
        if served and serves and set(served) != set(serves):
            lost, come = (
                [one for one in a if one not in b] for a, b in ((served, serves), (serves, served))
            )
            yield self._change("area", key, "、".join(lost), "、".join(come))
        old, new = before["filings"], after["filings"]
        yield from (
            self._change("filing_new", key, "", symbol) for symbol in new if symbol not in old
        )
        yield from (
            self._change("filing_ended", key, symbol) for symbol in old if symbol not in new
        )

    def _moves(
        self, key: str, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> Iterator[Change]:
        elsewhere = _elsewhere(before, after)
        metres: float | None = None
        points = [_position(content) for content in (before, after)]
        if points[0] and points[1]:
            metres = distance_m(*points[0], *points[1])
        elif elsewhere:
            metres = self._geocoded_distance(before, after)
        if elsewhere or (metres or 0) > MOVED_LEAST_M:
            away = None if metres is None else float(round(metres))
            yield self._change("moved", key, before["address"], after["address"], distance=away)

    def _geocoded_distance(
        self, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> float | None:
        if self.geocoder is None:
            return None
        points = []
        for content in (before, after):
            geocoded = self.geocoder.geocode(content["address"], content["municipality_code"])
            if (
                geocoded.lon is None
                or geocoded.lat is None
                or geocoded.coordinate_level not in _PLACED
            ):
                return None
            points.append((geocoded.lon, geocoded.lat))
        return distance_m(*points[0], *points[1])

    def _change(
        self,
        kind: str,
        key: str,
        before: str = "",
        after: str = "",
        *,
        on: str = "",
        distance: float | None = None,
    ) -> Change:
        listing = self.last.listings[key]
        content = self.contents[listing.content_hash]
        owner = (content["name"], content["municipality_code"], content["kind"])
        return Change(kind, key, "", *owner, on or listing.as_of, before, after, distance)


def _elsewhere(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Return whether town or numbers differ: another spelling of an address is no move."""
    if not before["address"] or not after["address"]:
        return False
    if before["municipality_code"] != after["municipality_code"]:
        return True
    level = compare_address_parts(address_parts(before["address"]), address_parts(after["address"]))
    return level in ("number", "other", "block", "near")


def _position(content: Mapping[str, Any]) -> tuple[float, float] | None:
    """Return the published position; 0, 0 is none."""
    lon, lat = content.get("lon"), content.get("lat")
    return None if lon is None or lat is None or lon == lat == 0 else (lon, lat)


def _digits(phone: str) -> str:
    return re.sub(r"\D", "", unicodedata.normalize("NFKC", phone))
