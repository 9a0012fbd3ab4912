"""Consultation centres stored, as facilities and as whom to call for a district."""

from __future__ import annotations

import sqlalchemy as sa

from geoportal.domain.centre import Centre
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.revise.records import update_records
from geoportal.ingest.revise.revision import Revision
from geoportal.ingest.sources.centres import CentreExtract
from geoportal.store import documents
from geoportal.store.centres import remove_centres, write_centres
from geoportal.store.facilities import read_records
from geoportal.store.reference import read_centres


def update_centres(connection: sa.Connection, extract: CentreExtract, edition: Edition) -> Revision:
    """Store the records, then the centres: of each the newest wins, the closed ones go."""
    revision = update_records(connection, extract, edition)
    stored = {centre.id: centre for centre in read_centres(connection)}
    closed = {
        item.record.record_id
        for item in read_records(connection, source=edition.source)
        if item.closed_on
    }
    fresh = [
        centre
        for centre in extract.centres.values()
        if centre.id not in closed
        and (centre.id not in stored or _rank(centre) > _rank(stored[centre.id]))
    ]
    gone = sorted(closed & stored.keys())
    write_centres(connection, fresh)
    remove_centres(connection, gone)
    revision.centres_changed = bool(fresh or gone)
    return revision


def _rank(centre: Centre) -> tuple[str, str]:
    return centre.as_of, documents.dump(centre)
