"""Supply: which facilities count, for sure or possibly, and their capacity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geoportal.coverage.demand import MESH
from geoportal.coverage.distance_zones import Floats, Places, Rows
from geoportal.domain.claim import NOT_APPLICABLE
from geoportal.domain.facility import KINDS, Facility
from geoportal.domain.vocabulary import Vocabulary
from geoportal.index.claims import select_claims
from geoportal.index.snapshot import Snapshot

TIMES: tuple[str, ...] = ("any", "night")
"""``any``: at any time; ``night``: only facilities that answer at night, too."""

EVIDENCE_LEVELS: Mapping[str, frozenset[str] | None] = {
    "any": None,
    "filed": frozenset({"filed"}),
    "confirmed": frozenset({"confirmed", "observed"}),
}
"""Which facts count: all; only what is filed (届出); only what a person confirmed or observed."""

YES, UNKNOWN, NO = "yes", "unknown", "no"
_PLANNED = "planned-"


@dataclass(frozen=True, slots=True)
class CoverageCriteria:
    """Which facilities count, for which needs, when, on what evidence, and by what unit of demand.

    Attributes
    ----------
    kinds : tuple of str
        Facility kinds (any of); empty: all.
    needs : tuple of str
        Need codes (all of).
    time : str
        One of `TIMES`.
    evidence : str
        One of `EVIDENCE_LEVELS`.
    demand : str
        Unit by which people are counted; one of `geoportal.coverage.demand.UNITS`.
    """

    kinds: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    time: str = "any"
    evidence: str = "any"
    demand: str = MESH


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


def gather_supply(snapshot: Snapshot, question: CoverageCriteria) -> Supply:
    """Choose the facilities that count, anywhere: those across the border count for reach.

    They keep the order of the snapshot; those that say no to any need are left out.
    """
    rows = snapshot.rows()
    if question.kinds:
        rows = rows[np.isin(snapshot.columns.kinds, [KINDS.index(kind) for kind in question.kinds])]
    answers = {int(row): facility_answer(snapshot, int(row), question) for row in rows}
    counting = [row for row, answer in answers.items() if answer != NO]
    located = [row for row in counting if snapshot.columns.located[row]]
    unlocated = [row for row in counting if not snapshot.columns.located[row]]
    facilities = [snapshot.facilities[row] for row in located]
    return Supply(
        ids=tuple(f.id for f in facilities),
        names=tuple(f.name for f in facilities),
        kinds=tuple(f.kind for f in facilities),
        places=Places.from_degrees(
            np.array([f.location.lon for f in facilities], dtype=np.float64),
            np.array([f.location.lat for f in facilities], dtype=np.float64),
        ),
        capacity=np.array([float(f.capacity or 1) for f in facilities], dtype=np.float64),
        certain=np.array([answers[row] == YES for row in located], dtype=bool),
        rows=np.array(located, dtype=np.int64),
        unlocated_rows=np.array(unlocated, dtype=np.int64),
        unlocated_certain=np.array([answers[row] == YES for row in unlocated], dtype=bool),
        unlocated_ids=tuple(snapshot.facilities[row].id for row in unlocated),
    )


def facility_answer(snapshot: Snapshot, row: int, question: CoverageCriteria) -> str:
    """Return whether a facility meets every need: ``yes``, ``unknown`` or ``no``.

    A facility that says nothing of a need that is not about it (訪問診療 of a shop for equipment)
    is not unknown but does not count, as in a search (`Vocabulary.answer`).
    """
    if not question.needs and question.time == "any":
        return YES
    facility = snapshot.facilities[row]
    values = _values(snapshot, row, EVIDENCE_LEVELS[question.evidence])
    answers = [
        snapshot.vocabulary.answer(code, facility, values.get(code, UNKNOWN))
        for code in question.needs
    ]
    if question.time == "night":
        answers.append(_at_night(facility, values, snapshot.vocabulary))
    if NO in answers or NOT_APPLICABLE in answers:
        return NO
    return YES if all(answer == YES for answer in answers) else UNKNOWN


def _values(snapshot: Snapshot, row: int, evidence: frozenset[str] | None) -> dict[str, str]:
    """Return the value of each fact, from claims of the wanted evidence only."""
    selected = snapshot.selected_claims[row]
    if evidence is not None:
        claims = snapshot.facilities[row].claims
        selected = select_claims(
            (c for c in claims if c.evidence in evidence), snapshot.today, snapshot.vocabulary
        )
    return {code: claim.value for code, claim in selected.items()}


def _at_night(facility: Facility, values: Mapping[str, str], vocabulary: Vocabulary) -> str:
    """Say whether a facility answers at night: any of its facts yes; no only if all are no."""
    codes = vocabulary.night_codes(facility.kind)
    if any(vocabulary[code].group == "FT" for code in codes):
        return YES
    stated = {values.get(code, UNKNOWN) for code in codes}
    if YES in stated:
        return YES
    return NO if not codes or stated == {NO} else UNKNOWN
