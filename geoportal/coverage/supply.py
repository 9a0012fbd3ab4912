"""Supply: which facilities count, for sure or possibly, and their capacity."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import SupportsIndex, overload

import numpy as np
from numpy.typing import NDArray

from geoportal.coverage.counting import POSSIBLE, SURE, Answers, answers, rows_of_kinds
from geoportal.coverage.criteria import CoverageCriteria
from geoportal.coverage.distance_zones import Floats, Places, Rows
from geoportal.coverage.surroundings import Surroundings, answered_around
from geoportal.index.facility_store import FacilityStore
from geoportal.index.snapshot import Snapshot

_PLANNED = "planned-"


@dataclass(frozen=True, slots=True)
class PlannedFacility:
    """A facility that does not exist yet, for a what-if: counts as a sure yes."""

    name: str
    lon: float
    lat: float
    capacity: float = 1.0


class StoredTexts(Sequence[str]):
    """A text of each of some facilities, read from the snapshot when it is asked for.

    Those of all facilities of a country would be most of what a study holds. ``rows`` are -1 for
    planned facilities, which stand at the end and have the texts ``planned``.
    """

    def __init__(self, rows: Rows, read: Callable[[int], str], planned: Sequence[str] = ()) -> None:
        self._rows, self._read, self._planned = rows, read, planned

    def __len__(self) -> int:
        return int(self._rows.size)

    @overload
    def __getitem__(self, index: SupportsIndex) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: SupportsIndex | slice) -> str | list[str]:
        """Return the text of a facility, or those of a slice."""
        if isinstance(index, slice):
            return [self[n] for n in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        row = int(self._rows[place])
        return self._read(row) if row >= 0 else self._planned[place - len(self)]


@dataclass(frozen=True)
class Supply:
    """The facilities that count for sure or possibly; those that say no are left out.

    All of the country, or those around the area of a study (`geoportal.coverage.surroundings`).

    Attributes
    ----------
    stored : FacilityStore
        What is held of the facilities of the snapshot.
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
    sources : mapping of str to str
        The sources that name these facilities, or state what is asked of them, with the newest
        date (`geoportal.domain.dating`).
    planned : tuple of PlannedFacility
        The last facilities: those that do not exist yet, all of the kind ``planned_kind``.
    """

    stored: FacilityStore = field(repr=False)
    places: Places
    capacity: Floats
    certain: NDArray[np.bool_]
    rows: Rows
    unlocated_rows: Rows
    unlocated_certain: NDArray[np.bool_]
    sources: Mapping[str, str] = field(default_factory=dict)
    planned: tuple[PlannedFacility, ...] = ()
    planned_kind: str = ""

    def __len__(self) -> int:
        return int(self.rows.size)

    @property
    def ids(self) -> StoredTexts:
        """Ids, one for each facility."""
        planned = [f"{_PLANNED}{n}" for n in range(1, len(self.planned) + 1)]
        return StoredTexts(self.rows, self.stored.id_of, planned)

    @property
    def names(self) -> StoredTexts:
        """Names, one for each facility."""
        planned = [new.name for new in self.planned]
        return StoredTexts(self.rows, lambda row: self.stored.document(row)["name"], planned)

    @property
    def kinds(self) -> StoredTexts:
        """Kinds, one for each facility."""
        planned = [self.planned_kind] * len(self.planned)
        return StoredTexts(self.rows, lambda row: self.stored.document(row)["kind"], planned)

    @property
    def unlocated_ids(self) -> StoredTexts:
        """Ids of those without a position."""
        return StoredTexts(self.unlocated_rows, self.stored.id_of)

    def includes(self, facility_id: str) -> bool:
        """Say whether a facility counts, with a position or without."""
        return facility_id in self.ids or facility_id in self.unlocated_ids

    @property
    def possible(self) -> NDArray[np.bool_]:
        """All of them: yes and unknown."""
        return np.ones(len(self), dtype=bool)

    def without(self, ids: Iterable[str]) -> Supply:
        """Return the supply after facilities closed; ids that do not count are passed over."""
        closed = set(ids)
        rows = np.array([n for n, one in enumerate(self.ids) if one not in closed], dtype=np.int64)
        unlocated = np.array(
            [n for n, one in enumerate(self.unlocated_ids) if one not in closed], dtype=np.int64
        )
        return replace(
            self,
            unlocated_rows=self.unlocated_rows[unlocated],
            unlocated_certain=self.unlocated_certain[unlocated],
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
            planned=tuple(planned),
            planned_kind=kind,
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
    capacity = list[float]()
    sources: dict[str, str] = {}
    for row in (*here.tolist(), *unlocated.tolist()):
        document = stored.document(row)
        capacity.append(float(document["capacity"] or 1))
        stating = (claim for claim in document["claims"] if claim["code"] in question.needs)
        for one in (*document["sources"], *stating):
            sources[one["source"]] = max(sources.get(one["source"], ""), one["as_of"])
    return Supply(
        stored=stored,
        places=Places.from_degrees(columns.lon[here], columns.lat[here]),
        capacity=np.array(capacity[: here.size], dtype=np.float64),
        certain=found[located] == SURE,
        rows=here,
        unlocated_rows=unlocated,
        unlocated_certain=found[~located] == SURE,
        sources=sources,
    )
