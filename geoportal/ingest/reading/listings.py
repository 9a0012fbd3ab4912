"""Records of a file, held in little memory, and what is asked of all of them at once."""

from __future__ import annotations

import marshal
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, cast

from geoportal.ingest.reading.listed_bytes import ListedRecord, dump_listed, load_listed
from geoportal.packed import Packed

if TYPE_CHECKING:
    from collections.abc import Callable


class Placed(Protocol):
    """Where a record says that it is, see `FacilityRecord`."""

    @property
    def address(self) -> str:
        """As published, see `FacilityRecord`."""

    @property
    def municipality_code(self) -> str:
        """Of five digits, see `FacilityRecord`."""

    @property
    def lon(self) -> float | None:
        """Degrees, see `FacilityRecord`."""

    @property
    def lat(self) -> float | None:
        """Degrees, see `FacilityRecord`."""


class ListedRow(NamedTuple):
    """What is asked of all records of a file: see `ListedRecord` and `FacilityRecord`."""

    line: int
    record_id: str
    own_id: str
    scope: str
    address: str
    municipality_code: str
    lon: float | None
    lat: float | None

    @classmethod
    def of(cls, listed: ListedRecord) -> ListedRow:
        """Return it for a record."""
        record = listed.record
        return cls(
            listed.line,
            record.record_id,
            listed.own_id,
            listed.scope,
            record.address,
            record.municipality_code,
            record.lon,
            record.lat,
        )


_RECORD_ID: Final = ListedRow._fields.index("record_id")


class Listings(Packed[ListedRecord]):
    """Records in the order of the file.

    Attributes
    ----------
    rows : Packed of ListedRow
        Of each record what can be read without all of it.
    """

    def __init__(self, listed: Iterable[ListedRecord] = ()) -> None:
        self.rows: Packed[ListedRow] = Packed((), _dump_rows, _load_rows)
        super().__init__(listed, dump_listed, load_listed)

    def __setitem__(self, place: int, listed: ListedRecord) -> None:
        super().__setitem__(place, listed)
        self.rows[place] = ListedRow.of(listed)

    def append(self, listed: ListedRecord) -> None:
        """Add a record at the end."""
        super().append(listed)
        self.rows.append(ListedRow.of(listed))

    def extend(self, listed: Iterable[ListedRecord]) -> None:
        """Add records at the end."""
        for one in listed:
            self.append(one)

    def add_part(self, part: ListedPart) -> None:
        """Add records at the end that are packed already."""
        self.add_block(part.records, part.count)
        self.rows.add_block(part.rows, part.count)

    def placed(self) -> Packed[ListedRow]:
        """Return the rows of records that say where they are; a table may not."""
        rows = (row for row in self.rows if row.lon is not None or row.address)
        return Packed(rows, _dump_rows, _load_rows)

    def clear(self) -> None:
        """Let go of everything."""
        super().clear()
        self.rows.clear()


@dataclass(frozen=True, slots=True)
class ListedPart:
    """Some records as `Listings` holds them: how many, the records, what is asked of all."""

    count: int
    records: bytes
    rows: bytes

    @classmethod
    def of(cls, listed: list[ListedRecord]) -> ListedPart:
        """Pack records."""
        return cls(len(listed), dump_listed(listed), _dump_rows(list(map(ListedRow.of, listed))))

    @property
    def listed(self) -> list[ListedRecord]:
        """The records."""
        return load_listed(self.records)

    @property
    def keys(self) -> list[str]:
        """Their record ids."""
        rows = marshal.loads(self.rows)  # noqa: S302 - made here
        return [row[_RECORD_ID] for row in rows]


_listed_row = cast("Callable[[tuple[object, ...]], ListedRow]", partial(tuple.__new__, ListedRow))
"""As `ListedRow._make`, which is Python: rows are loaded for each thing asked of all of them."""


def _dump_rows(rows: list[ListedRow]) -> bytes:
    return marshal.dumps(list(map(tuple, rows)))


def _load_rows(octets: bytes) -> list[ListedRow]:
    return list(map(_listed_row, marshal.loads(octets)))  # noqa: S302 - made here
