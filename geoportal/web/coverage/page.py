"""What the coverage page says: sentences, tables and choices in the visitor's language."""

from __future__ import annotations

from typing import Any

import numpy as np

from geoportal.coverage.best_site import best_site
from geoportal.coverage.figures import DistrictFigures
from geoportal.coverage.report import CoverageReport
from geoportal.coverage.study import Study
from geoportal.coverage.supply import EVIDENCE_LEVELS, TIMES
from geoportal.coverage.tables import reconciliation_rows
from geoportal.coverage.wording import distance_text, lacking_share
from geoportal.documents import Document
from geoportal.documents.coverage import RINGS, CoverageQuery, coverage_report
from geoportal.domain.district import LEVELS
from geoportal.errors import InputRefusedError, NotFoundError
from geoportal.export.pack_files import DOWNLOADS
from geoportal.services.view import View
from geoportal.store.reference import CoverageQuestion
from geoportal.web.coverage import wording as say
from geoportal.web.coverage.change import change_document
from geoportal.web.coverage.inventory import inventory_table
from geoportal.web.coverage.map import map_document
from geoportal.web.coverage.plan import NEW_PLACE, Plan, Values, encoded, read_plan
from geoportal.web.coverage.question import areas, preset_arguments, query_string, read_question
from geoportal.web.coverage.reliance import critical_facilities, reliance
from geoportal.web.language.labels import kind_groups, need_groups
from geoportal.web.language.messages import Messages, messages

MEASURES: tuple[str, ...] = ("count", "nearest", "catchment", "lack", "per")


def coverage_page(view: View, values: Values, language: str) -> Document:
    """Return everything the page shows.

    Parameters
    ----------
    view : View
    values : mapping of str to list of str
        Arguments of the URL, or fields of the what-if form; what is not known is passed over.
    language : str
    """
    words = messages(language)
    asked = read_question(view, values)
    areas_by_level = areas(view)
    page = {
        **inventory_table(view),
        "asked": asked,
        "areas": areas_by_level,
        "official_levels": LEVELS,
        "local_levels": [level for level in areas_by_level if level not in LEVELS],
        "towns_held": False,
        "rings": [(ring, distance_text(ring)) for ring in RINGS],
        "times": TIMES,
        "evidence_levels": list(EVIDENCE_LEVELS),
        "kind_groups": kind_groups(view.reference),
        "need_groups": need_groups(view.reference, language),
        "presets": [_preset(ready, asked) for ready in view.reference.coverage_questions.values()],
        "report": None,
        "problem": "",
        "coverage_query": query_string(asked),
        "files": [],
        "reach": distance_text(asked.ring),
    }
    try:
        before = coverage_report(view, asked)
    except (NotFoundError, InputRefusedError):
        return page | {"problem": "reach-no-local" if asked.local else "reach-no-outlines"}
    page["towns_held"] = _towns_held(before.study)
    if not before.study.has_cells:
        key = "reach-no-towns" if before.study.by_towns else "reach-no-cells"
        return page | {"problem": key, "report": before}
    subject = say.subject_of(view, before.study.question, words)
    return page | _answer(view, asked, values, before, subject, words)


def _answer(
    view: View,
    asked: CoverageQuery,
    values: Values,
    before: CoverageReport,
    subject: str,
    words: Messages,
) -> Document:
    """Return what the study and, where something is supposed, the what-if say."""
    study, ring = before.study, asked.ring_number
    codes = [area.code for area in study.target.areas]

    def site(district: str) -> tuple[float, float] | None:
        return best_site(study, codes.index(district), ring) if district in codes else None

    plan = Plan()
    if _supposes(values):
        plan = read_plan(view, values, site, words)
    closed = tuple(view.snapshot.by_id[facility_id] for facility_id in plan.changes.remove)
    after = coverage_report(view, asked, plan.changes) if plan.changes.any else None
    change = None
    if after is not None:
        names = [facility.name for facility in closed]
        change = change_document(before, after, plan.changes, names, subject, ring, words)
    rows = [_row(figures, subject, ring, words) for figures in study.districts]
    return {
        "report": before,
        "subject": subject,
        "conditions": words.label(
            "reach-asked",
            reach=distance_text(asked.ring),
            evidence=words.label(f"reach-evidence-{asked.evidence}"),
            people=words.label(f"reach-demand-{asked.demand}"),
        ),
        "told": _ranked(rows),
        "whole": _row(study.total, subject, ring, words) if len(rows) > 1 else None,
        "files": list(DOWNLOADS),
        "single": critical_facilities(view, study, ring),
        "reliance": reliance(view, study, ring, words),
        "demand": _demand(study, words),
        "plan": _plan(plan, study, closed),
        "change": change,
        "measures": (("fewer",) if change else ()) + MEASURES,
        "map": map_document(
            study, after.study if after is not None else None, ring, plan.changes, closed
        ),
    }


