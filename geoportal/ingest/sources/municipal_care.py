"""Municipal lists of care services (推奨データセット 介護サービス事業所一覧 and others).

One row for each office; a facility for each kind of its services, the same as in `kaigo` where the
office number is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from geoportal.domain.facility import CARE_OFFICE_NUMBER, FacilityRecord
from geoportal.domain.hours import Hours
from geoportal.ingest.files.layouts import Heading, Layout, RecognisedTable
from geoportal.ingest.reading.care_services import (
    KINDS,
    NOT_LISTED,
    OFFICE_NUMBER,
    named_service,
    read_office_number,
    read_places,
    read_services,
    spoken_service_code,
)
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import FacilityExtract
from geoportal.ingest.reading.listed_bytes import ListedRecord
from geoportal.ingest.reading.marks import marked_needs, read_mark
from geoportal.ingest.reading.municipal_lists import (
    ADDRESS_ALIASES,
    CARRIED,
    PLACE_COLUMNS,
    PLACE_KNOWN,
    PLACE_OPTIONAL,
    as_written,
    check_corporate_number,
    hours_of,
    is_out_of_service,
    place_key,
    read_days,
    read_place,
    read_stated_position,
    stated_date,
    stated_municipality,
)
from geoportal.ingest.reading.opening_words import states_week
from geoportal.ingest.reading.rows import (
    RowNotes,
    hours_or_none,
    read_contact,
    read_line,
    read_paragraph,
)
from geoportal.ingest.reading.source import Source
from geoportal.text.contact import clean_postal_code

NAME: Final = "municipal-care"
_COLUMNS_OF_MARKS: Final = "○"
"""Stands for the services of a list that has a column of marks for each."""
_KIND_ALIASES: Final = ("種別", "施設種別", "施設の種類", "業種", "区分")
_MEDICAL: Final = re.compile("病院|診療|医療機関|医院|薬局|往診|クリニック")


def _stated_service(heading: Heading) -> str:
    """Return the service of a whole list by its titles, or that its columns are services."""
    if any(map(_MEDICAL.search, heading.header)):
        return ""
    if any(map(spoken_service_code, heading.header)):
        return _COLUMNS_OF_MARKS
    titles = (heading.sheet, heading.above, *heading.header)
    return next(filter(None, map(named_service, titles)), "")


LAYOUT: Final = Layout(
    NAME,
    "",
    {
        "name": (
            *("介護サービス事業所名称", "介護サービス事業所名", "事業所名称", "名称", "事業所名"),
            *(
                "事業所の名称",
                "事業所・施設名",
                "施設・事業所名",
                "施設名",
                "施設名称",
                "ステーション名",
            ),
            *(
                "訪問看護ステーション名",
                "訪問看護事業所名",
                "居宅介護支援事業所名",
                "name",
                "facility name",
                "office name",
            ),
        ),
        "kana": (
            *(
                "介護サービス事業所名称_カナ",
                "事業所名称_カナ",
                "名称_カナ",
                "フリガナ",
                "ふりがな",
            ),
            *("事業所名カナ", "事業所名フリガナ", "施設名カナ", "カナ"),
        ),
        "service": (
            *("実施サービス", "提供サービス", "介護サービスの種類", "サービスの種類"),
            *("サービス種別", "サービス種類", "サービス名", "サービス", "サービス区分"),
            *(
                "介護サービス種別",
                "事業種別",
                "事業所種別",
                "事業の種類",
                "事業内容",
                "service",
                "service type",
                "services",
            ),
            *_KIND_ALIASES,
        ),
        "address": ADDRESS_ALIASES,
        **PLACE_COLUMNS,
        "number": ("事業所番号", "介護保険事業所番号"),
        "operator": (
            *("法人の名称", "法人名", "運営法人", "団体名", "法人名称", "事業者名", "事業者名称"),
            *(
                "開設者",
                "運営法人名",
                "運営主体",
                "開設法人",
                "設置者",
                "運営法人名称",
                "申請者名称",
            ),
        ),
        "days": ("利用可能曜日", "営業曜日", "availableDate", "営業日"),
        "days_note": ("利用可能曜日特記事項", "利用可能日時特記事項", "availableDateNote"),
        "capacity": ("定員", "利用定員", "capacity"),
    },
    required=("name", "service", "address"),
    known=PLACE_KNOWN | {"NO", "ID"},
    optional=PLACE_OPTIONAL | {"number", "operator", "days", "days_note", "capacity", "kana"},
    stated={"service": _stated_service, "municipality": stated_municipality},
    carried=CARRIED,
    split_by="service",
    telling={"service": lambda text: bool(read_services(text)[0])},
)


def extract(table: RecognisedTable, edition: Edition) -> FacilityExtract:
    """Read every row of a table with `LAYOUT`."""
    extract = FacilityExtract(rows_read=len(table.records))
    seen: dict[str, ListedRecord] = {}
    for record in as_written(table.records):
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
    """Yield a record for each kind of the services of a row."""
    if is_out_of_service(notes):
        return
    services = _services(notes)
    notes.require_name("office")
    place = read_place(notes, edition)
    number = _number(notes, place[1])
    if notes.rejected:
        return
    base = _base(notes, number, place, edition)
    of_kinds: dict[str, list[str]] = {}
    for service in services:
        of_kinds.setdefault(KINDS[service], []).append(service)
    for kind, own in of_kinds.items():
        key = number or place_key(kind, base.name, base.address)
        record = replace(
            base,
            record_id=f"{own[0]}-{key}",
            kind=kind,
            services=tuple(services[service] for service in own),
            capacity=read_places(notes, kind) if len(of_kinds) == 1 else None,
            claims=(*edition.type_claims(kind), *marked_needs(notes, kind, edition)),
        )
        scope = f"{own[0]}/{base.municipality_code or base.address[:3]}"
        yield SOURCE.listed(notes.record.line, record, scope)


def _services(notes: RowNotes) -> dict[str, str]:
    """Return the services of a row, code and label; none when all are passed over or unknown."""
    if notes.record.get("service") == _COLUMNS_OF_MARKS:
        return _marked_services(notes)
    text = read_paragraph(notes, "service")
    services, unread = read_services(text)
    if services and unread:
        notes.warn("service", "unknown_service", f"left out: {'、'.join(unread)}")
    elif NOT_LISTED.search(text):
        notes.info("service", "other_service", "no service of a kind that is held; left out")
    elif not services:
        message = "not a known service of the care insurance; is the row shifted?"
        notes.reject("service", "unknown_service", message)
    return services


def _marked_services(notes: RowNotes) -> dict[str, str]:
    """Return the services whose columns are marked with ○ or a date."""
    services: dict[str, str] = {}
    for header in notes.record.extra:
        code, text = spoken_service_code(header), notes.record.further(header)
        marked = read_mark(text)
        if code and marked:
            services.setdefault(code, header)
        elif code and text and marked is None:
            notes.warn("", "unknown_mark", f"{header}: {text} is neither ○ nor ×; left out")
    if not services:
        notes.info("service", "no_service", "no service is marked; left out")
    return services


def _number(notes: RowNotes, municipality: str) -> str:
    number = read_office_number(notes, municipality)
    if number and not notes.rejected and not OFFICE_NUMBER.fullmatch(number):
        message = "expected ten characters such as 4070301363; the row is kept without its number"
        notes.misfit("number", "bad_office_number", message)
        return ""
    return number


def _base(notes: RowNotes, number: str, place: tuple[str, str], edition: Edition) -> FacilityRecord:
    address, municipality = place
    check_corporate_number(notes)
    days = read_days(notes, "days")
    remark = read_paragraph(notes, "days_note")
    stated = states_week(remark)
    hours = hours_of(days, ("", ""), remark) if stated else Hours(open_days=days, note=remark)
    return FacilityRecord(
        source=NAME,
        record_id="",
        kind="",
        name=read_line(notes, "name"),
        kana=read_line(notes, "kana"),
        address=address,
        postal_code=clean_postal_code(notes.record.get("postal_code")),
        municipality_code=municipality,
        **read_stated_position(notes, edition),
        **read_contact(notes),
        identifiers={CARE_OFFICE_NUMBER: number} if number else {},
        hours=hours_or_none(replace(hours, as_of=edition.as_of, source=NAME)),
        note=read_paragraph(notes, "note"),
    )


SOURCE: Final[Source[RecognisedTable]] = Source(
    name=NAME,
    extract=extract,
    layouts=(LAYOUT,),
    content_date=stated_date,
    # the id that `kaigo` gives where the office number is known
    own_id=lambda record: f"{'k' if record.identifiers else 'mc-'}{record.record_id}",
)
