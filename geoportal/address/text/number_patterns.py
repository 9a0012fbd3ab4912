"""Numbers behind a town: 丁目, 番地, 街区符号 and 住居番号, as people write them."""

from __future__ import annotations

import re

from geoportal.address.text.canonical import CanonicalText

NUMBER = re.compile(r"[-ノ]?([0-9]{1,5})(丁目)?")
PARTS = re.compile(r"[-ノ]?[0-9]+(?:(?:[-ノ]|丁目|番地?ノ?|号)[0-9]+)*")
OTHER_UNIT = re.compile(r"番|街区|区|線|号|条|地割|町|丁|班|組|F|階|年|月|日|[0-9]")
LOT = re.compile(
    r"$|[-ノ]?[0-9]|千[0-9]?|-|番|無番|無地番|地先|地内|付近|近辺|周辺|内|先|[(),/.\ ]|街区"
    r"|官有|国有"
    r"|[甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥](?=[-0-9])"
    r"|[ア-ン](?=[-0-9番])|[ア-ン]部|[A-Z](?=[-0-9])"
)
BLOCK = re.compile(
    r"[-ノ]?((?:[甲乙丙丁戊己庚辛壬癸]|[ア-ン])?-?[0-9]+)(?:番地?|街区)?(?:ノ(?=[0-9]))?"
)
HOUSE = re.compile(r"-?([0-9]+(?:-[0-9]+)?)号?(?![0-9])")


def splits_number(text: CanonicalText, stop: int) -> bool:
    """Tell whether a cut at ``stop`` would go through a number."""
    key = text.key
    if stop >= len(key) or not key[stop].isdigit() or not key[stop - 1].isdigit():
        return False
    return stop not in text.seams


def number_at(text: CanonicalText, start: int) -> re.Match[str] | None:
    """Match a number, with or without 丁目, at ``start``."""
    return NUMBER.match(text.key, start)


def shorter_number(text: CanonicalText, number: re.Match[str]) -> re.Match[str] | None:
    """Match a number again, only up to the first place where it may fall apart."""
    for seam in text.seams:
        if number.start(1) < seam < number.end(1):
            return NUMBER.match(text.key, number.start(), seam)
    return None


def count_parts(key: str, start: int) -> int:
    """Return how many numbers stand in a row at ``start``: 3 for "1-2-3"."""
    found = PARTS.match(key, start)
    return len(re.findall("[0-9]+", found[0])) if found else 0
