"""What the coverage page says: sentences, tables and choices in the visitor's language."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from geoportal.coverage.figures import DistrictFigures
from geoportal.coverage.handout import Handout
from geoportal.coverage.reach import RINGS_M
from geoportal.coverage.tables import district_rows
from geoportal.coverage.wording import SPOKEN_RING, distance_text
from geoportal.errors import InputRefusedError, NotFoundError
from geoportal.services import Portal
from geoportal.web import page_models as models
from geoportal.web.coverage import FILES, handout_of
from geoportal.web.coverage_question import PRESETS, CoverageQuery, areas, read_question
from geoportal.web.messages import Messages, messages

Document = dict[str, Any]
_MOST_LISTED = 10
_ONE_PERSON = 0.5
"""Less than half a person is none: cells on a border are shared by area."""
_FARTHER_M = 10.0


def coverage_page(portal: Portal, values: Mapping[str, list[str]], language: str) -> Document:
    """Return everything the page shows.

    Parameters
    ----------
    portal : Portal
    values : mapping of str to list of str
        Arguments of the URL; what is not known is passed over.
    language : str
    """
    words = messages(language)
    asked = read_question(portal, values)
    page = {
        **models.coverage_table(portal),
        "asked": asked,
        "areas": areas(portal),
        "need_groups": models.need_groups(portal, language),
        "presets": [_preset(name, asked) for name in PRESETS],
        "handout": None,
        "problem": "",
        "coverage_query": _query_string(asked),
        "files": [],
    }
    try:
        handout = handout_of(portal, asked.model_copy(update={"remove": []}))
    except (NotFoundError, InputRefusedError):
        return page | {"problem": "reach-no-outlines"}
    if not handout.study.has_cells:
        return page | {"problem": "reach-no-cells", "handout": handout}
    subject = _subject(portal, handout, language, words)
    every = (*handout.study.districts, handout.study.total)
    rows = district_rows(handout.study)
    told = [
        {**row, **_shares(figures, words), "sentence": sentence(figures, subject, words)}
        for row, figures in zip(rows, every, strict=True)
    ]
    whole = told.pop() if len(told) > 2 else None
    told = told[:1] if whole is None else told
    return page | {
        "handout": handout,
        "subject": subject,
        "told": sorted(told, key=lambda row: (row["rank"] is None, row["rank"] or 0)),
        "whole": whole,
        "files": list(FILES),
        "single": irreplaceable(handout),
        "closed": _closed(portal, asked, handout, words) if asked.remove else None,
        "reach": distance_text(RINGS_M[SPOKEN_RING]),
    }


def irreplaceable(handout: Handout) -> list[Document]:
    """Return the facilities whose closing leaves most people with none in reach, worst first."""
    study = handout.study
    losses, names = study.losses, [area.name for area in study.target.areas]
    return [
        {
            "id": study.supply.ids[row],
            "name": study.supply.names[row],
            "district": names[study.homes[row]] if study.homes[row] >= 0 else "",
            "without": float(losses.left_without[row, SPOKEN_RING]),
            "one": float(losses.left_with_one[row, SPOKEN_RING]),
        }
        for row in losses.irreplaceable(SPOKEN_RING)[:_MOST_LISTED]
        if losses.left_without[row, SPOKEN_RING] >= _ONE_PERSON
    ]


def _closed(portal: Portal, asked: CoverageQuery, before: Handout, words: Messages) -> Document:
    """Return what changes when the facilities asked about close, by district and in all."""
    after = handout_of(portal, asked)
    pairs = zip(
        (*before.study.districts, before.study.total),
        (*after.study.districts, after.study.total),
        strict=True,
    )
    snapshot = portal.snapshot
    rows = [_change(old, new, words) for old, new in pairs]
    return {
        "names": "、".join(snapshot.by_id[one].name for one in asked.remove),
        "rows": [row for row in rows if row["changed"]],
    }


def _change(old: DistrictFigures, new: DistrictFigures, words: Messages) -> Document:
    lost = old.sure.covered[0][SPOKEN_RING] - new.sure.covered[0][SPOKEN_RING]
    return {
        "name": old.name,
        "without": lost,
        "changed": lost >= _ONE_PERSON or new.sure.nearest_m - old.sure.nearest_m >= _FARTHER_M,
        "lack": [
            _percent(item.uncovered_share(item.sure, SPOKEN_RING), words) for item in (old, new)
        ],
        "nearest": [distance_text(item.sure.nearest_m) for item in (old, new)],
    }


def _preset(name: str, asked: CoverageQuery) -> Document:
    about = PRESETS[name]
    chosen = (
        list(about.get("kind", [])) == asked.kind
        and list(about.get("need", [])) == asked.need
        and about.get("time", "any") == asked.time
    )
    values = {"kind": about.get("kind", [""]), "need": about.get("need", []), **about}
    values |= {"area": asked.area} if asked.area else {}
    return {"name": name, "values": values, "chosen": chosen}


def _query_string(asked: CoverageQuery) -> Document:
    values: Document = {"kind": asked.kind or [""], "need": asked.need, "area": asked.area}
    values |= {"time": asked.time} if asked.time != "any" else {}
    values |= {"evidence": asked.evidence} if asked.evidence != "any" else {}
    return values


def _subject(portal: Portal, handout: Handout, language: str, words: Messages) -> str:
    """Return what is asked about in the visitor's language."""
    question = handout.study.question
    kinds, needs = models.kinds(portal, language), models.need_labels(portal, language)
    who = "・".join(kinds[kind]["short"] for kind in question.kinds)
    what = "・".join(_short(needs[code]) for code in question.needs)
    if language == "en":
        who, what = who.replace("・", ", "), what.replace("・", ", ")
    name = words.plain("reach-subject-both", what=what, who=who) if what and who else what or who
    name = name or words.plain("reach-subject-any")
    return words.plain("reach-subject-night", name=name) if question.time == "night" else name


