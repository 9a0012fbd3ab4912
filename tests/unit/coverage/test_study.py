"""Studies: cells and districts equal brute force, districts add up, one closing is priced right."""

import dataclasses
import math
from dataclasses import replace

import numpy as np
import orjson
import pytest

from geoportal.coverage.area import choose_target
from geoportal.coverage.baseline import baseline_bytes, baseline_document, compare, read_baseline
from geoportal.coverage.criteria import CoverageCriteria
from geoportal.coverage.demand import GROUPS
from geoportal.coverage.distance_zones import RINGS_M
from geoportal.coverage.figures import AT_LEAST, DistrictFigures, Level, round_significant
from geoportal.coverage.study import Study, compute_study
from geoportal.coverage.supply import gather_supply
from geoportal.coverage.tables import (
    CELL_COLUMNS,
    cell_rows,
    demand_rows,
    district_rows,
    facility_rows,
    reconciliation_rows,
)
from geoportal.coverage.wording import (
    critical_text,
    sentence,
    share_text,
    what_if_text,
)
from geoportal.errors import InputRefusedError, NotFoundError
from tests.factories import make_claim, make_facility, make_outline, make_snapshot
from tests.unit.coverage import oracle, town


@pytest.fixture(scope="module")
def study():
    return town.study()


def where(study, *, sure: bool) -> list[oracle.Point]:
    chosen = study.supply.certain if sure else study.supply.possible
    lon, lat = study.supply.places.lon[chosen], study.supply.places.lat[chosen]
    return list(zip(lon.tolist(), lat.tolist(), strict=True))


def test_cells_equal_brute_force(study):
    rows = cell_rows(study)
    around = demand_rows(study)
    for mark, sure in (("", True), ("_possible", False)):
        facilities = where(study, sure=sure)
        asked = [(row["lon"], row["lat"]) for row in rows[::9]]
        catchment = oracle.floating_catchment(
            asked,
            [(row["lon"], row["lat"]) for row in around],
            [row["pop75"] for row in around],
            facilities,
            [1.0] * len(facilities),
        )
        for row, cell, expected in zip(rows[::9], asked, catchment, strict=True):
            counts = [row[f"within_{ring}_m{mark}"] for ring in oracle.RINGS_M]
            assert counts == oracle.within(cell, facilities)
            first, second = oracle.nearest_two(cell, facilities)
            assert row[f"nearest_m{mark}"] == pytest.approx(first, rel=1e-9)
            assert row[f"second_nearest_m{mark}"] == pytest.approx(second, rel=1e-9)
            assert row[f"floating_catchment{mark}"] == pytest.approx(expected, rel=1e-9)


def test_districts_are_the_sums_of_their_cells(study):
    rows = cell_rows(study)
    for district in district_rows(study)[:-1]:
        own = [row for row in rows if row["district"] == district["district"]]
        people = math.fsum(row["pop75"] for row in own)
        assert district["pop75"] == pytest.approx(people, rel=1e-9)
        for least in AT_LEAST:
            for ring in oracle.RINGS_M:
                expected = math.fsum(
                    row["pop75"] for row in own if row[f"within_{ring}_m"] >= least
                )
                key = f"pop75_with_{least}_within_{ring}_m"
                assert district[key] == pytest.approx(expected, rel=1e-9)
        mean = math.fsum(row["pop75"] * row["floating_catchment"] for row in own) / people
        assert district["floating_catchment"] == pytest.approx(mean, rel=1e-9)
        assert district["per_10000_pop75"] == pytest.approx(
            district["facilities"] / people * 10_000, rel=1e-9
        )


def test_districts_add_up_to_the_city(study):
    *districts, city = district_rows(study)
    added = [*GROUPS, "facilities", "facilities_possible"]
    added += [f"pop75_with_{n}_within_{r}_m" for n in AT_LEAST for r in oracle.RINGS_M]
    for key in added:
        assert city[key] == pytest.approx(math.fsum(d[key] for d in districts), rel=1e-9)


