"""Questions about coverage as they stand in a URL: nothing in them could be a home."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from geoportal.documents import Document
from geoportal.documents.coverage import MOST_REMOVED, CoverageQuery
from geoportal.errors import UsageError
from geoportal.services.view import View
from geoportal.store.reference import CoverageQuestion

_SINGLE = ("area", "time", "evidence", "demand", "ring", "local")
COVERAGE_ARGUMENTS: tuple[str, ...] = (*_SINGLE, "kind", "need", "remove")
"""What the page takes from its URL; a planned place is not among them (`coverage_plan`)."""


def areas(view: View) -> dict[str, list[Document]]:
    """Return the areas that can be asked about by level, larger first: whose outline is held."""
    known = view.snapshot.districts.districts
    return {
        level: [
            {"code": item.code, "name": item.full_name or item.name}
            for item in known
            if item.level == level
        ]
        for level in dict.fromkeys(item.level for item in known)
    }


def preset_arguments(ready: CoverageQuestion) -> Document:
    """Return a ready-made question as the arguments of a URL, those with a value."""
    arguments: Document = {}
    if ready.kinds:
        arguments["kind"] = list(ready.kinds)
    if ready.needs:
        arguments["need"] = list(ready.needs)
    if ready.time != "any":
        arguments["time"] = ready.time
    return arguments


def read_question(view: View, values: Mapping[str, list[str]]) -> CoverageQuery:
    """Read the URL; what is malformed or unknown leaves the usual question."""
    given = {key: values[key] for key in ("kind", "need") if values.get(key)}
    given = {key: [item for item in items if item] for key, items in given.items()}
    single = {key: values[key][0] for key in _SINGLE if values.get(key, [""])[0]}
    known = {item.code for item in view.snapshot.districts.districts}
    if single.get("area") not in known:
        single.pop("area", None)
    usual = preset_arguments(next(iter(view.reference.coverage_questions.values())))
    if "kind" not in values and "need" not in values:
        given = usual
    try:
        query = CoverageQuery.model_validate({**given, **single})
        query.question(view)
    except (ValidationError, UsageError):
        chosen = {"area": single["area"]} if "area" in single else {}
        query = CoverageQuery.model_validate({**usual, **chosen})
    removed = [
        facility_id
        for facility_id in values.get("remove", [])
        if facility_id in view.snapshot.by_id
    ]
    query = query.model_copy(update={"remove": removed[:MOST_REMOVED]})
    if query.area is None and known:
        query = query.model_copy(update={"area": view.default_area()})
    return query


def query_string(asked: CoverageQuery) -> Document:
    """Return what is asked as the arguments of a URL: what is usual is left out."""
    values: Document = {"kind": asked.kind or [""], "need": asked.need, "area": asked.area}
    usual = CoverageQuery.model_validate({})
    for name in ("time", "evidence", "demand", "ring", "local"):
        if getattr(asked, name) != getattr(usual, name):
            values[name] = getattr(asked, name)
    return values
