"""Facets: for each choice of one filter, how many facilities it would give.

Every count is of the question with *that filter alone* changed: for a kind, the question with
that kind in place of the kinds asked for; for a district, with that municipality or ward in place
of the districts; for a need not asked for, with it added, for one asked for, with it dropped.
Evidence counts the facilities of the answer itself by the weakest evidence their known needs rest
on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.claim import EVIDENCE
from geoportal.domain.facility import KINDS
from geoportal.domain.hours import OpeningCalendar
from geoportal.domain.query import BANDS, Query
from geoportal.index.claims import unpack_masks
from geoportal.index.columns import INAPPLICABLE, YES
from geoportal.index.columns import NO as REFUSED
from geoportal.index.snapshot import Snapshot
from geoportal.search.candidates import Candidates
from geoportal.search.filters import find
from geoportal.search.match import MATCH, NO, NOT_APPLICABLE, POSSIBLE

_NOT_STATED = "none"


@dataclass(frozen=True, slots=True)
class Count:
    """How many facilities one choice would give, by match band."""

    value: str
    match: int
    possible: int
    no: int
    not_applicable: int
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Facets:
    """Counts per kind, need, municipality and evidence; choices that give nothing are absent."""

    kinds: tuple[Count, ...]
    needs: tuple[Count, ...]
    districts: tuple[Count, ...]
    evidence: tuple[Count, ...]


def facets(
    snapshot: Snapshot, query: Query, candidates: Candidates, calendar: OpeningCalendar
) -> Facets:
    """Return the counts for a question, from the candidates of the question itself."""
    return Facets(
        kinds=_kinds(snapshot, query, calendar),
        needs=_needs(snapshot, query, candidates, calendar),
        districts=_districts(snapshot, query, calendar),
        evidence=_evidence(snapshot, query, candidates),
    )


def _kinds(snapshot: Snapshot, query: Query, calendar: OpeningCalendar) -> tuple[Count, ...]:
    candidates = find(snapshot, replace(query, kinds=KINDS), calendar)
    table = _by_band(snapshot.columns.kinds[candidates.rows], candidates.bands, len(KINDS))
    return _counts(KINDS, table, query.kinds)


def _districts(snapshot: Snapshot, query: Query, calendar: OpeningCalendar) -> tuple[Count, ...]:
    candidates = find(snapshot, replace(query, districts=()), calendar)
    numbers = snapshot.columns.municipalities[candidates.rows]
    names = [str(name) for name in snapshot.columns.municipality_codes]
    return _counts(names, _by_band(numbers, candidates.bands, len(names)), query.districts)


def _needs(
    snapshot: Snapshot, query: Query, candidates: Candidates, calendar: OpeningCalendar
) -> tuple[Count, ...]:
    codes = [term.code for term in snapshot.vocabulary]
    masks = snapshot.columns.masks[candidates.rows]
    yes, no, beside = (
        unpack_masks(masks[:, which], len(codes)) for which in (YES, REFUSED, INAPPLICABLE)
    )
    beside &= ~(yes | no)
    match, refused = candidates.bands == MATCH, candidates.bands == NO
    beside[candidates.bands == NOT_APPLICABLE] = True
    matches = np.count_nonzero(yes[match], axis=0)
    refusals = int(refused.sum()) + np.count_nonzero(no[~refused], axis=0)
    others = np.count_nonzero((beside & ~no)[~refused], axis=0)
    rest = candidates.rows.size - matches - refusals - others
    table = np.stack((matches, rest, refusals, others if query.kinds else 0 * others), axis=1)
    for code in query.needs:
        without = replace(query, needs=tuple(need for need in query.needs if need != code))
        bands = find(snapshot, without, calendar).bands
        table[snapshot.vocabulary.position(code)] = np.bincount(bands, minlength=len(BANDS))
    offered = [i for i, term in enumerate(snapshot.vocabulary) if term.need and term.group != "FT"]
    some = np.count_nonzero(yes | no, axis=0) > 0
    stated = [i for i in offered if some[i] or codes[i] in query.needs]
    return _counts([codes[i] for i in stated], table[stated], query.needs)


def _evidence(snapshot: Snapshot, query: Query, candidates: Candidates) -> tuple[Count, ...]:
    if not query.needs:
        return ()
    positions = [snapshot.vocabulary.position(code) for code in query.needs]
    classes = snapshot.columns.evidence[candidates.rows][:, positions].astype(np.int64)
    none = len(EVIDENCE) + 1
    weakest = np.where(classes == 0, none, classes).min(axis=1)
    table = _by_band(weakest - 1, candidates.bands, none)
    return _counts((*EVIDENCE, _NOT_STATED), table, ())


def _by_band(numbers: NDArray[np.integer], bands: NDArray[np.int8], size: int) -> NDArray[np.int64]:
    """Return how many rows have each number in each band, shape (size, bands)."""
    cells = size * len(BANDS)
    flat = numbers.astype(np.int64) * len(BANDS) + bands
    return np.bincount(flat, minlength=cells)[:cells].reshape(size, len(BANDS))


def _counts(
    values: Sequence[str], table: NDArray[np.int64], chosen: Sequence[str]
) -> tuple[Count, ...]:
    return tuple(
        Count(
            value,
            match=int(row[MATCH]),
            possible=int(row[POSSIBLE]),
            no=int(row[NO]),
            not_applicable=int(row[NOT_APPLICABLE]),
            chosen=value in chosen,
        )
        for value, row in zip(values, table, strict=True)
        if value and (row.any() or value in chosen)
    )
