"""Figures: counted alike before and after cases are erased, small ones hidden, no name in them."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from geoportal.desk.domain.case import KEPT_DAYS, Case, State
from geoportal.desk.domain.figures import LEAST_SHOWN, gini, masked
from geoportal.desk.services.cases import Answer, confirm, list_cases, note_answer, open_case
from geoportal.desk.services.figures import figures_of
from tests.desk.conftest import Browser, count

CASE = Case(
    "", "", "", "40106", "clinic", ("VM.REG", "AC.PAIN"), "80-89", "week", "doctor", "hospital"
)
PLACES = dict.fromkeys(("near", "maybe", "refuses"), ("clinic", "40106"))
YEAR = ("2026-04", "2027-12")


def tables(figures) -> dict[str, dict[str, int | None]]:
    return {table.key: dict(table.rows) for table in figures.tables}


@pytest.fixture
def placed(desk, coordinator) -> Case:
    """A case of which one office refused, and the second took it."""
    actor = coordinator.actor
    case = open_case(desk, actor, CASE)
    for facility, state, reason in (
        ("near", State.DECLINED, "full"),
        ("maybe", State.ACCEPTED, ""),
    ):
        note_answer(desk, actor, case.id, Answer(facility, None, State.ASKED, way="phone"))
        note_answer(desk, actor, case.id, Answer(facility, State.ASKED, state, reason))
    confirm(desk, actor, case.id, "maybe")
    return case


def test_what_was_counted_on_the_board_is_counted_after_it_is_erased(desk, placed, clock):
    before = figures_of(desk, *YEAR, PLACES)
    assert tables(before)["result"] == {"placed": 1}
    assert tables(before)["shortage"] == {"AC.PAIN full": 1, "VM.REG full": 1}
    assert tables(before)["refusals"] == {"full": 2}
    assert (before.cases, before.calls_per_placement) == (1, 2.0)
    assert {one.facility_id: one.asked for one in before.facilities} == {"near": 1, "maybe": 1}
    clock.move((KEPT_DAYS + 1) * 86_400)
    list_cases(desk)
    assert count(desk, "desk_cases") == 0
    after = figures_of(desk, *YEAR, PLACES)
    assert tables(after) == tables(before)
    assert (after.cases, after.calls_per_placement) == (1, 2.0)
    assert after.evenness == before.evenness == {("clinic", "40106"): 0.0}


def test_other_months_are_left_out(desk, placed):
    figures = figures_of(desk, "2026-04", "2026-10", PLACES)
    assert (figures.cases, figures.calls_per_placement) == (0, None)


def test_the_committee_sees_no_small_number_and_no_facility(desk, placed):
    figures = figures_of(desk, *YEAR, PLACES, for_committee=True)
    assert figures.cases is None
    assert figures.calls_per_placement is None
    assert figures.facilities == []
    shown = [n for table in figures.tables for _, n in table.rows]
    assert not any(n is not None and 0 < n < LEAST_SHOWN for n in shown)


@given(st.dictionaries(st.text(max_size=2), st.integers(0, 30), max_size=8))
def test_no_small_count_is_shown_or_follows_from_the_sum(counts):
    shown = masked(counts)
    assert {key: n for key, n in shown.items() if n is not None}.items() <= counts.items()
    assert not any(n is not None and 0 < n < LEAST_SHOWN for n in shown.values())
    hidden = [key for key, n in shown.items() if n is None]
    if hidden and len(hidden) < len(counts):
        assert len(hidden) >= 2
        assert sum(counts[key] for key in hidden) >= LEAST_SHOWN
    if all(n == 0 or n >= LEAST_SHOWN for n in counts.values()):
        assert shown == counts


@given(st.lists(st.integers(0, 50), min_size=1, max_size=12))
def test_evenness_is_half_the_mean_difference_over_the_mean(counts):
    total = sum(counts)
    differences = sum(abs(a - b) for a in counts for b in counts)
    expected = differences / (2 * len(counts) * total) if total else 0
    assert gini(counts) == pytest.approx(expected)


@pytest.fixture
def staff(browser, coordinator) -> Browser:
    browser.sign_in("kokura.sato")
    return browser


def test_page_workbook_and_pdf_show_the_same_figures(staff, placed):
    page = staff.get("/desk/figures").text
    assert all(word in page for word in ("足りない対応", 'role="img"', "見本ハートクリニック"))
    sent = staff.get("/desk/figures/figures.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(sent.data))
    rows = book.get_sheet_by_name("結果").to_python()
    assert rows[1:3] == [["決まった", 1.0], ["合計", 1.0]]
    assert staff.get("/desk/figures/figures.pdf").data.startswith(b"%PDF")
    committee = staff.get("/desk/figures?for=committee").text
    assert "見本ハートクリニック" not in committee
    assert "伏せ字" in committee


def test_an_issue_goes_its_way_and_names_no_case(staff, desk, placed):
    def send(**form: str):
        return staff.post("/desk/figures/issues", form, page="/desk/figures")

    assert send(title="麻薬の夜間対応が足りない", topic="doctor").status_code == 303
    assert send(title="田中さんの件", topic="doctor").status_code == 400
    (issue,) = figures_of(desk, *YEAR, PLACES).issues
    path = f"/desk/figures/issues/{issue.id}/marks"
    assert staff.post(path, {}, page="/desk/figures").status_code == 303
    values = {"id": issue.id, "title": issue.title, "topic": issue.topic}
    assert send(**values, stage="council", note="手引きに載せる").status_code == 303
    (moved,) = figures_of(desk, *YEAR, PLACES).issues
    assert (moved.stage, moved.marks, moved.note) == ("council", 1, "手引きに載せる")
    assert send(**{**values, "id": "0000000000000000"}, stage="guide").status_code == 404
    assert staff.post("/desk/figures/issues/0000/marks", {}, page="/desk").status_code == 404


def test_figures_of_another_centre_are_seen_by_all(desk, placed, administrator):
    other = open_case(desk, administrator.actor, replace(CASE, ward="40109"))
    assert tables(figures_of(desk, *YEAR, PLACES))["centre_id"] == {"kokura": 1, "": 1}
    assert other.centre_id == ""
