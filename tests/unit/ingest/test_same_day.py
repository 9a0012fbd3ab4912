"""Two files of one source and day that differ: a correction, undone by importing the first."""

from __future__ import annotations

import pytest

from tests.unit.ingest.official import (
    KAIGO_HEADER,
    TOWNS,
    TOWNS_HEADER,
    by_name,
    codes,
    content,
    import_into,
    kaigo_row,
    names,
    only,
    write_csv,
)

DAY = "2026-06-01"


def offices(**changes):
    return [
        kaigo_row(事業所番号=f"406779000{i}", 事業所名=f"見本{i}", **(changes if not i else {}))
        for i in range(6)
    ]


def write(path, rows, columns=KAIGO_HEADER):
    return write_csv(path, columns, rows)


@pytest.mark.parametrize(
    "correction",
    [
        offices(電話番号="093-000-0099", 備考="長い備考で内容が増える"),
        offices(電話番号=""),
        offices()[:-1],
        [*offices(), kaigo_row(事業所番号="4067790009", 事業所名="見本9")],
    ],
    ids=["changed", "blank", "taken out", "added"],
)
@pytest.mark.parametrize("earlier", [False, True])
def test_a_correction_of_the_same_day_is_undone_by_the_file_before_it(
    database, tmp_path, correction, earlier
):
    if earlier:
        everyone = [*offices(), kaigo_row(事業所番号="4067790009", 事業所名="見本9")]
        import_into(database, write(tmp_path / "old.csv", everyone), as_of="2025-06-01")
    first = write(tmp_path / "a.csv", offices())
    import_into(database, first, as_of=DAY)
    before = shown(database)
    import_into(database, write(tmp_path / "b.csv", correction), as_of=DAY)
    import_into(database, first, as_of=DAY)
    assert shown(database) == before
    report = only(import_into(database, first, as_of=DAY))
    assert (report.created, report.updated, report.removed) == (0, 0, 0)


def shown(database):
    """Names, telephones, remarks, state of the facilities of a database."""
    return {
        name: (facility.status, facility.phone, facility.first_seen, facility.last_seen)
        for name, facility in by_name(database).items()
    }


def test_a_correction_that_says_less_is_told_and_taken_at_its_second_import(database, tmp_path):
    import_into(database, write(tmp_path / "a.csv", offices()), as_of=DAY)
    less = write(tmp_path / "b.csv", offices(電話番号=""))
    report = only(import_into(database, less, as_of=DAY))
    (issue,) = (issue for issue in report.issues if issue.code == "same_day_kept")
    assert (issue.line, issue.value) == (2, "見本0")
    assert by_name(database)["見本0"].phone
    report = only(import_into(database, less, as_of=DAY))
    assert (report.updated, "same_day_kept" in codes(report)) == (1, False)
    assert not by_name(database)["見本0"].phone


def test_files_of_the_same_day_imported_together_again_change_nothing(database, tmp_path):
    paths = [
        write(tmp_path / "a.csv", offices(電話番号="093-000-0001")),
        write(tmp_path / "b.csv", offices(電話番号="093-000-0002")),
    ]
    import_into(database, *paths, as_of=DAY)
    before = content(database)
    report = import_into(database, *paths, as_of=DAY)
    assert all((item.updated, item.created, item.removed) == (0, 0, 0) for item in report.files)
    assert content(database) == before


def test_another_list_of_the_same_day_keeps_its_rows(database, tmp_path):
    first = write(tmp_path / "a.csv", offices()[:2])
    import_into(database, first, as_of=DAY)
    import_into(database, write(tmp_path / "b.csv", offices()[2:]), as_of=DAY)
    import_into(database, first, as_of=DAY)
    assert names(database) == {f"見本{i}" for i in range(6)}
    assert all(facility.status == "open" for facility in by_name(database).values())


def test_what_is_taken_back_is_said(database, tmp_path):
    first = write(tmp_path / "a.csv", offices()[:5])
    import_into(database, first, as_of=DAY)
    import_into(database, write(tmp_path / "b.csv", offices()), as_of=DAY)
    report = only(import_into(database, first, as_of=DAY))
    assert report.removed == 1
    assert "same_day_taken_back" in codes(report)


def test_towns_of_the_same_day_are_undone_too(database, tmp_path):
    path = write_csv(tmp_path / "a.csv", TOWNS_HEADER, TOWNS)
    town = ["40106", "福岡県", "北九州市小倉北区", "見本町", "", "33.8900", "130.8800"]
    other = write_csv(tmp_path / "b.csv", TOWNS_HEADER, [*TOWNS, town])
    import_into(database, path, as_of=DAY)
    before = content(database)
    import_into(database, other, as_of=DAY)
    import_into(database, path, as_of=DAY)
    assert content(database) == before


@pytest.mark.parametrize(("kept", "refused"), [(1, True), (3, False)])
def test_far_fewer_rows_than_before_must_be_confirmed(database, tmp_path, kept, refused):
    many = [kaigo_row(事業所番号=f"40677900{i:02}", 事業所名=f"見本{i}") for i in range(20)]
    import_into(database, write(tmp_path / "a.csv", many), as_of="2025-06-01")
    before = content(database)
    few = write(tmp_path / "b.csv", many[: kept * 2])
    report = only(import_into(database, few, as_of=DAY))
    assert report.refused is refused
    if refused:
        assert "--accept-shrink" in report.issues[-1].message
        assert content(database) == before
        report = only(import_into(database, few, as_of=DAY, accept_shrink=True))
    assert report.removed == 20 - kept * 2


def test_a_ward_of_a_city_that_is_held_is_no_shrunken_file(database, tmp_path):
    many = [
        kaigo_row(事業所番号=f"40677900{i:02}", 事業所名=f"見本{i}", 市区町村名=ward, **code)
        for ward, numbers, code in (
            ("北九州市小倉北区", range(2), {}),
            ("北九州市小倉南区", range(2, 20), {"都道府県コード又は市町村コード": "401072"}),
        )
        for i in numbers
    ]
    import_into(database, write(tmp_path / "a.csv", many), as_of="2025-06-01")
    report = only(import_into(database, write(tmp_path / "b.csv", many[:2]), as_of=DAY))
    assert (report.refused, report.unchanged, report.removed) == (False, 2, 0)
