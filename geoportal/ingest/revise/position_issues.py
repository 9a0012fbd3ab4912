"""Warnings of checked positions as issues of the file, with their lines."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from geoportal.ingest.files.layouts import Layout
from geoportal.ingest.files.report import INFO, WARNING, Issue
from geoportal.ingest.reading.extract import ListedRecord
from geoportal.ingest.resolve.positions import GEOCODED, MESSAGES, SERIOUS
from geoportal.store import documents
from geoportal.store.facilities import facility_documents
from geoportal.store.links import current_facility_ids

_ADDRESS_CODES = ("address_", "no_gazetteer", GEOCODED)
_BATCH = 1_000


def position_issues(
    connection: sa.Connection, listed: Sequence[ListedRecord], layout: Layout | None
) -> list[Issue]:
    """Return an issue for each warning of the position of a file's facilities.

    To be called after the facilities were resolved; the layout names the columns.
    """
    issues: list[Issue] = []
    for start in range(0, len(listed), _BATCH):
        batch = listed[start : start + _BATCH]
        current = current_facility_ids(connection, [record.own_id for record in batch])
        stored = facility_documents(connection, sorted(set(current.values())))
        locations = {id_: documents.load_location(text) for id_, text in stored.items()}
        for listing in batch:
            if listing.record.lon is None and not listing.record.address:
                continue  # the table does not say where anything is
            location = locations[current[listing.own_id]]
            issues.extend(
                _issue(listing, warning, known=location.known, layout=layout)
                for warning in location.warnings
                if warning in MESSAGES
            )
    return issues


def _issue(listing: ListedRecord, warning: str, *, known: bool, layout: Layout | None) -> Issue:
    record = listing.record
    about_address = warning.startswith(_ADDRESS_CODES)
    name = "address" if about_address else "lat"
    official = layout.official(name) if layout and name in layout.columns else name
    value = record.address if about_address else f"{record.lat}, {record.lon}"
    severity = WARNING if warning in SERIOUS or not known else INFO
    return Issue(listing.line, official, warning, severity, value, MESSAGES[warning])
