"""Where a case comes from: a note, a search or a team, without typing anything twice.

Of a home that was typed only the town (町丁目) is taken; the rest lives in this request's memory.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from werkzeug.datastructures import MultiDict

from geoportal.address.result import GeocodeResult
from geoportal.desk.domain.case import Case
from geoportal.desk.web.case_start import told_before, with_circumstances
from geoportal.desk.web.desk_here import wards_here
from geoportal.domain.claim import CAPACITY_PREFIX
from geoportal.domain.query import DEFAULT_RADIUS_M, Origin, Query
from geoportal.errors import UsageError
from geoportal.services.view import View

_TOWN_LEVELS: Final = frozenset(("town", "chome"))


def wanted_of(view: View, values: MultiDict[str, str], blank: Case) -> Case:
    """Return what a posted note, search or team asks for, as far as it tells a case.

    ``board_role`` names the role of a team; without it kinds and needs are the form's own.
    Of several kinds none is taken: which one a case is about is for the person to choose.
    """
    role = values.get("board_role", "")
    codes = values.getlist(f"needs-{role}" if role else "need")
    kinds = values.getlist(f"board_kind-{role}") if role else values.getlist("kind")
    known = [kind for kind in kinds if kind in view.reference.kinds]
    needs = tuple(
        code
        for code in dict.fromkeys(codes)
        if code in view.reference.vocabulary and not code.startswith(CAPACITY_PREFIX)
    )
    ward, town = _place_of(view, values)
    case = replace(
        blank, kind=known[0] if len(known) == 1 else "", needs=needs, ward=ward, town=town
    )
    return with_circumstances(case, known, told_before(values))


def _place_of(view: View, values: MultiDict[str, str]) -> tuple[str, str]:
    """Return ward and town of a posted home; empty where they are not known."""
    district = values.get("district", "")
    address = (values.get("choice") or values.get("address", "")).strip()[:200]
    lon, lat = values.get("lon", type=float), values.get("lat", type=float)
    if lon is not None and lat is not None:
        found = view.locate_point(lon, lat).result
    elif address:
        found = view.geocode(address, [district] if district else ())
    else:
        return (district if district in wards_here() else ""), ""
    ward = found.municipality_code
    return (ward, found.town) if ward in wards_here() else ("", "")


def town_of(view: View, ward: str, text: str) -> str:
    """Return the published name of a town typed into a case's form; empty for none.

    Raises
    ------
    UsageError
        When it is no town of the ward, or says more than the town.
    """
    if not text:
        return ""
    found = _town(view, ward, text)
    is_town = found.match_level in _TOWN_LEVELS and not found.remainder.strip()
    if not (is_town and found.municipality_code == ward and found.town):
        raise UsageError("this is no town of the ward, or more than a town", "town")
    return found.town


def _town(view: View, ward: str, text: str) -> GeocodeResult:
    info = view.reference.municipalities.get(ward)
    before = info.prefecture + info.name if info else ""
    return view.geocode(before + text[:60])


def question_of(view: View, case: Case, limit: int) -> Query:
    """Return whom a case asks: around its town, from other wards as well, else in its ward."""
    asked = Query(kinds=(case.kind,), needs=case.needs, limit=limit)
    found = _town(view, case.ward, case.town) if case.town else None
    if found is None or found.lon is None or found.lat is None:
        return replace(asked, districts=(case.ward,))
    origin = Origin(
        found.lon, found.lat, found.match_level or "", found.uncertainty_m or 0.0,
        municipality_code=found.municipality_code,
    )  # fmt: skip
    return replace(asked, origin=origin, radius_m=DEFAULT_RADIUS_M)
