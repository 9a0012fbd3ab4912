"""Consultation centres stored: of each the newest wins, those no longer listed go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import sqlalchemy as sa

from geoportal.domain.centre import Centre
from geoportal.ingest.files.report import INFO, Issue
from geoportal.ingest.reading.centre_towns import CentreExtract, TownListExtract
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.revise.records import update_records
from geoportal.ingest.revise.revision import Revision, precedence, prevails
from geoportal.ingest.revise.scopes import ScopeDays, answered_scopes
from geoportal.store import documents
from geoportal.store.centres import read_centres, remove_centres, write_centres
from geoportal.store.editions import add_scope_editions, read_scope_editions
from geoportal.store.facilities import read_records
from geoportal.store.history import drop_listings, last_listings, write_history

_ALWAYS: Final = "9999"
"""Sorts after every day of an edition, dated or not, in the order of any database."""


def update_centres(connection: sa.Connection, extract: CentreExtract, edition: Edition) -> Revision:
    """Store the records, then the centres: of each the newest wins, the closed ones go."""
    held = {record.record.record_id for record in read_records(connection, source=edition.source)}
    revision = update_records(connection, extract, edition)
    closed = (held | extract.centres.keys()) - {
        record.record.record_id
        for record in read_records(connection, source=edition.source)
        if not record.closed_on
    }
    _write(connection, extract, edition, revision, closed)
    return revision


def update_town_lists(
    connection: sa.Connection, extract: TownListExtract, edition: Edition
) -> Revision:
    """Store which centre answers for which towns.

    Such a list gives centres and their history, no facilities: where they are is in other lists.
    """
    finder = edition.municipalities
    scopes = {row.scope for row in extract.listed.rows}
    complete = set() if extract.incomplete else scopes - extract.incomplete_scopes
    answered = answered_scopes(complete, scopes - complete, finder)
    ids = [row.record_id for row in extract.listed.rows]
    for day in edition.formerly:
        drop_listings(connection, edition.source, day, scopes | answered, ids)
    add_scope_editions(connection, edition.source, complete | answered, edition.as_of)
    listings = ((listing.scope, listing.record) for listing in extract.listed)
    write_history(connection, edition.source, edition.as_of, listings)
    days = ScopeDays(read_scope_editions(connection, edition.source), finder)
    stored = {centre.id: centre for centre in read_centres(connection)}
    concerned = stored.keys() | extract.centres.keys()
    closed = {
        key
        for key, listing in last_listings(connection, edition.source, _ALWAYS).items()
        if key in concerned
        and listing.scope.startswith(f"{extract.SCOPE}/")
        and days.closed_on(listing.scope, listing.as_of)
    }
    revision = Revision(outdoes=bool(edition.outdoes))
    _write(connection, extract, edition, revision, closed)
    after = {centre.id: centre for centre in read_centres(connection)}
    revision.count(
        {key: stored[key] for key in stored if key in closed or key in extract.centres},
        {key: after[key] for key in after if key in extract.centres},
    )
    return revision


def _write(
    connection: sa.Connection,
    extract: CentreExtract,
    edition: Edition,
    revision: Revision,
    closed: set[str],
) -> None:
    """Write the centres of an edition that are newer than those stored, and remove the closed."""
    stored = {centre.id: centre for centre in read_centres(connection)}
    fresh = [
        centre
        for centre in extract.centres.values()
        if centre.id not in closed
        and (
            centre.id not in stored
            or prevails(_rank(centre), _rank(stored[centre.id]), outdoes=bool(edition.outdoes))
        )
    ]
    gone = sorted(closed & stored.keys())
    revision.issues.extend(_moved_areas(fresh, stored, extract))
    write_centres(connection, fresh)
    remove_centres(connection, gone)
    revision.centres_changed = bool(fresh or gone)


def _rank(centre: Centre) -> tuple[bool, str, str]:
    return (*precedence("centres", centre.as_of), documents.dump(centre))


def _moved_areas(
    fresh: Iterable[Centre], stored: Mapping[str, Centre], extract: CentreExtract
) -> Iterator[Issue]:
    """Yield an issue for each centre that answers for other districts or towns than before."""
    lines = {row.record_id: row.line for row in extract.listed.rows}
    for centre in fresh:
        before = stored.get(centre.id)
        if before is None or (before.districts, before.area) == (centre.districts, centre.area):
            continue
        served = _served(before)
        lost = [name for name in served if name not in _served(centre)]
        come = [name for name in _served(centre) if name not in served]
        message = (
            f"answers for other districts or towns than in the list held before: came "
            f"{'、'.join(come) or 'none'}; left {'、'.join(lost) or 'none'}"
        )
        line = lines.get(centre.id, 1)
        yield Issue(line, "district_codes", "area_changed", INFO, centre.name, message)


def _served(centre: Centre) -> list[str]:
    return [*centre.districts, *(part for part in centre.area.split("、") if part)]
