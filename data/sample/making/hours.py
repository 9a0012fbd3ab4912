"""Opening hours as such places keep them: lunch breaks, free Thursday afternoons, nights."""

from __future__ import annotations

import random
from typing import Any

WEEKDAYS = (0, 1, 2, 3, 4)
SATURDAY, SUNDAY, HOLIDAY = 5, 6, 7
THURSDAY = 3
EVERY_DAY = (*WEEKDAYS, SATURDAY, SUNDAY, HOLIDAY)
NEW_YEAR = ["12-30", "12-31", "01-01", "01-02", "01-03"]
SUMMER = ["08-13", "08-14", "08-15"]
FRESH_DAYS, STALE_DAYS = 60, 400

Sessions = list[dict[str, Any]]


def _sessions(days: tuple[int, ...], *spans: str, use: str = "") -> Sessions:
    """Write sessions for days; a span is ``"09:00-12:30"``."""
    extra = {"use": use} if use else {}
    return [
        {"day": day, "opens": span[:5], "closes": span[6:], **extra}
        for day in days
        for span in spans
    ]


def _closed(hours: dict[str, Any], *days: int) -> dict[str, Any]:
    hours["closed_days"] = sorted(days)
    return hours


def _practice(rng: random.Random, evening: tuple[str, ...], free: int) -> dict[str, Any]:
    """Hours of a doctor's practice: mornings and afternoons, one afternoon free."""
    morning = rng.choice(("09:00-12:30", "08:30-12:00", "09:00-13:00", "09:00-12:00"))
    afternoon = rng.choice(evening)
    full = tuple(day for day in WEEKDAYS if day != free)
    hours: dict[str, Any] = {
        "sessions": _sessions(full, morning, afternoon)
        + _sessions((free,), morning)
        + _sessions((SATURDAY,), morning)
    }
    if rng.random() < 0.5:
        ends = {"12:00": "11:30", "12:30": "12:00", "13:00": "12:30"}
        until = f"{morning[:6]}{ends[morning[6:]]}"
        hour, minute = int(afternoon[6:8]), int(afternoon[9:])
        last = f"{hour:02d}:00" if minute else f"{hour - 1:02d}:30"
        hours["sessions"] += _sessions(full, until, f"{afternoon[:6]}{last}", use="reception")
        hours["sessions"] += _sessions((free, SATURDAY), until, use="reception")
    return hours


def clinic(rng: random.Random) -> dict[str, Any]:
    """Keep a clinic: one afternoon free, mostly Thursday; closed Sundays and holidays."""
    free = THURSDAY if rng.random() < 0.7 else 2
    hours = _practice(rng, ("14:00-18:00", "14:30-18:30", "14:00-17:30", "15:00-18:00"), free)
    _closed(hours, SUNDAY, HOLIDAY)
    if rng.random() < 0.2:
        hours["closed_weeks"] = rng.choice(([[2, SATURDAY], [4, SATURDAY]], [[3, THURSDAY]]))
    if rng.random() < 0.6:
        hours["closed_dates"] = SUMMER + NEW_YEAR
    elif rng.random() < 0.3:
        hours["note"] = "お盆・年末年始は休診（日は年により異なる）"
    return hours


def dental_clinic(rng: random.Random) -> dict[str, Any]:
    """Keep a dental clinic: later evenings, some closed on Thursdays, some open on Sundays."""
    hours = _practice(rng, ("14:00-18:30", "14:30-19:00", "14:00-20:00"), 2)
    if rng.random() < 0.4:
        hours["sessions"] = [s for s in hours["sessions"] if s["day"] != THURSDAY]
        return _closed(hours, THURSDAY, SUNDAY, HOLIDAY)
    if rng.random() < 0.15:
        hours["sessions"] += _sessions((SUNDAY,), "09:00-12:00")
        return _closed(hours, HOLIDAY)
    return _closed(hours, SUNDAY, HOLIDAY)


def hospital(rng: random.Random) -> dict[str, Any]:
    """Keep the outpatient hours of a hospital."""
    hours: dict[str, Any] = {
        "sessions": _sessions(WEEKDAYS, "09:00-12:30", "13:30-17:00")
        + _sessions(WEEKDAYS, "08:30-11:30", "13:00-16:30", use="reception"),
        "closed_dates": NEW_YEAR,
        "note": "救急は24時間受付（要電話）" if rng.random() < 0.3 else "",
    }
    if rng.random() < 0.5:
        hours["sessions"] += _sessions((SATURDAY,), "09:00-12:30")
        return _closed(hours, SUNDAY, HOLIDAY)
    return _closed(hours, SATURDAY, SUNDAY, HOLIDAY)


