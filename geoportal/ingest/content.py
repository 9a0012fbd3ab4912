"""Content of a file: which source it is of, and its data, not yet interpreted."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import orjson

from geoportal.errors import UnknownLayoutError, UnreadableSourceError
from geoportal.ingest.catalogue import BY_NAME, SOURCES
from geoportal.ingest.files.archives import Member
from geoportal.ingest.files.layouts import Layout, RecognisedTable
from geoportal.ingest.files.map_files import MapLayer, is_json, is_map, read_layers
from geoportal.ingest.files.mapping import MAP_SOURCE, ColumnMapping
from geoportal.ingest.files.recognition import recognise
from geoportal.ingest.files.refusal import NotNeededError
from geoportal.ingest.files.report import WARNING, Issue
from geoportal.ingest.files.sheets import read_sheets
from geoportal.ingest.files.streams import StreamedTable, recognise_stream
from geoportal.ingest.files.tables import read_text
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import Extract, FacilityExtract
from geoportal.ingest.reading.source import Source
from geoportal.ingest.reading.unstated import unstated

LAYOUTS: Final = tuple(
    layout for source in SOURCES if not source.streamed for layout in source.layouts
)
"""Layouts of tables that are read as a whole."""
MAPPABLE: Final = (*dict.fromkeys(layout.source for layout in LAYOUTS), MAP_SOURCE)
"""Sources a file can be read as by a mapping."""
_STREAMED_LAYOUTS: Final = tuple(
    layout for source in SOURCES if source.streamed for layout in source.layouts if layout.required
)

_LARGE_BYTES = 30_000_000
_HEAD_BYTES = 1_000_000


@dataclass(frozen=True)
class Content:
    """A file recognised and read.

    Attributes
    ----------
    source : Source
    part : str
        Which part of the file it is, for people, when a workbook holds several tables.
    data : RecognisedTable, StreamedTable, Features or Document
        As `Source.extract` takes it.
    notes : tuple of Issue
        About a map file: how it was read, and which layers are left out.
    """

    source: Source[Any]
    data: Any
    notes: tuple[Issue, ...] = ()
    part: str = ""

    def __reduce__(self) -> tuple[Any, ...]:
        """Pass a table to another process, which has the source and its layouts."""
        table = self.table
        if table is None:
            raise TypeError("what is no table in memory is read where it is needed")
        place = self.source.layouts.index(table.layout)
        bare = {name: value for name, value in vars(table).items() if name != "layout"}
        return _passed, (self.source.name, place, bare, self.notes, self.part)

    @property
    def table(self) -> RecognisedTable | None:
        """The data when they are a table in memory."""
        return self.data if isinstance(self.data, RecognisedTable) else None

    @property
    def is_empty(self) -> bool:
        """True for a table in memory with a header and no row."""
        return self.table is not None and not (self.table.records or self.table.malformed)

    @property
    def issues(self) -> tuple[Issue, ...]:
        """About the file as a whole, and about rows of the wrong width."""
        return (*self.table.issues, *self.table.malformed) if self.table else self.notes

    @property
    def layout(self) -> Layout | None:
        """Layout of a table, for the names of its columns."""
        return self.table.layout if self.table else None

    @property
    def date(self) -> str:
        """ISO date the content itself carries, empty when it does not."""
        return self.source.content_date(self.data)

    @property
    def titles(self) -> str:
        """Names of sheets and rows above the table, or names of the layers of a map file."""
        if self.table:
            return "\n".join((*self.table.sheets, self.table.preamble))
        features = self.data if isinstance(self.data, tuple) else ()
        return "\n".join(dict.fromkeys(feature.layer for feature in features))

    def extract(self, edition: Edition) -> Extract:
        """Interpret the data."""
        extract = self.source.extract(self.data, edition)
        if self.table:
            extract.count_malformed(len(self.table.malformed))
            if isinstance(extract, FacilityExtract):
                extract.unstated = unstated(self.source.layouts, self.table)
        return extract


def _passed(
    source: str, place: int, table: Mapping[str, Any], notes: tuple[Issue, ...], part: str
) -> Content:
    known: Source[Any] = BY_NAME[source]
    return Content(known, RecognisedTable(known.layouts[place], **table), notes, part)


def identify(member: Member, crs: str = "", mapping: ColumnMapping | None = None) -> list[Content]:
    """Read a file and find out what it is: one content, or several of a workbook with several.

    A ``mapping`` says it instead.

    ``crs`` is the reference system of a map file that declares none; empty when none is chosen.

    Raises
    ------
    InputRefusedError
        When it is unreadable, of an unknown layout, or not supported.
    """
    if mapping is not None and (is_map(member) or is_json(member.data)):
        return [_identify_map(member, mapping.crs or crs, mapping)]
    if is_map(member):
        return [_identify_map(member, crs)]
    if is_json(member.data):
        return [_identify_json(member, crs)]
    if mapping is not None:
        return _identify_tables(member, mapping)
    known = recognise_stream(member, _STREAMED_LAYOUTS) or _headless(member)
    if known is not None:
        return [Content(BY_NAME[known.layout.source], known)]
    return _identify_tables(member)


def _identify_tables(member: Member, mapping: ColumnMapping | None = None) -> list[Content]:
    if mapping is None and len(member.data) > _LARGE_BYTES:
        _require_layout(member)
    tables = recognise(member.name, read_sheets(member), LAYOUTS, mapping)
    return [
        Content(BY_NAME[table.layout.source], table, part=_part(table) if tables[1:] else "")
        for table in tables
    ]


def _require_layout(member: Member) -> None:
    """Refuse a large text by its beginning when nobody knows its header, before all is decoded."""
    begin = member.data[: member.data.rfind(b"\n", 0, _HEAD_BYTES) + 1]
    with suppress(UnreadableSourceError):  # told when the whole is read
        recognise(member.name, [read_text(Member(member.name, begin))], LAYOUTS)


def _part(table: RecognisedTable) -> str:
    """Return the title of a table's first sheet, and how many it has besides."""
    more = len(table.sheets) - 1
    return f"{table.sheets[0]}{f' +{more}' if more else ''}"


