"""町丁目 points: the gazetteer's rows, with codes or in the compact national layout without."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from geoportal.domain.place import Place
from geoportal.geo.polygons import in_japan
from geoportal.ingest.files.edition import Edition, Progress
from geoportal.ingest.files.layouts import Layout, RecognisedTable, Record
from geoportal.ingest.files.report import ERROR, INFO, Issue
from geoportal.ingest.files.rows import read_number
from geoportal.text.contact import clean_line

SOURCE: Final = "towns"
LAYOUT: Final = Layout(
    SOURCE,
    "",
    {
        "code": ("市区町村コード", "code"),
        "prefecture": ("都道府県名", "pref", "都道府県"),
        "municipality": ("市区町村名", "city", "市区町村"),
        "town": ("大字町丁目名", "town", "大字・町丁目", "町丁目"),
        "koaza": ("小字・通称名", "koaza"),
        "lat": ("緯度", "lat", "latitude"),
        "lon": ("経度", "lng", "lon", "longitude"),
    },
    required=("prefecture", "municipality", "town", "lat", "lon"),
    optional=frozenset({"code", "koaza"}),
    known=frozenset(
        {
            "都道府県コード",
            "都道府県名カナ",
            "都道府県名ローマ字",
            "市区町村名カナ",
            "市区町村名ローマ字",
        }
        | {"大字町丁目コード", "大字町丁目名カナ", "大字町丁目名ローマ字"}
        | {"原典資料コード", "大字・字・丁目区分コード"}
    ),
)
_STEP = 20_000


@dataclass(slots=True)
class PlaceExtract:
    """What a file says of places.

    Attributes
    ----------
    places : dict of str to list of Place
        By municipality code; each place once.
    rows_read, rejected : int
    issues : list of Issue
    """

    places: dict[str, list[Place]] = field(default_factory=dict)
    rows_read: int = 0
    rejected: int = 0
    issues: list[Issue] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Area:
    code: str
    prefecture: str
    municipality: str


def extract(table: RecognisedTable, edition: Edition, progress: Progress) -> PlaceExtract:
    """Read every row of a table.

    Parameters
    ----------
    table : RecognisedTable
        With `LAYOUT`.
    edition : Edition
    progress : Progress
    """
    found = PlaceExtract()
    areas: dict[tuple[str, str, str], _Area | None] = {}
    seen: dict[str, dict[tuple[str, str, str, str], Place]] = {}
    for number, record in enumerate(table.records):
        if number % _STEP == 0:
            progress("towns", number, len(table.records))
        found.rows_read += 1
        issue = _take(record, edition, areas, seen)
        if issue is not None:
            found.issues.append(issue)
            found.rejected += issue.severity == ERROR
    found.places = {code: list(places.values()) for code, places in sorted(seen.items())}
    return found


def _take(
    record: Record,
    edition: Edition,
    areas: dict[tuple[str, str, str], _Area | None],
    seen: dict[str, dict[tuple[str, str, str, str], Place]],
) -> Issue | None:
    """Add a row's place; return what is odd about it."""
    named = (record.get("code"), record.get("prefecture"), record.get("municipality"))
    if named not in areas:
        areas[named] = _area(*named, edition)
    area = areas[named]
    town = clean_line(record.get("town"))
    if area is None or not town:
        name, message = (
            ("town", "the row names no town")
            if area is not None
            else ("municipality", "not a municipality of Japan; is the row shifted or outdated?")
        )
        return _issue(record, name, "unknown_municipality" if area is None else "no_town", message)
    lon, lat, problem = _position(record)
    if problem is not None and problem.severity == ERROR:
        return problem
    place = Place(
        area.code, area.prefecture, area.municipality, town, lon, lat, record.get("koaza")
    )
    first = seen.setdefault(area.code, {}).setdefault(place.key, place)
    if first is not place and first != place:
        message = "the same town stands further up with another position; the first is kept"
        return _issue(record, "town", "duplicate_key", message, town)
    return problem


def _area(code_text: str, prefecture: str, municipality: str, edition: Edition) -> _Area | None:
    code, _padded = edition.municipalities.by_code(code_text) if code_text else ("", False)
    named = edition.municipalities.by_name(prefecture, municipality)
    code = code or (named.code if named else "")
    info = edition.municipalities.reference.municipalities.get(code)
    if info is None or info.prefecture != prefecture:
        return None
    return _Area(code, prefecture, municipality)


def _position(record: Record) -> tuple[float | None, float | None, Issue | None]:
    lat_text, lon_text = record.get("lat"), record.get("lon")
    if not lat_text and not lon_text:
        message = "no position is published; the town is known by name only"
        return None, None, _issue(record, "lat", "no_position", message, severity=INFO)
    lat, lon = read_number(lat_text), read_number(lon_text)
    if lat is not None and lon is not None and in_japan(lon, lat):
        return lon, lat, None
    message = "expected decimal degrees in Japan; mend the row in the file"
    value = f"{lat_text}, {lon_text}"
    return None, None, _issue(record, "lat", "bad_coordinate", message, value)


def _issue(
    record: Record, name: str, code: str, message: str, value: str = "", severity: str = ERROR
) -> Issue:
    shown = value or record.get(name)
    return Issue(record.line, LAYOUT.official(name), code, severity, shown, message)


def count_by_change(before: Iterable[Place], after: Iterable[Place]) -> tuple[int, int, int, int]:
    """Return how many places of a municipality are created, updated, unchanged and removed."""
    old = {place.key: place for place in before}
    new = {place.key: place for place in after}
    created = sum(key not in old for key in new)
    updated = sum(key in old and old[key] != place for key, place in new.items())
    removed = sum(key not in new for key in old)
    return created, updated, len(new) - created - updated, removed
