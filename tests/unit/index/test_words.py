"""Substring search equals Python's own ``in`` for every text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoportal.index import grams
from geoportal.index.texts import asked_words
from geoportal.index.words import WordIndex, joined
from geoportal.mapped.archive import views

LETTERS = st.text(alphabet="病院薬ab ", max_size=8)


@given(texts=st.lists(LETTERS, max_size=12), word=LETTERS)
def test_equals_in(texts, word):
    assert WordIndex.of(texts).containing(word).tolist() == [word in text for text in texts]


@given(texts=st.lists(LETTERS, max_size=12), word=LETTERS, block=st.integers(1, 5))
def test_pairs_of_letters_make_no_difference(texts, word, block):
    blob, lengths = joined(texts)
    ends = np.cumsum(lengths, dtype=np.int64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grams, "BLOCK_ROWS", block)
        arrays = views(grams.gram_arrays(memoryview(blob), ends))
        index = WordIndex(memoryview(blob), ends, grams.Grams(arrays))
        assert index.containing(word).tolist() == [word in text for text in texts]


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
