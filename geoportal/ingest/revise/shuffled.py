"""Columns that no longer belong to their numbers: most names or addresses are not those before."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from rapidfuzz import fuzz

from geoportal.domain.facility import FacilityRecord
from geoportal.ingest.files.report import WARNING, Issue
from geoportal.ingest.linking.addresses import address_parts, compare_address_parts
from geoportal.ingest.reading.extract import ListedRecord
from geoportal.store.facilities import StoredRecord

_FEWEST = 10
_SHARE = 0.5
_ALIKE = 50.0
"""Of 100: a name with another form of company, or shortened, is more alike than that."""


def shuffled_issues(
    before: Mapping[str, StoredRecord], listed: Mapping[str, ListedRecord]
) -> list[Issue]:
    """Warn of a list whose numbers are those held and whose names, or addresses, are not.

    A spreadsheet that sorts one column by itself leaves each number with another's name.
    """
    pairs = [
        (before[key].record, listing.record) for key, listing in listed.items() if key in before
    ]
    found = []
    for what, many, differs in (
        ("name", "names", _another_name),
        ("address", "addresses", _another_address),
    ):
        compared = [differs(*pair) for pair in pairs if _both(what, *pair)]
        if len(compared) >= _FEWEST and sum(compared) > _SHARE * len(compared):
            message = (
                f"{sum(compared)} of {len(compared)} rows have another {what} than is held under "
                "the same number: a column may have been sorted or moved by itself; compare the "
                "file with the publisher's, and import the right one if it is damaged"
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
