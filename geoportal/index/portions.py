"""Portions: facilities that stand together in a snapshot, compiled by themselves.

What a portion is compiled to depends on its facilities and on `Terms` alone. A snapshot is its
portions put together (`geoportal.index.merging`), whether they are compiled now or taken from an
earlier snapshot (`geoportal.index.earlier`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.claim import TURNING_AFTER_DAYS
from geoportal.domain.dating import stated_date
from geoportal.domain.facility import Facility
from geoportal.domain.made_quickly import made_quickly
from geoportal.index.claims import select_claims
from geoportal.index.columns import facility_columns
from geoportal.index.completeness import Listing
from geoportal.index.districts import place_of
from geoportal.index.freshness import source_figures
from geoportal.index.imports import NEVER, heard_from
from geoportal.index.mentions import written_mentions
from geoportal.index.opening import (
    CARE_MANAGER_TIME,
    DateSetNumbers,
    opening_columns,
    with_care_manager_time,
)
from geoportal.index.plausibility import rule_numbers
from geoportal.index.terms import Terms
from geoportal.index.texts import searched_texts
from geoportal.index.words import joined
from geoportal.store.documents import load_facility
from geoportal.text.normalize import fold

_ENDS_ONE_IN: Final = 128
"""One facility in so many ends a portion, by its id: others that come or go move no other end."""
_MOST: Final = 1024

GROUPS: Final = ("department", "area", "visited", "heard", "number")
"""By what facilities are found: folded department, local area, district visited, who said
something of them (`geoportal.index.imports.heard_from`), official number.
"""
DATE_SETS: Final = ("hours.closed_dates", "hours.unclear_dates")
SHARED: Final = ("mention.facts.texts", "mention.hours", "mention.accepting")
"""Columns that number sets of days, and texts that many facilities share."""


@made_quickly
@dataclass(frozen=True, slots=True)
class Row:
    """A facility as stored: its id, whether it is open, its JSON text."""

    id: str
    is_open: bool
    text: bytes


@dataclass(frozen=True)
class Group:
    """Which facilities of a portion have which names: numbers of names, and rows, in pairs."""

    names: Sequence[str]
    numbers: NDArray[np.int64]
    rows: NDArray[np.int64]


@dataclass(frozen=True)
class Portion:
    """What some facilities, all open or all closed, are compiled to.

    Attributes
    ----------
    size : int
        How many they are.
    is_open : bool
    columns : dict of str to ndarray
        Of one dimension, by the names they have in a snapshot; lengths where ends are stored.
        Closed facilities have those of ``record`` alone.
    texts : dict of str to bytes or memoryview
        Texts of all facilities, one after the other.
    codes, date_sets, shared : sequence
        What the columns number: municipalities, sets of days of the year, texts.
    groups : dict of str to Group
        By each of `GROUPS`.
    told : dict
        What is counted over all facilities, JSON-ready.
    """

    size: int
    is_open: bool
    columns: Mapping[str, NDArray[Any]]
    texts: Mapping[str, bytes | memoryview]
    codes: Sequence[str]
    date_sets: Sequence[tuple[str, ...]]
    shared: Sequence[bytes]
    groups: Mapping[str, Group]
    told: Mapping[str, Any]


def divide(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield facilities by portions: what ends one is told by the facilities in it alone."""
    portion: list[Row] = []
    for row in rows:
        if portion and portion[-1].is_open != row.is_open:
            yield portion
            portion = []
        portion.append(row)
        if len(portion) == _MOST or crc32(row.id.encode()) % _ENDS_ONE_IN == 0:
            yield portion
            portion = []
    if portion:
        yield portion


def turning_day(as_of: Iterable[str], valid_until: Iterable[str], today: date) -> date | None:
    """Return the first day after ``today`` on which a claim may turn stale or expire.

    ``as_of`` are the days claims refer to, ``valid_until`` the ISO dates after which sources say
    that they no longer hold. None when nothing will ever change.
    """
    stated = [date.fromisoformat(day) for day in map(stated_date, as_of) if day]
    turns = {day + timedelta(days=after + 1) for day in stated for after in TURNING_AFTER_DAYS}
    turns |= {date.fromisoformat(day) + timedelta(days=1) for day in valid_until if day}
    return min((day for day in turns if day > today), default=None)


