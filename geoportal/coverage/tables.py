"""The tables of a study: the same numbers for every file, page and answer.

Each table is a list of rows with fixed keys; numbers are rounded to 12 significant digits
(`figures.round_significant`), so that CSV, Excel, GeoPackage, GeoJSON and the API show equal
figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from geoportal.coverage.access import NOBODY
from geoportal.coverage.back_up import BackUp
from geoportal.coverage.demand import GROUPS
from geoportal.coverage.distance_zones import RINGS_M
from geoportal.coverage.driving import AT_LEAST_BY_ROAD, MINUTES
from geoportal.coverage.figures import AT_LEAST, DistrictFigures, Level, round_significant
from geoportal.coverage.study import Study
from geoportal.coverage.supply import Supply
from geoportal.coverage.town_demand import people_of
from geoportal.domain.dating import stated_date
from geoportal.roads.network import STATES

Row = dict[str, Any]
POSSIBLE = "_possible"

CELL_COLUMNS: tuple[str, ...] = (
    "cell",
    "lon",
    "lat",
    "district",
    "pop",
    "pop65",
    "pop75",
    "pop85",
    *(f"within_{ring:.0f}_m" for ring in RINGS_M),
    "nearest_m",
    "second_nearest_m",
    "floating_catchment",
)
"""Columns of ``coverage.csv``, a row per cell: facilities that surely count."""

_MEASURES = CELL_COLUMNS[8:]
_ROAD_MEASURES: tuple[str, ...] = ("nearest_min", "second_nearest_min", "road")
"""Columns of a cell by road: minutes by car, and whether there is a time or why there is none."""
RANKED = "pop75_uncovered_share"


def cell_columns(study: Study) -> tuple[str, ...]:
    """Return the columns of ``coverage.csv`` of a study: minutes by car where roads are held."""
    return (*CELL_COLUMNS, *(_ROAD_MEASURES if study.roads is not None else ()))


def measure_columns(study: Study) -> tuple[str, ...]:
    """Return those of `cell_columns` that are there for possible facilities, too."""
    return cell_columns(study)[len(CELL_COLUMNS) - len(_MEASURES) :]


def cell_rows(study: Study) -> list[Row]:
    """Return a row for each part of a cell in a district, possible figures included.

    A cell is named by the nine digits of its mesh, or by municipality and town (``40106/城内``).
    People that are not published are None, never 0.
    """
    cells = study.cells
    codes = [area.code for area in study.target.areas]
    rows = []
    sure, possible = _measure_columns(study, sure=True), _measure_columns(study, sure=False)
    for n in range(len(cells)):
        row: Row = {
            "cell": str(cells.keys[n]),
            "lon": float(cells.lon[n]),
            "lat": float(cells.lat[n]),
            "district": codes[cells.districts[n]],
        }
        row |= {name: round_significant(float(cells.people[n, i])) for i, name in enumerate(GROUPS)}
        row |= {name: column[n] for name, column in sure.items()}
        row |= {name + POSSIBLE: column[n] for name, column in possible.items()}
        if study.by_towns:
            row["uncertainty_m"] = round_significant(float(cells.uncertainty_m[n]))
        else:
            row["share"] = round_significant(float(cells.shares[n]))
            row["estimated"] = bool(cells.suppressed[n])
        rows.append(row)
    return rows


def _measure_columns(study: Study, *, sure: bool) -> dict[str, list[Any]]:
    measures = study.sure if sure else study.possible
    access = measures.access
    values: list[list[Any]] = [access.counts[:, ring].tolist() for ring in range(len(RINGS_M))]
    for numbers in (access.nearest_m, access.second_nearest_m, measures.floating_catchment):
        values.append([round_significant(float(value)) for value in numbers])
    roads = measures.by_road
    if roads is not None:
        for minutes in roads.minutes[:2]:
            values.append([round_significant(float(value)) for value in minutes])
        values.append([STATES[number] for number in roads.states.tolist()])
    return dict(zip(measure_columns(study), values, strict=True))


def district_rows(study: Study) -> list[Row]:
    """Return a row for each district and one for the whole, with ranks.

    Rank 1 has the largest share of people aged 75 and over without a facility within 2 km;
    equals share a rank. The whole has no rank, nor has a district that is undecided: there the
    share is None as well. Where it is not known which facilities there are, only people are stated.
    """
    rows = [_district_row(figures) for figures in (*study.districts, study.total)]
    own = rows[:-1]
    for row in own:
        if row[RANKED] is not None:
            larger = [other for other in own if (other[RANKED] or 0.0) > row[RANKED]]
            row["rank"] = 1 + len(larger)
    return rows


def _district_row(figures: DistrictFigures) -> Row:
    row: Row = {
        "district": figures.code,
        "name": figures.name,
        "level": figures.level,
        **{name: round_significant(figures.group(name)) for name in GROUPS},
    }
    row |= dict(_level_items(figures, figures.sure, ""))
    row |= dict(_level_items(figures, figures.possible, POSSIBLE))
    row["rank"] = None
    row["undecided"] = figures.undecided
    if figures.unlisted:
        listed = dict(_level_items(figures, figures.sure, "")).keys()
        row |= dict.fromkeys(f"{key}{mark}" for key in listed for mark in ("", POSSIBLE))
        if figures.partly_undecided:
            shares = ((RANKED, figures.sure), (RANKED + POSSIBLE, figures.possible))
            row |= {key: round_significant(figures.uncovered_share(n, 1)) for key, n in shares}
    elif figures.undecided:
        row |= dict.fromkeys((RANKED, RANKED + POSSIBLE))
    return row


def _level_items(figures: DistrictFigures, level: Level, mark: str) -> Iterator[tuple[str, Any]]:
    yield f"facilities{mark}", level.facilities
    yield f"per_10000_pop75{mark}", round_significant(figures.per_people(level))
    for ring, value in zip(RINGS_M, level.within, strict=True):
        yield f"within_{ring:.0f}_m{mark}", round_significant(value)
    yield f"nearest_m{mark}", round_significant(level.nearest_m)
    yield f"second_nearest_m{mark}", round_significant(level.second_nearest_m)
    yield f"floating_catchment{mark}", round_significant(level.floating_catchment)
    for least, by_ring in zip(AT_LEAST, level.covered, strict=True):
        for ring, value in zip(RINGS_M, by_ring, strict=True):
            yield f"pop75_with_{least}_within_{ring:.0f}_m{mark}", round_significant(value)
    yield f"{RANKED}{mark}", round_significant(figures.uncovered_share(level, 1))
    if level.by_road is None:
        return
    yield f"nearest_min{mark}", round_significant(level.by_road.nearest_min)
    for least, by_minutes in zip(AT_LEAST_BY_ROAD, level.by_road.covered, strict=True):
        for minutes, value in zip(MINUTES, by_minutes, strict=True):
            yield f"pop75_with_{least}_within_{minutes}_min{mark}", round_significant(value)
    yield f"pop75_minutes_unknown{mark}", round_significant(level.by_road.unknown)


def facility_rows(study: Study) -> list[Row]:
    """Return a row for each facility that any of the people can reach, or that lies here.

    Those within 16 km of a cell with people of 75 and over, and those that are nearest to any
    cell; ordered by what would be lost if they closed, then by id. What would be lost is None in a
    study that is undecided. Where groups of offices are known: the partners that count or may, and
    who of those left without any has one of them within 16 km.
    """
    supply, n_minus_one = study.supply, study.n_minus_one
    codes = [*(area.code for area in study.target.areas), ""]  # the last, -1: outside
    relevant = (study.facility_districts >= 0) | (study.catchment_demand > 0)
    for measures in (study.sure, study.possible):
        for nearest in (measures.access.nearest, measures.access.second):
            relevant[nearest[nearest != NOBODY]] = True
    rows = []
    for n in np.flatnonzero(relevant):
        row: Row = {
            "id": supply.ids[n],
            "name": supply.names[n],
            "kind": supply.kinds[n],
            "district": codes[study.facility_districts[n]],
            "lon": float(supply.places.lon[n]),
            "lat": float(supply.places.lat[n]),
            "certain": bool(supply.certain[n]),
            "capacity": float(supply.capacity[n]),
            "catchment_demand": round_significant(float(study.catchment_demand[n])),
            "ratio": round_significant(float(study.ratio[n])),
            "nearest_to_pop75": round_significant(float(n_minus_one.nearest_to[n])),
            "farther_person_m": round_significant(float(n_minus_one.farther_m[n])),
        }
        for name in ("left_without", "left_with_one"):
            for metres, left in zip(RINGS_M, getattr(n_minus_one, name)[n], strict=True):
                row[f"{name}_{metres:.0f}_m"] = round_significant(float(left))
        row |= _by_road(study, int(n))
        if study.back_up is not None:
            row |= _partners(supply, study.back_up, int(n), by_road=study.roads is not None)
        rows.append(row)
    lost = [f"left_without_{metres:.0f}_m" for metres in reversed(RINGS_M)]
    if study.undecided:
        unknown = dict.fromkeys(
            key for row in rows for key in row if key.startswith(("left_", "farther_", "nearest_"))
        )
        return sorted(({**row, **unknown} for row in rows), key=lambda row: str(row["id"]))
    return sorted(
        rows, key=lambda row: (*(-row[key] for key in lost), -row["nearest_to_pop75"], row["id"])
    )


def _by_road(study: Study, n: int) -> Row:
    """Return what would be lost by road if a facility closed; nothing without a road map."""
    if study.roads is None or study.road_loss is None:
        return {}
    row: Row = {"on_road": not study.roads.off_road[n]}
    for name in ("left_without", "left_with_one"):
        for minutes, left in zip(MINUTES, getattr(study.road_loss, name)[n], strict=True):
            row[f"{name}_{minutes}_min"] = round_significant(float(left))
    return row


def _partners(supply: Supply, back_up: BackUp, n: int, *, by_road: bool) -> Row:
    """Return the partners of a facility, and who of those left without has one in reach."""
    row: Row = {"partners": "|".join(supply.ids[one] for one in back_up.partners.get(n, ()))}
    for metres, left in zip(RINGS_M, back_up.people[n], strict=True):
        row[f"left_to_partner_{metres:.0f}_m"] = round_significant(float(left))
    for minutes, left in zip(MINUTES if by_road else (), back_up.people_by_road[n], strict=False):
        row[f"left_to_partner_{minutes}_min"] = round_significant(float(left))
    return row


def reconciliation_rows(study: Study) -> list[Row]:
    """Return cells beside the register by age, for each district and the whole.

    By 町丁目 with the people who are not in the figures: those of towns without a place.
    """
    rows = []
    unit = study.cells.unit
    for figures in (*study.districts, study.total):
        residents = study.population.register.get(figures.code)
        row: Row = {"district": figures.code, "name": figures.name}
        for group in GROUPS[:-1]:
            cells = figures.group(group)
            register = float(getattr(residents, group)) if residents is not None else None
            row[f"{group}_{unit}"] = round_significant(cells)
            row[f"{group}_register"] = register
            row[f"{group}_difference"] = (
                None if register is None else round_significant(cells - register)
            )
            row[f"{group}_ratio"] = round_significant(cells / register) if register else None
        if study.by_towns:
            row |= _left_out(study, figures)
        row["register_as_of"] = stated_date(residents.as_of) if residents is not None else None
        rows.append(row)
    return rows


def _left_out(study: Study, figures: DistrictFigures) -> Row:
    """Return the people not counted: of towns without a place, and figures not published."""
    towns = study.unplaced
    codes = [area.code for area in study.target.areas]
    parts = np.ones(len(study.cells), dtype=bool)
    if figures.level != "total":
        towns = tuple(town for town in towns if town.municipality_code == figures.code)
        parts = study.cells.districts == codes.index(figures.code)
    people = np.array([people_of(town) for town in towns]).reshape(-1, len(GROUPS))
    return {
        "unplaced_towns": len(towns),
        "pop_unplaced": round_significant(float(np.nansum(people[:, 0]))),
        "pop75_unplaced": round_significant(float(np.nansum(people[:, GROUPS.index("pop75")]))),
        "hidden_towns": int((parts & study.cells.hidden).sum()),
    }


def demand_rows(study: Study) -> list[Row]:
    """Return every cell that shares in the capacity: with these the figures can be checked."""
    cells = study.catchment_cells
    places, people = cells.places, cells.group("pop75")
    return [
        {
            "cell": str(cells.keys[n]),
            "lon": float(places.lon[n]),
            "lat": float(places.lat[n]),
            "pop75": round_significant(float(people[n])),
        }
        for n in range(len(cells))
        if people[n] > 0
    ]
