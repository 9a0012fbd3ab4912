"""Clustering: units joined into places by match weight, constraints and people's decisions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from geoportal.domain.link import LinkDecision
from geoportal.ingest.linking.blocking import candidate_pairs
from geoportal.ingest.linking.comparison import Evidence, compare_units, conflict_of
from geoportal.ingest.linking.decisions import DIFFERENT, SAME
from geoportal.ingest.linking.units import Unit

LINKED, SEPARATE, REVIEW = "linked", "separate", "review"
LINK_BITS = 14.0
"""From here on a pair is linked: see ``tests/accuracy/linking.py`` for what that costs."""
REVIEW_BITS = 4.5
"""From here on a person is asked."""
MARGIN_BITS = 3.0
"""A pair is linked only when no other partner comes this near."""

_ID_ORDER = "nkm"
"""National id, care office, institution code: of these the national id changes least (an
institution code is new whenever the founder changes), and all kinds with several sources have it.
Then any other."""


@dataclass(frozen=True, slots=True)
class PairOutcome:
    """What became of a pair that was compared and was not plainly two places.

    Attributes
    ----------
    first, second : str
        The ids the sources give, the smaller first.
    outcome : str
        `LINKED`, `REVIEW` or `SEPARATE`.
    reason : str
        ``number``, ``score``, ``decision``, ``ambiguous`` (another partner fits as well),
        ``doubtful`` (the score is between), ``taken`` (a better partner was found) or
        ``obstacle:…``.
    evidence : Evidence
    """

    first: str
    second: str
    outcome: str
    reason: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Linkage:
    """The places of a block.

    Attributes
    ----------
    facility_of : dict of str to str
        For every unit's id the id of its facility.
    pairs : tuple of PairOutcome
        Ordered by ids.
    """

    facility_of: dict[str, str]
    pairs: tuple[PairOutcome, ...]


def link_units(
    units: Sequence[Unit], decisions: Mapping[tuple[str, str], LinkDecision] | None = None
) -> Linkage:
    """Cluster the units of one block into places.

    The order of the units makes no difference; decisions are people's verdicts by pair of ids.
    """
    return _Linker(sorted(units, key=lambda unit: unit.id), decisions or {}).run()


def facility_id(ids: Iterable[str]) -> str:
    """Choose the id of a place among its units' ids, whatever order they came in."""
    return min(ids, key=lambda id_: ((_ID_ORDER + id_[:1]).index(id_[:1]), id_))


