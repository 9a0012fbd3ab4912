"""Figures of districts: sums and means over cells, for sure and for possible facilities.

Sums (people) are added over districts; means are weighted by the people aged 75 and over and made
from sums, so that the figures of a city are those of its districts together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geoportal.coverage.access import Access
from geoportal.coverage.area import Target
from geoportal.coverage.cells import CellTable
from geoportal.coverage.completeness import Lacking
from geoportal.coverage.demand import GROUPS, NEED_GROUP
from geoportal.coverage.distance_zones import RINGS_M, Floats, Rows
from geoportal.coverage.driving import AT_LEAST_BY_ROAD, MINUTES, RoadAccess

AT_LEAST: tuple[int, ...] = (1, 2, 3)
"""How many facilities in reach people are counted by."""

MUCH_UNKNOWN = 0.2
"""Above this share of facilities that are not known to count, sentences state a range."""

PER_PEOPLE = 10_000
_SIGNIFICANT_DIGITS = 12
_NOTHING = 1e-9
"""A share below this is the rounding of two sums that are equal."""


@dataclass(frozen=True)
class Measures:
    """What each part of a cell can reach, for one set of facilities (sure, or possible).

    Attributes
    ----------
    access : Access
        By part.
    floating_catchment : ndarray of float, shape (p,)
        Capacity per person aged 75 and over.
    by_road : RoadAccess or None
        By part; None when no road map is held.
    """

    access: Access
    floating_catchment: Floats
    by_road: RoadAccess | None = None


@dataclass(frozen=True, slots=True)
class RoadLevel:
    """The figures of one district by road, for one set of facilities.

    Attributes
    ----------
    nearest_min : float
        Mean minutes by car from the nearest to people aged 75 and over; NaN where there is no time.
    covered : tuple of tuple of float
        People aged 75 and over with at least 1, 2 facilities (outer) within each of the minutes.
    unknown : float
        People aged 75 and over of whom it is not known how long it takes to them.
    """

    nearest_min: float
    covered: tuple[tuple[float, ...], ...]
    unknown: float


@dataclass(frozen=True, slots=True)
class Level:
    """The figures of one district for one set of facilities.

    Attributes
    ----------
    facilities : int
        In the district, those without a position included.
    within : tuple of float
        Mean number of facilities within each ring of a person aged 75 and over.
    nearest_m, second_nearest_m, floating_catchment : float
        Means over people aged 75 and over; NaN where nobody lives or nothing exists.
    covered : tuple of tuple of float
        People aged 75 and over with at least 1, 2, 3 facilities (outer) within each ring (inner).
    by_road : RoadLevel or None
        None when no road map is held.
    """

    facilities: int
    within: tuple[float, ...]
    nearest_m: float
    second_nearest_m: float
    floating_catchment: float
    covered: tuple[tuple[float, ...], ...]
    by_road: RoadLevel | None = None


@dataclass(frozen=True, slots=True)
class DistrictFigures:
    """A row of the comparison table.

    Attributes
    ----------
    code, name, level : str
        Of the district; ``level`` is ``"total"`` for the whole.
    people : tuple of float
        By group, see `GROUPS`; NaN where no figure is known.
    sure, possible : Level
        Facilities of which every need is known; and those of which some is not known, too.
    hidden : int
        Towns of which the number of people aged 75 and over is not published: in no sum.
    undecided : bool
        True when a source that would tell who counts is not held here: no share, rank or headline
        can be stated, and everybody may be covered. The whole is undecided when all districts are.
    unlisted : bool
        True when it is not known which facilities there are: no figure but people can be stated.
    partly_undecided : bool
        Of the whole, True when some districts are undecided: its shares are ranges.
    """

    code: str
    name: str
    level: str
    people: tuple[float, ...]
    sure: Level
    possible: Level
    hidden: int = 0
    undecided: bool = False
    unlisted: bool = False
    partly_undecided: bool = False

    def group(self, name: str) -> float:
        """Return the people of a group."""
        return self.people[GROUPS.index(name)]

    @property
    def need(self) -> float:
        """People aged 75 and over."""
        return self.group(NEED_GROUP)

    @property
    def mostly_unknown(self) -> bool:
        """True when of more than `MUCH_UNKNOWN` of the facilities here it is not known.

        Or some districts of the whole are undecided.
        """
        if self.partly_undecided:
            return True
        possible = self.possible.facilities
        return possible - self.sure.facilities > MUCH_UNKNOWN * possible

    def per_people(self, level: Level) -> float:
        """Return facilities in the district per 10,000 aged 75 and over; NaN without people."""
        return level.facilities / self.need * PER_PEOPLE if self.need > 0 else float("nan")

    def uncovered_share(self, level: Level, ring: int, at_least: int = 1) -> float:
        """Return the share of people 75+ without enough facilities within a ring; NaN: nobody."""
        if not self.need > 0:
            return float("nan")
        share = 1.0 - level.covered[at_least - 1][ring] / self.need
        return share if share > _NOTHING else 0.0


def road_shares(figures: DistrictFigures, level: Level, reach: int) -> tuple[float, float, float]:
    """Return the shares of people 75+ in reach by road, not in reach, and not known; sum 1.

    ``reach`` is a number in `MINUTES`. NaN when nobody lives there or no road map is held.
    """
    if level.by_road is None or not figures.need > 0:
        return (float("nan"),) * 3
    covered, unknown = level.by_road.covered[0][reach], level.by_road.unknown
    beyond = max(figures.need - covered - unknown, 0.0)
    return tuple(
        share if share > _NOTHING else 0.0
        for share in (people / figures.need for people in (covered, beyond, unknown))
    )  # type: ignore[return-value]


def district_figures(
    *,
    code: str,
    name: str,
    level: str,
    cells: CellTable,
    sure: Measures,
    possible: Measures,
    facilities: tuple[int, int],
    parts: Rows | NDArray[np.bool_],
    people_known: bool = True,
    lacking: Lacking = Lacking(undecided=False, unlisted=False),  # noqa: B008 - immutable
) -> DistrictFigures:
    """Return the figures of one district from its ``parts``, rows of the cell table.

    Measures are of every part. ``facilities`` counts the sure ones in the district, and the
    possible (which include the sure). ``people_known`` is False where no part may mean that the
    population is not imported, not that nobody lives there; people are then NaN, not 0.
    ``lacking`` says which sources are not held here.
    """
    need = cells.need[parts]
    most = _level(need, possible, facilities[1], parts)
    if lacking.undecided:
        most = _everybody(most, float(need.sum()))
    nobody = 0.0 if people_known else float("nan")
    return DistrictFigures(
        code=code,
        name=name,
        level=level,
        people=cells.people_in(parts) if need.size else (nobody,) * len(GROUPS),
        sure=_level(need, sure, facilities[0], parts),
        possible=most,
        hidden=int(cells.hidden[parts].sum()),
        undecided=lacking.undecided,
        unlisted=lacking.unlisted,
    )


def _everybody(level: Level, people: float) -> Level:
    """Return the figures if everybody were covered, as may be where it is not known who counts."""
    roads = level.by_road
    if roads is not None:
        known = (people - roads.unknown,) * len(MINUTES)
        roads = replace(roads, covered=(known,) * len(AT_LEAST_BY_ROAD))
    return replace(level, covered=((people,) * len(RINGS_M),) * len(AT_LEAST), by_road=roads)


def _level(
    weight: Floats, measures: Measures, facilities: int, parts: Rows | NDArray[np.bool_]
) -> Level:
    access = measures.access
    counts = access.counts[parts]
    covered = tuple(
        tuple(float(weight[counts[:, ring] >= least].sum()) for ring in range(len(RINGS_M)))
        for least in AT_LEAST
    )
    return Level(
        facilities=facilities,
        within=tuple(mean(counts[:, ring], weight) for ring in range(len(RINGS_M))),
        nearest_m=mean(access.nearest_m[parts], weight),
        second_nearest_m=mean(access.second_nearest_m[parts], weight),
        floating_catchment=mean(measures.floating_catchment[parts], weight),
        covered=covered,
        by_road=_road_level(weight, measures.by_road, parts),
    )


def _road_level(
    weight: Floats, access: RoadAccess | None, parts: Rows | NDArray[np.bool_]
) -> RoadLevel | None:
    if access is None:
        return None
    own = access.take(np.arange(access.states.size)[parts])
    counts = [own.counts(minutes) for minutes in MINUTES]
    return RoadLevel(
        nearest_min=mean(own.minutes[0], weight),
        covered=tuple(
            tuple(float(weight[within >= least].sum()) for within in counts)
            for least in AT_LEAST_BY_ROAD
        ),
        unknown=float(weight[~own.known].sum()),
    )


def mean(values: NDArray[np.generic], weight: Floats) -> float:
    """Return the weighted mean of what is finite; NaN when nothing has weight."""
    numbers = np.asarray(values, dtype=np.float64)
    finite = np.isfinite(numbers)
    total = float(weight[finite].sum())
    return float((numbers[finite] * weight[finite]).sum()) / total if total > 0 else float("nan")


def total_figures(
    target: Target,
    districts: Sequence[DistrictFigures],
    *,
    cells: CellTable,
    sure: Measures,
    possible: Measures,
) -> DistrictFigures:
    """Return the figures of the whole: sums of the districts' figures, means over every part."""
    whole = district_figures(
        code=target.code,
        name=target.name,
        level="total",
        cells=cells,
        sure=sure,
        possible=possible,
        facilities=(
            sum(district.sure.facilities for district in districts),
            sum(district.possible.facilities for district in districts),
        ),
        parts=np.ones(len(cells), dtype=bool),
    )
    undecided = [district.undecided for district in districts]
    return replace(
        whole,
        undecided=bool(undecided) and all(undecided),
        unlisted=any(district.unlisted for district in districts),
        partly_undecided=any(undecided) and not all(undecided),
        people=tuple(_known_sum(d.people[n] for d in districts) for n in range(len(GROUPS))),
        sure=_with_sums(whole.sure, [district.sure for district in districts]),
        possible=_with_sums(whole.possible, [district.possible for district in districts]),
    )


