"""On whom people rely: facilities nobody could replace (N-1), and neighbours."""

from __future__ import annotations

from geoportal.coverage.dependence import Share, dependence
from geoportal.coverage.study import Study
from geoportal.documents import Document
from geoportal.services.view import View
from geoportal.web.coverage import wording as say
from geoportal.web.language.messages import Messages

_MOST_LISTED = 10
_MOST_IN_A_DISTRICT = 5
_ONE_PERSON = 0.5
"""Less than half a person is none: cells on a border are shared by area."""


def critical_facilities(view: View, study: Study, ring: int) -> list[Document]:
    """Return the facilities whose closing leaves most people with none in reach, worst first."""
    n_minus_one = study.n_minus_one
    return [
        {
            **_facility(view, study, row),
            "without": say.people(n_minus_one.left_without[row, ring]),
            "one": say.people(n_minus_one.left_with_one[row, ring]),
        }
        for row in n_minus_one.critical(ring)[:_MOST_LISTED]
        if n_minus_one.left_without[row, ring] >= _ONE_PERSON
    ]


def reliance(view: View, study: Study, ring: int, words: Messages) -> list[Document]:
    """Return for each district who relies on a single facility, and on neighbours."""

    def listed(shares: tuple[Share, ...]) -> list[Document]:
        return [
            {**_facility(view, study, row), "people": say.people(count)}
            for row, count in shares[:_MOST_IN_A_DISTRICT]
        ]

    return [
        {
            "code": figures.code,
            "name": figures.name,
            "on_one": say.people(dependent.on_one),
            "on_one_share": say.part(dependent.on_one, figures.need, words),
            "sole": listed(dependent.sole),
            "across": say.people(dependent.across),
            "across_share": say.part(dependent.across, figures.need, words),
            "neighbours": listed(dependent.neighbours),
        }
        for figures, dependent in zip(study.districts, dependence(study, ring), strict=True)
    ]


def _facility(view: View, study: Study, row: int) -> Document:
    return {
        "id": study.supply.ids[row],
        "name": study.supply.names[row],
        "place": _place(view, study, row),
    }


def _place(view: View, study: Study, row: int) -> str:
    """Return the district a facility lies in, its municipality when that is another one."""
    home = int(study.facility_districts[row])
    if home >= 0:
        return study.target.areas[home].name
    facility = view.snapshot.facilities[int(study.supply.rows[row])]
    info = view.reference.municipalities.get(facility.municipality_code)
    return info.name if info else ""
