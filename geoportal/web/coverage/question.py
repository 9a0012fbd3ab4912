"""Coverage questions as URL arguments, which never hold a place."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from geoportal.documents import Document
from geoportal.documents.coverage import MOST_REMOVED, CoverageQuery
from geoportal.errors import UsageError
from geoportal.services.view import View
from geoportal.store.reference_entries import CoverageQuestion

_SINGLE = ("area", "time", "evidence", "demand", "ring", "local")
COVERAGE_ARGUMENTS: tuple[str, ...] = (*_SINGLE, "kind", "need", "remove")
"""The page's URL arguments; a planned place is not among them (`geoportal.web.coverage.plan`)."""


def areas(view: View) -> dict[str, list[Document]]:
    """Return the districts with an outline by level, larger levels first."""
    known = view.snapshot.districts.districts
    return {
        level: [
            {"code": district.code, "name": district.full_name or district.name}
            for district in known
            if district.level == level
        ]
        for level in dict.fromkeys(district.level for district in known)
    }


def preset_arguments(preset: CoverageQuestion) -> Document:
    """Return a preset question as URL arguments, those with a value only."""
    time = preset.time if preset.time != "any" else ""
    arguments = {"kind": list(preset.kinds), "need": list(preset.needs), "time": time}
    return {name: value for name, value in arguments.items() if value}


def read_question(view: View, values: Mapping[str, list[str]]) -> CoverageQuery:
    """Read URL arguments; malformed or unknown ones leave the default question."""
    given = {
        key: [code for code in values[key] if code] for key in ("kind", "need") if values.get(key)
    }
    single = {key: values[key][0] for key in _SINGLE if values.get(key, [""])[0]}
    known = {district.code for district in view.snapshot.districts.districts}
    if single.get("area") not in known:
        single.pop("area", None)
    default = preset_arguments(next(iter(view.reference.coverage_questions.values())))
    if "kind" not in values and "need" not in values:
        given = default
    try:
        query = CoverageQuery.model_validate({**given, **single})
        query.question(view)
    except (ValidationError, UsageError):
        chosen = {"area": single["area"]} if "area" in single else {}
        query = CoverageQuery.model_validate({**default, **chosen})
    removed = [id_ for id_ in values.get("remove", []) if id_ in view.snapshot.by_id]
    query = query.model_copy(update={"remove": removed[:MOST_REMOVED]})
    if query.area is None and known:
        query = query.model_copy(update={"area": view.default_area()})
    return query


def query_string(asked: CoverageQuery) -> Document:
    """Return a question as URL arguments; defaults are left out."""
    values: Document = {"kind": asked.kind or [""], "need": asked.need, "area": asked.area}
    default = CoverageQuery.model_validate({})
    for name in ("time", "evidence", "demand", "ring", "local"):
        if getattr(asked, name) != getattr(default, name):
            values[name] = getattr(asked, name)
    return values
