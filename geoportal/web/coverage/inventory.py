"""Inventory: how many facilities of each kind the sources list in each ward."""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np

from geoportal.documents import Document
from geoportal.domain.completeness import MISSING, NEEDS, Asked
from geoportal.domain.district import District
from geoportal.domain.facility import KINDS
from geoportal.geo.distinct import distinct
from geoportal.search.completeness import area_completeness, listing_state
from geoportal.services.view import View

MOST_COLUMNS: Final = 40
"""Of more wards and municipalities than these only those of the area asked for have a column."""


def inventory_table(view: View, area: str | None = None) -> Document:
    """Return how many facilities of each kind lie in each ward, or municipality without wards.

    Counts of what the sources list; nothing about who is really served. None where no source that
    would list them, or would say that they visit, is held; a total is ``partial`` where some are.
    Of many wards and municipalities there are those of ``area``, the code of a district.
    """
    wards = _columns(view, area)
    key = ("inventory", *(ward.code for ward in wards))
    return view.snapshot.kept.part(key, lambda: _table(view, wards))


def _columns(view: View, area: str | None) -> list[District]:
    known = view.snapshot.districts.districts or _named_municipalities(view)
    parents = {district.parent for district in known}
    wards = [
        district
        for district in sorted(known, key=lambda district: district.code)
        if district.level == "ward"
        or (district.level == "municipality" and district.code not in parents)
    ]
    if len(wards) <= MOST_COLUMNS:
        return wards
    own = {area, *view.snapshot.members_of(area or "")}
    return [ward for ward in wards if ward.code in own]


def _table(view: View, wards: list[District]) -> Document:
    counts = [_counts(view, district.code) for district in wards]
    rows = []
    for kind in view.reference.kinds:
        codes = view.reference.vocabulary.visit_codes(kind)
        totals = [
            None if listing_state(view.snapshot, ward.code, kind) == MISSING else count[kind, "all"]
            for ward, count in zip(wards, counts, strict=True)
        ]
        visits = [
            None if _is_unfiled(view, ward.code, kind, codes) else count[kind, "visits"]
            for ward, count in zip(wards, counts, strict=True)
        ]
        rows.append(
            {
                "kind": kind,
                "counts": totals,
                "total": _total(totals),
                "visits": visits if codes else None,
                "visits_total": _total(visits),
                "partial": None in totals,
                "visits_partial": None in visits,
            }
        )
    return {"districts": wards, "rows": rows}


def _named_municipalities(view: View) -> list[District]:
    """Return the municipalities with facilities, where no outline is held."""
    columns = view.snapshot.columns
    codes = columns.municipality_codes[distinct(columns.municipalities)]
    chains = (view.district_chain(str(code)) for code in codes if code)
    return [chain[0] for chain in chains if chain]


def _is_unfiled(view: View, area: str, kind: str, codes: tuple[str, ...]) -> bool:
    """Say whether a source that would say who visits is not held for an area."""
    lines = area_completeness(view.snapshot, area, Asked((kind,), codes))
    return any(line.tells == NEEDS and line.state == MISSING for line in lines)


def _total(counts: list[int | None]) -> int | None:
    """Return the sum of what is known, None when nothing is."""
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _counts(view: View, code: str) -> Counter[tuple[str, str]]:
    snapshot = view.snapshot
    rows = snapshot.in_district(code)
    kinds = snapshot.columns.kinds[rows]
    counts: Counter[tuple[str, str]] = Counter()
    for number in distinct(kinds).tolist():
        kind, members = KINDS[number], rows[kinds == number]
        visits = np.zeros(members.size, dtype=bool)
        for need in snapshot.vocabulary.visit_codes(kind):
            visits |= snapshot.has_need(members, need)
        counts[kind, "all"], counts[kind, "visits"] = members.size, int(visits.sum())
    return counts