def test_nobody_is_lost_or_doubled_on_the_border(study):
    """The districts together are a box; its people are those of the cells by share of area."""
    total = 0.0
    demand = study.population.mesh
    for cell, people in zip(demand.shapes(), demand.group("pop"), strict=True):
        west, south, east, north = cell.bounds
        x = max(0.0, min(east, town.EAST) - max(west, town.WEST)) / (east - west)
        y = max(0.0, min(north, town.NORTH) - max(south, town.SOUTH)) / (north - south)
        total += people * x * y
    assert study.total.group("pop") == pytest.approx(total, rel=1e-4)
    assert len(study.cells) > len(set(study.cells.keys.tolist()))


def test_facilities_are_counted_with_the_range_of_what_is_not_known(study):
    counted = {d.code: (d.sure.facilities, d.possible.facilities) for d in study.districts}
    assert counted == {"40106": (3, 3), "40107": (1, 2)}  # lost counts in its district


def test_across_the_border_counts_for_reach(study):
    without = town.study([f for f in town.facilities() if f.id != "across"])
    east = next(d for d in study.districts if d.code == "40107")
    poorer = next(d for d in without.districts if d.code == "40107")
    assert east.sure.covered[0][2] > poorer.sure.covered[0][2]


def test_the_loss_of_each_facility_is_what_recounting_finds(study):
    rows = {row["id"]: row for row in facility_rows(study)}
    for gone in ("a", "c", "across"):
        after = town.study([f for f in town.facilities() if f.id != gone])
        for ring, metres in enumerate(RINGS_M):
            for least, key in ((0, "left_without"), (1, "left_with_one")):
                lost = study.total.sure.covered[least][ring] - after.total.sure.covered[least][ring]
                assert rows[gone][f"{key}_{metres:.0f}_m"] == pytest.approx(lost, abs=1e-6)
        farther = after.total.sure.nearest_m - study.total.sure.nearest_m
        per_person = rows[gone]["farther_person_m"] / study.total.need
        assert per_person == pytest.approx(farther, rel=1e-9)


def test_closing_one_never_raises_a_districts_figures(study):
    for gone in ("a", "b", "c", "unknown", "across", "lost"):
        after = town.study([f for f in town.facilities() if f.id != gone])
        for old, new in zip(study.districts, after.districts, strict=True):
            for before, now in ((old.sure, new.sure), (old.possible, new.possible)):
                assert now.facilities <= before.facilities
                assert np.all(np.array(now.covered) <= np.array(before.covered) + 1e-9)
                assert np.all(np.array(now.within) <= np.array(before.within) + 1e-9)
                assert now.floating_catchment <= before.floating_catchment * (1 + 1e-12)
                assert now.nearest_m >= before.nearest_m * (1 - 1e-12)


def test_the_register_is_set_beside_the_cells(study):
    row = reconciliation_rows(study)[0]
    assert row["pop75_difference"] == pytest.approx(row["pop75_mesh"] - 1500)
    assert row["register_as_of"] == "2025-01-01"
    assert reconciliation_rows(study)[-1]["pop75_register"] is None


def test_one_district_alone_has_the_same_figures(study):
    alone = town.study(code="40107")
    assert alone.districts[0].need == pytest.approx(study.districts[1].need, rel=1e-9)
    assert alone.districts[0].sure.nearest_m == pytest.approx(study.districts[1].sure.nearest_m)
    assert alone.districts[0].sure.floating_catchment == pytest.approx(
        study.districts[1].sure.floating_catchment, rel=1e-9
    )


def test_without_cells_facilities_are_still_counted():
    bare = town.study(people=town.population([]))
    assert not bare.has_cells
    assert [d.sure.facilities for d in bare.districts] == [3, 1]
    row = district_rows(bare)[0]
    assert row["per_10000_pop75"] is None
    assert row["nearest_m"] is None


def test_without_any_facility_everyone_is_left_out():
    nobody = town.study([])
    assert district_rows(nobody)[-1]["pop75_uncovered_share"] == 1.0
    assert district_rows(nobody)[-1]["nearest_m"] is None


def test_columns_are_those_of_the_contract():
    assert ",".join(CELL_COLUMNS) == (
        "cell,lon,lat,district,pop,pop65,pop75,pop85,within_1000_m,within_2000_m,within_4000_m,"
        "within_8000_m,within_16000_m,nearest_m,second_nearest_m,floating_catchment"
    )


