"""Portions of an earlier snapshot: what has not changed since is not compiled again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from geoportal.index.portions import GROUPS, Group, Portion, Row, turning_day
from geoportal.index.texts import TEXTS
from geoportal.mapped.row_groups import read_groups

_ITEMS: Final = {
    "mention.facts.codes": "mention.facts",
    "mention.facts.texts": "mention.facts",
    **dict.fromkeys(("hours.day", "hours.use", "hours.opens", "hours.closes"), "hours.sessions"),
}
"""Columns with any number of items per row, and by what these are bounded."""
_TEXTS: Final = ("record", "record.ids", "mention", *TEXTS)
_OF_ROWS: Final = ("column.", "rule.", "hours.", "mention.")
_WHOLE: Final = ("mention.shared", "mention.shared.ends")
_Edges = NDArray[np.int64]


class Earlier:
    """Takes portions out of a snapshot that was compiled on the same terms but for its day.

    Parameters
    ----------
    header : mapping
        The facilities' header, see `geoportal.index.merging`.
    arrays : mapping of str to memoryview
        All arrays, compared with their checksums.
    today : date
        The day in Japan for which portions are wanted.
    """

    def __init__(
        self, header: Mapping[str, Any], arrays: Mapping[str, memoryview], today: date
    ) -> None:
        self._arrays = {name: np.asarray(array) for name, array in arrays.items()}
        self._texts = {name: memoryview(arrays[name]) for name in _TEXTS}
        self._open = int(header["open"])
        self._codes: list[str] = header["municipality_codes"]
        self._date_sets = [tuple(each) for each in header["date_sets"]]
        self._shared = _Texts(arrays["mention.shared"], self._edges("mention.shared"))
        self._edges_of = {name: self._edges(name) for name in (*_TEXTS, "mention.facts")}
        sessions = self._arrays["hours.sessions"]
        self._edges_of["hours.sessions"] = np.concatenate(
            ([0], np.cumsum(sessions, dtype=np.int64))
        )
        self._columns = [
            name
            for name in self._arrays
            if name in ("first_seen", "spot")
            or (name.startswith(_OF_ROWS) and not name.endswith(".ends") and name not in _WHOLE)
        ]
        self._groups = {name: self._group(name, arrays) for name in GROUPS}
        self._portions = self._usable(orjson.loads(bytes(arrays["portions"])), today)

    def find(self, rows: Sequence[Row]) -> Portion | None:
        """Return the portion of these facilities, None where one of them is another by now."""
        start, told = self._portions.get(rows[0].id, (0, {}))
        if told.get("size") != len(rows) or told["is_open"] != rows[0].is_open:
            return None
        stop = start + len(rows)
        texts = (
            ("record", [row.text for row in rows]),
            ("record.ids", [r.id.encode() for r in rows]),
        )
        for name, wanted in texts:
            if [len(one) for one in wanted] != self._lengths(name, start, stop).tolist():
                return None
            if self._text(name, start, stop) != b"".join(wanted):
                return None
        return self._portion(start, stop, told)

    def _portion(self, start: int, stop: int, told: Mapping[str, Any]) -> Portion:
        is_open = told["is_open"]
        names = _TEXTS if is_open else ("record", "record.ids")
        columns = {f"{name}.ends": self._lengths(name, start, stop) for name in names}
        columns["record.sums"] = self._arrays["record.sums"][start:stop]
        if is_open:
            columns["mention.facts.ends"] = self._lengths("mention.facts", start, stop)
            columns |= {name: self._column(name, start, stop) for name in self._columns}
        groups = GROUPS if is_open else ("number",)
        return Portion(
            stop - start,
            is_open,
            columns,
            {name: self._text(name, start, stop) for name in names},
            self._codes,
            self._date_sets,
            self._shared,
            {name: _part(self._groups[name], start, stop) for name in groups},
            {name: value for name, value in told.items() if name not in ("size", "is_open")},
        )

    def _column(self, name: str, start: int, stop: int) -> NDArray[Any]:
        column = self._arrays[name]
        if name in _ITEMS:
            edges = self._edges_of[_ITEMS[name]]
            return column[edges[start] : edges[stop]]
        width = column.size // self._open
        return column[start * width : stop * width]

    def _edges(self, name: str) -> _Edges:
        return np.concatenate(([0], self._arrays[f"{name}.ends"].astype(np.int64)))

    def _lengths(self, name: str, start: int, stop: int) -> _Edges:
        return np.diff(self._edges_of[name][start : stop + 1])

    def _text(self, name: str, start: int, stop: int) -> memoryview:
        edges = self._edges_of[name]
        return self._texts[name][int(edges[start]) : int(edges[stop])]

    def _usable(
        self, told: Sequence[dict[str, Any]], today: date
    ) -> dict[str, tuple[int, dict[str, Any]]]:
        """Return where portions begin, by their first facility, if they hold on the day."""
        found: dict[str, tuple[int, dict[str, Any]]] = {}
        start = 0
        for one in told:
            day = date.fromisoformat(one["day"])
            turn = turning_day(one.get("as_of", ()), one.get("valid_until", ()), day)
            if day <= today and (turn is None or today < turn):
                first = bytes(self._text("record.ids", start, start + 1)).decode()
                found[first] = (start, one)
            start += one["size"]
        return found

    def _group(self, name: str, arrays: Mapping[str, memoryview]) -> Group:
        """Return which rows have which names, in the order of rows."""
        if name == "number":
            keys, starts = bytes(arrays["number.keys"]), self._arrays["number.starts"]
            ends = pairwise(self._arrays["number.offsets"].tolist())
            names = [keys[start:stop].decode() for start, stop in ends]
            counts, rows = np.diff(starts), self._arrays["number.values"].astype(np.int64)
        else:
            held = read_groups(arrays, name)
            names, counts = (
                list(held),
                np.array([one.size for one in held.values()], dtype=np.int64),
            )
            rows = np.concatenate([np.empty(0, dtype=np.int64), *held.values()])
        numbers = np.repeat(np.arange(len(names), dtype=np.int64), counts.astype(np.int64))
        order = np.argsort(rows, kind="stable")
        return Group(names, numbers[order], rows[order])


class _Texts(Sequence[bytes]):
    """Texts by number, read when they are asked for."""

    def __init__(self, text: memoryview, edges: _Edges) -> None:
        self._text, self._edges = text, edges

    def __len__(self) -> int:
        return self._edges.size - 1

    def __getitem__(self, number: Any) -> Any:
        return bytes(self._text[int(self._edges[number]) : int(self._edges[number + 1])])


def _part(group: Group, start: int, stop: int) -> Group:
    first, last = np.searchsorted(group.rows, (start, stop))
    return Group(group.names, group.numbers[first:last], group.rows[first:last] - start)
