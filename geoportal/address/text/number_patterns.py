"""Patterns of the numbers behind a town: 丁目, 番地, 街区符号 and 住居番号."""

from __future__ import annotations

import re

from geoportal.address.text.canonical import CanonicalText

NUMBER = re.compile(r"[-ノ]?([0-9]{1,5})(丁目)?")
"""A number behind a town: group 1 the digits, group 2 丁目 where it is written."""
NUMBER_ROW = re.compile(r"[-ノ]?[0-9]+(?:(?:[-ノ]|丁目|番地?ノ?|号)[0-9]+)*")
UNIT = re.compile(r"番|街区|区|線|号|条|地割|町|丁|班|組|F|階|年|月|日|[0-9]")
"""Units that follow a number that is no 丁目."""
TOWN_END = re.compile(
    r"$|[-ノ]?[0-9]|千[0-9]?|-|番|無番|無地番|地先|地内|内|先|[(),/.\ ]|街区"
    r"|ノ?(?:付近|近辺|周辺|近ク|近所|アタリ|辺リ|ソバ)|在住|デス|ニ(?:住|ア|オ)"
    r"|官有|国有"
    r"|[甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥](?=[-0-9])"
    r"|[ア-ン](?=[-0-9番])|[ア-ン]部|[A-Z](?=[-0-9])"
)
"""What may follow a whole town name: the end, a lot number, 地先, 無番地, イ部, の近く, (…."""
_KANJI = re.compile("[\u3400-\u9fff]")
BLOCK_NUMBER = re.compile(
    r"[-ノ]?((?:[甲乙丙丁戊己庚辛壬癸]|[ア-ン])?-?[0-9]+)(?:番地?|街区)?(?:ノ(?=[0-9]))?"
)
"""街区符号 or 番地: group 1 without its unit."""
HOUSE_NUMBER = re.compile(r"-?([0-9]+(?:-[0-9]+)?)号?(?![0-9])")
"""住居番号, with 枝番: group 1 without its unit."""


def splits_number(text: CanonicalText, stop: int) -> bool:
    """Say whether a cut at ``stop`` would go through a number."""
    key = text.key
    if stop >= len(key) or not key[stop].isdigit() or not key[stop - 1].isdigit():
        return False
    return stop not in text.seams


def number_at(text: CanonicalText, start: int) -> re.Match[str] | None:
    """Match a number, with or without 丁目, at ``start``."""
    return NUMBER.match(text.key, start)


def begins_name(text: CanonicalText, start: int) -> bool:
    """Say whether a numeral in kanji at ``start`` begins a name: 二島 does, 二番 does not."""
    number = NUMBER.match(text.key, start)
    if number is None or number[2] or number.end() not in text.kanji:
        return False
    end = number.end()
    is_end = UNIT.match(text.key, end) or TOWN_END.match(text.key, end)
    return not is_end and _KANJI.match(text.key, end) is not None


def shorter_number(text: CanonicalText, number: re.Match[str]) -> re.Match[str] | None:
    """Match a number again, only up to the first place where it may be split (`seams`)."""
    for seam in text.seams:
        if number.start(1) < seam < number.end(1):
            return NUMBER.match(text.key, number.start(), seam)
    return None


def count_parts(key: str, start: int) -> int:
    """Return how many numbers stand in a row at ``start``: 3 for "1-2-3"."""
    row = NUMBER_ROW.match(key, start)
    return len(re.findall("[0-9]+", row[0])) if row else 0