class _Linker:
    """Joins pairs greedily, the surest first, never against a constraint."""

    def __init__(
        self, units: Sequence[Unit], decisions: Mapping[tuple[str, str], LinkDecision]
    ) -> None:
        self._units = {unit.id: unit for unit in units}
        self._ordered = list(units)
        self._decisions = decisions
        self._cluster = {unit.id: [unit.id] for unit in units}
        self._apart: dict[str, set[str]] = defaultdict(set)
        self._scored: dict[str, list[tuple[float, str]]] = defaultdict(list)
        self._pairs: dict[tuple[str, str], PairOutcome] = {}

    def run(self) -> Linkage:
        """Return the places."""
        compared = self._compare_candidates()
        for pair, decision in self._decisions.items():
            if decision.verdict == DIFFERENT:
                self._apart[pair[0]].add(pair[1])
                self._apart[pair[1]].add(pair[0])
        for pair, evidence in compared.items():
            if not evidence.conflict:
                self._scored[pair[0]].append((evidence.score, pair[1]))
                self._scored[pair[1]].append((evidence.score, pair[0]))
        for pair in sorted(compared, key=lambda item: self._order(item, compared[item])):
            self._settle(pair, compared[pair])
        return Linkage(
            {id_: facility_id(cluster) for id_, cluster in self._cluster.items()},
            tuple(self._pairs[pair] for pair in sorted(self._pairs)),
        )

    def _compare_candidates(self) -> dict[tuple[str, str], Evidence]:
        counts = _name_counts(self._ordered)
        pairs = {
            (self._ordered[first].id, self._ordered[second].id)
            for first, second in candidate_pairs(self._ordered)
        }
        decided = {pair for pair in self._decisions if all(id_ in self._units for id_ in pair)}
        compared = {}
        for pair in sorted(pairs | decided):
            evidence = compare_units(self._units[pair[0]], self._units[pair[1]], counts)
            if pair in decided or evidence.score >= REVIEW_BITS:  # others are plainly two places
                compared[pair] = evidence
        return compared

    def _order(self, pair: tuple[str, str], evidence: Evidence) -> tuple[object, ...]:
        """Sort decisions first, then what is listed still, then numbers and scores."""
        decision = self._decisions.get(pair)
        both_open = self._units[pair[0]].open and self._units[pair[1]].open
        decided = decision is not None and decision.verdict == SAME
        return (not decided, not both_open, not evidence.by_number, -evidence.score, pair)

    def _settle(self, pair: tuple[str, str], evidence: Evidence) -> None:
        outcome, reason = self._outcome(pair, evidence)
        if outcome == LINKED:
            joined = sorted({*self._cluster[pair[0]], *self._cluster[pair[1]]})
            for id_ in joined:
                self._cluster[id_] = joined
        if outcome != SEPARATE or reason != "score":
            self._pairs[pair] = PairOutcome(*pair, outcome, reason, evidence)

    def _outcome(self, pair: tuple[str, str], evidence: Evidence) -> tuple[str, str]:
        decision = self._decisions.get(pair)
        if decision is not None and decision.verdict == DIFFERENT:
            return SEPARATE, "decision"
        if evidence.conflict:
            asked = decision is not None or evidence.score >= LINK_BITS
            return (REVIEW if decision else SEPARATE), (
                f"obstacle:{evidence.conflict}" if asked else "score"
            )
        if decision is None and evidence.score < REVIEW_BITS:
            return SEPARATE, "score"
        if self._cluster[pair[0]] is self._cluster[pair[1]]:
            return LINKED, self._reason(evidence, decision)
        barrier = self._barrier(*pair)
        if barrier:
            return (REVIEW if decision else SEPARATE), barrier
        if decision is not None or evidence.by_number:
            return LINKED, self._reason(evidence, decision)
        if evidence.score < LINK_BITS:
            return REVIEW, "doubtful"
        if self._rivalled(pair, evidence.score):
            return REVIEW, "ambiguous"
        return LINKED, "score"

    def _reason(self, evidence: Evidence, decision: LinkDecision | None) -> str:
        if decision is not None:
            return "decision"
        return "number" if evidence.by_number else "score"

    def _barrier(self, first: str, second: str) -> str:
        """Return why the groups of two units cannot be joined, empty when they can."""
        for own in self._cluster[first]:
            for other in self._cluster[second]:
                if other in self._apart[own]:
                    return "decision"
                if conflict_of(self._units[own], self._units[other]):
                    return "taken"
        return ""

    def _rivalled(self, pair: tuple[str, str], score: float) -> bool:
        """Return whether a side has another partner as good that the first would shut out."""
        return any(
            rival_score > score - MARGIN_BITS
            and rival not in self._cluster[partner]
            and self._units[rival].open >= self._units[partner].open
            and bool(self._barrier(rival, partner))
            and not self._barrier(rival, side)
            for side, partner in (pair, pair[::-1])
            for rival_score, rival in self._scored[side]
        )


def _name_counts(units: Sequence[Unit]) -> dict[str, int]:
    """Count places by name: the most that any one source lists."""
    by_source: Counter[tuple[str, str]] = Counter()
    for unit in units:
        for core in {core for name in unit.names for core in name.cores}:
            by_source.update((core, source) for source in unit.sources)
    counts: dict[str, int] = {}
    for (core, _), count in by_source.items():
        counts[core] = max(counts.get(core, 0), count)
    return counts
