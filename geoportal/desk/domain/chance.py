"""The chance that an office meets a need of which it is not known: a calibrated model.

Two steps, both plain logistic regression with a ridge (Hastie, Tibshirani, Friedman, The Elements
of Statistical Learning, 4.4):

1. *Likeness.* What tells offices of which the need is known to be met from the others, by kind,
   beds, departments, filings that do not state the need, words of the name, and neighbours. The
   others are mostly silent, not negative, so this score ranks and is no chance yet (Elkan and Noto,
   Learning classifiers from only positive and unlabeled data, 2008).
2. *Calibration.* Past answers of offices that were silent, yes and no, turn the score into a
   chance. Its slope is drawn towards 1, so that few answers move the level and hardly the order.

With too few answers there is no chance, and none is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

LEAST_KNOWN: Final = 20
"""Offices known to meet the need, below which there is no likeness."""
LEAST_ANSWERS: Final = 30
"""Past answers of silent offices, below which nothing is calibrated."""
LEAST_OF_EACH: Final = 3
"""Past answers of each sort."""
_RIDGE: Final = 2.0
_SLOPE_RIDGE: Final = 4.0
_STEPS: Final = 12
_BOUND: Final = 30.0
_USUAL: Final = 0.6
_USUAL_WEIGHT: Final = 20.0
"""Share of asks that are accepted before there are any, and for how many asks that stands."""
_SURE: Final = 0.01
"""A chance is between this and one minus this: an office that was not asked may surprise."""


@dataclass(frozen=True, slots=True)
class ChanceModel:
    """A model of one need.

    Attributes
    ----------
    weights : ndarray of float64, shape (features + 1,)
        Of the likeness, the constant first.
    level, slope : float
        Of the calibration.
    known, answers : int
        How many offices it learnt from: known to meet the need, and past answers.
    """

    weights: Floats
    level: float
    slope: float
    known: int
    answers: int

    def chances(self, features: Floats) -> Floats:
        """Return the chance of a yes for rows of features, shape (n,)."""
        score = _with_constant(features) @ self.weights
        chance = _logistic(self.level + self.slope * score)
        return np.asarray(np.clip(chance, _SURE, 1 - _SURE))

    def contributions(self, row: Floats) -> Floats:
        """Return by how much each feature of a row moves its score, shape (features,)."""
        return np.asarray(self.slope * self.weights[1:] * row)


def learn(features: Floats, known: Mask, answered: Mask, yes: Mask) -> ChanceModel | None:
    """Learn the chance of a need; None where too little is known.

    Parameters
    ----------
    features : ndarray of float64, shape (n, k)
        About 0 to 1 each; nothing in it may state the need itself.
    known : ndarray of bool, shape (n,)
        Files say that the need is met.
    answered, yes : ndarray of bool, shape (n,)
        The office was silent, was asked, and said yes.
    """
    asked = answered & ~known
    said = yes[asked]
    if (
        known.sum() < LEAST_KNOWN
        or asked.sum() < LEAST_ANSWERS
        or min(said.sum(), (~said).sum()) < LEAST_OF_EACH
    ):
        return None
    design = _with_constant(features)
    ridge = np.full(design.shape[1], _RIDGE)
    ridge[0] = 1e-6
    weights = _fit(design, known.astype(float), ridge, np.zeros(design.shape[1]))
    score = design[asked] @ weights
    level, slope = _fit(
        _with_constant(score[:, None]),
        said.astype(float),
        np.array([1e-6, _SLOPE_RIDGE]),
        np.array([0.0, 1.0]),
    )
    return ChanceModel(weights, float(level), float(slope), int(known.sum()), int(asked.sum()))


def _fit(design: Floats, target: Floats, ridge: Floats, prior: Floats) -> Floats:
    """Return the ridge logistic fit towards a prior, by Newton's method."""
    weights = prior.copy()
    for _ in range(_STEPS):
        chance = _logistic(design @ weights)
        slope = chance * (1 - chance)
        gradient = design.T @ (target - chance) - ridge * (weights - prior)
        curvature = (design * slope[:, None]).T @ design
        curvature[np.diag_indices_from(curvature)] += ridge + 1e-9
        step = np.linalg.solve(curvature, gradient)
        weights = weights + step
        if float(np.abs(step).max()) < 1e-6:
            break
    return np.asarray(weights)


def _logistic(score: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(score, -_BOUND, _BOUND))))


def _with_constant(features: Floats) -> Floats:
    return np.column_stack([np.ones(features.shape[0]), features])


def acceptance(accepted: int, able: int) -> float:
    """Return the chance that an office that meets the needs takes somebody new (empirical Bayes).

    ``accepted`` of ``able`` asks were taken, of all offices of the kind together: no office is
    called later for having been full before.
    """
    return (accepted + _USUAL * _USUAL_WEIGHT) / (able + _USUAL_WEIGHT)
