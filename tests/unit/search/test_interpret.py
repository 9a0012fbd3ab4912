"""Reading notes: every finding tied to its words, whatever the text, in bounded time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoportal.domain.facility import KINDS
from geoportal.search.dictionary import Dictionary
from geoportal.search.interpret import Interpreter
from geoportal.search.note_text import Note
from geoportal.services.portal import shipped_reference
from tests.rounds import examples

REFERENCE = shipped_reference()
READER = Interpreter(
    REFERENCE.vocabulary,
    REFERENCE.reading_rules,
    {info.term: kind for kind, info in REFERENCE.kinds.items() if info.term},
)
PIECES = st.sampled_from(
    (
        "胃ろう", "ｶﾞﾝ末期", "がん末期", "褥瘡", "訪問看護", "なし", "は不要", "、", "。", "・",
        "\n", " ", "　", "を利用中", "緩和ケア病棟に入院している", "８０代", "男性", "PT", "ﾊﾞﾙｰﾝ",
        "医師を探したい",
        "が\u3099", "㌔", "𠮷", "対応結果\n", "早急", "自宅で生活したい", "ヘルパーを利用したい",
    )
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=14).map("".join), st.just(""))


@given(TEXTS)
@settings(max_examples=examples(400), deadline=None)
def test_every_finding_is_a_known_code_tied_to_words_of_the_text(text):
    found = READER.interpret(text)
    everything = (
        *found.needs,
        *found.kinds,
        *found.mentioned,
        *found.not_needed,
        *found.in_place,
        *found.circumstances,
    )
    for item in everything:
        assert item.because
        for span in item.because:
            assert text[span.start : span.end] == span.text != ""
    for item in (*found.needs, *found.mentioned, *found.not_needed, *found.in_place):
        assert item.value in REFERENCE.vocabulary or item.value in KINDS
    for item in found.kinds:
        assert item.value in KINDS
    for wanted in found.wanted:
        assert wanted.kinds
        assert set(wanted.needs) <= {need.value for need in found.needs}
    for age in found.ages:
        assert text[age.span.start : age.span.end] == age.span.text


@given(st.text(max_size=60))
def test_the_two_forms_of_a_note_run_in_step(text):
    note = Note(text)
    assert len(note.plain) == len(note.folded)
    for place in range(len(note.plain)):
        start, stop = note.sentence(place)
        assert 0 <= start <= stop <= len(note.plain)


@pytest.mark.parametrize(
    "piece",
    ["訪問", "がん", "家", "0", "十", "対応結果\n", "退院", "妻の体調", "車いす", "訪問看護、",
     "一人暮らし", "吸引・", "なし", "介護者", "医師", "a", "\n", "往診を利用し"],
)  # fmt: skip
def test_a_long_note_of_one_piece_is_read_at_once(piece):
    text = (piece * 4_000)[:4_000]
    began = time.process_time()
    READER.interpret(text)
    assert time.process_time() - began < 2


def test_every_synonym_of_every_need_leads_to_it():
    dictionary = Dictionary(REFERENCE.vocabulary)
    for term in REFERENCE.vocabulary:
        if term.need:
            for word in (term.label_ja, *term.synonyms):
                assert term.code in dictionary.lookup(word), (word, term.code)


def test_every_rule_names_known_codes_kinds_and_effects():
    for rule in REFERENCE.reading_rules:
        assert set(rule.kinds) <= set(KINDS)
        assert set(rule.needs) | set(rule.prefer) <= {t.code for t in REFERENCE.vocabulary}
        assert rule.effect != "team" or rule.value in REFERENCE.teams
    names = [rule.rule for rule in REFERENCE.reading_rules]
    assert len(set(names)) == len(names)


VISITS = ("VM.REG",), ("hospital", "clinic")
URGENT = ("VM.URG",), ("hospital", "clinic")


@pytest.mark.parametrize(
    ("text", "needs", "kinds"),
    [
        ("自宅に来てくれる医師をさがしたい", *VISITS),
        ("家に来てくれる先生", *VISITS),
        ("自宅で診てくれるお医者さん", *VISITS),
        ("うちまで来てもらえるお医者さん", *VISITS),
        ("在宅で診てもらえるクリニックを知りたい", *VISITS),
        ("家で診察してくれるところ", *VISITS),
        ("自宅まで来て診てくれる医者", *VISITS),
        ("自宅で診て頂ける病院", *VISITS),
        ("お医者さんに家に来てもらいたい", *VISITS),
        ("母が通院できません。自宅に来てくれる先生を紹介してください。", *VISITS),
        ("往診してくれる病院", *URGENT),
        ("往診に来てくれる病院はありますか", *URGENT),
        ("往診可能な病院", *URGENT),
        ("往診ができるクリニック", ("VM.URG",), ("clinic",)),
        ("自宅に来てくれる歯医者さん", ("VM.DENT",), ("dental_clinic",)),
        ("往診してくれる歯科", ("VM.DENT",), ("dental_clinic",)),
        ("家に来てくれる薬剤師さん", ("ST.PHZ",), ("pharmacy",)),
        ("自宅に来てくれる看護師さん", (), ("visiting_nursing",)),
        ("自宅に来てくれるヘルパーさん", (), ("home_help",)),
    ],
)
def test_who_comes_home_is_understood_in_everyday_words(text, needs, kinds):
    found = READER.interpret(text)
    assert tuple(need.value for need in found.needs) == needs
    assert tuple(kind.value for kind in found.kinds) == kinds
    assert not found.not_needed
    assert not found.in_place


@pytest.mark.parametrize(
    "text",
    [
        "担当者会議に来てくれる先生",
        "家族会議に来てくれる先生",
        "病院に来てくれる先生",
        "自宅に来てくれるリハビリの先生",
        "自宅に来てくれる介護の先生",
    ],
)
def test_not_everyone_who_comes_is_a_doctor(text):
    assert "VM.REG" not in {need.value for need in READER.interpret(text).needs}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("かかりつけの先生が家に来てくれている", "VM.REG"),
        ("主治医の先生に来てもらっています", "VM.REG"),
        ("往診してもらっている先生がいる", "VM.URG"),
    ],
)
def test_a_doctor_who_comes_already_is_in_place(text, value):
    found = READER.interpret(text)
    assert value in {item.value for item in found.in_place}
    assert not found.needs
    assert not found.kinds


@pytest.mark.parametrize(
    ("text", "needs", "mentioned"),
    [
        ("人工呼吸器、訪問診療をお願いしたい", {"VM.REG": "must", "AC.VENT": "then_by"}, set()),
        ("褥瘡があり、往診を希望", {"VM.URG": "must", "AC.ULCER": "then_by"}, set()),
        ("がん末期の方、訪問診療を希望", {"VM.REG": "must"}, {"PT.CANCER"}),
        ("小児の訪問診療を希望", {"VM.REG": "must"}, {"PT.CHILD"}),
    ],
)
def test_a_visit_is_a_must_care_is_preferred_the_patient_is_mentioned(text, needs, mentioned):
    interpretation = READER.interpret(text)
    assert {need.value: need.strength for need in interpretation.needs} == needs
    assert {fact.value for fact in interpretation.mentioned} == mentioned


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("疼痛管理、口腔ケア", {"visiting_nursing"}),
        ("人工呼吸器、リハビリ", {"hospital", "clinic", "visiting_nursing"}),
        ("口腔ケア", {"dental_clinic", "visiting_nursing"}),
        ("義歯、人工呼吸器", set(REFERENCE.vocabulary["AC.VENT"].kinds) | {"dental_clinic"}),
    ],
)
def test_needs_alone_are_asked_of_the_kinds_that_can_have_all_of_them_or_else_any(text, kinds):
    interpretation = READER.interpret(text)
    assert not interpretation.kinds
    (wanted,) = interpretation.wanted
    assert set(wanted.kinds) == kinds


def test_a_doctor_who_is_not_wanted_is_no_need():
    found = READER.interpret("自宅に来てくれる医師はいらない")
    assert "VM.REG" in {item.value for item in found.not_needed}
    assert not found.needs


def test_the_ready_made_teams_name_known_kinds_and_needs_that_apply_to_them():
    vocabulary = REFERENCE.vocabulary
    assert next(iter(REFERENCE.teams)) == "discharge"
    for roles in REFERENCE.teams.values():
        assert len({role.role for role in roles}) == len(roles)
        for role in roles:
            assert set(role.kinds) <= set(KINDS)
            assert role.label_ja
            assert role.label_en
            for code in role.needs:
                assert all(vocabulary.applies_to(code, kind) for kind in role.kinds)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("OPTの話", set()),
        ("PTの訪問", {"AC.REHAB"}),
        ("デイジーの花", set()),
        ("意識障害あり", set()),
        ("嚥下障害あり", {"AC.SWALLOW"}),
        ("入浴", set()),
        ("家で風呂に入りたい", set()),
    ],
)
def test_words_inside_other_words_do_not_count(text, codes):
    found = READER.interpret(text)
    assert {need.value for need in found.needs} == codes


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("24時間の訪問看護を希望", True),
        ("訪問看護（24時間）をお願いしたい", True),
        ("２４時間３６５日の訪問看護ステーションを探しています", True),
        ("訪問看護は24時間対応を希望", True),
        ("訪問看護を希望", False),
        ("24時間の介護が必要で、訪問看護も検討", False),
        ("訪問介護を24時間", False),
    ],
)
def test_nursing_round_the_clock_is_asked_for_in_any_order(text, asked):
    assert ("VM.24VN" in {need.value for need in READER.interpret(text).needs}) == asked
