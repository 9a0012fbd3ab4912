"""FHIR R4: resources validated by fhir.resources; searches answer as the search of the API does."""

from __future__ import annotations

import random
from typing import Any
from urllib.parse import urlencode

import pytest
from fhir.resources.R4B import get_fhir_model_class
from flask.testing import FlaskClient

from geoportal.domain.facility import KINDS

TYPES = ("Organization", "Location", "HealthcareService")
DEFINED = ("CodeSystem", "ValueSet", "StructureDefinition")
BASE = "http://localhost/fhir"
NEEDS = f"{BASE}/CodeSystem/need"
FACT = f"{BASE}/StructureDefinition/fact"
NOT_OFFERED = f"{BASE}/StructureDefinition/not-offered"
NOT_APPLICABLE = f"{BASE}/StructureDefinition/not-applicable"
JP_CORE = "http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no"
HOME = (130.8751, 33.8834)
Document = dict[str, Any]


def ask(client: FlaskClient, path: str, **asked: Any) -> Document:
    response = client.get(f"/fhir/{path}", query_string=asked)
    assert response.status_code == 200, response.text
    assert response.mimetype == "application/fhir+json"
    return response.get_json(force=True)


def post(client: FlaskClient, kind: str, **asked: Any) -> Document:
    response = client.post(f"/fhir/{kind}/_search", data=asked)
    assert response.status_code == 200, response.text
    assert response.headers["Cache-Control"] == "no-store"
    return response.get_json(force=True)


def matches(bundle: Document) -> list[Document]:
    entries = bundle.get("entry", [])
    return [one["resource"] for one in entries if one["search"]["mode"] == "match"]


def ids(bundle: Document) -> list[str]:
    return [one["id"] for one in matches(bundle)]


def plain(resource: str) -> str:
    """The facility's id of a resource's: the sample's have letters that FHIR's have not."""
    return resource.replace(".5f", "_")


def validate(resource: Document) -> None:
    get_fhir_model_class(resource["resourceType"]).model_validate(resource)


def searched(client: FlaskClient, **question: Any) -> list[str]:
    """Ids of all matches by POST /api/v1/search."""
    body = {"include": "match", "limit": 500, **question}
    answer = client.post("/api/v1/search", json=body).get_json()
    assert answer["numberMatched"] == answer["numberReturned"]
    return [one["id"] for one in answer["features"]]


def test_what_the_server_says_of_itself_is_valid_and_true(sample_city: FlaskClient) -> None:
    statement = ask(sample_city, "metadata")
    validate(statement)
    assert statement["fhirVersion"] == "4.0.1"
    resources = {one["type"]: one for one in statement["rest"][0]["resource"]}
    assert resources.keys() == {*TYPES, *DEFINED}
    for kind in TYPES:
        near = [p for p in resources[kind]["searchParam"] if p["name"].endswith("near")]
        assert all("POST" in one["documentation"] for one in near)
        assert bool(near) == (kind != "Organization")


@pytest.mark.parametrize("kind", DEFINED)
def test_definitions_are_valid_and_found_by_their_address(
    sample_city: FlaskClient, kind: str
) -> None:
    bundle = ask(sample_city, kind)
    validate(bundle)
    assert bundle["total"] == len(matches(bundle)) >= 3
    for one in matches(bundle):
        assert one == ask(sample_city, f"{kind}/{one['id']}")
        assert ids(ask(sample_city, kind, url=one["url"])) == [one["id"]]
        assert one["url"] == f"{BASE}/{kind}/{one['id']}"


def sample_services(client: FlaskClient) -> list[Document]:
    found: list[Document] = []
    for kind in KINDS:
        found += matches(ask(client, "HealthcareService", type=kind, _count=12))
    return found


@pytest.mark.slow
def test_resources_of_every_kind_are_valid(sample_city: FlaskClient) -> None:
    services = sample_services(sample_city)
    assert len({one["type"][0]["coding"][0]["code"] for one in services}) > 15
    for kind in TYPES:
        validate(ask(sample_city, kind, _count=3, name="見本"))
    for service in services[::4]:
        for kind in TYPES:
            one = ask(sample_city, f"{kind}/{service['id']}")
            validate(one)
            assert one["id"] == service["id"]


