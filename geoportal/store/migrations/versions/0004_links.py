"""Links between records with people's decisions; what each edition said of a record."""

from __future__ import annotations

import hashlib
import json

import sqlalchemy as sa
from alembic import op

from geoportal.store.columns import integers, texts

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_COMPARED = (
    *("kind", "name", "address", "postal_code", "municipality_code", "lon", "lat", "phone", "fax"),
    *("operator", "beds", "capacity", "filings"),
)


def upgrade() -> None:
    """Apply."""
    for column in texts("own_id", "link_block", server_default=""):
        op.add_column("records", column)
        op.create_index(op.f(f"ix_records_{column.name}"), "records", [column.name], unique=False)
    op.create_table(
        "link_pairs",
        *texts("first", "second", "block", "outcome", "reason"),
        sa.Column("score", sa.Float(53), nullable=False),
        *texts("parts"),
        sa.PrimaryKeyConstraint("first", "second", name=op.f("pk_link_pairs")),
        comment="pairs of ids that linking compared and why they were linked or not; can be rebuilt",
    )
    for name in ("second", "block", "outcome"):
        op.create_index(op.f(f"ix_link_pairs_{name}"), "link_pairs", [name], unique=False)
    op.create_table(
        "link_decisions",
        *integers("id", autoincrement=True, nullable=False),
        *texts("first", "second", "verdict", "decided_by", "decided_on"),
        *texts("note", server_default=""),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_decisions")),
        comment="what people decided about pairs of ids; the last row of a pair holds",
    )
    for name in ("first", "second"):
        op.create_index(op.f(f"ix_link_decisions_{name}"), "link_decisions", [name], unique=False)
    op.create_table(
        "record_history",
        *texts("source", "record_id", "as_of", "scope", "content_hash"),
        sa.PrimaryKeyConstraint("source", "record_id", "as_of", name=op.f("pk_record_history")),
        comment="which editions list a record, and what they say of it",
    )
    op.create_index(op.f("ix_record_history_as_of"), "record_history", ["as_of"], unique=False)
    op.create_table(
        "record_contents",
        *texts("content_hash", "content"),
        sa.PrimaryKeyConstraint("content_hash", name=op.f("pk_record_contents")),
        comment="what editions are compared by, each wording once (JSON)",
    )
    _fill_records(op.get_bind())
    _fill_history(op.get_bind())


def _fill_records(connection: sa.Connection) -> None:
    """Give records that are held their own id and their block: kinds compared, and prefecture."""
    table = sa.table("records", *map(sa.column, ("source", "record_id", "facility_id", "content")))
    held = connection.execute(sa.select(table)).all()
    connection.execute(sa.text("UPDATE records SET own_id = facility_id"))
    rows = []
    for row in held:
        record = json.loads(row.content)
        family = "medical" if record["kind"] in ("hospital", "clinic") else record["kind"]
        numbers = [number for number in record["identifiers"].values() if number]
        prefecture = (record["municipality_code"] or (numbers or [""])[0])[:2]
        if row.source != "sample":
            block = f"{family}/{prefecture}"
            rows.append({"block": block, "key_source": row.source, "key_id": row.record_id})
    if rows:
        connection.execute(
            sa.text(
                "UPDATE records SET link_block = :block"
                " WHERE source = :key_source AND record_id = :key_id"
            ),
            rows,
        )


def _fill_history(connection: sa.Connection) -> None:
    """Begin the history with what is held, so that the next edition can be compared with it."""
    names = ("source", "record_id", "as_of", "scope", "content")
    table = sa.table("records", *map(sa.column, names))
    contents, rows = {}, []
    for row in connection.execute(sa.select(table)).all():
        record = json.loads(row.content)
        values = {name: record[name] for name in _COMPARED}
        content = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        key = hashlib.sha256(content.encode()).hexdigest()[:24]
        contents[key] = content
        rows.append({**dict(zip(names[:4], row[:4], strict=True)), "content_hash": key})
    if rows:
        connection.execute(
            sa.text("INSERT INTO record_contents (content_hash, content) VALUES (:key, :content)"),
            [{"key": key, "content": content} for key, content in contents.items()],
        )
        connection.execute(
            sa.text(
                "INSERT INTO record_history (source, record_id, as_of, scope, content_hash)"
                " VALUES (:source, :record_id, :as_of, :scope, :content_hash)"
            ),
            rows,
        )


def downgrade() -> None:
    """Take back; linked records go back to the ids of their sources."""
    for name in ("record_contents", "record_history", "link_decisions", "link_pairs"):
        op.drop_table(name)
    op.execute("UPDATE records SET facility_id = own_id WHERE own_id <> ''")
    for name in ("link_block", "own_id"):
        op.drop_index(op.f(f"ix_records_{name}"), table_name="records")
        op.drop_column("records", name)
