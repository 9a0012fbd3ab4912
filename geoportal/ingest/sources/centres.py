"""Consultation and support centres (在宅医療・介護連携支援センター, 地域包括支援センター).

Three layouts: our own with hours and closing rules, the bare list of ward, name and position
made of 国土数値情報 P14, and a city's list of the towns each centre answers for. Each centre of the
first two is kept as a centre (whom to call for a district) and as a facility of its kind (what is
near); the third says of centres for which towns they are called.
"""

from __future__ import annotations

import re
from typing import Final

from geoportal.address.town_lists import listed_towns
from geoportal.domain.centre import CENTRE_KINDS, SUPPORT, Centre
from geoportal.domain.facility import FacilityRecord
from geoportal.domain.hours import DAY_LABELS_JA, HOLIDAY, Hours, Session
from geoportal.ingest.files.layouts import Layout, RecognisedTable, Record
from geoportal.ingest.reading.centre_towns import (
    NAME,
    TOWN_LAYOUT,
    TOWN_LAYOUT_BY_NAME,
    VALIDITY,
    CentreExtract,
    TownListExtract,
    read_validity,
    town_row,
)
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.listed_bytes import ListedRecord
from geoportal.ingest.reading.rows import (
    RowNotes,
    hours_or_none,
    read_line,
    read_phone,
    read_position,
    read_url,
)
from geoportal.ingest.reading.source import Source
from geoportal.store.documents import digest
from geoportal.text.contact import clean_postal_code
from geoportal.text.normalize import fold
from geoportal.text.wareki import parse_date

LAYOUT: Final = Layout(
    NAME,
    "",
    {
        "id": ("id",),
        "kind": ("kind",),
        "name": ("name",),
        "postal_code": ("postal_code",),
        "address": ("address",),
        "place": ("place",),
        "phone": ("phone",),
        "fax": ("fax",),
        "url": ("url",),
        "districts": ("district_codes",),
        "open_days": ("open_days",),
        "opens": ("opens",),
        "closes": ("closes",),
        "closed_holidays": ("closed_holidays",),
        "closed_dates": ("closed_dates",),
        "area": ("area",),
        "terms": ("terms",),
        "residents_of": ("residents_of",),
        "age_from": ("age_from",),
        "lon": ("lon",),
        "lat": ("lat",),
        "source": ("source",),
        "as_of": ("as_of",),
        **VALIDITY,
    },
    required=("id", "kind", "name", "districts"),
    optional=frozenset({"area", "terms", "residents_of", "age_from", *VALIDITY}),
)
POINT_LAYOUT: Final = Layout(
    NAME,
    "points",
    {"ward": ("ward",), "name": ("name",), "lat": ("lat",), "lon": ("lon",)},
    required=("ward", "name", "lat", "lon"),
)
KINDS: Final = CENTRE_KINDS
TERMS: Final = "centre-term"
_DISTRICT = re.compile(r"[0-9A-Za-z-]{2,20}")
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")
_CLOCK = re.compile(r"([01]\d|2[0-4]):[0-5]\d")
_CALENDAR_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


def latest_date(table: RecognisedTable) -> str:
    """Return the newest ``as_of`` among the rows, empty when none is given."""
    days = (parse_date(record.get("as_of")) for record in table.records)
    return max((day.isoformat() for day in days if day), default="")


def extract(table: RecognisedTable, edition: Edition) -> CentreExtract:
    """Read every row of a table with one of the layouts."""
    of_towns = table.layout in (TOWN_LAYOUT, TOWN_LAYOUT_BY_NAME)
    extract: CentreExtract = TownListExtract() if of_towns else CentreExtract()
    read = town_row if of_towns else _point_row if table.layout is POINT_LAYOUT else _full_row

    def read_row(notes: RowNotes) -> tuple[ListedRecord | None, str]:
        centre, code = read(notes, edition)
        if centre is None or notes.rejected:
            return None, ""
        scope = f"{TownListExtract.SCOPE if of_towns else centre.kind}/{code}"
        extract.centres.setdefault(centre.id, centre)
        facility = _facility(centre, code, notes.record, edition)
        return SOURCE.listed(notes.record.line, facility, scope), scope

    extract.read_rows(table.records, table.layout, read_row)
    listed = {row.record_id for row in extract.listed.rows}
    extract.centres = {id_: centre for id_, centre in extract.centres.items() if id_ in listed}
    return extract


def _full_row(notes: RowNotes, edition: Edition) -> tuple[Centre | None, str]:
    record = notes.record
    id_, kind = record.get("id"), record.get("kind")
    if not _ID.fullmatch(id_):
        notes.reject("id", "bad_id", "expected lower-case letters, digits and hyphens")
    if kind not in KINDS:
        notes.reject("kind", "bad_kind", f"expected one of {', '.join(KINDS)}")
    notes.require_name("centre")
    record = notes.record
    codes = _codes(record.get("districts"))
    if not all(_DISTRICT.fullmatch(code) for code in codes):
        notes.reject("districts", "bad_code", "expected district codes separated by |")
    day = parse_date(record.get("as_of"))
    as_of = day.isoformat() if day else edition.as_of
    lon, lat = read_position(notes)
    municipality = _municipality(codes, record.get("address"), edition)
    centre = Centre(
        id=id_,
        kind=kind,
        name=read_line(notes, "name"),
        address=read_line(notes, "address"),
        place=read_line(notes, "place"),
        phone=read_phone(notes, "phone"),
        fax=read_phone(notes, "fax"),
        url=read_url(notes, "url"),
        districts=codes,
        lon=lon,
        lat=lat,
        hours=_hours(notes, record, as_of),
        area=read_line(notes, "area"),
        terms=_terms(notes, edition),
        residents_of=_residents(notes),
        age_from=_age(notes),
        source=read_line(notes, "source") or NAME,
        as_of=as_of,
        municipality=municipality,
        **read_validity(notes),
    )
    notes.reject_if_shifted()
    return centre, municipality


