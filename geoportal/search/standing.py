"""Standing in the possible band: how much of what was asked is known, how plausible the rest is.

Of facilities of which not everything is known, those come first of which more is known to be yes.
The visit itself (訪問診療 etc.) decides whether a home can be reached at all, so it weighs more
than all other needs together (`weights`). Among those of which equally much is known, the least
plausible of their unknown needs decides (`geoportal.domain.plausibility`): all must be met.
Both order the band and never move a facility out of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.plausibility import LEVELS, OPEN, PlausibilityRule
from geoportal.domain.vocabulary import Vocabulary
from geoportal.index.points import Rows
from geoportal.index.snapshot import Snapshot
from geoportal.search.match import POSSIBLE, Bands, Stated

MOST_GRADES: Final = 1e6
"""More than bands times weights of unknown needs (at most their number squared) times levels."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Keys of the order between band and distance; 0 outside of the possible band.

    Attributes
    ----------
    unknown : ndarray of int64, shape (m,)
        Weight of the needs asked of which nothing is known.
    level : ndarray of int64, shape (m,)
        One of `LEVELS`, the least plausible of the unknown needs.
    """

    unknown: NDArray[np.int64]
    level: NDArray[np.int64]

    def key(self) -> NDArray[np.int64]:
        """Return both as one number, smallest first."""
        return self.unknown * LEVELS.stop + self.level

    def grades(self, bands: Bands) -> NDArray[np.float64]:
        """Return band and standing as one whole number less than `MOST_GRADES`, smallest first."""
        within = self.key()
        return bands.astype(np.float64) * (1 + int(within.max(initial=0))) + within


def weights(vocabulary: Vocabulary, needs: Sequence[str]) -> list[int]:
    """Return the weight of each need asked: of a visit as many as needs are asked, else 1."""
    return [len(needs) if vocabulary[code].visit_kinds else 1 for code in needs]


def standing(snapshot: Snapshot, rows: Rows, bands: Bands, stated: Stated) -> Standing:
    """Return where rows stand within their band, for the needs of which it is ``stated``."""
    needs = stated.needs
    unknown, level = np.zeros(rows.size, dtype=np.int64), np.zeros(rows.size, dtype=np.int64)
    (possible,) = (bands == POSSIBLE).nonzero()
    if not possible.size or not needs:
        return Standing(unknown, level)
    among, ways = rows.take(possible), stated.numbers.take(possible)
    missing = stated.patterns.missing
    weight = missing @ np.array(weights(snapshot.vocabulary, needs), dtype=np.int64)
    unknown[possible] = weight.take(ways)
    worst = level[: possible.size].copy()
    for number, code in enumerate(needs):
        levels = snapshot.plausibility.levels(among, code)
        np.maximum(worst, missing[:, number].take(ways) * levels, out=worst)
    level[possible] = worst
    return Standing(unknown, level)


def deciding_rule(
    snapshot: Snapshot, row: int, needs: Sequence[str]
) -> tuple[int, PlausibilityRule | None]:
    """Return the level of a row for the needs not known of it, and the rule that sets it."""
    here = np.array([row])
    asked = [code for code in needs if not snapshot.has_need(here, code)[0]]
    worst = max(
        asked, key=lambda code: int(snapshot.plausibility.levels(here, code)[0]), default=None
    )
    if worst is None:
        return OPEN, None
    return int(snapshot.plausibility.levels(here, worst)[0]), snapshot.plausibility.rule(row, worst)
