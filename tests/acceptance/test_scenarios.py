"""The three worked examples of the seeds on the sample city, against sets derived by hand.

Expected sets come from ``data/sample/facilities.json`` by plain Python (`judge`), over the records
that give a position of their own in their own ward; the few placed from their address, or not at
all, may only be added.
"""

from __future__ import annotations

import json
import shutil
from datetime import datetime, timedelta

import pytest

from geoportal.domain.hours import JST
from geoportal.services.portal import Portal, sample_directory, shipped_reference
from geoportal.settings import Settings
from geoportal.store.database import open_database
from geoportal.web.app import create_app
from tests.acceptance import judge
from tests.acceptance.judge import Fact
from tests.web.api.test_interpret import DISCHARGE, DOCTOR, RESPITE

HOME = {"lon": 130.8751, "lat": 33.8834}  # 小倉北区
NURSING_NEEDS = ["VM.24VN", "AC.PALL", "AC.PAIN", "VM.EOL"]
MISPLACED = {"clinic-4019500724", "home_help-4099990464", "day_service-4099990563"}


@pytest.fixture(scope="module")
def city(tmp_path_factory, sample_of_today):
    """The sample city as `geoportal init --sample` makes it, and its plain records."""
    folder = tmp_path_factory.mktemp("scenarios")
    shutil.copytree(sample_of_today, folder, dirs_exist_ok=True)
    database = open_database(folder / "city.db")
    portal = Portal(database, shipped_reference())
    records = json.loads((sample_directory() / "facilities.json").read_text("utf-8"))["records"]
    yield create_app(portal, Settings()).test_client(), records
    database.engine.dispose()


def facts(record, today):
    for item in record.get("claims", ()):
        as_of = today - timedelta(days=item["age_days"])
        until = as_of + timedelta(days=item["valid_days"]) if "valid_days" in item else None
        yield Fact(
            item["code"],
            item["value"],
            item["evidence"],
            as_of.isoformat(),
            until.isoformat() if until else "",
            note=item.get("note", ""),
        )


def expected(records, kinds, needs, radius_m):
    """Band and metres of every record in its own place within a radius, by hand."""
    today = datetime.now(JST).date()
    implications = judge.rules()
    found = {}
    for record in records:
        if record["kind"] not in kinds or "lon" not in record or record["record_id"] in MISPLACED:
            continue
        metres = judge.metres(HOME["lon"], HOME["lat"], record["lon"], record["lat"])
        if metres <= radius_m:
            known = judge.values(facts(record, today), today, implications)
            found[record["record_id"]] = (judge.band(known, needs), round(metres))
    return found


def ask(client, **question):
    response = client.post(
        "/api/v1/search", json={"near": HOME, "include": "all", "limit": 500, **question}
    )
    assert response.status_code == 200, response.text
    return response.get_json()


def assert_answers(document, by_hand, records):
    own = {r["record_id"] for r in records if "lon" in r} - MISPLACED
    got = {
        f["id"]: (f["properties"]["match"], f["properties"]["distance_m"])
        for f in document["features"]
    }
    assert {key: value for key, value in got.items() if key in own} == by_hand
    others = [f for f in document["features"] if f["id"] not in own]
    assert all(f["properties"]["location_level"] != "point" for f in others)
    bands = [value[0] for value in got.values()]
    assert document["counts"] == {b: bands.count(b) for b in ("match", "possible", "no")}
    rank = {"match": 0, "possible": 1, "no": 2}
    keys = [(rank[match], metres) for match, metres in got.values() if match != "possible"]
    assert keys == sorted(keys)
    assert list(got.values()) == sorted(got.values(), key=lambda value: rank[value[0]])


