"""Supply: which facilities count, for sure or possibly, and their capacity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from geoportal.coverage.counting import POSSIBLE, SURE, Answers, answers, rows_of_kinds
from geoportal.coverage.criteria import CoverageCriteria
from geoportal.coverage.distance_zones import Floats, Places, Rows
from geoportal.coverage.surroundings import Surroundings, answered_around
from geoportal.domain.facility import KINDS
from geoportal.index.snapshot import Snapshot

_PLANNED = "planned-"


@dataclass(frozen=True, slots=True)
class PlannedFacility:
    """A facility that does not exist yet, for a what-if: counts as a sure yes."""

    name: str
    lon: float
    lat: float
    capacity: float = 1.0


@dataclass(frozen=True)
class Supply:
    """The facilities that count for sure or possibly; those that say no are left out.

    All of the country, or those around the area of a study (`geoportal.coverage.surroundings`).

    Attributes
    ----------
    ids, names, kinds : tuple of str
        One for each facility.
    places : Places
        Where they are.
    capacity : ndarray of float, shape (k,)
        Places (定員) where known, else 1.
    certain : ndarray of bool, shape (k,)
        True when every need is a known yes; the others are possible: not known.
    rows : ndarray of int, shape (k,)
        Rows of the snapshot, -1 for a planned facility.
    unlocated_rows : ndarray of int, shape (u,)
        Facilities that would count but have no position: counted in the district of their
        address, never in distances.
    unlocated_certain : ndarray of bool, shape (u,)
    unlocated_ids : tuple of str
    sources : mapping of str to str
        The sources that name these facilities, or state what is asked of them, with the newest
        date (`geoportal.domain.dating`).
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    places: Places
    capacity: Floats
    certain: NDArray[np.bool_]
    rows: Rows
    unlocated_rows: Rows
    unlocated_certain: NDArray[np.bool_]
    unlocated_ids: tuple[str, ...]
    sources: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def includes(self, facility_id: str) -> bool:
        """Say whether a facility counts, with a position or without."""
        return facility_id in self.ids or facility_id in self.unlocated_ids

    @property
    def possible(self) -> NDArray[np.bool_]:
        """All of them: yes and unknown."""
        return np.ones(len(self), dtype=bool)

    def without(self, ids: Iterable[str]) -> Supply:
        """Return the supply after facilities closed; ids that do not count are passed over."""
        closed = list(ids)
        rows = np.flatnonzero(~np.isin(self.ids, closed))
        unlocated = np.flatnonzero(~np.isin(self.unlocated_ids, closed))
        return replace(
            self,
            unlocated_rows=self.unlocated_rows[unlocated],
            unlocated_certain=self.unlocated_certain[unlocated],
            unlocated_ids=tuple(self.unlocated_ids[n] for n in unlocated),
            ids=tuple(self.ids[row] for row in rows),
            names=tuple(self.names[row] for row in rows),
            kinds=tuple(self.kinds[row] for row in rows),
            places=self.places.take(rows),
            capacity=self.capacity[rows],
            certain=self.certain[rows],
            rows=self.rows[rows],
        )

    def with_planned(self, planned: Sequence[PlannedFacility], kind: str = "") -> Supply:
        """Return the supply with facilities added."""
        lon = np.concatenate([self.places.lon, [new.lon for new in planned]])
        lat = np.concatenate([self.places.lat, [new.lat for new in planned]])
        return replace(
            self,
            ids=(*self.ids, *(f"{_PLANNED}{n}" for n in range(1, len(planned) + 1))),
            names=(*self.names, *(new.name for new in planned)),
            kinds=(*self.kinds, *([kind] * len(planned))),
            places=Places.from_degrees(lon, lat),
            capacity=np.concatenate([self.capacity, [new.capacity for new in planned]]),
            certain=np.concatenate([self.certain, np.ones(len(planned), dtype=bool)]),
            rows=np.concatenate([self.rows, np.full(len(planned), -1, dtype=np.int64)]),
        )


def gather_supply(
    snapshot: Snapshot, question: CoverageCriteria, around: Surroundings | None = None
) -> Supply:
    """Choose the facilities that count: those across the border count for reach.

    They keep the order of the snapshot; those that say no to any need are left out. Of the country
    only those are taken that can decide anything ``around`` an area (`answered_around`); without
    it all are.
    """
    rows = rows_of_kinds(snapshot, question)
    if around is None:
        found = answers(snapshot, rows, question)
    else:
        rows, found = answered_around(snapshot, rows, question, around)
    counting = found <= POSSIBLE
    return _supply_of(snapshot, rows[counting], found[counting], question)


def _supply_of(
    snapshot: Snapshot, rows: Rows, found: Answers, question: CoverageCriteria
) -> Supply:
    """Return the supply of rows that count."""
    columns, stored = snapshot.columns, snapshot.by_id
    located = columns.located[rows]
    here, unlocated = rows[located], rows[~located]
    names, capacity = list[str](), list[float]()
    sources: dict[str, str] = {}
    for row in (*here.tolist(), *unlocated.tolist()):
        document = stored.document(row)
        names.append(document["name"])
        capacity.append(float(document["capacity"] or 1))
        stating = (claim for claim in document["claims"] if claim["code"] in question.needs)
        for one in (*document["sources"], *stating):
            sources[one["source"]] = max(sources.get(one["source"], ""), one["as_of"])
    return Supply(
        ids=tuple(map(stored.id_of, here.tolist())),
        names=tuple(names[: here.size]),
        kinds=tuple(KINDS[number] for number in columns.kinds[here].tolist()),
        places=Places.from_degrees(columns.lon[here], columns.lat[here]),
        capacity=np.array(capacity[: here.size], dtype=np.float64),
        certain=found[located] == SURE,
        rows=here,
        unlocated_rows=unlocated,
        unlocated_certain=found[~located] == SURE,
        unlocated_ids=tuple(map(stored.id_of, unlocated.tolist())),
        sources=sources,
    )
