"""A small city with every source hidden in turn: nothing that is not known is stated anywhere.

Sources, and what they tell of which kinds, are those of the reference list. One case hides all
sources of which one would be enough. With all of them held, each surface answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from geoportal.cli.diagnosis import diagnose
from geoportal.cli.text_output import search_lines
from geoportal.domain.completeness import DEPARTMENTS, HOURS, NEEDS, PLACES, SourceScope
from geoportal.domain.facility import Facility, SourceMention
from geoportal.domain.hours import EMPTY_HOURS, Hours, Session
from geoportal.export.method import readme_text
from geoportal.services.portal import Portal, shipped_reference
from geoportal.settings import Settings
from geoportal.store.database import Database, advance_dataset_version, open_database
from geoportal.store.editions import add_scope_editions
from geoportal.store.facilities import write_facilities
from geoportal.store.outlines import StoredOutline, write_outlines
from geoportal.store.population import MeshSet, replace_mesh
from geoportal.web.app import create_app
from tests.conftest import NOW
from tests.factories import KOKURA, make_claim, make_facility, make_outline
from tests.unit.coverage import town

pytestmark = pytest.mark.slow

WARD = "40106"
TUESDAY = "2026-11-24T10:00:00+09:00"
SCOPES = shipped_reference().source_scopes
NEED = {
    "hospital": "VM.REG",
    "clinic": "VM.REG",
    "dental_clinic": "VM.DENT",
    "pharmacy": "AC.OPIOID_RX",
}
"""A need of each kind that its filings tell."""


def rows_by_question() -> dict[tuple[str, str], list[SourceScope]]:
    """Return the rows of the list by what they tell and of which kind."""
    found: dict[tuple[str, str], list[SourceScope]] = {}
    for row in SCOPES:
        for kind in row.kinds:
            found.setdefault((row.tells, kind), []).append(row)
    return found


QUESTIONS = rows_by_question()
HIDDEN = sorted({tuple(sorted({row.source for row in rows})) for rows in QUESTIONS.values()})


@dataclass(frozen=True)
class City:
    """The city without some sources, as a client, a portal and a file."""

    client: FlaskClient
    portal: Portal
    database: Database

    def asks(self, **body: Any) -> dict[str, Any]:
        response = self.client.post("/api/v1/search", json={"district": WARD, **body})
        assert response.status_code == 200, response.get_json()
        return dict(response.get_json())

    def lines(self, tells: str, **body: Any) -> list[dict[str, Any]]:
        return [line for line in self.asks(**body)["completeness"] if line["tells"] == tells]


def facilities(hidden: frozenset[str]) -> Iterator[Facility]:
    """Yield one facility of every kind, of what the sources that are left say of it."""
    for n, kind in enumerate(sorted({kind for _, kind in QUESTIONS})):

        def sources(tells: str, kind: str = kind) -> list[str]:
            rows = QUESTIONS.get((tells, kind), [])
            return list(dict.fromkeys(r.source for r in rows if r.source not in hidden))

        listing = sources(PLACES)
        if not listing:
            continue
        filed = [
            make_claim(NEED[kind], evidence="filed", source=source) for source in sources(NEEDS)
        ]
        hours = [
            Hours((Session(1, "09:00", "12:00"),), as_of="2026-06-01", source=source)
            for source in sources(HOURS)
        ]
        yield make_facility(
            f"f-{kind}",
            (KOKURA[0] + n / 2000, KOKURA[1]),
            filed,
            kind=kind,
            municipality_code=WARD,
            sources=tuple(SourceMention(source, f"r{n}", "2026-06-01") for source in listing),
            hours=hours[0] if hours else EMPTY_HOURS,
            departments=("歯科" if kind == "dental_clinic" else "皮膚科",)
            if sources(DEPARTMENTS)
            else (),
        )


@pytest.fixture(scope="module", params=[(), *HIDDEN], ids=lambda hidden: "+".join(hidden) or "none")
def hiding(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> Iterator[tuple[City, frozenset[str]]]:
    """Yield the city without some sources, and which."""
    hidden = frozenset(request.param)
    path = tmp_path_factory.mktemp("hidden") / "test.db"
    path.write_bytes((empty_database / "test.db").read_bytes())
    database = open_database(path)
    with database.engine.begin() as connection:
        write_facilities(connection, list(facilities(hidden)))
        ward, outline = make_outline(WARD, (130.80, 33.80, 131.00, 33.95))
        write_outlines(connection, [StoredOutline(ward, outline, "boundary", "2026-01-01")])
        cells = town.cells()
        edition = MeshSet("5030", "mesh-population", "2020-10-01", len(cells), "x")
        replace_mesh(connection, edition, cells)
        for row in SCOPES:
            if row.source not in hidden:
                own = row.source == "bureau"
                keys = {f"40/{scope}" if own else f"{scope}/{WARD}" for scope in row.scopes}
                add_scope_editions(connection, row.source, keys, "2026-06-01")
        advance_dataset_version(connection, f"without {sorted(hidden)}")
    portal = Portal(database, shipped_reference(), clock=lambda: NOW)
    yield City(create_app(portal, Settings()).test_client(), portal, database), hidden
    database.engine.dispose()


def missing(hidden: frozenset[str], tells: str) -> list[str]:
    """Return the kinds of which no source is left that tells something."""
    return [
        kind
        for (told, kind), rows in QUESTIONS.items()
        if told == tells and {row.source for row in rows} <= hidden
    ]


def known(hidden: frozenset[str], tells: str) -> list[str]:
    """Return the kinds that are listed, and of which a source tells something."""
    unlisted = missing(hidden, PLACES)
    lacking = missing(hidden, tells)
    told = [kind for t, kind in QUESTIONS if t == tells]
    return [kind for kind in told if kind not in lacking and kind not in unlisted]


def beside(hidden: frozenset[str], tells: str) -> list[str]:
    """Return known kinds that a hidden source tells of, too, and one more; all if none is hidden.

    Coverage takes long: of the others nothing is hidden, which the first case shows of each.
    """
    kinds = known(hidden, tells)
    touched = {kind for row in SCOPES if row.source in hidden for kind in row.kinds}
    others = [kind for kind in kinds if kind not in touched]
    return [kind for kind in kinds if kind in touched] + others[: 1 if hidden else None]


def visible(html: str) -> str:
    return html.split("<main", 1)[1].replace("\u2068", "").replace("\u2069", "")


def test_every_source_of_the_list_is_hidden_in_some_case() -> None:
    assert {row.source for row in SCOPES} == {source for case in HIDDEN for source in case}


def test_a_kind_without_a_list_is_no_data_in_search_and_page(
    hiding: tuple[City, frozenset[str]],
) -> None:
    city, hidden = hiding
    for kind in missing(hidden, PLACES):
        document = city.asks(kinds=[kind])
        assert (document["numberMatched"], document["no_data"]) == (0, True), kind
        assert [line["state"] for line in document["completeness"]] == ["missing"]
        html = visible(city.client.get(f"/?district={WARD}&kind={kind}").text)
        summary = html.split('results__summary">')[1].split("</p>")[0]
        assert "データなし" in summary, kind
        assert "0件" not in summary, kind
        assert "見つかりませんでした" not in html, kind
        said = next(search_lines(city.portal.view(), document))
        assert said.startswith("データなし"), kind
    for kind in known(hidden, PLACES):
        document = city.asks(kinds=[kind])
        assert document["numberMatched"] == 1, kind
        assert "no_data" not in document, kind
        assert [line["state"] for line in document["completeness"]] == ["held"], kind


def test_a_role_without_a_list_is_no_data_rather_than_nobody(
    hiding: tuple[City, frozenset[str]],
) -> None:
    city, hidden = hiding
    near = {"lon": KOKURA[0], "lat": KOKURA[1]}
    for kind in missing(hidden, PLACES)[:3]:
        roles = [{"role": "r", "kinds": [kind]}]
        document = city.client.post("/api/v1/team", json={"near": near, "roles": roles}).get_json()
        assert document["roles"][0]["no_data"] is True, kind
        assert document["teams"][0]["members"][0]["facility"] is None, kind


def test_coverage_states_nothing_of_a_kind_without_a_list(
    hiding: tuple[City, frozenset[str]],
) -> None:
    city, hidden = hiding
    for kind in missing(hidden, PLACES):
        query = f"area={WARD}&kind={kind}"
        document = city.client.get(f"/api/v1/coverage?{query}&cells=false").get_json()
        [row] = document["districts"]
        assert document["undecided"], kind
        for name in ("facilities", "facilities_possible", "nearest_m", "pop75_uncovered_share"):
            assert row[name] is None, (kind, name)
        assert "判断できません" in row["sentence"], kind
        assert "データなし" in document["caution"], kind
    for kind in beside(hidden, PLACES):
        document = city.client.get(f"/api/v1/coverage?area={WARD}&kind={kind}&cells=false")
        [row] = document.get_json()["districts"]
        assert (row["undecided"], row["facilities"]) == (False, 1), kind


def test_coverage_states_nothing_of_needs_without_filings(
    hiding: tuple[City, frozenset[str]],
) -> None:
    city, hidden = hiding
    lacking = [k for k in missing(hidden, NEEDS) if k not in missing(hidden, PLACES)]
    for kind in lacking:
        query = f"area={WARD}&kind={kind}&need={NEED[kind]}"
        document = city.client.get(f"/api/v1/coverage?{query}&cells=false").get_json()
        [row] = document["districts"]
        assert (document["undecided"], row["rank"], row["pop75_uncovered_share"]) == (
            True,
            None,
            None,
        )
        assert (row["facilities"], row["facilities_possible"]) == (0, 1), kind
        asked = {"kinds": [kind], "needs": [NEED[kind]]}
        answer = city.asks(**asked)
        assert answer["counts"] == {"match": 0, "possible": 1, "no": 0}, kind
        [line] = [n for n in answer["completeness"] if n["tells"] == NEEDS]
        assert (line["state"], line["unknown"], line["gap"]) == ("missing", 1, True)
        html = visible(city.client.get(f"/coverage?{query}").text)
        assert "判断できません" in html, kind
        assert "coverage-single-title" not in html, kind
    for kind in known(hidden, NEEDS):
        answer = city.asks(kinds=[kind], needs=[NEED[kind]])
        assert answer["counts"] == {"match": 1, "possible": 0, "no": 0}, kind


def test_the_files_of_coverage_state_what_the_page_states(
    hiding: tuple[City, frozenset[str]],
) -> None:
    city, hidden = hiding
    view = city.portal.view()
    service = view.coverage_service()
    from geoportal.coverage.criteria import CoverageCriteria

    for kind in (missing(hidden, NEEDS) or missing(hidden, PLACES))[:1]:
        needs = (NEED[kind],) if kind in missing(hidden, NEEDS) else ()
        question = CoverageCriteria(kinds=(kind,), needs=needs)
        report = service.report(view.snapshot, view.editions, WARD, question)
        results = readme_text(report, []).split("結果", 1)[1].split("\n\n", 1)[0]
        assert results.count("判断できません") == 2  # the headline, and N-1
        assert "%" not in results
        assert "取り込まれていません" in results


def test_hours_and_departments_that_nobody_tells_are_said(
    hiding: tuple[City, frozenset[str]],
) -> None:
    city, hidden = hiding
    for tells, question in (
        (HOURS, {"open_at": TUESDAY}),
        (DEPARTMENTS, {"departments": ["皮膚科", "歯科"]}),
    ):
        for kind in missing(hidden, tells):
            if kind in missing(hidden, PLACES):
                continue
            document = city.asks(kinds=[kind], **question)
            [line] = [n for n in document["completeness"] if n["tells"] == tells]
            assert (line["state"], line["unknown"], line["gap"]) == ("missing", 1, True), kind
            assert document["counts"]["match"] == 0, kind
        for kind in known(hidden, tells):
            document = city.asks(kinds=[kind], **question)
            [line] = [n for n in document["completeness"] if n["tells"] == tells]
            assert (line["state"], line["unknown"], line["gap"]) == ("held", 0, False), kind
            assert document["counts"]["match"] == 1, kind


def test_district_data_and_doctor_name_every_source_that_is_missing(
    hiding: tuple[City, frozenset[str]],
) -> None:
    city, hidden = hiding
    lacking = {
        (tells, kind)
        for tells in (PLACES, HOURS, DEPARTMENTS)
        for kind in missing(hidden, tells)
        if tells == PLACES or kind not in missing(hidden, PLACES)
    }
    firsts = {QUESTIONS[question][0].source for question in lacking}
    district = visible(city.client.get(f"/districts/{WARD}").text)
    data = visible(city.client.get("/data").text)
    for source in firsts:
        assert f'data-state="missing" data-source="{source}"' in district, source
        assert f'data-state="missing" data-source="{source}"' in data, source
    assert ('data-state="missing"' in district) == bool(firsts)
    url = str(city.database.engine.url).removeprefix("sqlite:///")
    findings = [f for f in diagnose(Settings(database=url)) if f.code == "missing_source"]
    labels = {shipped_reference().sources[source].label_ja for source in firsts}
    assert all(any(label in f.mend for f in findings) for label in labels)
