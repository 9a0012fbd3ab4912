"""Words of a note that look like care and that nobody understood."""

from __future__ import annotations

import re
from collections.abc import Iterable

from geoportal.search.interpretation import Interpretation
from geoportal.search.note_text import Note, Span

_WORD_OF_CARE = re.compile(
    r"[一-龠々]{0,6}(?:療法|処置|注射|注入|指導|穿刺|輸血|採血|導尿|浣腸|摘便|洗浄|清拭|改修|送迎|配食|カテーテル|ドレーン|チューブ|ろう孔|瘻)"
    r"|[ァ-ヺー]{3,}|[A-Za-z][A-Za-z0-9.-]+"
)
"""Words that ask for care by their form; what is none of it are rules of effect ``known``."""


def unheard(
    note: Note, found: Interpretation, known: Iterable[Span], unread: Iterable[Span]
) -> tuple[Span, ...]:
    """Return words of care, by their form, that no rule and no word of the dictionary reads.

    ``known`` are the words of rules that were met, ``unread`` those that rules say are not
    understood. Of words within another the longer one is returned.
    """
    heard = [*known, *(span for finding in found.findings() for span in finding.because)]
    heard += [age.span for age in found.ages]
    said = {*unread, *(note.span(*word.span()) for word in _WORD_OF_CARE.finditer(note.plain))}
    words = [span for span in said if not any(_overlap(span, other) for other in heard)]
    words.sort(key=lambda span: (span.start, -span.end))
    return tuple(
        span
        for i, span in enumerate(words)
        if not any(other.end >= span.end for other in words[:i])
    )


def _overlap(span: Span, other: Span) -> bool:
    return span.start < other.end and other.start < span.end
