"""The `Source`: everything the import has to know about one official data set."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from geoportal.domain.facility import FacilityRecord
from geoportal.ingest.files.archives import Member
from geoportal.ingest.files.layouts import Layout, RecognisedTable
from geoportal.ingest.files.map_files import Feature
from geoportal.ingest.files.streams import StreamedTable
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import Extract
from geoportal.ingest.reading.listed_bytes import ListedRecord

Document = Mapping[str, Any]
"""A JSON document that is no map file."""
Features = Sequence[Feature]
"""The features of a map file."""

Data = TypeVar("Data", RecognisedTable, StreamedTable, Features, Document)

LAST = 100


@dataclass(frozen=True, kw_only=True)
class Source(Generic[Data]):
    """An official data set.

    How a file is recognised follows from what is given: tables by `layouts` (row by row when
    `streamed`), map files by `describes`, JSON documents by `document_format`. How it is stored
    follows from the type of `Extract` that `extract` returns.

    Attributes
    ----------
    name : str
        As in ``data/reference/sources.csv``, which also holds its evidence class.
    extract : callable
        Interprets a file's data as an extract.
    layouts : tuple of Layout
        Tables known by their header.
    streamed : bool
        True for tables too large for memory: read row by row, twice.
    headless : callable, optional
        Recognises a file without a header; None when it is none.
    describes : callable, optional
        Says whether the features of a map file (of this name) are of the source.
    document_format : str
        What a JSON document has under ``format``.
    content_date : callable
        ISO date that a table carries itself, empty when it does not.
    order : int
        Rank among the files of one import: what others are checked against comes first.
    is_geography : bool
        True when positions of facilities are checked against it: all are resolved again after a
        change.
    has_town_points : bool
        True when it has a point for each 町丁目 with its name.
    is_fictional : bool
        True for the sample city: never linked, and it gives way to any real edition.
    own_id : callable
        Id of a facility record by the rule of the source.
    lists_facilities : bool
        False when it lists nothing but answers under the ids of other sources: an answer keeps no
        facility open, and two ids that were answered under may still be one place.
    guessed_kinds : frozenset of str
        Facility kinds the source does not state: they were read off the name.
    abridges_names : bool
        True when names lack rare letters: another source's wording is preferred.
    """

    name: str
    extract: Callable[[Data, Edition], Extract]
    layouts: tuple[Layout, ...] = ()
    streamed: bool = False
    headless: Callable[[Member], StreamedTable | RecognisedTable | None] | None = None
    describes: Callable[[str, Features], bool] | None = None
    document_format: str = ""
    content_date: Callable[[Data], str] = field(default=lambda _data: "")
    order: int = LAST
    is_geography: bool = False
    has_town_points: bool = False
    is_fictional: bool = False
    own_id: Callable[[FacilityRecord], str] = field(default=lambda record: record.record_id)
    lists_facilities: bool = True
    guessed_kinds: frozenset[str] = frozenset()
    abridges_names: bool = False

    def listed(self, line: int, record: FacilityRecord, scope: str) -> ListedRecord:
        """Return a record with its place in the file and its id."""
        return ListedRecord(line, record, self.own_id(record), scope)
