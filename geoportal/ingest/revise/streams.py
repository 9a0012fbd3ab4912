"""Streamed tables taken into the database, municipality by municipality.

A first pass counts the rows of each municipality, so that in the second each can be written as soon
as its last row was read: only what belongs together is ever in memory, whatever the order of rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import sqlalchemy as sa

from geoportal.domain.place import Place
from geoportal.errors import InputRefusedError
from geoportal.ingest.files.archives import Member
from geoportal.ingest.files.edition import Edition, Progress
from geoportal.ingest.files.report import ERROR, INFO, Issue
from geoportal.ingest.files.streams import (
    RowCount,
    StreamedTable,
    encoding_issue,
    recognise_stream,
    stream_encoding,
)
from geoportal.ingest.revise.records import Revision
from geoportal.ingest.sources import address_base_registry as registry
from geoportal.ingest.sources import address_base_registry_positions as registry_positions
from geoportal.ingest.sources import blocks, postcodes
from geoportal.ingest.sources.towns import count_by_change
from geoportal.store.places import (
    PlaceSet,
    content_hash,
    read_place_sets,
    read_places,
    replace_places,
)
from geoportal.store.postcodes import (
    PostcodeSet,
    read_postcode_sets,
    read_postcodes,
    replace_postcodes,
)

LAYOUTS = (
    blocks.LAYOUT,
    *registry.LAYOUTS,
    *registry_positions.LAYOUTS,
    postcodes.LAYOUT,
    postcodes.KEN_ALL_LAYOUT,
)
_HEADED = tuple(layout for layout in LAYOUTS if layout.required)
_STEP = 20_000

Held = dict[str, PlaceSet]


@dataclass(slots=True)
class StreamIntake:
    """What a streamed table brought: rows, issues, and what changed."""

    count: RowCount
    revision: Revision
    issues: list[Issue]


class _MunicipalReader(Protocol):
    """What is common to the readers of streamed tables."""

    part: str

    def municipality(self, cells: list[str]) -> str: ...

    def unknown(self, line: int, cells: list[str]) -> Issue: ...


def open_stream(member: Member) -> StreamedTable | None:
    """Return a file as one of the tables that are read row by row, None when it is none."""
    return recognise_stream(member, _HEADED) or postcodes.recognise_ken_all(member)


def revise_stream(
    connection: sa.Connection, table: StreamedTable, edition: Edition, progress: Progress
) -> StreamIntake:
    """Take a streamed table over.

    For each municipality the newest edition wins; among equally new ones the fuller.

    Raises
    ------
    UnreadableSourceError
        When the file is cut off or no text.
    InputRefusedError
        When positions come without the places they belong to.
    """
    if table.layout.source == postcodes.SOURCE:
        intake = _postcodes(connection, table, edition)
    else:
        count, revision = RowCount(), Revision()
        run = _Run(connection, table, edition, progress, count, revision)
        if table.layout.source == registry_positions.SOURCE:
            run.place()
        elif table.layout is blocks.LAYOUT:
            run.replace(blocks.BlockReader(table, edition))
        else:
            run.replace(registry.RegistryReader(table, edition))
        intake = StreamIntake(count, revision, [])
    encoding = stream_encoding(table.member.name, table.member.data)
    intake.issues = [*table.issues, *encoding_issue(encoding), *intake.count.issues]
    return intake


class _Run:
    """One table at work."""

    def __init__(
        self,
        connection: sa.Connection,
        table: StreamedTable,
        edition: Edition,
        progress: Progress,
        count: RowCount,
        revision: Revision,
    ) -> None:
        self._connection = connection
        self._table = table
        self._edition = edition
        self._progress = progress
        self._count = count
        self._revision = revision
        self._kept = 0

    def replace(self, reader: blocks.BlockReader | registry.RegistryReader) -> None:
        """Replace the places of every municipality of the table."""
        held = self._held(reader.part)
        groups: dict[str, dict[tuple[str, str, str, str], Place]] = {}
        for code, line, cells, last in self._rows(reader):
            items = groups.setdefault(code, {})
            found = reader.read(line, cells, code)
            if isinstance(found, Issue):
                self._count.note(found)
            elif found is not None:
                first = items.setdefault(found.key, found)
                if first is not found and (note := reader.repeated(line, found)) is not None:
                    self._count.note(note)
            if last:
                self._write(reader.part, code, list(groups.pop(code).values()), held.get(code))
        if self._kept:
            message = f"{self._kept} municipalities are held from a newer or fuller file"
            self._revision.issues.append(
                Issue(1, "", "older_edition", INFO, str(self._kept), message)
            )

    def place(self) -> None:
        """Give positions to the places of every municipality of the table."""
        reader = registry_positions.PositionReader(self._table, self._edition)
        held = self._held(reader.part)
        groups: dict[str, dict[str, tuple[float, float]]] = {}
        missing: Counter[str] = Counter()
        for code, line, cells, last in self._rows(reader):
            items = groups.setdefault(code, {})
            if code not in held:
                missing[code] += 1
            else:
                found = reader.read(line, cells)
                if isinstance(found, Issue):
                    self._count.note(found)
                elif found is not None:
                    items.setdefault(found[0], found[1:])
            if last:
                positions = groups.pop(code)
                if code in held:
                    self._move(held[code], positions)
        self._refuse_missing(missing)

    def _refuse_missing(self, missing: Counter[str]) -> None:
        if missing and sum(missing.values()) == self._count.rows_read - self._count.rejected:
            raise InputRefusedError(
                f"{self._table.member.name}: these are positions without names; import the master "
                f"table ({self._table.layout.variant}) of アドレス・ベース・レジストリ first"
            )
        for code, number in sorted(missing.items()):
            message = f"{number} positions of a municipality whose names are not held"
            self._count.rejected += number - 1
            self._count.note(Issue(1, "lg_code", "no_master", ERROR, code, message))

    def _held(self, part: str) -> Held:
        sets = read_place_sets(self._connection)
        return {item.municipality_code: item for item in sets if item.source == part}

    def _rows(self, reader: _MunicipalReader) -> Iterator[tuple[str, int, list[str], bool]]:
        """Yield municipality, line, cells of sound rows, and whether it is its last one."""
        width = self._table.width
        left: Counter[str] = Counter()
        for _, cells in self._table.rows():
            if len(cells) == width:
                left[reader.municipality(cells)] += 1
        total = left.total()
        for line, cells in self._table.rows():
            if self._count.rows_read % _STEP == 0:
                self._progress(self._table.layout.source, self._count.rows_read, total)
            self._count.rows_read += 1
            if len(cells) != width:
                self._count.wrong_width(line, cells, width)
                continue
            code = reader.municipality(cells)
            if not code:
                self._count.note(reader.unknown(line, cells))
                continue
            left[code] -= 1
            yield code, line, cells, left[code] == 0

    def _write(self, part: str, code: str, items: list[Place], before: PlaceSet | None) -> None:
        old: list[Place] = []
        if before is not None:
            old = list(read_places(self._connection, source=part, municipality_code=code))
            items = _with_known_positions(items, old)
        fresh = PlaceSet(part, code, self._edition.as_of, len(items), content_hash(items))
        if before is not None and _rank(fresh) <= _rank(before):
            self._revision.unchanged += len(items)
            self._kept += fresh.content_hash != before.content_hash
            return
        self._store(fresh, items, old)

    def _move(self, before: PlaceSet, positions: dict[str, tuple[float, float]]) -> None:
        old = list(
            read_places(
                self._connection, source=before.source, municipality_code=before.municipality_code
            )
        )
        items = [
            replace(place, lon=found[0], lat=found[1])
            if (found := positions.get(place.registry_id)) is not None
            else place
            for place in old
        ]
        as_of = max(before.as_of, self._edition.as_of)
        code = before.municipality_code
        fresh = PlaceSet(before.source, code, as_of, len(items), content_hash(items))
        if fresh.content_hash == before.content_hash:
            self._revision.unchanged += len(positions)
            return
        self._store(fresh, items, old)

    def _store(self, fresh: PlaceSet, items: list[Place], old: list[Place]) -> None:
        created, updated, unchanged, removed = (
            count_by_change(old, items) if old else (len(items), 0, 0, 0)
        )
        self._revision.created += created
        self._revision.updated += updated
        self._revision.unchanged += unchanged
        self._revision.removed += removed
        replace_places(self._connection, fresh, items)


def _with_known_positions(items: list[Place], old: list[Place]) -> list[Place]:
    """Keep the positions that came in a file of their own, by registry id."""
    known = {p.registry_id: p for p in old if p.registry_id and p.lon is not None}
    if not known:
        return items
    return [
        replace(place, lon=known[place.registry_id].lon, lat=known[place.registry_id].lat)
        if place.lon is None and place.registry_id in known
        else place
        for place in items
    ]


def _rank(item: PlaceSet) -> tuple[str, int, str]:
    return item.as_of, item.row_count, item.content_hash


def _postcodes(connection: sa.Connection, table: StreamedTable, edition: Edition) -> StreamIntake:
    found, count = postcodes.extract(table, edition)
    held = {item.municipality_code: item for item in read_postcode_sets(connection)}
    revision = Revision()
    for code, items in found.items():
        fresh, before = PostcodeSet.of(code, edition.as_of, items), held.get(code)
        if before is not None and (
            (fresh.as_of, fresh.row_count, fresh.content_hash)
            <= (before.as_of, before.row_count, before.content_hash)
        ):
            revision.unchanged += len(items)
            continue
        old = set(read_postcodes(connection, code)) if before is not None else set()
        same = len(old & set(items))
        revision.created += len(items) - same
        revision.unchanged += same
        revision.removed += len(old) - same
        replace_postcodes(connection, fresh, items)
    return StreamIntake(count, revision, [])
