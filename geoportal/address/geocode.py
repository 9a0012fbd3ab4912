"""Geocoder: an address (住所) to a position with a level and an uncertainty, or "not sure"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import replace
from functools import cache, lru_cache

from geoportal.address.gazetteer.gazetteer import Gazetteer
from geoportal.address.gazetteer.nearby import towns_near
from geoportal.address.parsing.doubled_towns import DoubledTowns
from geoportal.address.parsing.hypothesis import AddressInput
from geoportal.address.parsing.hypothesis_search import HypothesisSearch
from geoportal.address.parsing.municipality_parser import MunicipalityParser
from geoportal.address.parsing.result_builder import ResultBuilder
from geoportal.address.result import MAX_CANDIDATES, Candidate, GeocodeResult, candidate_of
from geoportal.address.spoken import SpokenNames
from geoportal.address.stations.directory import StationDirectory
from geoportal.address.stations.finder import MENTION, StationFinder
from geoportal.address.suggestion import Suggester
from geoportal.address.text.canonical import canonicalize
from geoportal.domain.place import DoubledTown, PlaceReadings
from geoportal.domain.station import Station

__all__ = ["Candidate", "GeocodeResult", "Geocoder"]

LONGEST_INPUT = 1_000
"""Letters; anything longer is no address."""
_MAX_CACHED_HINTS = 1_000

_NO_READINGS = PlaceReadings()
_INFERRED = frozenset(
    {"spelling_inferred", "town_suffix_ignored", "text_skipped", "former_municipality_inferred"}
)
"""With one of these warnings the text does not quite spell the address."""
_POSTAL = re.compile(r"(?:郵便番号 ?)?([0-9]{3})[- ]?([0-9]{4})(?![-0-9])[, ]?")
_POSTAL_BEFORE_NUMERAL = re.compile(r"(?:郵便番号 ?)?([0-9]{3})[- ]?([0-9]{4})")
"""A postal code in front of a town that begins with a numeral: 802-0065 三萩野."""
_WRITTEN_POSTAL = re.compile(
    r"(?:郵便番号)?\D{0,3}\d{3}\D?\d{4}(?![-‐-―−－ー]?\d)\s*[一二三四五六七八九十]"
)
_SOUNDS = re.compile("[A-Za-z\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]{2}")
_JAPANESE = re.compile("[\u3041-\u30ff\u3400-\u9fff\uff66-\uff9d\U00020000-\U0003ffff]")


class Geocoder:
    """Finds the place an address means, or says that it is not sure.

    Immutable; one geocoder may serve many threads. ``stations`` are those it finds.
    """

    def __init__(
        self,
        gazetteer: Gazetteer,
        doubled: Iterable[DoubledTown] = (),
        readings: PlaceReadings = _NO_READINGS,
    ) -> None:
        self.gazetteer = gazetteer
        self._municipalities = MunicipalityParser(
            gazetteer.regions, gazetteer.spellings, gazetteer.changed
        )
        self._hypotheses = HypothesisSearch(gazetteer, self._municipalities)
        self._results = ResultBuilder(gazetteer, self._municipalities, DoubledTowns(doubled))
        self._spoken = SpokenNames(gazetteer, self._municipalities, readings)
        self._suggester = Suggester(gazetteer, self._municipalities, self._spoken)
        self._directory: Callable[[], StationDirectory] | None = None
        self._stations: Callable[[], StationFinder] | None = None
        self._preferred: tuple[frozenset[int], ...] = ()

    def with_stations(self, directory: Callable[[], StationDirectory]) -> Geocoder:
        """Return a geocoder over the same gazetteer that finds stations, too.

        The directory is made when a text first names a station.
        """
        other = copy(self)
        regions, municipalities = self.gazetteer.regions, self._municipalities
        known = other._directory = cache(directory)
        other._stations = cache(lambda: StationFinder(known(), regions, municipalities))
        return other

    @property
    def stations(self) -> Sequence[Station]:
        """All stations known."""
        return self._directory().stations if self._directory is not None else ()

    def preferring(self, *areas: Iterable[str]) -> Geocoder:
        """Return a geocoder that lists places of some areas first where a text leaves it open.

        An area is the codes of its municipalities; an earlier one goes before a later one. It never
        decides between places, as a hint does.
        """
        other = copy(self)
        other._preferred = tuple(self._hinted("", codes) for codes in areas)
        return other

    def geocode(self, text: str, hint: str = "", codes: Iterable[str] = ()) -> GeocodeResult:
        """Find the place an address means.

        Parameters
        ----------
        text : str
            As people write it; a postal code in front and a building behind are allowed.
        hint : str
            Where it should lie: a city, ward or prefecture name, or a 5-digit municipality code.
            Decides only between places the text leaves open; when it contradicts the text, the
            text wins, ``hint_conflict`` is warned of and a person is asked to confirm.
        codes : iterable of str
            The same as codes of municipalities.

        Returns
        -------
        GeocodeResult
            ``invalid`` for text that cannot be an address; never raises for any text. Of a station
            (小倉駅) only where no address is meant by all of the text: 博多駅前2丁目 is one.
        """
        return self._geocode(text, self._hinted(hint, codes))

    def _geocode(self, text: str, hinted: frozenset[int]) -> GeocodeResult:
        result = self._address(text, hinted)
        if len(text) > LONGEST_INPUT:
            return result
        if self._stations is not None and MENTION.search(text) and not _is_address(result):
            result = self._stations().find(text, hinted) or result
        unread = not result.town and not result.station and result.status != "ambiguous"
        if unread and (result.status != "partial" or _SOUNDS.search(result.remainder)):
            return self._by_sound(text, hinted) or result
        return result

    def _by_sound(self, text: str, hinted: frozenset[int]) -> GeocodeResult | None:
        """Return the place a text in kana or Latin letters means; None when it names none."""
        written = self._spoken.written(text, hinted, self._preferred)
        places = [self._address(address, hinted) for address in written.texts]
        if self._stations is not None and not places:
            names = self._spoken.station_names(text)
            found = [self._stations().find(f"{name}駅", hinted) for name in names]
            places = [result for result in found if result is not None]
        if not places:
            return None
        if len(places) == 1:
            (place,) = places
            warnings = ("reading_used", *(() if written.named else ("municipality_inferred",)))
            behind = text.endswith(place.remainder)
            return replace(
                place,
                matched=text.removesuffix(place.remainder).rstrip(" -") if behind else text,
                warnings=tuple(dict.fromkeys((*warnings, *place.warnings))),
                needs_confirmation=place.needs_confirmation or not written.named,
            )
        candidates = [
            candidate
            for place in places
            for candidate in place.candidates or (candidate_of(place),)
        ]
        return GeocodeResult(
            "ambiguous",
            matched=text,
            candidates=tuple(candidates[:MAX_CANDIDATES]),
            needs_confirmation=True,
            warnings=("reading_used",),
            source=self.gazetteer.source,
            dataset_date=self.gazetteer.dataset_date,
        )

    def _address(self, text: str, hinted: frozenset[int]) -> GeocodeResult:
        if not text.strip() or len(text) > LONGEST_INPUT:
            return self._results.without_place("invalid", text)
        canonical = canonicalize(text)
        postal = _POSTAL.match(canonical.key)
        if postal is None and _WRITTEN_POSTAL.match(text):
            postal = _POSTAL_BEFORE_NUMERAL.match(canonical.key)
        if postal is None and not _JAPANESE.search(text):
            return self._results.without_place("invalid", text)
        code = postal[1] + postal[2] if postal else ""
        address = AddressInput(
            original=text,
            text=canonical,
            start=postal.end() if postal else 0,
            hinted=hinted,
            preferred=self._preferred,
            postal_code=code,
            postal_towns=tuple(self.gazetteer.postal_towns.get(code)) if code else (),
            postal_municipalities=(
                tuple(self.gazetteer.postal_municipalities.get(code)) if code else ()
            ),
        )
        return self._results.build(address, self._hypotheses.search(address))

    def geocode_many(
        self, texts: Iterable[str], hints: Iterable[str] | None = None
    ) -> Iterator[GeocodeResult]:
        """Geocode one address after the other, lazily.

        There is one hint for each text, empty where there is none.

        Raises
        ------
        ValueError
            When there are not as many hints as texts.
        """
        if hints is None:
            for text in texts:
                yield self._geocode(text, frozenset())
            return
        parse_hint = lru_cache(_MAX_CACHED_HINTS)(self._municipalities.parse_hint)
        for text, hint in zip(texts, hints, strict=True):
            yield self._geocode(text, parse_hint(hint))

    def towns_near(
        self, code: str, lon: float, lat: float, uncertainty_m: float = 0.0
    ) -> tuple[str, ...]:
        """Return the towns of a municipality, by its code, that a point in degrees may lie in.

        The nearest first; see `geoportal.address.gazetteer.nearby.towns_near`.
        """
        numbers = sorted(self._hinted("", (code,))) if code else ()
        return towns_near(self.gazetteer, numbers, lon, lat, uncertainty_m)

    def suggest(
        self, prefix: str, limit: int = 10, hint: str = "", codes: Iterable[str] = ()
    ) -> list[Candidate]:
        """Return places whose name begins with ``prefix``, for completion while typing.

        A prefix is the beginning of an address, or of a town's name or reading (where known).
        It should lie in a municipality of the hint, which is as for `geocode`, or of ``codes``.
        """
        hinted = self._hinted(hint, codes)
        return self._suggester.suggest(prefix[:LONGEST_INPUT], limit, hinted, self._preferred)

    def suggest_stations(
        self, prefix: str, limit: int = 10, hint: str = "", codes: Iterable[str] = ()
    ) -> list[Candidate]:
        """Return stations whose name begins with ``prefix``; parameters as of :meth:`suggest`."""
        if self._stations is None:
            return []
        typed, hinted = prefix[:LONGEST_INPUT], self._hinted(hint, codes)
        names = self._spoken.station_names(typed, beginning=True)
        found = [
            station
            for name in (typed, *names)
            for station in self._stations().suggest(name, limit, hinted)
        ]
        return list({station.text: station for station in found}.values())[:limit]

    def in_letters(self, municipality_code: str, town: str = "", station: str = "") -> str:
        """Return a town or a station in Latin letters, empty where its reading is not held."""
        if station:
            return self._spoken.station_in_letters(station)
        return self._spoken.town_in_letters(municipality_code, town) if town else ""

    def _hinted(self, hint: str, codes: Iterable[str]) -> frozenset[int]:
        return frozenset().union(*map(self._municipalities.parse_hint, (hint, *codes)))


def _is_address(result: GeocodeResult) -> bool:
    """Say whether the mention of a station is part of the name of a place: 博多駅前, 駅前町."""
    placed = result.town or result.status == "ambiguous"
    inferred = not _INFERRED.isdisjoint(result.warnings)
    return bool(placed) and not MENTION.search(result.remainder) and not inferred
