"""Changes between two editions of a source: request, JSON document, rows of a table."""

from __future__ import annotations

from dataclasses import asdict

from pydantic import Field

from geoportal.documents import Document, attributes
from geoportal.documents.requests import Strict
from geoportal.domain.dating import day_words, inward_day, outward_day
from geoportal.services.results import Changes
from geoportal.services.view import View

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
    "area": "担当地域の変更",
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
_DAY = r"^(imported-)?[0-9]{4}-[0-9]{2}-[0-9]{2}$"


class ChangesQuery(Strict):
    """Which editions are compared."""

    source: str = Field(
        pattern=r"^[a-z][a-z-]{0,39}$", description="kaigo, bureau, navii-facility …"
    )
    since: str | None = Field(
        None,
        alias="from",
        pattern=_DAY,
        description="The edition in force on this day; of unknown date: imported-YYYY-MM-DD",
    )
    until: str | None = Field(
        None,
        alias="to",
        pattern=_DAY,
        description="Both left out: the newest two editions between which something changed",
    )


def changes_document(changes: Changes) -> Document:
    """Return the comparison of two editions, and the dates of all editions of the source."""
    report = changes.report
    return {
        "source": report.source,
        "from": outward_day(report.from_date),
        "to": outward_day(report.to_date),
        **attributes(report, "compared", "new_scopes", "counts"),
        "changes": [asdict(change) | {"on": outward_day(change.on)} for change in report.changes],
        "editions": [outward_day(day) for day in changes.editions],
    }


def changes_rows(view: View, document: Document) -> list[Document]:
    """Return the rows of the Excel table."""
    places, kinds = view.reference.municipalities, view.reference.kinds
    return [
        {
            **change,
            "on": day_words(inward_day(change["on"])),
            "change": CHANGE_LABELS_JA[change["kind"]],
            "municipality": getattr(places.get(change["municipality_code"]), "name", ""),
            "kind_label": kinds[change["facility_kind"]].label_ja,
        }
        for change in document["changes"]
    ]