def sentence(figures: DistrictFigures, subject: str, words: Messages) -> str:
    """Return the plain sentence of a district in the visitor's language."""
    reach = distance_text(RINGS_M[SPOKEN_RING])
    lack = figures.uncovered_share(figures.sure, SPOKEN_RING)
    if not math.isfinite(lack):
        return words.plain("reach-nobody")
    key = "reach-none-lack" if lack <= 0 else "reach-all-lack" if lack >= 1 else "reach-some"
    shares = {"share": _percent(lack, words)} if key == "reach-some" else {}
    parts = [words.plain(key, reach=reach, subject=subject, **shares)]
    possible = _percent(figures.uncovered_share(figures.possible, SPOKEN_RING), words)
    if possible != _percent(lack, words):
        parts.append(words.plain("reach-range", share=possible))
    choice = 1.0 - figures.uncovered_share(figures.sure, SPOKEN_RING, at_least=2)
    parts.append(words.plain("reach-choice", share=_percent(max(0.0, choice), words)))
    return (" " if words.language != "ja" else "").join(parts)


def _shares(figures: DistrictFigures, words: Messages) -> Document:
    """Return the shares of the table as people say them."""
    spoken = {}
    for name, level in (("sure", figures.sure), ("possible", figures.possible)):
        choice = 1.0 - figures.uncovered_share(level, SPOKEN_RING, at_least=2)
        spoken[f"lack_{name}"] = _percent(figures.uncovered_share(level, SPOKEN_RING), words)
        spoken[f"choice_{name}"] = _percent(max(0.0, choice), words)
    nearest = figures.sure.nearest_m
    return {**spoken, "nearest": distance_text(nearest)}


def _percent(share: float, words: Messages) -> str:
    percent = 100 * share
    if not math.isfinite(percent):
        return "—"
    if 0 < percent < 1:
        return words.plain("reach-below-one")
    if 99 < percent < 100:
        return words.plain("reach-above-99")
    return f"{percent:.0f}%"


def _short(label: str) -> str:
    """Return a label without what stands in brackets: 訪問診療（定期） is called 訪問診療."""
    return re.split(r"[(（]", label)[0].strip() or label
