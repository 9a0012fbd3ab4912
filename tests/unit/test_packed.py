"""Lists held as bytes: what comes out is what a list of Python would give."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoportal import packed
from geoportal.ingest.files.layouts import Record, Records
from geoportal.ingest.files.tables import Row, packed_rows
from geoportal.packed import Packed

VALUES = st.integers(0, 9)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), VALUES),
        st.tuples(st.just("extend"), st.lists(VALUES, max_size=9)),
        st.tuples(st.just("block"), st.lists(VALUES, max_size=4)),
        st.tuples(st.just("put"), st.tuples(st.integers(0, 30), VALUES)),
        st.tuples(st.just("clear"), st.none()),
    ),
    max_size=12,
)


@pytest.fixture(autouse=True, scope="module")
def short():
    """Pack two values together, and leave three unpacked."""
    patch = pytest.MonkeyPatch()
    patch.setattr(packed, "BLOCK", 2)
    patch.setattr(packed, "_LOOSE", 3)
    yield
    patch.undo()


@settings(max_examples=60)
@given(STEPS)
def test_it_is_as_a_list(steps):
    held: Packed[int] = Packed()
    plain: list[int] = []
    for what, value in steps:
        if what == "append":
            held.append(value)
            plain.append(value)
        elif what == "extend":
            held.extend(value)
            plain.extend(value)
        elif what == "block":
            held.add_block(pickle.dumps(value), len(value))
            plain.extend(value)
        elif what == "clear":
            held.clear()
            plain.clear()
        elif value[0] < len(plain):
            held[value[0]] = value[1]
            plain[value[0]] = value[1]
        assert list(held) == plain == held
        assert (len(held), bool(held)) == (len(plain), bool(plain))
    for place in range(-len(plain), len(plain)):
        assert held[place] == plain[place]
        assert held[place:] == plain[place:]
        assert held[:place:2] == plain[:place:2]
    with pytest.raises(IndexError):
        held[len(plain)]


def test_rows_and_records_come_back_as_they_were():
    rows = [Row(n, (str(n), "東京", "", "\ud800", 'x"\n')) for n in range(7)]
    assert list(packed_rows(rows)) == rows
    first, second, extra = {"name": 0}, {"name": 1}, {"note": 0}
    records = [
        Record(n, ("a", str(n)), first if n < 4 else second, extra, {"k": str(n // 3)}, "表")
        for n in range(7)
    ]
    held = Records(records)
    assert (list(held), held[2:5], held[-1]) == (records, records[2:5], records[-1])
    assert [head.line for head in held.heads] == [0, 3, 4, 6]
    assert all(one.positions is records[n].positions for n, one in enumerate(held))


def test_who_goes_back_and_forth_has_what_was_read():
    loads = []

    def load(octets: bytes) -> list[int]:
        loads.append(octets)
        found: list[int] = pickle.loads(octets)  # noqa: S301 - made here
        return found

    held = Packed(range(40), pickle.dumps, load)
    assert [held[n] for n in range(40)] == list(range(40))
    in_order = len(loads)
    for _ in range(500):
        assert (held[0], held[20], held[30]) == (0, 20, 30)
    assert len(loads) < in_order + 60
    assert list(held) == list(range(40))
