"""Facilities are answered by arrays, and only those that can decide anything in an area."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geoportal.coverage.counting import ANSWERS, answers
from geoportal.coverage.criteria import EVIDENCE_LEVELS, TIMES, CoverageCriteria
from geoportal.coverage.supply import gather_supply
from geoportal.coverage.surroundings import Surroundings, boxes_of
from geoportal.domain.facility import KINDS
from geoportal.index.claims import select_claims
from geoportal.services.portal import shipped_reference
from tests.factories import TODAY, make_claim, make_facility, make_snapshot

VOCABULARY = shipped_reference().vocabulary
BOX = (130.80, 33.80, 131.00, 33.90)
ISLAND = (128.65, 32.60, 128.70, 32.64)
NOBODY = np.empty(0, dtype=np.int64)


def answered_one_by_one(facility, question) -> str:
    """Answer by the claims of one facility, as the rule is written."""
    wanted = EVIDENCE_LEVELS[question.evidence]
    chosen = [c for c in facility.claims if wanted is None or c.evidence in wanted]
    values = {k: v.value for k, v in select_claims(chosen, TODAY, VOCABULARY).items()}
    found = [
        VOCABULARY.answer(need, facility, values.get(need, "unknown")) for need in question.needs
    ]
    if question.time == "night":
        codes = VOCABULARY.night_codes(facility.kind)
        said = {values.get(code, "unknown") for code in codes}
        always = any(VOCABULARY[code].group == "FT" for code in codes)
        night = "no" if not codes or said == {"no"} else "unknown"
        found.append("yes" if always or "yes" in said else night)
    if {"no", "not_applicable"} & set(found):
        return "no"
    return "yes" if set(found) <= {"yes"} else "unknown"


def varied(size: int):
    rng = np.random.default_rng(7)
    codes = ("VM.REG", "VM.24DR", "VM.24VN", "VM.NIGHT", "AC.ULCER", "FT.TEIKI")
    kinds = ("clinic", "hospital", "visiting_nursing", "regular_visiting", "pharmacy", "equipment")
    for n in range(size):
        claims = [
            make_claim(
                str(rng.choice(codes)),
                str(rng.choice(("yes", "no", "unknown"))),
                evidence=str(rng.choice(("registry", "filed", "survey", "confirmed"))),
                as_of=str(rng.choice(("2026-10-01", "2019-04-01"))),
            )
            for _ in range(int(rng.integers(0, 5)))
        ]
        beds = None if n % 3 else int(rng.integers(0, 2)) * 20
        yield make_facility(f"f{n}", claims=claims, kind=str(rng.choice(kinds)), beds=beds)


def test_arrays_answer_as_claims_read_one_by_one() -> None:
    held = make_snapshot(varied(300), vocabulary=VOCABULARY)
    for needs, time, evidence in product(
        ((), ("VM.REG",), ("VM.REG", "AC.ULCER"), ("VM.24DR",)), TIMES, EVIDENCE_LEVELS
    ):
        question = CoverageCriteria(needs=needs, time=time, evidence=evidence)
        found = [ANSWERS[n] for n in answers(held, held.rows(), question).tolist()]
        assert found == [answered_one_by_one(f, question) for f in held.facilities], question


def scattered(size: int, sure_every: int, around: float):
    """Return clinics over some degrees, every so many of them known to visit."""
    rng = np.random.default_rng(11)
    for n in range(size):
        place = (130.9 + rng.normal() * around, 33.85 + rng.normal() * around)
        claims = [make_claim("VM.REG")] if n % sure_every == 0 else []
        yield make_facility(f"f{n:04}", place, claims)


@pytest.mark.parametrize(("size", "sure_every"), [(300, 2), (300, 100), (300, 299), (40, 1000)])
@pytest.mark.parametrize("closing", [0, 3])
@pytest.mark.parametrize("boxes", [(BOX,), (BOX, ISLAND)])
def test_whoever_is_among_the_nearest_of_any_place_is_taken(
    size, sure_every, closing, boxes
) -> None:
    question = CoverageCriteria(kinds=("clinic",), needs=("VM.REG",))
    held = make_snapshot(scattered(size, sure_every, 2.0), codes=("VM.REG",))
    everywhere = gather_supply(held, question)
    near = gather_supply(held, question, Surroundings(boxes, NOBODY, closing))
    assert set(near.ids) <= set(everywhere.ids)
    geod, rank = Geod(ellps="GRS80"), 2 + closing
    corners = [place for box in boxes for place in product(box[::2], box[1::2])]
    corners += [((west + east) / 2, (south + north) / 2) for west, south, east, north in boxes]
    for (lon, lat), members in product(corners, (everywhere.certain, everywhere.possible)):
        places = everywhere.places
        metres = geod.inv(
            np.full(len(places), lon), np.full(len(places), lat), places.lon, places.lat
        )[2]
        of_set = np.flatnonzero(members)
        nearest = of_set[np.argsort(metres[of_set])[:rank]]
        decisive = {*nearest.tolist(), *np.flatnonzero(metres <= 16_000).tolist()}
        assert {everywhere.ids[n] for n in decisive} <= set(near.ids)


PARTS = st.lists(
    st.tuples(*(st.floats(0, top, allow_subnormal=False) for top in (9, 9, 0.6, 0.6))),
    min_size=1,
    max_size=9,
)


@given(PARTS)
def test_boxes_of_an_area_hold_its_parts_and_lie_apart(parts) -> None:
    bounds = [(x, y, x + wide, y + high) for x, y, wide, high in parts]
    boxes = boxes_of(np.array(bounds))
    held = [
        [b for b in bounds if w <= b[0] and s <= b[1] and e >= b[2] and n >= b[3]]
        for w, s, e, n in boxes
    ]
    assert {part for own in held for part in own} == set(bounds)
    for own, one in zip(held, boxes, strict=True):
        west, south, east, north = np.array(own).T
        assert one == (west.min(), south.min(), east.max(), north.max()), "no larger than its parts"
    for one, other in combinations(boxes, 2):
        gaps = (max(one[n] - other[n + 2], other[n] - one[n + 2]) for n in (0, 1))
        assert max(gaps) > 0.4, "some 40 km, one way or the other"


def test_an_area_with_a_far_island_takes_nobody_between() -> None:
    places = {"town": (130.9, 33.85), "between": (129.8, 33.2), "island": (128.67, 32.62)}
    everywhere = [make_facility(name, place) for name, place in places.items()]
    twins = [make_facility(f"{name}2", place) for name, place in places.items()]
    held = make_snapshot([*everywhere, *twins], codes=("VM.REG",))
    question = CoverageCriteria(kinds=("clinic",))
    found = gather_supply(held, question, Surroundings((BOX, ISLAND), NOBODY))
    assert set(found.ids) == {"town", "town2", "island", "island2"}


def test_of_a_country_few_facilities_are_read_for_a_city(monkeypatch) -> None:
    held = make_snapshot(scattered(2_000, 2, 4.0), codes=("VM.REG",))
    read = []
    document = held.by_id.document
    monkeypatch.setattr(held.by_id, "document", lambda row: read.append(row) or document(row))
    question = CoverageCriteria(kinds=("clinic",), needs=("VM.REG",))
    found = gather_supply(held, question, Surroundings((BOX,), NOBODY))
    assert 0 < len(read) == len(found) < 100


def test_only_facilities_with_such_evidence_have_their_claims_read(monkeypatch) -> None:
    facilities = [
        make_facility("filed", claims=[make_claim("VM.REG", evidence="filed")]),
        make_facility("asked", claims=[make_claim("VM.REG", evidence="confirmed")]),
        make_facility("silent"),
    ]
    held = make_snapshot(facilities, codes=("VM.REG",))
    asked = held.by_id.may_have_evidence(held.rows(), ("confirmed", "observed"))
    assert [held.facilities[row].id for row in np.flatnonzero(asked)] == ["asked"]


def test_a_facility_of_the_area_counts_wherever_its_position_is() -> None:
    facilities = [make_facility("astray", (139.7, 35.7)), make_facility("here", (130.9, 33.85))]
    facilities += [make_facility(f"near{n}", (130.9, 33.85)) for n in range(3)]
    held = make_snapshot(facilities)
    astray = np.array([held.row_of["astray"]])
    question = CoverageCriteria(kinds=(KINDS[KINDS.index("clinic")],))
    assert "astray" in gather_supply(held, question, Surroundings((BOX,), astray)).ids
    assert "astray" not in gather_supply(held, question, Surroundings((BOX,), NOBODY)).ids
