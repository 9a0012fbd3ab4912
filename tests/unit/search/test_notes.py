"""Notes as people write them: who is sought, for what, and nothing lost in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from geoportal.search.interpret import Interpreter
from geoportal.services.portal import shipped_reference

LINES = (Path(__file__).parent / "notes.tsv").read_text(encoding="utf-8").splitlines()
NOTES = [line for line in LINES if not line.startswith("#")]
REFERENCE = shipped_reference()
READER = Interpreter(
    REFERENCE.vocabulary,
    REFERENCE.reading_rules,
    {info.term: kind for kind, info in REFERENCE.kinds.items() if info.term},
)


@pytest.mark.parametrize("line", NOTES)
def test_a_note_is_read_as_it_is_meant(line: str) -> None:
    note, kinds, needs, never, shown, unheard = (*line.split("\t"), *[""] * 6)[:6]
    found = READER.interpret(note)
    assert {kind.value for kind in found.kinds} == set(kinds.split())
    searched = {code for wanted in found.wanted for code in (*wanted.kinds, *wanted.needs)}
    asked = {need.value for need in found.needs} | searched
    for alternatives in needs.split():
        assert asked & set(alternatives.split("/")), alternatives
    assert not asked & set(never.split())
    assert {finding.value for finding in found.findings()} >= set(shown.split())
    assert {span.text for span in found.unheard} == set(unheard.split())


def test_words_of_care_that_are_not_known_are_shown_as_such() -> None:
    found = READER.interpret("エンシュアの経腸栄養、鍼灸とマッサージを希望。オムツ交換あり。")
    assert [span.text for span in found.unheard] == ["エンシュア", "マッサージ"]


def test_what_is_left_out_on_purpose_is_said_with_its_reason() -> None:
    found = READER.interpret("マルメの方。訪問看護を探しています。")
    (left,) = [finding for finding in found.left_out if finding.value == "lump-sum"]
    assert [span.text for span in left.because] == ["マルメ"]
    assert "包括" in left.note_ja
    assert found.unheard == ()


def test_a_service_that_nobody_named_gives_is_asked_of_those_who_give_it() -> None:
    """訪看 and 往診 in one note: two searches, the need not lost between them."""
    found = READER.interpret("訪看と往診の調整をお願いします。")
    assert [wanted.kinds for wanted in found.wanted] == [
        ("hospital", "clinic"),
        ("visiting_nursing",),
    ]
    assert [wanted.needs for wanted in found.wanted] == [("VM.URG",), ()]
