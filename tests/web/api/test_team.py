"""Team search over HTTP: shape, defaults, refusals, privacy."""

from __future__ import annotations

import pytest

from tests.factories import KOKURA

NEAR = {"lon": KOKURA[0], "lat": KOKURA[1]}
DOCTOR = {"role": "doctor", "kinds": ["clinic"], "needs": ["VM.REG", "AC.ULCER"]}
PHARMACY = {"role": "pharmacy", "kinds": ["pharmacy"], "needs": ["AC.OPIOID_RX"]}
NURSING = {"role": "nursing", "kinds": ["visiting_nursing"], "needs": ["VM.24VN"]}


@pytest.fixture
def client(app):
    return app.test_client()


def ask(client, **question):
    response = client.post("/api/v1/team", json={"near": NEAR, **question})
    assert response.status_code == 200, response.text
    return response.get_json()


def test_candidates_are_those_of_a_search_and_teams_name_what_is_missing(client):
    document = ask(client, roles=[DOCTOR, PHARMACY, NURSING])
    assert document["order"] == [
        "missing",
        "elsewhere",
        "unknown",
        "plausibility",
        "distance_m",
        "draw",
    ]
    assert document["origin"]["centre"]["id"] == "kokura"
    doctor, _, nursing = document["roles"]
    search = client.post(
        "/api/v1/search",
        json={"near": NEAR, "kinds": ["clinic"], "needs": DOCTOR["needs"], "limit": 5},
    ).get_json()
    assert doctor["candidates"] == search["features"]
    assert doctor["counts"] == search["counts"]
    assert doctor["elsewhere"] == search["elsewhere"]
    assert nursing["candidates"] == []
    best = document["teams"][0]
    assert [m["facility"] and m["facility"]["id"] for m in best["members"]] == [
        "near",
        "hostile",
        None,
    ]
    assert best["missing"] == [{"role": "nursing", "need": "VM.24VN", "required": True}]
    assert best["unknown"] == [{"role": "pharmacy", "need": "AC.OPIOID_RX"}]
    assert best["complete"] is False
    pharmacist = best["members"][1]["facility"]["properties"]
    assert best["total_distance_m"] == pharmacist["distance_m"]
    assert pharmacist["needs"] == {"AC.OPIOID_RX": {"value": "unknown"}}


def test_a_role_that_is_not_required_leaves_the_team_filled(client):
    document = ask(client, roles=[DOCTOR, {**NURSING, "required": False}])
    assert document["teams"][0]["filled"] is True
    assert document["teams"][0]["complete"] is False  # a seat is empty
    assert document["teams"][0]["missing"]


def test_a_deputy_is_somebody_else(client):
    deputy = {"role": "deputy", "kinds": ["clinic"], "apart_from": ["doctor"]}
    for team in ask(client, roles=[DOCTOR, deputy], teams=10)["teams"]:
        first, second = (member["facility"] for member in team["members"])
        assert first is None or second is None or first["id"] != second["id"]


def test_without_roles_the_team_of_the_third_worked_example_is_asked_for(client):
    document = ask(client)
    roles = {role["role"]: role for role in document["roles"]}
    assert roles["nursing"]["needs"] == ["VM.24VN", "AC.PALL", "AC.PAIN", "VM.EOL"]
    assert [name for name, role in roles.items() if role["required"]] == [
        "nursing",
        "care_management",
        "home_help",
    ]
    assert {"doctor", "pharmacy", "backup_bed"} <= set(roles)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"near": None}, "near"),
        ({"roles": []}, "roles"),
        ({"roles": [DOCTOR, DOCTOR]}, "roles.1.role"),
        ({"roles": [{**DOCTOR, "kinds": ["x"]}]}, "roles.0.kinds"),
        ({"roles": [{**DOCTOR, "needs": ["x"]}]}, "roles.0.needs"),
        ({"roles": [{**DOCTOR, "apart_from": ["nobody"]}]}, "roles.0.apart_from"),
        ({"roles": [{**DOCTOR, "more": 1}]}, "roles.0.(unknown key)"),
        ({"roles": [{**DOCTOR, "need": []}]}, "roles.0.need"),
        ({"roles": [DOCTOR], "preset": "discharge"}, "preset"),
        ({"preset": "x"}, "preset"),
        ({"teams": 0}, "teams"),
        ({"teams": 21}, "teams"),
        ({"limit": 51}, "limit"),
        ({"kinds": ["clinic"]}, "kinds"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_its_field(client, change, field):
    response = client.post("/api/v1/team", json={"near": NEAR, **change})
    assert response.status_code == 400
    assert field in {error["field"] for error in response.get_json()["errors"]}


def test_too_many_roles_kept_apart_are_refused(client):
    names = [f"r{number}" for number in range(6)]
    roles = [
        {"role": n, "kinds": ["clinic"], "apart_from": [o for o in names if o != n]} for n in names
    ]
    assert client.post("/api/v1/team", json={"near": NEAR, "roles": roles}).status_code == 400


def test_the_home_is_not_logged_or_kept(client, capsys):
    near = {"lon": 130.8765432, "lat": 33.8812345}
    response = client.post("/api/v1/team", json={"near": near, "roles": [DOCTOR]})
    assert response.headers["Cache-Control"] == "no-store"
    said = capsys.readouterr()
    assert not any(secret in said.out + said.err for secret in ("8765432", "8812345"))


def test_a_team_is_complete_only_when_every_need_of_every_seat_is_a_yes(client):
    seat = {"role": "doctor", "kinds": ["clinic"], "needs": ["VM.REG"]}
    (sure, *_) = ask(client, roles=[seat])["teams"]
    assert (sure["complete"], sure["unknown"]) == (True, [])
    asked = {**seat, "needs": ["VM.REG", "PT.ALONE"]}
    (open_seat, *_) = ask(client, roles=[asked])["teams"]
    assert open_seat["unknown"] == [{"role": "doctor", "need": "PT.ALONE"}]
    assert (open_seat["complete"], open_seat["filled"]) == (False, True)
