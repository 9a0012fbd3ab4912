"""Open Referral HSDS 3: what its schemas require, and lists that agree with the search of the API.

The facts restated here (names of properties, which are required, which values are listed) are those
of HSDS 3.0: Human Services Data Specification, an Open Referral resource (openreferral.org).
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from geoportal.documents.hsds_schedules import schedules_of
from geoportal.domain.facility import KINDS
from geoportal.domain.hours import HOLIDAY, Hours, Session
from geoportal.export.wording import Wording
from geoportal.index.uuids import UuidIndex, uuid_of

Document = dict[str, Any]
NOBODY = UUID("5cdf2cc3-2098-43e3-a657-94583153b9d3")
TABLES = ("services", "organizations", "locations", "service_at_locations")
REQUIRED = {
    "services": "id name status",
    "organizations": "id name description",
    "locations": "id location_type",
    "service_at_locations": "id",
    "phones": "id number",
    "addresses": "id address_1 city state_province postal_code country address_type",
    "schedules": "id",
    "attributes": "id",
    "service_areas": "id",
    "organization_identifiers": "id identifier_type identifier",
    "taxonomies": "id name description",
    "taxonomy_terms": "id name description",
}
PROPERTIES = {
    "services": "organization_id alternate_name description url organization phones schedules"
    " service_areas service_at_locations attributes",
    "organizations": "alternate_name website phones organization_identifiers locations services",
    "locations": "organization_id name alternate_name latitude longitude addresses phones",
    "service_at_locations": "service_id location_id location service phones schedules"
    " service_areas attributes",
    "phones": "service_id location_id organization_id type",
    "addresses": "location_id",
    "schedules": "service_id description timezone freq interval byday opens_at closes_at",
    "attributes": "link_id link_entity link_type taxonomy_term_id taxonomy_term value label",
    "service_areas": "service_id name",
    "organization_identifiers": "organization_id identifier_scheme",
    "taxonomies": "version",
    "taxonomy_terms": "code taxonomy taxonomy_id language",
}
SINGLE = {
    "organization": "organizations",
    "location": "locations",
    "service": "services",
    "taxonomy_term": "taxonomy_terms",
}
LISTED = {
    "status": {"active", "inactive", "defunct", "temporarily closed"},
    "location_type": {"physical", "postal", "virtual"},
    "address_type": {"physical", "postal", "virtual"},
    "freq": {"WEEKLY", "MONTHLY"},
}


def ask(client: FlaskClient, path: str = "", **asked: Any) -> Document:
    response = client.get(f"/hsds/{path}", query_string=asked)
    assert response.status_code == 200, response.text
    assert response.mimetype == "application/json"
    document: Document = response.get_json()
    return document


def validate(table: str, record: Document) -> None:
    required = set(REQUIRED[table].split())
    assert required <= record.keys() <= required | set(PROPERTIES[table].split()), table
    assert UUID(record["id"]).version == 5
    for name, value in record.items():
        assert value is not None
        if name in SINGLE:
            validate(SINGLE[name], value)
        elif name in REQUIRED:
            assert value
            for one in value:
                validate(name, one)
        elif name in LISTED:
            assert value in LISTED[name]
        elif name in ("latitude", "longitude", "timezone", "interval"):
            assert isinstance(value, int | float)
        else:
            assert isinstance(value, str)


def pages(client: FlaskClient, table: str, **asked: Any) -> Iterator[Document]:
    number, last = 1, False
    while not last:
        page = ask(client, table, page=number, **asked)
        assert page["page_number"] == number
        assert page["first_page"] == (number == 1)
        assert page["size"] == len(page["contents"])
        assert page["empty"] == (not page["contents"])
        yield page
        number, last = number + 1, page["last_page"]


def everyone(client: FlaskClient, table: str, **asked: Any) -> list[Document]:
    return [one for page in pages(client, table, per_page=500, **asked) for one in page["contents"]]


def terms(client: FlaskClient) -> dict[str, Document]:
    return {one["code"]: one for one in everyone(client, "taxonomy_terms")}


def test_the_root_says_what_it_is_and_whose_the_data_are(sample_city: FlaskClient) -> None:
    root = ask(sample_city)
    assert root["version"] == "3.0"
    assert root["profile"].startswith("https://")
    assert root["openapi_url"] == "http://localhost/hsds/openapi.json"
    assert root["licenses"]
    assert any(one["licence"] for one in root["licenses"])
    described = sample_city.get(root["openapi_url"].removeprefix("http://localhost")).get_json()
    assert described["openapi"].startswith("3.")
    assert {"/", "/services", "/services/{id}"} < described["paths"].keys()
    assert sample_city.get("/hsds").get_json() == root


@pytest.mark.parametrize("table", TABLES)
def test_records_are_what_the_schemas_want(sample_city: FlaskClient, table: str) -> None:
    listed = ask(sample_city, table, per_page=8)
    full = ask(sample_city, table, per_page=8, full="true")
    for brief, whole in zip(listed["contents"], full["contents"], strict=True):
        validate(table, brief)
        validate(table, whole)
        assert brief["id"] == whole["id"]
        assert whole == ask(sample_city, f"{table}/{whole['id']}")
        assert not any(isinstance(value, list) for value in brief.values())


def test_full_services_stand_in_organizations(sample_city: FlaskClient) -> None:
    one = ask(sample_city, "organizations", per_page=1, full_service="true")["contents"][0]
    validate("organizations", one)
    assert one["services"][0] == ask(sample_city, f"services/{one['id']}")
    assert one == ask(sample_city, f"organizations/{one['id']}", full_service="true")


def test_pages_hold_everyone_once(sample_city: FlaskClient) -> None:
    whole = list(pages(sample_city, "services", per_page=300))
    ids = [one["id"] for page in whole for one in page["contents"]]
    assert len(ids) == len(set(ids)) == whole[0]["total_items"] > 800
    assert len(whole) == whole[0]["total_pages"] > 2
    beyond = ask(sample_city, "services", page=len(whole) + 1, per_page=300)
    assert beyond["empty"]
    assert beyond["last_page"]


def test_ids_and_days_of_all_stand_on_one_page(sample_city: FlaskClient) -> None:
    page = ask(sample_city, "services", minimal="true")
    assert page["size"] == page["total_items"] > 100
    assert page["first_page"] is page["last_page"] is True
    days = {one["id"]: one["modified_date"] for one in page["contents"]}
    first = ask(sample_city, "services", per_page=500)["contents"]
    assert [one["id"] for one in first] == list(days)[:500]
    newest = max(days.values())
    since = ask(sample_city, "services", minimal="true", modified_after=newest)["contents"]
    assert {one["id"] for one in since} == {one for one, day in days.items() if day == newest}
    few = ask(sample_city, "services", minimal="true", per_page=2, page=2)["contents"]
    assert [one["id"] for one in few] == list(days)[2:4]


def test_terms_are_those_of_the_facility_and_only_those_it_meets(sample_city: FlaskClient) -> None:
    refused = met = 0
    answer = sample_city.get("/api/v1/facilities?district=40106&limit=500").get_json()
    for feature in answer["features"][::9]:
        properties = sample_city.get(f"/api/v1/facilities/{feature['id']}").get_json()["properties"]
        service = ask(sample_city, f"services/{uuid_of(feature['id'])}")
        values = {code: one["value"] for code, one in properties["shown"].items()}
        kinds = [one for one in service["attributes"] if one["link_type"] == "kind"]
        needs = [one for one in service["attributes"] if one["link_type"] == "need"]
        assert [one["taxonomy_term"]["code"] for one in kinds] == [properties["kind"]]
        told = {one["taxonomy_term"]["code"] for one in needs}
        assert told == {code for code, value in values.items() if value == "yes"}
        for one in needs:
            day = properties["shown"][one["taxonomy_term"]["code"]]["as_of"]
            assert (day or "時点不明") in one["label"]
        met += bool(told)
        refused += "no" in values.values()
    assert met
    assert refused


def test_random_questions_are_answered_as_by_the_search(sample_city: FlaskClient) -> None:
    rng = random.Random(17)
    known = terms(sample_city)
    needs = sorted(code for code in known if code not in KINDS and code.startswith("VM"))
    answered = 0
    for _ in range(12):
        kind, wanted = rng.choice(KINDS[:8]), rng.sample(needs, rng.randint(1, 2))
        if rng.random() < 0.5:
            kind, wanted = rng.choice(["clinic", "hospital"]), ["VM.REG"]
        body = {
            "district": "40106", "kinds": [kind], "needs": wanted, "include": "match", "limit": 500
        }  # fmt: skip
        found = sample_city.post("/api/v1/search", json=body).get_json()
        expected = {str(uuid_of(one["id"])) for one in found["features"]}
        ward = sample_city.post("/api/v1/search", json=body | {"needs": [], "include": "all"})
        there = {str(uuid_of(one["id"])) for one in ward.get_json()["features"]}
        asked = [known[code]["id"] for code in (kind, *wanted)]
        listed = everyone(sample_city, "services", taxonomy_term_id=asked)
        assert {one["id"] for one in listed} & there == expected
        answered += bool(expected)
    assert answered >= 3


def test_found_by_words_organization_taxonomy_and_day(sample_city: FlaskClient) -> None:
    one = ask(sample_city, "services", per_page=1)["contents"][0]
    found = everyone(sample_city, "services", search=one["name"])
    assert one["id"] in {record["id"] for record in found}
    own = everyone(sample_city, "service_at_locations", organization_id=one["organization_id"])
    assert [record["id"] for record in own] == [one["id"]]
    total = ask(sample_city, "services")["total_items"]
    by_taxonomy = {
        taxonomy["name"]: ask(sample_city, "services", taxonomy_id=taxonomy["id"])["total_items"]
        for taxonomy in everyone(sample_city, "taxonomies")
    }
    assert by_taxonomy["施設の種別"] == total
    assert 0 < by_taxonomy["在宅医療の用語"] <= total
    assert ask(sample_city, "services", modified_after="2001-01-01")["total_items"] == total
    assert ask(sample_city, "services", modified_after="2999-01-01")["empty"]


def test_taxonomies_and_terms(sample_city: FlaskClient) -> None:
    for table in ("taxonomies", "taxonomy_terms"):
        for one in everyone(sample_city, table)[:30]:
            validate(table, one)
            assert one == ask(sample_city, f"{table}/{one['id']}")
    [kinds] = everyone(sample_city, "taxonomies", search="施設の種別")
    listed = everyone(sample_city, "taxonomy_terms", taxonomy_id=kinds["id"])
    assert {one["code"] for one in listed} == set(KINDS)


@pytest.mark.parametrize("name", ["postcode", "proximity", "lat", "near", "bbox"])
def test_a_position_is_refused_and_why(sample_city: FlaskClient, name: str) -> None:
    response = sample_city.get("/hsds/service_at_locations", query_string={name: "8020001"})
    assert response.status_code == 400
    assert "home" in response.text
    assert "/api/v1/search" in response.text
    assert "8020001" not in response.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("services?colour=red", 400),
        ("services?page=0", 400),
        ("services?per_page=many", 400),
        ("services?full=perhaps", 400),
        ("services?format=ndjson", 400),
        ("services?search=、", 400),
        ("services?page=1&page=2", 400),
        ("services?modified_after=yesterday", 400),
        (f"services?taxonomy_term_id={NOBODY}", 400),
        ("services?taxonomy_id=VM", 400),
        (f"services?organization_id={NOBODY}", 400),
        ("services/near?full=true", 400),
        ("services/nobody", 404),
        (f"services/{NOBODY}", 404),
        ("taxonomies/none", 404),
        ("people", 404),
    ],
)
def test_what_makes_no_sense_is_refused(sample_city: FlaskClient, path: str, status: int) -> None:
    response = sample_city.get(f"/hsds/{path}")
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    assert sample_city.post("/hsds/services").status_code == 405


def test_answers_are_kept_and_open_to_other_sites(sample_city: FlaskClient) -> None:
    first = sample_city.get("/hsds/services?per_page=1")
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    held = {"If-None-Match": first.headers["ETag"]}
    assert sample_city.get("/hsds/services?per_page=1", headers=held).status_code == 304
    other = sample_city.get("/hsds", headers={"Host": "evil.example"})
    assert other.status_code == 200
    assert "evil.example" not in other.text


def test_closed_hostile_and_roughly_placed_facilities(app: Any) -> None:
    client = app.test_client()
    for facility in ("gone", "hostile", "lost", "coarse", "open"):
        for table in TABLES:
            validate(table, ask(client, f"{table}/{uuid_of(facility)}"))
    assert ask(client, f"services/{uuid_of('gone')}")["status"] == "inactive"
    assert str(uuid_of("gone")) not in {one["id"] for one in everyone(client, "services")}
    assert ask(client, f"services/{uuid_of('hostile')}")["name"].startswith("<script>")
    for unsure in ("lost", "coarse"):
        assert "latitude" not in ask(client, f"locations/{uuid_of(unsure)}")


def test_schedules_have_only_what_is_certain(app: Any) -> None:
    words = Wording(app.extensions["geoportal"].view().reference)
    sessions = [Session(day, "09:00", "12:00") for day in (0, 1, 3, 5, HOLIDAY)]
    hours = Hours(
        sessions=(*sessions, Session(4, "18:00", "24:00")),
        closed_weeks=((2, 3), (4, 3)),
        unclear_days=(5,),
        as_of="2026-11-01",
    )

    def rules(today: date) -> set[tuple[str, ...]]:
        found = schedules_of(hours, today, words, NOBODY)
        keys = ("freq", "byday", "opens_at", "closes_at")
        assert all("2026-11-01" in one["description"] for one in found)
        return {tuple(one[key] for key in keys) for one in found if "freq" in one}

    assert rules(date(2026, 11, 24)) == {
        ("WEEKLY", "MO,TU", "09:00+09:00", "12:00+09:00"),
        ("WEEKLY", "FR", "18:00+09:00", "23:59+09:00"),
        ("MONTHLY", "1TH,3TH,5TH", "09:00+09:00", "12:00+09:00"),
    }
    assert rules(date(2027, 11, 24)) == set()
    assert schedules_of(Hours(), date(2026, 11, 24), words, NOBODY) == []


def test_schedules_of_the_sample_are_rules_of_rfc_5545(sample_city: FlaskClient) -> None:
    seen = 0
    for service in ask(sample_city, "services", full="true", per_page=200)["contents"]:
        for one in service.get("schedules", ()):
            if "freq" in one:
                monthly = one["freq"] == "MONTHLY"
                day = rf"{'[1-5]' if monthly else ''}(MO|TU|WE|TH|FR|SA|SU)"
                assert re.fullmatch(rf"{day}(,{day})*", one["byday"])
                assert re.fullmatch(r"\d\d:\d\d\+09:00", one["opens_at"])
                assert one["opens_at"] < one["closes_at"]
                seen += 1
    assert seen


def test_a_uuid_never_changes_and_is_found_again() -> None:
    # Of RFC 9562, version 5: SHA-1 of the namespace's bytes and the name.
    assert str(uuid_of("near")) == "1e32bbff-3ae5-5ee6-83fb-5c2fa22b3f8b"
    ids = [f"facility-{number}" for number in range(500)]
    index = UuidIndex(ids)
    assert all(number in index.candidates(uuid_of(one)) for number, one in enumerate(ids))
    assert index.candidates(NOBODY) == []
