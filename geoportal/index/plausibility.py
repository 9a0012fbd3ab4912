"""Plausibility of every facility for every subject of needs, as an array."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.facility import Facility
from geoportal.domain.plausibility import OPEN, PlausibilityRule
from geoportal.domain.vocabulary import Vocabulary
from geoportal.index.points import Rows


class PlausibilityIndex:
    """For each row and need the first rule of the vocabulary that fits, and its level."""

    def __init__(self, fits: Mapping[str, NDArray[np.int16]], vocabulary: Vocabulary) -> None:
        """Take what `rule_numbers` made of the facilities."""
        self._subjects = {term.code: term.plausibility for term in vocabulary if term.plausibility}
        self._rules = _rules(vocabulary)
        self._fits = fits
        self._levels = {
            subject: np.array([*(rule.level for rule in rules), OPEN], dtype=np.int64)
            for subject, rules in self._rules.items()
        }

    def levels(self, rows: Rows, code: str) -> NDArray[np.int64]:
        """Return each row's level for a need; 0 for needs without a subject."""
        subjects = self._subjects.get(code)
        if subjects is None:
            return np.zeros(rows.size, dtype=np.int64)
        if len(subjects) == 1:  # -1, where no rule fits, is the place of `OPEN`
            return self._levels[subjects[0]].take(self._fits[subjects[0]].take(rows))
        found = np.full(rows.size, OPEN, dtype=np.int64)
        for subject in reversed(subjects):  # the first of them that knows a rule decides
            fits = self._fits[subject][rows]
            found = np.where(fits >= 0, self._levels[subject][fits], found)
        return found

    def rule(self, row: int, code: str) -> PlausibilityRule | None:
        """Return the rule that sets the level of a row for a need, None where none fits."""
        for subject in self._subjects.get(code, ()):
            number = int(self._fits[subject][row])
            if number >= 0:
                return self._rules[subject][number]
        return None


def rule_numbers(
    facilities: Sequence[Facility], vocabulary: Vocabulary
) -> dict[str, NDArray[np.int16]]:
    """Return for each subject the number of the first rule that fits each facility; -1: none."""
    return {
        subject: _first_fits(rules, facilities) for subject, rules in _rules(vocabulary).items()
    }


def _first_fits(
    rules: Sequence[PlausibilityRule], facilities: Sequence[Facility]
) -> NDArray[np.int16]:
    """Return the position of the first rule that fits; -1, the place of `OPEN`, when none does."""
    numbered = list(enumerate(rules))
    of_kind = {
        kind: [(number, rule) for number, rule in numbered if kind in rule.kinds]
        for kind in {facility.kind for facility in facilities}
    }
    found = (
        next((number for number, rule in of_kind[one.kind] if rule.fits(one)), -1)
        for one in facilities
    )
    return np.fromiter(found, dtype=np.int16, count=len(facilities))


def _rules(vocabulary: Vocabulary) -> dict[str, Sequence[PlausibilityRule]]:
    subjects = dict.fromkeys(subject for term in vocabulary for subject in term.plausibility)
    return {subject: vocabulary.plausibility_rules(subject) for subject in subjects}
