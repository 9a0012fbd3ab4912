"""First tables."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from geoportal.store.columns import degrees, edition_columns, integers, texts

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_INDEXED = {
    "claims": ("code", "facility_id"),
    "editions": ("source",),
    "facilities": ("kind", "municipality_code"),
    "identifiers": ("facility_id",),
    "places": ("municipality_code",),
    "records": ("facility_id", "scope"),
}


def upgrade() -> None:
    """Apply."""
    _create_published_tables()
    _create_gazetteer_tables()
    _create_record_tables()


def _create_table(name: str, key: tuple[str, ...], *columns: sa.Column[Any], comment: str) -> None:
    primary_key = sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{name}"))
    op.create_table(name, *columns, primary_key, comment=comment)
    for column in _INDEXED.get(name, ()):
        op.create_index(op.f(f"ix_{name}_{column}"), name, [column], unique=False)


def _create_published_tables() -> None:
    _create_table(
        "centres",
        ("id",),
        *texts("id", "as_of", "content_hash", "document"),
        comment="consultation centres; document = Centre as JSON",
    )
    _create_table(
        "claims",
        ("source", "record_id", "ordinal"),
        *texts("source", "record_id", "facility_id"),
        *integers("ordinal", nullable=False),
        *texts("code", "value", "evidence", "as_of"),
        *texts("valid_until", "note", server_default=""),
        comment="dated facts with evidence; never overwritten by another source's",
    )
    _create_table(
        "editions",
        ("id",),
        *integers("id", autoincrement=True, nullable=False),
        *texts("source", "file_name", "sha256", "as_of", "imported_at"),
        *integers("rows_read", "accepted", "rejected", nullable=False),
        *integers("created", "updated", "unchanged", "removed", "issue_count", nullable=False),
        comment="one row for each imported file",
    )
    _create_table(
        "facilities",
        ("id",),
        *texts("id", "kind", "name", "municipality_code"),
        *degrees(),
        *texts("status", "document"),
        comment="one place offering one kind of service, resolved; document = Facility as JSON",
    )
    _create_table(
        "identifiers",
        ("scheme", "value", "facility_id"),
        *texts("scheme", "value", "facility_id"),
        comment="official numbers",
    )
    _create_table(
        "meta",
        ("key",),
        *texts("key", "value"),
        comment="dataset_version and other single values",
    )


def _create_gazetteer_tables() -> None:
    _create_table(
        "outlines",
        ("code",),
        *texts("code", "name", "level"),
        *texts("parent", "full_name", server_default=""),
        *texts("source", "as_of"),
        *integers("vertices", nullable=False),
        *texts("content_hash"),
        sa.Column("geometry", sa.LargeBinary, nullable=False),
        comment="district outlines, WKB (Multi)Polygon, EPSG:4326",
    )
    _create_table(
        "places",
        ("id",),
        *integers("id", autoincrement=True, nullable=False),
        *texts("source", "as_of", "municipality_code", "prefecture", "municipality", "town"),
        *texts("koaza", "block", "house", server_default=""),
        *degrees(),
        comment="gazetteer: 町丁目 and finer, one row a place; known by name only without a position",
    )
    _create_table(
        "place_sets",
        ("source", "municipality_code"),
        *texts("source", "municipality_code"),
        *edition_columns(),
        comment="which edition the places of a municipality are from; they are replaced together",
    )


def _create_record_tables() -> None:
    _create_table(
        "scope_editions",
        ("source", "scope", "as_of"),
        *texts("source", "scope", "as_of"),
        comment="editions that list a scope completely: a record missing from a later one is closed",
    )
    _create_table(
        "records",
        ("source", "record_id"),
        *texts("source", "record_id", "facility_id", "scope", "as_of", "first_seen", "last_seen"),
        *texts("closed_on", server_default=""),
        *texts("content_hash", "content"),
        comment="what a source says of one facility (FacilityRecord as JSON)",
    )
    _create_table(
        "redirects",
        ("old_id",),
        *texts("old_id", "new_id"),
        comment="an id once published leads to its facility for ever",
    )


def downgrade() -> None:
    """Take back."""
    for name in ("redirects", "scope_editions", "place_sets", "records", "places", "outlines"):
        op.drop_table(name)
    for name in ("meta", "identifiers", "facilities", "editions", "claims", "centres"):
        op.drop_table(name)