@pytest.mark.long
def test_every_resource_of_the_sample_is_valid(sample_city: FlaskClient) -> None:
    for kind in TYPES:
        path, seen = f"/fhir/{kind}?_count=200", []
        while path:
            bundle = sample_city.get(path).get_json(force=True)
            validate(bundle)
            seen += ids(bundle)
            following = [one["url"] for one in bundle["link"] if one["relation"] == "next"]
            path = following[0].removeprefix("http://localhost") if following else ""
        assert len(seen) == len(set(seen)) == bundle["total"] > 800


def facts(service: Document) -> dict[str, str]:
    """What a reader that knows FHIR alone makes of the needs: code to yes or no."""
    told = {one["coding"][0]["code"]: "yes" for one in service.get("characteristic", ())}
    for one in service.get("extension", ()):
        if one["url"] == NOT_OFFERED:
            part = next(p for p in one["extension"] if p["url"] == "need")
            code = part["valueCodeableConcept"]["coding"][0]["code"]
            assert code not in told
            told[code] = "no"
        elif one["url"] == NOT_APPLICABLE:
            told[one["valueCode"]] = "not_applicable"
    return told


def kinds_by_need(client: FlaskClient) -> dict[str, set[str]]:
    """Of the published code system: the kinds that each need is about, all where it names none."""
    concepts = ask(client, "CodeSystem/need")["concept"]
    kinds: dict[str, set[str]] = {}
    for one in concepts:
        properties = one["property"]
        if any(p.get("valueBoolean") for p in properties):
            named = {p["valueCode"] for p in properties if p["code"] == "kind"}
            kinds[one["code"]] = named or set(KINDS)
    return kinds


def test_needs_are_those_of_the_facility_and_unknown_stays_absent(
    sample_city: FlaskClient,
) -> None:
    about = kinds_by_need(sample_city)
    derived = refused = 0
    for service in sample_services(sample_city)[::3]:
        path = f"/api/v1/facilities/{plain(service['id'])}"
        properties = sample_city.get(path).get_json()["properties"]
        told = facts(service)
        shown = {code: one["value"] for code, one in properties["shown"].items()}
        known = {code: value for code, value in shown.items() if value != "unknown"}
        assert {c: v for c, v in told.items() if v != "not_applicable"} == known
        kind = service["type"][0]["coding"][0]["code"]
        applicable = {
            code
            for code, kinds in about.items()
            if kind in kinds and told.get(code, "") in ("", "yes", "no")
        }
        assert applicable == set(properties["applicable_needs"])
        refused += "no" in told.values()
        for one in service.get("characteristic", ()):
            fact = properties["shown"][one["coding"][0]["code"]]
            [extension] = one["extension"]
            parts = {
                part["url"]: next(v for k, v in part.items() if k != "url")
                for part in extension["extension"]
            }
            assert extension["url"] == FACT
            assert parts["evidence"]["code"] == fact["evidence"]
            assert parts.get("date") == fact["as_of"]
            assert parts.get("derived-from") == fact.get("implied_by")
            assert parts.get("note") == fact.get("note")
            derived += "derived-from" in parts
    assert derived
    assert refused


def test_random_questions_are_answered_as_by_the_search(sample_city: FlaskClient) -> None:
    rng = random.Random(17)
    needs = sorted(kinds_by_need(sample_city))
    answered = 0
    for _ in range(40):
        wanted = rng.sample(needs, rng.randint(0, 2)) if rng.random() < 0.5 else ["VM.REG"]
        kinds = rng.sample(KINDS, rng.randint(1, 3))
        radius = rng.choice([800, 2500, 6000])
        lon, lat = HOME[0] + rng.uniform(-0.05, 0.05), HOME[1] + rng.uniform(-0.05, 0.05)
        bundle = post(
            sample_city,
            "HealthcareService",
            **{"location.near": f"{lat}|{lon}|{radius}|m", "_count": "500"},
            characteristic=[f"{NEEDS}|{code}" for code in wanted],
            type=",".join(kinds),
        )
        near = {"lon": lon, "lat": lat}
        expected = searched(sample_city, near=near, radius_m=radius, kinds=kinds, needs=wanted)
        assert set(map(plain, ids(bundle))) == set(expected)
        assert bundle["total"] == len(expected)
        answered += bool(expected)
    assert answered >= 5


