"""Two editions compared: what opened, closed, moved, was renamed, filed or ended."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from geoportal.domain.facility import FacilityRecord
from geoportal.errors import NotFoundError, UsageError
from geoportal.ingest.changes import KINDS, compare_editions
from geoportal.ingest.reading.municipalities import MunicipalityFinder
from geoportal.services.portal import shipped_reference
from geoportal.store.database import open_database
from tests.unit.ingest.test_linking_order import content, take

FINDER = MunicipalityFinder(shipped_reference())
FIRST, SECOND, THIRD = "2025-10-01", "2025-11-01", "2025-12-01"


def office(number, **values):
    values = {
        "name": f"第{number}見本医院",
        "address": "福岡県北九州市小倉北区浅野１丁目２番３号",
        "municipality_code": "40106",
        "phone": "093-000-0001",
        "filings": ("支援診３",),
        **values,
    }
    code = f"401771{number:04}"
    found = FacilityRecord(
        "bureau", code, "clinic", identifiers={"medical_institution_code": code}, **values
    )
    return f"m{code}", found


def report(database, *args):
    with database.engine.connect() as connection:
        return compare_editions(connection, FINDER, "bureau", *args)


def told(found):
    return [(item.kind, item.record_id[-1], item.before, item.after) for item in found.changes]


def compared(database, before, after):
    take(database, "bureau", FIRST, *before)
    take(database, "bureau", SECOND, *after)
    return report(database)


def test_the_same_edition_twice_has_no_changes(database):
    found = compared(database, [office(1)], [office(1)])
    assert (found.from_date, found.to_date, found.compared) == (FIRST, SECOND, 1)
    assert found.changes == ()
    assert found.counts == dict.fromkeys(KINDS, 0)


def test_opened_and_closed(database):
    found = compared(database, [office(1), office(2)], [office(1), office(3)])
    assert told(found) == [("opened", "3", "", ""), ("closed", "2", "", "")]
    assert [item.on for item in found.changes] == [SECOND, SECOND]
    assert [item.facility_id for item in found.changes] == ["m4017710003", "m4017710002"]


def test_reopened_is_not_opened(database):
    take(database, "bureau", FIRST, office(1), office(2))
    take(database, "bureau", SECOND, office(1))
    take(database, "bureau", THIRD, office(1), office(2))
    assert told(report(database)) == [("reopened", "2", "", "")]
    assert told(report(database, FIRST, SECOND)) == [("closed", "2", "", "")]
    assert told(report(database, FIRST, THIRD)) == []


def test_a_scope_seen_for_the_first_time_opens_nothing(database):
    take(database, "bureau", FIRST, office(1), scope="医科/40106")
    take(database, "bureau", SECOND, office(1), scope="医科/40106")
    take(database, "bureau", SECOND, office(2, municipality_code="40107"), scope="医科/40107")
    found = report(database)
    assert found.changes == ()
    assert found.new_scopes == ("医科/40107",)


@pytest.mark.parametrize(
    "values",
    [
        {"name": "医療法人　第1見本医院"},
        {"address": "福岡県北九州市小倉北区浅野一丁目２－３"},
        {"address": "北九州市小倉北区浅野１－２－３ 見本ビル２階"},
        {"phone": "０９３（０００）０００１"},
    ],
)
def test_another_spelling_is_no_change(database, values):
    assert compared(database, [office(1)], [office(1, **values)]).changes == ()


def test_moved_by_address_and_how_far(database):
    elsewhere = "福岡県北九州市小倉北区魚町３丁目２番１号"
    found = compared(
        database,
        [office(1, lon=130.88, lat=33.885)],
        [office(1, address=elsewhere, lon=130.88, lat=33.880)],
    )
    (change,) = found.changes
    assert (change.kind, change.after) == ("moved", elsewhere)
    assert change.distance_m == pytest.approx(555, abs=1)


@pytest.mark.parametrize(
    ("address", "code", "moved"),
    [
        ("福岡県北九州市門司区浅野１丁目１番１号", "40101", True),
        ("福岡県北九州市小倉北区浅野１丁目９番９号", "40106", True),
        ("福岡県北九州市小倉北区魚町３丁目２番１号", "40106", True),
        ("", "40106", False),
    ],
)
def test_another_municipality_town_or_number_is_a_move_a_missing_address_is_none(
    database, address, code, moved
):
    before = office(1, address="福岡県北九州市小倉北区浅野１丁目１番１号")
    after = office(1, address=address, municipality_code=code)
    kinds = [change.kind for change in compared(database, [before], [after]).changes]
    assert ("moved" in kinds) is moved


def test_moved_by_position_alone_but_not_by_a_correction(database):
    before = [office(1, lon=130.88, lat=33.885), office(2, lon=130.88, lat=33.885)]
    after = [office(1, lon=130.88, lat=33.8851), office(2, lon=130.88, lat=33.89)]
    assert told(compared(database, before, after)) == [
        ("moved", "2", before[1][1].address, after[1][1].address)
    ]


def test_renamed_filings_and_telephone(database):
    found = compared(
        database,
        [office(1)],
        [office(1, name="新見本医院", phone="093-000-0002", filings=("支援診１", "在医総管１"))],
    )
    assert told(found) == [
        ("renamed", "1", "第1見本医院", "新見本医院"),
        ("filing_new", "1", "", "在医総管１"),
        ("filing_new", "1", "", "支援診１"),
        ("filing_ended", "1", "支援診３", ""),
        ("phone", "1", "093-000-0001", "093-000-0002"),
    ]


def test_the_report_does_not_depend_on_the_order_of_import(tmp_path):
    editions = [
        (FIRST, [office(1), office(2)]),
        (SECOND, [office(1, name="仮見本医院"), office(3)]),
        (THIRD, [office(1), office(3, phone="093-000-0009")]),
    ]
    seen = set()
    for number, order in enumerate(itertools.permutations(editions)):
        database = open_database(tmp_path / f"{number}.db", create=True)
        for as_of, items in order:
            take(database, "bureau", as_of, *items)
        seen.add(
            tuple(
                replace(report(database, *days))
                for days in ((FIRST, SECOND), (SECOND, THIRD), (FIRST, THIRD))
            )
        )
    (reports,) = seen
    assert [told(item) for item in reports] == [
        [
            ("opened", "3", "", ""),
            ("closed", "2", "", ""),
            ("renamed", "1", "第1見本医院", "仮見本医院"),
        ],
        [
            ("renamed", "1", "仮見本医院", "第1見本医院"),
            ("phone", "3", "093-000-0001", "093-000-0009"),
        ],
        [("opened", "3", "", ""), ("closed", "2", "", "")],
    ]


def test_two_files_of_one_day_in_either_order(tmp_path):
    reports = []
    for number, order in enumerate(([1, 2], [2, 1])):
        database = open_database(tmp_path / f"{number}.db", create=True)
        take(database, "bureau", FIRST, office(1))
        for name in order:
            take(database, "bureau", SECOND, office(1, name=f"改称{name}医院"))
        reports.append((report(database), content(database)))
    assert reports[0] == reports[1]


def test_what_cannot_be_compared(database):
    with pytest.raises(NotFoundError, match="no edition"):
        report(database)
    take(database, "bureau", FIRST, office(1))
    with pytest.raises(NotFoundError, match="only one edition"):
        report(database)
    take(database, "bureau", SECOND, office(1))
    with pytest.raises(UsageError):
        report(database, SECOND, FIRST)
