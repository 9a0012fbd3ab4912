"""Links that were given out to offices."""

from __future__ import annotations

import sqlalchemy as sa

from geoportal.desk.domain.office_link import LinkScope, OfficeLink
from geoportal.desk.store.schema import office_links


def add_link(connection: sa.Connection, link: OfficeLink) -> None:
    """Add a link."""
    connection.execute(
        sa.insert(office_links).values(
            id=link.id,
            facility_id=link.facility_id,
            scope=link.scope.value,
            expires_s=link.expires_s,
            created_at=link.created_at,
            created_by=link.created_by,
        )
    )


def find_link(connection: sa.Connection, link_id: str) -> OfficeLink | None:
    """Return a link, None for none."""
    row = connection.execute(
        sa.select(office_links).where(office_links.c.id == link_id)
    ).one_or_none()
    return None if row is None else _link(row)


def read_links(connection: sa.Connection, now_s: int) -> list[OfficeLink]:
    """Return the links that have not expired, newest first."""
    query = (
        sa.select(office_links)
        .where(office_links.c.expires_s > now_s)
        .order_by(office_links.c.created_at.desc(), office_links.c.id)
    )
    return [_link(row) for row in connection.execute(query)]


def revoke_link(connection: sa.Connection, link_id: str, at: str) -> bool:
    """Revoke a link since a moment (ISO 8601); False when it was before, or there is none."""
    revoked = connection.execute(
        sa.update(office_links)
        .where(office_links.c.id == link_id, office_links.c.revoked_at == "")
        .values(revoked_at=at)
    )
    return revoked.rowcount == 1


def _link(row: sa.Row[tuple[object, ...]]) -> OfficeLink:
    return OfficeLink(
        id=row.id,
        facility_id=row.facility_id,
        scope=LinkScope(row.scope),
        expires_s=row.expires_s,
        created_at=row.created_at,
        created_by=row.created_by,
        is_revoked=bool(row.revoked_at),
    )
