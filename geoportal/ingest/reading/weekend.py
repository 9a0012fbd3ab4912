"""Whether an office works at weekends (土日・祝日対応), from its days and its remark on them.

The days that can be used (利用可能曜日) and the remark on them (利用可能曜日特記事項) are one
statement and are read together, into one answer: a remark such as 土、日、祝日対応可能 adds days,
日曜日は定休日 takes them away, and 土曜は相談のうえ leaves the matter open. Saturday or Sunday make
a weekend; a holiday (祝日) alone does not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Final

SATURDAY, SUNDAY = 5, 6

_CLAUSE: Final = re.compile(r"[。\n;]|\(改行\)|<br>")
_BOTH: Final = re.compile(r"土[・,、とや]?日|週末|年中無休|365日|毎日営業")
_SATURDAY: Final = re.compile(r"土(?=曜|[・,、とや日は及も]|$)")
_SUNDAY: Final = re.compile(r"(?<=土)[・,、とや]?日|(?<![0-9月本祝休定前毎当平])日曜|日祝")
_ON_DEMAND: Final = re.compile(
    r"電話|TEL|tel|転送|留守|緊急|相談|必要|場合|希望|要望|事前|可能な限り|随時|依頼|応じ|連絡"
    r"|都合|調整|交代|隔週|第[1-5]"
)
_CLOSED: Final = re.compile(
    r"休業|定休|休み|休日|休診|除く|除き|しておりません|していません|不可|行わない"
)
_OPEN: Final = re.compile(r"対応|可能?|営業|稼働|訪問|無休|365日|実施|利用でき|出勤|サービス提供")


def weekend_answer(days: Collection[int], remark: str) -> str:
    """Return ``yes``, ``no`` or ``unknown``; empty when neither says anything of it.

    ``days`` are 0 (Monday) to 6 (Sunday), 7 for holidays; empty when none are stated.
    """
    stated = {SATURDAY, SUNDAY}.intersection(days)
    opened: set[int] = set()
    closed: set[int] = set()
    doubtful: set[int] = set()
    for clause in _CLAUSE.split(unicodedata.normalize("NFKC", remark)):
        named = _days_named(clause)
        if _ON_DEMAND.search(clause):
            doubtful |= named
        elif _CLOSED.search(clause) and "無休" not in clause:
            closed |= named
        elif _OPEN.search(clause):
            opened |= named
        else:
            doubtful |= named
    if opened & closed or (stated and stated <= closed):
        return "unknown"
    if stated or opened:
        return "yes"
    if doubtful - closed:
        return "unknown"
    return "no" if days or closed == {SATURDAY, SUNDAY} else ""


def _days_named(clause: str) -> set[int]:
    if _BOTH.search(clause):
        return {SATURDAY, SUNDAY}
    days = {SATURDAY} if _SATURDAY.search(clause) else set()
    return days | ({SUNDAY} if _SUNDAY.search(clause) else set())
