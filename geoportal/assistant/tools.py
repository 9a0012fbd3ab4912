"""The tools an assistant may call: what each takes, and what it answers.

Arguments are the requests of the API; answers are its documents.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import Field

from geoportal.documents import Document
from geoportal.documents.coverage import CoverageQuery, coverage_document, coverage_report
from geoportal.documents.facility import find_facilities, full_feature
from geoportal.documents.interpret import InterpretRequest, interpretation_document
from geoportal.documents.requests import Code, SearchRequest, Strict
from geoportal.documents.search import search_document
from geoportal.documents.team import TeamRequest, team_document
from geoportal.documents.validation import checked
from geoportal.services.view import View

INSTRUCTIONS: Final = """\
Home-care resources (在宅医療・介護) of Japanese cities, from official open data.
Codes of needs and kinds come from `interpret`: give it the words of the request, then `search` or
`team` with what it found, confirmed by the person.
Every need is yes, no or unknown (未確認). Unknown is never no, and never yes: say 未確認 and whom
to call. Say the evidence, source and date (as_of) of what you repeat. `completeness` says which
official lists are not held: then an empty answer means that nothing is known.
Privacy: nothing that is sent is kept, logged or passed on by this server; it runs on this machine.
Still send no name, birth date or telephone number of a patient: no tool needs them.
"""
_PRIVACY: Final = " Nothing that is sent is kept."


class FacilityArguments(Strict):
    """A facility, by its id or an official number."""

    number: Code = Field(description="Id, medical institution code or care office number")


class CoverageArguments(CoverageQuery):
    """A question about coverage; figures of cells are many numbers."""

    cells: bool = Field(False, description="With the figures of every cell")


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool.

    Attributes
    ----------
    name, description : str
        For the assistant.
    arguments : type
        Schema of what it takes; unknown keys are refused.
    answer : callable
        ``(view, arguments) -> document``.
    """

    name: str
    description: str
    arguments: type[Strict]
    answer: Callable[[View, Any], Document]

    def call(self, view: View, given: Mapping[str, Any]) -> Document:
        """Return the answer to what was given.

        Raises
        ------
        GeoportalError
            When it makes no sense or leads to nothing; the message repeats no value.
        """
        return self.answer(view, checked(self.arguments, given))


def _search(view: View, asked: SearchRequest) -> Document:
    return search_document(view, view.search(asked.to_query(view)))


def _team(view: View, asked: TeamRequest) -> Document:
    return team_document(view, view.team(asked.to_question(view)))


def _interpret(view: View, asked: InterpretRequest) -> Document:
    return interpretation_document(view, asked.text)


def _facility(view: View, asked: FacilityArguments) -> Document:
    found = [full_feature(view, one) for one in find_facilities(view, asked.number)]
    return {"type": "FeatureCollection", "features": found}


def _coverage(view: View, asked: CoverageArguments) -> Document:
    report = coverage_report(view, asked, asked.changes)
    return coverage_document(view, report, asked, asked.changes)


TOOLS: Final = (
    Tool(
        "search",
        "Find who, near a home, in districts or by words, visits and can do what is needed."
        " GeoJSON with counts of match, possible (something is 未確認) and no." + _PRIVACY,
        SearchRequest,
        _search,
    ),
    Tool(
        "team",
        "Fill the roles around one home (doctor, nurse, pharmacist …): candidates for each and the"
        " best teams." + _PRIVACY,
        TeamRequest,
        _team,
    ),
    Tool(
        "interpret",
        "Read a request in Japanese: codes of needs and kinds, the place, each with the words it"
        " came from, to be confirmed by a person." + _PRIVACY,
        InterpretRequest,
        _interpret,
    ),
    Tool(
        "facility",
        "Everything known of one facility: every fact with evidence, source and date." + _PRIVACY,
        FacilityArguments,
        _facility,
    ),
    Tool(
        "coverage",
        "Who in a district or city is within reach of whom: people, distances, N−1, as ranges from"
        " what is known to what may be." + _PRIVACY,
        CoverageArguments,
        _coverage,
    ),
)