def _point_row(notes: RowNotes, edition: Edition) -> tuple[Centre | None, str]:
    """Read a row of the bare list; which part of the ward it answers for is not published."""
    name, ward = read_line(notes, "name"), notes.record.get("ward")
    lon, lat = read_position(notes)
    if not name:
        notes.reject("name", "no_name", "the centre has no name")
    wards = edition.municipalities.by_last_part(ward)
    if len(wards) != 1:
        notes.reject("ward", "unknown_municipality", "not one municipality or ward of Japan")
        return None, ""
    code = wards[0].code
    id_ = f"hokatsu-{code}-{digest(fold(name))[:8]}"
    centre = Centre(
        *(id_, SUPPORT, name),
        lon=lon,
        lat=lat,
        source=NAME,
        as_of=edition.as_of,
        municipality=code,
    )
    return centre, code


def _facility(centre: Centre, code: str, record: Record, edition: Edition) -> FacilityRecord:
    return FacilityRecord(
        source=NAME,
        record_id=centre.id,
        kind=centre.kind,
        name=centre.name,
        address=centre.address,
        postal_code=clean_postal_code(record.get("postal_code")),
        municipality_code=code,
        lon=centre.lon,
        lat=centre.lat,
        phone=centre.phone,
        fax=centre.fax,
        url=centre.url,
        hours=centre.hours,
        note=centre.place,
        claims=edition.type_claims(centre.kind),
        serves=_serves(centre, edition),
    )


def _serves(centre: Centre, edition: Edition) -> tuple[str, ...]:
    """Return the names of what a centre answers for: its towns, else its districts."""
    towns = tuple(town.text for town in listed_towns(centre.area))
    known = edition.municipalities.reference.municipalities
    named = (known[code].name if code in known else code for code in centre.districts)
    return towns or tuple(named)


def _codes(cell: str) -> tuple[str, ...]:
    return tuple(code for code in re.split(r"[|;\s]+", cell) if code)


def _terms(notes: RowNotes, edition: Edition) -> tuple[str, ...]:
    known = {code for name, code in edition.municipalities.reference.labels if name == TERMS}
    stated = _codes(notes.record.get("terms"))
    if not set(stated) <= known:
        notes.misfit("terms", "unknown_term", f"expected some of {'|'.join(sorted(known))}")
    return tuple(code for code in stated if code in known)


def _residents(notes: RowNotes) -> tuple[str, ...]:
    stated = _codes(notes.record.get("residents_of"))
    if all(_DISTRICT.fullmatch(code) for code in stated):
        return stated
    notes.misfit("residents_of", "bad_code", "expected district codes separated by |; not used")
    return ()


def _age(notes: RowNotes) -> int | None:
    stated = notes.record.get("age_from")
    if not stated:
        return None
    if re.fullmatch(r"[0-9]{1,3}", stated):
        return int(stated)
    notes.misfit("age_from", "bad_age", "expected years as a number, like 40; not used")
    return None


def _municipality(codes: tuple[str, ...], address: str, edition: Edition) -> str:
    """Return where the centre itself is: the district its address names, else its only one."""
    known = edition.municipalities.reference.municipalities
    answered = [known[code] for code in codes if code in known]
    named = [info.code for info in answered if info.name in address]
    if named:
        return named[0]
    return answered[0].code if len(answered) == 1 else ""


def _hours(notes: RowNotes, record: Record, as_of: str) -> Hours:
    days = [name for name in re.split(r"[|、,\s]+", record.get("open_days")) if name]
    opens, closes = record.get("opens"), record.get("closes")
    if any(name not in DAY_LABELS_JA for name in days):
        notes.misfit("open_days", "unknown_day", "expected 月|火|水|木|金|土|日|祝; not used")
        return Hours()
    numbers = tuple(sorted(DAY_LABELS_JA.index(name) for name in days))
    timed = bool(_CLOCK.fullmatch(opens) and _CLOCK.fullmatch(closes))
    if (opens or closes) and not timed:
        notes.misfit("opens", "bad_time", "expected times like 09:00; not used")
    dates = tuple(text for text in record.get("closed_dates").split("|") if text)
    if any(not _CALENDAR_DAY.fullmatch(text) for text in dates):
        notes.misfit("closed_dates", "bad_date", "expected dates like 12-29|12-30; not used")
        dates = ()
    closed = tuple(day for day in range(HOLIDAY) if numbers and day not in numbers)
    if record.get("closed_holidays").lower() in ("yes", "1", "true"):
        closed = (*closed, HOLIDAY)
    return hours_or_none(
        Hours(
            sessions=tuple(Session(day, opens, closes) for day in numbers if timed),
            closed_days=closed,
            open_days=numbers,
            closed_dates=dates,
            as_of=as_of,
            source=NAME,
        )
    )


SOURCE: Final[Source[RecognisedTable]] = Source(
    name=NAME,
    extract=extract,
    layouts=(LAYOUT, POINT_LAYOUT, TOWN_LAYOUT, TOWN_LAYOUT_BY_NAME),
    content_date=latest_date,
    order=6,
    own_id=lambda record: f"c-{record.record_id}",
)
