"""Linking on official files: precision and recall against pairs with known truth."""

from __future__ import annotations

import random

import pytest

from geoportal.ingest.linking.clustering import LINKED
from tests.accuracy.linking import (
    SHARED,
    bureau,
    code_list,
    judge,
    linked,
    measure_care,
    measure_navii,
    measure_perturbed,
    national_list,
    perturbed,
)

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the official files are not here"),
    pytest.mark.long,
]
PRECISION, RECALL = 0.997, 0.98


def test_kitakyushus_code_list_against_the_national_list():
    figures = measure_navii()
    assert figures.pairs > 840
    assert figures.precision >= PRECISION, figures
    assert figures.recall >= RECALL, figures


@pytest.mark.parametrize("part", [0, 1])
def test_institutions_of_a_bureau_typed_otherwise(part):
    figures = measure_perturbed(part=part)
    assert figures.pairs > 580
    assert figures.precision >= PRECISION, figures
    assert figures.recall >= RECALL, figures


def test_care_offices_of_institutions_are_never_linked_to_a_wrong_one():
    figures = measure_care()
    assert figures.pairs > 50
    assert figures.wrong == 0, figures


def test_strangers_are_not_linked():
    chance = random.Random(0)
    originals, copies = {}, {}
    for own_id, record in bureau().items():
        copy = perturbed(record, chance)
        if chance.random() < 0.5:
            originals[own_id] = record
        else:
            copies[f"x{own_id}"] = copy
    figures = judge(
        linked([*originals.items(), *copies.items()]), dict.fromkeys(copies, ""), originals
    )
    assert len(copies) > 1_100
    assert figures.wrong <= 3, figures


def test_no_two_numbers_of_a_scheme_are_ever_one():
    records = {**code_list(), **national_list()}
    linkage = linked(records.items())
    numbers: dict[str, dict[str, set[str]]] = {}
    for own_id, facility_id in linkage.facility_of.items():
        for scheme, number in records[own_id].identifiers.items():
            numbers.setdefault(facility_id, {}).setdefault(scheme, set()).add(number)
    assert all(len(found) == 1 for schemes in numbers.values() for found in schemes.values())
    assert sum(pair.outcome == LINKED for pair in linkage.pairs) > 840
