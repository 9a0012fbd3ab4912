"""Compilation of facilities into the arrays that a snapshot answers from.

Facilities come one after the other in the order of `row_order`. They are worked on in chunks, and
only what is compiled of them is kept, so that a country takes little more memory than its arrays.
"""

from __future__ import annotations

import io
import mmap
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import IO, Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.claim import TURNING_AFTER_DAYS
from geoportal.domain.dating import stated_date
from geoportal.domain.facility import Facility
from geoportal.domain.vocabulary import Vocabulary
from geoportal.index.claims import select_claims
from geoportal.index.columns import facility_columns
from geoportal.index.completeness import Listing
from geoportal.index.districts import DistrictIndex, place_of
from geoportal.index.freshness import SourceFigures, source_figures
from geoportal.index.imports import NEVER, days_heard
from geoportal.index.mentions import MentionWriter
from geoportal.index.opening import (
    CARE_MANAGER_TIME,
    DateSetNumbers,
    opening_columns,
    with_care_manager_time,
)
from geoportal.index.plausibility import rule_numbers
from geoportal.index.points import PointIndex, Rows, spatial_order
from geoportal.index.texts import TEXTS, searched_texts
from geoportal.index.words import joined
from geoportal.mapped.archive import Content
from geoportal.mapped.hash_table import hash_table_arrays, unique_hash_table_arrays
from geoportal.mapped.row_groups import row_groups
from geoportal.store.documents import dump
from geoportal.text.normalize import fold

_CHUNK = 2000


@dataclass(frozen=True)
class Compiled:
    """What facilities were compiled to: a JSON-ready header, and arrays of one dimension."""

    header: Mapping[str, Any]
    arrays: Mapping[str, Content]


@dataclass(frozen=True)
class Terms:
    """What facilities are compiled for: a dataset version, a day, the lists they are read by.

    Attributes
    ----------
    version : str
        Dataset version.
    today : date
        The day in Japan against which staleness is judged.
    vocabulary : Vocabulary
        Fixes the bit of each need.
    districts : DistrictIndex
        The outlines imported.
    official : collection of str
        Codes of the districts that have members; those of other outlines are local areas.
    kind_words : mapping of str to str
        For each kind the words by which people look for it.
    fictional : callable
        Says whether a source is a fictional city.
    spot : callable
        Returns what facilities at one address share; empty where nothing can be said.
    imported : mapping of str to str
        ISO day of the last import of each source.
    """

    version: str
    today: date
    vocabulary: Vocabulary
    districts: DistrictIndex
    official: Iterable[str]
    kind_words: Mapping[str, str]
    fictional: Callable[[str], bool]
    spot: Callable[[Facility], str]
    imported: Mapping[str, str] = field(default_factory=dict)


