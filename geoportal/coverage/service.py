"""Coverage service of one dataset version: computes studies and keeps the last of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from geoportal.coverage.area import Target, choose_target
from geoportal.coverage.chunks import Executor, run_in_process
from geoportal.coverage.criteria import CoverageCriteria
from geoportal.coverage.kept_studies import KeptStudies, bytes_of
from geoportal.coverage.population import Population, first_meshes
from geoportal.coverage.report import CoverageReport, make_report
from geoportal.coverage.study import Study, compute_study, inhabited_cells, surroundings_of
from geoportal.coverage.supply import PlannedFacility, Supply, gather_supply
from geoportal.coverage.wording import what_if_text
from geoportal.domain.imported_file import ImportedFile
from geoportal.errors import NotFoundError, UsageError
from geoportal.index.kept_parts import KeptParts
from geoportal.index.snapshot import Snapshot
from geoportal.progress import Progress, no_progress
from geoportal.search.match import misplaced_needs
from geoportal.store.reference import Reference


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Changes to the facilities: some closed (by id), some planned."""

    remove: tuple[str, ...] = ()
    add: tuple[PlannedFacility, ...] = ()

    @property
    def any(self) -> bool:
        """True when there is a change at all."""
        return bool(self.remove or self.add)


NO_CHANGE = WhatIf()
_MOST_BYTES_OF_CELLS: Final = 2 * 1024 * 1024
"""Those of a city are some 200 KB."""


@dataclass
class CoverageService:
    """Computes studies of one dataset version and keeps the last of them, see `KeptStudies`.

    Safe to use from many threads. ``members`` has for each known district code the municipalities
    and wards in it; ``executor`` runs the chunks of a study, see `geoportal.coverage.cluster`.
    """

    population: Population
    reference: Reference
    members: Mapping[str, Sequence[str]]
    executor: Executor = run_in_process
    _studies: KeptStudies = field(default_factory=KeptStudies, init=False, repr=False)
    _inhabited: KeptParts = field(
        default_factory=lambda: KeptParts(_MOST_BYTES_OF_CELLS, bytes_of), init=False, repr=False
    )

    def target(self, snapshot: Snapshot, code: str, *, local: str = "") -> Target:
        """Return the area with a code and its districts; see `choose_target`."""
        names = {info.code: info.name for info in self.reference.municipalities.values()}
        names |= self.reference.designated_cities
        return choose_target(snapshot.districts, self.members, names, code, local=local)

    def study(
        self,
        snapshot: Snapshot,
        code: str,
        question: CoverageCriteria,
        changes: WhatIf = NO_CHANGE,
        *,
        local: str = "",
        progress: Progress = no_progress,
    ) -> Study:
        """Compute a study, or return the cached one; a what-if is never cached.

        Raises
        ------
        NotFoundError
            When the district, or a facility to remove, is not known.
        InputRefusedError
            When an outline is missing.
        UsageError
            When no kind is one that all needs are about: there would be nobody to count.
        """
        misplaced = misplaced_needs(snapshot.vocabulary, question.kinds, question.needs)
        if misplaced:
            need, kinds = misplaced[0]
            raise UsageError(f"{need} is asked of {', '.join(kinds)} only", "need")
        key = (code, question, local)
        cached = self._studies.get(key)
        if cached is not None and not changes.any:
            return cached
        target = self.target(snapshot, code, local=local)
        around = surroundings_of(snapshot, target, len(changes.remove))
        supply = gather_supply(snapshot, question, around)
        supply = _changed(supply, snapshot, changes, question)
        study = compute_study(
            snapshot,
            self.population,
            target,
            question,
            supply,
            progress=progress,
            executor=self.executor,
            inhabited=self._inhabited.part(
                (code, local, question.demand),
                lambda: inhabited_cells(self.population, target, question.demand),
            ),
        )
        if not changes.any:
            self._studies.put(key, study)
        return study

    def report(
        self,
        snapshot: Snapshot,
        editions: Iterable[ImportedFile],
        code: str,
        question: CoverageCriteria,
        changes: WhatIf = NO_CHANGE,
        *,
        local: str = "",
        progress: Progress = no_progress,
    ) -> CoverageReport:
        """Compute a study and add words, sources and dates."""
        study = self.study(snapshot, code, question, changes, local=local, progress=progress)
        closed = [snapshot.by_id[facility_id].name for facility_id in changes.remove]
        supposed = what_if_text(closed, len(changes.add))
        return make_report(study, snapshot, self.reference, editions, supposed)

    def missing_cells(self, study: Study) -> str:
        """Return which files to import when a study has no population."""
        name = study.target.name
        if not study.by_towns:
            wanted = first_meshes(study.target.outlines)
            return (
                f"no census cells are held of {name}: people and distances cannot be computed. "
                f"Import e-Stat 500 m cells, table T001101, of mesh {', '.join(wanted)}: "
                "geoportal import tblT001101H….txt (and the register by age, for comparison)"
            )
        if study.unplaced:
            return (
                f"towns (町丁目) with people are held of {name}, but none could be placed: import "
                "the points of towns, geoportal import towns.csv, and see the issues of the import"
            )
        return (
            f"no people by town (町丁目) are held of {name}. Import the city's 地域・年齢別人口 "
            "(推奨データセット): geoportal import 地域・年齢別人口.csv; or count by census cell: "
            "--demand mesh"
        )


def _changed(
    supply: Supply, snapshot: Snapshot, changes: WhatIf, question: CoverageCriteria
) -> Supply:
    for facility_id in changes.remove:
        if facility_id not in snapshot.by_id:
            raise NotFoundError("no facility has the id of a facility supposed closed")
    kind = question.kinds[0] if question.kinds else "clinic"
    changed = supply.without(changes.remove) if changes.remove else supply
    return changed.with_planned(changes.add, kind) if changes.add else changed
