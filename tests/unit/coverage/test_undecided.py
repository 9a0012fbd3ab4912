"""Coverage where a source that would tell who counts is not held."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
import python_calamine

from geoportal.coverage.criteria import CoverageCriteria
from geoportal.coverage.report import CoverageReport, make_report
from geoportal.coverage.study import Study, compute_study, undecided_parts
from geoportal.coverage.supply import gather_supply
from geoportal.coverage.tables import district_rows, facility_rows
from geoportal.coverage.wording import choice_text, facilities_text, lack_text, sentence
from geoportal.export.coverage_shapes import UNDECIDED_CLASS, gap_rows, part_classes, shown_classes
from geoportal.export.map_image import draw_map
from geoportal.export.map_sheet import A4
from geoportal.export.pack import write_pack
from geoportal.services.portal import shipped_reference
from tests.factories import NEEDS, make_snapshot
from tests.rounds import first_always
from tests.unit.coverage import town

BUREAU = {"bureau": {"40/医科"}}
LISTS = {"navii-facility": {"clinic/40"}}
DOCTORS = CoverageCriteria(kinds=("clinic",), needs=("VM.REG",))
HOSPITALS = CoverageCriteria(kinds=("hospital",))


def study_of(held: Mapping[str, Iterable[str]], question: CoverageCriteria = DOCTORS) -> Study:
    snapshot = make_snapshot(
        town.facilities(),
        outlines=town.outlines(),
        members=town.MEMBERS,
        codes=(*NEEDS, "VM.24DR", "ST.ZS1"),
        held=held,
    )
    supply = gather_supply(snapshot, question)
    return compute_study(snapshot, town.population(), town.target(snapshot), question, supply)


def report_of(study: Study) -> CoverageReport:
    snapshot = make_snapshot(town.facilities(), outlines=town.outlines(), members=town.MEMBERS)
    return make_report(study, snapshot, shipped_reference(), [])


@pytest.fixture(scope="module")
def study() -> Study:
    """Return 訪問診療 of a town whose bureau's filings are not imported."""
    return study_of(LISTS)


def test_no_share_rank_or_headline_is_stated(study: Study) -> None:
    *wards, whole = district_rows(study)
    for row in (*wards, whole):
        assert row["undecided"]
        assert row["rank"] is None
        assert row["pop75_uncovered_share"] is None
        assert row["pop75_uncovered_share_possible"] is None
        assert lack_text(row) == "判断できません"
    for figures in (*study.districts, study.total):
        assert "判断できません" in sentence(figures, "訪問診療")
        assert "%" not in sentence(figures, "訪問診療")


def test_what_is_counted_stays_in_the_tables(study: Study) -> None:
    complete = study_of({**LISTS, **BUREAU})
    for row, other in zip(district_rows(study), district_rows(complete), strict=True):
        for key in ("facilities", "facilities_possible", "within_2000_m", "pop75"):
            assert row[key] == other[key]


def test_no_facility_is_called_the_one_that_must_not_close(study: Study) -> None:
    assert "判断できません" in report_of(study).critical_text
    assert "人）" not in report_of(study).critical_text


def test_what_is_missing_is_said_in_every_file(study: Study) -> None:
    caution = report_of(study).caution
    assert "届出（九州厚生局）は取り込まれていません" in caution
    assert "診療所" in caution


def test_facilities_that_were_never_listed_are_no_data_rather_than_nought() -> None:
    study = study_of({"navii-facility": {"hospital/40106"}}, HOSPITALS)
    first, second, whole = district_rows(study)
    assert facilities_text(first) == "0"
    assert facilities_text(second) == facilities_text(whole) == "データなし"
    for key in ("facilities", "per_10000_pop75_possible", "within_2000_m", "nearest_m"):
        assert second[key] is None
    assert second["pop75"] == pytest.approx(study.districts[1].need)
    assert choice_text(second) == choice_text(whole) == "判断できません"


def test_what_would_be_lost_with_a_facility_is_in_no_table(study: Study) -> None:
    lost = [key for key in facility_rows(study)[0] if key.startswith(("left_", "farther_"))]
    assert len(lost) == 11
    assert {row[key] for row in facility_rows(study) for key in lost} == {None}


