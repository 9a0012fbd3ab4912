"""Columns that no longer belong to their numbers: most names or addresses are not those before."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from rapidfuzz import fuzz

from geoportal.domain.facility import FacilityRecord
from geoportal.ingest.files.report import WARNING, Issue
from geoportal.ingest.linking.addresses import address_parts, compare_address_parts
from geoportal.ingest.reading.listed_bytes import ListedRecord
from geoportal.store.facilities import StoredRecord

_FEWEST = 10
_SHARE = 0.5
_ALIKE = 50.0
"""Of 100: a name with another form of company, or shortened, is more alike than that."""


class Shuffled:
    """Warns of a list whose numbers are those held and whose names, or addresses, are not.

    A spreadsheet that sorts one column by itself leaves each number with another's name. Records
    come by portions.
    """

    def __init__(self) -> None:
        self._compared = dict.fromkeys(_COMPARED, 0)
        self._differing = dict.fromkeys(_COMPARED, 0)

    def add(self, before: Mapping[str, StoredRecord], listings: Iterable[ListedRecord]) -> None:
        """Compare what is held with what is listed."""
        for listing in listings:
            held = before.get(listing.record.record_id)
            if held is None:
                continue
            for what, differs in _COMPARED.items():
                if _both(what, held.record, listing.record):
                    self._compared[what] += 1
                    self._differing[what] += differs(held.record, listing.record)

    def merge(self, other: Shuffled) -> None:
        """Add what was compared of another portion."""
        for what in _COMPARED:
            self._compared[what] += other._compared[what]
            self._differing[what] += other._differing[what]

    def issues(self) -> list[Issue]:
        """Return a warning for each attribute of which most are others."""
        found = []
        for what, many in (("name", "names"), ("address", "addresses")):
            count, of = self._differing[what], self._compared[what]
            if of >= _FEWEST and count > _SHARE * of:
                message = (
                    f"{count} of {of} rows have another {what} than is held under "
                    "the same number: a column may have been sorted or moved by itself; compare "
                    "the file with the publisher's, and import the right one if it is damaged"
                )
                found.append(Issue(1, what, f"many_other_{many}", WARNING, "", message))
        return found


def _both(what: str, mine: FacilityRecord, theirs: FacilityRecord) -> bool:
    return bool(getattr(mine, what) and getattr(theirs, what))


def _another_name(mine: FacilityRecord, theirs: FacilityRecord) -> bool:
    if mine.name == theirs.name:
        return False
    first, second = (
        "".join(unicodedata.normalize("NFKC", one.name).casefold().split())
        for one in (mine, theirs)
    )
    return first not in second and second not in first and fuzz.ratio(first, second) < _ALIKE


def _another_address(mine: FacilityRecord, theirs: FacilityRecord) -> bool:
    if mine.address == theirs.address:
        return False
    agreement = compare_address_parts(address_parts(mine.address), address_parts(theirs.address))
    return agreement == "other"


_COMPARED: Final = MappingProxyType({"name": _another_name, "address": _another_address})
