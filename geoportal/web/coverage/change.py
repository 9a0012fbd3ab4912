"""Before and after: what a what-if changes, in a sentence and by district."""

from __future__ import annotations

from collections.abc import Sequence

from geoportal.coverage.distance_zones import RINGS_M
from geoportal.coverage.figures import DistrictFigures, Level
from geoportal.coverage.report import CoverageReport
from geoportal.coverage.service import WhatIf
from geoportal.coverage.wording import distance_text, lacking_share
from geoportal.documents import Document
from geoportal.web.coverage import wording as say
from geoportal.web.language.messages import Label, Messages

_ONE_PERSON = 0.5
"""Less than half a person is none: cells on a border are shared by area."""
_NEARER_M = 10.0


def change_document(
    before: CoverageReport,
    after: CoverageReport,
    changes: WhatIf,
    closed: Sequence[str],
    subject: str,
    ring: int,
    words: Messages,
) -> Document:
    """Return the sentence on the whole and a row for each district, the whole last.

    Parameters
    ----------
    before, after : CoverageReport
        Of the same area and question.
    changes : WhatIf
        What is supposed.
    closed : sequence of str
        Names of the facilities that close.
    subject : str
        See `coverage_wording.subject_of`.
    ring : int
        Number of the ring to speak of.
    words : Messages
    """
    old, new = before.study, after.study
    pairs = list(zip(old.districts, new.districts, strict=True))
    rows = [_row(first, second, ring, words) for first, second in pairs]
    whole = _row(old.total, new.total, ring, words)
    supposed = _supposed(len(changes.add), closed, subject, words)
    return {
        "sentence": _sentence(old.total, new.total, supposed, subject, ring, words),
        "rows": rows,
        "whole": whole if len(rows) > 1 else None,
        "any": any(row["changed"] for row in (*rows, whole)),
    }


def _row(old: DistrictFigures, new: DistrictFigures, ring: int, words: Messages) -> Document:
    lost = _difference(old, new, ring)
    farther = new.sure.nearest_m - old.sure.nearest_m
    choice = new.sure.covered[1][ring] - old.sure.covered[1][ring]
    # a mean that was not there before (no facility anywhere) has changed, too: NaN compares false
    same = lost == 0 and abs(choice) < _ONE_PERSON and abs(farther) < _NEARER_M
    return {
        "code": old.code,
        "name": old.name,
        "changed": not same,
        "difference": f"{lost:+,d}".replace("-", "−") if lost else "±0",
        "people": [_lack(item, ring) for item in (old, new)],
        "lack": [_share(item, ring, words) for item in (old, new)],
        "choice": [_choice(item, ring, words) for item in (old, new)],
        "nearest": [distance_text(item.sure.nearest_m) for item in (old, new)],
        "catchment": [say.tenths(10_000 * item.sure.floating_catchment) for item in (old, new)],
    }


def _lack(figures: DistrictFigures, ring: int) -> str:
    return say.people(say.lacking(figures, figures.sure, ring))


def _share(figures: DistrictFigures, ring: int, words: Messages) -> str:
    return say.percent(lacking_share(figures, figures.sure, ring), words)


def _choice(figures: DistrictFigures, ring: int, words: Messages) -> str:
    return say.percent(say.choice_share(figures, figures.sure, ring), words)


def _difference(old: DistrictFigures, new: DistrictFigures, ring: int) -> int:
    """Return how many more lack any, as the numbers beside it are shown; 0 for not known."""
    if not old.need > 0:
        return 0
    return _rounded(new, new.sure, ring) - _rounded(old, old.sure, ring)


def _supposed(opened: int, closed: Sequence[str], subject: str, words: Messages) -> Label:
    """Return the clause on what is supposed: この場所に訪問診療が1か所増えると."""
    names = words.plain("reach-list-comma").join(closed)
    if opened and closed:
        return words.label("reach-if-both", names=names, count=opened, subject=subject)
    if closed:
        return words.label("reach-if-closed", names=names)
    return words.label("reach-if-added", count=opened, subject=subject)


def _sentence(
    old: DistrictFigures,
    new: DistrictFigures,
    supposed: str,
    subject: str,
    ring: int,
    words: Messages,
) -> Label:
    if not old.need > 0:
        return words.label("reach-nobody")
    reach = distance_text(RINGS_M[ring])
    before, after = (_rounded(item, item.sure, ring) for item in (old, new))
    key = "fewer" if after < before else "more" if after > before else "same"
    counts = {"before": say.people(before), "after": say.people(after)}
    arguments = {"supposed": supposed, "reach": reach, "subject": subject, "name": old.name}
    parts = [words.label(f"reach-change-{key}", **arguments, **counts)]
    low, high = (_rounded(item, item.possible, ring) for item in (old, new))
    if (low, high) != (before, after):
        possible = {"before": say.people(low), "after": say.people(high)}
        parts.append(words.label("reach-change-possible", **possible))
    choices = [_choice(item, ring, words) for item in (old, new)]
    if choices[0] != choices[1]:
        parts.append(words.label("reach-change-choice", before=choices[0], after=choices[1]))
    return say.together(parts, words)


def _rounded(figures: DistrictFigures, level: Level, ring: int) -> int:
    return round(say.lacking(figures, level, ring))
