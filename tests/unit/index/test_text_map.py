"""Texts by text in arrays, against the dictionary they were made from."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from geoportal.mapped.archive import views
from geoportal.mapped.text_map import TextMap, text_map_arrays

TEXTS = st.text(st.characters(codec="utf-8"), max_size=6)


@given(st.dictionaries(TEXTS, TEXTS), st.lists(TEXTS))
def test_a_text_map_is_the_dictionary_it_was_made_from(texts, others):
    found = TextMap(views(text_map_arrays("redirects", texts)), "redirects")
    assert dict(found) == texts
    assert len(found) == len(texts)
    assert {key: found.get(key) for key in others} == {key: texts.get(key) for key in others}