SEARCHES = {
    "1 doctor": (["clinic", "hospital"], ["VM.REG"], 16_000),
    "1 doctor who treats pressure ulcers": (["clinic", "hospital"], ["VM.REG", "AC.ULCER"], 16_000),
    "2 respite": (["hospital", "clinic", "short_stay"], ["BK.RESPITE"], 16_000),
    "2 respite, nearer for the wife": (["hospital", "clinic", "short_stay"], ["BK.RESPITE"], 4_000),
    "2 in a community-care ward": (["hospital"], ["BK.RESPITE", "BK.CCW"], 16_000),
    "3 nursing": (["visiting_nursing"], NURSING_NEEDS, 16_000),
    "3 care management": (["care_management"], [], 16_000),
    "3 home help": (["home_help"], [], 16_000),
    "3 doctor": (["clinic", "hospital"], ["VM.REG", "AC.PALL"], 16_000),
    "3 pharmacy": (["pharmacy"], ["AC.OPIOID_RX"], 16_000),
    "3 back-up bed": (["clinic", "hospital"], ["BK.URGENT"], 16_000),
    "24 h from the filings": (["clinic", "hospital"], ["VM.24DR"], 16_000),
    "any support clinic": (["clinic"], ["ST.ZS3"], 16_000),
}


@pytest.mark.parametrize("name", SEARCHES)
def test_a_scenario_finds_exactly_who_was_derived_by_hand(city, name):
    client, records = city
    kinds, needs, radius_m = SEARCHES[name]
    by_hand = expected(records, kinds, needs, radius_m)
    assert sum(match == "match" for match, _ in by_hand.values()) > 0
    assert_answers(ask(client, kinds=kinds, needs=needs, radius_m=radius_m), by_hand, records)


def test_the_first_scenario_counts_the_evidence_for_the_16_km_rule(city):
    client, records = city
    kinds = {"clinic", "hospital", "dental_clinic"}
    today = datetime.now(JST).date()
    document = ask(client, needs=["VM.REG", "AC.ULCER"], kinds=sorted(kinds))
    said = document["visit_evidence"]
    near = {f["id"] for f in document["features"] if f["properties"]["match"] != "not_applicable"}
    by_id = {record["record_id"]: record for record in records}
    known = [judge.values(facts(by_id[key], today), today, judge.rules()) for key in near]
    visiting = [any(k.get(c) == "yes" for c in ("VM.REG", "VM.URG", "VM.DENT")) for k in known]
    assert (said["institutions"], said["visiting"]) == (len(near), sum(visiting))
    for code in ("VM.REG", "AC.ULCER"):
        answers = [k.get(code, "unknown") for k in known]
        assert said["needs"][code] == {
            "yes": answers.count("yes"),
            "no": answers.count("no"),
            "unknown": answers.count("unknown"),
            "yes_visiting": sum(a == "yes" and v for a, v in zip(answers, visiting, strict=True)),
            "unknown_visiting": sum(
                a == "unknown" and v for a, v in zip(answers, visiting, strict=True)
            ),
        }


def test_the_third_scenario_has_a_complete_team_nearest_in_all(city):
    client, records = city
    team = client.post("/api/v1/team", json={"near": HOME}).get_json()
    best = team["teams"][0]
    assert best["complete"] is True
    assert best["missing"] == best["unknown"] == []
    nearest = 0
    for role in team["roles"]:
        by_hand = expected(records, role["kinds"], role["needs"], 16_000)
        yes = {key: metres for key, (match, metres) in by_hand.items() if match == "match"}
        member = next(m["facility"] for m in best["members"] if m["role"] == role["role"])
        assert member["id"] in yes
        assert yes[member["id"]] == min(yes.values()) == member["properties"]["distance_m"]
        nearest += min(yes.values())
    assert best["total_distance_m"] == nearest


@pytest.mark.parametrize(
    ("note", "names"),
    [
        (DOCTOR, ["1 doctor who treats pressure ulcers"]),
        (RESPITE, ["2 respite"]),
        (DISCHARGE, ["3 nursing", "3 home help", "3 care management"]),
    ],
)
def test_pasting_the_note_asks_the_scenarios_questions(city, note, names):
    client, records = city
    searches = client.post("/api/v1/interpret", json={"text": note}).get_json()["searches"]
    assert len(searches) == len(names)
    for search, name in zip(searches, names, strict=True):
        kinds, needs, radius_m = SEARCHES[name]
        assert (set(search["kinds"]), search["needs"]) == (set(kinds), needs)
        assert_answers(
            ask(client, **search, radius_m=radius_m),
            expected(records, kinds, needs, radius_m),
            records,
        )