def test_cells_are_of_a_class_of_their_own_and_no_gaps(study: Study) -> None:
    assert undecided_parts(study).all()
    assert set(part_classes(study)) == {UNDECIDED_CLASS}
    assert shown_classes(study) == (UNDECIDED_CLASS,)
    assert gap_rows(study).size == 0


def test_one_ward_without_its_list_makes_the_whole_a_range_and_leaves_the_other_ranked() -> None:
    study = study_of({"navii-facility": {"hospital/40106"}}, HOSPITALS)
    first, second, whole = district_rows(study)
    assert (first["undecided"], second["undecided"], whole["undecided"]) == (False, True, False)
    assert first["rank"] == 1
    assert second["rank"] is None
    people = [figures.need for figures in study.districts]
    lacking = [row["pop75"] - row["pop75_with_1_within_2000_m"] for row in (first,)]
    assert whole["pop75_uncovered_share"] == pytest.approx((lacking[0] + people[1]) / sum(people))
    assert whole["pop75_uncovered_share_possible"] == pytest.approx(lacking[0] / sum(people))
    said = sentence(study.total, "病院")
    assert "資料が未取込の地区があるため、幅で示します" in said
    assert lack_text(whole).replace("〜", "") != lack_text(whole)
    assert study.undecided  # which of the facilities must not close is not known
    assert "判断できません" in report_of(study).critical_text
    kinds = set(part_classes(study))
    assert UNDECIDED_CLASS in kinds
    assert len(kinds) > 1


@pytest.mark.parametrize(
    ("question", "undecided"),
    [
        (CoverageCriteria(kinds=("clinic",)), False),
        (CoverageCriteria(kinds=("clinic",), time="night"), True),
        (CoverageCriteria(kinds=("clinic",), needs=("VM.REG",), evidence="confirmed"), False),
        (CoverageCriteria(kinds=("clinic",), needs=("VM.REG",), evidence="filed"), True),
        (CoverageCriteria(kinds=("clinic",), needs=("CAP.OPEN",)), False),
    ],
)
def test_only_a_question_that_the_filings_would_answer_is_undecided(
    question: CoverageCriteria, undecided: bool
) -> None:
    assert study_of(LISTS, question).undecided == undecided


def test_with_the_filings_all_is_decided() -> None:
    study = study_of({**LISTS, **BUREAU})
    assert not study.undecided
    assert [row["rank"] for row in district_rows(study)] == [2, 1, None]
    assert report_of(study).gaps == ()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("held", "question"),
    first_always(
        [
            (LISTS, DOCTORS),
            ({"navii-facility": {"hospital/40106"}}, HOSPITALS),
            ({}, HOSPITALS),
        ]
    ),
)
def test_every_file_is_written_and_states_no_number_of_what_is_not_known(
    held: Mapping[str, Iterable[str]], question: CoverageCriteria, tmp_path: Path
) -> None:
    study = study_of(held, question)
    report = report_of(study)
    files = write_pack(tmp_path, report, ("html", "xlsx", "gpkg", "geojson", "csv"))
    assert {"map.html", "figures.xlsx", "README.txt"} <= set(files)
    printed = draw_map(report, A4)
    printed.draw_without_rendering()
    assert UNDECIDED_CLASS.label in {text.get_text() for text in printed.legends[0].get_texts()}
    with (tmp_path / "districts.csv").open(encoding="utf-8-sig", newline="") as file:
        *wards, _ = csv.DictReader(file)
    for ward, figures in zip(wards, study.districts, strict=True):
        assert (ward["pop75_uncovered_share"] == "") == figures.undecided
        assert (ward["facilities"] == "") == figures.unlisted
    with (tmp_path / "facilities.csv").open(encoding="utf-8-sig", newline="") as file:
        assert {row["left_without_2000_m"] for row in csv.DictReader(file)} <= {""}
    html = (tmp_path / "map.html").read_text("utf-8")
    assert "判断できません" in html
    sheets = python_calamine.load_workbook(tmp_path / "figures.xlsx")
    summary = sheets.get_sheet_by_name("概要").to_python()
    said = {str(row[0]): str(row[1]) for row in summary if len(row) > 1}
    assert "判断できません" in said["代わりのない施設"]
    assert "取り込まれていません" in said["注意"]
