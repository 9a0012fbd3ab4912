"""A district's page, and the districts as the search page offers them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from http import HTTPStatus

from flask import abort, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from geoportal.documents import Document
from geoportal.documents.completeness import completeness_document
from geoportal.documents.reference import district_document
from geoportal.domain.completeness import ANY_DEPARTMENT, Asked
from geoportal.domain.district import District
from geoportal.domain.facility import KINDS
from geoportal.index.hierarchy import codes_of_name, successors
from geoportal.search.completeness import area_completeness
from geoportal.services.view import View
from geoportal.web.current_view import view_here
from geoportal.web.language.labels import kind_groups
from geoportal.web.pages.centres import centres_in_full
from geoportal.web.pages.listing import list_facilities
from geoportal.web.site.frame import page, page_url

_LISTED = Asked(KINDS, hours=True, departments=ANY_DEPARTMENT)


def show(code: str) -> BaseResponse:
    """Show a district: its centre, its figures, its facilities.

    The code of a municipality of the past, and a name, lead to the district of today; where it was
    divided, or several have the name, the page says which there are to choose from.
    """
    view = view_here()
    properties, today = district(view, code), successors(view.reference, code)
    if properties is None or today:
        return _elsewhere(view, today or codes_of_name(view.reference, code), properties)
    kind, number = request.args.get("kind", ""), request.args.get("page", "1")
    listing = (
        list_facilities(view, code, kind=kind, page=int(number))
        if re.fullmatch(r"[0-9]{1,6}", number)
        else None
    )
    if listing is None:
        abort(HTTPStatus.NOT_FOUND)
    return page(
        "district",
        query=[(name, value) for name, value in request.args.items() if name in ("kind", "page")],
        district=properties,
        chain=_above(view, code),
        centres=centres_in_full(view, properties["centres"]),
        listing=listing,
        completeness=completeness_document(view, area_completeness(view.snapshot, code, _LISTED)),
        kind_groups=kind_groups(view.reference),
    )


def _elsewhere(view: View, codes: Sequence[str], former: Document | None) -> BaseResponse:
    """Lead to the district there is today, or say which there are; ``former`` is that of before."""
    if len(codes) == 1:
        return redirect(page_url("pages.district", code=codes[0]), HTTPStatus.MOVED_PERMANENTLY)
    choices = [found for code in codes if (found := district(view, code)) is not None]
    if not choices:
        abort(HTTPStatus.NOT_FOUND)
    return page("district_choice", query=[], choices=choices, former=former)


def _above(view: View, code: str) -> list[Document]:
    """Return the prefecture and the municipalities that a district lies in, largest first."""
    chain = [area for area in view.district_chain(code) if area.code != code]
    return [
        {"code": area.code, "name": area.name}
        for area in reversed(chain)
        if area.level in ("prefecture", "municipality")
    ]


def district(view: View, code: str) -> Document | None:
    """Return what a district's page says of it, None when there is no such page.

    Municipalities and wards of the shipped list have a page even where no outline is held.
    """
    feature = district_document(view, code, geometry=False)
    if feature is not None:
        return dict(feature["properties"])
    chain = view.district_chain(code)
    if not chain or not view.snapshot.knows_district(code):
        return None
    return {
        "code": code,
        "name": chain[0].name,
        "full_name": chain[0].full_name or chain[0].name,
        "level": chain[0].level,
        "facilities": len(view.snapshot.in_district(code)),
        "centres": [{"id": centre.id} for centre in view.snapshot.centres_for(code)],
    }


def district_groups(view: View) -> list[Document]:
    """Return the districts held for the select: wards under their city, then the larger ones.

    Where several prefectures are held municipalities stand under theirs. Groups of which a liaison
    centre answers for a district come first, then those of lower codes.
    """
    known = sorted(view.snapshot.districts.districts, key=lambda district: district.code)
    names = {district.code: district.name for district in known}
    prefectures = _prefectures(view, known)
    groups: dict[str, list[District]] = {}
    for district in known:
        label = ""
        if district.level == "ward" or district.is_local:
            label = names.get(district.parent, "")
        elif district.level == "municipality" and len(prefectures) > 1:
            label = prefectures[district.code[:2]]
        groups.setdefault(label, []).append(district)
    served = _served(view, known)
    ordered = sorted(
        groups.items(),
        key=lambda item: (item[0] == "", served.isdisjoint(d.code for d in item[1])),
    )
    return [{"label": label, "districts": districts} for label, districts in ordered]


MOST_DOORS = 200
"""More districts than these are not linked to one by one from the start page."""
_AREAS_OF_HOMES = ("ward", "municipality")


def home_districts(
    view: View, within: Collection[str] = ()
) -> tuple[list[Document], list[Document], bool]:
    """Return wards and municipalities a liaison centre answers for, and the others held.

    Where no centre is known, all are at home. Wards elsewhere carry the name of their city. Of more
    than `MOST_DOORS` others there are their prefectures instead, and the last value is true.
    ``within`` are the districts of a city that was chosen: at home are those.
    """
    known = [
        district
        for district in view.snapshot.districts.districts
        if district.level in _AREAS_OF_HOMES
    ]
    served = set(within) or _served(view, known)
    names = {district.code: district.name for district in known}
    home: list[District] = []
    others: list[District] = []
    for district in sorted(known, key=lambda district: district.code):
        (home if district.code in served or not served else others).append(district)
    if not served and len(home) > MOST_DOORS:
        home, others = [], home
    if len(others) > MOST_DOORS:
        prefectures = _prefectures(view, others)
        doors = [{"code": code, "name": name} for code, name in sorted(prefectures.items())]
    else:
        doors = [{"code": d.code, "name": names.get(d.parent, "") + d.name} for d in others]
    return [{"code": d.code, "name": d.name} for d in home], doors, len(others) > MOST_DOORS


def _served(view: View, known: Sequence[District]) -> set[str]:
    """Return the codes a liaison centre answers for, with the cities and wards of these."""
    served = {
        code
        for centre in view.snapshot.centres
        if centre.kind == "liaison_centre"
        for code in centre.districts
    }
    served |= {district.code for district in known if district.parent in served}
    return served | {district.parent for district in known if district.code in served}


def _prefectures(view: View, districts: Sequence[District]) -> dict[str, str]:
    """Return the prefectures of municipalities and wards: name by code."""
    codes = {district.code[:2] for district in districts if district.level in _AREAS_OF_HOMES}
    listed = view.reference.municipalities.values()
    return {
        info.prefecture_code: info.prefecture for info in listed if info.prefecture_code in codes
    }
