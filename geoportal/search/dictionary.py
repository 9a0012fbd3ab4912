"""Dictionary of care words: 胃ろう, PEG and ペグ all mean AC.TUBE_PEG.

Whole words after folding, so that ﾊﾞﾙｰﾝ, ばるーん and バルーン are one word. A word may mean
several needs (経管栄養); all are named, and a person chooses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from geoportal.domain.vocabulary import Term, Vocabulary
from geoportal.text.normalize import fold

_BRACKETED = re.compile(r"[(（][^)）]*[)）]")
_LATIN = re.compile(r"[A-Za-z0-9]+")
_LETTER, _DIGIT_END = re.compile(r"[A-Za-z]"), re.compile(r".*[0-9]")
_KATAKANA = re.compile(r"[ァ-ヺー]+")
_HIRAGANA = re.compile(r"[ぁ-ゖ]+")
_PARTICLES = frozenset("はがもとのにでをやへ")
_SHORT = 3


@dataclass(frozen=True, slots=True)
class WordMatch:
    """An occurrence of a word of the dictionary: letters ``start`` to ``end`` of a text."""

    start: int
    end: int
    codes: tuple[str, ...]


class Dictionary:
    """All labels, synonyms and codes of a vocabulary, as words for its terms. Immutable."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        words: dict[str, dict[str, None]] = {}
        terms = [term for term in vocabulary if term.need]
        for term in terms:
            for word in words_of(term):
                words.setdefault(word, {})[term.code] = None
        stated = set(words)
        for term in terms:
            bare = fold(_BRACKETED.sub("", term.label_ja))
            if bare and bare not in stated:
                words.setdefault(bare, {})[term.code] = None
        self._codes: Mapping[str, tuple[str, ...]] = {w: tuple(c) for w, c in words.items()}
        by_first: dict[str, list[str]] = {}
        for word in sorted(words, key=len, reverse=True):
            by_first.setdefault(word[0], []).append(word)
        self._by_first = by_first

    def lookup(self, text: str) -> tuple[str, ...]:
        """Return the codes a word stands for, in the order of the vocabulary; empty for none.

        Of several words separated by spaces, the codes that any of them stands for.
        """
        whole = self._codes.get(fold(text), ())
        parts = (self._codes.get(fold(part), ()) for part in text.split())
        return whole or tuple(dict.fromkeys(code for codes in parts for code in codes))

    def find(self, folded: str, plain: str) -> Iterator[WordMatch]:
        """Yield the words that occur in a text, longest first at each place, none overlapping.

        The text is given folded letter by letter, punctuation left in, and unfolded (``plain``):
        the letters of the latter tell where a word begins and ends.
        """
        start = 0
        while start < len(folded):
            word = next(
                (
                    word
                    for word in self._by_first.get(folded[start], ())
                    if folded.startswith(word, start)
                    and _stands_alone(plain, start, start + len(word))
                ),
                "",
            )
            if word:
                yield WordMatch(start, start + len(word), self._codes[word])
            start += len(word) or 1


def words_of(term: Term) -> Iterable[str]:
    """Return the folded words that stand for a term: labels, synonyms, code.

    A label without its brackets counts besides, unless it is another term's own word: 往診 is the
    visit to one's own patients, not also the one to strangers.
    """
    words = (term.label_ja, *term.synonyms, term.label_en, term.code)
    return dict.fromkeys(word for word in map(fold, words) if word)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Say whether letters are not a mere part of a longer word in letters of their own kind.

    PT is not in OPT, デイ not in デイジー, いろう not in みいろう; longer words may be joined, and
    figures follow abbreviations (HOT2L).
    """
    word, before, after = text[start:end], text[max(start - 1, 0) : start], text[end : end + 1]
    if _LATIN.fullmatch(word):
        joining = _LATIN if _DIGIT_END.fullmatch(word) else _LETTER
        return not (_LATIN.fullmatch(before) or joining.fullmatch(after))
    if len(word) <= _SHORT and _HIRAGANA.search(word) and _KATAKANA.search(word):
        return False  # 糖尿病でインスリン has no デイ
    if len(word) <= _SHORT and _KATAKANA.fullmatch(word):
        return not (_KATAKANA.fullmatch(before) or _KATAKANA.fullmatch(after))
    if len(word) <= _SHORT and _HIRAGANA.fullmatch(word):
        return before in _PARTICLES or not _HIRAGANA.fullmatch(before)
    return True
