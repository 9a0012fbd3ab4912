"""What has to be known of stations to tell them apart: names, words beside them, whereabouts."""

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
class Whereabouts:
    """The municipality a station lies in.

    Attributes
    ----------
    code, prefecture, municipality : str
        Empty when it is not known.
    sure : bool
        True when the outline of the municipality says so; False when the nearest town does.
    """

    code: str = ""
    prefecture: str = ""
    municipality: str = ""
    sure: bool = False


@dataclass(frozen=True)
class StationBook:
    """Every station held, and what has to be known to tell them apart.

    Attributes
    ----------
    stations : sequence of Station
    operators : mapping of str to RailOperator
        What companies are called.
    whereabouts : callable
        (longitude, latitude) in degrees → `Whereabouts`.
    source, as_of : str
        Label and ISO date of the edition.
    """

    stations: Sequence[Station]
    operators: Mapping[str, RailOperator]
    whereabouts: Callable[[float, float], Whereabouts] = field(repr=False)
    source: str = ""
    as_of: str = ""


def short_name(station: Station) -> str:
    """Return a station's name without what stands in brackets: 西鉄福岡(天神) → 西鉄福岡."""
    return BRACKET.sub(r"\1\3", unicodedata.normalize("NFKC", station.name))


def name_keys(station: Station) -> set[str]:
    """Return the canonical names of a station: 西鉄福岡(天神) is called 西鉄福岡, too."""
    names = {unicodedata.normalize("NFKC", station.name), short_name(station)}
    return {canonical_key(name).removesuffix("駅") or canonical_key(name) for name in names} - {""}


def words_beside(
    stations: Sequence[Station], operators: Mapping[str, RailOperator]
) -> list[frozenset[str]]:
    """Return for each station the words that may stand beside its name: JR, 日豊本線, 新幹線."""
    pairs = {pair for station in stations for pair in station.lines}
    known = {pair: _words_of(*pair, operators) for pair in pairs}
    found = []
    for station in stations:
        words = frozenset().union(*(known[pair] for pair in station.lines))
        if bracket := BRACKET.fullmatch(unicodedata.normalize("NFKC", station.name)):
            words |= {canonical_key(bracket[2])}
        found.append(words)
    return found


def _words_of(company: str, line: str, operators: Mapping[str, RailOperator]) -> frozenset[str]:
    known = operators.get(company)
    names = (company, *((known.short, *known.names) if known else ()))
    main = line.removesuffix("線") + "本線"
    words = {*names, line, line.removesuffix("線"), main, line_label(company, line, operators)}
    words |= {name + form for name in names for form in (line, main)}
    words |= {"新幹線"} if "新幹線" in line else set()
    return frozenset(canonical_key(word) for word in words) - {""}
