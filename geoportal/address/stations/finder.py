"""Stations by what people call them: 小倉駅, JR小倉駅, 小倉駅（福岡県）, 小倉北区 小倉駅.

A station is asked for with 駅 behind its name; 小倉 alone may be a town. What the text says besides
(a municipality, a company, a line) has to fit, or the station is not taken for the one meant.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence

from geoportal.address.gazetteer.region import Region
from geoportal.address.parsing.municipality_parser import HeadReader
from geoportal.address.result import Candidate, GeocodeResult
from geoportal.address.stations.station_book import (
    BRACKET,
    StationBook,
    Whereabouts,
    name_keys,
    short_name,
    words_beside,
)
from geoportal.address.text.canonical import CanonicalText, canonicalize

MOST_CANDIDATES = 10
MENTION = re.compile("[駅驛]|[えエｴ][きキｷ]|電停|停留場")
"""Where a text may speak of a station at all."""
_MARK = re.compile("(?:駅|エキ|電停|停留場)$")
_BEHIND = re.compile("(?:の?(?:周辺|付近|近く|近辺|あたり|そば)|前|(?:東|西|南|北|中央|新幹線)口)$")
_PIECES = re.compile(r"[・･、,，/／\s]+")


class StationFinder:
    """Finds stations; keeps nothing of what was asked, safe from many threads.

    Parameters
    ----------
    book : StationBook
    regions : sequence of Region
        Municipalities by the numbers that heads name them by.
    heads : HeadReader
        Reads municipalities in front of a name and in brackets behind it.
    """

    def __init__(self, book: StationBook, regions: Sequence[Region], heads: HeadReader) -> None:
        self._book = book
        self._regions = regions
        self._heads = heads
        self._places: dict[int, Whereabouts] = {}
        named: dict[str, list[int]] = defaultdict(list)
        for number, station in enumerate(book.stations):
            for key in name_keys(station):
                named[key].append(number)
        self._named = dict(named)
        self._keys = sorted(self._named)
        self._words = words_beside(book.stations, book.operators)
        self._all_words = frozenset(word for words in self._words for word in words)

    def find(self, text: str, hinted: frozenset[int]) -> GeocodeResult | None:
        """Return the answer for a text that names a station, None for any other.

        Parameters
        ----------
        text : str
            As people write it.
        hinted : frozenset of int
            Numbers of the municipalities it should lie in; empty for anywhere.

        Returns
        -------
        GeocodeResult or None
            ``ok`` for one station, ``partial`` when words stand behind it (小倉駅の近く),
            ``ambiguous`` for several, and for one that lies outside of the municipality named.
        """
        plain = unicodedata.normalize("NFKC", text).strip()
        behind = ""
        found, elsewhere = self._read(plain)
        if not found and not elsewhere and (tail := _BEHIND.search(plain)):
            behind = text.rstrip()[-len(tail[0]) :]
            found, elsewhere = self._read(plain[: tail.start()])
        if not found and not elsewhere:
            return None
        codes = self._codes(hinted)
        fitting = [number for number in found if self._place(number).code in codes]
        if len(found) > 1 and fitting:
            found = fitting
        if len(found) != 1:
            return self._open(text, found or elsewhere, bool(found))
        conflict = bool(codes) and not fitting
        return self._certain(text, found[0], behind, conflict=conflict)

    def suggest(self, text: str, limit: int, hinted: frozenset[int]) -> list[Candidate]:
        """Return stations whose name begins so, those of municipalities with outlines first.

        Parameters
        ----------
        text : str
            What has been typed; a municipality or a company in front or not, 駅 behind or not.
        limit : int
            At most this many.
        hinted : frozenset of int
            Only stations of these municipalities, unless the text names one; empty for any.
        """
        plain = unicodedata.normalize("NFKC", text).partition("(")[0].strip()
        written = canonicalize(plain)
        found: dict[int, tuple[bool, bool, int, str, str]] = {}
        for head in self._heads.read(written, 0):
            codes = self._codes(head.area.numbers if head.area else hinted)
            for number, exact in self._beginning(written.key[head.position :]):
                place = self._place(number)
                if number in found or (codes and place.code not in codes):
                    continue
                station = self._book.stations[number]
                length = len(station.name)
                found[number] = (not exact, not place.sure, length, station.name, place.code)
        return [self._candidate(number) for number in sorted(found, key=found.__getitem__)[:limit]]

    def _beginning(self, typed: str) -> Iterator[tuple[int, bool]]:
        """Yield stations whose name begins with what was typed, and whether it is all of it."""
        for start in range(len(typed)):
            word, name = typed[:start], typed[start:]
            if word and word not in self._all_words:
                continue
            whole = {name, _MARK.sub("", name)} - {""}
            begins = self._keys[
                bisect_left(self._keys, name) : bisect_left(self._keys, name + "\uffff")
            ]
            for key in (*whole, *begins):
                for number in self._named.get(key, ()):
                    if not word or word in self._words[number]:
                        yield number, key in whole

    def _read(self, plain: str) -> tuple[list[int], list[int]]:
        """Return the stations a text names, and those that lie elsewhere than it says."""
        bracket = BRACKET.fullmatch(plain)
        inside = [piece for piece in _PIECES.split(bracket[2]) if piece] if bracket else []
        written = canonicalize(bracket[1] + bracket[3] if bracket else plain)
        bodies = [written.key] if "駅" in written.key else []
        if mark := _MARK.search(written.key):
            bodies.insert(0, written.key[: mark.start()])
        elsewhere: list[int] = []
        for body in bodies:
            for numbers, codes in self._readings(body, written):
                said = [n for n in numbers if all(self._fits(n, piece) for piece in inside)]
                here = [n for n in said if not codes or self._place(n).code in codes]
                if here:
                    return here, []
                elsewhere = elsewhere or said or numbers
        return [], elsewhere

    def _readings(
        self, body: str, written: CanonicalText
    ) -> Iterator[tuple[list[int], frozenset[str]]]:
        """Yield stations by name, with the municipalities the words in front allow."""
        if body in self._named:
            yield self._named[body], frozenset()
        for head in self._heads.read(written, 0):
            codes = self._codes(head.area.numbers) if head.area else frozenset()
            rest = body[head.position :]
            rest = rest.removeprefix("ノ") if head.position else rest
            for start in range(len(rest)):
                name, word = rest[start:], rest[:start]
                numbers = self._named.get(name, ())
                fitting = [n for n in numbers if not word or word in self._words[n]]
                if fitting:
                    yield fitting, codes

    def _fits(self, number: int, piece: str) -> bool:
        """Say whether a word in brackets is true of a station: its line, company, whereabouts."""
        written = canonicalize(piece)
        if written.key in self._words[number]:
            return True
        code = self._place(number).code
        return any(
            code in self._codes(head.area.numbers)
            for head in self._heads.read(written, 0)
            if head.area is not None and head.position == len(written.key)
        )

    def _codes(self, numbers: frozenset[int]) -> frozenset[str]:
        return frozenset(self._regions[number].code for number in numbers)

    def _place(self, number: int) -> Whereabouts:
        """Return where a station lies; looked up when first asked for."""
        known = self._places.get(number)
        if known is None:
            station = self._book.stations[number]
            known = self._places[number] = self._book.whereabouts(station.lon, station.lat)
        return known

    def _candidate(self, number: int) -> Candidate:
        station, place = self._book.stations[number], self._place(number)
        return Candidate(
            station.lon,
            station.lat,
            "point",
            place.prefecture,
            place.municipality,
            place.code,
            "",
            station.uncertainty_m,
            self._text(number),
            station.label,
            station.line_labels(self._book.operators),
        )

    def _near_first(self, number: int) -> tuple[bool, str, str]:
        """Order stations: those within an outline held, then by municipality."""
        place = self._place(number)
        return not place.sure, place.code or "99", self._text(number)

    def _text(self, number: int) -> str:
        """Return what to write to mean this station and no other of the name."""
        station, place = self._book.stations[number], self._place(number)
        pieces = [place.prefecture + place.municipality] if place.code else []
        alike = {number for key in name_keys(station) for number in self._named[key]}
        if not place.code or any(
            other != number and self._place(other).code == place.code for other in alike
        ):
            pieces += station.line_labels(self._book.operators)
        label = f"{short_name(station).removesuffix('駅')}駅"
        return f"{label}（{'・'.join(pieces)}）" if pieces else label

    def _certain(self, text: str, number: int, behind: str, *, conflict: bool) -> GeocodeResult:
        one = self._candidate(number)
        warnings = ["station_position"]
        if one.municipality_code and not self._place(number).sure:
            warnings.append("municipality_by_nearest_town")
        warnings += ["hint_conflict"] if conflict else []
        written = text.strip()
        return GeocodeResult(
            "partial" if behind or conflict else "ok",
            "point",
            "point",
            one.lon,
            one.lat,
            one.uncertainty_m,
            written.removesuffix(behind),
            behind,
            one.prefecture,
            one.municipality,
            one.municipality_code,
            needs_confirmation=bool(behind) or conflict,
            warnings=tuple(warnings),
            source=self._book.source,
            dataset_date=self._book.as_of,
            station=one.station,
            lines=one.lines,
        )

    def _open(self, text: str, numbers: Sequence[int], within: bool) -> GeocodeResult:
        """Answer several stations, or one that is not where the text says: no position."""
        ordered = sorted(numbers, key=self._near_first)
        candidates = tuple(self._candidate(number) for number in ordered[:MOST_CANDIDATES])
        warnings = [] if within else ["station_elsewhere"]
        warnings += ["candidates_cut"] if len(ordered) > MOST_CANDIDATES else []
        return GeocodeResult(
            "ambiguous",
            matched=text.strip(),
            candidates=candidates,
            needs_confirmation=True,
            warnings=tuple(warnings),
            source=self._book.source,
            dataset_date=self._book.as_of,
        )
