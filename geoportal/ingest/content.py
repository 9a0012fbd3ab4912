"""What a file turns out to be: a recognised table, a map file, or the sample city."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from geoportal.errors import UnknownLayoutError
from geoportal.ingest.files.archives import Member
from geoportal.ingest.files.layouts import Layout, RecognisedTable, recognise
from geoportal.ingest.files.map_files import (
    GEOPACKAGE_MARK,
    Feature,
    property_names,
    read_features,
    require_degrees,
)
from geoportal.ingest.files.refusal import NotNeededError
from geoportal.ingest.files.report import Issue
from geoportal.ingest.files.streams import StreamedTable
from geoportal.ingest.files.tables import read_sheets
from geoportal.ingest.revise.streams import open_stream
from geoportal.ingest.sources import (
    boundary,
    bureau,
    centres,
    mesh_population,
    sample,
    stations,
    town_population,
)
from geoportal.ingest.sources.catalogue import LAYOUTS


@dataclass(frozen=True)
class Content:
    """A file recognised and read, not yet interpreted.

    Attributes
    ----------
    source : str
        Source name.
    table : RecognisedTable or None
        For tables.
    features : tuple of Feature
        For outlines and stations.
    document : Mapping or None
        For the sample city.
    stream : StreamedTable or None
        For tables that are read row by row.
    """

    source: str
    table: RecognisedTable | None = None
    features: tuple[Feature, ...] = ()
    document: Mapping[str, Any] | None = None
    stream: StreamedTable | None = None

    @property
    def issues(self) -> tuple[Issue, ...]:
        """About the file as a whole, and about rows of the wrong width."""
        return (*self.table.issues, *self.table.malformed) if self.table else ()

    @property
    def layout(self) -> Layout | None:
        """Layout of a table, for the names of its columns."""
        return self.table.layout if self.table else None

    @property
    def inner_date(self) -> str:
        """ISO date the content itself carries, empty when it does not."""
        if self.table is None:
            return ""
        if self.table.layout is mesh_population.LAYOUT:
            return mesh_population.CENSUS_DAY
        if self.table.layout is bureau.LAYOUT:
            return bureau.list_date(self.table)
        if self.table.layout is town_population.LAYOUT:
            return town_population.newest_day(self.table)
        return centres.latest_date(self.table)


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
    if (stream := open_stream(member)) is not None:
        return Content(stream.layout.source, stream=stream)
    table = recognise(member.name, read_sheets(member), LAYOUTS)
    return Content(table.layout.source, table=table)


def _identify_json(member: Member) -> Content:
    try:
        document = orjson.loads(member.data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        document = None  # the reader of map files says what is wrong
    if isinstance(document, dict) and document.get("format") == sample.FORMAT:
        return Content(sample.SOURCE, document=document)
    return _identify_map(member)


def _identify_map(member: Member) -> Content:
    """Tell outlines, stations and tracks apart by the properties of their features."""
    features = tuple(read_features(member))
    if stations.describes(features):
        if not stations.any_in_japan(features):
            require_degrees(member.name, features)
        return Content(stations.SOURCE, features=features)
    if stations.describes_tracks(features):
        raise NotNeededError(
            f"{member.name}: these are railway tracks (鉄道区間), which are not used here; the "
            "stations are in the file N02-…_Station beside it. Set aside.",
            stations.SOURCE,
        )
    if boundary.describes(features):
        require_degrees(member.name, features)
        return Content(boundary.SOURCE, features=features)
    raise UnknownLayoutError(
        f"{member.name}: its features have the properties {property_names(features)}. Needed is a "
        "district code of five digits in N03_007 or code and a name in N03_004 or name "
        "(outlines); for local areas a name (name, 圏域名, 学区名 …) and what they are (level: "
        "日常生活圏域, 中学校区 …); or the name of a station in N02_005 (stations)"
    )
