"""What is public of offices as numbers, for the chance that a need is met."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.facility import Facility
from geoportal.store.reference import Reference

Floats = NDArray[np.float64]
_MOST_DEPARTMENTS: Final = 20
_MOST_FILINGS: Final = 60
_MOST_WORDS: Final = 60
_LEAST_SHARE: Final = 0.02
_NEIGHBOURS: Final = 8
_MANY_BEDS: Final = 400


@dataclass(frozen=True, slots=True)
class Feature:
    """One column: what sort of fact it is, and its value (kind, department, symbol, word)."""

    sort: str
    value: str = ""


def features_of(
    facilities: Sequence[Facility], need: str, known: NDArray[np.bool_], reference: Reference
) -> tuple[tuple[Feature, ...], Floats]:
    """Return the columns and their values, shape (facilities, columns).

    Filings that state the need, or something it follows from, are left out: of whom they are known
    is known. ``known`` says of which facilities the need is; the share among the eight nearest of
    the same kind is a column.
    """
    states = _stating(need, reference)
    departments = [frozenset(f.departments) for f in facilities]
    filings = [frozenset(map(_folded, f.filings)) - states for f in facilities]
    words = [_words(f.name) for f in facilities]
    columns: list[Feature] = []
    values: list[Floats] = []

    def add(feature: Feature, column: Floats) -> None:
        columns.append(feature)
        values.append(column)

    for kind in sorted({f.kind for f in facilities}):
        add(Feature("kind", kind), np.array([f.kind == kind for f in facilities], float))
    beds = np.array([f.beds or 0 for f in facilities], float)
    add(Feature("beds"), np.log1p(beds) / np.log1p(_MANY_BEDS))
    counts = np.array([len(own) for own in filings], float)
    add(Feature("filings"), np.minimum(counts, 40) / 40)
    for sort, sets, most in (
        ("department", departments, _MOST_DEPARTMENTS),
        ("filing", filings, _MOST_FILINGS),
        ("word", words, _MOST_WORDS),
    ):
        for value in _frequent(sets, most):
            add(Feature(sort, value), np.array([value in own for own in sets], float))
    add(Feature("neighbours"), _near_share(facilities, known))
    return tuple(columns), np.column_stack(values)


def _stating(need: str, reference: Reference) -> frozenset[str]:
    """Return the filings that state a need, or something from which it follows."""
    follows = reference.vocabulary.implied_by
    return frozenset(
        symbol
        for (_, symbol), rules in reference.filing_rules.items()
        for rule in rules
        if need == rule.code or need in {one.implies for one in follows(rule.code)}
    )


def _folded(symbol: str) -> str:
    """Return a symbol as the filing rules are looked up: in NFKC form."""
    return unicodedata.normalize("NFKC", symbol)


def _words(name: str) -> frozenset[str]:
    """Return the pairs of characters of a name."""
    plain = _folded(name)
    return frozenset(plain[start : start + 2] for start in range(len(plain) - 1))


def _frequent(sets: Sequence[frozenset[str]], most: int) -> list[str]:
    """Return what stands in enough of the sets and not in nearly all, the most frequent first."""
    counts = Counter(value for own in sets for value in own)
    least, top = _LEAST_SHARE * len(sets), 0.97 * len(sets)
    found = [value for value, count in counts.items() if max(least, 5) <= count <= top]
    return sorted(found, key=lambda value: (-counts[value], value))[:most]


def _near_share(facilities: Sequence[Facility], known: NDArray[np.bool_]) -> Floats:
    """Return for each facility the share of its nearest of the same kind that are known."""
    share = np.zeros(len(facilities))
    by_kind: dict[str, list[int]] = {}
    for number, facility in enumerate(facilities):
        if facility.location.lon is not None:
            by_kind.setdefault(facility.kind, []).append(number)
    for rows in by_kind.values():
        if len(rows) <= _NEIGHBOURS:
            continue
        place = np.array([(facilities[r].location.lon, facilities[r].location.lat) for r in rows])
        flat = np.column_stack(
            [place[:, 0].astype(float) * np.cos(np.radians(place[:, 1].astype(float).mean())),
             place[:, 1].astype(float)]
        )  # fmt: skip
        own = known[rows].astype(float)
        for at, row in enumerate(rows):
            far = ((flat - flat[at]) ** 2).sum(axis=1)
            far[at] = np.inf
            share[row] = own[np.argpartition(far, _NEIGHBOURS)[:_NEIGHBOURS]].mean()
    return share
