"""Cells of rows: read one by one, with an issue for everything odd."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import replace
from typing import TypedDict

from geoportal.domain.hours import EMPTY_HOURS, Hours
from geoportal.ingest.files.layouts import Layout, Record
from geoportal.ingest.files.report import ERROR, INFO, WARNING, Issue
from geoportal.ingest.reading.damaged_names import (
    LOST_LETTER,
    are_exchanged,
    fault_of_address,
    fault_of_name,
    is_misread,
    is_spreadsheet_fault,
)
from geoportal.text.contact import (
    clean_line,
    clean_phone,
    clean_text,
    clean_url,
    has_more,
    is_clean_phone,
    is_phone,
    looks_like_phone,
)

_SCIENTIFIC = re.compile(r"[+-]?\d+(?:\.\d+E[+-]?|E[+])\d+", re.IGNORECASE)
_SEXAGESIMAL = re.compile(
    r"(\d{1,3})[°度](\d{1,2})[′\'’分](?:(\d{1,2}(?:\.\d+)?)(?:′′|\'\'|[\"”秒])?)?"
)
"""Degrees, minutes and seconds, after NFKC (which makes two marks of minutes of one of seconds)."""
_LATITUDES, _LONGITUDES = range(20, 47), range(122, 155)
"""Whole degrees in which Japan lies."""
_URL = re.compile(r"https?:|www\.", re.IGNORECASE)
_MISFITS_TO_REJECT = 2
_MOST_PLACES = 100_000
MOST_PEOPLE = 200_000_000
"""More than live in Japan: a larger number of people is damage."""


class RowNotes:
    """Issues of one row.

    The layout gives the official column names.
    """

    def __init__(self, record: Record, layout: Layout) -> None:
        self.record = record
        self.issues: list[Issue] = []
        self.rejected = False
        self.misfits = 0
        self._layout = layout

    def label(self, name: str) -> str:
        """Return what the publisher calls a field."""
        return self._layout.official(name)

    def add(self, severity: str, name: str, code: str, message: str) -> None:
        """Note something about a field."""
        official = self._layout.official(name) if name else ""
        value = self.record.get(name) if name else ""
        line, sheet = self.record.line, self.record.sheet
        self.issues.append(Issue(line, official, code, severity, value, message, sheet))

    def info(self, name: str, code: str, message: str) -> None:
        """Note something mended."""
        self.add(INFO, name, code, message)

    def warn(self, name: str, code: str, message: str) -> None:
        """Note a value that is not used."""
        self.add(WARNING, name, code, message)

    def reject(self, name: str, code: str, message: str) -> None:
        """Note that the row cannot be taken."""
        self.rejected = True
        self.add(ERROR, name, code, message)

    def misfit(self, name: str, code: str, message: str) -> None:
        """Note a value of the wrong type; several in one row mean that its columns are shifted."""
        self.misfits += 1
        self.warn(name, code, message)

    def reject_if_shifted(self) -> bool:
        """Reject the row when several values do not fit their columns; return whether it is."""
        if self.misfits >= _MISFITS_TO_REJECT and not self.rejected:
            message = (
                "several values do not fit their columns: the row is shifted against the header; "
                "mend it in the file"
            )
            self.reject("", "shifted_row", message)
        return self.rejected

    def require_name(self, subject: str) -> None:
        """Reject the row when the field ``name`` holds none; the subject is what lacks its name.

        Nor is it taken where the value of another column stands for the address.

        Name and address that are exchanged are put right: in `record`, not in one read before.
        """
        name, of = clean_line(self.record.get("name")), self.record.positions
        if "address" in of and are_exchanged(name, clean_line(self.record.get("address"))):
            self.warn("name", "exchanged", "name and address are exchanged; mended")
            turned = {**of, "name": of["address"], "address": of["name"]}
            self.record = replace(self.record, positions=turned)
            name = clean_line(self.record.get("name"))
        if not name:
            message = f"the {subject} has no name; mend the row in the file"
            self.reject("name", "no_name", message)
        elif fault := fault_of_name(self.record.get("name")):
            message = f"the name of the {subject} {fault}; get the original file"
            self.reject("name", "unreadable_name", message)
        elif LOST_LETTER in name:
            message = "letters of the name were lost when the file was saved; get the original file"
            self.warn("name", "lost_letters", message)
        if "address" in of and (fault := fault_of_address(self.record.get("address"))):
            message = f"{fault} stands for the address: the row is shifted; mend it in the file"
            self.reject("address", "shifted_row", message)

    def restore_zero(self, name: str, number: str) -> str:
        """Return a number with the leading zero that Excel has dropped, noting it."""
        message = f"a leading zero was lost (Excel); read as 0{number}"
        self.warn(name, "number_mended", message)
        return f"0{number}"


def read_official_number(notes: RowNotes, name: str, *, cased: bool = False) -> str:
    """Return an official number with the usual damage undone; reject what cannot be.

    Full width, spaces, hyphens and a trailing ``.0`` are mended; letters become capitals unless
    ``cased``. Scientific notation has lost digits for good.
    """
    plain = unicodedata.normalize("NFKC", notes.record.get(name))
    plain = plain if cased else plain.upper()
    plain = re.sub(r"[\s'\"=-]", "", plain)
    if _SCIENTIFIC.fullmatch(plain):
        message = (
            "Excel has turned the number into scientific notation and lost digits; get the "
            "original file and do not save it from Excel"
        )
        notes.reject(name, "number_damaged_by_excel", message)
        return ""
    if re.fullmatch(r"\d+\.0+", plain):
        notes.warn(name, "number_mended", "the number was saved as a decimal; mended")
        plain = plain.split(".")[0]
    return plain


def read_number(text: str) -> float | None:
    """Return a finite decimal number of a cell, None when it is none."""
    plain = unicodedata.normalize("NFKC", text).strip()
    try:
        value = float(plain)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in plain else None


def read_whole(text: str, most: int) -> int | None:
    """Return a whole number from 0 to ``most``; None for anything else."""
    value = read_number(text)
    if value is None or not 0 <= value <= most or value != int(value):
        return None
    return int(value)


def read_degrees(text: str) -> float | None:
    """Return a decimal number, None when it is none; the common case quickly."""
    if text.isascii() and "_" not in text:
        try:
            value = float(text)
        except ValueError:
            return None
        return value if math.isfinite(value) else None
    return read_number(text)


def _read_angle(text: str) -> float | None:
    """Return degrees, decimal or with minutes and seconds (北緯33度53分0.2秒); None for others."""
    if text.isascii() and (plainly := read_degrees(text)) is not None:
        return plainly
    plain = re.sub(r"^(北緯|東経|[NE])|\s|(度|[NE])$", "", unicodedata.normalize("NFKC", text))
    match = _SEXAGESIMAL.fullmatch(plain)
    if match is None:
        return read_number(plain)
    degrees, minutes, seconds = (float(part or 0) for part in match.groups())
    within = minutes < 60 and seconds < 60
    return degrees + minutes / 60 + seconds / 3600 if within else None


def read_position(notes: RowNotes) -> tuple[float | None, float | None]:
    """Return longitude and latitude as claimed; None for blank, (0, 0) and what is no number.

    Reads the fields ``lat`` and ``lon``, or both from ``point``.
    """
    lat_text, lon_text = notes.record.get("lat"), notes.record.get("lon")
    pair = re.split(r"[,、\s/]+", unicodedata.normalize("NFKC", notes.record.get("point")))
    if not lat_text and not lon_text and len(pair) == 2:
        lat_text, lon_text = pair
    if not lat_text and not lon_text:
        return None, None
    lat, lon = _read_angle(lat_text), _read_angle(lon_text)
    if lat is None or lon is None:
        name = "lat" if lat is None else "lon"
        notes.misfit(name, "bad_coordinate", "expected decimal degrees; the position is not used")
        neighbours = lat is not None and int(lat) in _LONGITUDES
        neighbours = neighbours or (lon is not None and int(lon) in _LATITUDES)
        if neighbours or _URL.match(lat_text) or _URL.match(lon_text):
            notes.misfits += 1  # one cell, two columns that it tells to be shifted
        return None, None
    if lat == 0 and lon == 0:
        return None, None
    return lon, lat


def read_count(notes: RowNotes, name: str, *, zero_unknown: bool) -> int | None:
    """Return a whole number of places or beds, None when it is not known."""
    text = notes.record.get(name)
    if not text:
        return None
    value = read_whole(re.sub(r"[,，人名床]", "", text), _MOST_PLACES)
    if value is None:
        notes.misfit(name, "bad_number", "expected a whole number; not used")
        return None
    return None if value == 0 and zero_unknown else value


def read_phone(notes: RowNotes, name: str) -> str:
    """Return a telephone or fax number, see `geoportal.text.contact.clean_phone`."""
    text = notes.record.get(name)
    if not text or is_clean_phone(text) or not (text := read_line(notes, name)):
        return text
    if _SCIENTIFIC.fullmatch(unicodedata.normalize("NFKC", text)):
        message = "Excel has turned the number into an approximate one; it is not shown"
        notes.warn(name, "number_damaged_by_excel", message)
        return ""
    if not looks_like_phone(text):
        notes.misfit(name, "bad_phone", "expected a telephone number; shown as published")
        return clean_line(text)
    phone = clean_phone(text)
    if not phone:
        notes.info(name, "no_phone", "zeros stand for no number")
    elif has_more(text, phone):
        notes.info(name, "phone_with_more", f"read as {phone}; what stands behind it was not")
    elif not is_phone(phone):
        notes.info(name, "incomplete_phone", "not a complete number; shown as published")
    return phone


def read_url(notes: RowNotes, name: str) -> str:
    """Return a web address that can be followed; what cannot is noted."""
    text = notes.record.get(name)
    url, finding = clean_url(text) if text else ("", "")
    if finding == "email":
        notes.info(name, "email_as_url", "an e-mail address stands for the web address; dropped")
    elif finding == "unusable" and read_number(text) is not None:
        notes.misfit(name, "bad_url", "expected a web address; dropped")
    elif finding == "unusable":
        notes.info(name, "bad_url", "not a web address; dropped")
    elif finding == "mended":
        notes.info(name, "url_mended", f"read as {url}")
    return url


def read_line(notes: RowNotes, name: str) -> str:
    """Return published text as one line; an error of a spreadsheet program is none."""
    text = notes.record.get(name)
    if text and (text := clean_line(text)).startswith("#") and is_spreadsheet_fault(text):
        message = "an error of the spreadsheet program; not used: get the original file"
        notes.warn(name, "spreadsheet_error", message)
        return ""
    return text


def read_paragraph(notes: RowNotes, name: str) -> str:
    """Return published text with its line breaks."""
    return clean_text(notes.record.get(name))


def read_address(notes: RowNotes) -> str:
    """Return the field ``address`` as one line; a blank one, or one that is damaged, is noted."""
    address = read_line(notes, "address")
    if is_misread(address):
        message = "the address was read in the wrong encoding; not used: get the original file"
        notes.warn("address", "lost_letters", message)
        return ""
    if not address:
        notes.warn("address", "no_address", "there is no address")
    return address


class Contact(TypedDict):
    """How a facility is reached and who runs it, by the names of `FacilityRecord`."""

    phone: str
    fax: str
    url: str
    operator: str


def read_contact(notes: RowNotes) -> Contact:
    """Return the fields ``phone``, ``fax``, ``url`` and ``operator``."""
    return {
        "phone": read_phone(notes, "phone"),
        "fax": read_phone(notes, "fax"),
        "url": read_url(notes, "url"),
        "operator": read_line(notes, "operator"),
    }


def hours_or_none(hours: Hours) -> Hours:
    """Return hours only when they say something: otherwise date and source mean nothing."""
    return hours if hours.known else EMPTY_HOURS
