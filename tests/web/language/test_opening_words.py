"""Hours and closing days of a centre as a sentence."""

from __future__ import annotations

import pytest

from geoportal.domain.hours import HOLIDAY, Hours, Session
from geoportal.web.language.messages import messages
from geoportal.web.language.opening_words import opening_sentence

NEW_YEAR = ("12-29", "12-30", "12-31", "01-01", "01-02", "01-03")


def week(days: str, opens: str, closes: str) -> tuple[Session, ...]:
    return tuple(Session(int(day), opens, closes) for day in days)


@pytest.mark.parametrize(
    ("hours", "language", "sentence"),
    [
        (
            Hours(
                sessions=week("01234", "09:00", "17:00"),
                closed_days=(5, 6, HOLIDAY),
                closed_dates=("08-13", "08-14", "08-15", *NEW_YEAR),
            ),
            "ja",
            "月曜から金曜 9:00〜17:00（祝日、8月13日から8月15日、12月29日から1月3日は休み）",
        ),
        (
            Hours(sessions=week("0134", "08:30", "12:00") + week("0134", "13:00", "17:15")),
            "ja",
            "月曜、火曜、木曜、金曜 8:30〜12:00、13:00〜17:15",
        ),
        (
            Hours(sessions=week("01234", "09:00", "17:00") + week("5", "09:00", "12:00")),
            "ja",
            "月曜から金曜 9:00〜17:00、土曜 9:00〜12:00",
        ),
        (Hours(open_days=(0, 2)), "ja", "月曜、水曜（時刻は未確認）"),
        (
            Hours(sessions=week("012345", "10:00", "18:00"), closed_dates=("02-29", "12-31")),
            "en",
            "Monday to Saturday, 10:00–18:00 (closed on 29 February, 31 December)",
        ),
        (
            Hours(sessions=week("567", "09:00", "24:00")),
            "ja-easy",
            "土曜日、日曜日、祝日 9:00から 24:00まで",
        ),
    ],
)
def test_a_sentence_says_days_times_and_closing_days(
    hours: Hours, language: str, sentence: str
) -> None:
    assert opening_sentence(hours.as_dict(), messages(language)) == sentence


def test_nothing_known_is_nothing_said() -> None:
    assert opening_sentence(Hours(closed_dates=NEW_YEAR).as_dict(), messages("ja")) is None
