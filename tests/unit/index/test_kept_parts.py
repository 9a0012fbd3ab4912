"""Parts of answers that are kept by codes."""

from __future__ import annotations

import contextlib

from geoportal.index.kept_parts import KeptParts


def test_a_part_is_made_once():
    kept, made = KeptParts(2), []

    def make() -> str:
        made.append(1)
        return "lines"

    assert [kept.part(("area", "40106"), make) for _ in range(3)] == ["lines"] * 3
    assert len(made) == 1


def test_the_part_made_first_leaves_first():
    kept = KeptParts(2)
    for code in ("1", "2", "1", "3"):
        kept.part(("area", code), lambda code=code: code)
    assert dict(kept.items()) == {("area", "2"): "2", ("area", "3"): "3"}


def test_a_part_that_cannot_be_made_is_not_kept():
    kept = KeptParts()
    with contextlib.suppress(ZeroDivisionError):
        kept.part(("area", "1"), lambda: 1 / 0)
    assert kept.items() == []


def test_parts_are_kept_by_weight_and_the_newest_always():
    kept = KeptParts(5, len)
    for code in ("aa", "bb", "cc"):
        kept.part(code, lambda code=code: code)
    assert [key for key, _ in kept.items()] == ["bb", "cc"]
    kept.part("heavy", lambda: "heavier")
    assert [key for key, _ in kept.items()] == ["heavy"]
