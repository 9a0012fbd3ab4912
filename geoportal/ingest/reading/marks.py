"""Marks in columns of yes and no: ○, ×, 有, 無; and the needs such columns are about."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

from geoportal.domain.claim import Claim
from geoportal.domain.vocabulary import Term, Vocabulary
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.rows import RowNotes
from geoportal.text.normalize import fold
from geoportal.text.wareki import parse_date

_MARKED_GROUPS: Final = frozenset({"VM", "AC", "PT", "CO"})
_YES: Final = frozenset((*"○◯〇●◎✓✔☑レ1有可y", "あり", "はい", "yes", "true"))
_NO: Final = frozenset((*"×✕✗xー―–-0無否n", "なし", "いいえ", "不可", "no", "false"))


def read_mark(text: str) -> bool | None:
    """Return what a mark says, None when it is blank or cannot be read; a date means yes."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if plain in _YES or parse_date(plain) is not None:
        return True
    return False if plain in _NO else None


def marked_needs(notes: RowNotes, kind: str, edition: Edition) -> Iterator[Claim]:
    """Yield what marks say in columns that are called as a need is (訪問診療, 看取り).

    A blank or a text says nothing; ``kind`` is the facility's.
    """
    vocabulary = edition.municipalities.reference.vocabulary
    for header in notes.record.extra:
        marked = read_mark(text := notes.record.further(header))
        term = _term(header, vocabulary) if marked is not None else None
        if term is not None and vocabulary.applies_to(term.code, kind):
            value = "yes" if marked else "no"
            note = f"{header}：{text}"
            yield Claim(term.code, value, "registry", edition.source, edition.as_of, note=note)


def _term(header: str, vocabulary: Vocabulary) -> Term | None:
    """Return the need a column is called by, None for none or several."""
    wanted = fold(header)
    named = [
        term
        for term in vocabulary
        if term.group in _MARKED_GROUPS and wanted in map(fold, (term.label_ja, *term.synonyms))
    ]
    return named[0] if len(named) == 1 else None
