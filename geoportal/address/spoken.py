"""Places written by their sound: こくらきたく おおてまち1-1, Kokurakita-ku, Moji Station.

Kana and Latin letters are read as names of prefecture, city, ward and town, and written in kanji
for the parser of addresses. Of names that sound alike all are returned.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from geoportal.address.gazetteer.gazetteer import Gazetteer
from geoportal.address.parsing.candidates import preferred_first
from geoportal.address.parsing.municipality_parser import MunicipalityParser, MunicipalitySet
from geoportal.address.text.canonical import canonical_key, canonicalize
from geoportal.address.words import Words, in_orders, station_name
from geoportal.domain.place import PlaceReadings
from geoportal.text.romaji import sound_key

_SPOKEN = re.compile(
    r"[A-Za-z\u00c0-\u024f\u0300-\u036f\u3041-\u3096\u30a1-\u30faー"
    r"'’` .,、，\-‐‑–—0-9丁目番地号の]+"
)
_LETTER = re.compile("[A-Za-z\u3041-\u3096\u30a1-\u30fa]")
_MOST = 40
"""So many names that sound alike are looked at."""
_AREA_ENDINGS = ("shi", "ku", "machi", "cho", "mura", "son")
_PREFECTURE_ENDINGS = ("ken", "fu", "to")
_PARTS_OF_CITY = ("kitaku", "minamiku", "higashiku", "nishiku")
_SHORTEST, _LONGEST = 3, 30
"""Letters of the name of an area."""
_LONGEST_TEXT = 80
_CHOME = re.compile("(.+?)([0-9]+)丁目?")


@dataclass(frozen=True, slots=True)
class Written:
    """Addresses in kanji that a text may mean; ``named`` when it names a municipality."""

    texts: tuple[str, ...] = ()
    named: bool = False


class SpokenNames:
    """Reads names by their sound; immutable, keeps nothing of what was asked."""

    def __init__(
        self, gazetteer: Gazetteer, municipalities: MunicipalityParser, readings: PlaceReadings
    ) -> None:
        self._gazetteer = gazetteer
        self._municipalities = municipalities
        self._readings = readings

    @cached_property
    def _areas(self) -> Mapping[str, Sequence[frozenset[int]]]:
        """Municipalities by the sound of a ward, city, prefecture, or of several wards' stem."""
        regions = self._gazetteer.regions
        number_of = {region.code: region.number for region in regions}
        areas: dict[str, dict[frozenset[int], None]] = defaultdict(dict)
        for code, (name, reading) in self._readings.areas.items():
            if len(code) == 2:
                members = [region.number for region in regions if region.code.startswith(code)]
            elif code in number_of:
                members = [number_of[code]]
            else:
                members = [
                    region.number
                    for region in regions
                    if region.code[:2] == code[:2] and region.name.startswith(name)
                ]
            for sound in _area_sounds(sound_key(reading), prefecture=len(code) == 2):
                if members:
                    areas[sound][frozenset(members)] = None
        return {sound: tuple(named) for sound, named in areas.items()}

    @cached_property
    def _stations(self) -> Mapping[str, Sequence[str]]:
        """Names of stations by their sound."""
        stations: dict[str, list[str]] = defaultdict(list)
        for name, reading in self._readings.stations.items():
            stations[sound_key(reading)].append(name)
        return stations

    def written(
        self, text: str, hinted: frozenset[int], preferred: Sequence[frozenset[int]]
    ) -> Written:
        """Return the addresses in kanji that a text in kana or Latin letters may mean.

        None when it is written in neither, or names nothing known. A municipality in kanji may
        stand in front, a town in kanji behind. ``hinted`` and ``preferred`` are numbers of
        municipalities, as of `AddressInput`.
        """
        plain = unicodedata.normalize("NFKC", text).strip()
        if len(plain) > _LONGEST_TEXT:
            return Written()
        if is_spoken(plain):
            for words in in_orders(plain):
                if (found := self._read(words, hinted, preferred)).texts:
                    return found
            return Written()
        return self._in_front(plain) or self._behind(plain, preferred) or Written()

    def _read(
        self, words: Words, hinted: frozenset[int], preferred: Sequence[frozenset[int]]
    ) -> Written:
        for end, numbers in self._parse_areas(words, 0, frozenset()):
            if end == len(words.letters):
                same = self._areas.get(sound_key(words.letters), ()) if end else ()
                groups = same if numbers in same else (numbers,)
                texts = [text for group in groups for text in self._area_texts(group, words.tail)]
                return Written(tuple(dict.fromkeys(texts)), named=True)
            name = words.letters[end:]
            nodes = self._towns(name, numbers or hinted)
            if not nodes and hinted and not numbers:
                nodes = self._towns(name, frozenset())
            if nodes:
                return Written(self._town_texts(nodes, words.tail, preferred), bool(numbers))
        return Written()

    def _in_front(self, plain: str) -> Written | None:
        """Read areas by their sound in front of a town in kanji: こくらきたく大手町1-1."""
        kanji = re.search("[^A-Za-z\u00c0-\u024f\u3041-\u3096\u30a1-\u30faー'’ .,、\\-]", plain)
        if kanji is None or not _LETTER.match(plain):
            return None
        for words in in_orders(plain[: kanji.start()]):
            for end, numbers in self._parse_areas(words, 0, frozenset()):
                if numbers and end == len(words.letters):
                    texts = self._area_texts(numbers, plain[kanji.start() :])
                    return Written(tuple(texts), named=True)
        return None

    def _behind(self, plain: str, preferred: Sequence[frozenset[int]]) -> Written | None:
        """Read a town by its sound behind a municipality in kanji: 小倉北区おおてまち1-1."""
        text = canonicalize(plain)
        for parse in self._municipalities.parse(text, 0):
            rest = plain[text.end(parse.end) :].strip()
            if parse.municipalities is None or not is_spoken(rest):
                continue
            for words in in_orders(rest):
                if nodes := self._towns(words.letters, parse.municipalities.numbers):
                    return Written(self._town_texts(nodes, words.tail, preferred), named=True)
        return None

    def _parse_areas(
        self, words: Words, start: int, within: frozenset[int]
    ) -> Iterator[tuple[int, frozenset[int]]]:
        """Yield where names of prefecture, city and ward end, with the municipalities they leave.

        The most specific first; last nothing named.
        """
        ends = (end for end in words.ends if _SHORTEST <= end - start <= _LONGEST)
        for end in sorted(ends, reverse=True):
            for numbers in self._areas.get(sound_key(words.letters[start:end]), ()):
                if left := (numbers & within if within else numbers):
                    yield from self._parse_areas(words, end, left)
        yield start, within

    def _towns(self, letters: str, within: frozenset[int]) -> list[int]:
        """Return the towns of a sound; 町 may be read either way, or be left out."""
        gazetteer = self._gazetteer
        inside = MunicipalitySet.of(
            gazetteer.regions, within or range(len(gazetteer.regions))
        ).town_ranges
        for sound in _town_sounds(sound_key(letters)):
            nodes = [
                node
                for node in gazetteer.sounds.get(sound)
                if any(first <= node < last for first, last in inside)
            ]
            if nodes:
                return nodes
        return []

    def _town_texts(
        self, nodes: Iterable[int], tail: str, preferred: Sequence[frozenset[int]]
    ) -> tuple[str, ...]:
        texts = []
        for node in preferred_first(self._gazetteer, nodes, preferred)[:_MOST]:
            region = self._gazetteer.region_of(node)
            texts.append(f"{region.prefecture}{region.name}{self._gazetteer.name(node)}{tail}")
        return tuple(texts)

    def _area_texts(self, numbers: frozenset[int], tail: str) -> Iterator[str]:
        """Yield the name of a municipality, city or prefecture, and what follows it."""
        regions = [self._gazetteer.regions[number] for number in sorted(numbers)]
        prefectures = {region.prefecture for region in regions}
        if len(prefectures) != 1:
            return
        names = {region.name for region in regions}
        cities = {name.partition("市")[0] + "市" for name in names}
        name = (names if len(names) == 1 else cities if len(cities) == 1 else {""}).pop()
        yield f"{prefectures.pop()}{name}{tail}"

    def areas_beginning(self, text: str) -> list[frozenset[int]]:
        """Return municipalities whose name begins so by sound, shortest names first."""
        sound = sound_key(text)
        names = [name for name in self._areas if sound and name.startswith(sound)]
        ordered = [area for name in sorted(names, key=len) for area in self._areas[name]]
        return list(dict.fromkeys(ordered))

    def town_beginnings(self, text: str) -> Iterator[tuple[frozenset[int], str]]:
        """Yield how a spoken text may begin: the areas named, and a town's sound so far."""
        plain = unicodedata.normalize("NFKC", text)
        if is_spoken(plain):
            words = next(iter(in_orders(plain)))
            for end, numbers in self._parse_areas(words, 0, frozenset()):
                yield numbers, sound_key(words.letters[end:])

    def town_in_letters(self, municipality_code: str, town: str) -> str:
        """Return a published 大字町丁目 in Latin letters: Katano 1-chome.

        Empty where no reading of it is held, or two that differ.
        """
        regions = [r for r in self._gazetteer.regions if r.code == municipality_code]
        chome = _CHOME.fullmatch(canonical_key(town))
        name = canonical_key(chome[1] if chome else town)
        nodes = [
            node
            for node in self._gazetteer.towns.get(name)
            if any(region.start <= node < region.stop for region in regions)
        ]
        sounds = {sound for node in nodes for sound in self._gazetteer.sounds.keys_of(node)}
        if len({_with_small_kana(sound) for sound in sounds}) != 1:
            return ""
        return min(sounds, key=len).capitalize() + (f" {chome[2]}-chome" if chome else "")

    def station_in_letters(self, station: str) -> str:
        """Return the name of a station (門司港駅) in Latin letters: Mojiko Station; else empty."""
        reading = self._readings.stations.get(station.removesuffix("駅"), "")
        return f"{sound_key(reading).capitalize()} Station" if reading else ""

    def station_names(self, text: str, *, beginning: bool = False) -> list[str]:
        """Return the names in kanji, without 駅, of the stations a text means by their sound.

        Those listed with their reading, and those called after a ward or a town of that sound.
        ``beginning``: names that begin so, listed ones only.
        """
        sound = sound_key(station_name(text))
        if not is_spoken(text) or not sound:
            return []
        if beginning:
            return [
                name
                for key, names in self._stations.items()
                if key.startswith(sound)
                for name in names
            ]
        regions = self._gazetteer.regions
        names = [*self._stations.get(sound, ())]
        names += [
            regions[next(iter(numbers))].name.partition("市")[2].removesuffix("区")
            or regions[next(iter(numbers))].name.removesuffix("市")
            for numbers in self._areas.get(sound, ())
            if len(numbers) == 1
        ]
        names += [self._gazetteer.name(node) for node in self._gazetteer.sounds.get(sound)]
        return list(dict.fromkeys(names))


