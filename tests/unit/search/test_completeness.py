"""Completeness: what is held where a question is asked, and who stands apart for the lack of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import numpy as np
import pytest

from geoportal.domain.completeness import HELD, MISSING, PARTIAL, Asked, Completeness
from geoportal.domain.consultation import Role
from geoportal.domain.facility import Facility, SourceMention
from geoportal.domain.hours import JST, Hours, OpeningCalendar, Session
from geoportal.domain.query import Origin, Query
from geoportal.domain.vocabulary import Term, Vocabulary
from geoportal.index.snapshot import Snapshot
from geoportal.search.answer import Answer, search
from geoportal.search.completeness import area_completeness, listing_state
from geoportal.search.team import TeamAnswer, TeamQuestion, find_teams
from tests.factories import make_claim, make_facility, make_outline, make_snapshot

MOJI = (130.9615, 33.9450)
KARATO = (130.9450, 33.9570)
NAVII = {"clinic/40", "clinic/35"}
NEED = ("VM.REG",)
MEMBERS = {
    "40101": ("40101",),
    "40106": ("40106",),
    "40100": ("40101", "40106"),
    "40": ("40101", "40106", "40202"),
    "40202": ("40202",),
    "35201": ("35201",),
    "35": ("35201",),
}


def city(held: Mapping[str, Iterable[str]], *more: Facility) -> Snapshot:
    """Return 門司 with one clinic of which nothing is known, and 下関 with one that has filed."""
    filed = make_claim("VM.REG", evidence="filed", source="bureau")
    facilities = [
        make_facility("moji", (MOJI[0] + 0.01, MOJI[1]), municipality_code="40101"),
        make_facility("karato", KARATO, [filed], municipality_code="35201"),
        *more,
    ]
    return make_snapshot(
        facilities,
        outlines=[
            make_outline("40101", (130.95, 33.80, 131.05, 33.9505)),
            make_outline("35201", (130.85, 33.951, 131.05, 34.10)),
        ],
        members=MEMBERS,
        held=held,
    )


def ask(snapshot: Snapshot, **changes: object) -> Answer:
    options: dict[str, object] = {"origin": Origin(*MOJI), "radius_m": 8000.0, "needs": NEED}
    return search(snapshot, Query(**{**options, **changes}), OpeningCalendar())  # type: ignore[arg-type]


def states(lines: Iterable[Completeness]) -> set[tuple[str, str, tuple[str, ...], str]]:
    return {(line.source, line.area, line.needs, line.state) for line in lines}


def test_a_neighbours_filings_do_not_settle_the_question_of_a_home_without_any() -> None:
    answer = ask(city({"navii-facility": NAVII, "bureau": {"35/医科"}}), kinds=("clinic",))
    assert [(r.facility.id, r.match, r.elsewhere) for r in answer.results] == [
        ("moji", "possible", False),
        ("karato", "match", True),
    ]
    assert states(answer.completeness) == {
        ("navii-facility", "40101", (), HELD),
        ("bureau", "40101", NEED, MISSING),
        ("bureau", "35", NEED, HELD),
    }
    gap = next(line for line in answer.completeness if line.is_gap)
    assert (gap.kinds, gap.facilities, gap.unknown) == (("clinic",), 1, 1)
    assert answer.counts == {"match": 1, "possible": 1, "no": 0}
    assert answer.elsewhere == {"match": 1, "possible": 0, "no": 0}


def test_with_the_homes_own_filings_the_match_comes_first() -> None:
    held = {"navii-facility": NAVII, "bureau": {"35/医科", "40/医科"}}
    answer = ask(city(held), kinds=("clinic",))
    assert [r.facility.id for r in answer.results] == ["karato", "moji"]
    assert not any(r.elsewhere for r in answer.results)
    assert {line.state for line in answer.completeness} == {HELD}


def test_what_a_facility_of_the_home_said_itself_is_an_answer() -> None:
    said = make_facility(
        "said", (MOJI[0] + 0.03, MOJI[1]), [make_claim("VM.REG")], municipality_code="40101"
    )
    answer = ask(city({"bureau": {"35/医科"}}, said), kinds=("clinic",))
    assert [r.facility.id for r in answer.results] == ["said", "moji", "karato"]
    gap = next(line for line in answer.completeness if line.needs and line.is_gap)
    assert (gap.facilities, gap.unknown) == (2, 1)


def test_who_refuses_is_not_counted_as_unknown() -> None:
    refusing = make_facility("no", MOJI, [make_claim("VM.REG", "no")], municipality_code="40101")
    lines = area_completeness(city({}, refusing), "40101", Asked(("clinic",), NEED))
    gap = next(line for line in lines if line.needs)
    assert (gap.facilities, gap.unknown) == (2, 1)


def at_home(answer: Answer) -> int:
    return answer.counts["match"] - answer.elsewhere["match"]


def test_less_is_proposed_where_only_the_neighbours_match_and_it_counts_the_home() -> None:
    filed = make_claim("VM.REG", evidence="filed", source="bureau")
    neighbours = [
        make_facility(
            f"k{n}", (KARATO[0], KARATO[1] + n / 1000), [filed], municipality_code="35201"
        )
        for n in range(6)
    ]
    silent = make_facility("silent", KARATO, municipality_code="35201")
    said = make_facility(
        "said", (MOJI[0], MOJI[1] - 0.1), [make_claim("VM.REG")], municipality_code="40101"
    )
    snapshot = city({"bureau": {"35/医科"}}, *neighbours, silent, said)
    answer = ask(snapshot, kinds=("clinic",))
    assert (answer.counts["match"], at_home(answer)) == (7, 0)
    assert answer.relaxations
    for relaxation in answer.relaxations:
        relaxed = search(snapshot, relaxation.apply(answer.query), OpeningCalendar())
        assert at_home(relaxed) - at_home(answer) == relaxation.adds
    radius = next(r for r in answer.relaxations if r.steps[0].metres)
    assert (radius.steps[0].metres, radius.adds) == (12_000, 1)
    two = ask(snapshot, kinds=("clinic",), needs=("VM.REG", "AC.ULCER"))  # neighbours lack one
    assert ["VM.REG", "AC.ULCER"] in [[s.value for s in r.steps] for r in two.relaxations]


NURSING = Term("VN.X", "X", "X", "AC", kinds=("visiting_nursing",))
DOCTOR = Term("VM.REG", "D", "D", "VM", kinds=("hospital", "clinic"))
BEDS = Term("CO.BEDS", "B", "B", "CO", kinds=("hospital",))


@pytest.mark.parametrize(
    ("kinds", "needs", "misplaced"),
    [
        (("clinic",), ("VM.REG",), ()),
        (("clinic",), ("VN.X",), (("VN.X", ("visiting_nursing",)),)),
        (("clinic",), ("VM.REG", "VN.X"), (("VN.X", ("visiting_nursing",)),)),
        (
            ("clinic", "visiting_nursing"),
            ("VM.REG", "VN.X"),
            (("VM.REG", ("hospital", "clinic")), ("VN.X", ("visiting_nursing",))),
        ),
        ((), ("VM.REG", "CO.BEDS"), ()),
        (
            (),
            ("VM.REG", "VN.X"),
            (("VM.REG", ("hospital", "clinic")), ("VN.X", ("visiting_nursing",))),
        ),
        ((), (), ()),
    ],
)
def test_a_need_that_is_not_about_whom_one_asks_is_said_with_whom_to_ask(
    kinds: tuple[str, ...], needs: tuple[str, ...], misplaced: tuple[tuple[str, object], ...]
) -> None:
    terms = Vocabulary([NURSING, DOCTOR, BEDS], [])
    clinic = make_facility("c", MOJI, municipality_code="40101")
    snapshot = make_snapshot([clinic], members=MEMBERS, held={}, vocabulary=terms)
    answer = ask(snapshot, origin=None, districts=("40101",), kinds=kinds, needs=needs)
    assert answer.misplaced == misplaced
    if misplaced:  # nobody is asked, so of nobody is it unknown
        assert answer.counts["possible"] == 0
        assert all(line.tells == "places" for line in answer.completeness)


def test_pages_of_an_answer_are_cut_from_one_order() -> None:
    snapshot = city({"bureau": {"35/医科"}})
    second = ask(snapshot, kinds=("clinic",), limit=1, offset=1)
    assert [r.facility.id for r in second.results] == ["karato"]
    assert second.results[0].elsewhere


def test_a_need_that_no_filing_tells_sets_nobody_apart() -> None:
    answer = ask(city({"bureau": {"35/医科"}}), needs=("CAP.OPEN",))
    assert not any(result.elsewhere for result in answer.results)
    assert all(not line.needs for line in answer.completeness)


def test_the_municipality_of_an_address_counts_where_no_outline_is_held() -> None:
    snapshot = make_snapshot(
        [make_facility("karato", KARATO, municipality_code="35201")],
        members=MEMBERS,
        held={"bureau": {"35/医科"}},
    )
    home = Origin(*MOJI, match_level="chome", municipality_code="40101")
    lines = ask(snapshot, origin=home, kinds=("clinic",)).completeness
    assert ("bureau", "40101", NEED, MISSING) in states(lines)
    assert ask(snapshot, origin=Origin(*MOJI), kinds=("clinic",)).completeness == ()


def test_districts_are_told_of_one_by_one() -> None:
    snapshot = city({"navii-facility": {"clinic/40101"}, "bureau": {"35/医科"}})
    answer = ask(snapshot, origin=None, districts=("40101", "35201"), kinds=("clinic",))
    assert states(answer.completeness) == {
        ("navii-facility", "40101", (), HELD),
        ("bureau", "40101", NEED, MISSING),
        ("bureau", "35201", (), HELD),
        ("bureau", "35201", NEED, HELD),
    }
    assert not any(result.elsewhere for result in answer.results)


@pytest.mark.parametrize(
    ("held", "area", "state"),
    [
        ({"130/40106"}, "40106", HELD),
        ({"130/40100"}, "40106", HELD),
        ({"130/40"}, "40106", HELD),
        ({"130/00"}, "40106", HELD),
        ({"130/40101"}, "40106", MISSING),
        ({"130/40101"}, "40100", PARTIAL),
        ({"130/40101", "130/40202"}, "40106", PARTIAL),
        ({"110/40106"}, "40106", MISSING),
        ({"130/35"}, "40106", MISSING),
        (set(), "40106", MISSING),
    ],
)
def test_which_editions_answer_for_an_area(held: set[str], area: str, state: str) -> None:
    snapshot = city({"kaigo": held})
    assert listing_state(snapshot, area, "visiting_nursing") == state
    [line] = area_completeness(snapshot, area, Asked(("visiting_nursing",)))
    assert (line.source, line.state) == ("kaigo", state)


def test_a_kind_of_several_services_is_held_when_each_is() -> None:
    assert listing_state(city({"kaigo": {"150/40"}}), "40106", "day_service") == PARTIAL
    assert listing_state(city({"kaigo": {"150/40", "780/40"}}), "40106", "day_service") == HELD


def test_an_extract_that_names_a_facility_is_held_in_part() -> None:
    listed = make_facility(
        "listed", MOJI, municipality_code="40101", sources=(SourceMention("bureau", "1", ""),)
    )
    lines = area_completeness(city({}, listed), "40101", Asked(("clinic",), NEED))
    assert ("bureau", "40101", NEED, PARTIAL) in states(lines)


CLOSED_SUNDAYS = Hours(closed_days=(6,), as_of="2026-06-01", source="navii-hours")
MORNINGS = Hours((Session(1, "09:00", "12:00"),), as_of="2026-06-01", source="navii-hours")
TUESDAY = datetime(2026, 11, 24, 10, tzinfo=JST)


def told(lines: Iterable[Completeness]) -> set[tuple[str, str, str, int, int]]:
    return {(n.tells, n.source, n.state, n.facilities, n.unknown) for n in lines}


@pytest.mark.parametrize(
    ("held", "hours", "state", "unknown"),
    [
        ({}, CLOSED_SUNDAYS, MISSING, 2),
        ({"navii-hours": {"clinic/35"}}, CLOSED_SUNDAYS, MISSING, 2),
        ({"navii-hours": {"clinic/40"}}, CLOSED_SUNDAYS, PARTIAL, 2),
        ({"navii-hours": {"clinic/40"}}, MORNINGS, HELD, 1),
    ],
)
def test_a_question_of_time_is_told_whose_hours_are_not_known(
    held: Mapping[str, Iterable[str]], hours: Hours, state: str, unknown: int
) -> None:
    other = make_facility("other", MOJI, municipality_code="40101", hours=hours)
    answer = ask(city(held, other), kinds=("clinic",), needs=(), open_at=TUESDAY)
    own = [line for line in answer.completeness if line.area == "40101"]
    assert ("hours", "navii-hours", state, 2, unknown) in told(own)
    assert any(line.is_gap and line.tells == "hours" for line in own) == (state != HELD)
    untimed = ask(city(held, other), kinds=("clinic",), needs=())
    assert all(line.tells == "places" for line in untimed.completeness)


def test_neighbours_whose_department_or_hours_are_known_stand_apart_from_a_home_without() -> None:
    known = {"departments": ("皮膚科",), "hours": MORNINGS}
    skin = make_facility("skin", KARATO, municipality_code="35201", **known)
    for held, apart in ({"clinic/35"}, True), ({"clinic/35", "clinic/40"}, False), (set(), False):
        snapshot = city({"navii-hours": held}, skin)
        for question in ({"departments": ("皮膚科",)}, {"open_at": TUESDAY, "kinds": ("clinic",)}):
            results = ask(snapshot, needs=(), **question).results
            assert [r.elsewhere for r in results if r.facility.id == "skin"] == [apart]


def test_a_file_of_a_prefecture_that_was_cut_to_a_few_cities_answers_for_these_only() -> None:
    def listed(*codes: str) -> Snapshot:
        mention = (SourceMention("bureau", "1", ""),)
        filing = [
            make_facility(f"f{n}", KARATO, municipality_code=code, sources=mention)
            for n, code in enumerate(codes)
        ]
        members = {code: (code,) for code in (*codes, "35203")}
        return make_snapshot(filing, members=members, held={"bureau": {"35/医科"}})

    def state(snapshot: Snapshot, code: str) -> str:
        lines = area_completeness(snapshot, code, Asked(("clinic",), NEED))
        return next(line.state for line in lines if line.needs)

    assert state(listed("35201"), "35201") == HELD
    assert state(listed("35201"), "35203") == MISSING
    assert state(listed("35201", "35202", "35204", "35206", "35207"), "35203") == HELD
    assert listing_state(listed("35201"), "35203", "clinic") == MISSING


def test_a_question_of_a_department_is_told_whose_departments_are_not_known() -> None:
    skin = make_facility("skin", MOJI, municipality_code="40101", departments=("皮膚科",))
    teeth = make_facility("teeth", MOJI, kind="dental_clinic", municipality_code="40101")
    lacking = ask(city({}, skin, teeth), needs=(), departments=("皮膚科",))
    own = [line for line in lacking.completeness if line.tells == "departments"]
    assert [r.facility.id for r in lacking.results] == ["skin"]
    assert {line.kinds for line in own} == {("hospital", "clinic")}  # no dental clinic has one
    assert {k for n in lacking.completeness for k in n.kinds} == {"hospital", "clinic"}
    assert ("departments", "navii-hours", MISSING, 2, 1) in told(own)
    assert not lacking.no_data
    nobody = ask(city({}, teeth), needs=(), departments=("皮膚科",))
    assert nobody.no_data
    assert [r.kinds for r in nobody.relaxations] == [("hospital", "clinic")]
    dental = ask(city({}, skin, teeth), needs=(), departments=("小児歯科",))
    kinds = {k for n in dental.completeness if n.tells == "departments" for k in n.kinds}
    assert "dental_clinic" in kinds
    held = {"navii-hours": {"clinic/40", "hospital/40", "dental_clinic/40"}}
    answer = ask(city(held, skin), needs=(), departments=("皮膚科",))
    assert ("departments", "navii-hours", HELD, 2, 1) in told(answer.completeness)


def test_hours_that_no_official_list_states_are_nobodys_gap() -> None:
    station = make_facility("s", MOJI, kind="visiting_nursing", municipality_code="40101")
    answer = ask(city({}, station), kinds=("visiting_nursing",), needs=(), open_at=TUESDAY)
    assert {line.tells for line in answer.completeness} == {"places"}


def test_filings_are_no_gap_where_each_facility_has_answered() -> None:
    said = make_facility("said", MOJI, [make_claim("VM.REG")], municipality_code="40202")
    lines = area_completeness(city({}, said), "40202", Asked(("clinic",), NEED))
    assert [(n.state, n.is_gap) for n in lines if n.needs] == [(MISSING, False)]


def test_of_several_lists_of_places_the_fullest_is_named() -> None:
    held = {"municipal-medical": {"clinic/40106"}}
    lines = area_completeness(city(held), "40106", Asked(("clinic",)))
    assert states(lines) == {("municipal-medical", "40106", (), HELD)}
    lines = area_completeness(city({}), "40106", Asked(("clinic",)))
    assert states(lines) == {("navii-facility", "40106", (), MISSING)}


def test_places_that_another_source_names_are_held_in_part() -> None:
    assert states(area_completeness(city({}), "40101", Asked(("clinic",)))) == {
        ("navii-facility", "40101", (), PARTIAL)
    }
    assert listing_state(city({}), "40101", "clinic") == PARTIAL
    assert listing_state(city({}), "40101", "hospital") == MISSING


def test_without_kinds_those_are_meant_that_the_needs_are_about() -> None:
    snapshot = city({"kaigo": {"130/40"}, "navii-facility": NAVII})
    kinds = {kind for line in area_completeness(snapshot, "40106", Asked()) for kind in line.kinds}
    assert {"clinic", "visiting_nursing", "community_support_centre"} <= kinds


def test_everything_is_held_of_a_fictional_city() -> None:
    fictional = make_facility(
        "f", MOJI, municipality_code="40106", sources=(SourceMention("sample", "1", ""),)
    )
    shipped = make_facility(
        "c", MOJI, municipality_code="40106", sources=(SourceMention("centres", "1", ""),)
    )
    lines = area_completeness(city({}, fictional, shipped), "40106", Asked(("clinic",), NEED))
    assert states(lines) == {("sample", "40106", NEED, HELD)}
    real = make_facility("r", MOJI, municipality_code="40106")
    mixed = area_completeness(city({}, fictional, real), "40106", Asked(("clinic",), NEED))
    assert ("bureau", "40106", NEED, MISSING) in states(mixed)


@pytest.mark.parametrize(
    ("home", "facility", "water"),
    [
        (MOJI, KARATO, "kanmon"),
        ((130.9630, 33.9445), (130.8290, 33.8890), ""),  # 門司 – 戸畑: over the strait and back
        ((130.8751, 33.8834), (130.9180, 33.9480), "kanmon"),  # 小倉 – 彦島
        ((130.8070, 33.9040), (130.8200, 33.8970), "dokai"),  # 若松駅 – 戸畑駅
        ((130.8751, 33.8834), (130.8200, 33.8970), ""),  # 小倉 – 戸畑駅
        ((130.7120, 33.8630), (130.7450, 33.8880), ""),  # 折尾 – 二島, round the end of the bay
        ((130.8751, 33.8834), (130.8173, 33.9929), "ainoshima"),  # 小倉 – 藍島, both ways
        ((130.8173, 33.9929), (130.8751, 33.8834), "ainoshima"),
        ((130.8173, 33.9929), KARATO, "ainoshima"),
        ((130.8173, 33.9929), (130.8190, 33.9960), ""),  # both on the island
        ((130.8539, 33.9690), (130.8751, 33.8834), "umashima"),
        ((130.8539, 33.9690), (130.8632, 33.9756), "umashima"),  # 馬島 – 六連島
        (KARATO, (130.8632, 33.9756), "mutsurejima"),
        ((130.7867, 34.1036), KARATO, "futaoijima"),
        ((130.8103, 33.9407), (130.8751, 33.8834), "dokai"),  # 響灘: land of its own in the outline
        (MOJI, (130.8751, 33.8834), ""),
        (MOJI, None, ""),
    ],
)
def test_water_between_a_home_and_a_facility(
    home: tuple[float, float], facility: tuple[float, float] | None, water: str
) -> None:
    snapshot = make_snapshot([make_facility("f", facility)])
    assert snapshot.waters_before(*home, np.array([0])) == [water]


def test_the_first_matches_from_elsewhere_are_named_where_the_page_does_not_reach_them() -> None:
    own = [make_facility(f"own{n}", MOJI, municipality_code="40101") for n in range(3)]
    filed = make_claim("VM.REG", evidence="filed", source="bureau")
    farther = make_facility(
        "far", (KARATO[0], KARATO[1] + 0.01), [filed], municipality_code="35201"
    )
    snapshot = city({"bureau": {"35/医科"}}, *own, farther)
    first = ask(snapshot, kinds=("clinic",), limit=2)
    assert [r.facility.id for r in first.elsewhere_first] == ["karato", "far"]
    assert all(r.elsewhere and r.place == 0 for r in first.elsewhere_first)
    whole = ask(snapshot, kinds=("clinic",))
    assert [r.facility.id for r in whole.results][-2:] == ["karato", "far"]
    assert whole.elsewhere_first == ()


def test_a_team_is_made_of_the_homes_own_facilities_first() -> None:
    role = Role("doctor", ("clinic",), NEED)
    question = TeamQuestion(Query(origin=Origin(*MOJI), radius_m=8000.0), (role,), teams=2)
    lacking = find_teams(city({"bureau": {"35/医科"}}), question, OpeningCalendar())
    held = find_teams(city({"bureau": {"35/医科", "40/医科"}}), question, OpeningCalendar())

    def members(answer: TeamAnswer) -> list[tuple[str, bool]]:
        results = [answer.members["doctor", team.members[0].row or 0] for team in answer.teams]
        return [(result.facility.id, result.elsewhere) for result in results]

    assert members(lacking) == [("moji", False), ("karato", True)]
    assert members(held) == [("karato", False), ("moji", False)]