def compile_portion(rows: Sequence[Row], terms: Terms, *, is_open: bool) -> Portion:
    """Compile facilities that are all open, or all closed."""
    facilities = [load_facility(row.text) for row in rows]
    columns: dict[str, NDArray[Any]] = {
        "record.ends": _lengths(row.text for row in rows),
        "record.sums": np.array([crc32(row.text) for row in rows], dtype=np.uint32),
        "record.ids.ends": _lengths(row.id.encode() for row in rows),
    }
    texts = {
        "record": b"".join(row.text for row in rows),
        "record.ids": b"".join(row.id.encode() for row in rows),
    }
    open_ones = _Open(facilities if is_open else [], terms)
    if is_open:
        columns |= open_ones.columns
        texts |= open_ones.texts
    numbers = [sorted(set(facility.identifiers.values())) for facility in facilities]
    return Portion(
        len(rows),
        is_open,
        columns,
        texts,
        open_ones.codes,
        list(open_ones.date_sets),
        open_ones.shared,
        {**open_ones.groups, "number": _group(numbers)},
        {**_counted(facilities, terms), **open_ones.told},
    )


def _counted(facilities: Sequence[Facility], terms: Terms) -> dict[str, Any]:
    """Return what is counted over all facilities, closed ones too."""
    listing = Listing().add(facilities, terms.fictional)
    sources = [{mention.source for mention in facility.sources} for facility in facilities]
    return {
        "day": terms.today.isoformat(),
        "listed": sorted(listing.listed),
        "invented": dict(sorted(listing.invented.items())),
        "counts": dict(sorted(Counter(name for names in sources for name in names).items())),
        "named": sorted({facility.municipality_code for facility in facilities}),
    }


class _Open:
    """What open facilities are compiled to, besides their records."""

    def __init__(self, chunk: Sequence[Facility], terms: Terms) -> None:
        vocabulary = terms.vocabulary
        selected = [select_claims(f.claims, terms.today, vocabulary) for f in chunk]
        local = terms.local_areas
        places = [place_of(terms.districts, local, f.location, f.municipality_code) for f in chunk]
        municipalities = [code for code, _ in places]
        self.codes = sorted(set(municipalities))
        number = {code: n for n, code in enumerate(self.codes)}
        mention, self.shared, beginnings = written_mentions(
            chunk, municipalities, selected, vocabulary
        )
        hours = [
            with_care_manager_time(facility.hours, claims.get(CARE_MANAGER_TIME))
            for facility, claims in zip(chunk, selected, strict=True)
        ]
        self.date_sets: DateSetNumbers = {}
        days = [stated_date(facility.first_seen) or NEVER for facility in chunk]
        spots = [crc32(terms.spot(facility).encode()) for facility in chunk]
        self.columns: dict[str, NDArray[Any]] = {
            "column.municipalities": np.array([number[m] for m in municipalities], dtype=np.int64),
            **_named("column", facility_columns(chunk, selected, vocabulary)),
            **_named("mention", mention),
            **_named("hours", opening_columns(hours, self.date_sets)),
            **_named("rule", rule_numbers(chunk, vocabulary)),
            "first_seen": np.array(days, dtype="datetime64[D]").astype(np.int32),
            "spot": np.array(spots, dtype=np.uint32),
        }
        self.texts = {"mention": beginnings}
        for name, texts in searched_texts(chunk, terms.kind_words).items():
            self.texts[name], self.columns[f"{name}.ends"] = joined(texts)
        self.groups = {
            "department": _group([sorted({fold(d) for d in f.departments}) for f in chunk]),
            "area": _group([areas for _, areas in places]),
            "visited": _group([list(dict.fromkeys(f.visit_areas)) for f in chunk]),
            "heard": _group([heard_from(facility) for facility in chunk]),
        }
        as_of = {c.as_of for f in chunk for c in f.claims} | {f.hours.as_of for f in chunk}
        figures = source_figures(chunk, terms.today)
        self.told = {
            "figures": {name: asdict(one) for name, one in sorted(figures.items())},
            "as_of": sorted(as_of),
            "valid_until": sorted({c.valid_until for f in chunk for c in f.claims}),
        }


def _named(group: str, columns: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {f"{group}.{name}": column.reshape(-1) for name, column in columns.items()}


def _lengths(texts: Iterable[bytes]) -> NDArray[np.int64]:
    return np.fromiter(map(len, texts), dtype=np.int64)


def _group(named: Sequence[Sequence[str]]) -> Group:
    """Return the group of the names of each facility."""
    numbers: dict[str, int] = {}
    pairs = [
        (numbers.setdefault(name, len(numbers)), row)
        for row, names in enumerate(named)
        for name in names
    ]
    columns = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Group(list(numbers), columns[:, 0], columns[:, 1])
