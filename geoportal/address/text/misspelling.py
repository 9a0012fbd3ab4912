"""Names of towns that were not written quite as they are published."""

from __future__ import annotations

import re

_TELLING = frozenset("0123456789東西南北上中下本新元大小前後内外町村")
_LEAST_PART = 3
_UP_TO_NUMBER = re.compile("[0-9]*[^0-9]+(?=[0-9])")
_UNREADABLE = re.compile("[〓□■●\ue000-\uf8ff\ufffd]")


def almost(name: str, tail: str) -> tuple[int, str]:
    """Tell whether a text begins with almost the name of a town.

    Parameters
    ----------
    name : str
        Canonical key of a published town.
    tail : str
        Canonical text from where the town should begin.

    Returns
    -------
    length : int
        Letters of ``tail`` that stand for the name, 0 when they do not.
    reason : str
        The warning: ``town_prefix_inferred``, ``letter_unreadable`` or ``spelling_corrected``.
    """
    written = _UP_TO_NUMBER.match(tail)
    if written and len(written[0]) >= _LEAST_PART and name.endswith(written[0]):
        return len(written[0]), "town_prefix_inferred"
    length = len(name)
    if length < 2 or length > len(tail):
        return 0, ""
    wrong = [at for at in range(length) if name[at] != tail[at]]
    if len(wrong) != 1:
        return 0, ""
    meant, typed = name[wrong[0]], tail[wrong[0]]
    if _UNREADABLE.match(typed):
        return length, "letter_unreadable"
    if meant in _TELLING or typed in _TELLING or length < _LEAST_PART:
        return 0, ""
    return length, "spelling_corrected"
