"""What the board says of whom to ask first: calls in turn, each with its reasons in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np

from geoportal.desk.domain.case import Case, Enquiry
from geoportal.desk.services.office_features import Feature
from geoportal.desk.services.whom_to_ask import ProposedCall, propose
from geoportal.desk.web.desk_here import desk_here, wards_here
from geoportal.desk.web.words import say
from geoportal.domain.facility import KINDS
from geoportal.domain.query import Query
from geoportal.geo.distinct import distinct
from geoportal.web.current_view import view_here

_MOST: Final = 60
"""Results of the search that may be proposed."""


def proposal_here(
    case: Case, taken: Iterable[str], heard: Mapping[str, Enquiry]
) -> dict[str, Any] | None:
    """Return whom to ask first about a case; None where too little is known to say."""
    view = view_here()
    query = Query(districts=(case.ward,), kinds=(case.kind,), needs=case.needs, limit=_MOST)
    results = view.search(query).results
    full = {key for key, one in heard.items() if one.reason == "full"}
    of_wards = [view.snapshot.in_district(ward) for ward in wards_here()]
    rows = distinct(np.concatenate(of_wards)) if of_wards else np.zeros(0, dtype=np.int64)
    same = view.snapshot.columns.kinds[rows] == KINDS.index(case.kind)
    found = propose(
        desk_here(),
        view.snapshot,
        view.reference,
        results,
        rows[same],
        apart_from={*taken, *full},
    )
    if found is None:
        return None
    return {
        "count": len(found.calls),
        "percent": round(100 * found.chance),
        "answers": found.answers,
        "calls": [
            {"facility": one.facility, "percent": round(100 * one.chance), "why": _why(one)}
            for one in found.calls
        ],
    }


def _why(call: ProposedCall) -> str:
    """Return the reasons of a chance in words."""
    words = [_reason(feature) for feature in call.reasons]
    if call.asked:
        words.append(say("why-asked", asked=call.asked, accepted=call.accepted))
    return "・".join(words) or say("why-alike")


def _reason(feature: Feature) -> str:
    return say(f"why-{feature.sort}", value=feature.value)
