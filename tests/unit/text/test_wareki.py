"""Dates as Japanese documents write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoportal.text.wareki import find_date, parse_date


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和 7年 6月 1日", date(2025, 6, 1)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("昭和64年1月7日", date(1989, 1, 7)),
        ("R7.6.1", date(2025, 6, 1)),
        ("２０２５年６月１日", date(2025, 6, 1)),
        ("2025-06-01", date(2025, 6, 1)),
        ("20250601", date(2025, 6, 1)),
        ("令和元年4月30日", None),
        ("令和7年2月30日", None),
        ("令和0年6月1日", None),
        ("いつか", None),
        ("", None),
    ],
)
def test_parse(text, day):
    assert parse_date(text) == day


def test_a_date_in_a_sentence_is_found():
    assert find_date("[令和７年１０月１日 現在 ]届出受理") == date(2025, 10, 1)
    assert find_date("日付なし") is None


@given(st.dates(date(2019, 5, 1), date(2099, 12, 31)))
def test_every_day_of_reiwa_is_read_back(day):
    year = "元" if day.year == 2019 else str(day.year - 2018)
    assert parse_date(f"令和{year}年{day.month}月{day.day}日") == day


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_none(text):
    parse_date(text)
    find_date(text)
