"""Filters in CQL2 text that would keep the library's parser busy for minutes are refused unread."""

from __future__ import annotations

import time

import pytest

from geoportal.documents.ogc.filters import DEEPEST_TEXT, MOST_CHARACTERS, read_filter
from geoportal.errors import UsageError

FULL = "(" + "a=1 and " * (MOST_CHARACTERS // 8 // DEEPEST_TEXT - 4)


@pytest.mark.parametrize(
    "text",
    [
        "A3-3*o-3*y-3--" + "(" * 22 + "t",
        "(" * 40 + "t",
        FULL * DEEPEST_TEXT + "t",
    ],
)
def test_no_text_takes_the_parser_long(text):
    began = time.process_time()
    with pytest.raises(UsageError):
        read_filter(text, "cql2-text")
    assert time.process_time() - began < 2


def test_what_people_ask_is_not_that_deep():
    text = "((kind = 'a' or (kind = 'b' and not (name = 'c'))) and s_intersects(geometry, "
    text += "MULTIPOLYGON(((1 1, 2 1, 2 2, 1 1)))))"
    assert read_filter(text, "cql2-text")["op"] == "and"