def test_the_nearest_comes_first_with_its_distance(sample_city: FlaskClient) -> None:
    lon, lat = HOME
    bundle = post(sample_city, "Location", near=f"{lat}|{lon}|2", _count="500")
    validate(bundle)
    question = {"near": {"lon": lon, "lat": lat}, "radius_m": 2000, "include": "all", "limit": 500}
    answer = sample_city.post("/api/v1/search", json=question).get_json()
    expected = {one["id"]: one["properties"]["distance_m"] for one in answer["features"]}
    metres = {
        plain(one["resource"]["id"]): one["search"]["extension"][0]["valueDistance"]["value"]
        for one in bundle["entry"]
    }
    assert metres == expected
    assert list(metres.values()) == sorted(metres.values())


@pytest.mark.parametrize("kind", ["Location", "HealthcareService", "Organization"])
@pytest.mark.parametrize("name", ["near", "location.near", "near:missing"])
def test_a_position_in_a_url_is_refused_and_why(
    sample_city: FlaskClient, kind: str, name: str
) -> None:
    for path in (f"/fhir/{kind}", f"/fhir/{kind}/_search"):
        method = "POST" if path.endswith("_search") else "GET"
        response = sample_city.open(path, method=method, query_string={name: "33.88|130.87|1|km"})
        assert response.status_code in (400, 415)
        outcome = response.get_json(force=True)
        validate(outcome)
        assert "33.88" not in response.text
        if kind == "Location" and name == "near" and method == "GET":
            assert "home" in outcome["issue"][0]["diagnostics"]
            assert "_search" in outcome["issue"][0]["diagnostics"]


def test_what_was_posted_stands_in_no_link(sample_city: FlaskClient) -> None:
    bundle = post(sample_city, "Location", near=f"{HOME[1]}|{HOME[0]}|5", name="見本", _count="2")
    assert [one["url"] for one in bundle["link"]] == [f"{BASE}/Location/_search"]
    assert bundle["total"] > 2
    [outcome] = [e["resource"] for e in bundle["entry"] if e["search"]["mode"] == "outcome"]
    assert "_offset=2" in outcome["issue"][0]["diagnostics"]
    more = post(
        sample_city, "Location", near=f"{HOME[1]}|{HOME[0]}|5", name="見本", _count="2", _offset="2"
    )
    assert not set(ids(more)) & set(ids(bundle))


def test_pages_hold_every_match_once(sample_city: FlaskClient) -> None:
    whole = ask(sample_city, "HealthcareService", type="clinic", _count=500)
    assert ids(whole) == sorted(ids(whole), key=plain)
    path, seen = "/fhir/HealthcareService?type=clinic&_count=40", []
    while path:
        bundle = sample_city.get(path).get_json(force=True)
        seen += ids(bundle)
        following = [one["url"] for one in bundle["link"] if one["relation"] == "next"]
        path = following[0].removeprefix("http://localhost") if following else ""
    assert seen == ids(whole)
    assert len(seen) == whole["total"] > 80


def test_included_resources_are_those_referred_to(sample_city: FlaskClient) -> None:
    bundle = ask(
        sample_city,
        "HealthcareService",
        type="visiting_nursing",
        _count=5,
        _include=["HealthcareService:location", "HealthcareService:organization"],
    )
    resources = {f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in bundle["entry"]}
    for service in matches(bundle):
        assert service["providedBy"]["reference"] in resources
        assert service["location"][0]["reference"] in resources
    assert len(resources) == 15
    back = ask(
        sample_city,
        "Location",
        _id=bundle["entry"][0]["resource"]["id"],
        _revinclude="HealthcareService:location",
    )
    assert [e["resource"]["resourceType"] for e in back["entry"]] == [
        "Location",
        "HealthcareService",
    ]


