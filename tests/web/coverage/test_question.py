"""Coverage questions as URL arguments: what is written is read back the same."""

from __future__ import annotations

import pytest

from geoportal.documents.coverage import CoverageQuery
from geoportal.web.coverage.question import query_string, read_question

AREA = "40106"
QUESTIONS = [
    {"kind": ["clinic", "hospital"], "need": ["VM.REG"]},
    {"kind": [], "need": ["VM.REG"]},
    {"kind": ["visiting_nursing"], "need": []},
    {"kind": [], "need": []},
    {"kind": ["clinic"], "need": ["VM.REG"], "time": "night", "evidence": "filed"},
    {"kind": ["clinic"], "need": [], "demand": "towns"},
    {"kind": ["clinic"], "need": [], "ring": 8000},
]


def arguments(question: CoverageQuery) -> dict[str, list[str]]:
    """Return what a browser would send for the link of a question."""
    return {
        name: [str(item) for item in value] if isinstance(value, list) else [str(value)]
        for name, value in query_string(question).items()
        if value not in (None, [])
    }


@pytest.mark.parametrize("values", QUESTIONS)
def test_a_question_comes_back_from_its_link(view, values):
    asked = CoverageQuery.model_validate({**values, "area": AREA})
    assert read_question(view, arguments(asked)) == asked


def test_no_kind_at_all_is_not_the_default_kind(view):
    every_kind = CoverageQuery.model_validate({"area": AREA, "need": ["VM.REG"]})
    default = read_question(view, {})
    assert default.kind
    assert read_question(view, arguments(every_kind)).kind == []


def test_an_unknown_area_or_a_broken_value_leaves_the_default_question(view):
    default = read_question(view, {})
    assert read_question(view, {"area": ["99999"]}) == default
    assert read_question(view, {"kind": ["no_such_kind"]}) == default
    assert read_question(view, {"kind": ["clinic"], "ring": ["abc"]}) == default
    assert read_question(view, {"remove": ["no-such-facility"]}).remove == []
