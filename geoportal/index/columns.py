"""Columns of the snapshot: what questions compare, as arrays with one row per open facility.

The arrays are read-only, have fixed dtypes and refer to no object: they are memory-mapped. What
else is known of a facility is in `geoportal.index.facility_store`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.facility import KINDS, Facility
from geoportal.domain.vocabulary import Vocabulary
from geoportal.index.claims import NeedTable, SelectedClaim, mask_words, need_mask
from geoportal.index.points import Rows

YES, NO, INAPPLICABLE = range(3)
_FEW = 256
"""Numbers told apart faster in Python."""


@dataclass(frozen=True, slots=True)
class FacilityColumns:
    """Arrays of n facilities.

    Attributes
    ----------
    lon, lat : ndarray of float64, shape (n,)
        Degrees, WGS 84; NaN without a position.
    located : ndarray of bool, shape (n,)
        Whether there is a position.
    uncertainty : ndarray of float64, shape (n,)
        Of the position, metres; 0 where it is not known.
    kinds : ndarray of int8, shape (n,)
        Index in `KINDS`.
    municipalities : ndarray of int64, shape (n,)
        Index in ``municipality_codes``.
    municipality_codes : ndarray of str, shape (m,)
        Codes in use, ascending; ``""`` for facilities whose municipality is not known.
    masks : ndarray of uint64, shape (n, 3, words)
        Bit masks of codes: known to be so (`YES`), known not to be so (`NO`), see `NeedTable`; and
        not about the facility (`INAPPLICABLE`, `Vocabulary.concerns`), stated or not. Side by side,
        as a question needs all three.
    evidence : ndarray of uint8, shape (n, codes)
        Class of the evidence for what is known; see `NeedTable`.
    tie_keys : ndarray of uint64, shape (n,)
        Hash of the id (FNV-1a), from which the draw of a day is computed.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    located: NDArray[np.bool_]
    uncertainty: NDArray[np.float64]
    kinds: NDArray[np.int8]
    municipalities: Rows
    municipality_codes: NDArray[np.str_]
    masks: NDArray[np.uint64]
    evidence: NDArray[np.uint8]
    tie_keys: NDArray[np.uint64]

    def __post_init__(self) -> None:
        for column in fields(self):
            getattr(self, column.name).setflags(write=False)

    @classmethod
    def of_columns(
        cls,
        columns: Mapping[str, NDArray[Any]],
        municipality_codes: Sequence[str],
        vocabulary: Vocabulary,
    ) -> FacilityColumns:
        """Return the columns of what `facility_columns` made, one chunk after the other.

        ``municipalities`` is among them; tables are flat.
        """
        shaped = {f.name: columns[f.name] for f in fields(cls) if f.name in columns}
        shaped["masks"] = columns["masks"].reshape(-1, 3, mask_words(vocabulary))
        shaped["evidence"] = columns["evidence"].reshape(-1, len(vocabulary))
        return cls(municipality_codes=np.array(municipality_codes, dtype=str), **shaped)

    def municipalities_of(self, rows: Rows) -> list[int]:
        """Return the numbers of the municipalities some rows belong to, ascending."""
        numbers = self.municipalities.take(rows)
        if rows.size <= _FEW:
            return sorted(set(numbers.tolist()))
        found: list[int] = np.bincount(numbers).nonzero()[0].tolist()
        return found

    def rows_by_municipality(self) -> dict[str, Rows]:
        """Return the rows of each municipality in use, ascending."""
        order = np.argsort(self.municipalities, kind="stable").astype(np.int64)
        edges = np.searchsorted(
            self.municipalities[order], np.arange(self.municipality_codes.size + 1)
        )
        return {
            str(code): order[edges[i] : edges[i + 1]]
            for i, code in enumerate(self.municipality_codes)
        }


def facility_columns(
    facilities: Sequence[Facility],
    selected: Sequence[Mapping[str, SelectedClaim]],
    vocabulary: Vocabulary,
) -> dict[str, NDArray[Any]]:
    """Return the columns of facilities but for their municipalities.

    ``selected`` has for each facility the claim that answers for each code. The vocabulary fixes
    the bit of each code.
    """
    needs = NeedTable.build(selected, vocabulary)
    return {
        "lon": np.array([f.location.lon for f in facilities], dtype=np.float64),
        "lat": np.array([f.location.lat for f in facilities], dtype=np.float64),
        "located": np.array([f.location.known for f in facilities], dtype=bool),
        "uncertainty": np.array(
            [f.location.uncertainty_m or 0.0 for f in facilities], dtype=np.float64
        ),
        "kinds": np.array([KINDS.index(f.kind) for f in facilities], dtype=np.int8),
        "masks": np.stack((needs.yes, needs.no, _inapplicable(facilities, vocabulary)), axis=1),
        "evidence": needs.evidence,
        "tie_keys": np.array([_fnv1a(f.id) for f in facilities], dtype=np.uint64),
    }


def _inapplicable(facilities: Sequence[Facility], vocabulary: Vocabulary) -> NDArray[np.uint64]:
    """Return the masks of the codes that do not concern each facility."""
    masks: dict[tuple[str, bool], NDArray[np.uint64]] = {}
    table = np.zeros((len(facilities), mask_words(vocabulary)), dtype=np.uint64)
    for row, facility in enumerate(facilities):
        alike = (facility.kind, facility.beds == 0)
        if alike not in masks:
            codes = [t.code for t in vocabulary if not vocabulary.concerns(t.code, facility)]
            masks[alike] = need_mask(vocabulary, codes)
        table[row] = masks[alike]
    return table


def _fnv1a(text: str) -> int:
    """Return the 64-bit FNV-1a hash of a text's UTF-8 bytes."""
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value
