"""Days, times and remarks of municipal lists, in words."""

from __future__ import annotations

import pytest

from geoportal.domain.hours import Session
from geoportal.ingest.reading.opening_words import (
    apply_remark,
    read_clock,
    read_day_words,
    spoken_hours,
)

WEEK = tuple(Session(day, "09:00", "18:00") for day in range(6))


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("月火水木金", (0, 1, 2, 3, 4)),
        ("月～金", (0, 1, 2, 3, 4)),
        ("月曜日～土曜日（木曜日除く）", (0, 1, 2, 4, 5)),
        ("月から土（日・祝を除く）", (0, 1, 2, 3, 4, 5)),
        ("平日・土", (0, 1, 2, 3, 4, 5)),
        ("月;水;金", (0, 2, 4)),
        ("年中無休", (0, 1, 2, 3, 4, 5, 6, 7)),
        ("月・水~金、祝日", (0, 2, 3, 4, 7)),
        ("第2土曜", None),
        ("随時", None),
    ],
)
def test_days_in_words(words, days):
    assert read_day_words(words) == days


@pytest.mark.parametrize(
    ("words", "time"),
    [
        ("9:00", "09:00"),
        ("09:00:00", "09:00"),
        ("９時３０分", "09:30"),
        ("17時", "17:00"),
        ("8時半", "08:30"),
        ("午前9時", "09:00"),
        ("午後5時30分", "17:30"),
        ("午後12時30分", "12:30"),
        ("正午", "12:00"),
        ("0.375", "09:00"),
        ("0.75", "18:00"),
        ("24:00", "24:00"),
        ("24:30", ""),
        ("9", ""),
        ("9:00～12:00", ""),
        ("終日", ""),
    ],
)
def test_times_in_words(words, time):
    assert read_clock(words) == time


def spans(hours, day):
    return sorted((s.opens, s.closes) for s in hours.sessions if s.day == day)


def test_lunch_and_mornings_only():
    hours = apply_remark(WEEK, "12:30～14:00は昼休み。木・土は午前のみ")
    assert spans(hours, 0) == [("09:00", "12:30"), ("14:00", "18:00")]
    assert spans(hours, 3) == spans(hours, 5) == [("09:00", "12:30")]
    assert not hours.unclear_days


@pytest.mark.parametrize(
    ("remark", "day", "expected"),
    [
        ("土曜日は9:00～13:00", 5, [("09:00", "13:00")]),
        ("土は13時まで", 5, [("09:00", "13:00")]),
        ("昼休み（12時～13時30分）", 0, [("09:00", "12:00"), ("13:30", "18:00")]),
        ("予約制。受付は17:30まで", 0, [("09:00", "18:00")]),
        ("水曜日は9:00～12:00のみ", 2, [("09:00", "12:00")]),
    ],
)
def test_remarks_that_are_read(remark, day, expected):
    hours = apply_remark(WEEK, remark)
    assert (spans(hours, day), hours.unclear_days) == (expected, set())


@pytest.mark.parametrize(
    ("remark", "days"),
    [
        ("土は午前のみ", {5}),  # where lunch begins is not said
        ("木曜午後休診", {3}),
        ("水曜は休診", {2}),
        ("不定休あり", set(range(8))),
        ("夏季は時間を変更します", set(range(8))),
        ("平日は20時まで", {0, 1, 2, 3, 4}),  # later than the hours say
        ("祝日の週は木曜診療", {3, 7}),
        ("3月31日で閉院", set(range(8))),
        ("6月第1月曜 研修のため休診", {0}),
        ("月・水・金 午後は往診", {0, 2, 4}),
        ("木曜午後・土曜午後は休診", {3, 5}),
        ("12時〜14時 訪問診療のため外来なし", set(range(8))),
        ("（火）17時～19時も診療", {1}),
        ("土曜は隔週診療", {5}),
    ],
)
def test_remarks_that_make_days_unclear(remark, days):
    assert apply_remark(WEEK, remark).unclear_days == days


def test_weeks_of_the_month():
    hours = apply_remark(WEEK, "第2・4土曜休診")
    assert (hours.closed_weeks, hours.unclear_days) == ({(2, 5), (4, 5)}, set())


@pytest.mark.parametrize(
    ("times", "closed", "days", "closed_days", "unclear"),
    [
        ("月～金 9:00～18:00", "土日祝", {0, 1, 2, 3, 4}, {5, 6, 7}, set()),
        ("9:00～18:00", "日・祝", set(), {6, 7}, set()),  # the days are not said
        ("月～土 9:00～18:00", "土・日", {0, 1, 2, 3, 4, 5}, {6}, {5}),
        ("月～金 9:00～18:00（第2水は休診）", "", {0, 1, 2, 3, 4}, set(), {0, 1, 2, 3, 4}),
        ("月～金 9:00～18:00", "木曜午後、日曜", {0, 1, 2, 3, 4}, set(), {0, 1, 2, 3, 4}),
        ("応相談", "なし", set(), set(), set()),
    ],
)
def test_times_and_closed_days_in_words(times, closed, days, closed_days, unclear):
    hours = spoken_hours(times, closed, "")
    assert {session.day for session in hours.sessions} == days
    assert (hours.closed_days, hours.unclear_days) == (closed_days, unclear)
