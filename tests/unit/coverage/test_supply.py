"""Who counts: yes, unknown, no; by evidence; at night."""

import numpy as np
import pytest

from geoportal.coverage.criteria import CoverageCriteria
from geoportal.coverage.supply import PlannedFacility, gather_supply
from geoportal.services.portal import shipped_reference
from tests.factories import KOKURA, make_claim, make_facility, make_snapshot

CODES = ("FT.TEIKI", "VM.REG", "VM.24DR", "VM.24VN", "VM.NIGHT", "AC.ULCER")


def supply_of(facilities, **question):
    asked = {key: tuple(v) if isinstance(v, list) else v for key, v in question.items()}
    return gather_supply(make_snapshot(facilities, codes=CODES), CoverageCriteria(**asked))


def sure(supply) -> dict[str, bool]:
    return dict(zip(supply.ids, supply.certain.tolist(), strict=True))


def test_without_needs_everyone_of_the_kind_counts_surely():
    found = supply_of([make_facility("a"), make_facility("b", kind="pharmacy")], kinds=["clinic"])
    assert sure(found) == {"a": True}


def test_unknown_is_possible_and_no_is_out():
    facilities = [
        make_facility("yes", claims=[make_claim("VM.REG")]),
        make_facility("no", claims=[make_claim("VM.REG", "no")]),
        make_facility("unknown"),
    ]
    assert sure(supply_of(facilities, needs=["VM.REG"])) == {"yes": True, "unknown": False}


def test_every_need_must_be_known():
    facilities = [make_facility("half", claims=[make_claim("VM.REG")])]
    assert sure(supply_of(facilities, needs=["VM.REG", "AC.ULCER"])) == {"half": False}


def test_who_is_not_of_the_kind_a_need_is_about_is_not_unknown():
    """Of VM.REG the vocabulary says hospitals and clinics; a shop for equipment is not asked."""
    facilities = [
        make_facility("clinic"),
        make_facility("shop", kind="equipment"),
        make_facility("says so", [0, 0], [make_claim("VM.REG")], kind="equipment"),
    ]
    held = make_snapshot(facilities, vocabulary=shipped_reference().vocabulary)
    found = gather_supply(held, CoverageCriteria(needs=("VM.REG",)))
    assert sure(found) == {"clinic": False, "says so": True}
    asked = gather_supply(held, CoverageCriteria(kinds=("equipment",), needs=("VM.REG",)))
    assert sure(asked) == {"says so": True}


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ("any", {"filed": True, "asked": True, "said": True}),
        ("filed", {"filed": True, "asked": False, "said": False}),
        ("confirmed", {"filed": False, "asked": True, "said": False}),
    ],
)
def test_evidence_may_be_demanded(evidence, expected):
    facilities = [
        make_facility("filed", claims=[make_claim("VM.REG", evidence="filed")]),
        make_facility("asked", claims=[make_claim("VM.REG", evidence="confirmed")]),
        make_facility("said", claims=[make_claim("VM.REG", evidence="survey")]),
    ]
    assert sure(supply_of(facilities, needs=["VM.REG"], evidence=evidence)) == expected


def test_a_filing_counts_even_where_a_stronger_answer_is_shown():
    claims = [make_claim("VM.REG", evidence="filed"), make_claim("VM.REG", evidence="observed")]
    assert sure(supply_of([make_facility("a", claims=claims)], needs=["VM.REG"], evidence="filed"))


def test_at_night_each_kind_is_asked_its_own_question():
    facilities = [
        make_facility("doctor", claims=[make_claim("VM.24DR")]),
        make_facility("day-doctor", claims=[make_claim("VM.24DR", "no")]),
        make_facility("nurse", kind="visiting_nursing", claims=[make_claim("VM.NIGHT")]),
        make_facility("round", kind="regular_visiting"),
        make_facility("day", kind="day_service"),
        make_facility("silent"),
    ]
    assert sure(supply_of(facilities, time="night")) == {
        "doctor": True,
        "nurse": True,
        "round": True,
        "silent": False,
    }


def test_without_a_position_it_is_counted_apart():
    found = supply_of([make_facility("lost", None), make_facility("here")])
    assert [*found.ids] == ["here"]
    assert found.unlocated_rows.size == 1


def test_capacity_is_one_where_it_is_not_known():
    found = supply_of([make_facility("a", capacity=18), make_facility("b", (130.9, 33.9))])
    assert sorted(found.capacity.tolist()) == [1.0, 18.0]


def test_what_if_one_closes_and_one_opens():
    found = supply_of([make_facility("a"), make_facility("b", (130.9, 33.9))])
    changed = found.without(["a", "not-here"]).with_planned([PlannedFacility("新", *KOKURA, 2.0)])
    assert [*changed.ids] == ["b", "planned-1"]
    assert changed.capacity.tolist() == [1.0, 2.0]
    assert changed.rows[-1] == -1
    assert np.isclose(changed.places.lon[-1], KOKURA[0])