def test_the_worst_has_rank_one(study):
    ranked = {row["rank"]: row["pop75_uncovered_share"] for row in district_rows(study)[:-1]}
    assert ranked[1] >= ranked[2]
    assert district_rows(study)[-1]["rank"] is None


def test_settled_numbers_lose_nothing_that_matters():
    assert round_significant(float("nan")) is None
    assert round_significant(1234.567890123456) == pytest.approx(1234.567890123456, rel=1e-11)


def test_an_outline_that_is_missing_is_asked_for():
    held = make_snapshot([], outlines=town.outlines()[:1], members=town.MEMBERS)
    with pytest.raises(InputRefusedError, match="小倉南区"):
        choose_target(held.districts, town.MEMBERS, {"40107": "小倉南区"}, "40100")
    with pytest.raises(NotFoundError):
        choose_target(held.districts, town.MEMBERS, {}, "99999")


def test_local_districts_cut_the_city_and_the_rest_is_kept():
    local = make_outline("L1", (130.82, 33.82, 130.88, 33.88), "local")
    held = make_snapshot([], outlines=[*town.outlines(), local], members=town.MEMBERS)
    cut = choose_target(held.districts, town.MEMBERS, {}, "40100", local="local")
    assert [area.code for area in cut.areas] == ["L1", "rest"]
    whole = sum(outline.area for _, outline in town.outlines())
    assert sum(area.outline.area for area in cut.areas) == pytest.approx(whole)


def local_city(*boxes: tuple[str, tuple[float, float, float, float]]) -> Study:
    local = [make_outline(code, box, "local") for code, box in boxes]
    held = make_snapshot(
        town.facilities(),
        outlines=[*town.outlines(), *local],
        members=town.MEMBERS,
        codes=town.CODES,
    )
    target = choose_target(held.districts, town.MEMBERS, {}, "40100", local="local")
    question = CoverageCriteria(kinds=("clinic",), needs=("VM.REG",))
    return compute_study(held, town.population(), target, question, gather_supply(held, question))


def test_however_a_city_is_cut_its_facilities_and_people_stay_the_same(study):
    """One has no position, one lies across the border but in a local district."""
    cut = local_city(("L1", (130.82, 33.82, 130.88, 33.88)), ("L2", (130.94, 33.82, 131.10, 33.9)))
    assert [area.code for area in cut.target.areas] == ["L1", "L2", "rest"]
    for level in ("sure", "possible"):
        counts = [getattr(one, level).facilities for one in cut.districts]
        assert sum(counts) == getattr(cut.total, level).facilities
        assert sum(counts) == getattr(study.total, level).facilities
    assert cut.total.people == pytest.approx(study.total.people, rel=1e-6)
    assert cut.districts[-1].sure.facilities == 1  # the one without a position


def test_where_no_cells_are_held_people_are_unknown_and_not_nobody():
    """One district lies in the next first-level mesh, of which nothing is held, one in both."""
    beyond = make_outline("40108", (131.20, 33.80, 131.30, 33.90))
    both = make_outline("40109", (130.98, 33.91, 131.05, 33.95))
    outlines = [*town.outlines(), beyond, both]
    members = {"40": ("40106", "40107", "40108", "40109")}
    held = make_snapshot([], outlines=outlines, members=members)
    target = choose_target(held.districts, members, {"40": "見本県"}, "40")
    people, question = town.population(), CoverageCriteria()
    made = compute_study(held, people, target, question, gather_supply(held, question))
    known = {figures.code: figures.need for figures in made.districts}
    assert known["40106"] > 0
    assert known["40109"] > 0  # what the cells held say
    assert math.isnan(known["40108"])
    some = [known[code] for code in ("40106", "40107", "40109")]
    assert made.total.need == pytest.approx(math.fsum(some), rel=1e-12)
    assert district_rows(made)[2]["pop75"] is None
    caution = town.report(made).caution
    assert "1 次メッシュ 5031 の人口がないので、地区40108、地区40109の人数は" in caution
    assert town.report().caution == ""


def test_a_sliver_along_the_border_makes_no_local_district():
    thin = (130.99999, 33.80, 131.10, 33.90)
    cut = local_city(("L1", (130.82, 33.82, 130.88, 33.88)), ("beyond", thin))
    assert [area.code for area in cut.target.areas] == ["L1", "rest"]


