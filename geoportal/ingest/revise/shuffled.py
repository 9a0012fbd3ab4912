"""Columns damaged as a whole: sorted or moved by themselves, filled down, cut at one width."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter
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

    A spreadsheet that sorts one column by itself leaves each number with another's name. A
    telephone number or a position may well be a new one: it counts where another record had it.
    Of a column that was filled down, rows at other addresses have the value of the row above; of
    one that was cut, most values are as long as the longest. Records come by portions.
    """

    def __init__(self) -> None:
        self._compared = dict.fromkeys((*_COMPARED, *_EXCHANGED), 0)
        self._differing = dict.fromkeys(_COMPARED, 0)
        self._now: dict[str, list[int]] = {what: [] for what in _EXCHANGED}
        self._before: dict[str, set[int]] = {what: set() for what in _EXCHANGED}
        self._listed = dict.fromkeys(_FILLED, 0)
        self._repeated = dict.fromkeys(_FILLED, 0)
        self._lengths: Counter[int] = Counter()
        self._open_ends: Counter[int] = Counter()

    def add(self, before: Mapping[str, StoredRecord], listings: Iterable[ListedRecord]) -> None:
        """Compare what is held with what is listed, and rows with those above them."""
        above: FacilityRecord | None = None
        for listing in listings:
            self._add_row(above, listing.record)
            above = listing.record
            held = before.get(listing.record.record_id)
            if held is None:
                continue
            for what, differs in _COMPARED.items():
                if _both(what, held.record, listing.record):
                    self._compared[what] += 1
                    self._differing[what] += differs(held.record, listing.record)
            for what, value_of in _EXCHANGED.items():
                was, now = value_of(held.record), value_of(listing.record)
                if was and now:
                    self._compared[what] += 1
                    if was != now:
                        self._before[what].add(hash(was))
                        self._now[what].append(hash(now))

    def _add_row(self, above: FacilityRecord | None, record: FacilityRecord) -> None:
        for what in _FILLED:
            if value := getattr(record, what):
                self._listed[what] += 1
                self._repeated[what] += (
                    above is not None
                    and value == getattr(above, what)
                    and record.address != above.address
                )
        if record.address:
            length = len(record.address)
            self._lengths[length] += 1
            self._open_ends[length] += _END_OF_ADDRESS.search(record.address) is None

    def merge(self, other: Shuffled) -> None:
        """Add what was compared of another portion."""
        for what in _FILLED:
            self._listed[what] += other._listed[what]
            self._repeated[what] += other._repeated[what]
        self._lengths.update(other._lengths)
        self._open_ends.update(other._open_ends)
        for what, count in other._compared.items():
            self._compared[what] += count
        for what, count in other._differing.items():
            self._differing[what] += count
        for what in _EXCHANGED:
            self._before[what] |= other._before[what]
            self._now[what] += other._now[what]

    def issues(self) -> list[Issue]:
        """Return a warning for each attribute of which most are others."""
        found = []
        exchanged = {
            what: sum(value in self._before[what] for value in now)
            for what, now in self._now.items()
        }
        for what, count in (self._differing | exchanged).items():
            of = self._compared[what]
            if of >= _FEWEST and count > _SHARE * of:
                message = (
                    f"{count} of {of} rows have another {what} than is held under the same number"
                    f"{_WHOSE if what in exchanged else ''}: a column may have been sorted or "
                    "moved by itself; compare the file with the publisher's, and import the right "
                    "one if it is damaged"
                )
                found.append(Issue(1, what, _CODES[what], WARNING, "", message))
        return [*found, *self._filled(), *self._cut()]

    def _filled(self) -> Iterator[Issue]:
        for what, count in self._repeated.items():
            if count >= max(_FEWEST, _FILLED_SHARE * self._listed[what]):
                message = (
                    f"{count} rows have the {what} of the row above, at another address: the "
                    "column may have been filled down; compare the file with the publisher's, and "
                    "import the right one if it is damaged"
                )
                yield Issue(1, what, "filled_down", WARNING, str(count), message)

    def _cut(self) -> Iterator[Issue]:
        longest = max(self._lengths, default=0)
        count, of = self._lengths[longest], self._lengths.total()
        if count >= _FEWEST and count > _SHARE * of and 2 * self._open_ends[longest] > count:
            message = (
                f"{count} of {of} addresses are {longest} letters long and none is longer: the "
                "column was cut there; get the original file"
            )
            yield Issue(1, "address", "cut_addresses", WARNING, str(longest), message)


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


def _position(record: FacilityRecord) -> tuple[float, float] | None:
    return (record.lon, record.lat) if record.lon is not None and record.lat is not None else None


_FILLED: Final = ("name", "phone", "fax")
_FILLED_SHARE: Final = 0.2
_END_OF_ADDRESS: Final = re.compile(r"[\dF号番地階室棟館)）]$")
"""What addresses end with that are whole."""
_COMPARED: Final = MappingProxyType({"name": _another_name, "address": _another_address})
_EXCHANGED: Final[Mapping[str, Callable[[FacilityRecord], object]]] = MappingProxyType(
    {"phone": attrgetter("phone"), "fax": attrgetter("fax"), "position": _position}
)
_CODES: Final = MappingProxyType(
    {
        "name": "many_other_names",
        "address": "many_other_addresses",
        "phone": "many_other_phones",
        "fax": "many_other_faxes",
        "position": "many_other_positions",
    }
)
_WHOSE: Final = ", one that belongs to another number there"
