"""The change report as a document and as the rows of a table."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

from geoportal.errors import UsageError
from geoportal.ingest.changes import ChangeReport, compare_editions
from geoportal.services.view import View
from geoportal.store.history import edition_dates

CHANGE_LABELS_JA = {
    "opened": "新規",
    "closed": "掲載終了",
    "reopened": "再掲載",
    "moved": "移転",
    "renamed": "名称変更",
    "filing_new": "届出の追加",
    "filing_ended": "届出の終了",
    "phone": "電話番号の変更",
    "kind": "種別の変更",
}
CHANGE_COLUMNS = {
    "change": "変更",
    "on": "確認した版の日付",
    "name": "名称",
    "kind_label": "種別",
    "municipality": "市区町村",
    "before": "前",
    "after": "後",
    "distance_m": "移動距離m",
    "facility_id": "ID",
    "record_id": "出典での番号",
}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

Document = dict[str, Any]


def changes_document(view: View, source: str, from_date: str = "", to_date: str = "") -> Document:
    """Return the change report of a source.

    Parameters
    ----------
    view : View
    source, from_date, to_date : str
        As of `geoportal.ingest.changes.compare_editions`.

    Raises
    ------
    NotFoundError
        When there are not two editions to compare.
    UsageError
        When a date is none, or they are in the wrong order.
    """
    for name, day in (("from", from_date), ("to", to_date)):
        if day and not _DATE.fullmatch(day):
            raise UsageError("dates are written 2026-10-01", name)
    with view.database.engine.connect() as connection:
        report = compare_editions(connection, source, from_date, to_date, view.geocoder)
        dates = edition_dates(connection, source)
    return {**_document(report), "editions": dates}


def _document(report: ChangeReport) -> Document:
    return {
        "source": report.source,
        "from": report.from_date,
        "to": report.to_date,
        "compared": report.compared,
        "new_scopes": list(report.new_scopes),
        "counts": report.counts,
        "changes": [asdict(change) for change in report.changes],
    }


def changes_rows(view: View, document: Document) -> list[Document]:
    """Return the rows of the Excel table."""
    places, kinds = view.reference.municipalities, view.reference.kinds
    return [
        {
            **item,
            "change": CHANGE_LABELS_JA[item["kind"]],
            "municipality": getattr(places.get(item["municipality_code"]), "name", ""),
            "kind_label": kinds[item["facility_kind"]].label_ja,
        }
        for item in document["changes"]
    ]