def test_a_local_district_has_the_same_people_alone_and_in_its_city():
    """All municipalities of the prefecture are held: beyond the outlines is sea, for both."""
    local = make_outline("L1", (130.80, 33.80, 130.8021, 33.90), "local")
    prefecture = make_outline("40", (130.80, 33.80, 131.00, 33.90), "prefecture")
    held = make_snapshot(
        [], outlines=[prefecture, *town.outlines(), local], members=town.MEMBERS | {"40": ()}
    )
    people = []
    for code, level in (("40106", "local"), ("L1", "")):
        target = choose_target(held.districts, town.MEMBERS, {}, code, local=level)
        question = CoverageCriteria()
        made = compute_study(
            held, town.population(), target, question, gather_supply(held, question)
        )
        people.append(made.districts[0].people)
    assert people[0] == pytest.approx(people[1], rel=1e-6)


def test_a_facility_without_a_position_can_close_too(study):
    held = town.snapshot()
    question = CoverageCriteria(kinds=("clinic",), needs=("VM.REG",))
    supply = gather_supply(held, question).without(["lost"])
    after = compute_study(held, town.population(), town.target(held), question, supply)
    assert after.total.sure.facilities == study.total.sure.facilities - 1
    assert after.total.sure.within == study.total.sure.within


def test_sentences_are_plain_and_honest(study):
    figures = study.districts[1]
    few_unknown = replace(figures, possible=replace(figures.possible, facilities=5))
    few_unknown = replace(few_unknown, sure=replace(figures.sure, facilities=4))
    text = sentence(few_unknown, "訪問診療")
    assert text.startswith(f"75歳以上の {share_text(figures.uncovered_share(figures.sure, 1))} は")
    assert "2 km 以内に訪問診療がありません（対応できるとわかっている" in text  # unknown is not no
    assert "対応が未確認の施設も数えると" in text


def test_where_much_is_unknown_the_headline_is_a_range(study):
    figures = study.districts[1]
    assert (figures.sure.facilities, figures.possible.facilities) == (1, 2)
    ends = [
        share_text(figures.uncovered_share(level, 1)) for level in (figures.possible, figures.sure)
    ]
    assert sentence(figures, "訪問診療").startswith(
        f"75歳以上のうち 2 km 以内に訪問診療がない人は {ends[0]}〜{ends[1]} です"
    )


def figures_of(need: float, covered: float, possible: float | None = None) -> DistrictFigures:
    def level(people: float) -> Level:
        return Level(1, (1.0,) * 5, 1.0, 1.0, 1.0, ((people,) * 5,) * 3)

    held = (need,) * 5
    sure, most = level(covered), level(covered if possible is None else possible)
    return DistrictFigures("x", "見本区", "ward", held, sure, most)


def test_the_rounding_of_equal_sums_leaves_nobody_out():
    parts = [0.1] * 10
    figures = figures_of(math.fsum(parts), sum(parts))
    assert figures.need != figures.sure.covered[0][1]  # the same people, added up in two orders
    assert figures.uncovered_share(figures.sure, 1) == 0
    assert "どの人にも 2 km 以内に訪問診療があります" in sentence(figures, "訪問診療")


@pytest.mark.parametrize(
    ("need", "covered", "start"),
    [
        (10_000.0, 9_999.7, "75歳以上のどの人にも 2 km 以内に訪問診療があります"),
        (10_000.0, 9_999.0, "75歳以上の 1%未満 は 2 km 以内に訪問診療がありません"),
        (2.0, 1.7, "75歳以上の 15% は 2 km 以内に訪問診療がありません"),
        (100.0, 0.0, "75歳以上のどの人にも、2 km 以内に訪問診療がありません。"),
        (0.002, 0.0, "見本区には 75歳以上の人がいません。"),
    ],
)
def test_sentences_speak_of_whole_people(need, covered, start):
    assert sentence(figures_of(need, covered), "訪問診療").startswith(start)


