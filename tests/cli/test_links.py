"""`geoportal links` and `geoportal changes`: reviewed, decided, explained, taken back."""

from __future__ import annotations

import pytest
from python_calamine import CalamineWorkbook

from geoportal.services.portal import Portal, shipped_reference
from geoportal.settings import Settings
from geoportal.store.database import open_database
from geoportal.web.app import create_app
from tests.cli.test_cli import answer, geoportal
from tests.unit.ingest.test_linking import KITA, bureau, navii
from tests.unit.ingest.test_linking_order import take

PLACE, CODE = "n4022400000001", "m4017719999"
ELSEWHERE = "福岡県北九州市小倉北区浅野１丁目９番９号"


@pytest.fixture
def db(tmp_path):
    """One pair to be reviewed, one linked."""
    path = tmp_path / "city.db"
    database = open_database(path, create=True)
    take(database, "navii-facility", "2025-06-01", navii(), navii("4022400000002", "別館医院"))
    take(
        database,
        "bureau",
        "2025-10-01",
        bureau(address=ELSEWHERE),
        bureau("4017710002", "別館医院"),
    )
    return path


def test_review_lists_pairs_with_reasons_and_parts(db):
    (pair,) = answer("links", "review", db=db)["pairs"]
    assert (pair["a"], pair["b"], pair["outcome"], pair["reason"]) == (
        CODE,
        PLACE,
        "review",
        "doubtful",
    )
    assert pair["score"] == pytest.approx(sum(part["bits"] for part in pair["parts"]))
    assert {part["field"] for part in pair["parts"]} == {"name", "address"}
    assert [items[0]["address"] for items in pair["records"]] == [ELSEWHERE, KITA]
    assert "要確認" in geoportal("links", "review", db=db).stdout


def test_a_decision_joins_them_and_is_told_and_taken_back(db):
    decided = answer(
        "links", "decide", PLACE, CODE, "same", "--by", "見本", "--note", "電話", db=db
    )
    assert answer("links", "review", db=db)["pairs"] == []
    assert answer("facility", CODE, db=db)["id"] == PLACE
    explained = answer("links", "explain", "4017719999", db=db)
    assert explained["id"] == PLACE
    assert explained["redirects"] == [CODE]
    assert {item["own_id"] for item in explained["records"]} == {PLACE, CODE}
    for own in (PLACE, CODE):  # either side of the pair
        assert answer("links", "explain", own, db=db)["decisions"] == explained["decisions"]
    assert answer("links", "explain", "4017710002", db=db)["decisions"] == []
    (said,) = explained["decisions"]
    assert (said["verdict"], said["by"], said["note"]) == ("same", "見本", "電話")
    assert "人が決めた" in geoportal("links", "explain", PLACE, db=db).stdout
    undone = answer("links", "undo", CODE, PLACE, "--by", "見本", db=db)
    assert undone["dataset_version"] != decided["dataset_version"]
    assert answer("facility", CODE, db=db)["id"] == CODE
    geoportal("links", "undo", CODE, PLACE, "--by", "見本", db=db, ok=4)


def test_what_the_score_linked_can_be_parted(db):
    assert answer("facility", "m4017710002", db=db)["id"] == "n4022400000002"
    geoportal(
        "links", "decide", "m4017710002", "n4022400000002", "different", "--by", "見本", db=db
    )
    assert answer("facility", "m4017710002", db=db)["id"] == "m4017710002"
    assert answer("links", "relink", db=db)["changed"] == 0


@pytest.mark.parametrize(
    ("pair", "code"),
    [
        ((PLACE, "n4022400000002"), 2),
        ((CODE, "m4017710002"), 2),
        ((PLACE, PLACE), 2),
        ((PLACE, "nothing"), 4),
    ],
)
def test_what_can_never_be_one_place_is_refused(db, pair, code):
    done = geoportal("links", "decide", *pair, "same", "--by", "見本", db=db, ok=code)
    assert done.stdout == ""
    assert answer("links", "review", db=db)["pairs"][0]["a"] == CODE


def test_changes_as_json_text_and_excel(db, tmp_path):
    database = open_database(db)
    renamed = bureau(name="新見本医院", address=ELSEWHERE, phone="093-000-0001")
    take(database, "bureau", "2025-11-01", renamed)
    found = answer("changes", "--source", "bureau", db=db)
    assert (found["from"], found["to"]) == ("2025-10-01", "2025-11-01")
    assert [item["kind"] for item in found["changes"]] == ["closed", "renamed", "phone"]
    assert found["counts"]["closed"] == 1
    out = tmp_path / "changes.xlsx"
    done = geoportal("changes", "--source", "bureau", "--out", str(out), db=db)
    assert "名称変更" in done.stdout
    table = CalamineWorkbook.from_path(out).get_sheet_by_index(0).to_python()
    assert table[0][:3] == ["変更", "確認した版の日付", "名称"]
    assert len(table) == 4
    assert "093-000-0001" in table[3]


def test_changes_that_cannot_be_told(db):
    geoportal("changes", "--source", "kaigo", db=db, ok=4)
    geoportal("changes", "--source", "bureau", db=db, ok=4)
    geoportal("changes", "--source", "bureau", "--from", "gestern", db=db, ok=2)
    geoportal("changes", "--source", "bureau", "--out", "x.csv", db=db, ok=2)


def test_a_pair_that_waits_is_marked_on_public_lists_until_somebody_decides(db):
    def marked() -> dict[str, list[str]]:
        portal = Portal(open_database(db), shipped_reference())
        client = create_app(portal, Settings()).test_client()
        features = client.get("/api/v1/facilities?district=40106").get_json()["features"]
        html = client.get("/?district=40106").text
        told = {
            feature["id"]: [other["id"] for other in doubles]
            for feature in features
            if (doubles := feature["properties"].get("possible_duplicates"))
        }
        said = "同じ施設の可能性があります（確認中）"
        assert html.count(said) == len(told)
        assert client.get("/districts/40106").text.count(said) == len(told)
        for facility in told:
            assert client.get(f"/facilities/{facility}").text.count(said) == 1
        return told

    assert marked() == {PLACE: [CODE], CODE: [PLACE]}
    answer("links", "decide", PLACE, CODE, "different", "--by", "見本", db=db)
    assert marked() == {}