def row_order(
    is_open: NDArray[np.bool_], lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> Rows:
    """Return the order of facilities in a snapshot; a position that is not known is NaN.

    Open ones with a position in `spatial_order`, open ones without, then closed ones; where nothing
    tells them apart as they are given.
    """
    located = np.flatnonzero(is_open & ~np.isnan(lon) & ~np.isnan(lat))
    placed = located[spatial_order(lon[located], lat[located])]
    others = np.ones(is_open.size, dtype=bool)
    others[located] = False
    return np.concatenate((placed, np.flatnonzero(others & is_open), np.flatnonzero(~is_open)))


def in_row_order(facilities: Iterable[Facility]) -> list[Facility]:
    """Return facilities in `row_order`."""
    listed = list(facilities)
    order = row_order(
        np.array([f.status == "open" for f in listed], dtype=bool),
        np.array([f.location.lon for f in listed], dtype=np.float64),
        np.array([f.location.lat for f in listed], dtype=np.float64),
    )
    return [listed[i] for i in order]


def compile_facilities(
    facilities: Iterable[Facility], terms: Terms, directory: Path | None = None
) -> Compiled:
    """Compile facilities, which come in `row_order`.

    Long texts are put into unnamed files of ``directory`` until they are written; without one they
    stay in memory.
    """
    compiler = _Compiler(terms, directory)
    coming = iter(facilities)
    while chunk := list(islice(coming, _CHUNK)):
        compiler.add(chunk)
    return compiler.finish()


def turning_day(as_of: Iterable[str], valid_until: Iterable[str], today: date) -> date | None:
    """Return the first day after ``today`` on which a claim may turn stale or expire.

    ``as_of`` are the days claims refer to, ``valid_until`` the ISO dates after which sources say
    that they no longer hold. None when nothing will ever change.
    """
    stated = [date.fromisoformat(day) for day in map(stated_date, as_of) if day]
    turns = {day + timedelta(days=after + 1) for day in stated for after in TURNING_AFTER_DAYS}
    turns |= {date.fromisoformat(day) + timedelta(days=1) for day in valid_until if day}
    return min((day for day in turns if day > today), default=None)


class _Compiler:
    """Collects what is compiled of each chunk."""

    def __init__(self, terms: Terms, directory: Path | None) -> None:
        self._terms = terms
        self._columns: dict[str, list[NDArray[Any]]] = {}
        self._texts: dict[str, IO[bytes]] = {
            name: tempfile.TemporaryFile(dir=directory) if directory else io.BytesIO()  # noqa: SIM115
            for name in ("record", "mention", *TEXTS)
        }
        self._mentions = MentionWriter(self._texts["mention"], terms.vocabulary)
        self._size = self._open = 0
        self._ids: list[bytes] = []
        self._numbers: dict[str, list[int]] = {}
        self._departments: dict[str, list[int]] = {}
        self._areas: dict[str, list[int]] = {}
        self._visited: dict[str, list[int]] = {}
        self._codes: dict[str, int] = {}
        self._dates: DateSetNumbers = {}
        self._figures: dict[str, SourceFigures] = {}
        self._listing = Listing()
        self._counts: Counter[str] = Counter()
        self._named: set[str] = set()
        self._days: tuple[set[str], set[str]] = (set(), set())
        self._local = terms.districts.local(terms.official)

    def add(self, chunk: Sequence[Facility]) -> None:
        """Compile the next facilities."""
        self._add_records(chunk)
        self._listing.add(chunk, self._terms.fictional)
        for facility in chunk:
            self._counts.update({mention.source for mention in facility.sources})
            self._named.add(facility.municipality_code)
        self._size += len(chunk)
        listed = [facility for facility in chunk if facility.status == "open"]
        if listed:
            self._add_open(listed)
            self._open += len(listed)

    def _add_records(self, chunk: Sequence[Facility]) -> None:
        texts = [dump(facility).encode() for facility in chunk]
        self._texts["record"].write(b"".join(texts))
        self._put("record.ends", np.array([len(text) for text in texts], dtype=np.int64))
        self._put("record.sums", np.array([crc32(text) for text in texts], dtype=np.uint32))
        for number, facility in enumerate(chunk, self._size):
            self._ids.append(facility.id.encode())
            for value in set(facility.identifiers.values()):
                self._numbers.setdefault(value, []).append(number)

    def _add_open(self, chunk: Sequence[Facility]) -> None:
        terms = self._terms
        selected = [select_claims(f.claims, terms.today, terms.vocabulary) for f in chunk]
        municipalities = [
            self._place(row, facility) for row, facility in enumerate(chunk, self._open)
        ]
        self._put(
            "municipality",
            np.array([self._codes.setdefault(code, len(self._codes)) for code in municipalities]),
        )
        self._put_all("column", facility_columns(chunk, selected, terms.vocabulary))
        self._put_all("mention", self._mentions.add(chunk, municipalities, selected))
        hours = [
            with_care_manager_time(facility.hours, claims.get(CARE_MANAGER_TIME))
            for facility, claims in zip(chunk, selected, strict=True)
        ]
        self._put_all("hours", opening_columns(hours, self._dates))
        self._put_all("rule", rule_numbers(chunk, terms.vocabulary))
        days = [stated_date(facility.first_seen) or NEVER for facility in chunk]
        self._put("first_seen", np.array(days, dtype="datetime64[D]").astype(np.int32))
        self._put("last_heard", days_heard(chunk, terms.imported))
        spots = [crc32(terms.spot(facility).encode()) for facility in chunk]
        self._put("spot", np.array(spots, dtype=np.uint32))
        for name, texts in searched_texts(chunk, terms.kind_words).items():
            blob, lengths = joined(texts)
            self._texts[name].write(blob)
            self._put(f"{name}.ends", lengths)
        source_figures(chunk, terms.today, self._figures)
        for row, facility in enumerate(chunk, self._open):
            for name in {fold(department) for department in facility.departments}:
                self._departments.setdefault(name, []).append(row)
            for area in dict.fromkeys(facility.visit_areas):
                self._visited.setdefault(area, []).append(row)
            self._days[0].update([c.as_of for c in facility.claims], [facility.hours.as_of])
            self._days[1].update(c.valid_until for c in facility.claims)

    def _place(self, row: int, facility: Facility) -> str:
        """Return the municipality or ward of a facility; note its local areas."""
        code, areas = place_of(
            self._terms.districts, self._local, facility.location, facility.municipality_code
        )
        for area in areas:
            self._areas.setdefault(area, []).append(row)
        return code

    def _put(self, name: str, column: NDArray[Any]) -> None:
        self._columns.setdefault(name, []).append(column)

    def _put_all(self, group: str, columns: Mapping[str, NDArray[Any]]) -> None:
        for name, column in columns.items():
            self._put(f"{group}.{name}", column.reshape(-1))

    def finish(self) -> Compiled:
        """Return what was compiled."""
        if not self._open:  # every column, with its type, without a row
            self._add_open([])
        if not self._size:
            self._add_records([])
        columns = {name: np.concatenate(parts) for name, parts in self._columns.items()}
        for name in columns:
            if name.endswith(".ends"):
                columns[name] = np.cumsum(columns[name], dtype=np.int64)
        codes, columns["column.municipalities"] = _renumbered(
            list(self._codes), columns.pop("municipality")
        )
        located = columns["column.located"]
        lon, lat = columns["column.lon"][located], columns["column.lat"][located]
        points = PointIndex(lon, lat).columns()
        turn = turning_day(*self._days, self._terms.today)
        header = {
            "day": self._terms.today.isoformat(),
            "until": (turn - timedelta(days=1)).isoformat() if turn else "",
            "open": self._open,
            "municipality_codes": codes,
            "named_municipalities": sorted(self._named),
            "date_sets": list(self._dates),
            "figures": {name: asdict(figures) for name, figures in self._figures.items()},
            "listed": sorted(self._listing.listed),
            "invented": self._listing.invented,
            "facility_counts": self._counts,
            "imported": dict(self._terms.imported),
        }
        arrays: dict[str, Content] = {
            **columns,
            **{f"point.{name}": column for name, column in points.items()},
            **{f"mention.{name}": texts for name, texts in self._mentions.arrays().items()},
            "record.ids": b"".join(self._ids),
            "record.ids.ends": np.cumsum([len(own_id) for own_id in self._ids], dtype=np.int64),
            **hash_table_arrays("number", self._numbers),
            **unique_hash_table_arrays("id", self._ids, np.arange(self._size)),
            **row_groups("department", self._departments),
            **row_groups("area", self._areas),
            **row_groups("visited", self._visited),
            **{name: _whole(file) for name, file in self._texts.items()},
        }
        return Compiled(header, arrays)


def _whole(file: IO[bytes]) -> memoryview:
    """Return what was written to a file, which is then closed."""
    if isinstance(file, io.BytesIO):
        return file.getbuffer()
    with file:
        file.flush()
        empty = not file.tell()
        return memoryview(b"" if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _renumbered(codes: Sequence[str], numbers: NDArray[Any]) -> tuple[list[str], Rows]:
    """Return the codes in order, and for each row the place of its code among them."""
    order = sorted(range(len(codes)), key=codes.__getitem__)
    places = np.empty(len(codes), dtype=np.int64)
    places[order] = np.arange(len(codes))
    return [codes[i] for i in order], places[numbers.astype(np.int64)]
