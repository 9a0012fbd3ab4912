"""Tables of the database, the same on SQLite and PostgreSQL.

``records`` holds what each source says, row by row. ``facilities``, ``claims`` and
``identifiers`` are resolved from the records and can be rebuilt from them at any time.
"""

from __future__ import annotations

import sqlalchemy as sa

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
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    comment="dataset_version and other single values",
)

editions = sa.Table(
    "editions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("source", sa.Text, nullable=False, index=True),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("as_of", sa.Text, nullable=False),
    sa.Column("imported_at", sa.Text, nullable=False),
    sa.Column("rows_read", sa.Integer, nullable=False),
    sa.Column("accepted", sa.Integer, nullable=False),
    sa.Column("rejected", sa.Integer, nullable=False),
    sa.Column("created", sa.Integer, nullable=False),
    sa.Column("updated", sa.Integer, nullable=False),
    sa.Column("unchanged", sa.Integer, nullable=False),
    sa.Column("removed", sa.Integer, nullable=False),
    sa.Column("issue_count", sa.Integer, nullable=False),
    comment="one row for each imported file",
)

records = sa.Table(
    "records",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("record_id", sa.Text, primary_key=True),
    sa.Column("facility_id", sa.Text, nullable=False, index=True),
    sa.Column("scope", sa.Text, nullable=False, index=True),
    sa.Column("as_of", sa.Text, nullable=False),
    sa.Column("first_seen", sa.Text, nullable=False),
    sa.Column("last_seen", sa.Text, nullable=False),
    sa.Column("closed_on", sa.Text, nullable=False, server_default=""),
    sa.Column("own_id", sa.Text, nullable=False, server_default="", index=True),
    sa.Column("link_block", sa.Text, nullable=False, server_default="", index=True),
    sa.Column("content_hash", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    comment="what a source says of one facility (FacilityRecord as JSON)",
)

scope_editions = sa.Table(
    "scope_editions",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("scope", sa.Text, primary_key=True),
    sa.Column("as_of", sa.Text, primary_key=True),
    comment="editions that list a scope completely: a record missing from a later one is closed",
)

facilities = sa.Table(
    "facilities",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("municipality_code", sa.Text, nullable=False, index=True),
    sa.Column("lon", sa.Float(53)),
    sa.Column("lat", sa.Float(53)),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    comment="one place offering one kind of service, resolved; document = Facility as JSON",
)

claims = sa.Table(
    "claims",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("record_id", sa.Text, primary_key=True),
    sa.Column("facility_id", sa.Text, nullable=False, index=True),
    sa.Column("ordinal", sa.Integer, primary_key=True),
    sa.Column("code", sa.Text, nullable=False, index=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("evidence", sa.Text, nullable=False),
    sa.Column("as_of", sa.Text, nullable=False),
    sa.Column("valid_until", sa.Text, nullable=False, server_default=""),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    comment="dated facts with evidence; never overwritten by another source's",
)

identifiers = sa.Table(
    "identifiers",
    metadata,
    sa.Column("scheme", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, primary_key=True),
    sa.Column("facility_id", sa.Text, primary_key=True, index=True),
    comment="official numbers",
)

redirects = sa.Table(
    "redirects",
    metadata,
    sa.Column("old_id", sa.Text, primary_key=True),
    sa.Column("new_id", sa.Text, nullable=False),
    comment="an id once published leads to its facility for ever",
)

link_pairs = sa.Table(
    "link_pairs",
    metadata,
    sa.Column("first", sa.Text, primary_key=True),
    sa.Column("second", sa.Text, primary_key=True, index=True),
    sa.Column("block", sa.Text, nullable=False, index=True),
    sa.Column("outcome", sa.Text, nullable=False, index=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("score", sa.Float(53), nullable=False),
    sa.Column("parts", sa.Text, nullable=False),
    comment="pairs of ids that linking compared and why they were linked or not; can be rebuilt",
)

link_decisions = sa.Table(
    "link_decisions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("first", sa.Text, nullable=False, index=True),
    sa.Column("second", sa.Text, nullable=False, index=True),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("decided_by", sa.Text, nullable=False),
    sa.Column("decided_on", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    comment="what people decided about pairs of ids; the last row of a pair holds",
)

record_history = sa.Table(
    "record_history",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("record_id", sa.Text, primary_key=True),
    sa.Column("as_of", sa.Text, primary_key=True, index=True),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("content_hash", sa.Text, nullable=False),
    comment="which editions list a record, and what they say of it",
)

record_contents = sa.Table(
    "record_contents",
    metadata,
    sa.Column("content_hash", sa.Text, primary_key=True),
    sa.Column("content", sa.Text, nullable=False),
    comment="what editions are compared by, each wording once (JSON)",
)

outlines = sa.Table(
    "outlines",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("parent", sa.Text, nullable=False, server_default=""),
    sa.Column("full_name", sa.Text, nullable=False, server_default=""),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("as_of", sa.Text, nullable=False),
    sa.Column("vertices", sa.Integer, nullable=False),
    sa.Column("content_hash", sa.Text, nullable=False),
    sa.Column("geometry", sa.LargeBinary, nullable=False),
    comment="district outlines, WKB (Multi)Polygon, EPSG:4326",
)

centres = sa.Table(
    "centres",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("as_of", sa.Text, nullable=False),
    sa.Column("content_hash", sa.Text, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    comment="consultation centres; document = Centre as JSON",
)

places = sa.Table(
    "places",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("as_of", sa.Text, nullable=False),
    sa.Column("municipality_code", sa.Text, nullable=False, index=True),
    sa.Column("prefecture", sa.Text, nullable=False),
    sa.Column("municipality", sa.Text, nullable=False),
    sa.Column("town", sa.Text, nullable=False),
    sa.Column("koaza", sa.Text, nullable=False, server_default=""),
    sa.Column("block", sa.Text, nullable=False, server_default=""),
    sa.Column("house", sa.Text, nullable=False, server_default=""),
    sa.Column("lon", sa.Float(53)),
    sa.Column("lat", sa.Float(53)),
    sa.Column("kana", sa.Text, nullable=False, server_default=""),
    sa.Column("registry_id", sa.Text, nullable=False, server_default=""),
    comment="gazetteer: 町丁目 and finer, one row a place; known by name only without a position",
)

place_sets = sa.Table(
    "place_sets",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("municipality_code", sa.Text, primary_key=True),
    sa.Column("as_of", sa.Text, nullable=False),
    sa.Column("row_count", sa.Integer, nullable=False),
    sa.Column("content_hash", sa.Text, nullable=False),
    comment="which edition the places of a municipality are from; they are replaced together",
)

postcodes = sa.Table(
    "postcodes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("municipality_code", sa.Text, nullable=False, index=True),
    sa.Column("postal_code", sa.Text, nullable=False),
    sa.Column("town", sa.Text, nullable=False, server_default=""),
    sa.Column("kana", sa.Text, nullable=False, server_default=""),
    sa.Column("chome", sa.Text, nullable=False, server_default=""),
    comment="postal codes and the areas they serve; without a town: the rest of the city",
)

postcode_sets = sa.Table(
    "postcode_sets",
    metadata,
    sa.Column("municipality_code", sa.Text, primary_key=True),
    sa.Column("as_of", sa.Text, nullable=False),
    sa.Column("row_count", sa.Integer, nullable=False),
    sa.Column("content_hash", sa.Text, nullable=False),
    comment="which edition the postal codes of a municipality are from; replaced together",
)

stations = sa.Table(
    "stations",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("as_of", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("lon", sa.Float(53), nullable=False),
    sa.Column("lat", sa.Float(53), nullable=False),
    sa.Column("extent_m", sa.Integer, nullable=False),
    sa.Column("lines", sa.Text, nullable=False),
    comment="railway stations, all of one edition; lines = [operator, line] pairs as JSON",
)
