"""A program that knows one interface only gets the bands of ``POST /api/v1/search``.

The readers of files, OGC, FHIR, HSDS and data frames know the formats and the rule of the bands,
and nothing of the program: every need "yes" is a match, a "no" is no, a need that is not about the
facility leaves it beside, else it is possible. HSDS says what is met, and no more.
"""

from __future__ import annotations

import csv
import json
import random
import shutil
import sqlite3
from dataclasses import replace
from datetime import datetime

import pytest
import python_calamine

from geoportal.documents.facility import full_feature
from geoportal.documents.requests import SearchRequest
from geoportal.domain.hours import JST
from geoportal.export.facilities import export_facilities
from geoportal.index.uuids import uuid_of
from geoportal.python_api.opened import OpenPortal
from geoportal.services.portal import Portal, shipped_reference
from geoportal.settings import Settings
from geoportal.store.database import open_database
from geoportal.web.app import create_app
from tests.conftest import NOW

pytestmark = pytest.mark.slow

EVIDENCE = ["registry", "filed", "survey", "confirmed", "observed"]
FEW, MANY = 20, 200
WORKBOOK_ONE_IN = 4
"""Of so many facilities one is in the workbook: it takes ten times as long as a table of text."""
SITE = "http://localhost"


@pytest.fixture(
    scope="module",
    params=[
        ("sample_database", FEW),
        pytest.param(("sample_database", MANY), marks=pytest.mark.long),
        pytest.param(("filings_city", MANY), marks=pytest.mark.long),
    ],
    ids=lambda param: "-".join(map(str, param)),
)
def asked_of(request, tmp_path_factory):
    """Return the portal of a city, and how many questions are asked of it."""
    name, size = request.param
    folder = tmp_path_factory.mktemp("agree") / "copy"
    shutil.copytree(request.getfixturevalue(name), folder)
    database = open_database(folder / "city.db")
    noon = NOW if "sample" in name else datetime(2025, 11, 22, 12, tzinfo=JST)
    yield Portal(database, shipped_reference(), clock=lambda: noon), size
    database.engine.dispose()


@pytest.fixture(scope="module")
def view(asked_of):
    return asked_of[0].view()


@pytest.fixture(scope="module")
def client(asked_of):
    return create_app(asked_of[0], Settings()).test_client()


@pytest.fixture(scope="module")
def features(view):
    return [full_feature(view, facility) for facility in view.snapshot.facilities]


@pytest.fixture(scope="module")
def questions(view, asked_of):
    """Kinds and needs; two in three questions are about needs of which something is known."""
    chance = random.Random(17)
    needs = [term.code for term in view.reference.vocabulary if term.need]
    known = sorted({c for claims in view.snapshot.selected_claims for c in claims} & set(needs))
    kinds = sorted(view.reference.kinds)
    return [
        (
            chance.sample(kinds, chance.randint(1, 3)) if chance.random() < 0.6 else [],
            chance.sample(needs if n % 3 == 0 else known, min(len(known), chance.randint(1, 4))),
        )
        for n in range(asked_of[1])
    ]


def from_geojson(path):
    """Take for each code the claim that says most: known, fresh, strong, late."""
    facilities = {}
    for feature in json.loads(path.read_bytes())["features"]:
        about, best = feature["properties"], {}
        for claim in about["claims"]:
            rank = (
                claim["value"] != "unknown",
                claim["stale"] is False,
                EVIDENCE.index(claim["evidence"]),
                claim["as_of"] or "",
                claim["source"],
                claim["value"],
                claim["note"],
            )
            if claim["code"] not in best or rank > best[claim["code"]][0]:
                best[claim["code"]] = rank, claim["value"]
        values = {code: value for code, (_, value) in best.items() if value != "unknown"}
        silent = dict.fromkeys(about["applicable_needs"], "unknown")
        facilities[feature["id"]] = about["kind"], silent | values
    return facilities


def from_csv(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["ID"]: (row["種別コード"], row) for row in rows}


def from_xlsx(path):
    book = python_calamine.load_workbook(path)
    heading, *lines = book.get_sheet_by_name("コード").to_python()
    rows = [dict(zip(heading, line, strict=True)) for line in lines]
    return {row["ID"]: (row["種別コード"], row) for row in rows}


def from_gpkg(path):
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    rows = [dict(row) for row in connection.execute("SELECT * FROM facilities")]
    connection.close()
    dotted = [{key.replace("_", ".", 1): value for key, value in row.items()} for row in rows]
    return {row["id"]: (row["kind"], row) for row in dotted}


READERS = {"geojson": from_geojson, "csv": from_csv, "xlsx": from_xlsx, "gpkg": from_gpkg}


def band(values, needs):
    found = [values.get(need, "not_applicable") for need in needs]
    if "no" in found:
        return "no"
    if "not_applicable" in found:
        return "not_applicable"
    return "match" if set(found) <= {"yes"} else "possible"


@pytest.fixture(scope="module")
def answers(view, questions):
    """For each question the band of each facility that the answer lists."""
    listed = []
    for kinds, needs in questions:
        request = SearchRequest(kinds=kinds, needs=needs, include="all")
        query = replace(request.to_query(view, whole_allowed=True), limit=len(view.snapshot))
        listed.append({r.facility.id: r.match for r in view.search(query).results})
    return listed


