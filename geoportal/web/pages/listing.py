"""The list of a district's facilities: by kind, then by address, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from geoportal.documents import Document
from geoportal.documents.facility import mentioned
from geoportal.domain.facility import KINDS
from geoportal.geo.distinct import distinct
from geoportal.index.points import Rows
from geoportal.index.snapshot import Snapshot
from geoportal.ingest.linking.addresses import address_parts
from geoportal.services.view import View

PER_PAGE = 100
"""Facilities on a page: a kind of a ward mostly fits one, and one prints on few sheets."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a district's facilities.

    Attributes
    ----------
    counts : dict of str to int
        Open facilities of every kind that the district has, in the order of kinds; their sum is
        what a search of the district with ``include=all`` counts.
    kind : str
        The one kind listed; empty for all.
    page, pages : int
        Number of this page, from 1, and how many there are; at least one.
    groups : sequence of dict
        The facilities of this page: ``kind``, ``features`` (brief), and ``continued`` where the
        kind began on an earlier page.
    """

    counts: dict[str, int]
    kind: str
    page: int
    pages: int
    groups: Sequence[Document]


def list_facilities(view: View, code: str, *, kind: str = "", page: int = 1) -> Listing | None:
    """Return a page of the list of a district, None where there is no such page.

    The order is that of kinds, then of municipality, town and number of the address: no
    facility can choose it, and it stays the same from day to day.
    """
    if kind and kind not in view.reference.kinds:
        return None
    snapshot = view.snapshot
    rows = snapshot.in_district(code)
    kinds = snapshot.columns.kinds[rows]
    rows_of = {name: rows[kinds == KINDS.index(name)] for name in view.reference.kinds}
    counts = {name: len(found) for name, found in rows_of.items() if len(found)}
    listed = {kind: counts.get(kind, 0)} if kind else counts
    pages = max(1, -(-sum(listed.values()) // PER_PAGE))
    if not 1 <= page <= pages:
        return None
    skip, room = (page - 1) * PER_PAGE, PER_PAGE
    groups: list[Document] = []
    for name, count in listed.items():
        if skip < count and room:
            members = _by_address(snapshot, rows_of[name], skip, skip + room)
            features = [mentioned(snapshot, row) for row in members]
            groups.append({"kind": name, "features": features, "continued": skip > 0})
            room -= len(members)
        skip = max(0, skip - count)
    return Listing(counts, kind, page, pages, groups)


def _by_address(snapshot: Snapshot, rows: Rows, first: int, last: int) -> list[int]:
    """Return a page of rows by municipality, town and numbers of the address, those without last.

    Only the addresses of the municipalities on the page are read: a prefecture has thousands.
    """
    numbers, codes = snapshot.columns.municipalities[rows], snapshot.columns.municipality_codes
    begin, found = 0, list[int]()
    for number in sorted(distinct(numbers).tolist(), key=lambda number: str(codes[number])):
        members = rows[numbers == number]
        if begin < last and begin + members.size > first:
            ordered = _in_order(snapshot, members)
            found += ordered[max(0, first - begin) : last - begin]
        begin += members.size
    return found


def _in_order(snapshot: Snapshot, rows: Rows) -> list[int]:
    def place(row: int) -> tuple[bool, str, tuple[int, ...], str]:
        facility = snapshot.facilities[row]
        parts = address_parts(facility.address)
        return not parts.town, parts.town, parts.numbers, facility.id

    return sorted(rows.tolist(), key=place)
