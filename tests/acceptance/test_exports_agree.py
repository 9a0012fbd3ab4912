"""A program that knows an exported file only gets the bands of ``POST /api/v1/search``.

The readers here know the formats and the rule of the bands, and nothing of the program: every need
"yes" is a match, a "no" is no, a need that is not about the facility leaves it beside, else it is
possible.
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
from geoportal.services.portal import Portal, shipped_reference
from geoportal.store.database import open_database
from tests.conftest import NOW

pytestmark = pytest.mark.slow

QUESTIONS = 200
EVIDENCE = ["registry", "filed", "survey", "confirmed", "observed"]


@pytest.fixture(
    scope="module", params=["sample_database", pytest.param("filings_city", marks=pytest.mark.long)]
)
def view(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("agree") / "copy"
    shutil.copytree(request.getfixturevalue(request.param), folder)
    database = open_database(folder / "city.db")
    noon = NOW if "sample" in request.param else datetime(2025, 11, 22, 12, tzinfo=JST)
    yield Portal(database, shipped_reference(), clock=lambda: noon).view()
    database.engine.dispose()


@pytest.fixture(scope="module")
def features(view):
    return [full_feature(view, facility) for facility in view.snapshot.facilities]


@pytest.fixture(scope="module")
def questions(view):
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
        for n in range(QUESTIONS)
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


@pytest.mark.parametrize("ending", READERS)
def test_the_bands_follow_from_the_file_alone(view, features, questions, answers, tmp_path, ending):
    path = tmp_path / f"all.{ending}"
    export_facilities(path, features, view.reference)
    read = READERS[ending](path)
    assert len(read) == len(view.snapshot)
    for (kinds, needs), listed in zip(questions, answers, strict=True):
        for key, (kind, values) in read.items():
            if key in listed:
                assert band(values, needs) == listed[key], (key, needs)
            elif not kinds or kind in kinds:
                assert band(values, needs) not in ("match", "possible"), (key, needs)


def test_the_questions_tell_bands_apart(answers):
    assert {"match", "possible", "not_applicable"} <= {b for one in answers for b in one.values()}