def test_found_by_name_city_and_number(sample_city: FlaskClient) -> None:
    services = sample_services(sample_city)
    one = next(s for s in services if any(i["system"] == JP_CORE for i in s["identifier"]))
    number = next(i["value"] for i in one["identifier"] if i["system"] == JP_CORE)
    for token in (number, f"{JP_CORE}|{number}"):
        found = matches(ask(sample_city, "Organization", identifier=token))
        assert [f["id"] for f in found] == [one["id"]]
        assert len(number) == 10
    care = f"{BASE}/NamingSystem/care_office_number|{number}"
    assert not ids(ask(sample_city, "Organization", identifier=care))
    assert one["id"] in ids(ask(sample_city, "Location", name=one["name"][:6]))
    assert one["id"] not in ids(ask(sample_city, "Location", name=one["name"][2:6]))
    assert one["id"] in ids(ask(sample_city, "Location", **{"name:contains": one["name"][2:6]}))
    assert ids(ask(sample_city, "Location", **{"name:exact": one["name"], "_id": one["id"]}))
    assert not ids(ask(sample_city, "Location", **{"name:exact": one["name"][:3]}))
    ward = searched(sample_city, district="40106", include="all", kinds=["clinic"])
    for name in ("小倉北区", "北九州市小倉北区", "福岡県北九州市小倉北"):
        bundle = ask(sample_city, "Location", type="clinic", _count=500, **{"address-city": name})
        assert set(map(plain, ids(bundle))) == set(ward)
        assert {f["address"]["city"] for f in matches(bundle)} == {"北九州市小倉北区"}


def test_what_changed_since_a_day(sample_city: FlaskClient) -> None:
    total = ask(sample_city, "Organization", _summary="count")["total"]
    day = ask(sample_city, "Organization", _count=1)["entry"][0]["resource"]["meta"]["lastUpdated"]
    day = day[:10]
    for asked, all_of_them in (
        (f"ge{day}", True),
        (f"gt{day}T10:00:00+09:00", True),
        (f"gt{day}", False),
        (f"le{day}", True),
        (f"lt{day}", False),
        (day, True),
        ("gt2001-01-01", True),
    ):
        found = ask(sample_city, "Organization", _lastUpdated=asked, _count=0)
        assert found["total"] == (total if all_of_them else 0), asked
        assert "entry" not in found


@pytest.mark.parametrize(
    "asked",
    [
        {"characteristic": "VM.NONE"},
        {"characteristic": "http://loinc.org|VM.REG"},
        {"characteristic:not": "VM.REG"},
        {"type": "spaceship"},
        {"name": "、"},
        {"_lastUpdated": "yesterday"},
        {"_include": "HealthcareService:endpoint"},
        {"_count": "-1"},
        {"colour": "red"},
        {"active": "false"},
    ],
)
def test_what_makes_no_sense_is_refused_not_answered_with_nobody(
    sample_city: FlaskClient, asked: dict[str, str]
) -> None:
    response = sample_city.get("/fhir/HealthcareService", query_string=asked)
    assert response.status_code == 400
    validate(response.get_json(force=True))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/fhir/Patient", 404),
        ("GET", "/fhir/Location/nobody", 404),
        ("GET", "/fhir/CodeSystem/none", 404),
        ("GET", "/fhir/a/b/c", 404),
        ("GET", "/fhir/PractitionerRole", 404),
        ("PUT", "/fhir/Location/x", 405),
        ("POST", "/fhir/Location", 405),
        ("DELETE", "/fhir/Location/x", 405),
        ("GET", "/fhir/Location?_format=xml", 406),
    ],
)
def test_errors_are_outcomes(sample_city: FlaskClient, method: str, path: str, status: int) -> None:
    response = sample_city.open(path, method=method)
    assert response.status_code == status
    assert response.mimetype == "application/fhir+json"
    validate(response.get_json(force=True))


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/fhir+xml", 406),
        ("text/turtle;q=0.5, application/fhir+xml", 406),
        ("application/fhir+json;q=0, application/fhir+xml", 406),
        ("application/fhir+json; fhirVersion=4.0", 200),
        ("application/fhir+xml, application/*;q=0.1", 200),
        ("text/html, */*;q=0.8", 200),
        ("", 200),
    ],
)
def test_only_json_is_offered(sample_city: FlaskClient, accept: str, status: int) -> None:
    response = sample_city.get("/fhir/Location?_count=0", headers={"Accept": accept})
    assert response.status_code == status
    assert response.mimetype == "application/fhir+json"
    asked = sample_city.get("/fhir/Location?_count=0&_format=json", headers={"Accept": accept})
    assert asked.status_code == 200