def test_where_all_is_unknown_nothing_is_said_to_be_missing():
    text = sentence(figures_of(100.0, 0.0, 100.0), "訪問診療")
    assert text == (
        "75歳以上のどの人にも、2 km 以内に訪問診療がありません"
        "（対応できるとわかっている施設だけを数えた場合）。"
        "対応が未確認の施設も数えると、ない人は 0% です。"
    )


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0%"), (0.001, "1%未満"), (0.12, "12%"), (0.999, "99%以上")]
)
def test_small_shares_are_not_rounded_away(share, text):
    assert share_text(share) == text


def test_a_baseline_says_what_changed_and_why(study):
    before = read_baseline(baseline_bytes(town.report(study)))
    items = [f for f in town.facilities() if f.id != "c"]
    items[0] = dataclasses.replace(
        items[0], location=dataclasses.replace(items[0].location, lon=130.87)
    )
    items.append(make_facility("new", (130.98, 33.85), [make_claim("VM.REG")]))
    after = baseline_document(town.report(town.study(items)))
    rows = compare(before, after)
    reasons = {row["項目"]: row["理由"] for row in rows if row["理由"]}
    assert reasons["c"] == "数えなくなった"
    assert reasons["new"] == "新しく数えるようになった"
    assert reasons["a"] == "位置が変わった"
    assert any(row["変化"] for row in rows if row["項目"] == "pop75_with_1_within_2000_m")
    assert not [r for r in compare(before, before) if r["理由"] or r["変化"]]


def test_a_baseline_names_the_condition_and_the_source_that_changed(study):
    before = read_baseline(baseline_bytes(town.report(study)))
    after = read_baseline(baseline_bytes(town.report(town.study(needs=("VM.REG", "AC.ULCER")))))
    after["sources"]["mesh-population"] = "2025-10-01"
    reasons = {(r["理由"], r["項目"]): (r["前"], r["今"]) for r in compare(before, after)}
    assert reasons["条件が違う", "条件"] == ("VM.REG", "VM.REG、AC.ULCER")
    assert reasons["資料の版が違う", "mesh-population"] == ("2020-10-01", "2025-10-01")
    old = {key: value for key, value in before.items() if key != "sources"}
    asked = before["question"].items()
    old["question"] = {key: value for key, value in asked if key != "local"}  # the first version
    assert not [r for r in compare(old, before) if r["理由"]]


@pytest.mark.parametrize(
    "broken",
    [
        {"districts": [{"a": 1}]},
        {"facilities": []},
        {"facilities": {"a": {"name": "見本", "lon": None}}},
        {"question": 3},
        {"dataset_version": None},
        {"target": {}},
        {"meshes": "5030"},
    ],
)
def test_a_baseline_that_is_not_whole_is_refused(study, broken):
    document = baseline_document(town.report(study)) | broken
    with pytest.raises(InputRefusedError, match="not a saved coverage baseline"):
        read_baseline(orjson.dumps(document))


def test_another_file_is_no_baseline():
    with pytest.raises(InputRefusedError):
        read_baseline(b'{"format": "other"}')
    with pytest.raises(InputRefusedError):
        read_baseline(b"not json")


def test_meshes_that_are_not_held_are_named(study):
    assert study.missing_meshes == []
    bare = town.study(people=dataclasses.replace(town.population(), meshes=()))
    assert bare.missing_meshes == ["5030"]


@pytest.mark.parametrize(
    ("closed", "opened", "text"),
    [
        ([], 0, ""),
        (["甲医院"], 0, "もし甲医院がなくなったら"),
        (["甲医院", "乙医院"], 1, "もし甲医院ほか1か所がなくなり、1か所できたら"),
        ([], 2, "もし2か所できたら"),
    ],
)
def test_what_is_supposed_is_said(closed, opened, text):
    assert what_if_text(closed, opened) == text


def test_who_cannot_be_replaced_is_said(study):
    assert "どの 1 か所がなくなっても" in critical_text([("甲医院", 0.2)], "訪問診療")
    assert "甲医院（1,234 人）" in critical_text([("甲医院", 1234.4)], "訪問診療")
    made = town.report(study)
    worst = study.n_minus_one.critical(1)[0]
    assert f"：{study.supply.names[worst]}（" in made.critical_text


def test_a_what_if_says_so_in_its_title(study):
    supposed = dataclasses.replace(town.report(study), supposed=what_if_text(["甲医院"], 0))
    assert supposed.title.endswith("（もし甲医院がなくなったら）")
