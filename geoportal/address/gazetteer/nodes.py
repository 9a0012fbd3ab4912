"""What a node of a compiled gazetteer is: its level and its flags."""

from __future__ import annotations

from geoportal.address.result import Level

TOWN, CHOME, KOAZA, BLOCK, HOUSE = range(5)
REAL, OAZA, HAS_CHOME, HAS_KOAZA, HAS_BLOCK, FAR = 1, 2, 4, 8, 16, 32
"""Flags of a node: published itself; with 大字; has children of a kind; its position was dropped
because it lies implausibly far from its parent."""
NO_PARENT = 0xFFFFFFFF

LEVEL_NAMES: dict[int, Level] = {
    TOWN: "town",
    CHOME: "chome",
    KOAZA: "chome",
    BLOCK: "block",
    HOUSE: "house",
}
"""Names of the levels in answers; a 小字 counts as fine as a 丁目."""
