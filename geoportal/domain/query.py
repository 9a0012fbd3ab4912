"""Questions and answers: what is asked, and one facility's place in the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

DEFAULT_RADIUS_M = 16_000
MAX_RADIUS_M = 50_000
DEFAULT_LIMIT = 20
MAX_LIMIT = 500
INCLUDE = ("match", "possible", "all")
BANDS = ("match", "possible", "no", "not_applicable")
"""Match bands in the order of an answer; the last: a need is not about such a facility at all."""
SORTS = ("distance", "drive_minutes")
"""What decides among those level otherwise: metres, or minutes by road (早く着ける順)."""
OPEN_USES = ("consultation", "reception", "care_manager")
"""What a time may be asked for: 診療・営業, 受付, ケアマネタイム."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where distances are measured from: the patient's home, or a point on the map.

    Lives in one request's memory only; its representation hides the position.

    Attributes
    ----------
    lon, lat : float
        Degrees, WGS 84.
    match_level : str
        ``"point"`` for a given point, else the level of the geocoded address.
    uncertainty_m : float
        0 for a given point.
    warnings : tuple of str
        From geocoding.
    municipality_code : str
        Of the geocoded address; empty for a point.
    place : str
        Of an address: the place that was understood, by its published name.
    remainder : str
        Of an address: what follows that place in the text.
    others : tuple of str
        Other places the address may mean, or those whose common position it is.
    town : str
        Of an address: the published 大字町丁目; empty when it was not reached.
    needs_confirmation : bool
        Of an address: whether a person should look at the place before it is relied on.
    """

    lon: float = field(repr=False)
    lat: float = field(repr=False)
    match_level: str = "point"
    uncertainty_m: float = 0.0
    warnings: tuple[str, ...] = ()
    municipality_code: str = field(default="", repr=False)
    place: str = field(default="", repr=False)
    remainder: str = field(default="", repr=False)
    others: tuple[str, ...] = field(default=(), repr=False)
    town: str = field(default="", repr=False)
    needs_confirmation: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """One question, already checked: finite, in range, known codes.

    Attributes
    ----------
    origin : Origin or None
        Centre of a radius search.
    radius_m : float
        Metres along the ellipsoid, inclusive; used only with an origin.
    districts : tuple of str
        District codes; the facility must lie in one of them. Empty: anywhere.
    kinds, needs : tuple of str
        Facility kinds (any of) and need codes (all of).
    departments : tuple of str
        Departments (診療科), any of them, by their full name.
    text : str
        Words that must all be found.
    bbox : tuple of float or None
        (west, south, east, north) in degrees.
    identifier : str
        An official number, exact.
    open_at : datetime or None
        Aware moment at which it should be open.
    open_use : str
        One of `OPEN_USES`: open for what.
    include : str
        One of `INCLUDE`.
    limit, offset : int
        The page.
    facets : bool
        Whether to count what each other choice of one filter would give.
    sort : str
        One of `SORTS`; without a home or a road map the distance decides.
    visits_home : bool
        Whether what a facility says of its visiting area counts as a need: the home's district in
        it yes, not in it no, nothing said unknown.
    explain : bool
        Whether each result says why it stands where it stands.
    """

    origin: Origin | None = None
    radius_m: float = DEFAULT_RADIUS_M
    districts: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    text: str = ""
    bbox: tuple[float, float, float, float] | None = None
    identifier: str = ""
    open_at: datetime | None = None
    open_use: str = "consultation"
    include: str = "possible"
    limit: int = DEFAULT_LIMIT
    offset: int = 0
    facets: bool = False
    explain: bool = False
    visits_home: bool = False
    sort: str = "distance"

    @property
    def by_road(self) -> bool:
        """Whether it is asked who arrives first."""
        return self.sort == "drive_minutes"
