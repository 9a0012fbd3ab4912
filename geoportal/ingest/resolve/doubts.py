"""Positions of a list that many rows together show to be wrong: taken back before it is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import ceil

from geoportal.domain.facility import FacilityRecord
from geoportal.domain.location import SURVEYED_UNCERTAINTY_M
from geoportal.ingest.files.layouts import Layout
from geoportal.ingest.files.report import WARNING, Issue
from geoportal.ingest.reading.extract import Extract, FacilityExtract
from geoportal.ingest.resolve.contradicted import find_contradicted
from geoportal.ingest.resolve.geography import Geography
from geoportal.ingest.resolve.offsets import read_offsets, spread
from geoportal.ingest.resolve.old_datum import FEWEST, OldDatum, find_old_datum, shift_m
from geoportal.ingest.resolve.shared_points import shared_points

IN_OLD_DATUM = (
    "the positions lie some 450 m off their addresses, all in the same direction, as those of the "
    "Tokyo datum (日本測地系) do; nothing was changed. Convert them to JGD2011 (TKY2JGD of "
    "国土地理院), or take latitude and longitude out: then the addresses give the positions"
)
"""Why a list is refused of which all is in the Tokyo datum."""


def doubt_positions(
    extract: Extract, layout: Layout | None, geography: Callable[[], Geography]
) -> OldDatum:
    """Take back positions that are not where the rows of a file are, with an issue for each.

    A point that stands for several places is taken out: the address gives the position. One that
    may be in the Tokyo datum becomes as uncertain as that is off, one of a list that its addresses
    contradict as uncertain as its address. The layout names the columns;
    the geography is asked for only where there are positions. Returned is what of the list is in
    that datum; the caller refuses it where all of it is.
    """
    if not isinstance(extract, FacilityExtract):
        return OldDatum()
    rows = list(extract.listed.rows)
    doubtful = {number: point for point in shared_points(rows) for number in point.numbers}
    for number, point in sorted(doubtful.items(), key=lambda one: one[0]):
        message = (
            f"{len(point.numbers)} rows with addresses of {point.places} places or more are "
            "published at this one point, so it is not where they are; it is not used, the "
            "address is geocoded instead where possible: tell the publisher"
        )
        doubted = replace(
            extract.listed[number].record,
            lon=None,
            lat=None,
            position_level="",
            position_uncertainty_m=None,
        )
        _doubt(extract, number, doubted, "shared_position", message, layout)
    rows = list(extract.listed.rows) if doubtful else rows
    if sum(row.lon is not None for row in rows) < FEWEST or not geography().has_towns:
        return OldDatum()
    sample = read_offsets(rows, spread(len(rows)), geography())
    old = find_old_datum(rows, sample, geography())
    for number in old.numbers:
        message = (
            "some positions of this list lie some 450 m off their addresses, all in the same "
            "direction, as those of the Tokyo datum (日本測地系) do, and this may be one of them; "
            "kept with an uncertainty of {} m: ask the publisher which rows are not in JGD2011"
        )
        lon, lat = rows[number].lon or 0.0, rows[number].lat or 0.0
        uncertainty_m = shift_m(lon, lat) + SURVEYED_UNCERTAINTY_M
        _widen(extract, number, uncertainty_m, "mixed_datum", message, layout)
    if old != OldDatum():
        return old
    contradicted = find_contradicted(rows, sample, geography())
    for number, uncertainty_m in contradicted.uncertainties.items():
        message = (
            f"{contradicted.far} of {contradicted.of} positions of this list lie far from their "
            "addresses, so this one is trusted no further than its address confirms it; kept with "
            "an uncertainty of {} m: get the file again, columns may have been sorted or moved"
        )
        _widen(extract, number, uncertainty_m, "list_contradicted", message, layout)
    return old


def _widen(
    extract: FacilityExtract,
    number: int,
    uncertainty_m: float,
    code: str,
    message: str,
    layout: Layout | None,
) -> None:
    """Make the position of a row as uncertain as that, in whole metres, and say so."""
    record = extract.listed[number].record
    whole_m = max(ceil(uncertainty_m), ceil(record.position_uncertainty_m or 0.0))
    doubted = replace(record, position_uncertainty_m=float(whole_m))
    _doubt(extract, number, doubted, code, message.format(whole_m), layout)


def _doubt(
    extract: FacilityExtract,
    number: int,
    doubted: FacilityRecord,
    code: str,
    message: str,
    layout: Layout | None,
) -> None:
    """Put a doubted record in the place of a row's own, and say so."""
    listing = extract.listed[number]
    name = next((one for one in ("lat", "point") if layout and one in layout.columns), "")
    official = layout.official(name) if layout and name else "lat"
    value = f"{listing.record.lat}, {listing.record.lon}"
    extract.issues.append(Issue(listing.line, official, code, WARNING, value, message))
    extract.listed[number] = replace(listing, record=doubted)
