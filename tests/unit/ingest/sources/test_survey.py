"""The survey workbook coming back: an answer is a claim, silence is none."""

import pytest

from geoportal.ingest.sources.survey import FORM, HEADINGS, _column_letters
from geoportal.store.facilities import read_records
from tests.unit.ingest.official import (
    KAIGO_HEADER,
    by_name,
    codes,
    import_into,
    kaigo_row,
    only,
    write_csv,
)

NEED = "点滴 [VM.REG]"


def imported(database, tmp_path, **cells):
    row = {"form": FORM, "id": "n4012345678901", "kind": "clinic", "answered_on": "2026-04-01"}
    need = cells.pop("need", "")
    values = {HEADINGS[name]: value for name, value in (row | cells).items()}
    path = write_csv(
        tmp_path / "survey_20260410.csv",
        [*HEADINGS.values(), NEED],
        [dict.fromkeys(HEADINGS.values(), "") | values | {NEED: need}],
    )
    report = only(import_into(database, path))
    with database.engine.connect() as connection:
        return report, list(read_records(connection))


def test_an_answer_is_a_claim_under_the_id_of_the_facility_asked(database, tmp_path):
    report, (stored,) = imported(database, tmp_path, need="○", answered_by="看護師")
    assert (report.source, report.as_of) == ("survey", "2026-04-10")
    assert (stored.own_id, stored.record.record_id) == (
        "n4012345678901",
        "n4012345678901@2026-04-01",
    )
    (claim,) = stored.record.claims
    assert (claim.code, claim.value, claim.evidence, claim.as_of, claim.note) == (
        "VM.REG",
        "yes",
        "survey",
        "2026-04-01",
        "回答：看護師",
    )


def test_no_answer_is_not_a_no(database, tmp_path):
    report, stored = imported(database, tmp_path, need="未回答")
    assert (report.rows_read, report.rejected, stored) == (1, 0, [])
    assert "no_answers" in codes(report)


def test_an_answer_that_is_none_of_the_choices_is_not_used(database, tmp_path):
    report, (stored,) = imported(database, tmp_path, need="たまに", remarks="午後のみ")
    assert stored.record.claims == ()
    assert stored.record.note == "午後のみ"
    assert "bad_answer" in codes(report)


@pytest.mark.parametrize(
    "cells",
    [
        {"need": "2026-04-01"},
        {"answered_by": "令和8年4月1日"},
        {"capacity": "はい"},
        {"answered_on": "相談員", "capacity": "小倉北区"},
        {"answered_on": "満員"},
        {"navii_id": "4012345678902"},
    ],
)
def test_answers_of_another_question_or_facility_are_not_taken(database, tmp_path, cells):
    report, stored = imported(database, tmp_path, **{"need": "はい"} | cells)
    assert (report.rejected, stored) == (1, [])


@pytest.mark.parametrize(
    "cells", [{"answered_on": "四月"}, {"capacity": "満員"}, {"navii_id": "#REF!"}]
)
def test_one_odd_cell_is_said_and_the_answer_taken(database, tmp_path, cells):
    report, (stored,) = imported(database, tmp_path, **{"need": "はい"} | cells)
    assert any(issue.severity == "warning" for issue in report.issues)
    assert (len(stored.record.claims), stored.record.identifiers) == (1, {})


@pytest.mark.parametrize(
    ("position", "letters"),
    [
        (0, "A"),
        (25, "Z"),
        (26, "AA"),
        (27, "AB"),
        (51, "AZ"),
        (52, "BA"),
        (701, "ZZ"),
        (702, "AAA"),
    ],
)
def test_columns_are_named_as_a_spreadsheet_names_them(position, letters):
    assert _column_letters(position) == letters


def test_an_answer_of_a_facility_in_no_list_is_told_until_a_list_has_it(database, tmp_path):
    answered = {"need": "○", "id": "k130-4067700001", "kind": "visiting_nursing"}
    report, _ = imported(database, tmp_path, **answered)
    (issue,) = (issue for issue in report.issues if issue.code == "in_no_list")
    assert "k130-4067700001" in issue.value
    assert issue.message.startswith("1 facilities of this file are in no list that is held")
    listed = kaigo_row(事業所番号="4067700001", 事業所名="見本訪問看護")
    import_into(database, write_csv(tmp_path / "kaigo_20260401.csv", KAIGO_HEADER, [listed]))
    assert set(by_name(database)) == {"見本訪問看護"}
    report, _ = imported(database, tmp_path, **answered, remarks="午後のみ")
    assert (report.updated, "in_no_list" in codes(report)) == (1, False)
