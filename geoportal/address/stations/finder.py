"""Stations by name: 小倉駅, JR小倉駅, 小倉駅（福岡県）, 小倉北区 小倉駅.

A station is meant when 駅 follows its name; 小倉 alone may be a town. What the text says besides
(a municipality, a company, a line) has to fit, or the station is only a candidate.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence

from geoportal.address.gazetteer.region import Region
from geoportal.address.parsing.municipality_parser import MunicipalityParser
from geoportal.address.result import MAX_CANDIDATES, Candidate, GeocodeResult
from geoportal.address.stations.directory import (
    BRACKET,
    StationDirectory,
    StationMunicipality,
    name_keys,
    qualifiers,
    short_name,
)
from geoportal.address.text.canonical import CanonicalText, canonicalize

MENTION = re.compile("[駅驛]|[えエｴ][きキｷ]|電停|停留場")
"""Only a text that matches can name a station."""
_SUFFIX = re.compile("(?:駅|エキ|電停|停留場)$")
_BEHIND = re.compile(
    r"(?:の?(?:周辺|付近|近く|近辺|近所|あたり|辺り|そば)|前|(?:東|西|南|北|中央|新幹線)口|です|在住"
    r"|(?:から|より|まで|、|,|\s)*(?:徒歩|歩いて|バスで?|車で?|自転車で?)\s*約?[0-9]+分"
    r"(?:ほど|くらい|ぐらい|程度|以内|圏内)?)+$"
)
_SEPARATORS = re.compile(r"[・･、,，/／\s]+")


class StationFinder:
    """Finds stations; keeps nothing of what was asked, safe from many threads."""

    def __init__(
        self,
        directory: StationDirectory,
        regions: Sequence[Region],
        municipalities: MunicipalityParser,
    ) -> None:
        self._directory = directory
        self._regions = regions
        self._municipalities = municipalities
        self._municipality_of: dict[int, StationMunicipality] = {}
        by_name: dict[str, list[int]] = defaultdict(list)
        for number, station in enumerate(directory.stations):
            for key in name_keys(station):
                by_name[key].append(number)
        self._by_name = dict(by_name)
        self._names = sorted(self._by_name)
        self._words = qualifiers(directory.stations, directory.operators)
        self._all_words = frozenset(word for words in self._words for word in words)

    def find(self, text: str, hinted: frozenset[int]) -> GeocodeResult | None:
        """Return the result for a text that names a station, None for any other.

        ``ok`` for one station, ``partial`` when words stand behind it (小倉駅の近く), ``ambiguous``
        for several, and for one that lies outside of the municipality named. ``hinted`` holds the
        numbers of the municipalities it should lie in, empty for anywhere.
        """
        plain = unicodedata.normalize("NFKC", text).strip()
        behind = ""
        numbers, elsewhere = self._parse(plain)
        if not numbers and not elsewhere and (tail := _BEHIND.search(plain)):
            behind = text.rstrip()[-len(tail[0]) :]
            numbers, elsewhere = self._parse(plain[: tail.start()])
        if not numbers and not elsewhere:
            return None
        codes = self._codes(hinted)
        fitting = [number for number in numbers if self._municipality(number).code in codes]
        if len(numbers) > 1 and fitting:
            numbers = fitting
        if len(numbers) != 1:
            return self._ambiguous(text, numbers or elsewhere, as_said=bool(numbers))
        conflict = bool(codes) and not fitting
        return self._certain(text, numbers[0], behind, conflict=conflict)

    def suggest(self, text: str, limit: int, hinted: frozenset[int]) -> list[Candidate]:
        """Return stations whose name begins so, those of municipalities with outlines first.

        A municipality or a company may stand in front, 駅 behind. Only stations of the hinted
        municipalities, if any, unless the text names one.
        """
        plain = unicodedata.normalize("NFKC", text).partition("(")[0].strip()
        written = canonicalize(plain)
        order: dict[int, tuple[bool, bool, int, str, str]] = {}
        for parse in self._municipalities.parse(written, 0):
            named = parse.municipalities
            codes = self._codes(named.numbers if named else hinted)
            for number, exact in self._completions(written.key[parse.end :]):
                place = self._municipality(number)
                if number in order or (codes and place.code not in codes):
                    continue
                name = self._directory.stations[number].name
                order[number] = (not exact, not place.by_outline, len(name), name, place.code)
        return [self._candidate(number) for number in sorted(order, key=order.__getitem__)[:limit]]

    def _completions(self, typed: str) -> Iterator[tuple[int, bool]]:
        """Yield stations whose name begins with what was typed, and whether it is all of it."""
        for start in range(len(typed)):
            word, name = typed[:start], typed[start:]
            if word and word not in self._all_words:
                continue
            whole = {name, _SUFFIX.sub("", name)} - {""}
            first, last = bisect_left(self._names, name), bisect_left(self._names, name + "\uffff")
            for key in (*whole, *self._names[first:last]):
                for number in self._by_name.get(key, ()):
                    if not word or word in self._words[number]:
                        yield number, key in whole

    def _parse(self, plain: str) -> tuple[list[int], list[int]]:
        """Return the stations a text names, and those of the name that are not where it says."""
        bracket = BRACKET.fullmatch(plain)
        said = [word for word in _SEPARATORS.split(bracket[2]) if word] if bracket else []
        written = canonicalize(bracket[1] + bracket[3] if bracket else plain)
        bodies = [written.key] if "駅" in written.key else []
        if mark := _SUFFIX.search(written.key):
            bodies.insert(0, written.key[: mark.start()])
        elsewhere: list[int] = []
        for body in bodies:
            for numbers, codes in self._named(body, written):
                fitting = [n for n in numbers if all(self._is_true_of(n, word) for word in said)]
                there = [n for n in fitting if not codes or self._municipality(n).code in codes]
                if there:
                    return there, []
                elsewhere = elsewhere or fitting or numbers
        return [], elsewhere

    def _named(
        self, body: str, written: CanonicalText
    ) -> Iterator[tuple[list[int], frozenset[str]]]:
        """Yield stations by name, with the municipalities the words in front allow."""
        if body in self._by_name:
            yield self._by_name[body], frozenset()
        for parse in self._municipalities.parse(written, 0):
            members = parse.municipalities
            codes = self._codes(members.numbers) if members else frozenset()
            rest = body[parse.end :]
            rest = rest.removeprefix("ノ") if parse.end else rest
            for start in range(len(rest)):
                name, word = rest[start:], rest[:start]
                numbers = self._by_name.get(name, ())
                fitting = [n for n in numbers if not word or word in self._words[n]]
                if fitting:
                    yield fitting, codes

    def _is_true_of(self, number: int, word: str) -> bool:
        """Say whether a word in brackets is true of a station: line, company, municipality."""
        written = canonicalize(word)
        if written.key in self._words[number]:
            return True
        code = self._municipality(number).code
        return any(
            code in self._codes(parse.municipalities.numbers)
            for parse in self._municipalities.parse(written, 0)
            if parse.municipalities is not None and parse.end == len(written.key)
        )

    def _codes(self, numbers: frozenset[int]) -> frozenset[str]:
        return frozenset(self._regions[number].code for number in numbers)

    def _municipality(self, number: int) -> StationMunicipality:
        """Return the municipality of a station; looked up when first asked for."""
        municipality = self._municipality_of.get(number)
        if municipality is None:
            station = self._directory.stations[number]
            municipality = self._directory.municipality_at(station.lon, station.lat)
            self._municipality_of[number] = municipality
        return municipality

    def _candidate(self, number: int) -> Candidate:
        station, place = self._directory.stations[number], self._municipality(number)
        return Candidate(
            lon=station.lon,
            lat=station.lat,
            match_level="point",
            prefecture=place.prefecture,
            municipality=place.municipality,
            municipality_code=place.code,
            town="",
            uncertainty_m=station.uncertainty_m,
            text=self._text(number),
            station=station.label,
            lines=station.line_labels(self._directory.operators),
        )

    def _text(self, number: int) -> str:
        """Return what to write to mean this station and no other of the name."""
        station, place = self._directory.stations[number], self._municipality(number)
        words = [place.prefecture + place.municipality] if place.code else []
        same_name = {other for key in name_keys(station) for other in self._by_name[key]}
        if not place.code or any(
            other != number and self._municipality(other).code == place.code for other in same_name
        ):
            words += station.line_labels(self._directory.operators)
        label = f"{short_name(station).removesuffix('駅')}駅"
        return f"{label}（{'・'.join(words)}）" if words else label

    def _certain(self, text: str, number: int, behind: str, *, conflict: bool) -> GeocodeResult:
        candidate = self._candidate(number)
        warnings = ["station_position"]
        if candidate.municipality_code and not self._municipality(number).by_outline:
            warnings.append("municipality_by_nearest_town")
        warnings += ["hint_conflict"] if conflict else []
        return GeocodeResult(
            status="partial" if behind or conflict else "ok",
            match_level="point",
            coordinate_level="point",
            lon=candidate.lon,
            lat=candidate.lat,
            uncertainty_m=candidate.uncertainty_m,
            matched=text.strip().removesuffix(behind),
            remainder=behind,
            prefecture=candidate.prefecture,
            municipality=candidate.municipality,
            municipality_code=candidate.municipality_code,
            needs_confirmation=bool(behind) or conflict,
            warnings=tuple(warnings),
            source=self._directory.source,
            dataset_date=self._directory.as_of,
            station=candidate.station,
            lines=candidate.lines,
        )

    def _ambiguous(self, text: str, numbers: Sequence[int], *, as_said: bool) -> GeocodeResult:
        """Return several stations, or one that is not where the text says: no position."""

        def sort_key(number: int) -> tuple[bool, str, str]:
            place = self._municipality(number)
            return not place.by_outline, place.code or "99", self._text(number)

        ordered = sorted(numbers, key=sort_key)
        candidates = tuple(self._candidate(number) for number in ordered[:MAX_CANDIDATES])
        warnings = [] if as_said else ["station_elsewhere"]
        warnings += ["candidates_cut"] if len(ordered) > MAX_CANDIDATES else []
        return GeocodeResult(
            "ambiguous",
            matched=text.strip(),
            candidates=candidates,
            needs_confirmation=True,
            warnings=tuple(warnings),
            source=self._directory.source,
            dataset_date=self._directory.as_of,
        )
