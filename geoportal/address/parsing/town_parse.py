"""A parse of a town with its penalty: the sum of what had to be assumed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from geoportal.address.text.town_names import (
    ABBREVIATED,
    EXACT,
    LOOSE,
    NUMBER_ONLY,
    WITHOUT_FORMER,
    WITHOUT_SUFFIX,
)

UNEXPLAINED, CHOME_UNKNOWN, GUESSED, COMPLETED, DOUBTFUL, SLIGHT = 6, 5, 4, 3, 2, 1
"""Penalties: text behind the town that nothing explains; a 丁目 that does not exist; a name that
was guessed, or only completed; and two smaller doubts."""
_SPELLING_PENALTY = {
    EXACT: 0,
    ABBREVIATED: SLIGHT,
    WITHOUT_SUFFIX: COMPLETED,
    WITHOUT_FORMER: COMPLETED,
    NUMBER_ONLY: GUESSED,
}
_SPELLING_WARNING = {
    WITHOUT_SUFFIX: ("town_suffix_inferred",),
    WITHOUT_FORMER: ("former_municipality_inferred",),
    LOOSE: ("spelling_inferred",),
    NUMBER_ONLY: ("town_suffix_inferred",),
}


@dataclass(frozen=True, slots=True)
class TownParse:
    """One way to parse a town and what follows.

    Attributes
    ----------
    node : int
        The finest node reached.
    start, end : int
        The part of the canonical text it explains, the town's name first.
    name_end : int
        Where the town's own name ends.
    penalty : int
        Sum of the penalties above; lower is better.
    warnings : tuple of str
        What was assumed.
    is_lot : bool
        True when a number behind the town was taken as its 番地, not as a 丁目.
    """

    node: int
    start: int
    end: int
    name_end: int
    penalty: int
    warnings: tuple[str, ...] = ()
    is_lot: bool = False

    def with_spelling(self, spelling: int) -> TownParse:
        """Return the parse with what a spelling of the town's name (`town_names`) assumes."""
        if spelling == EXACT:
            return self
        return replace(
            self,
            penalty=self.penalty + _SPELLING_PENALTY.get(spelling, COMPLETED),
            warnings=_SPELLING_WARNING.get(spelling, ()) + self.warnings,
        )

    def with_unknown_chome(self) -> TownParse:
        """Return the parse of the town with a 丁目 that is not known."""
        penalty = self.penalty + CHOME_UNKNOWN
        return replace(self, penalty=penalty, warnings=("chome_not_found",))

    def with_doubt(self) -> TownParse:
        """Return the parse with a slight penalty."""
        return replace(self, penalty=self.penalty + SLIGHT)
