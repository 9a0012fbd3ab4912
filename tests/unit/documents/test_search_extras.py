"""Relaxations and reasons as documents."""

from __future__ import annotations

import pytest

from geoportal.documents.search_extras import reason_document, relaxation_document
from geoportal.search.rank import Reason
from geoportal.search.relax import Relaxation, RelaxationKind, Step
from geoportal.services.portal import shipped_reference

DROP, SECOND = Step(RelaxationKind.DROP, "AC.ULCER"), Step(RelaxationKind.DROP, "VM.REG")
WIDER, ANY_TIME = Step(RelaxationKind.RADIUS, 6_000), Step(RelaxationKind.ANY_TIME)


@pytest.mark.parametrize(
    ("steps", "document"),
    [
        ((WIDER,), {"radius_m": 6_000}),
        ((DROP,), {"drop": "AC.ULCER"}),
        ((ANY_TIME,), {"any_time": True}),
        (
            (DROP, SECOND),
            {
                "together": [{"drop": "AC.ULCER"}, {"drop": "VM.REG"}],
                "drop": "AC.ULCER",
                "also_drop": ["VM.REG"],
            },
        ),
        ((DROP, WIDER), {"together": [{"drop": "AC.ULCER"}, {"radius_m": 6_000}]}),
    ],
)
def test_each_step_is_under_its_kind(steps, document):
    assert relaxation_document(Relaxation(steps, adds=3)) == document | {"adds": 3}


@pytest.mark.parametrize(
    ("key", "value", "english"),
    [
        ("band", "match", "yes to every need"),
        ("band", "no", "a need is refused"),
        ("text", "elsewhere", "the words are elsewhere"),
        ("distance_m", 1_234, "1,234 m in a straight line"),
        ("draw", 7, "level ones by the draw of the day"),
    ],
)
def test_each_key_of_the_order_is_said_in_its_own_words(key, value, english):
    document = reason_document(Reason(key, value), shipped_reference())
    assert (document["key"], document["value"]) == (key, value)
    assert english in document["words_en"]
    assert document["words_ja"]
