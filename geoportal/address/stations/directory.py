"""Stations with what tells them apart: names, words written beside them, municipalities."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from geoportal.address.text.canonical import canonical_key
from geoportal.domain.station import RailOperator, Station, line_label

BRACKET = re.compile(r"([^()]*)\(([^()]+)\)([^()]*)")
"""Words in front of, in and behind one pair of brackets, in NFKC."""


@dataclass(frozen=True, slots=True)
class StationMunicipality:
    """The municipality a station lies in.

    Attributes
    ----------
    code, prefecture, municipality : str
        Empty when it is not known.
    by_outline : bool
        True when the station lies in the outline of the municipality; False when only the nearest
        town does.
    """

    code: str = ""
    prefecture: str = ""
    municipality: str = ""
    by_outline: bool = False


@dataclass(frozen=True)
class StationDirectory:
    """All stations of an edition, with what tells them apart.

    Attributes
    ----------
    stations : sequence of Station
    operators : mapping of str to RailOperator
        Names of the railway companies.
    municipality_at : callable
        (longitude, latitude) in degrees → `StationMunicipality`.
    source, as_of : str
        Label and ISO date of the edition.
    """

    stations: Sequence[Station]
    operators: Mapping[str, RailOperator]
    municipality_at: Callable[[float, float], StationMunicipality] = field(repr=False)
    source: str = ""
    as_of: str = ""


def short_name(station: Station) -> str:
    """Return a station's name without brackets: 西鉄福岡(天神) → 西鉄福岡."""
    return BRACKET.sub(r"\1\3", unicodedata.normalize("NFKC", station.name))


def name_keys(station: Station) -> set[str]:
    """Return the canonical names of a station: 西鉄福岡(天神) is also 西鉄福岡."""
    names = {unicodedata.normalize("NFKC", station.name), short_name(station)}
    return {canonical_key(name).removesuffix("駅") or canonical_key(name) for name in names} - {""}


def qualifiers(
    stations: Sequence[Station], operators: Mapping[str, RailOperator]
) -> list[frozenset[str]]:
    """Return for each station the words that may be written beside its name: JR, 日豊本線."""
    pairs = {pair for station in stations for pair in station.lines}
    words_of_pair = {pair: _line_words(*pair, operators) for pair in pairs}
    words_of_station = []
    for station in stations:
        words = frozenset().union(*(words_of_pair[pair] for pair in station.lines))
        if bracket := BRACKET.fullmatch(unicodedata.normalize("NFKC", station.name)):
            words |= {canonical_key(bracket[2])}
        words_of_station.append(words)
    return words_of_station


def _line_words(company: str, line: str, operators: Mapping[str, RailOperator]) -> frozenset[str]:
    operator = operators.get(company)
    names = (company, *((operator.short, *operator.names) if operator else ()))
    main = line.removesuffix("線") + "本線"
    words = {*names, line, line.removesuffix("線"), main, line_label(company, line, operators)}
    words |= {name + form for name in names for form in (line, main)}
    words |= {"新幹線"} if "新幹線" in line else set()
    return frozenset(canonical_key(word) for word in words) - {""}
