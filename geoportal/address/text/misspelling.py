"""Approximate matching of town names: a beginning left out, one letter wrong or unreadable."""

from __future__ import annotations

import re

_DISTINGUISHING = frozenset("0123456789東西南北上中下本新元大小前後内外町村")
"""Letters that tell neighbouring towns apart; they are never taken for another letter."""
_SHORTEST_NAME = 3
_UP_TO_NUMBER = re.compile("[0-9]*[^0-9]+(?=[0-9])")
_UNREADABLE = re.compile("[〓□■●\ue000-\uf8ff\ufffd]")


def match_misspelt(name: str, tail: str) -> tuple[int, str]:
    """Match the beginning of a text with a town name that it does not quite spell.

    Both are canonical. Returned are the letters of ``tail``, which begins where the town should,
    that stand for the name (0 when they do not), and the warning: ``town_prefix_inferred``,
    ``letter_unreadable`` or ``spelling_corrected``.
    """
    written = _UP_TO_NUMBER.match(tail)
    if written and len(written[0]) >= _SHORTEST_NAME and name.endswith(written[0]):
        return len(written[0]), "town_prefix_inferred"
    length = len(name)
    if length < 2 or length > len(tail):
        return 0, ""
    differences = [
        (meant, typed) for meant, typed in zip(name, tail, strict=False) if meant != typed
    ]
    if len(differences) != 1:
        return 0, ""
    meant, typed = differences[0]
    if _UNREADABLE.match(typed):
        return length, "letter_unreadable"
    if meant in _DISTINGUISHING or typed in _DISTINGUISHING or length < _SHORTEST_NAME:
        return 0, ""
    return length, "spelling_corrected"
