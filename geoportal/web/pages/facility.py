"""A facility's page: every fact with its source and date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from http import HTTPStatus

from flask import abort, g, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from geoportal.documents import Document
from geoportal.documents.facility import facility_document
from geoportal.documents.schema_org import facility_markup
from geoportal.documents.state import state_document
from geoportal.domain.hours import HOLIDAY, JST
from geoportal.services.view import View, is_holiday
from geoportal.store.official_pages import official_page
from geoportal.web.arrival import trusted_root
from geoportal.web.current_view import view_here
from geoportal.web.language.labels import group_label, need_labels, offered_groups
from geoportal.web.pages.centres import responsible_in_full
from geoportal.web.pages.surroundings import history, surroundings
from geoportal.web.site.frame import page, page_url


def show(facility_id: str) -> BaseResponse:
    """Show one facility; old ids redirect for ever."""
    view = view_here()
    feature = facility_document(view, facility_id)
    if feature is None:
        target = view.redirects.get(facility_id) or abort(HTTPStatus.NOT_FOUND)
        address = page_url("pages.facility", facility_id=target)
        return redirect(address, HTTPStatus.MOVED_PERMANENTLY)
    return page("facility", feature=feature, **_details(view, feature))


def _details(view: View, feature: Document) -> Document:
    """Return what the page says besides the feature itself."""
    properties = feature["properties"]
    facility = view.snapshot.by_id[feature["id"]]
    now = view.now.astimezone(JST)
    root = trusted_root()
    address = None if root is None else root + request.path
    today = HOLIDAY if is_holiday(now.date()) else now.weekday()
    return {
        "state": state_document(view, facility) if facility.status == "open" else None,
        "claim_groups": claims_by_group(view, feature, g.language),
        "week": week(properties["hours"], today),
        "responsible": responsible_in_full(view, properties),
        "official": official_page(view.reference, facility)
        if not properties["fictional"]
        else None,
        "around": surroundings(view, facility),
        "history": history(view, facility),
        "canonical": address,
        "json_ld": facility_markup(view, facility, address),
    }


def week(hours: Document | None, today: int) -> list[Document]:
    """Return one row per day of the week, 0 (Monday) to 7 (holiday), of `Hours.as_dict`."""
    if hours is None or not (hours["sessions"] or hours["closed_days"] or hours["open_days"]):
        return []
    rows = []
    for day in range(8):
        times = {
            use: _times(
                session
                for session in hours["sessions"]
                if (session["day"], session["use"]) == (day, use)
            )
            for use in ("consultation", "reception")
        }
        state = (
            "closed"
            if day in hours["closed_days"]
            else "open"
            if day in hours["open_days"]
            else "unknown"
        )
        unclear = day in hours["unclear_days"]
        rows.append(
            {"day": day, "today": day == today, "state": state, "unclear": unclear, **times}
        )
    return rows


def _times(sessions: Iterable[Document]) -> Sequence[str]:
    return list(
        dict.fromkeys(
            f"{s['opens']}–{s['closes']}" for s in sorted(sessions, key=lambda s: s["opens"])
        )
    )


def claims_by_group(view: View, feature: Document, language: str) -> list[Document]:
    """Return what is known of a facility: per code the claim shown, then the others."""
    properties = feature["properties"]
    labels = need_labels(view.reference, language)
    by_code: dict[str, list[Document]] = {}
    for claim in properties["claims"]:
        by_code.setdefault(claim["code"], []).append(claim)
    groups: dict[str, list[Document]] = {}
    for term in view.reference.vocabulary:
        shown = properties["shown"].get(term.code)
        if shown is None and term.code not in by_code:
            continue
        lead = shown or by_code[term.code][0]
        others = [
            claim
            for claim in by_code.get(term.code, [])
            if any(claim.get(key) != lead.get(key) for key in ("source", "as_of", "evidence"))
        ]
        entry = {"code": term.code, "label": labels[term.code], "shown": lead, "others": others}
        groups.setdefault(term.group, []).append(entry)
    return [
        {"label": group_label(view.reference, group, language), "entries": groups[group]}
        for group in offered_groups(view.reference)
        if group in groups
    ]