def _with_small_kana(sound: str) -> str:
    """Return a sound as if small kana had been small: older files write ジユウ for ジュウ."""
    return re.sub("(sh|ch|j)?i?y(?=[aou])", lambda found: found[1] or "y", sound)


def is_spoken(text: str) -> bool:
    """Say whether a text is in kana or Latin letters, with numbers."""
    plain = unicodedata.normalize("NFKC", text[: _LONGEST_TEXT + 1])
    return len(text) <= _LONGEST_TEXT and bool(_SPOKEN.fullmatch(plain) and _LETTER.search(plain))


def _area_sounds(sound: str, *, prefecture: bool) -> Iterable[str]:
    """Return how an area is called: kitakyushushi, kitakyushu; kokurakitaku, kokurakita, kokura."""
    endings = _PREFECTURE_ENDINGS if prefecture else _AREA_ENDINGS
    stems = [sound.removesuffix(ending) for ending in endings if sound.endswith(ending)]
    if prefecture:  # "Osaka Prefecture" is written osakaken by `words`
        stems += [f"{stem}ken" for stem in stems or [sound]]
    else:
        stems += [sound.removesuffix(part) for part in _PARTS_OF_CITY if sound.endswith(part)]
    return {sound, *(stem for stem in stems if len(stem) >= _SHORTEST)}


def _town_sounds(sound: str) -> Iterator[str]:
    yield sound
    for ending, other in (("machi", "cho"), ("cho", "machi")):
        if sound.endswith(ending):
            yield sound.removesuffix(ending) + other
    if len(sound) > _SHORTEST:
        yield sound + "machi"
        yield sound + "cho"
