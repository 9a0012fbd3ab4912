"""Tables of the database, the same on SQLite and PostgreSQL.

``records`` holds what each source says, row by row. ``facilities``, ``claims`` and
``identifiers`` are resolved from the records and can be rebuilt from them at any time.
"""

from __future__ import annotations

import sqlalchemy as sa

from geoportal.store.columns import degrees, edition_columns, integers, texts

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)

meta = sa.Table(
    "meta",
    metadata,
    *texts("key", primary_key=True),
    *texts("value"),
    comment="dataset_version and other single values",
)

editions = sa.Table(
    "editions",
    metadata,
    *integers("id", primary_key=True, autoincrement=True),
    *texts("source", index=True),
    *texts("file_name", "sha256", "as_of", "imported_at"),
    *integers("rows_read", "accepted", "rejected", nullable=False),
    *integers("created", "updated", "unchanged", "removed", "issue_count", nullable=False),
    comment="one row for each imported file",
)

import_issues = sa.Table(
    "import_issues",
    metadata,
    *integers("edition", "ordinal", primary_key=True, autoincrement=False),
    *integers("line", nullable=False),
    *texts("field", "code", "severity", "value", "message"),
    comment="issues of an imported file, gravest first; value is empty for answers of surveys",
)

records = sa.Table(
    "records",
    metadata,
    *texts("source", "record_id", primary_key=True),
    *texts("facility_id", "scope", index=True),
    *texts("as_of", "first_seen", "last_seen"),
    *texts("closed_on", server_default=""),
    *texts("own_id", "link_block", server_default="", index=True),
    *texts("content_hash", "content"),
    *texts("origins", server_default=""),
    comment="what a source says of one facility (FacilityRecord as JSON)",
)

scope_editions = sa.Table(
    "scope_editions",
    metadata,
    *texts("source", "scope", "as_of", primary_key=True),
    comment="editions that list a scope completely: a record missing from a later one is closed",
)

facilities = sa.Table(
    "facilities",
    metadata,
    *texts("id", primary_key=True),
    *texts("kind", index=True),
    *texts("name"),
    *texts("municipality_code", index=True),
    *degrees(),
    *texts("status", "document"),
    comment="one place offering one kind of service, resolved; document = Facility as JSON",
)

claims = sa.Table(
    "claims",
    metadata,
    *texts("source", "record_id", primary_key=True),
    *texts("facility_id", index=True),
    *integers("ordinal", primary_key=True),
    *texts("code", index=True),
    *texts("value", "evidence", "as_of"),
    *texts("valid_until", "note", server_default=""),
    comment="dated facts with evidence; never overwritten by another source's",
)

identifiers = sa.Table(
    "identifiers",
    metadata,
    *texts("scheme", "value", primary_key=True),
    *texts("facility_id", primary_key=True, index=True),
    comment="official numbers",
)

redirects = sa.Table(
    "redirects",
    metadata,
    *texts("old_id", primary_key=True),
    *texts("new_id"),
    comment="an id once published leads to its facility for ever",
)

link_pairs = sa.Table(
    "link_pairs",
    metadata,
    *texts("first", primary_key=True),
    *texts("second", primary_key=True, index=True),
    *texts("block", "outcome", index=True),
    *texts("reason"),
    sa.Column("score", sa.Float(53), nullable=False),
    *texts("parts"),
    comment="pairs of ids that linking compared and why they were linked or not; can be rebuilt",
)

link_decisions = sa.Table(
    "link_decisions",
    metadata,
    *integers("id", primary_key=True, autoincrement=True),
    *texts("first", "second", index=True),
    *texts("verdict", "decided_by", "decided_on"),
    *texts("note", server_default=""),
    comment="what people decided about pairs of ids; the last row of a pair holds",
)

record_history = sa.Table(
    "record_history",
    metadata,
    *texts("source", "record_id", primary_key=True),
    *texts("as_of", primary_key=True, index=True),
    *texts("scope", "content_hash"),
    comment="which editions list a record, and what they say of it",
)

record_contents = sa.Table(
    "record_contents",
    metadata,
    *texts("content_hash", primary_key=True),
    *texts("content"),
    comment="what editions are compared by, each wording once (JSON)",
)

outlines = sa.Table(
    "outlines",
    metadata,
    *texts("code", primary_key=True),
    *texts("name", "level"),
    *texts("parent", "full_name", server_default=""),
    *texts("source", "as_of"),
    *integers("vertices", nullable=False),
    *texts("content_hash"),
    sa.Column("geometry", sa.LargeBinary, nullable=False),
    comment="district outlines, WKB (Multi)Polygon, EPSG:4326",
)

centres = sa.Table(
    "centres",
    metadata,
    *texts("id", primary_key=True),
    *texts("as_of", "content_hash", "document"),
    comment="consultation centres; document = Centre as JSON",
)

places = sa.Table(
    "places",
    metadata,
    *integers("id", primary_key=True, autoincrement=True),
    *texts("source", "as_of"),
    *texts("municipality_code", index=True),
    *texts("prefecture", "municipality", "town"),
    *texts("koaza", "block", "house", server_default=""),
    *degrees(),
    *texts("kana", "registry_id", server_default=""),
    comment="gazetteer: 町丁目 and finer, one row a place; known by name only without a position",
)

place_sets = sa.Table(
    "place_sets",
    metadata,
    *texts("source", "municipality_code", primary_key=True),
    *edition_columns(),
    comment="which edition the places of a municipality are from; they are replaced together",
)

postcodes = sa.Table(
    "postcodes",
    metadata,
    *integers("id", primary_key=True, autoincrement=True),
    *texts("municipality_code", index=True),
    *texts("postal_code"),
    *texts("town", "kana", "chome", server_default=""),
    comment="postal codes and the areas they serve; without a town: the rest of the city",
)

postcode_sets = sa.Table(
    "postcode_sets",
    metadata,
    *texts("municipality_code", primary_key=True),
    *edition_columns(),
    comment="which edition the postal codes of a municipality are from; replaced together",
)

stations = sa.Table(
    "stations",
    metadata,
    *texts("id", primary_key=True),
    *texts("source", "as_of", "name"),
    sa.Column("lon", sa.Float(53), nullable=False),
    sa.Column("lat", sa.Float(53), nullable=False),
    *integers("extent_m", nullable=False),
    *texts("lines"),
    comment="railway stations, all of one edition; lines = [operator, line] pairs as JSON",
)

road_sets = sa.Table(
    "road_sets",
    metadata,
    *texts("content_hash", primary_key=True),
    *texts("source", "as_of"),
    *integers("edges", nullable=False),
    *(sa.Column(name, sa.Float(53), nullable=False) for name in ("west", "south", "east", "north")),
    sa.Column("document", sa.LargeBinary, nullable=False),
    comment="roads of one file, with the box they lie in; document = packed arrays of edges",
)
