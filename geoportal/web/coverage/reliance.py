"""Dependence on single facilities (N−1) and on neighbouring districts."""

from __future__ import annotations

from geoportal.coverage.dependence import Share, dependence
from geoportal.coverage.study import Study
from geoportal.documents import Document
from geoportal.services.view import View
from geoportal.web.coverage import wording as say
from geoportal.web.language.messages import Messages

_MAX_CRITICAL = 10
_MAX_IN_A_DISTRICT = 5
_MAX_PARTNERS = 3
_ONE_PERSON = 0.5
"""Fewer people count as none: cells on a border are shared by area."""


def critical_facilities(view: View, study: Study, ring: int) -> list[Document]:
    """Return the facilities whose closing leaves most people with none in reach, worst first."""
    n_minus_one = study.n_minus_one
    return [
        {
            **_facility(view, study, row),
            "without": say.people(n_minus_one.left_without[row, ring]),
            "one": say.people(n_minus_one.left_with_one[row, ring]),
            **partners(
                view, study, row, None if study.back_up is None else study.back_up.people[row, ring]
            ),
        }
        for row in n_minus_one.critical(ring)[:_MAX_CRITICAL]
        if n_minus_one.left_without[row, ring] >= _ONE_PERSON
    ]


def reliance(view: View, study: Study, ring: int, words: Messages) -> list[Document]:
    """Return for each district who relies on a single facility, and on neighbours."""

    def listed(shares: tuple[Share, ...]) -> list[Document]:
        return [
            {**_facility(view, study, row), "people": say.people(count)}
            for row, count in shares[:_MAX_IN_A_DISTRICT]
        ]

    return [
        {
            "code": figures.code,
            "name": figures.name,
            "on_one": say.people(dependent.on_one),
            "on_one_share": say.part(dependent.on_one, figures.need, words),
            "sole": listed(dependent.sole),
            "backed": say.people(dependent.backed) if study.back_up else "",
            "across": say.people(dependent.across),
            "across_share": say.part(dependent.across, figures.need, words),
            "neighbours": listed(dependent.neighbours),
        }
        for figures, dependent in zip(study.districts, dependence(study, ring), strict=True)
    ]


def partners(view: View, study: Study, row: int, people: float | None) -> Document:
    """Return the partners of a facility that would leave people with none.

    ``people`` of them have one in reach; empty without partners.
    """
    known = () if study.back_up is None else study.back_up.partners.get(row, ())
    return {
        "backed": "" if people is None or not known else say.people(float(people)),
        "partners": [_facility(view, study, one) for one in known[:_MAX_PARTNERS]],
        "more_partners": max(0, len(known) - _MAX_PARTNERS),
    }


def _facility(view: View, study: Study, row: int) -> Document:
    """Return a facility with the district it lies in, its municipality when outside the area."""
    home = int(study.facility_districts[row])
    if home >= 0:
        place = study.target.areas[home].name
    else:
        facility = view.snapshot.facilities[int(study.supply.rows[row])]
        municipality = view.reference.municipalities.get(facility.municipality_code)
        place = municipality.name if municipality else ""
    return {"id": study.supply.ids[row], "name": study.supply.names[row], "place": place}
