"""Text index: which facilities have words in their name, reading, address or numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.facility import Facility
from geoportal.index.words import WordIndex, fields
from geoportal.store.reference import Reference
from geoportal.text.normalize import fold, fold_name
from geoportal.text.romaji import kana_of

EXACT_NAME, NAME_BEGINS, IN_NAME, IN_KANA, ELSEWHERE = range(5)
TEXTS = ("names", "kana", "everything")
"""What words are looked for in."""
GRAMS = tuple(f"{name}.grams" for name in TEXTS)
"""Groups of arrays of the pairs of letters of each (`geoportal.index.grams`)."""
_FIELD_GAP = " "
_SHORTEST_ROMAJI = 3
"""Letters: shorter words are abbreviations (ER, PT)."""
_cached_fold = lru_cache(maxsize=20_000)(fold)
_PROBE = "試"
"""Appended to a word: if nothing else is left of it after folding, it was a legal form."""


class TextIndex:
    """Names, readings and everything else that a text question looks through, a facility per row.

    ``words`` has for each of `TEXTS` an index, ``kinds`` the number of each row's kind, shape (n,),
    and ``kind_texts`` by that number what the text of every facility of the kind holds.
    """

    def __init__(
        self,
        words: Mapping[str, WordIndex],
        kinds: NDArray[np.int8] | None = None,
        kind_texts: Sequence[str] = (),
    ) -> None:
        self._names, self._kana, self._all = (words[name] for name in TEXTS)
        self._kinds, self._kind_texts = kinds, kind_texts

    def containing_all(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """Say for each row whether all words occur anywhere in its text, in any order.

        A word in Latin letters is looked for in kana as well: kokura, コクラ.
        """
        present: NDArray[np.bool_] | None = None
        for word in words:
            present = _containing(self._all, word, present, self._known(word))
        return np.ones(len(self._all), dtype=bool) if present is None else present

    def _known(self, word: str) -> NDArray[np.bool_] | None:
        """Say which rows have a word in what all facilities of their kind have; None for none."""
        of_kind = np.array([word in text for text in self._kind_texts], dtype=bool)
        if self._kinds is None or not of_kind.any():
            return None
        return np.asarray(of_kind[self._kinds])

    def rank(self, words: Sequence[str], rows: NDArray[np.int64]) -> NDArray[np.int8]:
        """Rank some rows by how well they fit words, int8 of shape (m,).

        `EXACT_NAME` the words are the name (with or without the legal form), `NAME_BEGINS` all
        occur in the name and it begins with one of them, `IN_NAME` all occur in it, `IN_KANA` all
        in name or reading, `ELSEWHERE` in address, department, telephone …
        """
        asked = np.zeros(len(self._all), dtype=bool)
        asked[rows] = True
        in_name = in_either = asked
        for word in words:
            here = self._names.containing(word, in_either)
            in_name = in_name & here
            in_either = here | _containing(self._kana, word, in_either & ~here)
        ranks = np.where(in_either, IN_KANA, ELSEWHERE).astype(np.int8)
        ranks[in_name] = IN_NAME
        for word in words:
            ranks[self._names.beginning(word, in_name)] = NAME_BEGINS
        ranks[self._names.being("".join(words), in_name)] = EXACT_NAME
        return np.asarray(ranks[rows], dtype=np.int8)


def _containing(
    index: WordIndex,
    word: str,
    among: NDArray[np.bool_] | None = None,
    known: NDArray[np.bool_] | None = None,
) -> NDArray[np.bool_]:
    """Say which texts contain a word, or its kana where it is in Latin letters."""
    found = index.containing(word, among, known)
    if len(word) >= _SHORTEST_ROMAJI and (kana := kana_of(word)):
        found = found | index.containing(fold(kana), among)
    return found


class ChangedTexts(TextIndex):
    """An index in which the texts of some rows are others than below."""

    def __init__(self, below: TextIndex, rows: NDArray[np.int64], changed: TextIndex) -> None:
        self._below, self._rows, self._changed = below, rows, changed

    def containing_all(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """Say for each row whether all words occur anywhere in its text, in any order."""
        present = self._below.containing_all(words)
        present[self._rows] = self._changed.containing_all(words)
        return present

    def rank(self, words: Sequence[str], rows: NDArray[np.int64]) -> NDArray[np.int8]:
        """Rank some rows by how well they fit words; see `TextIndex.rank`."""
        ranks = self._below.rank(words, rows)
        place = np.searchsorted(self._rows, rows)
        place[place == self._rows.size] = 0
        own = np.flatnonzero(self._rows[place] == rows)
        ranks[own] = self._changed.rank(words, place[own])
        return ranks


def asked_words(text: str) -> list[str]:
    """Return the folded words of a text question, empty when nothing is left to look for.

    Legal forms (医療法人 …) are left out unless there is nothing else; digits stand without the
    dashes people write between them.
    """
    parts = [part for part in text.split() if fold(part)]
    named = [part for part in parts if fold_name(part + _PROBE) != _PROBE]
    words = map(fold_name, named or parts)
    # People take the long vowel mark for a dash: 093ー000ー0000.
    return [bare if (bare := word.replace("ー", "")).isdecimal() else word for word in words]


def searched_texts(
    facilities: Sequence[Facility], kind_words: Mapping[str, str]
) -> dict[str, list[str]]:
    """Return for each of `TEXTS` the text of each facility.

    ``kind_words`` are for each kind the words by which people look for it.
    """
    of_kind = {kind: fold(words) for kind, words in kind_words.items()}
    names = [_folded_forms(f.name) for f in facilities]
    kana = [_folded_forms(f.kana) for f in facilities]
    everything = [
        _FIELD_GAP.join((*name, *reading, of_kind[f.kind], *_other_words(f)))
        for f, name, reading in zip(facilities, names, kana, strict=True)
    ]
    texts = (list(map(fields, names)), list(map(fields, kana)), everything)
    return dict(zip(TEXTS, texts, strict=True))


def _folded_forms(name: str) -> tuple[str, ...]:
    """Return a name folded as it is and, where that differs, without its legal form."""
    return tuple(dict.fromkeys((fold(name), fold_name(name))))


def _other_words(facility: Facility) -> Iterator[str]:
    """Yield the folded text of a facility besides its names; new lines are folded away."""
    numbers = facility.identifiers.values()
    named = (facility.operator, *facility.departments, *facility.services)
    yield fold(facility.address)
    yield from map(_cached_fold, named)
    yield from map(fold, (facility.postal_code, facility.phone, facility.fax, *numbers))


def kind_words(reference: Reference) -> dict[str, str]:
    """Return for each kind the words by which people look for it (訪看, 歯医者 …)."""
    vocabulary = reference.vocabulary
    return {
        kind: " ".join(
            (
                info.label_ja,
                info.short_ja,
                *(vocabulary[info.term].synonyms if info.term in vocabulary else ()),
            )
        )
        for kind, info in reference.kinds.items()
    }
