"""Content of a file: which source it is of, and its data, not yet interpreted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import orjson

from geoportal.errors import UnknownLayoutError
from geoportal.ingest.catalogue import BY_NAME, SOURCES
from geoportal.ingest.files.archives import Member
from geoportal.ingest.files.layouts import Layout, RecognisedTable, recognise
from geoportal.ingest.files.map_files import GEOPACKAGE_MARK, property_names, read_features
from geoportal.ingest.files.report import Issue
from geoportal.ingest.files.streams import recognise_stream
from geoportal.ingest.files.tables import read_sheets
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import Extract
from geoportal.ingest.reading.source import Source

_LAYOUTS: Final = tuple(
    layout for source in SOURCES if not source.streamed for layout in source.layouts
)
_STREAMED_LAYOUTS: Final = tuple(
    layout for source in SOURCES if source.streamed for layout in source.layouts if layout.required
)


@dataclass(frozen=True)
class Content:
    """A file recognised and read.

    Attributes
    ----------
    source : Source
    data : RecognisedTable, StreamedTable, Features or Document
        As `Source.extract` takes it.
    """

    source: Source[Any]
    data: Any

    @property
    def table(self) -> RecognisedTable | None:
        """The data when they are a table in memory."""
        return self.data if isinstance(self.data, RecognisedTable) else None

    @property
    def issues(self) -> tuple[Issue, ...]:
        """About the file as a whole, and about rows of the wrong width."""
        return (*self.table.issues, *self.table.malformed) if self.table else ()

    @property
    def layout(self) -> Layout | None:
        """Layout of a table, for the names of its columns."""
        return self.table.layout if self.table else None

    @property
    def date(self) -> str:
        """ISO date the content itself carries, empty when it does not."""
        return self.source.content_date(self.data)

    def extract(self, edition: Edition) -> Extract:
        """Interpret the data."""
        extract = self.source.extract(self.data, edition)
        if self.table:
            extract.count_malformed(len(self.table.malformed))
        return extract


def identify(member: Member) -> Content:
    """Read a file and find out what it is.

    Raises
    ------
    InputRefusedError
        When it is unreadable, of an unknown layout, or not supported.
    """
    if member.parts or member.data.startswith(GEOPACKAGE_MARK):
        return _identify_map(member)
    if member.data[:200].lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return _identify_json(member)
    headless = (source.headless(member) for source in SOURCES if source.headless)
    table = (
        recognise_stream(member, _STREAMED_LAYOUTS)
        or next(filter(None, headless), None)
        or recognise(member.name, read_sheets(member), _LAYOUTS)
    )
    return Content(BY_NAME[table.layout.source], table)


def _identify_json(member: Member) -> Content:
    try:
        document = orjson.loads(member.data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        document = None  # the reader of map files says what is wrong
    stated = document.get("format") if isinstance(document, dict) else None
    for source in SOURCES:
        if source.document_format and source.document_format == stated:
            return Content(source, document)
    return _identify_map(member)


def _identify_map(member: Member) -> Content:
    features = tuple(read_features(member))
    for source in SOURCES:
        if source.describes and source.describes(member.name, features):
            return Content(source, features)
    raise UnknownLayoutError(
        f"{member.name}: its features have the properties {property_names(features)}. Needed is a "
        "district code of five digits in N03_007 or code and a name in N03_004 or name "
        "(outlines); for local areas a name (name, 圏域名, 学区名 …) and what they are (level: "
        "日常生活圏域, 中学校区 …); or the name of a station in N02_005 (stations)"
    )
