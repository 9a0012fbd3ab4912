"""Results of geocoding: position, how it was found, and how sure it is."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from geoportal.domain.made_quickly import made_quickly

MAX_CANDIDATES = 10
"""At most so many places are listed where a text leaves several open."""

Status = Literal["ok", "partial", "ambiguous", "not_found", "invalid"]
Level = Literal["prefecture", "municipality", "town", "chome", "block", "house", "point"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One place an address may mean; its representation hides the place.

    Attributes
    ----------
    lon, lat : float or None
        Degrees, WGS 84; None when the place has no known position.
    match_level : Level or None
        How fine the text was understood.
    prefecture, municipality, municipality_code, town : str
        Components; empty when not reached. ``town`` is the published 大字町丁目名.
    uncertainty_m : float or None
        Metres; the truth lies within it in at least 95 of 100 cases. None without a position.
    text : str
        What to write to mean this place and no other.
    station : str
        小倉駅, for the position of a station; else empty.
    lines : tuple of str
        Of a station: JR日豊線.
    """

    lon: float | None = field(repr=False)
    lat: float | None = field(repr=False)
    match_level: Level | None
    prefecture: str
    municipality: str
    municipality_code: str
    town: str = field(repr=False)
    uncertainty_m: float | None
    text: str = field(repr=False)
    station: str = field(default="", repr=False)
    lines: tuple[str, ...] = field(default=(), repr=False)

    def as_dict(self) -> dict[str, Any]:
        """Return the candidate as plain JSON-ready values."""
        return {**asdict(self), "lines": list(self.lines)}


NO_CANDIDATE = Candidate(None, None, None, "", "", "", "", None, "")


@made_quickly
@dataclass(frozen=True, slots=True)
class GeocodeResult:
    """The answer for one address, with the keys of ``POST /api/v1/locate``.

    Attributes
    ----------
    status : Status
        ``ok`` understood at town level or finer, ``partial`` understood in part, ``ambiguous``
        two or more equally good places (no position), ``not_found``, ``invalid`` not an address.
    match_level : Level or None
        How fine the text was understood.
    coordinate_level : Level or None
        How fine the position is: never finer than ``match_level``.
    lon, lat : float or None
        Degrees, WGS 84.
    uncertainty_m : float or None
        Metres, see :class:`Candidate`.
    matched, remainder : str
        The two parts of the original text: what was understood and what follows it.
    prefecture, municipality, municipality_code, town : str
        Components, empty when not reached.
    candidates : tuple of Candidate
        At most `MAX_CANDIDATES` places: all that an ambiguous text may mean, those that share the
        position of a result, or what else a text may mean.
    needs_confirmation : bool
        True when a person should look at it before it is relied on.
    warnings : tuple of str
        Codes such as ``hint_used``; never any part of the address.
    source, dataset_date : str
        Of the gazetteer.
    station : str
        小倉駅, when the position is that of a station (``station_position`` is warned of).
    lines : tuple of str
        Of that station.
    """

    status: Status
    match_level: Level | None = None
    coordinate_level: Level | None = None
    lon: float | None = field(default=None, repr=False)
    lat: float | None = field(default=None, repr=False)
    uncertainty_m: float | None = None
    matched: str = field(default="", repr=False)
    remainder: str = field(default="", repr=False)
    prefecture: str = ""
    municipality: str = ""
    municipality_code: str = ""
    town: str = field(default="", repr=False)
    candidates: tuple[Candidate, ...] = ()
    needs_confirmation: bool = False
    warnings: tuple[str, ...] = ()
    source: str = ""
    dataset_date: str = ""
    station: str = field(default="", repr=False)
    lines: tuple[str, ...] = field(default=(), repr=False)

    def as_dict(self) -> dict[str, Any]:
        """Return the result as plain JSON-ready values (tuples become lists)."""
        plain = asdict(self)
        plain["candidates"] = [candidate.as_dict() for candidate in self.candidates]
        plain["warnings"], plain["lines"] = list(self.warnings), list(self.lines)
        return plain


def candidate_of(result: GeocodeResult) -> Candidate:
    """Return the place of a result as a candidate."""
    names = (result.prefecture, result.municipality, result.town)
    return Candidate(
        lon=result.lon,
        lat=result.lat,
        match_level=result.match_level,
        prefecture=result.prefecture,
        municipality=result.municipality,
        municipality_code=result.municipality_code,
        town=result.town,
        uncertainty_m=result.uncertainty_m,
        text=result.station or "".join(names),
        station=result.station,
        lines=result.lines,
    )
