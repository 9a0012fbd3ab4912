"""Nodes of a compiled gazetteer: levels, flags, and the keys by which a child is found.

A node is a place of the gazetteer, known by its number. Towns come first, ordered by municipality.
"""

from __future__ import annotations

from geoportal.address.result import Level

TOWN, CHOME, KOAZA, BLOCK, HOUSE = range(5)
"""Levels: 町・大字, 丁目, 小字, 街区・番地, 住居番号."""

PUBLISHED = 1
"""Flag: the place has a row of its own; else it is known only by what lies in it."""
OAZA = 2
"""Flag: 大字 or 字 stands in the published name."""
HAS_CHOME = 4
HAS_KOAZA = 8
HAS_BLOCK = 16
"""Flags: the place has children of this level."""
IMPLAUSIBLE_POSITION = 32
"""Flag: the published position was dropped because it lies too far from the unit above."""

NO_PARENT = 0xFFFFFFFF

LEVEL_NAMES: dict[int, Level] = {
    TOWN: "town",
    CHOME: "chome",
    KOAZA: "chome",
    BLOCK: "block",
    HOUSE: "house",
}
"""Names of the levels in results; a 小字 counts as fine as a 丁目."""

_LEVEL_LETTERS = {CHOME: "c", KOAZA: "k", BLOCK: "b", HOUSE: "h"}


def child_key(parent: int, level: int, name: str = "") -> str:
    """Return the key under which the table of children has a child.

    The level is `CHOME`, `KOAZA`, `BLOCK` or `HOUSE`. The name is canonical, of a 丁目 its number
    ("3"); empty for what the keys of all children of this level begin with.
    """
    return f"{parent:x}{_LEVEL_LETTERS[level]}{name}"