def _known_sum(values: Iterable[float]) -> float:
    """Return the sum of what is known, NaN when nothing is."""
    known = [value for value in values if np.isfinite(value)]
    return sum(known) if known else float("nan")


def _with_sums(whole: Level, parts: list[Level]) -> Level:
    covered = tuple(
        tuple(sum(part.covered[n][ring] for part in parts) for ring in range(len(RINGS_M)))
        for n in range(len(AT_LEAST))
    )
    roads = [part.by_road for part in parts if part.by_road is not None]
    if whole.by_road is None or len(roads) < len(parts):
        return replace(whole, covered=covered)
    by_road = replace(
        whole.by_road,
        covered=tuple(
            tuple(sum(one.covered[n][reach] for one in roads) for reach in range(len(MINUTES)))
            for n in range(len(AT_LEAST_BY_ROAD))
        ),
        unknown=sum(one.unknown for one in roads),
    )
    return replace(whole, covered=covered, by_road=by_road)


def round_significant(value: float) -> float | None:
    """Return a number rounded to 12 significant digits as written to files; None for NaN.

    Precise to 1e-11, yet free of the last bits, which may differ between processors: the same
    input gives the same bytes.
    """
    return None if not np.isfinite(value) else float(f"{value:.{_SIGNIFICANT_DIGITS}g}")
