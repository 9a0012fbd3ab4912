"""Mentions of the open facilities as JSON text, compiled once and joined into answers as they are.

A row has the beginning of its GeoJSON Feature, what is known of it by code, whether it takes new
patients, and its hours. Of these all but the first are alike for many rows: each text is stored
once, and rows refer to it by number.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any
from zlib import crc32

import numpy as np
import orjson
from numpy.typing import NDArray

from geoportal.domain.facility import Facility
from geoportal.domain.hours import Hours
from geoportal.domain.vocabulary import Vocabulary
from geoportal.index.claims import SelectedClaim
from geoportal.index.mention import accepting_document, brief, feature, need_document
from geoportal.index.points import Rows
from geoportal.mapped.archive import StaleArchiveError, views

_KEPT = 4096
NOT_STATED = (b'{"value":"unknown"}', b'{"value":"not_applicable"}')
"""What is said of a need of which nothing is known: about the facility, not about it."""
_TAIL = 2
"""Brackets that end a Feature and its properties: left open for what an answer adds."""
_Columns = dict[str, NDArray[Any]]


def written_mentions(
    facilities: Sequence[Facility],
    municipalities: Sequence[str],
    selected: Sequence[Mapping[str, SelectedClaim]],
    vocabulary: Vocabulary,
) -> tuple[_Columns, list[bytes], bytes]:
    """Write facilities, of which the municipality and the selected claims are given.

    Returns their columns (lengths where an end is to be stored, see `Mentions`), the texts that
    these number, and all beginnings, one after the other.
    """
    numbers: dict[bytes, int] = {}

    def number(document: Mapping[str, Any]) -> int:
        return numbers.setdefault(orjson.dumps(document), len(numbers))

    fact_numbers: dict[tuple[int, str], int] = {}
    """By selected claim, which is one object for many facilities, and what it answers for one."""
    beginnings: list[bytes] = []
    facts, codes, texts, hours, accepting = ([] for _ in range(5))
    for facility, municipality, shown in zip(facilities, municipalities, selected, strict=True):
        beginnings.append(orjson.dumps(feature(facility, brief(facility, municipality)))[:-_TAIL])
        known = [(code, claim) for code, claim in shown.items() if code in vocabulary]
        facts.append(len(known))
        for code, claim in known:
            codes.append(vocabulary.position(code))
            answered = id(claim), vocabulary.answer(code, facility, claim.value)
            if answered not in fact_numbers:
                document = need_document(vocabulary, facility, code, claim)
                fact_numbers[answered] = number(document)
            texts.append(fact_numbers[answered])
        hours.append(number(facility.hours.as_dict()))
        accepting.append(number(accepting_document(vocabulary, shown)))
    columns: _Columns = {
        "ends": np.array([len(text) for text in beginnings], dtype=np.int64),
        "sums": np.array([crc32(text) for text in beginnings], dtype=np.uint32),
        "facts.ends": np.array(facts, dtype=np.int64),
        "facts.codes": np.array(codes, dtype=np.uint16),
        "facts.texts": np.array(texts, dtype=np.uint32),
        "hours": np.array(hours, dtype=np.uint32),
        "accepting": np.array(accepting, dtype=np.uint32),
    }
    return columns, list(numbers), b"".join(beginnings)


def shared_texts(texts: Collection[bytes]) -> dict[str, NDArray[Any] | bytes]:
    """Return the arrays of texts that many rows share."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    return {"shared": b"".join(texts), "shared.ends": np.cumsum(lengths)}


