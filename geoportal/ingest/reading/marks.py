"""Marks in columns of yes and no: ○, ×, 有, 無."""

from __future__ import annotations

import unicodedata
from typing import Final

from geoportal.text.wareki import parse_date

_YES: Final = frozenset((*"○◯〇●◎✓✔☑レ1有可y", "あり", "はい", "yes", "true"))
_NO: Final = frozenset((*"×✕✗xー―–-0無否n", "なし", "いいえ", "不可", "no", "false"))


def read_mark(text: str) -> bool | None:
    """Return what a mark says, None when it is blank or cannot be read; a date means yes."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if plain in _YES or parse_date(plain) is not None:
        return True
    return False if plain in _NO else None
