"""What is known of needs, against a plain reading of each facility."""

from __future__ import annotations

import random

import numpy as np
import pytest

from geoportal.index.columns import INAPPLICABLE, NO, YES
from geoportal.search.match import NOT_APPLICABLE, stated
from geoportal.services.portal import shipped_reference
from tests.factories import KOKURA, make_claim, make_facility, make_snapshot

SOME = (
    (),
    ("VM.REG",),
    ("VM.REG", "AC.ULCER"),
    ("VM.24DR", "AC.ULCER", "VM.REG"),
    ("VM.REG", "VM.URG", "AC.ULCER", "PT.CHILD", "VM.24TEL", "VM.24VN", "VM.24DR"),
)


def plain(snapshot, row, code):
    """Return yes, no, beside or unknown, read bit by bit."""
    number = snapshot.vocabulary.position(code)
    word, bit = divmod(number, 64)
    held = [int(snapshot.columns.masks[row, which, word]) >> bit & 1 for which in range(3)]
    if held[YES] or held[NO]:
        return "yes" if held[YES] else "no"
    return "beside" if held[INAPPLICABLE] else "unknown"


def band(said):
    if "no" in said:
        return 2
    if "beside" in said:
        return 3
    return 0 if all(one == "yes" for one in said) else 1


@pytest.fixture(scope="module")
def snapshot():
    """Return 120 facilities of several kinds, of which some things are stated."""
    vocabulary = shipped_reference().vocabulary
    codes = [term.code for term in vocabulary if term.need]
    rng = random.Random(160)
    kinds = ("clinic", "hospital", "pharmacy", "visiting_nursing")
    facilities = [
        make_facility(
            f"f{number}",
            KOKURA,
            [
                make_claim(code, rng.choice(("yes", "yes", "no", "unknown")))
                for code in {*rng.sample(codes, 9), *rng.sample(SOME[-1], rng.randint(0, 7))}
            ],
            kind=rng.choice(kinds),
        )
        for number in range(120)
    ]
    return make_snapshot(facilities, vocabulary=vocabulary)


@pytest.fixture(scope="module")
def many(snapshot):
    """Return every need there is: more than fit into a word."""
    return tuple(term.code for term in snapshot.vocabulary if term.need)


@pytest.mark.parametrize("number", range(len(SOME) + 1))
def test_bands_and_counts_are_those_of_a_plain_reading(snapshot, many, number):
    needs = (*SOME, many)[number]
    rows = np.arange(0, len(snapshot), 3)
    known = stated(snapshot, rows, needs)
    said = [[plain(snapshot, row, code) for code in needs] for row in rows.tolist()]
    assert known.bands().tolist() == [band(one) for one in said]
    assert known.yes.tolist() == [[each == "yes" for each in one] for one in said]
    assert known.no.tolist() == [[each == "no" for each in one] for one in said]
    tally = known.patterns.tally.reshape(len(known.patterns), -1, 3)[known.numbers].sum(axis=0)
    counted = [one for one in said if band(one) != NOT_APPLICABLE]
    for place in range(len(needs)):
        each = [one[place] for one in counted]
        yes, no = each.count("yes"), each.count("no")
        assert tally[place].tolist() == [len(each) - yes - no, yes, no]
    every = sum(all(each == "yes" for each in one) for one in counted)
    refused = sum("no" in one for one in counted)
    assert tally[-1].tolist() == [len(counted) - every - refused, every, refused]


@pytest.mark.parametrize("needs", SOME)
def test_some_of_the_needs_and_some_of_the_rows(snapshot, needs):
    rows = np.arange(len(snapshot))
    whole = stated(snapshot, rows, needs)
    some = rows[::7]
    assert whole.take(some).of_needs(needs[::-1]).bands().tolist() == (
        stated(snapshot, some, needs[::-1]).bands().tolist()
    )
    assert whole.of_needs(needs[1:]).bands().tolist() == (
        stated(snapshot, rows, needs[1:]).bands().tolist()
    )


@pytest.mark.parametrize("needs", SOME)
def test_nobody_is_no_error(snapshot, needs):
    known = stated(snapshot, np.empty(0, dtype=np.int64), needs)
    assert known.bands().size == 0
    assert known.patterns.tally.shape[1] == 3 * (len(needs) + 1)
