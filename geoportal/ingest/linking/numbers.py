"""Official numbers of institutions, and those that are hidden in others."""

from __future__ import annotations

import re
from collections.abc import Iterator

from geoportal.domain.facility import (
    CARE_OFFICE_NUMBER,
    IDENTIFIER_SCHEMES,
    MEDICAL_INSTITUTION_CODE,
    NAVII_ID,
    FacilityRecord,
)
from geoportal.ingest.reading.institution_codes import check_digit_fits

POINT_TABLE = {
    "hospital": "1",
    "clinic": "1",
    "dental_clinic": "3",
    "pharmacy": "4",
}
"""点数表 of a kind: the third digit of a ten-digit code (医科 1, 歯科 3, 薬局 4)."""

_DENTAL_NAVII = re.compile(r"(\d\d)3000(\d{7})")
_CHECK_DIGITS = 7


def official_numbers(record: FacilityRecord) -> Iterator[tuple[str, str]]:
    """Yield scheme and number of a record's numbers, institution codes always with ten digits."""
    for scheme in IDENTIFIER_SCHEMES:
        number = record.identifiers.get(scheme, "")
        if scheme == MEDICAL_INSTITUTION_CODE:
            number = institution_code(number, record)
        if number:
            yield scheme, number


def derived_number(record: FacilityRecord) -> str:
    """Return the institution code that a dental clinic's national id holds, empty if none.

    An id ``40 3 000 6431171`` ends with the seven digits of the institution number: of 546 ids of
    Kitakyushu with ``000`` all but a few have the right check digit, which chance would give to
    one in ten. Ids of hospitals, clinics and pharmacies hold no such number.
    """
    match = _DENTAL_NAVII.fullmatch(record.identifiers.get(NAVII_ID, ""))
    if match is None or not check_digit_fits(match[1] + "3" + match[2]):
        return ""
    return f"{match[1]}3{match[2]}"


def institution_code(number: str, record: FacilityRecord) -> str:
    """Return a 医療機関コード with ten digits: prefecture, 点数表, seven digits.

    A number of other than seven, nine or ten digits is returned as it is. The record supplies
    what is missing.
    """
    table = POINT_TABLE.get(record.kind, "")
    if not number.isdigit() or not table:
        return number
    if len(number) == _CHECK_DIGITS and record.municipality_code:
        return record.municipality_code[:2] + table + number
    return number[:2] + table + number[2:] if len(number) == 9 else number


def conflicting_scheme(mine: dict[str, set[str]], theirs: dict[str, set[str]]) -> str:
    """Return a scheme of which two places have different numbers, empty when there is none."""
    for scheme in (MEDICAL_INSTITUTION_CODE, CARE_OFFICE_NUMBER, NAVII_ID):
        if mine.get(scheme) and theirs.get(scheme) and mine[scheme] != theirs[scheme]:
            return scheme
    return ""
