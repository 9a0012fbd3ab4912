"""Questions about coverage as they stand in a URL: nothing in them could be a home."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError, model_validator

from geoportal.coverage.distance_zones import RINGS_M
from geoportal.coverage.supply import CoverageCriteria
from geoportal.coverage.wording import HEADLINE_RING
from geoportal.documents.requests import Code, Latitude, Longitude, Strict, require_kinds
from geoportal.errors import NotFoundError, UsageError
from geoportal.geo.polygons import in_japan
from geoportal.index.hierarchy import district_members
from geoportal.services.view import View
from geoportal.store.reference import CoverageQuestion

Document = dict[str, Any]

MOST_REMOVED = 5
RINGS: tuple[int, ...] = tuple(int(ring) for ring in RINGS_M)
_SINGLE = ("area", "time", "evidence", "demand", "ring", "local")
COVERAGE_ARGUMENTS: tuple[str, ...] = (*_SINGLE, "kind", "need", "remove")
"""What the page takes from its URL; a planned place is not among them (`coverage_plan`)."""


def _ring(value: int) -> int:
    if value not in RINGS:
        raise ValueError(f"expected one of {', '.join(map(str, RINGS))} (metres)")
    return value


class CoverageQuery(Strict):
    """A question about coverage, as it stands in a URL: nothing in it could be a home."""

    area: Code | None = Field(None, description="District, city, medical area or prefecture")
    kind: list[Code] = Field(default_factory=list, max_length=22)
    need: list[Code] = Field(default_factory=list, max_length=20)
    time: Literal["any", "night"] = "any"
    evidence: Literal["any", "filed", "confirmed"] = "any"
    demand: Literal["mesh", "towns"] = Field(
        "mesh", description="People by 500 m census cell, or by 町丁目 where a city publishes them"
    )
    ring: Annotated[int, AfterValidator(_ring)] = Field(
        RINGS[HEADLINE_RING], description="Metres the sentences speak of: 1000, 2000, 4000 …"
    )
    local: str = Field(
        "",
        max_length=40,
        description="By the local districts of this level (日常生活圏域, 中学校区)",
    )
    remove: list[Code] = Field(
        default_factory=list,
        max_length=MOST_REMOVED,
        description="What if these facilities closed?",
    )
    cells: bool = Field(True, description="With the figures of every cell")

    @property
    def ring_number(self) -> int:
        """Number of the ring, as figures count them."""
        return RINGS.index(self.ring)

    def question(self, view: View) -> CoverageCriteria:
        """Return the question in the domain's terms.

        Raises
        ------
        UsageError
            When a kind or need is not known.
        """
        return CoverageCriteria(
            kinds=require_kinds(self.kind, "kind"),
            needs=view.reference.vocabulary.require_needs(self.need, "need"),
            time=self.time,
            evidence=self.evidence,
            demand=self.demand,
        )


class Planned(Strict):
    """A facility that does not exist yet; counts as surely meeting what is asked."""

    lon: Longitude
    lat: Latitude
    capacity: float = Field(1.0, gt=0, le=10_000, description="Places (定員)")

    @model_validator(mode="after")
    def _lies_in_japan(self) -> Planned:
        if not in_japan(self.lon, self.lat):
            raise ValueError("the point lies outside Japan; lon comes first, then lat, in degrees")
        return self


class CoverageWhatIf(CoverageQuery):
    """A what-if, as the body of a POST holds it."""

    add: list[Planned] = Field(default_factory=list, max_length=20)


def areas(view: View) -> dict[str, list[Document]]:
    """Return the areas that can be asked about by level, larger first: whose outline is held."""
    held = view.snapshot.districts.districts
    return {
        level: [
            {"code": item.code, "name": item.full_name or item.name}
            for item in held
            if item.level == level
        ]
        for level in dict.fromkeys(item.level for item in held)
    }


def default_area(view: View) -> str:
    """Return the first city made of wards, else the first district.

    Raises
    ------
    NotFoundError
        When no outline is held.
    """
    held = view.snapshot.districts
    members = district_members(view.reference)
    cities = [d.code for d in held.districts if len(members.get(d.code, ())) > 1]
    whole = [code for code in cities if code in view.reference.designated_cities]
    found = [*whole, *(d.code for d in held.districts if d.level in ("ward", "municipality"))]
    if not found:
        raise NotFoundError("no district outlines are held; import boundaries first")
    return found[0]


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
        asked = CoverageQuery.model_validate({**given, **single})
        asked.question(view)
    except (ValidationError, UsageError):
        kept = {"area": single["area"]} if "area" in single else {}
        asked = CoverageQuery.model_validate({**usual, **kept})
    gone = [one for one in values.get("remove", []) if one in view.snapshot.by_id]
    asked = asked.model_copy(update={"remove": gone[:MOST_REMOVED]})
    if asked.area is None and known:
        asked = asked.model_copy(update={"area": default_area(view)})
    return asked


def query_string(asked: CoverageQuery) -> Document:
    """Return what is asked as the arguments of a URL: what is usual is left out."""
    values: Document = {"kind": asked.kind or [""], "need": asked.need, "area": asked.area}
    usual = CoverageQuery.model_validate({})
    for name in ("time", "evidence", "demand", "ring", "local"):
        if getattr(asked, name) != getattr(usual, name):
            values[name] = getattr(asked, name)
    return values
