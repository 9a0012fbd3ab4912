"""医療情報ネット hours: departments and weekly hours of the facility with that ID."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoportal.domain.hours import Session
from geoportal.ingest.files.layouts import Record, fold_header
from geoportal.ingest.reading.rows import RowNotes
from geoportal.ingest.sources.navii_hours import LAYOUT, _sessions
from tests.unit.ingest.official import NAVII_HEADER as FACILITY_HEADER
from tests.unit.ingest.official import by_name, codes, import_into, navii_row, write_csv

DAYS = "月火水木金土日祝"
HEADER = [
    *["ID", "診療科目コード", "診療科目名", "診療時間帯"],
    *(f"{day}_診療{end}時間" for day in DAYS for end in ("開始", "終了")),
    *(f"{day}_外来受付{end}時間" for day in DAYS for end in ("開始", "終了")),
]
REBUILT = Path(__file__).resolve().parents[5] / "shared" / "data" / "navii" / "rebuilt"
ID = "4011400009990"


def row(**overrides):
    plain = {"ID": ID, "診療科目コード": "01001", "診療科目名": "内科", "診療時間帯": "1"}
    return dict.fromkeys(HEADER, "") | plain | overrides


def imported(database, tmp_path, *rows):
    facilities = write_csv(tmp_path / "facility_20250601.csv", FACILITY_HEADER, [navii_row()])
    hours = write_csv(tmp_path / "hours_20250601.csv", HEADER, rows)
    report = import_into(database, hours, facilities)
    (facility,) = by_name(database).values()
    return next(item for item in report.files if item.source == "navii-hours"), facility


def test_departments_and_sessions_join_the_facility(database, tmp_path):
    rows = [
        row(月_診療開始時間="09:00", 月_診療終了時間="12:00", 月_外来受付開始時間="8:30",
            月_外来受付終了時間="11:30"),
        row(診療時間帯="2", 月_診療開始時間="14:00", 月_診療終了時間="18:00"),
        row(診療科目名="外科", 土_診療開始時間="９：００", 土_診療終了時間="1230"),
    ]  # fmt: skip
    report, facility = imported(database, tmp_path, *rows)
    assert (report.rows_read, report.accepted, report.created) == (3, 3, 1)
    assert "in_no_list" not in codes(report)  # the list comes first, in whatever order it is named
    assert (facility.id, facility.name) == (f"n{ID}", "医療法人　見本会　見本病院")
    assert facility.departments == ("内科", "外科")
    assert set(facility.hours.sessions) == {
        Session(0, "09:00", "12:00", "consultation", "内科"),
        Session(0, "08:30", "11:30", "reception", "内科"),
        Session(0, "14:00", "18:00", "consultation", "内科"),
        Session(5, "09:00", "12:30", "consultation", "外科"),
    }


def test_blank_hours_are_unknown_and_departments_arrive(database, tmp_path):
    report, facility = imported(database, tmp_path, row(), row(診療科目名="小児科"))
    assert facility.departments == ("内科", "小児科")
    assert facility.hours.sessions == ()
    assert not [issue for issue in report.issues if issue.severity == "warning"]


def test_without_the_facility_table_the_missing_name_is_said(database, tmp_path):
    import_into(database, write_csv(tmp_path / "hours_20250601.csv", HEADER, [row()]))
    (facility,) = by_name(database).values()
    assert ID in facility.name


@pytest.mark.parametrize(
    ("opens", "closes", "expected"),
    [
        ("00:00", "24:00", Session(0, "00:00", "24:00", "consultation", "内科")),
        ("18:00", "26:00", Session(0, "18:00", "02:00", "consultation", "内科")),
        ("22:00", "6:00", Session(0, "22:00", "06:00", "consultation", "内科")),
        ("25:00", "27:00", Session(1, "01:00", "03:00", "consultation", "内科")),
    ],
)
def test_nights(database, tmp_path, opens, closes, expected):
    _, facility = imported(database, tmp_path, row(月_診療開始時間=opens, 月_診療終了時間=closes))
    assert facility.hours.sessions == (expected,)


@pytest.mark.parametrize(
    ("opens", "closes", "code"),
    [
        ("09:00", "", "missing_time"),
        ("9時半ごろ", "12:00", "bad_time"),
        ("09:75", "12:00", "bad_time"),
        ("31:00", "12:00", "bad_time"),
        ("12:00", "09:00", "ends_before_start"),
        ("09:00", "09:00", "empty_session"),
    ],
)
def test_times_that_make_no_session_are_noted(database, tmp_path, opens, closes, code):
    report, facility = imported(
        database, tmp_path, row(月_診療開始時間=opens, 月_診療終了時間=closes)
    )
    assert facility.hours.sessions == ()
    (issue,) = [issue for issue in report.issues if issue.code == code]
    assert issue.line == 2
    assert issue.field.startswith("月_診療")


@given(st.text(max_size=8), st.text(max_size=8))
def test_whatever_is_in_the_cells_sessions_are_sound(opens, closes):
    header = [fold_header(name) for name in HEADER]
    cells = tuple(row(月_診療開始時間=opens, 月_診療終了時間=closes).values())
    record = Record(2, cells, LAYOUT.matches(header), {})
    for session in _sessions(RowNotes(record, LAYOUT), record, "内科"):
        assert 0 <= session.day <= 7
        assert "00:00" <= session.opens < "24:00"
        assert "00:00" <= session.closes <= "24:00"
        assert session.opens != session.closes


@pytest.mark.shared
@pytest.mark.skipif(not REBUILT.exists(), reason="no official files in ../shared/data")
@pytest.mark.long
def test_the_rebuilt_files_bring_departments(database):
    report = import_into(database, *sorted(REBUILT.glob("0?-*.csv")))
    facilities = by_name(database).values()
    with_departments = [f for f in facilities if f.departments]
    assert sum(item.rejected for item in report.files) == 0
    assert len(with_departments) > 1_400
    assert not any(codes(item) & {"bad_time", "missing_time"} for item in report.files)


def with_flags(database, tmp_path, flags, *rows):
    names = [f"毎週決まった曜日に休診（{day}）" for day in "月火水木金土日"]
    facility = navii_row(**dict(zip(names, flags, strict=True)))
    facilities = write_csv(tmp_path / "facility_20250601.csv", FACILITY_HEADER, [facility])
    hours = write_csv(tmp_path / "hours_20250601.csv", HEADER, rows)
    import_into(database, hours, facilities)
    return next(iter(by_name(database).values())).hours


def test_flags_of_open_days_stay_beside_times(database, tmp_path):
    times = {"月_診療開始時間": "09:00", "月_診療終了時間": "17:00"}
    hours = with_flags(database, tmp_path, "1111100", row(**times))
    assert hours.open_days == (0, 1, 2, 3, 4)
    assert hours.closed_days == (5, 6)


def test_a_day_with_times_that_is_flagged_closed_is_unclear(database, tmp_path):
    opens = {f"{day}_診療開始時間": "09:00" for day in "月日"}
    times = opens | {f"{day}_診療終了時間": "17:00" for day in "月日"}
    hours = with_flags(database, tmp_path, "1111100", row(**times))
    assert hours.unclear_days == (6,)
    assert hours.closed_days == (5,)


def test_an_emergency_department_is_not_open_for_consultation(database, tmp_path):
    night = {"水_診療開始時間": "00:00", "水_診療終了時間": "23:59"}
    day = {"水_診療開始時間": "09:00", "水_診療終了時間": "17:00"}
    rows = [row(診療科目名="救急科", **night), row(**day)]
    _, facility = imported(database, tmp_path, *rows)
    assert [(s.use, s.department) for s in facility.hours.sessions] == [
        ("emergency", "救急科"),
        ("consultation", "内科"),
    ]
