"""Closing days in words: what names its days closes them, what only names a season is unclear."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoportal.text.closing_dates import closing_dates

NEW_YEAR = ("01-01", "01-02", "01-03", "12-29", "12-30", "12-31")


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("12月29日～1月3日", NEW_YEAR),
        ("年末年始（12/29〜1/3）", NEW_YEAR),
        ("１２月２９日から１月３日まで", NEW_YEAR),
        ("2026/12/29～2027/1/3", NEW_YEAR),
        ("8月13日-15日", ("08-13", "08-14", "08-15")),
        ("8月13、14、15日", ("08-13", "08-14", "08-15")),
        ("お盆（8/13〜8/15）、年始(1/1-1/3)", (*NEW_YEAR[:3], "08-13", "08-14", "08-15")),
        ("01月01日，01月02日，12月30日", ("01-01", "01-02", "12-30")),
        ("8/13、10時から診療", ("08-13",)),
        ("2月29日", ("02-29",)),
    ],
)  # fmt: skip
def test_days_that_are_named_are_closed(text, closed):
    assert closing_dates(text) == (closed, ())


@pytest.mark.parametrize(
    ("text", "unclear", "clear"),
    [
        ("お盆", ("08-13", "08-15"), ("08-01", "12-30")),
        ("ＧＷ", ("05-03", "05-05"), ("08-14",)),
        ("年末年始", ("12-30", "01-02"), ("08-14", "01-20")),
        ("夏季休暇あり", ("08-14",), ("12-30",)),
    ],
)
def test_a_season_without_days_is_unclear(text, unclear, clear):
    closed, doubtful = closing_dates(text)
    assert closed == ()
    assert set(unclear) <= set(doubtful)
    assert not set(clear) & set(doubtful)


def test_a_range_too_long_to_be_meant_closes_nothing():
    assert closing_dates("8/14-5/16") == ((), ("05-16", "08-14"))


@pytest.mark.parametrize("text", ["", "第1・3土曜", "13/45", "不定休", "電話 093-12/34-5678"])
def test_what_names_no_day_says_nothing(text):
    assert closing_dates(text) == ((), ())


@given(
    start=st.dates(date(2025, 3, 1), date(2026, 2, 10)),
    length=st.integers(1, 10),
    form=st.sampled_from(("{0}月{1}日～{2}月{3}日", "{0}/{1}-{2}/{3}", "{0}月{1}日から{2}月{3}日")),
)
def test_every_day_of_a_range_is_closed_and_no_other(start, length, form):
    days = [start + timedelta(days=n) for n in range(length + 1)]
    text = form.format(start.month, start.day, days[-1].month, days[-1].day)
    expected = {f"{day:%m-%d}" for day in days}
    if {"02-28", "03-01"} <= expected:
        expected.add("02-29")
    assert closing_dates(text) == (tuple(sorted(expected)), ())
