"""A district's page, and the districts as the search page offers them."""

from __future__ import annotations

import re
from http import HTTPStatus

from flask import abort, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from geoportal.documents import Document
from geoportal.documents.completeness import completeness_document
from geoportal.documents.reference import district_document
from geoportal.domain.completeness import ANY_DEPARTMENT, Asked
from geoportal.domain.district import District
from geoportal.domain.facility import KINDS
from geoportal.index.hierarchy import present_code
from geoportal.search.completeness import area_completeness
from geoportal.services.view import View
from geoportal.web.current_view import view_here
from geoportal.web.language.labels import kind_groups
from geoportal.web.pages.centres import centres_in_full
from geoportal.web.pages.listing import list_facilities
from geoportal.web.site.frame import page, page_url

_LISTED = Asked(KINDS, hours=True, departments=ANY_DEPARTMENT)


def show(code: str) -> BaseResponse:
    """Show a district: its centre, its figures, its facilities; a former code leads there."""
    view = view_here()
    if (present := present_code(view.reference, code)) != code:
        return redirect(page_url("pages.district", code=present), HTTPStatus.MOVED_PERMANENTLY)
    properties = district(view, code)
    if properties is None:
        abort(HTTPStatus.NOT_FOUND)
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
    """Return the districts held for the select: wards under their city, then the larger ones."""
    known = sorted(view.snapshot.districts.districts, key=lambda district: district.code)
    groups: dict[str, list[District]] = {}
    names = {district.code: district.name for district in known}
    for district in known:
        label = (
            names.get(district.parent, "") if district.level == "ward" or district.is_local else ""
        )
        groups.setdefault(label, []).append(district)
    ordered = sorted(groups.items(), key=lambda item: (item[0] == "", item[0]))
    return [{"label": label, "districts": districts} for label, districts in ordered]


def home_districts(view: View) -> tuple[list[Document], list[Document]]:
    """Return wards and municipalities a liaison centre answers for, and the others held.

    Where no centre is known, all are at home. Wards elsewhere carry the name of their city.
    """
    known = [
        district
        for group in district_groups(view)
        for district in group["districts"]
        if district.level in ("ward", "municipality")
    ]
    served = {
        code
        for centre in view.snapshot.centres
        if centre.kind == "liaison_centre"
        for code in centre.districts
    }
    served |= {district.code for district in known if district.parent in served}
    served |= {district.parent for district in known if district.code in served}
    names = {district.code: district.name for district in known}
    home, others = [], []
    for district in known:
        if district.code in served or not served:
            home.append({"code": district.code, "name": district.name})
        else:
            others.append(
                {"code": district.code, "name": names.get(district.parent, "") + district.name}
            )
    return home, others
