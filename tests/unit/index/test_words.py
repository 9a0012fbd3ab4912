"""Substring search equals Python's own ``in`` for every text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoportal.index import grams
from geoportal.index.texts import (
    ELSEWHERE,
    EXACT_NAME,
    IN_KANA,
    IN_NAME,
    NAME_BEGINS,
    TEXTS,
    TextIndex,
    asked_words,
)
from geoportal.index.words import WordIndex, joined
from geoportal.mapped.archive import views
from geoportal.workers import usable_processes
from tests.factories import make_facility, make_snapshot

LETTERS = st.text(alphabet="病院薬ab ", max_size=8)


@given(texts=st.lists(LETTERS, max_size=12), word=LETTERS)
def test_equals_in(texts, word):
    assert WordIndex.of(texts).containing(word).tolist() == [word in text for text in texts]


@given(
    texts=st.lists(LETTERS, max_size=12),
    word=LETTERS,
    block=st.integers(1, 5),
    apart=st.sampled_from([0, 15, 1_000]),
)
def test_pairs_of_letters_make_no_difference(texts, word, block, apart):
    blob, lengths = joined(texts)
    ends = np.cumsum(lengths, dtype=np.int64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grams, "BLOCK_ROWS", block)
        patch.setattr("geoportal.index.words._APART_BYTES", apart)
        arrays = views(grams.gram_arrays(memoryview(blob), ends))
        index = WordIndex(memoryview(blob), ends, grams.Grams(arrays))
        assert index.containing(word).tolist() == [word in text for text in texts]


@pytest.mark.skipif(usable_processes() < 2, reason="needs a machine that forks")
@pytest.mark.parametrize("count", [0, 1, 7])
def test_blocks_looked_at_in_workers_are_the_same(monkeypatch, tmp_path, count):
    monkeypatch.setattr(grams, "BLOCK_ROWS", 3)
    blob, lengths = joined([f"見本{number}病院 薬局{number * 7}" for number in range(count)])
    ends = np.cumsum(lengths, dtype=np.int64)
    alone, in_workers = (
        grams.gram_arrays(memoryview(blob), ends, tmp_path, processes) for processes in (1, 2)
    )
    assert {name: array.tolist() for name, array in in_workers.items()} == {
        name: array.tolist() for name, array in alone.items()
    }
    assert in_workers["blocks"].size == -(-count // 3)


@given(
    texts=st.lists(LETTERS, min_size=1, max_size=12),
    word=LETTERS.filter(bool),
    drawn=st.randoms(use_true_random=False),
)
def test_only_those_asked_about_are_looked_at_and_those_known_are_not_read(texts, word, drawn):
    among = np.array([drawn.random() < 0.6 for _ in texts])
    known = np.array([word in text and drawn.random() < 0.5 for text in texts])
    blob, lengths = joined(texts)
    ends = np.cumsum(lengths, dtype=np.int64)
    arrays = views(grams.gram_arrays(memoryview(blob), ends))
    expected = [word in text and asked for text, asked in zip(texts, among, strict=True)]
    for index in (WordIndex.of(texts), WordIndex(memoryview(blob), ends, grams.Grams(arrays))):
        assert index.containing(word, among).tolist() == expected
        assert index.containing(word, known=known).tolist() == [word in text for text in texts]


class Counted(WordIndex):
    """An index that notes which texts are read."""

    def _have(self, word, rows):
        self.read = getattr(self, "read", 0) + rows.size
        return super()._have(word, rows)


def test_what_all_facilities_of_a_kind_have_is_not_looked_for_in_each():
    texts = ["見本 訪問看護", "見本 薬局", "訪問看護見本 薬局"] * 50
    blob, lengths = joined(texts)
    ends = np.cumsum(lengths, dtype=np.int64)
    index = Counted(
        memoryview(blob), ends, grams.Grams(views(grams.gram_arrays(memoryview(blob), ends)))
    )
    kinds = np.array([0, 1, 1] * 50, dtype=np.int8)
    found = TextIndex(dict.fromkeys(TEXTS, index), kinds, ["訪問看護", "薬局"])
    assert found.containing_all(["訪問看護"]).tolist() == ["訪問看護" in text for text in texts]
    assert index.read == 50  # pharmacies that have the word in their names


@pytest.mark.parametrize("few", [0, 2_000])
def test_rank_of_some_rows_is_that_of_the_rule(few, monkeypatch):
    monkeypatch.setattr("geoportal.index.words._FEW", few)
    facilities = [
        make_facility(f"f{n}", name=name, kana=kana, address=address)
        for n, (name, kana, address) in enumerate(
            [
                ("さくら", "", ""),
                ("さくら医院", "", ""),
                ("見本さくら医院", "", ""),
                ("見本医院", "ミホンサクライイン", ""),
                ("見本医院", "", "さくら町1"),
                ("桜医院", "サクライイン", "さくら町2"),
            ]
        )
    ]
    held = make_snapshot(facilities)
    by_name = {held.facilities[row].id: row for row in range(len(held))}
    rows = np.array([by_name[f"f{n}"] for n in (5, 4, 2, 1, 0)])
    ranks = held.word_rank(asked_words("さくら"), rows).tolist()
    assert ranks == [IN_KANA, ELSEWHERE, IN_NAME, NAME_BEGINS, EXACT_NAME]
    two = held.word_rank(asked_words("見本 さくら"), np.array([by_name["f2"], by_name["f3"]]))
    assert two.tolist() == [NAME_BEGINS, IN_KANA]


def test_a_word_never_spans_two_texts():
    assert WordIndex.of(["病", "院"]).containing("病院").tolist() == [False, False]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("医療法人", ["医療法人"]),
        ("医療法人 見本", ["見本"]),
        ("株式会社 見本 中央", ["見本", "中央"]),
        ("093-000-0000", ["0930000000"]),
        ("093ー000ー0000 見本", ["0930000000", "見本"]),
        ("センター", ["センター"]),
        ("", []),
        ("　 - ", []),
    ],
)
def test_legal_forms_are_asked_for_only_where_nothing_else_is(text, words):
    assert asked_words(text) == words