class Mentions:
    """Reads what `written_mentions` wrote.

    Parameters
    ----------
    arrays : mapping of str to memoryview
        ``ends`` and ``sums`` (where each beginning ends, its CRC-32), ``facts.ends`` (where the
        facts of each row end), ``facts.codes`` and ``facts.texts`` (position in the vocabulary and
        shared text of each), ``hours`` and ``accepting`` (shared texts), ``shared`` (these) and
        ``shared.ends``.
    beginnings : memoryview
        All beginnings, one after the other.
    """

    def __init__(
        self,
        arrays: Mapping[str, memoryview],
        beginnings: memoryview,
    ) -> None:
        self._beginnings = beginnings
        self._ends, self._sums = arrays["ends"], arrays["sums"]
        self._fact_ends = arrays["facts.ends"]
        self._codes, self._texts = arrays["facts.codes"], arrays["facts.texts"]
        self._hours, self._accepting = arrays["hours"], arrays["accepting"]
        self._shared, self._shared_ends = arrays["shared"], arrays["shared.ends"]
        self._text = lru_cache(_KEPT)(self._read_text)
        self._beginning = lru_cache(_KEPT)(self._read_beginning)
        self._kept_hours = lru_cache(_KEPT)(self._read_hours)

    def beginning(self, row: int) -> bytes:
        """Return the Feature of a row, open where its properties go on.

        Raises
        ------
        StaleArchiveError
            When it is damaged.
        """
        return self._beginning(row)

    def need(self, row: int, number: int) -> bytes | None:
        """Return what is known of a row for the need at a place of the vocabulary, if anything."""
        start, end = self._fact_ends[row - 1] if row else 0, self._fact_ends[row]
        for place in range(start, end):
            if self._codes[place] == number:
                return self._text(self._texts[place])
        return None

    def hours_number(self, row: int) -> int:
        """Return the number of a row's hours, the same for all rows with these hours."""
        number: int = self._hours[row]
        return number

    def accepting(self, row: int) -> bytes:
        """Return whether a row takes new patients."""
        return self._text(self._accepting[row])

    def hours(self, number: int) -> Hours:
        """Return the hours of a number."""
        return self._kept_hours(number)

    def _read_beginning(self, row: int) -> bytes:
        text = bytes(self._beginnings[self._ends[row - 1] if row else 0 : self._ends[row]])
        if crc32(text) != self._sums[row]:
            raise StaleArchiveError("a facility in the compiled snapshot is damaged")
        return text

    def _read_text(self, number: int) -> bytes:
        start = self._shared_ends[number - 1] if number else 0
        return bytes(self._shared[start : self._shared_ends[number]])

    def _read_hours(self, number: int) -> Hours:
        return Hours.from_dict(orjson.loads(self._read_text(number)))


class ChangedMentions(Mentions):
    """Mentions of which some rows are others.

    Parameters
    ----------
    below : Mentions
        Of all rows.
    rows : ndarray of int
        Those that differ, in the order of ``changed``.
    changed : Mentions
        Of these alone.
    """

    def __init__(self, below: Mentions, rows: Rows, changed: Mentions) -> None:
        self._below, self._changed = below, changed
        self._places = {row: place for place, row in enumerate(rows.tolist())}

    def beginning(self, row: int) -> bytes:
        """Return the Feature of a row, open where its properties go on."""
        mentions, row = self._at(row)
        return mentions.beginning(row)

    def need(self, row: int, number: int) -> bytes | None:
        """Return what is known of a row for the need at a place of the vocabulary, if anything."""
        mentions, row = self._at(row)
        return mentions.need(row, number)

    def hours_number(self, row: int) -> int:
        """Return the number of a row's hours; below 0 for those that differ."""
        mentions, place = self._at(row)
        number = mentions.hours_number(place)
        return number if mentions is self._below else -1 - number

    def hours(self, number: int) -> Hours:
        """Return the hours of a number."""
        return self._below.hours(number) if number >= 0 else self._changed.hours(-1 - number)

    def accepting(self, row: int) -> bytes:
        """Return whether a row takes new patients."""
        mentions, row = self._at(row)
        return mentions.accepting(row)

    def _at(self, row: int) -> tuple[Mentions, int]:
        place = self._places.get(row)
        return (self._below, row) if place is None else (self._changed, place)


def mentions_of(
    facilities: Sequence[Facility],
    municipalities: Sequence[str],
    selected: Sequence[Mapping[str, SelectedClaim]],
    vocabulary: Vocabulary,
) -> Mentions:
    """Return the mentions of a few facilities, in memory; arguments as of `written_mentions`."""
    columns, texts, beginnings = written_mentions(facilities, municipalities, selected, vocabulary)
    for name in ("ends", "facts.ends"):
        columns[name] = np.cumsum(columns[name])
    return Mentions(views({**columns, **shared_texts(texts)}), memoryview(beginnings))
