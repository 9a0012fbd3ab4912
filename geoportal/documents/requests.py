"""Requests of search, browsing and location: schemas that check and become domain queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    WithJsonSchema,
    model_validator,
)
from pydantic.config import JsonDict

from geoportal.documents.question import (
    MAX_ADDRESS,
    MAX_CODE,
    MAX_DEPARTMENTS,
    MAX_NEEDS,
    MAX_OFFSET,
    MAX_TEXT,
    Question,
    home_origin,
    require_kinds,
)
from geoportal.domain.facility import KINDS
from geoportal.domain.query import (
    DEFAULT_LIMIT,
    DEFAULT_RADIUS_M,
    MAX_LIMIT,
    MAX_RADIUS_M,
    Origin,
    Query,
)
from geoportal.errors import UsageError
from geoportal.services.view import View

Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, strict=True)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False, strict=True)]
_CODE = StringConstraints(min_length=1, max_length=MAX_CODE)
_TEXT = StringConstraints(max_length=MAX_TEXT)
Code = Annotated[str, _CODE]
Text = Annotated[str, _TEXT]
Kind = Annotated[Code, WithJsonSchema({"type": "string", "enum": list(KINDS)})]
_NEED: JsonDict = {"type": "string", "format": "need-code"}
_DISTRICT: JsonDict = {"type": "string", "format": "district-code", "minLength": 1, "maxLength": 40}
_BLANK: JsonDict = {"const": ""}
NeedCode = Annotated[Code, WithJsonSchema(_NEED)]
DistrictCode = Annotated[Code, WithJsonSchema(_DISTRICT)]
OutlinedDistrict = Annotated[
    Code, WithJsonSchema({"type": "string", "format": "outlined-district"})
]
"""The description of the API lists what these formats allow: `geoportal.web.api.listed`."""
Words = Annotated[str, _TEXT, Field(json_schema_extra={"format": "words"})]
"""Words to search for: some letter or digit, unless it is blank."""
BoxText = Annotated[str, _TEXT, Field(json_schema_extra={"format": "bbox"})]
"""``west,south,east,north`` in degrees."""
AddressText = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_ADDRESS),
    Field(json_schema_extra={"format": "address"}),
]
"""Longer than any address: what is no address gets the answer ``invalid``, not an error."""


def _whole(value: object) -> object:
    """Let numbers through; a truth value or a text is no number."""
    if isinstance(value, bool | str):
        raise ValueError("expected a number")
    return value


def _truth(value: object) -> object:
    """Let true and false through; a number or a text is neither."""
    if not isinstance(value, bool):
        raise ValueError("expected true or false")
    return value


Whole = Annotated[int, BeforeValidator(_whole)]
Number = Annotated[float, BeforeValidator(_whole), Field(allow_inf_nan=False)]
Radius = Annotated[
    float, Field(ge=1, le=MAX_RADIUS_M, allow_inf_nan=False), BeforeValidator(_whole)
]
Truth = Annotated[bool, BeforeValidator(_truth)]
"""Values of JSON bodies; those of URLs are texts."""

_YEARS = (2000, 2100)


def _moment(value: object) -> object:
    """Let ISO texts and moments through; a bare number is no moment."""
    if isinstance(value, str | datetime) or value is None:
        return value
    raise ValueError("expected an ISO 8601 time with offset, such as 2026-11-24T10:00+09:00")


def _in_our_time(value: datetime) -> datetime:
    first, last = _YEARS
    if not first <= value.year < last:
        raise ValueError(f"expected a time from {first} to {last - 1}")
    return value


def _day(value: object) -> object:
    """Let ISO dates through; a bare number is no day."""
    if isinstance(value, str | date) and not isinstance(value, datetime):
        return value
    raise ValueError("expected a date such as 2026-04-01")


Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_moment),
    AfterValidator(_in_our_time),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": "^20[0-9]{2}-"}),
]


class Strict(BaseModel):
    """A request in which unknown keys are refused; its representation names no value."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, defer_build=True)

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Return nothing: what was sent may be a home or a note."""
        return ()


def build_requests(request: type[Strict] = Strict) -> None:
    """Build all requests that have been defined, else each is when it is first checked.

    A command checks one of them. A server builds all before threads may build one at once.
    """
    for each in request.__subclasses__():
        each.model_rebuild()
        build_requests(each)


class Point(Strict):
    """A point in degrees, WGS 84."""

    lon: Longitude
    lat: Latitude


class Address(Strict):
    """An address as people write it, or the name of a station with 駅 behind it."""

    address: AddressText


def _home_tag(value: object) -> str:
    """Say which of the two a home is meant to be, so that errors speak of that one."""
    fields = value if isinstance(value, dict) else getattr(value, "__dict__", {})
    return "Address" if "address" in fields else "Point"


Home = Annotated[
    Annotated[Point, Tag("Point")] | Annotated[Address, Tag("Address")], Discriminator(_home_tag)
]


_SOMETHING: JsonDict = {
    "anyOf": [
        {"required": ["near"], "properties": {"near": {"type": "object"}}},
        {"required": ["district"], "properties": {"district": {"type": "string"}}},
        {"required": ["district"], "properties": {"district": {"type": "array", "minItems": 1}}},
        {"required": ["q"], "properties": {"q": {"type": "string", "pattern": r"\S"}}},
    ]
}
_NULL: JsonDict = {"type": "null"}
_NUMBER: JsonDict = {"type": "number"}
_ADDRESS_OR_POINT: JsonDict = {
    "oneOf": [
        {
            "required": ["address"],
            "properties": {"address": {"type": "string"}, "lon": _NULL, "lat": _NULL},
        },
        {
            "required": ["lon", "lat"],
            "properties": {"address": _NULL, "lon": _NUMBER, "lat": _NUMBER},
        },
    ]
}


class SearchRequest(Strict):
    """A question, as `POST /api/v1/search` takes it."""

    model_config = ConfigDict(json_schema_extra=_SOMETHING)

    near: Home | None = Field(None, description="The home: a point or an address")
    radius_m: Radius = Field(DEFAULT_RADIUS_M, description="Metres, inclusive")
    district: DistrictCode | list[DistrictCode] | None = Field(
        None, description="District code or codes"
    )
    kinds: list[Kind] = Field(default_factory=list, max_length=len(KINDS))
    needs: list[NeedCode] = Field(default_factory=list, max_length=MAX_NEEDS)
    departments: list[Text] = Field(
        default_factory=list,
        max_length=MAX_DEPARTMENTS,
        description="Departments (診療科), any of them",
    )
    q: Words | None = Field(None, description="Words, all of which must occur")
    open_at: Moment | None = Field(None, description="ISO 8601 with offset")
    open_use: Literal["consultation", "reception", "care_manager"] = Field(
        "consultation", description="Open for what: 診療・営業, 受付, ケアマネタイム"
    )
    include: Literal["match", "possible", "all"] = "possible"
    facets: Truth = Field(False, description="Count what each other choice of a filter would give")
    visits_home: Truth = Field(
        False, description="Count what each says of its visiting area as a need"
    )
    explain: Truth = Field(False, description="Say why each result stands where it stands")
    sort: Literal["distance", "drive_minutes"] = Field(
        "distance",
        description="What decides among those level otherwise: metres, or minutes by road; "
        "metres where no road map is held (`roads` says so)",
    )
    limit: Whole = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    offset: Whole = Field(0, ge=0, le=MAX_OFFSET)

    def to_query(self, view: View, *, whole_allowed: bool = False) -> Query:
        """Return the question in the domain's terms, as `Question.to_query` does."""
        return self.question().to_query(view, whole_allowed=whole_allowed)

    def question(self) -> Question:
        """Return what is asked in plain values."""
        return Question(
            near=None if self.near is None else _plain(self.near),
            radius_m=self.radius_m,
            district=[self.district] if isinstance(self.district, str) else self.district or (),
            kinds=self.kinds,
            needs=self.needs,
            departments=self.departments,
            q=self.q or "",
            open_at=self.open_at,
            open_use=self.open_use,
            include=self.include,
            facets=self.facets,
            visits_home=self.visits_home,
            explain=self.explain,
            sort=self.sort,
            limit=self.limit,
            offset=self.offset,
        )


