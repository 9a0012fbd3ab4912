"""The audit trail as a table file: who, when, what, before and after."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from geoportal.desk.domain.account import Actor
from geoportal.desk.services.desk import Desk
from geoportal.desk.store.accounts import read_accounts
from geoportal.desk.store.audit import read_audit, record
from geoportal.errors import UsageError
from geoportal.export.table import write_csv, write_sheets

COLUMNS: Final = {
    "id": "番号",
    "at": "日時",
    "actor_kind": "書いた人の種類",
    "actor": "書いた人",
    "centre": "センター",
    "action": "したこと",
    "subject_kind": "対象の種類",
    "subject": "対象",
    "before": "前",
    "after": "後",
}


def write_audit(desk: Desk, actor: Actor, path: Path) -> int:
    """Write the whole trail to a ``.csv`` or ``.xlsx`` file, oldest first; return its lines.

    Cells stay text in a spreadsheet. That it was written out is a line of the trail itself.

    Raises
    ------
    UsageError
        When the file's name ends otherwise.
    """
    if path.suffix not in {".csv", ".xlsx"}:
        raise UsageError("the audit trail is written as .csv or .xlsx", "out")
    with desk.database.writing() as connection:
        record(connection, desk.clock(), actor, "audit.export", ("audit", path.suffix[1:]))
        names = {one.id: one.name for one in read_accounts(connection)}
        entries = read_audit(connection)
    rows = [
        {
            "id": one.id,
            "at": one.at,
            "actor_kind": one.actor.kind,
            "actor": names.get(one.actor.id, one.actor.id),
            "centre": one.actor.centre_id,
            "action": one.action,
            "subject_kind": one.subject_kind,
            "subject": names.get(one.subject_id, one.subject_id),
            "before": _text(one.before),
            "after": _text(one.after),
        }
        for one in reversed(entries)
    ]
    if path.suffix == ".csv":
        write_csv(path, rows, COLUMNS)
    else:
        write_sheets(path, [("記録", rows, COLUMNS)])
    return len(rows)


def _text(values: Mapping[str, object]) -> str:
    return json.dumps(dict(values), ensure_ascii=False, sort_keys=True) if values else ""
