"""Random questions answered exactly as an independent judge answers them.

Bands, distances, counts, order (but for ties) and pages, over the sample city, and over official
files where they are on this machine.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from shapely.geometry import Point

from geoportal.domain.facility import Facility
from geoportal.domain.hours import JST, OpeningCalendar
from geoportal.domain.plausibility import first_fit
from geoportal.domain.query import Origin, Query
from geoportal.index.texts import kind_words
from geoportal.services.portal import Portal, shipped_reference
from geoportal.services.view import View, is_holiday
from geoportal.store.database import open_database
from geoportal.text.normalize import fold, fold_name
from tests.acceptance import judge
from tests.acceptance.judge import Fact
from tests.rounds import examples, first_always

TODAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=JST)
CALENDAR = OpeningCalendar(is_holiday)
BANDS = ("match", "possible", "no", "not_applicable")
KINDS_OF = judge.kinds_of()
VOCABULARY = shipped_reference().vocabulary
VISITS = {"VM.REG", "VM.URG", "VM.DENT", "ST.PHZ"}


@dataclass(frozen=True)
class Known:
    """One facility as the judge sees it."""

    facility: Facility
    values: dict[str, str]
    district: str
    names: tuple[str, ...]
    kana: tuple[str, ...]
    text: str

    def levels(self, needs) -> int:
        """The level of the least plausible unknown need; the rules themselves are tested apart."""
        worst = 0
        for code in needs:
            subjects = VOCABULARY[code].plausibility
            if subjects and self.values.get(code, "unknown") == "unknown":
                rules = [r for s in subjects for r in VOCABULARY.plausibility_rules(s)]
                rule = first_fit(rules, self.facility)
                worst = max(worst, 3 if rule is None else rule.level)
        return worst


def judged(view: View) -> list[Known]:
    implications = judge.rules()
    words = kind_words(view.reference)
    index = view.snapshot.districts
    wards = {d.code: index.outline(d.code) for d in index.districts if d.level == "ward"}
    known = []
    for facility in view.snapshot.by_id.values():
        if facility.status != "open":
            continue
        facts = [
            Fact(c.code, c.value, c.evidence, c.as_of, c.valid_until, c.source, c.note)
            for c in facility.claims
        ]
        place = facility.location
        district = facility.municipality_code
        beside = {"near_boundary", "outside_outline"} & set(place.warnings)  # counted by address
        if place.level == "point" and not (beside and district):
            point = Point(place.lon, place.lat)
            inside = [code for code, outline in wards.items() if outline.covers(point)]
            district = min(inside, default=district)
        everything = (
            words[facility.kind], facility.name, facility.kana, facility.address,
            facility.operator, *facility.departments, *facility.services, facility.postal_code,
            facility.phone, facility.fax, *facility.identifiers.values(),
        )  # fmt: skip
        known.append(
            Known(
                facility,
                judge.values(facts, TODAY, implications),
                district,
                (fold(facility.name), fold_name(facility.name)),
                (fold(facility.kana), fold_name(facility.kana)),
                "\n".join(
                    [*map(fold, everything), fold_name(facility.name), fold_name(facility.kana)]
                ),
            )
        )
    return known


@pytest.fixture(scope="module")
def sample_city(tmp_path_factory, sample_database):
    folder = tmp_path_factory.mktemp("exact")
    shutil.copytree(sample_database, folder, dirs_exist_ok=True)
    database = open_database(folder / "city.db")
    view = Portal(database, shipped_reference(), clock=lambda: NOON).view()
    yield view, judged(view)
    database.engine.dispose()


@pytest.fixture(scope="module")
def official(tmp_path_factory, official_city):
    folder = tmp_path_factory.mktemp("exact")
    shutil.copytree(official_city, folder, dirs_exist_ok=True)
    database = open_database(folder / "city.db")
    view = Portal(database, shipped_reference(), clock=lambda: NOON).view()
    yield view, judged(view)
    database.engine.dispose()


def question(rng: random.Random, known: list[Known], codes: list[str], districts: list[str]):
    """Draw a question: place, kinds, needs, words, time."""
    some = rng.choice(known)
    place = rng.choice(["near", "near", "near", "district", "text"])
    kinds = sorted({k.facility.kind for k in known})
    words = []
    if place == "text" or rng.random() < 0.15:
        name = some.names[1]  # without the legal form, which a search ignores
        start = rng.randrange(max(1, len(name) - 1))
        words = [name[start : start + rng.choice([2, 2, 3, 5])]]
        if rng.random() < 0.3 and some.facility.phone:
            words.append(some.facility.phone[-4:])
    near = None
    if place == "near":
        near = Origin(rng.uniform(130.66, 131.03), rng.uniform(33.73, 33.98))
    moment = None
    if rng.random() < 0.2:
        moment = datetime(2026, 1, 1, tzinfo=JST) + timedelta(minutes=rng.randrange(365 * 24 * 60))
    return Query(
        origin=near,
        radius_m=rng.choice([300, 1_000, 2_000, 4_000, 8_000, 16_000, 50_000]),
        districts=tuple(rng.sample(districts, rng.choice([1, 1, 2])))
        if place == "district" or rng.random() < 0.1
        else (),
        kinds=tuple(rng.sample(kinds, min(len(kinds), rng.choice([1, 2, 5]))))
        if rng.random() < 0.7
        else (),
        needs=tuple(rng.sample(codes, min(len(codes), rng.choice([0, 1, 2, 2, 3])))),
        text=" ".join(words),
        open_at=moment,
        open_use=rng.choice(["consultation", "reception"]),
        include=rng.choice(["match", "possible", "all"]),
        limit=rng.choice([5, 20, 500]),
        offset=rng.choice([0, 0, 0, 5]),
    )


def fit(item: Known, words: list[str]) -> int:
    in_name = [any(word in name for name in item.names) for word in words]
    in_kana = [any(word in kana for kana in item.kana) for word in words]
    if "".join(words) in item.names:
        return 0
    if all(in_name) and any(name.startswith(w) for name in item.names for w in words):
        return 1
    if all(in_name):
        return 2
    return 3 if all(n or k for n, k in zip(in_name, in_kana, strict=True)) else 4


def all_metres(query: Query, known: list[Known]) -> list[float | None]:
    """The geodesic from the origin to everyone, None without a position."""
    if query.origin is None:
        return [None] * len(known)
    places = [item.facility.location for item in known]
    lons = [place.lon if place.known else 0.0 for place in places]
    lats = [place.lat if place.known else 0.0 for place in places]
    home = ([query.origin.lon] * len(known), [query.origin.lat] * len(known))
    far = judge.ORACLE.inv(*home, lons, lats)[2]
    return [metres if place.known else None for metres, place in zip(far, places, strict=True)]


def judgement(query: Query, known: list[Known], members) -> dict[str, tuple]:
    """Band and order key of everyone in question."""
    inside = {member for code in query.districts for member in members(code)}
    words = [fold(word) for word in query.text.split()]
    found = {}
    for item, metres in zip(known, all_metres(query, known), strict=True):
        facility = item.facility
        if query.kinds and facility.kind not in query.kinds:
            continue
        if inside and item.district not in inside:
            continue
        if not all(word in item.text for word in words):
            continue
        if query.origin is not None:
            if metres is None or metres > query.radius_m:
                continue
            metres = round(metres)
        beside = {
            code
            for code in query.needs
            if not judge.about(code, facility.kind, facility.beds, KINDS_OF)
        }
        band = BANDS.index(judge.band(item.values, query.needs, beside))
        if BANDS[band] == "not_applicable" and not query.kinds:
            continue
        heaviness = 0
        if BANDS[band] == "possible":
            heaviness = sum(
                len(query.needs) if code in VISITS else 1
                for code in query.needs
                if item.values.get(code, "unknown") == "unknown"
            )
        if query.open_at is not None:
            status = CALENDAR.status(facility.hours, query.open_at, query.open_use)
            band = max(band, ("open", "unknown", "closed").index(status))
        rank = fit(item, words) if words else 0
        key = (band, heaviness if band == 1 else 0)
        level = item.levels(query.needs) if band == 1 else 0
        found[facility.id] = (
            band,
            metres,
            (*key, level, rank if metres is None else metres, rank),
        )
    return found


def check(view: View, known: list[Known], query: Query) -> int:
    info = view.reference.municipalities

    def members(code):
        return [code] if code in info else [c for c in info if c.startswith("4010")]

    expected = judgement(query, known, members)
    answer = view.search(query)
    bands = Counter(band for band, _, _ in expected.values())
    assert answer.counts == {n: bands[i] for i, n in enumerate(BANDS) if i < 3 or bands[i]}
    last = {"match": 0, "possible": 1, "all": 3}[query.include]
    kept = {key: value for key, value in expected.items() if value[0] <= last}
    assert answer.number_matched == len(kept)
    page = sorted(value[2] for value in kept.values())[query.offset :][: query.limit]
    assert [kept[r.facility.id][2] for r in answer.results] == page
    assert len({r.facility.id for r in answer.results}) == len(answer.results)
    for result in answer.results:
        band, metres, _ = kept[result.facility.id]
        assert (result.match, result.distance_m) == (BANDS[band], metres)
    return len(answer.results)


@pytest.mark.parametrize("seed", first_always(range(4)))
def test_random_questions_over_the_sample_city(sample_city, seed):
    rng = random.Random(seed)
    view, known = sample_city
    counted = Counter(code for item in known for code in item.values)
    codes = [code for code, _ in counted.most_common(60)]
    districts = ["40101", "40103", "40105", "40106", "40107", "40108", "40109", "40100"]
    count = examples(250)
    shown = sum(check(view, known, question(rng, known, codes, districts)) for _ in range(count))
    assert shown > count


@pytest.mark.shared
@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
def test_250_random_questions_over_official_files(official, seed):
    rng = random.Random(1_000 + seed)
    view, known = official
    counted = Counter(code for item in known for code in item.values)
    codes = [code for code, _ in counted.most_common(30)] or ["VM.REG"]
    districts = ["40101", "40103", "40105", "40106", "40107", "40108", "40109", "40100"]
    shown = sum(check(view, known, question(rng, known, codes, districts)) for _ in range(250))
    assert shown > 1_000
