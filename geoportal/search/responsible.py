"""Which consultation centres answer for a home, on which grounds, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from geoportal.domain.centre import CENTRE_KINDS, Centre
from geoportal.domain.query import Origin
from geoportal.geo.geodesic import METRES_PER_DEGREE_LAT_MIN
from geoportal.index.snapshot import Snapshot

if TYPE_CHECKING:
    from geoportal.address.result import Candidate, GeocodeResult
    from geoportal.address.town_lists import Covered, ListedTown

Ground = Literal["district", "local_area", "town"]
Doubt = Literal[
    "",
    "place_unsure",
    "several",
    "shared_town",
    "part_of_town",
    "town_unknown",
    "town_by_point",
    "town_not_listed",
    "area_unknown",
    "near_edge",
]
_ELSEWHERE: Final = frozenset(
    {"municipality_inferred", "hint_conflict", "town_in_other_municipality", "municipality_guessed"}
)
"""Warnings of an address whose municipality itself is in doubt."""


@dataclass(frozen=True, slots=True)
class HomePlace:
    """What is known of where a home is; lives in one request's memory only.

    Attributes
    ----------
    code : str
        Of its municipality or ward; empty when that is not known.
    town : str
        Published 大字町丁目; empty when not known.
    lon, lat : float or None
        Degrees, WGS 84.
    uncertainty_m : float
        Metres around the position.
    sure : bool
        False when a person should confirm its town.
    municipality_sure : bool
        False when even its municipality is inferred.
    towns_near : tuple of str
        Where only a point is known: the towns it may lie in, the nearest first.
    """

    code: str
    town: str = field(default="", repr=False)
    lon: float | None = field(default=None, repr=False)
    lat: float | None = field(default=None, repr=False)
    uncertainty_m: float = 0.0
    sure: bool = True
    municipality_sure: bool = True
    towns_near: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def of_result(cls, result: GeocodeResult, code: str) -> HomePlace:
        """Return the place of a geocoded address; ``code`` is that of its municipality."""
        return cls(
            code,
            result.town,
            result.lon,
            result.lat,
            result.uncertainty_m or 0.0,
            not result.needs_confirmation,
            not _ELSEWHERE & set(result.warnings),
        )

    @classmethod
    def of_candidate(cls, candidate: Candidate) -> HomePlace:
        """Return one of the places an ambiguous address may mean."""
        where = (candidate.lon, candidate.lat, candidate.uncertainty_m or 0.0)
        return cls(candidate.municipality_code, candidate.town, *where)

    @classmethod
    def of_origin(cls, origin: Origin, code: str) -> HomePlace:
        """Return the place of a search; ``code`` is that of the outline around it."""
        return cls(
            origin.municipality_code or code,
            origin.town,
            origin.lon,
            origin.lat,
            origin.uncertainty_m,
            not origin.needs_confirmation,
            _ELSEWHERE.isdisjoint(origin.warnings),
        )


@dataclass(frozen=True, slots=True)
class Responsible:
    """The centres of one kind that answer for a home.

    Attributes
    ----------
    kind : str
        One of `CENTRE_KINDS`.
    centres : tuple of Centre
        One, or several of which each may be called; where it is not certain, all that may answer.
        Empty when none does on that day.
    ground : Ground
        What it goes by: a municipality or ward, a local area, a town.
    doubt : Doubt
        Why it is not certain; empty when it is.
    others : tuple of Centre
        Centres that answer there on other days only.
    """

    kind: str
    centres: tuple[Centre, ...]
    ground: Ground = "district"
    doubt: Doubt = ""
    others: tuple[Centre, ...] = ()

    @property
    def certain(self) -> bool:
        """True when every one of ``centres`` answers for the home."""
        return bool(self.centres) and not self.doubt


def responsible_centres(
    snapshot: Snapshot, home: HomePlace, day: str = ""
) -> tuple[Responsible, ...]:
    """Return the centres that answer for a home on a day (ISO date; default: the snapshot's).

    By kind, liaison centres first; kinds of which no centre of that place is known are left out.
    A list of towns decides before local areas, these before wards and municipalities. Where the
    home is known only to a town that two centres share, both are returned, and why.
    """
    on = day or snapshot.today.isoformat()
    local = local_centres(snapshot, home)

    def found() -> tuple[Responsible, ...]:
        held = [*_held_for(snapshot, home.code)]
        held += [one for one in local if one not in held]
        kinds = {kind: [one for one in held if one.kind == kind] for kind in CENTRE_KINDS}
        return tuple(
            _of_kind(snapshot, home, kind, of_kind, on)
            for kind, of_kind in kinds.items()
            if of_kind
        )

    if local or is_divided(snapshot, home.code):
        return found()
    return snapshot.kept.part(
        ("responsible", home.code, home.sure, home.municipality_sure, on), found
    )


def is_divided(snapshot: Snapshot, code: str) -> bool:
    """Say whether any centre of a municipality or ward answers for some of its parts only."""
    return snapshot.kept.part(
        ("divided", code),
        lambda: any(
            _listed_towns(centre) or _local_codes(snapshot, centre)
            for centre in _held_for(snapshot, code)
        ),
    )


def is_by_municipality(snapshot: Snapshot, origin: Origin, code: str) -> bool:
    """Say whether who answers for a home goes by the municipality around it alone.

    ``code`` is that of its outline. So it does for a point in one that is not divided.
    """
    is_point = origin.match_level == "point" and not (
        origin.municipality_code or origin.uncertainty_m or origin.warnings
    )
    return is_point and not _of_local_areas(snapshot) and not is_divided(snapshot, code)


def _held_for(snapshot: Snapshot, code: str) -> Sequence[Centre]:
    return snapshot.centres_ever_for(code) if code else ()


def centres_of_any(
    snapshot: Snapshot, homes: Iterable[HomePlace], day: str = ""
) -> tuple[Responsible, ...]:
    """Return the centres that answer for a home that is one of several places.

    They are certain only where all places have the same.
    """
    answers = [responsible_centres(snapshot, home, day) for home in homes]
    found = []
    for kind in CENTRE_KINDS:
        of_kind = [one for answer in answers for one in answer if one.kind == kind]
        if not of_kind:
            continue
        centres = tuple(dict.fromkeys(centre for one in of_kind for centre in one.centres))
        others = tuple(dict.fromkeys(centre for one in of_kind for centre in one.others))
        same = len(of_kind) == len(answers) and len({one.centres for one in of_kind}) == 1
        doubt = max(one.doubt for one in of_kind) if same else "place_unsure"
        found.append(Responsible(kind, centres, of_kind[0].ground, doubt, others))
    return tuple(found)


def _of_kind(
    snapshot: Snapshot, home: HomePlace, kind: str, held: Sequence[Centre], on: str
) -> Responsible:
    today = [centre for centre in held if centre.answers_on(on)]
    others = [centre for centre in held if not centre.answers_on(on)]
    centres, ground, doubt = _chosen(snapshot, home, today)
    known = home.municipality_sure and (home.sure or ground == "district")
    if not doubt and centres and not known:
        doubt = "place_unsure"
    elsewhere, _, _ = _chosen(snapshot, home, others)
    answering = {centre.id for centre in centres}
    later = tuple(centre for centre in elsewhere if centre.id not in answering)
    return Responsible(kind, tuple(centres), ground, doubt, later)


def _chosen(
    snapshot: Snapshot, home: HomePlace, held: Sequence[Centre]
) -> tuple[Sequence[Centre], Ground, Doubt]:
    """Return which of some centres of one kind answer, on what ground, and with what doubt."""
    if any(_listed_towns(centre) for centre in held):
        return _by_town(home, [centre for centre in held if _listed_towns(centre)])
    local = [centre for centre in held if _local_codes(snapshot, centre)]
    if local:
        return _by_area(snapshot, home, local)
    doubt: Doubt = "" if _one_area(held) else "several"
    return held, "district", doubt


def _by_town(home: HomePlace, held: Sequence[Centre]) -> tuple[Sequence[Centre], Ground, Doubt]:
    if not home.town:
        return _by_towns_near(home, held)
    from geoportal.address.town_lists import name_and_number  # takes time to load

    name, number = name_and_number(home.town)
    covered = {centre.id: _covered(centre, name, number) for centre in held}
    answering = [centre for centre in held if covered[centre.id]]
    if not answering:
        return held, "town", "town_not_listed"
    if _one_area(answering):
        part = covered[answering[0].id] == "part"
        return answering, "town", "part_of_town" if part else ""
    whole = all(covered[centre.id] == "whole" for centre in answering)
    return answering, "town", "shared_town" if whole else "part_of_town"


def _by_towns_near(
    home: HomePlace, held: Sequence[Centre]
) -> tuple[Sequence[Centre], Ground, Doubt]:
    """Return the centres of the towns that a point may lie in: never certain, but fewer."""
    if len(held) == 1:
        return held, "town", ""
    from geoportal.address.town_lists import name_and_number  # takes time to load

    listed = [
        [centre for centre in held if _covered(centre, *name_and_number(town))]
        for town in home.towns_near
    ]
    if not listed or not all(listed):
        return held, "town", "town_unknown"
    answering = tuple(dict.fromkeys(centre for centres in listed for centre in centres))
    return answering, "town", "town_by_point"


def _listed_towns(centre: Centre) -> tuple[ListedTown, ...]:
    """Return the towns a centre answers for as its list names them, none without a list."""
    if not centre.area:
        return ()
    from geoportal.address.town_lists import listed_towns  # takes time to load

    return listed_towns(centre.area)


def _covered(centre: Centre, name: str, number: int | None) -> Covered:
    said = {town.covers(name, number) for town in _listed_towns(centre)}
    return "whole" if "whole" in said else "part" if "part" in said else ""


def _by_area(
    snapshot: Snapshot, home: HomePlace, held: Sequence[Centre]
) -> tuple[Sequence[Centre], Ground, Doubt]:
    if home.lon is None or home.lat is None:
        return held, "local_area", "area_unknown"
    districts = snapshot.districts
    away = {
        centre.id: min(
            districts.distance_to_m(code, home.lon, home.lat)
            for code in _local_codes(snapshot, centre)
        )
        for centre in held
    }
    near = [centre for centre in held if away[centre.id] <= home.uncertainty_m]
    if not near:
        return held, "local_area", "area_unknown"
    return near, "local_area", "" if _one_area(near) else "near_edge"


def local_centres(snapshot: Snapshot, home: HomePlace) -> Sequence[Centre]:
    """Return the centres of local areas of the home's municipality, or around its position."""
    centres = _of_local_areas(snapshot)
    if not centres:
        return ()
    around: set[str] = set()
    if home.lon is not None and home.lat is not None:
        north = home.uncertainty_m / METRES_PER_DEGREE_LAT_MIN
        east = north / max(math.cos(math.radians(home.lat)), 0.1)
        west, south = home.lon - east, home.lat - north
        around = snapshot.districts.touching(west, south, home.lon + east, home.lat + north)
    return [
        centre
        for centre, codes in centres
        if any(
            code in around or (home.code and snapshot.districts[code].parent == home.code)
            for code in codes
        )
    ]


def _of_local_areas(snapshot: Snapshot) -> Sequence[tuple[Centre, list[str]]]:
    """Return the centres that answer for local areas, and the codes of these."""
    return snapshot.kept.part(
        ("local areas",),
        lambda: [
            (centre, codes)
            for centre in snapshot.centres
            if (codes := _local_codes(snapshot, centre))
        ],
    )


def _local_codes(snapshot: Snapshot, centre: Centre) -> list[str]:
    districts = snapshot.districts
    return [c for c in centre.districts if c in districts and districts[c].is_local]


def _one_area(centres: Sequence[Centre]) -> bool:
    """Say whether centres serve one area together: there is one, or all state the same area."""
    if len(centres) <= 1:
        return True
    names = {centre.area_name for centre in centres}
    return len(names) == 1 and "" not in names