def pharmacy(rng: random.Random) -> dict[str, Any]:
    """Keep a pharmacy, which follows the clinics around it; a few are open every day."""
    if rng.random() < 0.1:
        return {"sessions": _sessions(EVERY_DAY, "09:00-21:00")}
    hours: dict[str, Any] = {
        "sessions": _sessions((0, 1, 2, 4), rng.choice(("09:00-18:00", "09:00-18:30")))
        + _sessions((THURSDAY,), rng.choice(("09:00-17:00", "09:00-13:00")))
        + _sessions((SATURDAY,), "09:00-13:00")
    }
    if rng.random() < 0.4:
        hours["closed_dates"] = SUMMER + NEW_YEAR
    return _closed(hours, SUNDAY, HOLIDAY)


def office(rng: random.Random) -> dict[str, Any]:
    """Keep weekday hours (stations, care managers)."""
    hours: dict[str, Any] = {
        "sessions": _sessions(WEEKDAYS, rng.choice(("08:30-17:30", "09:00-18:00", "09:00-17:00")))
    }
    if rng.random() < 0.3:
        hours["sessions"] += _sessions((SATURDAY,), "09:00-12:30")
        return _closed(hours, SUNDAY, HOLIDAY)
    return _closed(hours, SATURDAY, SUNDAY, HOLIDAY)


def day_service(rng: random.Random) -> dict[str, Any]:
    """Keep a day service: Monday to Saturday, holidays too."""
    hours: dict[str, Any] = {
        "sessions": _sessions(
            (*WEEKDAYS, SATURDAY, HOLIDAY), rng.choice(("09:00-16:30", "09:30-16:00"))
        ),
        "closed_dates": NEW_YEAR,
    }
    return _closed(hours, SUNDAY)


def helpers(rng: random.Random) -> dict[str, Any]:
    """Home help: every day, early to late."""
    return {
        "sessions": _sessions(EVERY_DAY, rng.choice(("07:00-21:00", "08:00-20:00", "08:00-18:00")))
    }


def night(rng: random.Random) -> dict[str, Any]:
    """Work through the night, past midnight."""
    return {"sessions": _sessions(EVERY_DAY, rng.choice(("22:00-06:00", "18:00-08:00")))}


def night_clinic(rng: random.Random) -> dict[str, Any]:
    """Keep a clinic of the evening and the night."""
    return _closed(
        {"sessions": _sessions((0, 1, 2, 4, SATURDAY), rng.choice(("19:00-02:00", "18:00-01:00")))},
        THURSDAY,
        SUNDAY,
        HOLIDAY,
    )


def always(_rng: random.Random) -> dict[str, Any]:
    """Be there day and night."""
    return {"sessions": _sessions(EVERY_DAY, "00:00-24:00")}


def days_only(_rng: random.Random) -> dict[str, Any]:
    """Name days without times, as the official care lists name them."""
    return {"open_days": list(WEEKDAYS), "note": "時間は事業所に確認"}


PATTERNS = {
    "hospital": hospital,
    "clinic": clinic,
    "dental_clinic": dental_clinic,
    "pharmacy": pharmacy,
    "maternity_home": office,
    "visiting_nursing": office,
    "visiting_rehabilitation": office,
    "home_help": helpers,
    "visiting_bathing": office,
    "night_home_help": night,
    "regular_visiting": always,
    "small_multifunctional": always,
    "nursing_small_multifunctional": always,
    "day_service": day_service,
    "day_rehabilitation": day_service,
    "short_stay": always,
    "care_management": office,
    "equipment": office,
    "residential": always,
    "care_facility": always,
    "community_support_centre": office,
}
MEDICAL = ("hospital", "clinic", "dental_clinic", "pharmacy")


def make_hours(rng: random.Random, kind: str, at_night: bool) -> dict[str, Any]:
    """Return hours in the form of ``Hours.as_dict`` without empties, or nothing when unknown.

    ``age_days`` (before the day of loading) takes the place of ``as_of``.
    """
    unknown = 0.15 if kind in ("clinic", "dental_clinic", "maternity_home") else 0.08
    if at_night:
        hours = night_clinic(rng)
    elif rng.random() < unknown:
        return {}
    elif kind not in MEDICAL and rng.random() < 0.12:
        hours = days_only(rng)
    else:
        hours = PATTERNS[kind](rng)
    hours = {key: value for key, value in hours.items() if value}
    if "sessions" in hours:
        hours["sessions"].sort(key=lambda s: (s.get("use", ""), s["day"], s["opens"]))
    age_days = STALE_DAYS if rng.random() < 0.12 else FRESH_DAYS
    return {**hours, "age_days": age_days, "source": "sample"}
