"""The coverage page: sentences, tables and choices in the visitor's language."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from geoportal.coverage.best_site import best_site
from geoportal.coverage.criteria import EVIDENCE_LEVELS, TIMES
from geoportal.coverage.figures import DistrictFigures
from geoportal.coverage.report import CoverageReport
from geoportal.coverage.study import Study
from geoportal.coverage.tables import reconciliation_rows
from geoportal.coverage.wording import distance_text, lacking_share
from geoportal.documents import Document
from geoportal.documents.completeness import completeness_document
from geoportal.documents.coverage import RINGS, CoverageQuery, coverage_report
from geoportal.domain.dating import dated
from geoportal.domain.district import LEVELS
from geoportal.errors import InputRefusedError, NotFoundError, UsageError
from geoportal.export.pack_files import DOWNLOADS
from geoportal.services.view import View
from geoportal.store.reference_entries import CoverageQuestion
from geoportal.web.coverage import wording as say
from geoportal.web.coverage.change import change_document
from geoportal.web.coverage.driving import driving_document
from geoportal.web.coverage.inventory import inventory_table
from geoportal.web.coverage.map import map_document
from geoportal.web.coverage.plan import NEW_PLACE, Plan, Values, encoded, read_plan
from geoportal.web.coverage.question import (
    areas,
    areas_by_prefecture,
    cities_with_folder,
    has_to_choose,
    preset_arguments,
    query_string,
    read_question,
)
from geoportal.web.coverage.reliance import critical_facilities, reliance
from geoportal.web.language.labels import kind_groups, need_groups
from geoportal.web.language.messages import Messages, messages

MEASURES: tuple[str, ...] = ("count", "nearest", "catchment", "lack", "per")


def coverage_page(view: View, values: Values, language: str) -> Document:
    """Return everything the page shows.

    ``values`` are URL arguments or fields of the what-if form; unknown ones are ignored.
    """
    words = messages(language)
    asked = read_question(view, values)
    chooses = has_to_choose(view, values)
    if chooses:
        asked = asked.model_copy(update={"area": None})
    levels = dict.fromkeys(district.level for district in view.snapshot.districts.districts)
    page = {
        **inventory_table(view, asked.area),
        "asked": asked,
        "areas": lambda: areas(view),
        "chooses": chooses,
        "areas_by_prefecture": lambda: areas_by_prefecture(view),
        "cities": cities_with_folder(view) if chooses else [],
        "official_levels": LEVELS,
        "local_levels": [level for level in levels if level not in LEVELS],
        "has_towns": False,
        "rings": [(ring, distance_text(ring)) for ring in RINGS],
        "times": TIMES,
        "evidence_levels": list(EVIDENCE_LEVELS),
        "kind_groups": kind_groups(view.reference),
        "need_groups": need_groups(view.reference, language),
        "presets": [_preset(p, asked) for p in view.reference.coverage_questions.values()],
        "report": None,
        "problem": "",
        "coverage_query": query_string(asked),
        "files": [],
        "reach": distance_text(asked.ring),
    }
    if chooses:
        return page
    try:
        before = coverage_report(view, asked)
    except UsageError:
        return page | {"problem": "coverage-misplaced"}
    except (NotFoundError, InputRefusedError):
        return page | {"problem": "coverage-no-local" if asked.local else "coverage-no-outlines"}
    study = before.study
    municipalities = study.population.towns.municipalities
    page["has_towns"] = study.by_towns or np.isin(municipalities, study.target.municipalities).any()
    if not study.has_cells:
        key = "coverage-no-towns" if study.by_towns else "coverage-no-cells"
        return page | {"problem": key, "report": before}
    subject = say.subject_of(view, study.question, words)
    return page | _answer(view, asked, values, before, subject, words)


def _answer(
    view: View,
    asked: CoverageQuery,
    values: Values,
    before: CoverageReport,
    subject: str,
    words: Messages,
) -> Document:
    """Return the results of the study and of the what-if, if there is one."""
    study, ring = before.study, asked.ring_number
    codes = [area.code for area in study.target.areas]

    def site(district: str) -> tuple[float, float] | None:
        return best_site(study, codes.index(district), ring) if district in codes else None

    has_plan = any(name in values for name in ("remove", "planned", "undo", *NEW_PLACE))
    plan = read_plan(view, values, site, words) if has_plan else Plan()
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
            "coverage-asked",
            reach=distance_text(asked.ring),
            evidence=words.label(f"coverage-evidence-{asked.evidence}"),
            people=words.label(f"coverage-demand-{asked.demand}"),
        ),
        "ranked": _ranked(rows),
        "whole": _row(study.total, subject, ring, words) if len(rows) > 1 else None,
        "files": list(DOWNLOADS),
        "completeness": completeness_document(view, study.completeness),
        "critical": [] if study.undecided else critical_facilities(view, study, ring),
        "reliance": [] if study.undecided else reliance(view, study, ring, words),
        "across": before.across,
        "driving": driving_document(view, after or before, words),
        "demand": _demand(study, words),
        "plan": _plan(plan, study, closed),
        "change": change,
        "measures": (("fewer",) if change else ()) + MEASURES,
        "map": map_document(
            study, after.study if after is not None else None, ring, plan.changes, closed
        ),
    }


def shareable(view: View, values: Values) -> Document | None:
    """Return a what-if form as URL arguments; None when it holds a place or changes nothing."""
    undone = values.get("undo", [""])[0]
    planned = [place for place in values.get("planned", []) if place != undone]
    removed = [facility_id for facility_id in values.get("remove", []) if facility_id != undone]
    new = any("".join(values.get(name, [])).strip() for name in NEW_PLACE)
    if planned or new or not (removed or undone):
        return None
    return query_string(read_question(view, values)) | {"remove": removed}


def _row(figures: DistrictFigures, subject: str, ring: int, words: Messages) -> Document:
    """Return a row of the table, formatted; ranges span sure and possible facilities."""
    sure, possible = figures.sure, figures.possible
    undecided = words.label("js-coverage-undecided") if figures.undecided else None
    unlisted = words.label("no-data") if figures.unlisted else None
    known = sure.facilities if figures.partly_undecided else 0
    return {
        "code": figures.code,
        "name": figures.name,
        "undecided": figures.undecided,
        "sentence": say.sentence(figures, subject, ring, words),
        "sort": math.nan if undecided else round(figures.uncovered_share(sure, ring), 9),
        "people": say.people(figures.need),
        "facilities": (unlisted and known and words.label("at-least", count=known))
        or unlisted
        or say.spoken_range(f"{sure.facilities:,}", f"{possible.facilities:,}"),
        "per": unlisted
        or say.spoken_range(
            say.tenths(figures.per_people(sure)), say.tenths(figures.per_people(possible))
        ),
        "within": unlisted
        or say.spoken_range(say.tenths(sure.within[ring]), say.tenths(possible.within[ring])),
        "lack": undecided
        or say.percent_range(
            lacking_share(figures, possible, ring), lacking_share(figures, sure, ring), words
        ),
        "lacking": undecided
        or say.spoken_range(
            say.people(say.lacking(figures, possible, ring)),
            say.people(say.lacking(figures, sure, ring)),
        ),
        "choice": undecided
        or (figures.unlisted and words.label("js-coverage-undecided"))
        or say.percent_range(
            say.choice_share(figures, sure, ring), say.choice_share(figures, possible, ring), words
        ),
        "nearest": unlisted
        or say.spoken_range(distance_text(possible.nearest_m), distance_text(sure.nearest_m)),
        "catchment": unlisted
        or say.spoken_range(
            say.tenths(10_000 * sure.floating_catchment),
            say.tenths(10_000 * possible.floating_catchment),
        ),
    }


def _ranked(rows: list[Document]) -> list[Document]:
    """Return districts by uncovered share, largest first, ties with equal rank, unknown last."""
    known = [row for row in rows if row["sort"] == row["sort"]]
    for row in rows:
        ahead = sum(other["sort"] > row["sort"] for other in known)
        row["rank"] = 1 + ahead if row in known else None
    return sorted(rows, key=lambda row: (row["rank"] is None, row["rank"] or 0))


def _demand(study: Study, words: Messages) -> Document:
    """Return the population: source, estimated share, and the comparison with the register."""
    cells, unit = study.cells, study.cells.unit
    estimated, people = float(cells.need[cells.suppressed].sum()), float(cells.need.sum())
    rows = reconciliation_rows(study)
    return {
        "unit": unit,
        "estimated": say.part(estimated, people, words),
        **dated(max((edition.as_of for edition in study.editions), default="")),
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
    """Return the what-if as the form shows it."""
    return {
        "removed": [{"id": facility.id, "name": facility.name} for facility in closed],
        "added": [
            {
                "name": planned.name,
                "capacity": f"{planned.capacity:g}",
                "value": encoded(planned),
                "outside": study.target.area_at(planned.lon, planned.lat) < 0,
            }
            for planned in plan.changes.add
        ],
        "candidates": [{"name": c.name, "value": encoded(c)} for c in plan.candidates],
        "problem": plan.problem,
        "place": plan.place,
        "capacity": plan.capacity,
        "any": plan.changes.any,
    }


def _preset(preset: CoverageQuestion, asked: CoverageQuery) -> Document:
    question = {"kind": list(preset.kinds), "need": list(preset.needs), "time": preset.time}
    chosen = all(getattr(asked, name) == value for name, value in question.items())
    others = {key: value for key, value in query_string(asked).items() if key not in question}
    values = {**others, "kind": [""], "need": [], **preset_arguments(preset)}
    return {"name": preset.question, "values": values, "chosen": chosen}
