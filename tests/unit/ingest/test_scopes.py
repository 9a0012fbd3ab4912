"""What an edition answers for: the last office of a ward closes, a cut file closes nothing else."""

from __future__ import annotations

from itertools import permutations

import pytest

from geoportal.ingest.reading.municipalities import MunicipalityFinder
from geoportal.ingest.revise.scopes import answered_scopes
from geoportal.services.portal import shipped_reference
from tests.unit.ingest.official import (
    KAIGO_HEADER,
    by_name,
    content,
    import_into,
    kaigo_row,
    only,
    write_csv,
)

CITIES = {"40202": "大牟田市", "40203": "久留米市", "40204": "直方市", "40205": "飯塚市"}
WARDS = {"40101": "北九州市門司区", "40105": "北九州市戸畑区", "40106": "北九州市小倉北区"}
PLACES = {**WARDS, **CITIES}


@pytest.fixture(scope="module")
def finder():
    return MunicipalityFinder(shipped_reference())


def with_check_digit(code: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(code, (6, 5, 4, 3, 2), strict=True))
    return code + str((11 - total % 11) % 10)


def office(code: str) -> dict[str, str]:
    return kaigo_row(
        都道府県コード又は市町村コード=with_check_digit(code),
        市区町村名=PLACES[code],
        住所=f"福岡県{PLACES[code]}1-1",
        事業所番号=f"40677{code}",
        事業所名=PLACES[code],
        緯度="",
        経度="",
    )


def take(database, tmp_path, as_of, *codes):
    path = write_csv(tmp_path / f"{as_of}.csv", KAIGO_HEADER, [office(code) for code in codes])
    return only(import_into(database, path, as_of=as_of))


def statuses(database):
    return {name: facility.status for name, facility in by_name(database).items()}


def test_several_wards_answer_for_their_city_and_many_cities_for_the_prefecture(finder):
    assert answered_scopes({"130/40101"}, (), finder) == set()
    assert answered_scopes({"130/40101", "130/40106"}, (), finder) == {"130/40100"}
    everywhere = {f"130/{code}" for code in PLACES}
    assert answered_scopes(everywhere, (), finder) == {"130/40100", "130/40"}
    assert answered_scopes({"130/40202", "130/40203"}, (), finder) == set()


def test_services_are_counted_apart(finder):
    assert answered_scopes({"130/40101", "110/40106"}, (), finder) == set()


def test_rejected_rows_keep_the_larger_scope_open(finder):
    everywhere = {f"130/{code}" for code in PLACES}
    assert answered_scopes(everywhere, {"130/40105"}, finder) == set()


def test_the_last_office_of_a_ward_closes(database, tmp_path):
    take(database, tmp_path, "2025-06-30", *WARDS)
    report = take(database, tmp_path, "2025-12-31", "40101", "40106")
    assert report.removed == 1
    assert statuses(database)[WARDS["40105"]] == "closed"


def test_the_last_office_of_a_city_closes_when_the_file_spans_the_prefecture(database, tmp_path):
    take(database, tmp_path, "2025-06-30", *PLACES)
    report = take(database, tmp_path, "2025-12-31", *(c for c in PLACES if c != "40105"))
    assert report.removed == 1


def test_a_file_cut_to_one_city_closes_nothing_elsewhere(database, tmp_path):
    take(database, tmp_path, "2025-06-30", *PLACES)
    take(database, tmp_path, "2025-12-31", "40101", "40106")
    assert [name for name, status in statuses(database).items() if status == "closed"] == [
        WARDS["40105"]
    ]


@pytest.mark.slow
def test_the_order_of_import_does_not_matter(database, tmp_path):
    editions = [
        ("2025-03-31", tuple(PLACES)),
        ("2025-06-30", tuple(c for c in PLACES if c != "40105")),
        ("2025-12-31", ("40101", "40106")),
    ]
    from geoportal.store.database import open_database

    contents = []
    for number, order in enumerate(permutations(editions)):
        fresh = open_database(tmp_path / f"{number}.db", create=True)
        for as_of, codes in order:
            take(fresh, tmp_path, as_of, *codes)
        contents.append(content(fresh))
        fresh.engine.dispose()
    assert all(one == contents[0] for one in contents)


@pytest.mark.parametrize(("kept", "refused"), [(6, True), (7, True), (8, False), (12, False)])
def test_a_list_that_ends_within_its_first_ward_is_refused(database, tmp_path, kept, refused):
    """Of 63 offices in three wards 6 are left: the others are no part of what the file lists."""
    wards = {"40106": 12, "40105": 25, "40101": 26}
    rows = [
        office(code) | {"事業所番号": f"4067{code[3:]}{n:04}", "事業所名": f"{code}第{n}"}
        for code, count in wards.items()
        for n in range(count)
    ]
    whole = write_csv(tmp_path / "whole.csv", KAIGO_HEADER, rows)
    assert not only(import_into(database, whole, as_of="2025-06-01")).refused
    beginning = write_csv(tmp_path / "beginning.csv", KAIGO_HEADER, rows[:kept])
    report = only(import_into(database, beginning, as_of="2025-12-01"))
    assert report.refused is refused
    assert ("accept-shrink" in report.issues[-1].message) is refused
    assert not only(
        import_into(database, beginning, as_of="2025-12-01", accept_shrink=True)
    ).refused
