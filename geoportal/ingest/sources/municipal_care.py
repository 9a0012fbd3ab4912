"""Municipal lists of care services (推奨データセット 介護サービス事業所一覧 and others).

One row for each office; a facility for each of its services, the same as in `kaigo` where the
office number is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from geoportal.domain.facility import CARE_OFFICE_NUMBER, FacilityRecord
from geoportal.domain.hours import Hours
from geoportal.ingest.files.layouts import Layout, RecognisedTable
from geoportal.ingest.reading.care_services import KINDS, OFFICE_NUMBER, service_code
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import FacilityExtract, ListedRecord
from geoportal.ingest.reading.municipal_lists import (
    ADDRESS_ALIASES,
    PLACE_COLUMNS,
    PLACE_KNOWN,
    PLACE_OPTIONAL,
    check_corporate_number,
    place_key,
    read_days,
    read_place,
)
from geoportal.ingest.reading.rows import (
    RowNotes,
    hours_or_none,
    read_contact,
    read_count,
    read_line,
    read_official_number,
    read_paragraph,
    read_position,
)
from geoportal.ingest.reading.source import Source
from geoportal.text.contact import clean_postal_code

NAME: Final = "municipal-care"
LAYOUT: Final = Layout(
    NAME,
    "",
    {
        "name": ("介護サービス事業所名称", "介護サービス事業所名", "事業所名称", "名称"),
        "kana": ("介護サービス事業所名称_カナ", "事業所名称_カナ", "名称_カナ", "フリガナ"),
        "service": ("実施サービス", "提供サービス", "介護サービスの種類", "サービスの種類"),
        "address": ADDRESS_ALIASES,
        **PLACE_COLUMNS,
        "number": ("事業所番号", "介護保険事業所番号"),
        "operator": ("法人の名称", "法人名", "運営法人", "団体名"),
        "days": ("利用可能曜日", "営業曜日"),
        "days_note": ("利用可能曜日特記事項", "利用可能日時特記事項"),
        "capacity": ("定員",),
    },
    required=("name", "service", "address"),
    known=PLACE_KNOWN | {"NO", "ID"},
    optional=PLACE_OPTIONAL | {"number", "operator", "days", "days_note", "capacity", "kana"},
)
_SEPARATOR: Final = re.compile(r"[;；、,，/／|｜\n]+")
_PREVENTIVE: Final = re.compile(r"^[（(]?介護予防[）)]?・?|[（(]介護予防[を含む]*[）)]$")


def extract(table: RecognisedTable, edition: Edition) -> FacilityExtract:
    """Read every row of a table with `LAYOUT`."""
    extract = FacilityExtract(rows_read=len(table.records))
    seen: dict[str, ListedRecord] = {}
    for record in table.records:
        notes = RowNotes(record, table.layout)
        offices = list(_offices(notes, edition))
        for listed in () if notes.reject_if_shifted() else offices:
            first = seen.setdefault(listed.record.record_id, listed)
            if first is listed:
                extract.listed.append(listed)
            else:
                message = (
                    f"service and number stand in line {first.line} already; the first is kept"
                )
                notes.warn("number", "duplicate_key", message)
        if notes.rejected:
            extract.reject_row()
        extract.issues.extend(notes.issues)
    return extract


def _offices(notes: RowNotes, edition: Edition) -> Iterator[ListedRecord]:
    """Yield a record for each service of a row."""
    services = _services(notes)
    number = _number(notes)
    notes.require_name("office")
    if notes.rejected:
        return
    base = _base(notes, number, edition)
    for service, label in services.items():
        kind = KINDS[service]
        key = number or place_key(kind, base.name, base.address)
        record = replace(
            base,
            record_id=f"{service}-{key}",
            kind=kind,
            services=(label,),
            capacity=base.capacity if len(services) == 1 else None,
            claims=edition.type_claims(kind),
        )
        scope = f"{service}/{base.municipality_code or base.address[:3]}"
        yield SOURCE.listed(notes.record.line, record, scope)


def _services(notes: RowNotes) -> dict[str, str]:
    """Return the services of a row, code and label; preventive care goes with its service."""
    services: dict[str, str] = {}
    unknown = []
    text = read_line(notes, "service")
    parts = [text] if service_code(text) else _SEPARATOR.split(text)
    for part in filter(None, (part.strip() for part in parts)):
        code = service_code(part) or service_code(_PREVENTIVE.sub("", part).strip())
        if code:
            services.setdefault(code, part)
        else:
            unknown.append(part)
    if not services:
        message = "not a known service of the care insurance; is the row shifted?"
        notes.reject("service", "unknown_service", message)
    elif unknown:
        notes.warn("service", "unknown_service", f"left out: {'、'.join(unknown)}")
    return services


def _number(notes: RowNotes) -> str:
    number = read_official_number(notes, "number")
    if number and not notes.rejected and not OFFICE_NUMBER.fullmatch(number):
        message = "expected ten characters such as 4070301363; the row is kept without its number"
        notes.misfit("number", "bad_office_number", message)
        return ""
    return number


def _base(notes: RowNotes, number: str, edition: Edition) -> FacilityRecord:
    address, municipality = read_place(notes, edition)
    lon, lat = read_position(notes)
    check_corporate_number(notes)
    days = read_days(notes, "days")
    remark = read_paragraph(notes, "days_note")
    return FacilityRecord(
        source=NAME,
        record_id="",
        kind="",
        name=read_line(notes, "name"),
        kana=read_line(notes, "kana"),
        address=address,
        postal_code=clean_postal_code(notes.record.get("postal_code")),
        municipality_code=municipality,
        lon=lon,
        lat=lat,
        **read_contact(notes),
        identifiers={CARE_OFFICE_NUMBER: number} if number else {},
        capacity=read_count(notes, "capacity", zero_unknown=True),
        hours=hours_or_none(Hours(open_days=days, note=remark, as_of=edition.as_of, source=NAME)),
        note=read_paragraph(notes, "note"),
    )


SOURCE: Final[Source[RecognisedTable]] = Source(
    name=NAME,
    extract=extract,
    layouts=(LAYOUT,),
    # the id that `kaigo` gives where the office number is known
    own_id=lambda record: f"{'k' if record.identifiers else 'mc-'}{record.record_id}",
)