_NUMBERS = ("limit", "offset")


_DistrictOrBlank = Annotated[Code, WithJsonSchema({"anyOf": [_DISTRICT, _BLANK]})]
_NeedOrBlank = Annotated[Code, WithJsonSchema({"anyOf": [_NEED, _BLANK]})]
_KindOrBlank = Annotated[Code, WithJsonSchema({"type": "string", "enum": [*KINDS, ""]})]
_NumberOrBlank = Annotated[Code, WithJsonSchema({"type": "string", "maxLength": 40})]


class FacilitiesQuery(Strict):
    """What `GET /api/v1/facilities` takes in its URL: nothing that could be a home."""

    bbox: BoxText | None = Field(None, description="west,south,east,north in degrees")
    district: list[_DistrictOrBlank] = Field(default_factory=list)
    kind: list[_KindOrBlank] = Field(default_factory=list)
    need: list[_NeedOrBlank] = Field(default_factory=list)
    department: list[Text] = Field(default_factory=list, description="診療科, any of them")
    q: Words | None = None
    identifier: _NumberOrBlank | None = Field(None, description="An official number, exact")
    limit: int = Field(100, ge=1, le=MAX_LIMIT)
    offset: int = Field(0, ge=0, le=MAX_OFFSET)

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, values: object) -> object:
        """Leave out what a form sends empty."""
        if not isinstance(values, dict):
            return values
        listed = {
            key: [one for one in value if one != ""] if isinstance(value, list) else value
            for key, value in values.items()
        }
        return {key: value for key, value in listed.items() if value != "" or key in _NUMBERS}

    def to_query(self, view: View) -> Query:
        """Return the question in the domain's terms.

        Raises
        ------
        UsageError
            When the box is malformed or a code is not known.
        """
        districts = tuple(dict.fromkeys(self.district))
        view.require_districts(districts)
        return Query(
            bbox=None if self.bbox is None else parse_box(self.bbox),
            districts=districts,
            kinds=require_kinds(self.kind, "kind"),
            needs=view.reference.vocabulary.require_needs(self.need, "need"),
            departments=tuple(dict.fromkeys(self.department)),
            text=(self.q or "").strip(),
            identifier=self.identifier or "",
            limit=self.limit,
            offset=self.offset,
        )


