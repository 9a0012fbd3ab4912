"""Portions put together: the arrays and the header of a snapshot.

What the columns of a portion number (municipalities, sets of days, shared texts) is numbered anew,
in the order in which it is met: the result does not depend on how each portion came about.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, TypeVar

import numpy as np
import orjson
from numpy.typing import NDArray

from geoportal.index.completeness import grouped
from geoportal.index.freshness import SourceFigures
from geoportal.index.grams import gram_arrays
from geoportal.index.imports import days_of_rows
from geoportal.index.mentions import shared_texts
from geoportal.index.points import PointIndex, Rows
from geoportal.index.portions import DATE_SETS, GROUPS, SHARED, Group, Portion, turning_day
from geoportal.index.terms import Terms
from geoportal.index.texts import GRAMS, TEXTS
from geoportal.mapped.archive import Content
from geoportal.mapped.hash_table import paired_hash_table_arrays, unique_hash_table_arrays
from geoportal.mapped.passing import passing_file, whole
from geoportal.mapped.row_groups import row_groups

_TEXTS = ("record", "record.ids", "mention", *TEXTS)
_ALL_ROWS = "number"
"""The group that has closed facilities, too."""
_Value = TypeVar("_Value", bound=Hashable)


@dataclass(frozen=True)
class Compiled:
    """What facilities were compiled to: a JSON-ready header, and arrays of one dimension."""

    header: Mapping[str, Any]
    arrays: Mapping[str, Content]


def _number(
    columns: dict[str, NDArray[Any]],
    names: Sequence[str],
    held: dict[_Value, int],
    values: Sequence[_Value],
) -> None:
    """Give columns the numbers that values have here; new ones follow as they are met."""
    parts = [columns[name] for name in names]
    whole = np.concatenate(parts)
    used, first = np.unique(whole, return_index=True)
    for number in used[np.argsort(first, kind="stable")].tolist():
        held.setdefault(values[number], len(held))
    own = np.array([held[values[number]] for number in used.tolist()], dtype=whole.dtype)
    numbered = own[np.searchsorted(used, whole)] if used.size else whole
    edges = np.cumsum([part.size for part in parts])[:-1]
    columns.update(zip(names, np.split(numbered, edges), strict=True))


class Merger:
    """Collects portions, open facilities first, in the order of rows.

    Columns and long texts are put into unnamed files of ``directory`` until they are written;
    without one they stay in memory.
    """

    def __init__(self, terms: Terms, directory: Path | None) -> None:
        self._today = terms.today
        self._directory = directory
        self._imported = terms.imported
        self._columns: dict[str, tuple[np.dtype[Any], IO[bytes]]] = {}
        self._texts: dict[str, IO[bytes]] = {name: passing_file(directory) for name in _TEXTS}
        self._size = self._open = 0
        self._ids: list[bytes] = []
        self._groups: dict[str, dict[str, array[int]]] = {
            name: {} for name in GROUPS if name != _ALL_ROWS
        }
        self._numbers: list[bytes] = []
        self._number_rows = array("I")
        self._codes: dict[str, int] = {}
        self._dates: dict[tuple[str, ...], int] = {}
        self._shared: dict[bytes, int] = {}
        self._told: list[bytes] = []

    def add(self, portion: Portion) -> None:
        """Put the next portion behind those before it."""
        columns = dict(portion.columns)
        if portion.is_open:
            places = ("column.municipalities",)
            _number(columns, places, self._codes, portion.codes)
            _number(columns, DATE_SETS, self._dates, portion.date_sets)
            _number(columns, SHARED, self._shared, portion.shared)
        for name, column in columns.items():
            if name not in self._columns:
                self._columns[name] = column.dtype, passing_file(self._directory)
            dtype, file = self._columns[name]
            if column.dtype != dtype:
                raise TypeError(f"{name}: {column.dtype} after {dtype}")
            file.write(column.tobytes())
        for name, text in portion.texts.items():
            self._texts[name].write(text)
        for name, group in portion.groups.items():
            if name == _ALL_ROWS:
                self._add_numbers(group)
            else:
                self._add_group(self._groups[name], group)
        ids, start = bytes(portion.texts["record.ids"]), 0
        for end in np.cumsum(portion.columns["record.ids.ends"]).tolist():
            self._ids.append(ids[start:end])
            start = end
        self._size += portion.size
        self._open += portion.size if portion.is_open else 0
        if not portion.size:
            return
        told = {**portion.told, "day": self._today.isoformat()}
        self._told.append(orjson.dumps({"size": portion.size, "is_open": portion.is_open, **told}))

    def _add_group(self, groups: dict[str, array[int]], group: Group) -> None:
        rows = (group.rows + self._size).tolist()  # open ones come first: rows are numbers
        for number, row in zip(group.numbers.tolist(), rows, strict=True):
            groups.setdefault(group.names[number], array("q")).append(row)

    def _add_numbers(self, group: Group) -> None:
        self._numbers += [group.names[number].encode() for number in group.numbers.tolist()]
        self._number_rows.extend((group.rows + self._size).tolist())

    def finish(self, processes: int = 1) -> Compiled:
        """Return what was put together; afterwards there is nothing left here.

        Pairs of letters are looked for in so many worker processes.
        """
        columns: dict[str, NDArray[Any]] = {
            name: np.frombuffer(whole(file), dtype=dtype)
            for name, (dtype, file) in self._columns.items()
        }
        for name in columns:
            if name.endswith(".ends"):
                columns[name] = np.cumsum(columns[name], dtype=np.int64)
        codes, columns["column.municipalities"] = _in_order(
            list(self._codes), columns["column.municipalities"]
        )
        located = columns["column.located"]
        lon, lat = columns["column.lon"][located], columns["column.lat"][located]
        points = PointIndex(lon, lat).columns()
        as_of, valid_until = self._all("as_of"), self._all("valid_until")
        turn = turning_day(as_of, valid_until, self._today)
        header = {
            "day": self._today.isoformat(),
            "until": (turn - timedelta(days=1)).isoformat() if turn else "",
            "open": self._open,
            "municipality_codes": codes,
            "date_sets": list(self._dates),
            "named_municipalities": sorted(self._all("named")),
            "listed": grouped(tuple(row) for one in self._each() for row in one["listed"]),
            "invented": _all_true(one["invented"] for one in self._each()),
            "figures": _sums(one["figures"] for one in self._each() if one["is_open"]),
            "facility_counts": _counts(one["counts"] for one in self._each()),
            "imported": dict(self._imported),
        }
        texts = {name: whole(file) for name, file in self._texts.items()}
        grams = {
            f"{name}.{part}": found
            for name, text in zip(GRAMS, TEXTS, strict=True)
            for part, found in gram_arrays(
                texts[text], columns[f"{text}.ends"], self._directory, processes
            ).items()
        }
        groups = {name: dict(sorted(held.items())) for name, held in self._groups.items()}
        arrays: dict[str, Content] = {
            **columns,
            "last_heard": days_of_rows(self._groups["heard"], self._open, self._imported),
            **{f"point.{name}": column for name, column in points.items()},
            **{f"mention.{name}": text for name, text in shared_texts(self._shared).items()},
            **paired_hash_table_arrays("number", self._numbers, self._number_rows),
            **unique_hash_table_arrays("id", self._ids, np.arange(self._size)),
            **{
                name: content
                for group, held in groups.items()
                for name, content in row_groups(group, held).items()
            },
            **texts,
            **grams,
            "portions": b"[" + b",".join(self._told) + b"]",
        }
        return Compiled(header, arrays)

    def _all(self, name: str) -> set[str]:
        return {value for one in self._each() for value in one.get(name, ())}

    def _each(self) -> Iterator[dict[str, Any]]:
        """Yield what is told of each portion: as objects they take ten times the room."""
        return map(orjson.loads, self._told)


def _all_true(parts: Iterable[Mapping[str, bool]]) -> dict[str, bool]:
    """Return for each key whether it is true in all of the mappings that have it."""
    found: dict[str, bool] = {}
    for part in parts:
        for key, value in part.items():
            found[key] = found.get(key, True) and value
    return dict(sorted(found.items()))


def _counts(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for part in parts:
        counts.update(part)
    return dict(sorted(counts.items()))


def _sums(parts: Iterable[Mapping[str, Mapping[str, int]]]) -> dict[str, dict[str, int]]:
    sums: dict[str, Counter[str]] = {}
    for part in parts:
        for source, figures in part.items():
            sums.setdefault(source, Counter()).update(figures)
    none = asdict(SourceFigures())
    return {source: {name: sums[source][name] for name in none} for source in sorted(sums)}


def _in_order(codes: Collection[str], numbers: NDArray[Any]) -> tuple[list[str], Rows]:
    """Return the codes in order, and for each row the place of its code among them."""
    held = list(codes)
    order = sorted(range(len(held)), key=held.__getitem__)
    places = np.empty(len(held), dtype=np.int64)
    places[order] = np.arange(len(held))
    return [held[i] for i in order], places[numbers.astype(np.int64)]
