"""A snapshot with facts of staff laid over it: only the facilities they are about differ.

The arrays of the snapshot stay mapped. Those of which rows change are mapped a second time, for
this process alone: a question reads arrays as before, and only the pages written to take memory.
What has no fixed width (texts, hours) is asked first, and then a small index of the facilities
touched. The point index, which is sorted, is copied when a position is corrected.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.facility import Facility
from geoportal.domain.location import UNKNOWN_LOCATION
from geoportal.domain.staff_facts import SOURCE, StaffFacts, with_staff_facts
from geoportal.index.claims import SelectedClaim, select_claims
from geoportal.index.columns import FacilityColumns, facility_columns
from geoportal.index.districts import place_of
from geoportal.index.facility_store import RowNumbers
from geoportal.index.freshness import SourceFigures, source_figures
from geoportal.index.imports import days_heard
from geoportal.index.mentions import ChangedMentions, mentions_of
from geoportal.index.opening import (
    CARE_MANAGER_TIME,
    ChangedHours,
    OpeningIndex,
    with_care_manager_time,
)
from geoportal.index.plausibility import PlausibilityIndex, rule_numbers
from geoportal.index.points import Rows
from geoportal.index.snapshot import Snapshot
from geoportal.index.texts import ChangedTexts, TextIndex, searched_texts
from geoportal.index.words import WordIndex

_NOBODY: Final[Rows] = np.empty(0, dtype=np.int64)
_COMPUTED: Final = ("_texts", "source_figures", "visiting")
"""What a snapshot computes when it is first asked for."""
_SEARCHED: Final = ("name", "kana", "kind", "phone")
"""Attributes that staff may correct and words are looked for in."""


class OverlaidSnapshot(Snapshot):
    """A snapshot in which some facilities are as staff know them.

    A facility that has closed keeps its row, in which nothing finds it any more.

    Parameters
    ----------
    below : Snapshot
        The snapshot of the files, for the same day.
    version : str
        Of both together.
    facts : iterable of StaffFacts
        At most one for each facility; facilities that are not known are passed over.
    kind_words : mapping of str to str
        As of `geoportal.index.terms.Terms`.
    stand_ins : mapping of str to tuple of str
        For each facility those that stand in for it, by id.
    """

    def __init__(
        self,
        below: Snapshot,
        version: str,
        facts: Iterable[StaffFacts],
        kind_words: Mapping[str, str],
        stand_ins: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    ) -> None:
        self.__dict__.update({k: v for k, v in vars(below).items() if k not in _COMPUTED})
        self._below, self.version, self._kind_words = below, version, kind_words
        self.stand_ins = stand_ins
        stored = below.by_id
        changed = {
            number: with_staff_facts(stored.numbered[number], each.on(self.today))
            for each in facts
            if (number := stored.number(each.facility_id)) is not None
        }
        rows = sorted(row for row in changed if row < len(below))
        self._touched: Rows = np.array(rows, dtype=np.int64)
        self._changed = [changed[row] for row in rows]
        self._gone = frozenset(row for row in rows if changed[row].status != "open")
        selected = [select_claims(f.claims, self.today, self.vocabulary) for f in self._changed]
        self.by_id = stored.changed(changed)
        self.facilities = self.by_id.numbered.first(len(below))
        self.selected_claims = below.selected_claims.changed(dict(zip(rows, selected, strict=True)))
        self.row_of = RowNumbers(self.by_id, len(below), without=self._gone)
        self._keep_nothing()
        if rows:
            self._set_columns(selected)
            own = mentions_of(
                self._changed,
                [self.municipality_of(row) for row in rows],
                selected,
                self.vocabulary,
            )
            self.mentions = ChangedMentions(below.mentions, self._touched, own)
            hours = [
                with_care_manager_time(facility.hours, claims.get(CARE_MANAGER_TIME))
                for facility, claims in zip(self._changed, selected, strict=True)
            ]
            self._hours = ChangedHours(below._hours, self._touched, OpeningIndex.of(hours))

    def _set_columns(self, selected: Sequence[Mapping[str, SelectedClaim]]) -> None:
        """Write what differs into arrays of this process alone."""
        below, rows = self._below, self._touched
        here = [_placed(facility) for facility in self._changed]
        columns = facility_columns(here, selected, self.vocabulary)
        self.last_heard = self._below.last_heard.copy()
        self.last_heard[rows] = days_heard(self._changed, self.imported)
        moved = np.flatnonzero(
            [
                facility.status != "open"
                or facility.location != below.facilities[int(row)].location
                for row, facility in zip(rows, here, strict=True)
            ]
        )
        codes = below.columns.municipality_codes.tolist()
        numbers = below.columns.municipalities[rows].copy()
        areas: dict[str, list[int]] = {}
        for i in moved.tolist():
            code, local = self._home_of(here[i])
            if code not in codes:
                codes.append(code)
            numbers[i] = codes.index(code)
            for area in local:
                areas.setdefault(area, []).append(int(rows[i]))
        values = {f"column.{name}": column for name, column in columns.items()}
        values["column.municipalities"] = numbers
        rules = rule_numbers(here, self.vocabulary)
        values |= {f"rule.{name}": fits for name, fits in rules.items()}
        arrays = self.private(values)
        for name, new in values.items():
            _write(arrays[name], len(below), rows, new)
        group = {name.partition(".")[2]: array for name, array in arrays.items()}
        self.columns = FacilityColumns.of_columns(group, codes, self.vocabulary)
        self.plausibility = PlausibilityIndex({n: group[n] for n in rules}, self.vocabulary)
        if moved.size:
            self._move(rows[moved], areas)

    def _home_of(self, facility: Facility) -> tuple[str, list[str]]:
        """Return municipality and local areas of a facility; of none once it has closed."""
        if facility.status != "open":
            return "", []
        local = self.districts.local(self._members)
        return place_of(self.districts, local, facility.location, facility.municipality_code)

    def _move(self, rows: Rows, areas: Mapping[str, Sequence[int]]) -> None:
        """Take rows out of the places where they lay, and lay them where they are now."""
        placed = rows[self.columns.located[rows]]
        lon, lat = self.columns.lon[placed], self.columns.lat[placed]
        self._points = self._below._points.moved(rows, placed, lon, lat)
        self._rows_by_municipality = self.columns.rows_by_municipality()
        self._rows_by_local_area = {
            area: np.union1d(
                np.setdiff1d(self._rows_by_local_area.get(area, _NOBODY), rows),
                np.array(areas.get(area, ()), dtype=np.int64),
            )
            for area in {**self._rows_by_local_area, **areas}
        }
        if self._gone:
            gone = np.array(sorted(self._gone), dtype=np.int64)
            self.departments = _without(self.departments, gone)
            self.visited_areas = _without(self.visited_areas, gone)

    def rows(self) -> Rows:
        """Return every row there is to be asked of."""
        rows = super().rows()
        return np.delete(rows, sorted(self._gone)) if self._gone else rows

    def with_words(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """Say for each row whether all words occur in its text (names, kana, address, phone …)."""
        present = super().with_words(words)
        present[list(self._gone)] = False
        return present

    def with_identifier(self, number: str) -> Rows:
        """Return the rows that carry an official number."""
        rows = super().with_identifier(number)
        return np.setdiff1d(rows, np.array(list(self._gone), dtype=np.int64))

    @cached_property
    def source_figures(self) -> Mapping[str, SourceFigures]:
        """Per source, how many facilities and facts it states, and how many are stale."""
        own = source_figures((f for f in self._changed if f.status == "open"), self.today)
        return {**self._below.source_figures, **({SOURCE: own[SOURCE]} if SOURCE in own else {})}

    @cached_property
    def _texts(self) -> TextIndex:
        below = self._below
        differing = [
            (int(row), facility)
            for row, facility in zip(self._touched, self._changed, strict=True)
            if any(
                getattr(facility, name) != getattr(below.facilities[int(row)], name)
                for name in _SEARCHED
            )
        ]
        if not differing:
            return below._texts
        texts = searched_texts([facility for _, facility in differing], self._kind_words)
        words = {name: WordIndex.of(each) for name, each in texts.items()}
        rows = np.array([row for row, _ in differing], dtype=np.int64)
        return ChangedTexts(below._texts, rows, TextIndex(words))


def _placed(facility: Facility) -> Facility:
    """Return a facility as places are asked of: one that has closed is nowhere."""
    if facility.status == "open":
        return facility
    return replace(facility, location=UNKNOWN_LOCATION)


def _write(array: NDArray[Any], size: int, rows: Rows, values: NDArray[Any]) -> None:
    """Write the rows of a table that differ; ``array`` has ``size`` rows one after the other."""
    table = array.reshape(size, -1)
    new = values.reshape(rows.size, -1)
    differing = np.flatnonzero((table[rows] != new).any(axis=1))
    table[rows[differing]] = new[differing]


def _without(groups: Mapping[str, Rows], rows: Rows) -> dict[str, Rows]:
    return {name: np.setdiff1d(group, rows) for name, group in groups.items()}
