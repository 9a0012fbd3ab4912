"""Inventory: how many facilities of each kind the sources list in each ward."""

from __future__ import annotations

from collections import Counter

from geoportal.documents import Document
from geoportal.services.view import View


def inventory_table(view: View) -> Document:
    """Return how many facilities of each kind lie in each ward, or municipality without wards.

    Counts of what the sources list; nothing about who is really served.
    """
    known = view.snapshot.districts.districts
    parents = {district.parent for district in known}
    wards = [
        district
        for district in sorted(known, key=lambda district: district.code)
        if district.level == "ward"
        or (district.level == "municipality" and district.code not in parents)
    ]
    counts = [_counts(view, district.code) for district in wards]
    rows = []
    for kind in view.reference.kinds:
        totals = [count[kind, "all"] for count in counts]
        visits = [count[kind, "visits"] for count in counts]
        rows.append(
            {
                "kind": kind,
                "counts": totals,
                "total": sum(totals),
                "visits": visits if view.reference.vocabulary.visit_codes(kind) else None,
                "visits_total": sum(visits),
            }
        )
    return {"districts": wards, "rows": rows}


def _counts(view: View, code: str) -> Counter[tuple[str, str]]:
    snapshot = view.snapshot
    counts: Counter[tuple[str, str]] = Counter()
    for row in map(int, snapshot.in_district(code)):
        kind, claims = snapshot.facilities[row].kind, snapshot.selected_claims[row]
        counts[kind, "all"] += 1
        codes = snapshot.vocabulary.visit_codes(kind)
        counts[kind, "visits"] += any(
            claims[code].value == "yes" for code in codes if code in claims
        )
    return counts
