"""Compilation of facilities into the arrays that a snapshot answers from.

Facilities come one after the other in the order of `row_order`, and are compiled in portions
(`geoportal.index.portions`), so that a country takes little more memory than its arrays. Portions
that stand unchanged in an earlier snapshot are taken from there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.facility import Facility
from geoportal.index.earlier import Earlier
from geoportal.index.merging import Compiled, Merger
from geoportal.index.points import Rows, spatial_order
from geoportal.index.portions import Portion, Row, compile_portion, divide
from geoportal.index.terms import Terms
from geoportal.store.documents import dump
from geoportal.workers import working

_Task = tuple[bool, list[str], list[bytes]]
"""Whether facilities are open, their ids, their JSON texts."""


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
    rows: Iterable[Row],
    terms: Terms,
    directory: Path | None = None,
    earlier: Earlier | None = None,
    processes: int = 1,
) -> Compiled:
    """Compile facilities, which come in `row_order`.

    Long texts are put into unnamed files of ``directory`` until they are written; without one they
    stay in memory. ``earlier`` is a snapshot of the same program, lists and outlines; portions are
    compiled in so many processes: the result is the same, to the byte, with any.
    """
    merger = Merger(terms, directory)
    merger.add(compile_portion([], terms, is_open=True))  # every column, with its type
    found: deque[Portion | None] = deque()
    """Of each portion in order what is held of it, None for one that is being compiled."""

    def compiled(task: _Task) -> Portion:
        is_open, *columns = task
        facilities = [Row(id_, is_open, text) for id_, text in zip(*columns, strict=True)]
        return compile_portion(facilities, terms, is_open=is_open)

    def tasks() -> Iterator[_Task]:
        for portion in divide(rows):
            held = earlier.find(portion) if earlier else None
            if held is not None and not found:
                merger.add(held)
                continue
            found.append(held)
            if held is None:
                is_open = portion[0].is_open
                yield is_open, [row.id for row in portion], [row.text for row in portion]

    def add_held() -> None:
        while found and (held := found.popleft()) is not None:
            merger.add(held)

    with working(compiled, processes) as compiled_in_workers:
        for portion in compiled_in_workers(tasks()):
            add_held()
            merger.add(portion)
        add_held()
    return merger.finish(processes)


def stored_rows(facilities: Iterable[Facility]) -> list[Row]:
    """Return facilities as they are stored."""
    return [Row(one.id, one.status == "open", dump(one).encode()) for one in facilities]
