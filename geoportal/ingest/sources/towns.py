"""町丁目 points: the gazetteer's rows, with codes or in the compact national layout without."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from geoportal.domain.place import Municipality, Place
from geoportal.errors import InputRefusedError
from geoportal.geo.polygons import in_japan
from geoportal.ingest.files.layouts import Layout, RecognisedTable, Record
from geoportal.ingest.files.report import ERROR, INFO, Issue
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import Extract
from geoportal.ingest.reading.rows import read_number
from geoportal.ingest.reading.source import Source
from geoportal.packed import Packed
from geoportal.text.contact import clean_line

NAME: Final = "towns"
LAYOUT: Final = Layout(
    NAME,
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

_Area = tuple[Municipality | None, tuple[str, str]]
"""A municipality, None for one that is not known; the names of prefecture and municipality."""
_Areas = dict[tuple[str, str, str], _Area]


_MANY_TOWNS: Final = 100
_FEWEST_POINTS: Final = 0.8
"""Points a town; in any municipality of Japan with many it is 0.89 and more."""


@dataclass(slots=True, kw_only=True)
class PlaceExtract(Extract):
    """Places of the gazetteer.

    Attributes
    ----------
    places : dict of str to Packed of Place
        By municipality code; each place once.
    """

    places: dict[str, Packed[Place]] = field(default_factory=dict)


def extract(table: RecognisedTable, edition: Edition) -> PlaceExtract:
    """Read every row of a table with `LAYOUT`.

    A first pass counts the rows of each municipality: its places are packed after the last.

    Raises
    ------
    InputRefusedError
        When most towns have their position in common with others.
    """
    extract = PlaceExtract()
    areas: _Areas = {}
    seen: dict[str, dict[tuple[str, str, str, str], Place]] = {}
    left = Counter(
        area.code for record in table.records if (area := _area(record, edition, areas)[0])
    )
    for number, record in enumerate(table.records):
        if number % _STEP == 0:
            edition.progress(NAME, number, len(table.records))
        area, named = _area(record, edition, areas)
        if area is not None and not edition.takes(area.code):
            extract.elsewhere += 1
            continue
        extract.rows_read += 1
        extract.add_issue(_add_place(record, area, named, seen))
        if area is not None:
            left[area.code] -= 1
            if not left[area.code] and area.code in seen:
                extract.places[area.code] = Packed(seen.pop(area.code).values()).pack()
    extract.places = dict(sorted(extract.places.items()))
    _require_points(extract)
    return extract


def _require_points(extract: PlaceExtract) -> None:
    """Refuse a long list with few points: numbers that were rounded or copied are no places."""
    towns = points = 0
    for places in extract.places.values():
        placed = [place for place in places if place.lon is not None]
        towns += len({place.town for place in placed})
        points += len({(place.lon, place.lat) for place in placed})
    if towns >= _MANY_TOWNS and points < _FEWEST_POINTS * towns:
        raise InputRefusedError(
            f"its {towns:,} towns lie at {points:,} points: the positions were rounded or copied; "
            "get the original file"
        )


def _area(record: Record, edition: Edition, areas: _Areas) -> _Area:
    """Return the municipality of a row; ``areas`` is a cache."""
    named = (record.get("code"), record.get("prefecture"), record.get("municipality"))
    if named not in areas:
        areas[named] = _named_area(*named, edition), named[1:]
    return areas[named]


def _add_place(
    record: Record,
    area: Municipality | None,
    named: tuple[str, str],
    seen: dict[str, dict[tuple[str, str, str, str], Place]],
) -> Issue | None:
    """Add a row's place; return what is odd about it."""
    town = clean_line(record.get("town"))
    if area is None:
        message = "not a municipality of Japan; is the row shifted or outdated?"
        return LAYOUT.issue(record, "municipality", "unknown_municipality", message)
    if not town:
        return LAYOUT.issue(record, "town", "no_town", "the row names no town")
    lon, lat, problem = _position(record)
    if problem is not None and problem.severity == ERROR:
        return problem
    place = Place(area.code, *named, town, lon, lat, record.get("koaza"))
    first = seen.setdefault(area.code, {}).setdefault(place.key, place)
    if first is not place and first != place:
        message = "the same town stands further up with another position; the first is kept"
        return LAYOUT.issue(record, "town", "duplicate_key", message, value=town)
    return problem


def _named_area(
    code_text: str, prefecture: str, municipality: str, edition: Edition
) -> Municipality | None:
    code, _padded = edition.municipalities.by_code(code_text) if code_text else ("", False)
    named = edition.municipalities.by_name(prefecture, municipality)
    code = code or (named.code if named else "")
    info = edition.municipalities.reference.municipalities.get(code)
    if info is None or info.prefecture != prefecture:
        return None
    return info


def _position(record: Record) -> tuple[float | None, float | None, Issue | None]:
    lat_text, lon_text = record.get("lat"), record.get("lon")
    if not lat_text and not lon_text:
        message = "no position is published; the town is known by name only"
        return None, None, LAYOUT.issue(record, "lat", "no_position", message, severity=INFO)
    lat, lon = read_number(lat_text), read_number(lon_text)
    if lat is not None and lon is not None and in_japan(lon, lat):
        return lon, lat, None
    message = "expected decimal degrees in Japan; mend the row in the file"
    value = f"{lat_text}, {lon_text}"
    return None, None, LAYOUT.issue(record, "lat", "bad_coordinate", message, value=value)


SOURCE: Final[Source[RecognisedTable]] = Source(
    name=NAME,
    extract=extract,
    layouts=(LAYOUT,),
    order=1,
    is_geography=True,
    has_town_points=True,
)
