"""Questions about coverage as they stand in a URL: nothing in them could be a home."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, ValidationError

from geoportal.coverage.supply import Question
from geoportal.errors import NotFoundError, UsageError
from geoportal.services import Portal, district_members
from geoportal.web.schemas import Code, Strict, require_kinds

Document = dict[str, Any]

PRESETS: Mapping[str, Mapping[str, Any]] = {
    "doctor": {"kind": ["hospital", "clinic"], "need": ["VM.REG"]},
    "doctor-night": {"kind": ["hospital", "clinic"], "time": "night"},
    "nurse": {"kind": ["visiting_nursing"]},
    "nurse-night": {"kind": ["visiting_nursing"], "time": "night"},
    "pharmacy": {"kind": ["pharmacy"], "need": ["ST.PHZ"]},
    "dental": {"kind": ["dental_clinic"], "need": ["VM.DENT"]},
    "help": {"kind": ["home_help"]},
    "respite": {"need": ["BK.RESPITE"]},
}
"""Questions committees ask most, by name."""

DEFAULT_PRESET = "doctor"
MOST_REMOVED = 5
COVERAGE_ARGUMENTS: tuple[str, ...] = ("area", "kind", "need", "time", "evidence", "remove")
"""What the page takes from its URL."""


class CoverageQuery(Strict):
    """A question about coverage, as it stands in a URL: nothing in it could be a home."""

    area: Code | None = Field(None, description="District, city, medical area or prefecture")
    kind: list[Code] = Field(default_factory=list, max_length=22)
    need: list[Code] = Field(default_factory=list, max_length=20)
    time: Literal["any", "night"] = "any"
    evidence: Literal["any", "filed", "confirmed"] = "any"
    remove: list[Code] = Field(
        default_factory=list,
        max_length=MOST_REMOVED,
        description="What if these facilities closed?",
    )
    cells: bool = Field(True, description="With the figures of every cell")

    def question(self, portal: Portal) -> Question:
        """Return the question in the domain's terms.

        Raises
        ------
        UsageError
            When a kind or need is not known.
        """
        return Question(
            kinds=require_kinds(self.kind, "kind"),
            needs=portal.reference.vocabulary.require_needs(self.need, "need"),
            time=self.time,
            evidence=self.evidence,
        )


def areas(portal: Portal) -> list[Document]:
    """Return the areas that can be asked about, by level: those whose outline is held."""
    return [
        {"code": item.code, "name": item.full_name or item.name, "level": item.level}
        for item in portal.snapshot.districts.districts
    ]


def default_area(portal: Portal) -> str:
    """Return the first city made of wards, else the first district.

    Raises
    ------
    NotFoundError
        When no outline is held.
    """
    held = portal.snapshot.districts
    members = district_members(portal.reference)
    cities = [d.code for d in held.districts if len(members.get(d.code, ())) > 1]
    whole = [code for code in cities if code in portal.reference.designated_cities]
    found = [*whole, *(d.code for d in held.districts if d.level in ("ward", "municipality"))]
    if not found:
        raise NotFoundError("no district outlines are held; import boundaries first")
    return found[0]


def read_question(portal: Portal, values: Mapping[str, list[str]]) -> CoverageQuery:
    """Read the URL; what is malformed or unknown leaves the usual question."""
    given = {key: values[key] for key in ("kind", "need") if values.get(key)}
    given = {key: [item for item in items if item] for key, items in given.items()}
    single = {
        key: values[key][0] for key in ("area", "time", "evidence") if values.get(key, [""])[0]
    }
    known = {item["code"] for item in areas(portal)}
    if single.get("area") not in known:
        single.pop("area", None)
    if "kind" not in values and "need" not in values:
        given = dict(PRESETS[DEFAULT_PRESET])
    try:
        asked = CoverageQuery.model_validate({**given, **single})
        asked.question(portal)
    except (ValidationError, UsageError):
        asked = CoverageQuery.model_validate(PRESETS[DEFAULT_PRESET])
    gone = [one for one in values.get("remove", []) if one in portal.snapshot.by_id]
    asked = asked.model_copy(update={"remove": gone[:MOST_REMOVED]})
    if asked.area is None and known:
        asked = asked.model_copy(update={"area": default_area(portal)})
    return asked