def test_public_answers_are_kept_and_open_to_other_sites(sample_city: FlaskClient) -> None:
    first = sample_city.get("/fhir/Location?_count=1")
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    again = sample_city.get(
        "/fhir/Location?_count=1", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert again.status_code == 304
    posted = sample_city.post("/fhir/Location/_search", data={"_count": "1"})
    assert "Access-Control-Allow-Origin" not in posted.headers


def test_nothing_of_an_untrusted_name_stands_in_an_answer(sample_city: FlaskClient) -> None:
    response = sample_city.get("/fhir/Location?_count=1", headers={"Host": "evil.example"})
    assert response.status_code == 200
    assert "evil.example" not in response.text
    for host, said in (("evil.example", True), ("localhost", False)):
        statement = sample_city.get("/fhir/metadata", headers={"Host": host}).get_json(force=True)
        validate(statement)
        assert ("GEOPORTAL_HOSTS" in statement["rest"][0]["documentation"]) == said
        assert ("url" in statement["implementation"]) != said


def test_closed_and_hostile_facilities_are_read(app: Any) -> None:
    client = app.test_client()
    assert ask(client, "HealthcareService/gone")["active"] is False
    assert ask(client, "Location/gone")["status"] == "inactive"
    assert "gone" not in ids(ask(client, "HealthcareService"))
    name = ask(client, "Organization/hostile")["name"]
    assert name.startswith("<script>")
    assert "position" not in ask(client, "Location/lost")
    quality = ask(client, "Location/coarse")["position"]["extension"][0]["extension"]
    assert {"url": "uncertainty", "valueDecimal": 350.0} in quality
    for kind in TYPES:
        for facility in ("gone", "hostile", "lost", "coarse", "open"):
            validate(ask(client, f"{kind}/{facility}"))


def fetched(client: FlaskClient, kind: str, **asked: Any) -> list[Document]:
    """All matches, as a client library of FHIR fetches them: by the links to the next page."""
    path, found = f"{BASE}/{kind}?{urlencode({**asked, '_format': 'json'}, doseq=True)}", []
    while path:
        bundle = client.get(path).get_json(force=True)
        found += matches(bundle)
        path = next((one["url"] for one in bundle["link"] if one["relation"] == "next"), "")
    return found


def test_what_client_libraries_ask_is_answered(app: Any) -> None:
    client = app.test_client()
    everything = ids(ask(client, "HealthcareService"))
    assert len(everything) > 4
    assert [one["id"] for one in fetched(client, "HealthcareService", _count=2)] == everything
    counted = ask(client, "HealthcareService", _summary="count", _totalMethod="count")
    assert (counted["total"], "entry" in counted) == (len(everything), False)
    visiting = fetched(client, "HealthcareService", characteristic=f"{NEEDS}|VM.REG")
    assert {one["id"] for one in visiting} == {"near", "maybe"}
    [one] = fetched(client, "Organization", identifier="4019000001", _count=1)
    assert one["name"] == "見本ハートクリニック"
    place = client.get(f"{BASE}/Location/near").get_json(force=True)
    assert place["position"]["latitude"] == pytest.approx(33.8834, abs=0.1)