class LocateRequest(Strict):
    """What `POST /api/v1/locate` takes: an address, or a point."""

    model_config = ConfigDict(json_schema_extra=_ADDRESS_OR_POINT)

    address: AddressText | None = None
    lon: Longitude | None = None
    lat: Latitude | None = None
    on: Day | None = Field(None, description="Day of asking, 2026-04-01; default: today")

    @property
    def day(self) -> str:
        """The day of asking as an ISO date; empty for today."""
        return self.on.isoformat() if self.on else ""

    @property
    def point(self) -> tuple[float, float]:
        """The point, longitude first; a UsageError is raised when an address was given instead."""
        if self.lon is None or self.lat is None:
            raise UsageError("give either address, or lon and lat", "address")
        return self.lon, self.lat

    @model_validator(mode="after")
    def _one_of(self) -> LocateRequest:
        if self.address is None and None in (self.lon, self.lat):
            raise ValueError("give either address, or lon and lat")
        if self.address is not None and (self.lon, self.lat) != (None, None):
            raise ValueError("give either address, or lon and lat, not both")
        return self


class FacilityPath(Strict):
    """A facility's id in the path."""

    facility_id: Code


def origin_of(view: View, near: Point | Address, districts: Sequence[str] = ()) -> Origin:
    """Return where distances are measured from; ``districts`` as for `View.geocode`.

    Raises
    ------
    AddressNotPlacedError
        When an address does not lead to one position.
    """
    return home_origin(view, _plain(near), districts)


def _plain(near: Point | Address) -> tuple[float, float] | str:
    return (near.lon, near.lat) if isinstance(near, Point) else near.address


def parse_box(text: str) -> tuple[float, float, float, float]:
    """Return a box of degrees: west, south, east, north.

    Raises
    ------
    UsageError
        When the text is not four such numbers.
    """
    try:
        west, south, east, north = map(float, text.split(","))
    except ValueError:
        raise UsageError("expected four numbers: west,south,east,north", "bbox") from None
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise UsageError("expected degrees with west <= east and south <= north", "bbox")
    return west, south, east, north
