"""A snapshot with portions of an earlier one is, to the byte, one that is compiled whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoportal.index import compiling, portions
from geoportal.index.compiling import compile_facilities, in_row_order, stored_rows
from geoportal.index.districts import DistrictIndex
from geoportal.index.earlier import Earlier
from geoportal.index.terms import Terms
from geoportal.ingest.catalogue import is_fictional
from geoportal.ingest.linking.relations import spot_of
from geoportal.mapped.archive import views
from geoportal.workers import usable_processes
from tests.factories import (
    KINDS,
    NEEDS,
    TODAY,
    make_claim,
    make_facility,
    make_outline,
    make_vocabulary,
)
from tests.rounds import examples
from tests.unit.index.test_compiling import FACILITIES

OUTLINES = DistrictIndex(
    [
        make_outline("40106", (130.0, 33.0, 130.5, 34.0)),
        make_outline("40107", (130.5, 33.0, 131.0, 34.0)),
        make_outline("local-1", (130.2, 33.2, 130.7, 33.7), "local"),
    ]
)
LATER = st.integers(0, 500).map(lambda days: TODAY + timedelta(days=days))


def terms(today: date = TODAY) -> Terms:
    return Terms(
        version="test",
        today=today,
        vocabulary=make_vocabulary(NEEDS),
        districts=OUTLINES,
        official=("40106", "40107"),
        kind_words=dict.fromkeys(KINDS, "ことば"),
        fictional=is_fictional,
        spot=spot_of,
    )


def plain(compiled):
    """Return a compiled snapshot as it would be written: its header, and every array's bytes."""
    arrays = {
        name: (np.asarray(array).dtype.str, np.asarray(array).tobytes())
        for name, array in views(compiled.arrays).items()
    }
    return orjson.loads(orjson.dumps(compiled.header)), arrays


def earlier_of(compiled, today: date = TODAY) -> Earlier:
    header = orjson.loads(orjson.dumps(compiled.header))
    return Earlier(header, views(compiled.arrays), today)


def assert_alike(one, other) -> None:
    (header, arrays), (expected, wanted) = plain(one), plain(other)
    assert header == expected
    assert list(header) == list(expected)
    assert [name for name in wanted if arrays[name] != wanted[name]] == []
    assert list(arrays) == list(wanted)


@settings(max_examples=examples(25), deadline=None)
@given(FACILITIES, FACILITIES, st.lists(st.booleans(), min_size=9, max_size=9), LATER)
def test_what_is_taken_over_and_what_is_compiled_are_one(described, others, kept, today) -> None:
    def made(ones, prefix):
        return [make_facility(f"{prefix}{n}", at=at, **more) for n, (at, more) in enumerate(ones)]

    first = made(described, "f")
    second = [one for one, stays in zip(first, kept, strict=False) if stays] + made(others, "g")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(portions, "_ENDS_ONE_IN", 3)
        held = compile_facilities(stored_rows(in_row_order(first)), terms())
        rows = stored_rows(in_row_order(second))
        whole = compile_facilities(rows, terms(today))
        assert_alike(compile_facilities(rows, terms(today), earlier=earlier_of(held, today)), whole)
        again = earlier_of(whole, today)
        assert_alike(compile_facilities(rows, terms(today), earlier=again), whole)


@pytest.fixture(scope="module")
def country():
    """Yield a thousand facilities in short portions, and what they are compiled to."""
    rng = np.random.default_rng(14)
    facilities = [
        make_facility(
            f"f{number}",
            at=(float(lon), float(lat)),
            claims=[make_claim(NEEDS[number % len(NEEDS)])],
            status="closed" if number % 50 == 0 else "open",
        )
        for number, (lon, lat) in enumerate(rng.uniform((130, 33), (131, 33.1), (1000, 2)))
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(portions, "_ENDS_ONE_IN", 16)
        yield facilities, compile_facilities(stored_rows(in_row_order(facilities)), terms())


def compiled_anew(monkeypatch, facilities, held, today=TODAY):
    """Return a snapshot made with an earlier one, and how many facilities were compiled for it."""
    counted = []
    compile_portion = portions.compile_portion

    def counting(rows, *arguments, **more):
        counted.append(len(rows))
        return compile_portion(rows, *arguments, **more)

    monkeypatch.setattr(compiling, "compile_portion", counting)
    rows = stored_rows(in_row_order(facilities))
    return compile_facilities(rows, terms(today), earlier=earlier_of(held, today)), sum(counted)


def test_what_has_not_changed_is_not_compiled_again(country, monkeypatch) -> None:
    facilities, held = country
    same, count = compiled_anew(monkeypatch, facilities, held)
    assert count == 0
    assert_alike(same, held)


@pytest.mark.parametrize(
    "change",
    [
        lambda one: [replace(one, name="別の名前")],
        lambda one: [],
        lambda one: [one, replace(one, id="new")],
        lambda one: [replace(one, status="closed")],
        lambda one: [replace(one, location=replace(one.location, lon=130.999))],
    ],
)
def test_one_change_touches_little(country, monkeypatch, change) -> None:
    facilities, held = country
    changed = [*facilities[:501], *change(facilities[501]), *facilities[502:]]
    found, count = compiled_anew(monkeypatch, changed, held)
    assert 0 < count < 200
    monkeypatch.undo()
    assert_alike(found, compile_facilities(stored_rows(in_row_order(changed)), terms()))


@pytest.mark.skipif(usable_processes() < 2, reason="needs a machine that forks")
def test_worker_processes_make_the_same_snapshot(country) -> None:
    facilities, held = country
    rows = stored_rows(in_row_order(facilities))
    assert_alike(compile_facilities(rows, terms(), processes=2), held)
    changed = [
        replace(one, name="別の名前") if number % 90 == 0 else one
        for number, one in enumerate(facilities)
    ]
    rows = stored_rows(in_row_order(changed))
    some = compile_facilities(rows, terms(), earlier=earlier_of(held), processes=2)
    assert_alike(some, compile_facilities(rows, terms()))


def test_when_facts_turn_stale_the_open_ones_are_compiled(country, monkeypatch) -> None:
    facilities, held = country
    turned, count = compiled_anew(monkeypatch, facilities, held, TODAY + timedelta(days=4000))
    assert count == sum(one.status == "open" for one in facilities)
    assert turned.header["day"] != held.header["day"]