def agree(read, questions, answers):
    for (kinds, needs), listed in zip(questions, answers, strict=True):
        for key, (kind, values) in read.items():
            if key in listed:
                assert band(values, needs) == listed[key], (key, needs)
            elif not kinds or kind in kinds:
                assert band(values, needs) not in ("match", "possible"), (key, needs)


@pytest.mark.parametrize("ending", READERS)
def test_the_bands_follow_from_the_file_alone(view, features, questions, answers, tmp_path, ending):
    path = tmp_path / f"all.{ending}"
    written = features[::WORKBOOK_ONE_IN] if ending == "xlsx" else features
    export_facilities(path, written, view.reference)
    read = READERS[ending](path)
    assert len(read) == len(written)
    agree(read, questions, answers)


def pages(client, path):
    """Yield the documents that links of relation ``next`` lead to."""
    while path:
        document = client.get(path).get_json(force=True)
        yield document
        links = document.get("links") or document["link"]
        path = next(
            (
                (link.get("href") or link["url"]).removeprefix(SITE)
                for link in links
                if link.get("rel", link.get("relation")) == "next"
            ),
            "",
        )


def from_ogc(client):
    facilities = {}
    for page in pages(client, "/ogc/collections/facilities/items?limit=1000"):
        for one in page["features"]:
            about = one["properties"]
            values = {key.replace("_", ".", 1): value for key, value in about.items()}
            facilities[one["id"]] = about["kind"], values
    return facilities


def from_fhir(client):
    """Take what is met, not offered or beside; unknown is the rest that is about the kind."""
    base = f"{SITE}/fhir/StructureDefinition"
    about = {}
    for concept in client.get("/fhir/CodeSystem/need").get_json(force=True)["concept"]:
        if any(part.get("valueBoolean") for part in concept["property"]):
            kinds = {p["valueCode"] for p in concept["property"] if p["code"] == "kind"}
            about[concept["code"]] = kinds
    facilities = {}
    for bundle in pages(client, "/fhir/HealthcareService?_count=200"):
        for one in (entry["resource"] for entry in bundle["entry"]):
            kind = one["type"][0]["coding"][0]["code"]
            values = {
                code: "unknown" for code, kinds in about.items() if kind in kinds or not kinds
            }
            values |= {c["coding"][0]["code"]: "yes" for c in one.get("characteristic", ())}
            for more in one.get("extension", ()):
                if more["url"] == f"{base}/not-offered":
                    part = next(p for p in more["extension"] if p["url"] == "need")
                    values[part["valueCodeableConcept"]["coding"][0]["code"]] = "no"
                elif more["url"] == f"{base}/not-applicable":
                    values[more["valueCode"]] = "not_applicable"
            facilities[one["id"].replace(".5f", "_")] = kind, values
    return facilities


@pytest.mark.parametrize("read", [from_ogc, from_fhir])
def test_the_bands_follow_from_an_interface_alone(view, client, questions, answers, read):
    found = read(client)
    assert len(found) == len(view.snapshot)
    agree(found, questions, answers)


def test_hsds_says_what_is_met(view, client, questions, answers):
    ids = {str(uuid_of(one.id)): one.id for one in view.snapshot.facilities}
    met, page = {}, {"last_page": False, "page_number": 0}
    while not page["last_page"]:
        number = page["page_number"] + 1
        page = client.get(f"/hsds/services?per_page=500&page={number}&full=true").get_json()
        for service in page["contents"]:
            codes = {one["taxonomy_term"]["code"] for one in service["attributes"]}
            met[ids[service["id"]]] = codes
    assert len(met) == len(view.snapshot)
    for (_, needs), listed in zip(questions, answers, strict=True):
        for key, said in listed.items():
            assert (said == "match") == (set(needs) <= met[key]), (key, needs)


def test_data_frames_say_the_bands(asked_of, questions, answers):
    with OpenPortal(asked_of[0]) as opened:
        for (kinds, needs), listed in zip(questions[:FEW], answers, strict=False):
            frame = opened.facilities(kinds=kinds, needs=needs)
            found = {
                key: band({need: row[need.replace(".", "_")] for need in needs}, needs)
                for key, row in frame.to_dict("index").items()
            }
            assert found == {k: v for k, v in listed.items() if v in ("match", "possible")}


def test_the_answer_over_http_is_that_of_the_use_case(client, questions, answers):
    for (kinds, needs), listed in zip(questions[:FEW], answers, strict=False):
        asked = {"district": "40100", "kinds": kinds, "needs": needs, "include": "all"}
        answer = client.post("/api/v1/search", json=asked | {"limit": 500})
        if answer.status_code == 404:  # another city's filings
            continue
        for one in answer.get_json()["features"]:
            assert one["properties"]["match"] == listed[one["id"]]


def test_the_questions_tell_bands_apart(answers):
    assert {"match", "possible", "not_applicable"} <= {b for one in answers for b in one.values()}
