"""Coverage questions as URL arguments, which never hold a place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import ValidationError

from geoportal.documents import Document
from geoportal.documents.coverage import MOST_REMOVED, CoverageQuery
from geoportal.errors import UsageError
from geoportal.services.view import View
from geoportal.store.reference_entries import CoverageQuestion

_SINGLE = ("area", "time", "evidence", "demand", "ring", "local")
COVERAGE_ARGUMENTS: tuple[str, ...] = (*_SINGLE, "kind", "need", "remove", "district")
"""The page's URL arguments; a planned place is not among them (`geoportal.web.coverage.plan`)."""


MOST_DISTRICTS: Final = 100
"""Of more municipalities and wards than these an area is asked for before anything is measured."""
_LEAVES = ("municipality", "ward")


def areas(view: View) -> dict[str, list[Document]]:
    """Return the districts with an outline by level, larger levels first."""
    found: dict[str, list[Document]] = {}
    for district in view.snapshot.districts.districts:
        name = district.full_name or district.name
        found.setdefault(district.level, []).append({"code": district.code, "name": name})
    return found


def areas_by_prefecture(view: View) -> list[Document]:
    """Return prefectures with the cities, municipalities and wards of which an outline is held."""
    found: dict[str, list[Document]] = {}
    for district in sorted(view.snapshot.districts.districts, key=lambda one: one.code):
        if district.level in _LEAVES:
            found.setdefault(district.code[:2], []).append(
                {"code": district.code, "name": district.name, "is_ward": district.level == "ward"}
            )
    names = {i.prefecture_code: i.prefecture for i in view.reference.municipalities.values()}
    return [
        {
            "code": code,
            "name": names.get(code, code),
            "is_held": code in view.snapshot.districts,
            "areas": members,
        }
        for code, members in found.items()
    ]


def cities_with_folder(view: View) -> list[Document]:
    """Return the cities that have a folder of their own and an outline: the first to choose."""
    index = view.snapshot.districts
    return [
        {"code": code, "name": index[code].name} for code in view.reference.cities if code in index
    ]


def has_to_choose(view: View, values: Mapping[str, list[str]]) -> bool:
    """Say whether an area has to be chosen first: none is given, and many are held."""
    index = view.snapshot.districts
    return area_of(view, values) is None and (
        sum(district.level in _LEAVES for district in index.districts) > MOST_DISTRICTS
    )


def area_of(view: View, values: Mapping[str, list[str]]) -> str | None:
    """Return the code of the area asked for, None where none is or its outline is not held.

    It may be called ``district`` as elsewhere.
    """
    given = (values.get(name, [""])[0] for name in ("area", "district"))
    return next((code for code in given if code in view.snapshot.districts), None)


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
    single.pop("area", None)
    if area := area_of(view, values):
        single["area"] = area
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
    if query.area is None and len(view.snapshot.districts):
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
