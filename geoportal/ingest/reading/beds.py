"""Licensed beds as the bureau writes them: 一般　　187／療養　　120."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import Final

_BED_TYPE: Final = re.compile(r"(一般|療養|精神|結核|感染症?|介護)")
_BEDS: Final = re.compile(r"(\d+)$")


def count_beds(text: str) -> tuple[Counter[str], str]:
    """Read ``一般　　187／療養　　120``: beds by type, and what could not be read.

    A type without a number (some clinics) says nothing.
    """
    counts: Counter[str] = Counter()
    unread = []
    for part in re.split(r"[/、,\n]", unicodedata.normalize("NFKC", text)):
        words = part.split()
        if not words:
            continue
        kinds = [word for word in words if not word.isdigit()]
        number = _BEDS.search(part.strip())
        if number and len(number[1]) <= 5 and all(_BED_TYPE.search(word) for word in kinds):
            kind = _BED_TYPE.search(kinds[-1]) if kinds else None
            counts[kind[1] if kind else "種別不明"] += int(number[1])
        elif number or not all(_BED_TYPE.search(word) for word in kinds):
            unread.append(part.strip())
    return counts, "／".join(unread)