def shareable(view: View, values: Values) -> Document | None:
    """Return the arguments of a URL that says the same as a what-if form.

    None when the form holds a place, which no URL may, or when there is something to tell.
    """
    undone = values.get("undo", [""])[0]
    planned = [item for item in values.get("planned", []) if item != undone]
    removed = [facility_id for facility_id in values.get("remove", []) if facility_id != undone]
    new = any("".join(values.get(name, [])).strip() for name in NEW_PLACE)
    if planned or new or not (removed or undone):
        return None
    return query_string(read_question(view, values)) | {"remove": removed}


def _supposes(values: Values) -> bool:
    """Say whether anything of a what-if was sent, an empty what-if form included."""
    return any(name in values for name in ("remove", "planned", "undo", *NEW_PLACE))


def _row(figures: DistrictFigures, subject: str, ring: int, words: Messages) -> Document:
    """Return a row of the comparison as people read it; ranges from all sure to all possible."""
    sure, possible = figures.sure, figures.possible
    return {
        "code": figures.code,
        "name": figures.name,
        "sentence": say.sentence(figures, subject, ring, words),
        "sort": round(figures.uncovered_share(sure, ring), 9),
        "people": say.people(figures.need),
        "facilities": say.spoken_range(f"{sure.facilities:,}", f"{possible.facilities:,}"),
        "per": say.spoken_range(
            say.tenths(figures.per_people(sure)), say.tenths(figures.per_people(possible))
        ),
        "within": say.spoken_range(
            say.tenths(sure.within[ring]), say.tenths(possible.within[ring])
        ),
        "lack": say.percent_range(
            lacking_share(figures, possible, ring), lacking_share(figures, sure, ring), words
        ),
        "lacking": say.spoken_range(
            say.people(say.lacking(figures, possible, ring)),
            say.people(say.lacking(figures, sure, ring)),
        ),
        "choice": say.percent_range(
            say.choice_share(figures, sure, ring), say.choice_share(figures, possible, ring), words
        ),
        "nearest": say.spoken_range(
            distance_text(possible.nearest_m), distance_text(sure.nearest_m)
        ),
        "catchment": say.spoken_range(
            say.tenths(10_000 * sure.floating_catchment),
            say.tenths(10_000 * possible.floating_catchment),
        ),
    }


def _ranked(rows: list[Document]) -> list[Document]:
    """Return districts with the largest share in want first; equals share a rank; nobody last."""
    known = [row for row in rows if row["sort"] == row["sort"]]
    for row in rows:
        ahead = sum(other["sort"] > row["sort"] for other in known)
        row["rank"] = 1 + ahead if row in known else None
    return sorted(rows, key=lambda row: (row["rank"] is None, row["rank"] or 0))


def _towns_held(study: Study) -> bool:
    """Say whether people by 町丁目 are held of any of the area."""
    towns, target = study.population.towns, study.target
    return bool(np.isin(towns.municipalities, target.municipalities).any()) or study.by_towns


def _demand(study: Study, words: Messages) -> Document:
    """Return what is known of the people themselves: what is estimated, and the register."""
    cells, unit = study.cells, study.cells.unit
    estimated, people = float(cells.need[cells.suppressed].sum()), float(cells.need.sum())
    rows = reconciliation_rows(study)
    return {
        "unit": unit,
        "estimated": say.part(estimated, people, words),
        "as_of": max((edition.as_of for edition in study.editions), default=""),
        "missing": study.missing_meshes or study.missing_towns,
        "left_out": rows[-1] if study.by_towns else None,
        "rows": [
            {
                "name": row["name"],
                "cells": say.people(row[f"pop75_{unit}"] or 0),
                "register": say.people(row["pop75_register"]),
                "ratio": f"{100 * row['pop75_ratio']:.0f}%" if row["pop75_ratio"] else "—",
                "as_of": row["register_as_of"],
            }
            for row in rows
            if row["pop75_register"] is not None
        ],
    }


def _plan(plan: Plan, study: Study, closed: tuple[Any, ...]) -> Document:
    """Return what is supposed so far, and what the form shows again."""
    return {
        "removed": [{"id": facility.id, "name": facility.name} for facility in closed],
        "added": [
            {
                "name": item.name,
                "capacity": f"{item.capacity:g}",
                "value": encoded(item),
                "outside": study.target.area_at(item.lon, item.lat) < 0,
            }
            for item in plan.changes.add
        ],
        "candidates": [{"name": item.name, "value": encoded(item)} for item in plan.candidates],
        "problem": plan.problem,
        "place": plan.place,
        "capacity": plan.capacity,
        "any": plan.changes.any,
    }


def _preset(ready: CoverageQuestion, asked: CoverageQuery) -> Document:
    about = preset_arguments(ready)
    chosen = (
        list(ready.kinds) == asked.kind
        and list(ready.needs) == asked.need
        and ready.time == asked.time
    )
    others = {key: value for key, value in query_string(asked).items() if key not in _OF_PRESETS}
    values = {**others, "kind": about.get("kind", [""]), "need": about.get("need", []), **about}
    return {"name": ready.question, "values": values, "chosen": chosen}


_OF_PRESETS = frozenset({"kind", "need", "time"})
