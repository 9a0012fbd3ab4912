"""Outlines of districts stored: the newest and most detailed edition of each wins."""

from __future__ import annotations

import sqlalchemy as sa

from geoportal.geo.polygons import vertex_count
from geoportal.ingest.files.report import ERROR, Issue
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.revise.revision import Revision, older_edition, precedence
from geoportal.ingest.sources.boundary import OutlineExtract
from geoportal.store.outlines import StoredOutline, read_outlines, write_outlines


def update_outlines(
    connection: sa.Connection, extract: OutlineExtract, _edition: Edition
) -> Revision:
    """Store outlines.

    For each district the newest edition wins; among equally new ones the most detailed. The
    schematic outlines of the sample city give way to any real one. A code of a local district is
    never given to a district of another level.
    """
    stored = {outline.district.code: outline for outline in read_outlines(connection)}
    revision = Revision()
    fresh = []
    for outline in extract.outlines:
        before = stored.get(outline.district.code)
        if before is None:
            revision.created += 1
            fresh.append(outline)
        elif (
            before.district.is_local or outline.district.is_local
        ) and before.district.level != outline.district.level:
            revision.unchanged += 1
            revision.issues.append(_code_taken(before, outline))
        elif _rank(outline) > _rank(before):
            same = outline.content_hash == before.content_hash
            revision.updated += not same
            revision.unchanged += same
            fresh.append(outline)
        else:
            revision.unchanged += 1
    older = len(extract.outlines) - len(fresh)
    if older > sum(item == stored.get(item.district.code) for item in extract.outlines):
        revision.issues.append(older_edition(older, "outlines", "newer or more detailed"))
    write_outlines(connection, fresh)
    return revision


def _code_taken(before: StoredOutline, outline: StoredOutline) -> Issue:
    owner = before.district
    message = (
        f"the code is that of {owner.full_name or owner.name} ({owner.level}) here; "
        f"{outline.district.name} is left out: give it a code of its own"
    )
    return Issue(1, "code", "code_taken", ERROR, outline.district.code, message)


def _rank(outline: StoredOutline) -> tuple[bool, str, int, str]:
    detail = vertex_count(outline.geometry)
    return (*precedence(outline.source, outline.as_of), detail, outline.content_hash)
