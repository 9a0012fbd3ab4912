"""People by 町丁目: the standard layout however it is written, checked, placed, never doubled."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoportal.ingest.pipeline import ImportOptions, import_files
from geoportal.ingest.reading.town_ages import AgeTable, read_age_column
from geoportal.store.database import open_database
from geoportal.store.town_population import read_town_sets, read_towns
from tests.unit.ingest.official import (
    REFERENCE,
    TODAY,
    TOWNS_HEADER,
    import_into,
    only,
    write_csv,
)

pytestmark = pytest.mark.slow

BANDS = (*(f"{age}-{age + 4}" for age in range(0, 85, 5)), "85歳以上")
AGES = tuple(
    f"{b if b.endswith('以上') else b + '歳'}の{s}" for b in BANDS for s in ("男性", "女性")
)
HEADER = (
    *("都道府県コード又は市区町村コード", "地域コード", "都道府県名", "市区町村名", "調査年月日"),
    *("地域名", "総人口", "男性", "女性", *AGES, "世帯数", "備考"),
)
GAZETTEER = (
    ("40106", "福岡県", "北九州市小倉北区", "紫水町一丁目", "", "33.886", "130.880"),
    ("40106", "福岡県", "北九州市小倉北区", "錦小路", "", "33.892", "130.8765"),
    ("40106", "福岡県", "北九州市小倉北区", "茜町", "", "33.890", "130.8700"),
    ("40107", "福岡県", "北九州市小倉南区", "茜町", "", "33.837", "130.8710"),
    ("40107", "福岡県", "北九州市小倉南区", "大字椿谷", "", "33.790", "130.8500"),
)


def row(
    name: str, each: int = 2, *, code: str = "401064", city: str = "", **changes: str
) -> tuple[str, ...]:
    """Return a consistent row: so many of each sex in every band."""
    cells = {
        "都道府県コード又は市区町村コード": code,
        "都道府県名": "福岡県",
        "市区町村名": city,
        "調査年月日": "2025-01-31",
        "地域名": name,
        "総人口": str(36 * each),
        "男性": str(18 * each),
        "女性": str(18 * each),
        **dict.fromkeys(AGES, str(each)),
        **changes,
    }
    return tuple(cells.get(column, "") for column in HEADER)


@pytest.fixture(scope="module")
def gazetteer(tmp_path_factory):
    """Make a database that knows five towns."""
    folder = tmp_path_factory.mktemp("gazetteer")
    opened = open_database(folder / "city.db", create=True)
    import_into(opened, write_csv(folder / "towns_20250101.csv", TOWNS_HEADER, GAZETTEER))
    opened.engine.dispose()
    return folder


@pytest.fixture
def placed(gazetteer, tmp_path):
    """Return a copy of the database that knows five towns."""
    shutil.copytree(gazetteer, tmp_path / "copy")
    opened = open_database(tmp_path / "copy" / "city.db")
    yield opened
    opened.engine.dispose()


def held(database):
    with database.engine.connect() as connection:
        return {town.people.key: town for town in read_towns(connection)}


def sets(database):
    with database.engine.connect() as connection:
        return {item.municipality_code: item for item in read_town_sets(connection)}


def imported(database, folder, *rows, header=HEADER, name="people.csv", **options):
    path = write_csv(folder / name, header, rows)
    done = import_files(
        database, REFERENCE, [path], ImportOptions(max_rejected_percent=90, **options), today=TODAY
    )
    return only(done)


def codes(report, severity=""):
    return [
        (issue.line, issue.code)
        for issue in report.issues
        if not severity or issue.severity == severity
    ]


def test_ages_are_added_up_and_the_towns_placed(placed, tmp_path):
    report = imported(placed, tmp_path, row("紫水町１丁目"), row("錦小路", 3))
    assert (report.source, report.as_of) == ("town-population", "2025-01-31")
    assert (report.rows_read, report.accepted, report.created) == (2, 2, 2)
    town = held(placed)["40106/紫水町1丁目"]
    assert (town.people.pop, town.people.pop65, town.people.pop75, town.people.pop85) == (
        *(36 * 2, 2 * 5 * 2),
        *(2 * 3 * 2, 2 * 1 * 2),
    )
    assert (town.place.lon, town.place.lat) == (130.880, 33.886)
    assert (town.place.level, town.place.reason, town.place.found_in) == ("chome", "", "40106")
    assert town.place.uncertainty_m > 0


def test_importing_the_same_again_changes_nothing(placed, tmp_path):
    imported(placed, tmp_path, row("錦小路"))
    again = imported(placed, tmp_path, row("錦小路"))
    assert (again.created, again.updated, again.removed, again.unchanged) == (0, 0, 0, 1)
    assert not again.changed


@pytest.mark.parametrize("text", ["X", "ｘ", "-", "－", "*", "…", "秘匿", ""])
def test_what_is_not_published_is_unknown_and_never_zero(placed, tmp_path, text):
    report = imported(placed, tmp_path, row("錦小路", **{"75-79歳の女性": text}))
    people = held(placed)["40106/錦小路"].people
    assert (people.pop65, people.pop75, people.pop85) == (None, None, 4)
    assert (report.accepted, codes(report)[-1]) == (1, (2, "suppressed"))


@pytest.mark.parametrize(
    ("code", "city", "name", "key"),
    [
        ("401064", "", "錦小路", "40106/錦小路"),
        ("40106", "北九州市小倉北区", "錦小路", "40106/錦小路"),
        ("401005", "北九州市小倉北区", "錦小路", "40106/錦小路"),
        ("401005", "小倉北区", "錦小路", "40106/錦小路"),
        ("401005", "北九州市", "小倉北区錦小路", "40106/錦小路"),
        ("40100", "", "北九州市小倉北区　錦小路", "40106/錦小路"),
        ("400009", "北九州市小倉北区", "福岡県北九州市小倉北区錦小路", "40106/錦小路"),
        ("", "北九州市小倉北区", "錦小路", "40106/錦小路"),
        ("401005", "北九州市", "錦小路", "40100/錦小路"),
        ("４０１００５", "", "錦小路", "40100/錦小路"),
    ],
)
def test_the_ward_is_found_wherever_it_stands(placed, tmp_path, code, city, name, key):
    imported(placed, tmp_path, row(name, code=code, city=city))
    town = held(placed)[key]
    assert (town.place.found_in, town.place.reason) == ("40106", "")


def test_a_name_in_two_wards_is_not_placed_and_is_kept(placed, tmp_path):
    rows = (
        row("茜町", code="401005", city="北九州市"),
        row("小倉南区茜町", code="401005", city="北九州市"),
        row("見知らぬ町", code="401064"),
    )
    report = imported(placed, tmp_path, *rows)
    found = {key: (town.place.reason, town.people.pop) for key, town in held(placed).items()}
    assert found == {
        "40100/茜町": ("town_ambiguous", 72),
        "40107/茜町": ("", 72),
        "40106/見知らぬ町": ("town_not_found", 72),
    }
    assert codes(report, "warning") == [(2, "town_ambiguous"), (4, "town_not_found")]


def test_places_do_not_depend_on_the_order_of_imports(database, tmp_path):
    report = imported(database, tmp_path, row("錦小路"))
    assert codes(report, "warning") == [(2, "no_gazetteer")]
    import_into(database, write_csv(tmp_path / "towns_20250101.csv", TOWNS_HEADER, GAZETTEER))
    assert held(database)["40106/錦小路"].place.found_in == "40106"
    moved = tuple((*r[:5], "33.893", r[6]) if r[3] == "錦小路" else r for r in GAZETTEER)
    import_into(database, write_csv(tmp_path / "towns_20260101.csv", TOWNS_HEADER, moved))
    assert held(database)["40106/錦小路"].place.lat == 33.893


def test_totals_check_the_sum_and_are_not_counted(placed, tmp_path):
    rows = (
        row("北九州市小倉北区", 5),
        row("錦小路", 2),
        row("紫水町1丁目", 3),
        row("合計", 4),
        row("総数", 1, code="401005", city="北九州市"),
    )
    report = imported(placed, tmp_path, *rows)
    assert set(held(placed)) == {"40106/錦小路", "40106/紫水町1丁目"}
    assert (report.rows_read, report.accepted, report.rejected) == (5, 5, 0)
    assert codes(report, "warning") == [(5, "total_differs"), (6, "total_differs")]
    assert [line for line, code in codes(report) if code == "total_row"] == [2, 5, 6]


def test_a_town_that_is_the_sum_of_its_chome_is_not_counted_twice(placed, tmp_path):
    rows = (
        *(row("紫水町", 5), row("紫水町1丁目", 2), row("紫水町２丁目", 3)),
        *(row("錦小路", 2), row("錦小路一丁目", 2)),
        *(row("茜町", 6), row("茜町1丁目", 2), row("茜町2丁目", 3)),
    )
    report = imported(placed, tmp_path, *rows)
    assert [line for line, code in codes(report) if code == "subtotal_row"] == [2]
    assert (report.accepted, len(held(placed))) == (8, 7)
    assert "40106/紫水町" not in held(placed)


def test_rows_that_contradict_themselves_are_kept_and_told(placed, tmp_path):
    rows = (
        row("錦小路", 男性="1"),
        row("紫水町1丁目", **{"0-4歳の男性": "9"}),
        row("大字椿谷", code="401072", 総人口="1,072", 男性="５３６人", 女性="536.0"),
    )
    report = imported(placed, tmp_path, *rows)
    assert report.accepted == 3
    assert codes(report, "warning") == [
        *((2, "sexes_differ"), (2, "ages_differ"), (3, "ages_differ")),
        *((4, "ages_differ"), (4, "ages_differ")),
    ]
    assert held(placed)["40107/大字椿谷"].people.pop == 1072


def test_bad_rows_are_rejected_by_line_field_and_value(placed, tmp_path):
    rows = (
        row("錦小路"),
        row("錦小路", 3),
        row("錦小路"),
        row("紫水町1丁目", 総人口="-72"),
        row("紫水町1丁目", **{"85歳以上の男性": "many"}),
        row(""),
        row("紫水町1丁目", 総人口="10.5"),
        row("錦小路", code=""),
        row("錦小路", city="北九州市戸畑区"),
        row("錦小路", code="", city="どこか市"),
    )
    report = imported(placed, tmp_path, *rows)
    assert codes(report, "error") == [
        *((3, "duplicate_key"), (5, "negative"), (6, "bad_number"), (7, "no_town")),
        (8, "bad_number"),
        *((9, "no_municipality"), (10, "municipality_conflict"), (11, "unknown_municipality")),
    ]
    assert (4, "repeated_row") in codes(report)
    assert (report.rows_read, report.rejected, len(held(placed))) == (10, 8, 1)


def test_of_a_series_the_newest_day_of_each_municipality_is_taken(placed, tmp_path):
    old = {"調査年月日": "令和6年1月31日"}
    rows = (row("錦小路", 1, **old), row("紫水町1丁目", 1, **old), row("錦小路", 2))
    report = imported(placed, tmp_path, *rows, row("大字椿谷", 3, code="401072", **old))
    assert {key: town.people.pop for key, town in held(placed).items()} == {
        "40106/錦小路": 72,
        "40107/大字椿谷": 108,
    }
    assert (report.accepted, report.as_of) == (4, "2025-01-31")


def test_editions_replace_a_municipality_at_a_time(placed, tmp_path):
    imported(placed, tmp_path, row("錦小路"), row("大字椿谷", code="401072"))
    newer = row("紫水町1丁目", 調査年月日="2026-01-31")
    report = imported(placed, tmp_path, newer)
    assert (report.created, report.removed) == (1, 1)
    assert set(held(placed)) == {"40106/紫水町1丁目", "40107/大字椿谷"}
    older = imported(placed, tmp_path, row("錦小路", 調査年月日="2024-01-31"))
    assert (older.created, codes(older)[0]) == (0, (1, "older_edition"))
    assert {code: item.as_of for code, item in sets(placed).items()} == {
        "40106": "2026-01-31",
        "40107": "2025-01-31",
    }


def test_a_city_is_never_counted_by_ward_and_without_wards(placed, tmp_path):
    city = {"code": "401005", "city": "北九州市"}
    plain = (row("錦小路", **city), row("大字椿谷", **city))
    wards = (row("小倉北区錦小路", **city), row("小倉南区大字椿谷", **city))
    imported(placed, tmp_path, *plain)
    finer = imported(placed, tmp_path, *wards)
    assert (finer.created, finer.removed) == (2, 2)
    assert set(sets(placed)) == {"40106", "40107"}
    back = imported(placed, tmp_path, *plain)
    assert (back.created, set(sets(placed))) == (0, {"40106", "40107"})
    assert (1, "overlapping_edition") in codes(back)
    part = tuple(value if value != "2025-01-31" else "2026-01-31" for value in plain[0])
    assert imported(placed, tmp_path, part).created == 0
    newer = (tuple(v if v != "2025-01-31" else "2026-01-31" for v in r) for r in plain)
    assert imported(placed, tmp_path, *newer).removed == 2
    assert set(held(placed)) == {"40100/錦小路", "40100/大字椿谷"}


@pytest.mark.parametrize(("listed", "taken"), [(8, True), (7, False)])
def test_a_newer_file_by_other_wards_replaces_a_city_from_four_fifths_of_its_towns_on(
    placed, tmp_path, listed, taken
):
    towns = [f"錦小路{number}" for number in "甲乙丙丁戊己庚辛壬癸"]
    city = {"code": "401005", "city": "北九州市"}
    imported(placed, tmp_path, *(row(f"小倉北区{town}", **city) for town in towns))
    newer = {**city, "調査年月日": "2026-01-31"}
    report = imported(placed, tmp_path, *(row(town, **newer) for town in towns[:listed]))
    assert set(sets(placed)) == ({"40100"} if taken else {"40106"})
    assert len(held(placed)) == (listed if taken else 10)
    assert ((1, "overlapping_edition") in codes(report)) is not taken


def test_the_samples_towns_give_way_to_real_ones(placed, tmp_path):
    path = write_csv(tmp_path / "sample.csv", HEADER, [row("錦小路"), row("紫水町1丁目")])
    options = ImportOptions(fictional=frozenset([path]))
    import_files(placed, REFERENCE, [path], options, today=TODAY)
    assert sets(placed)["40106"].source == "sample"
    imported(placed, tmp_path, row("錦小路", 5, 調査年月日="2010-01-31"))
    assert sets(placed)["40106"].source == "town-population"
    assert set(held(placed)) == {"40106/錦小路"}


def test_older_layouts_are_read_by_the_names_of_their_columns(placed, tmp_path):
    bands = [(age, age + 4) for age in range(0, 100, 5)]
    ages = [f"{s}_{a}歳～{b}歳" for s in "男女" for a, b in bands]
    ages += ["男_100歳以上", "女_100歳以上"]
    header = ("団体コード", "町丁目名", "人口", *ages)
    values = ("40106", "錦小路", str(len(ages)), *("1" for _ in ages))
    report = imported(placed, tmp_path, values, header=header, name="old_20200101.csv")
    people = held(placed)["40106/錦小路"].people
    assert (report.as_of, people.pop65, people.pop75, people.pop85) == ("2020-01-01", 16, 12, 8)


def test_without_ages_the_file_is_refused(placed, tmp_path):
    report = imported(
        placed, tmp_path, ("40106", "錦小路", "5"), header=("団体コード", "町名", "人口")
    )
    assert report.refused
    assert "0-4歳の男性" in report.issues[-1].message


def test_a_group_that_no_column_begins_with_stays_unknown(placed, tmp_path):
    header = ("市区町村コード", "地域名", "総人口", "0-14歳", "15-64歳", "65歳以上")
    report = imported(placed, tmp_path, ("40106", "錦小路", "9", "1", "5", "3"), header=header)
    people = held(placed)["40106/錦小路"].people
    assert (people.pop65, people.pop75, people.pop85) == (3, None, None)
    assert ("75歳以上、85歳以上", "missing_column") in [(i.value, i.code) for i in report.issues]


SEPARATORS = "-~〜～－ー‐–—−"
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@st.composite
def age_headers(draw):
    low = draw(st.integers(0, 110))
    high = draw(st.none() | st.integers(low, low + 9))
    sex = draw(st.sampled_from(["", "男", "女", "男性", "女性"]))
    year = draw(st.sampled_from(["", "歳"]))
    between = draw(st.sampled_from(SEPARATORS))
    ages = f"{low}{year}以上" if high is None else f"{low}{year}{between}{high}歳"
    text = draw(
        st.sampled_from(
            [f"{ages}の{sex}" if sex else ages, f"{sex}{ages}", f"{ages}（{sex}）", f"{sex}_{ages}"]
            if sex
            else [ages, f"{ages}人口"]
        )
    )
    wide = draw(st.booleans())
    return text.translate(WIDE) if wide else text, sex[:1], low, high


@given(age_headers())
def test_a_header_means_its_ages_however_it_is_written(drawn):
    text, sex, low, high = drawn
    column = read_age_column(text)
    assert column is not None
    assert (column.sex, column.low) == (sex, low)
    assert column.high == high if high is not None else column.high > 200


@pytest.mark.parametrize(
    ("text", "ages"),
    [("65-64歳", None), ("65-65歳", (65, 65)), ("65歳", (65, 65)), ("0-4歳", (0, 4))],
)
def test_ages_run_upwards(text, ages):
    column = read_age_column(text)
    assert (column and (column.low, column.high)) == ages


@given(st.text(alphabet="地域名総人口男女性備考コード調査年月日世帯数", max_size=8))
def test_headers_without_a_number_are_no_ages(text):
    assert read_age_column(text) is None


@given(st.sets(st.integers(1, 109), max_size=25), st.permutations(range(26)))
def test_groups_are_the_columns_that_begin_with_them(starts, order):
    """Whatever the bands, a group is their sum from its age on, or cannot be said."""
    lows = sorted({0, *starts})
    ends = [following - 1 for following in lows[1:]]
    headers = [f"{a}-{b}歳" for a, b in zip(lows, ends, strict=False)] + [f"{lows[-1]}歳以上"]
    shuffled = [headers[n] for n in order if n < len(headers)]
    table = AgeTable.of(shuffled)
    for group, start in (("pop65", 65), ("pop75", 75), ("pop85", 85)):
        expected = [low for low in lows if low >= start] if start in lows else []
        assert [column.low for column in table.of_group(group)] == expected


@pytest.mark.parametrize(
    ("sexes", "columns"),
    [
        (("男", "女"), [("男", 65), ("女", 65)]),
        (("男",), []),  # half the people are not all of them
        (("女",), []),
        (("",), [("", 65)]),
        (("男", ""), [("", 65)]),
        (("男", "女", ""), [("男", 65), ("女", 65)]),
    ],
)
def test_one_sex_alone_is_not_everybody(sexes, columns):
    words = {"男": "の男性", "女": "の女性", "": ""}
    bands = ("0-64歳", "65歳以上")
    table = AgeTable.of(f"{band}{words[sex]}" for sex in sexes for band in bands)
    assert [(column.sex, column.low) for column in table.of_group("pop65")] == columns
    assert bool(table) == bool(columns)


def test_a_sum_beside_its_parts_is_not_added():
    headers = ["0-64歳の男性", "65歳以上の男性", "65-74歳の男性", "75歳以上の男性"]
    headers += [header.replace("男", "女") for header in headers]
    table = AgeTable.of(headers)
    columns = table.of_group("pop65")
    assert [(column.sex, column.low) for column in columns] == [
        *(("男", 65), ("男", 75)),
        *(("女", 65), ("女", 75)),
    ]
    assert replace(columns[0], sex="女") == replace(columns[2], header=columns[0].header)


@pytest.mark.parametrize(
    "rows",
    [
        [("錦小路", "計", "100", "30"), ("", "男", "48", "10"), ("", "女", "52", "20")],
        [("錦小路", "男", "48", "10"), ("錦小路", "女", "52", "20")],
    ],
)
def test_rows_by_sex_are_one_town(placed, tmp_path, rows):
    header = ("市区町村名", "町名", "性別", "総数", "0～64歳", "65歳以上")
    listed = [
        ("北九州市小倉北区" if name else "", name, sex, pop, str(int(pop) - int(old)), old)
        for name, sex, pop, old in rows
    ]
    report = imported(placed, tmp_path, *listed, header=header)
    assert (report.accepted, report.rejected) == (len(rows), 0)
    (town,) = held(placed).values()
    assert (town.people.pop, town.people.pop65) == (100, 30)


def test_a_list_of_whole_municipalities_is_read_and_says_that_it_has_no_towns(placed, tmp_path):
    report = imported(placed, tmp_path, row(""), row("", 3, 調査年月日="2024-01-31"))
    assert (report.accepted, report.rejected, report.created) == (2, 0, 0)
    assert {"no_towns", "total_row", "older_rows"} <= {code for _line, code in codes(report)}
