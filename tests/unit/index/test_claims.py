"""What is shown of a facility: the strongest claim, and what follows from it by the lists."""

from __future__ import annotations

import random

import numpy as np
import pytest

from geoportal.domain.vocabulary import Implication, Term, Vocabulary
from geoportal.index.claims import NeedTable, need_mask, select_claims, unpack_masks
from geoportal.services.portal import shipped_reference
from tests.factories import TODAY, make_claim

CODES = ("ST.ZS1", "ST.ZS2", "VM.24DR", "VM.REG")
RULES = (
    Implication("ST.ZS1", "VM.24DR", "支援診１", "自院のみで24時間"),
    Implication("ST.ZS2", "VM.24DR", "支援診２", "連携グループで24時間"),
)
VOCABULARY = Vocabulary((Term(code, code, code, code[:2]) for code in CODES), RULES)


def filed(code, value="yes", **overrides):
    return make_claim(code, value, **{"evidence": "filed", "source": "bureau", **overrides})


def shown(*claims):
    return select_claims(claims, TODAY, VOCABULARY)


def test_a_filing_gives_what_follows_with_its_own_evidence_source_and_date():
    item = shown(filed("ST.ZS1", as_of="2026-11-01"))["VM.24DR"]
    assert (item.value, item.implied_by, item.stale) == ("yes", "ST.ZS1", False)
    assert (item.claim.evidence, item.claim.source, item.claim.as_of) == (
        "filed",
        "bureau",
        "2026-11-01",
    )
    assert item.claim.note == "支援診１から：自院のみで24時間"


def test_a_group_is_told_apart_from_a_single_clinic():
    assert "連携グループ" in shown(filed("ST.ZS2"))["VM.24DR"].claim.note


@pytest.mark.parametrize("evidence", ["filed", "survey", "confirmed"])
def test_a_direct_no_of_equal_or_stronger_evidence_stands(evidence):
    found = shown(filed("ST.ZS1"), make_claim("VM.24DR", "no", evidence=evidence))
    assert (found["VM.24DR"].value, found["VM.24DR"].implied_by) == ("no", "")


def test_even_an_old_survey_answer_outweighs_a_conclusion_from_a_filing():
    found = shown(filed("ST.ZS1"), make_claim("VM.24DR", "no", as_of="2022-01-01"))
    assert (found["VM.24DR"].value, found["VM.24DR"].stale) == ("no", True)


def test_a_weaker_direct_claim_and_silence_give_way():
    listed = make_claim("VM.24DR", "no", evidence="registry", source="kaigo")
    assert shown(filed("ST.ZS1"), listed)["VM.24DR"].value == "yes"
    unknown = make_claim("VM.24DR", "unknown")
    assert shown(filed("ST.ZS1"), unknown)["VM.24DR"].value == "yes"


@pytest.mark.parametrize("value", ["no", "unknown"])
def test_nothing_follows_from_a_no_or_from_silence(value):
    assert "VM.24DR" not in shown(filed("ST.ZS1", value))
    assert shown(filed("ST.ZS1", value), make_claim("VM.24DR", "unknown"))["VM.24DR"].value == (
        "unknown"
    )


def test_an_expired_filing_implies_nothing_and_a_stale_one_says_that_it_is_stale():
    assert "VM.24DR" not in shown(filed("ST.ZS1", valid_until="2026-01-01"))
    assert shown(filed("ST.ZS1", as_of="2026-01-01"))["VM.24DR"].stale


def test_a_bare_statement_of_the_same_filing_is_explained_by_it():
    item = shown(filed("ST.ZS2"), filed("VM.24DR"))["VM.24DR"]
    assert (item.value, item.implied_by) == ("yes", "ST.ZS2")
    assert "連携グループ" in item.claim.note


def test_direct_claims_are_as_they_were_without_a_vocabulary():
    claims = [filed("ST.ZS1"), make_claim("VM.REG", "no")]
    assert select_claims(claims, TODAY).keys() == {"ST.ZS1", "VM.REG"}


def test_the_shipped_rules_need_one_step_only_and_never_contradict_the_kinds():
    vocabulary = shipped_reference().vocabulary
    for term in vocabulary:
        for rule in vocabulary.implied_by(term.code):
            onward = {step.implies for step in vocabulary.implied_by(rule.implies)}
            direct = {step.implies for step in vocabulary.implied_by(term.code)}
            assert onward <= direct
            assert rule.called
            assert rule.called in rule.reason


def test_an_enhanced_support_clinic_is_a_support_clinic_but_not_the_other_way_round():
    vocabulary = shipped_reference().vocabulary
    for enhanced in ("ST.ZS1", "ST.ZS2"):
        assert select_claims([filed(enhanced)], TODAY, vocabulary)["ST.ZS3"].value == "yes"
    standard = select_claims([filed("ST.ZS3")], TODAY, vocabulary)
    assert {"ST.ZS1", "ST.ZS2"}.isdisjoint(standard)


def test_masks_hold_what_is_shown_for_any_size_of_vocabulary():
    rng = random.Random(5)
    codes = [f"VM.{number}" for number in range(130)]
    vocabulary = Vocabulary(Term(code, code, code, "VM") for code in codes)
    facilities = [
        select_claims(
            [make_claim(c, rng.choice(("yes", "no", "unknown"))) for c in rng.sample(codes, 40)],
            TODAY,
        )
        for _ in range(20)
    ]
    table = NeedTable.build(facilities, vocabulary)
    yes, no = unpack_masks(table.yes, len(codes)), unpack_masks(table.no, len(codes))
    for row, items in enumerate(facilities):
        for position, code in enumerate(codes):
            value = items[code].value if code in items else "unknown"
            assert (yes[row, position], no[row, position]) == (value == "yes", value == "no")
            assert (table.evidence[row, position] > 0) == (value != "unknown")
    mask = need_mask(vocabulary, codes[::7])
    assert unpack_masks(mask[np.newaxis], len(codes))[0].nonzero()[0].tolist() == list(
        range(0, 130, 7)
    )
