"""What a what-if changes: a sentence on the whole and a row for each district."""

from __future__ import annotations

from collections.abc import Sequence

from geoportal.coverage.distance_zones import RINGS_M
from geoportal.coverage.figures import DistrictFigures
from geoportal.coverage.report import CoverageReport
from geoportal.coverage.service import WhatIf
from geoportal.coverage.wording import distance_text, lacking_share
from geoportal.documents import Document
from geoportal.web.coverage import wording as say
from geoportal.web.language.messages import Label, Messages

_ONE_PERSON = 0.5
"""Fewer people count as none: cells on a border are shared by area."""
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
    """Return the sentence on the whole and a row for each district.

    ``before`` and ``after`` are of the same area and question; ``closed`` holds the names of the
    facilities that close, ``subject`` is of `geoportal.web.coverage.wording.subject_of`, ``ring``
    the number of the ring that is meant by "in reach".
    """
    old, new = before.study, after.study
    pairs = list(zip(old.districts, new.districts, strict=True))
    rows = [_row(first, second, ring, words) for first, second in pairs]
    whole = _row(old.total, new.total, ring, words)
    return {
        "sentence": _sentence(
            old.total,
            new.total,
            choices=whole["choice"],
            assumption=_assumption(len(changes.add), closed, subject, words),
            subject=subject,
            ring=ring,
            words=words,
        ),
        "rows": rows,
        "whole": whole if len(rows) > 1 else None,
        "any": any(row["changed"] for row in (*rows, whole)),
    }


def _row(old: DistrictFigures, new: DistrictFigures, ring: int, words: Messages) -> Document:
    both = (old, new)
    people = [say.lacking(figures, figures.sure, ring) for figures in both]
    # as the rounded numbers beside it; people may not be known
    lost = round(people[1]) - round(people[0]) if old.need > 0 else 0
    farther = new.sure.nearest_m - old.sure.nearest_m
    choice = new.sure.covered[1][ring] - old.sure.covered[1][ring]
    # a mean that was not there before (no facility anywhere) has changed, too: NaN compares false
    same = lost == 0 and abs(choice) < _ONE_PERSON and abs(farther) < _NEARER_M
    return {
        "code": old.code,
        "name": old.name,
        "changed": not same,
        "difference": f"{lost:+,d}".replace("-", "−") if lost else "±0",
        "people": [say.people(count) for count in people],
        "lack": [say.percent(lacking_share(f, f.sure, ring), words) for f in both],
        "choice": [say.percent(say.choice_share(f, f.sure, ring), words) for f in both],
        "nearest": [distance_text(figures.sure.nearest_m) for figures in both],
        "catchment": [say.tenths(10_000 * figures.sure.floating_catchment) for figures in both],
    }


def _assumption(opened: int, closed: Sequence[str], subject: str, words: Messages) -> Label:
    """Return the clause on what changes: この場所に訪問診療が1か所増えると."""
    names = words.plain("coverage-list-comma").join(closed)
    if opened and closed:
        return words.label("coverage-if-both", names=names, count=opened, subject=subject)
    if closed:
        return words.label("coverage-if-closed", names=names)
    return words.label("coverage-if-added", count=opened, subject=subject)


def _sentence(
    old: DistrictFigures,
    new: DistrictFigures,
    *,
    choices: Sequence[str],
    assumption: str,
    subject: str,
    ring: int,
    words: Messages,
) -> Label:
    if not old.need > 0:
        return words.label("coverage-nobody")
    reach = distance_text(RINGS_M[ring])
    before, after = (round(say.lacking(f, f.sure, ring)) for f in (old, new))
    key = "fewer" if after < before else "more" if after > before else "same"
    counts = {"before": say.people(before), "after": say.people(after)}
    arguments = {"supposed": assumption, "reach": reach, "subject": subject, "name": old.name}
    parts = [words.label(f"coverage-change-{key}", **arguments, **counts)]
    low, high = (round(say.lacking(f, f.possible, ring)) for f in (old, new))
    if (low, high) != (before, after):
        possible = {"before": say.people(low), "after": say.people(high)}
        parts.append(words.label("coverage-change-possible", **possible))
    if choices[0] != choices[1]:
        parts.append(words.label("coverage-change-choice", before=choices[0], after=choices[1]))
    return say.together(parts, words)
