"""Editions of files and scopes."""

from __future__ import annotations

from geoportal.store.editions import (
    add_scope_editions,
    edition_of_digest,
    has_edition,
    read_scope_editions,
    write_edition,
)


def edition(as_of, sha256="a" * 64):
    counts = dict.fromkeys(
        [
            "rows_read",
            "accepted",
            "rejected",
            "created",
            "updated",
            "unchanged",
            "removed",
            "issue_count",
        ],
        0,
    )
    named = {"source": "kaigo", "file_name": "a.csv", "sha256": sha256}
    return {**named, "as_of": as_of, "imported_at": "2026-11-22", **counts}


def test_scopes_are_noted_once_and_come_back_in_order(database):
    with database.engine.begin() as connection:
        for as_of in ("2026-01-01", "2025-01-01", "2026-01-01"):
            add_scope_editions(connection, "kaigo", ["130/40106"], as_of)
        add_scope_editions(connection, "navii-facility", ["clinic/40106"], "2025-06-01")
        assert read_scope_editions(connection, "kaigo") == {
            "130/40106": ["2025-01-01", "2026-01-01"]
        }


def test_the_same_bytes_keep_their_latest_date(database):
    with database.engine.begin() as connection:
        assert edition_of_digest(connection, "kaigo", "a" * 64) == ""
        for as_of in ("2025-01-01", "2026-01-01"):
            write_edition(connection, edition(as_of))
        assert edition_of_digest(connection, "kaigo", "a" * 64) == "2026-01-01"
        assert edition_of_digest(connection, "towns", "a" * 64) == ""
        assert has_edition(connection, "kaigo", "a" * 64, "2025-01-01")
        assert not has_edition(connection, "kaigo", "b" * 64, "2025-01-01")
