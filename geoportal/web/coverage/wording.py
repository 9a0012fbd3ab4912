"""Formats coverage results in the visitor's language: subjects, sentences, shares, ranges."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from geoportal.coverage.criteria import CoverageCriteria
from geoportal.coverage.distance_zones import RINGS_M
from geoportal.coverage.figures import DistrictFigures, Level
from geoportal.coverage.wording import distance_text, lacking_share
from geoportal.services.view import View
from geoportal.web.language.labels import need_labels, short_kind_label
from geoportal.web.language.messages import LANGUAGES, Label, Messages

_NUMBER = re.compile(r"([\d.,]+)(.*)")


def subject_of(view: View, question: CoverageCriteria, words: Messages) -> Label:
    """Return the subject of a question: 訪問診療（病院・診療所）, 夜間の訪問看護.

    Needs are named without what their label adds in brackets: 訪問診療（定期）is 訪問診療.
    """
    labels = need_labels(view.reference, words.language)
    needs = [labels[code].source for code in question.needs]
    dot = "・" if LANGUAGES[words.language].is_japanese else ", "
    kinds = [short_kind_label(view.reference, kind, words.language) for kind in question.kinds]
    who = Label(dot.join(kind.source for kind in kinds))
    what = Label(dot.join(re.split(r"[(（]", need)[0].strip() or need for need in needs))
    name = words.label("coverage-subject-both", what=what, who=who) if what and who else what or who
    name = name or words.label("coverage-subject-any")
    return words.label("coverage-subject-night", name=name) if question.time == "night" else name


def sentence(figures: DistrictFigures, subject: str, ring: int, words: Messages) -> Label:
    """Return the sentence of a district on its coverage within a ring."""
    reach = distance_text(RINGS_M[ring])
    lack = lacking_share(figures, figures.sure, ring)
    if not math.isfinite(lack):
        return words.label("coverage-nobody")
    if figures.undecided:
        return words.label("coverage-undecided-district", reach=reach, subject=subject)
    share = percent(lack, words)
    possible = percent(lacking_share(figures, figures.possible, ring), words)
    if share != possible and figures.mostly_unknown:
        share = spoken_range(possible, share)
        key = "coverage-partly" if figures.partly_undecided else "coverage-mostly-unknown"
        return words.label(key, reach=reach, subject=subject, share=share)
    parts = [_lack(lack, share, reach, subject, words, unknown=share != possible)]
    if lack < 1:  # else there is nothing to choose between
        choice = percent(choice_share(figures, figures.sure, ring), words)
        parts.append(words.label("coverage-choice", share=choice))
    if share != possible:
        parts.append(words.label("coverage-range", share=possible))
    return together(parts, words)


def _lack(
    lack: float, share: str, reach: str, subject: str, words: Messages, *, unknown: bool
) -> Label:
    if lack <= 0:
        return words.label("coverage-none-lack", reach=reach, subject=subject)
    if lack >= 1:
        key = "coverage-all-open" if unknown else "coverage-all-lack"
        return words.label(key, reach=reach, subject=subject)
    key = "coverage-some-open" if unknown else "coverage-some"
    return words.label(key, share=share, reach=reach, subject=subject)


def together(sentences: Sequence[Label], words: Messages) -> Label:
    """Join sentences; Japanese has no space between them."""
    return Label(
        (" " if words.language != "ja" else "").join(sentence.source for sentence in sentences)
    )


def choice_share(figures: DistrictFigures, level: Level, ring: int) -> float:
    """Return the share of people aged 75 and over with two or more in reach; NaN: nobody."""
    share = 1.0 - lacking_share(figures, level, ring, at_least=2)
    return 0.0 if share < 0 else share


def lacking(figures: DistrictFigures, level: Level, ring: int) -> float:
    """Return the people aged 75 and over with none in reach; NaN: people are not known."""
    missing = figures.need - level.covered[0][ring]
    return 0.0 if missing < 0 else missing


def percent(share: float, words: Messages) -> str:
    """Return a share in whole percents; one near 0 or 1 is not rounded to it."""
    hundredths = 100 * share
    if not math.isfinite(hundredths):
        return "—"
    if 0 < hundredths < 1:
        return words.label("coverage-below-one")
    if 99 < hundredths < 100:
        return words.label("coverage-above-99")
    return f"{hundredths:.0f}%"


def percent_range(low: float, high: float, words: Messages) -> str:
    """Return a range of shares; with a decimal where whole percents would be equal."""
    ends = percent(low, words), percent(high, words)
    if ends[0] != ends[1] and f"{low:.0%}" == f"{high:.0%}":
        ends = f"{low:.1%}", f"{high:.1%}"
    return spoken_range(*ends)


def part(count: float, whole: float, words: Messages) -> str:
    """Return a count as a share of a whole; a dash when the whole is 0."""
    return percent(count / whole if whole else math.nan, words)


def people(count: float) -> str:
    """Return a whole number of people, thousands separated; a dash for NaN."""
    return f"{count:,.0f}" if math.isfinite(count) else "—"


def tenths(value: float | None) -> str:
    """Return a rate with one decimal; a dash for none."""
    return "—" if value is None or not math.isfinite(value) else f"{value:,.1f}"


def spoken_range(low: str, high: str) -> str:
    """Return a range, or the one value when both are equal; a common unit is written once.

    Examples
    --------
    >>> spoken_range("9%", "82%"), spoken_range("990 m", "2.7 km"), spoken_range("3", "3")
    ('9–82%', '990 m–2.7 km', '3')
    """
    if low == high:
        return low
    first, second = _NUMBER.fullmatch(low), _NUMBER.fullmatch(high)
    same_unit = first and second and first[2] == second[2]
    return f"{first[1] if first and same_unit else low}–{high}"
