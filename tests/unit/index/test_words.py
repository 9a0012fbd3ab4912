"""Substring search equals Python's own ``in`` for every text."""

from hypothesis import given
from hypothesis import strategies as st

from geoportal.index.words import WordIndex

LETTERS = st.text(alphabet="病院薬ab ", max_size=8)


@given(texts=st.lists(LETTERS, max_size=12), word=LETTERS)
def test_equals_in(texts, word):
    assert WordIndex(texts).containing(word).tolist() == [word in text for text in texts]


def test_a_word_never_spans_two_texts():
    assert WordIndex(["病", "院"]).containing("病院").tolist() == [False, False]
