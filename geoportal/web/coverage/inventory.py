"""Inventory: how many facilities of each kind the sources list in each ward."""

from __future__ import annotations

from collections import Counter

from geoportal.documents import Document
from geoportal.domain.district import District
from geoportal.services.view import View


def inventory_table(view: View) -> Document:
    """Return how many facilities of each kind lie in each ward, and how many say they visit.

    Counts of what the sources list; nothing about who is really served.
    """
    wards = [d for d in view.snapshot.districts.districts if _smallest(d, view)]
    wards.sort(key=lambda district: district.code)
    counts = {district.code: _counts(view, district.code) for district in wards}
    rows = []
    for kind in view.reference.kinds:
        total = [counts[d.code][kind, "all"] for d in wards]
        visits = [counts[d.code][kind, "visits"] for d in wards]
        rows.append(
            {
                "kind": kind,
                "counts": total,
                "total": sum(total),
                "visits": visits if view.reference.vocabulary.visit_codes(kind) else None,
                "visits_total": sum(visits),
            }
        )
    return {"districts": wards, "rows": rows}


def _smallest(district: District, view: View) -> bool:
    """Say whether a district is a ward, or a municipality that has none."""
    if district.level == "ward":
        return True
    parents = {other.parent for other in view.snapshot.districts.districts}
    return district.level == "municipality" and district.code not in parents


def _counts(view: View, code: str) -> Counter[tuple[str, str]]:
    snapshot = view.snapshot
    counts: Counter[tuple[str, str]] = Counter()
    for row in snapshot.in_district(code):
        kind = snapshot.facilities[int(row)].kind
        counts[kind, "all"] += 1
        shown = snapshot.selected_claims[int(row)]
        codes = snapshot.vocabulary.visit_codes(kind)
        says = [shown[code].value for code in codes if code in shown]
        counts[kind, "visits"] += "yes" in says
    return counts
