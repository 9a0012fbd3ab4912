"""Warnings of checked positions as issues of the file, with their lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from geoportal.ingest.files.layouts import Layout
from geoportal.ingest.files.report import INFO, WARNING, Issue
from geoportal.ingest.reading.listings import ListedRow
from geoportal.ingest.resolve.positions import GEOCODED, MESSAGES, SERIOUS
from geoportal.store import documents
from geoportal.store.facilities import facility_documents
from geoportal.store.links import current_facility_ids

_ADDRESS_CODES = ("address_", "no_gazetteer", GEOCODED)
_BATCH = 1_000

Found = tuple[bool, tuple[str, ...]]
"""Whether the position of a facility is known, and the warnings about it."""


def position_issues(
    connection: sa.Connection,
    listed: Sequence[ListedRow],
    layout: Layout | None,
    found: Mapping[str, Found | None],
) -> list[Issue]:
    """Return an issue for each warning of the position of a file's facilities.

    To be called after the facilities were resolved; the layout names the columns. ``found`` has
    what is known by own id; of others the database is asked.
    """
    issues: list[Issue] = []
    columns: dict[str, tuple[str, bool]] = {}
    for start in range(0, len(listed), _BATCH):
        batch = listed[start : start + _BATCH]
        stored = _stored(connection, [one.own_id for one in batch if not found.get(one.own_id)])
        for listing in batch:
            known, warnings = found.get(listing.own_id) or stored[listing.own_id]
            for warning in warnings:
                if warning not in MESSAGES:
                    continue
                if warning not in columns:
                    columns[warning] = _column(warning, layout)
                issues.append(_issue(listing, warning, *columns[warning], known=known))
    return issues


def _stored(connection: sa.Connection, own_ids: Sequence[str]) -> dict[str, Found]:
    """Return how the positions of facilities were found, by own id."""
    current = current_facility_ids(connection, own_ids)
    texts = facility_documents(connection, sorted(set(current.values())))
    locations = {id_: documents.load_location(text) for id_, text in texts.items()}
    return {own: (locations[id_].known, locations[id_].warnings) for own, id_ in current.items()}


def _column(warning: str, layout: Layout | None) -> tuple[str, bool]:
    """Return the column a warning is about, as the file calls it, and whether it is the address."""
    about_address = warning.startswith(_ADDRESS_CODES)
    name = "address" if about_address else "lat"
    official = layout.official(name) if layout and name in layout.columns else name
    return official, about_address


def _issue(
    listing: ListedRow, warning: str, column: str, about_address: bool, *, known: bool
) -> Issue:
    value = listing.address if about_address else f"{listing.lat}, {listing.lon}"
    severity = WARNING if warning in SERIOUS or not known else INFO
    return Issue(listing.line, column, warning, severity, value, MESSAGES[warning])