def _headless(member: Member) -> RecognisedTable | StreamedTable | None:
    """Return the table of a file without a header that a source knows by its first row."""
    tables = (source.headless(member) for source in SOURCES if source.headless)
    return next((table for table in tables if table is not None), None)


def _identify_json(member: Member, crs: str) -> Content:
    try:
        document = orjson.loads(member.data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        document = None  # the reader of map files says what is wrong
    stated = document.get("format") if isinstance(document, dict) else None
    for source in SOURCES:
        if source.document_format and source.document_format == stated:
            return Content(source, document)
    del document  # takes several times the file's size, and the reader of map files makes its own
    return _identify_map(member, crs)


def _identify_map(member: Member, crs: str, mapping: ColumnMapping | None = None) -> Content:
    """Return the layers of the first source that knows any; the others are left out with a note."""
    layers = read_layers(member, crs)
    if mapping is not None:
        layers = [mapping.rename(layer) for layer in layers]
    not_needed: list[NotNeededError] = []
    for source in SOURCES:
        described = [layer for layer in layers if _describes(source, member, layer, not_needed)]
        if described:
            for layer in described:
                layer.require_degrees(member.name)
            features = tuple(feature for layer in described for feature in layer.features)
            issues = [
                issue
                for layer in layers
                for issue in layer.issues
                if layer in described or issue.code == "layer_left_out"
            ]
            left_out = [_left_out(layer) for layer in layers if layer not in described]
            return Content(source, features, (*issues, *left_out))
    if not_needed:
        raise not_needed[0]
    names = "; ".join(dict.fromkeys(layer.property_names for layer in layers))
    areas = any(layer.has_areas for layer in layers)
    raise UnknownLayoutError(
        f"{member.name}: its features have the properties {names}"
        f"{'' if areas else ', and none of them is an area (Polygon)'}. Needed is a "
        "district code of five or six digits in N03_007 or code and a name in N03_004 or name "
        "(outlines); for local areas a name (name, 圏域名, 学区名 …) and what they are (level: "
        "日常生活圏域, 中学校区 …); or the name of a station in N02_005 (stations)"
    )


def _describes(
    source: Source[Any], member: Member, layer: MapLayer, not_needed: list[NotNeededError]
) -> bool:
    """Return whether a layer is of a source; one that is known and not needed is noted."""
    try:
        return source.describes is not None and source.describes(member.name, layer.features)
    except NotNeededError as error:
        not_needed.append(error)
        return False


def _left_out(layer: MapLayer) -> Issue:
    message = (
        f"this layer ({len(layer.features)} features with {layer.property_names}) is nothing that "
        "is known, or of another source than the rest: it is left out; save what is needed of it "
        "as a file of its own"
    )
    return Issue(1, "", "layer_left_out", WARNING, layer.name, message)
