"""Reference lists about places: municipalities and their changes, readings, railways, waters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import shapely

from geoportal.domain.water import Water
from geoportal.store.reference_rows import read_entries, read_rows, values_of

if TYPE_CHECKING:
    from geoportal.domain.place import (
        DoubledTown,
        Municipality,
        MunicipalityChange,
        PlaceReadings,
    )
    from geoportal.domain.station import RailOperator

_READING = re.compile("(.+)《(.+)》")


@dataclass(frozen=True)
class PlaceReference:
    """The shipped lists about places, read when first asked for.

    The directory is ``data/reference``.
    """

    directory: Path = field(repr=False)

    @cached_property
    def waters(self) -> tuple[Water, ...]:
        """Straits, bays and seas around islands that a straight line may cross."""
        return tuple(
            Water(
                row["water"],
                shapely.LineString(
                    [tuple(map(float, point.split())) for point in values_of(row["line"])]
                ),
            )
            for row in self._rows("waters.csv")
        )

    @cached_property
    def road_speeds(self) -> dict[str, float]:
        """Speeds in km/h by class of road; ``off_road`` from a point to its nearest road."""
        return {row["road_class"]: float(row["km_h"]) for row in self._rows("road_speeds.csv")}

    @cached_property
    def municipalities(self) -> dict[str, Municipality]:
        """Municipalities and wards of Japan by five-digit code."""
        from geoportal.domain.place import Municipality  # takes time to load

        entries = read_entries(self.directory / "municipalities.csv", Municipality)
        return {entry.code: entry for entry in entries}

    @cached_property
    def municipality_changes(self) -> tuple[MunicipalityChange, ...]:
        """Municipalities renamed, merged or divided since 2001, the latest first."""
        from geoportal.domain.place import MunicipalityChange  # takes time to load

        return tuple(read_entries(self.directory / "municipality_changes.csv", MunicipalityChange))

    @cached_property
    def doubled_towns(self) -> tuple[DoubledTown, ...]:
        """Towns that share their name with another of the same ward."""
        from geoportal.domain.place import DoubledTown  # takes time to load

        return tuple(
            DoubledTown(
                row["code"],
                row["town"],
                row["postal_code"],
                values_of(row["streets"]),
                float(row["lon"]) if row["lon"] else None,
                float(row["lat"]) if row["lat"] else None,
            )
            for row in self._rows("doubled_towns.csv")
        )

    @cached_property
    def romanised(self) -> dict[str, str]:
        """Prefectures, cities, municipalities and wards in letters: ``Kumamoto City``."""
        return {row["code"]: row["en"] for row in self._rows("readings.csv")}

    @cached_property
    def readings(self) -> PlaceReadings:
        """Readings of areas and stations."""
        from geoportal.domain.place import PlaceReadings  # takes time to load

        names = (
            (row["code"], _READING.fullmatch(row["ja-easy"])) for row in self._rows("readings.csv")
        )
        stations = {row["name"]: row["kana"] for row in self._rows("station_readings.csv")}
        return PlaceReadings({code: (name[1], name[2]) for code, name in names if name}, stations)

    @cached_property
    def equivalents(self) -> dict[str, tuple[str, ...]]:
        """For a code that changed, those of the same land before and after it: 22138 ↔ 22131."""
        pairs: dict[str, dict[str, None]] = {}
        for change in self.municipality_changes:
            if change.old_code and change.old_code != change.new_code:
                pairs.setdefault(change.old_code, {})[change.new_code] = None
                pairs.setdefault(change.new_code, {})[change.old_code] = None
        return {code: tuple(others) for code, others in pairs.items()}

    @cached_property
    def later_codes(self) -> dict[str, tuple[str, ...]]:
        """For a code that is no longer used, those of its land after the change: 22131 → 22138."""
        later: dict[str, dict[str, None]] = {}
        for change in self.municipality_changes:
            if change.old_code and change.old_code != change.new_code:
                later.setdefault(change.old_code, {})[change.new_code] = None
        return {code: tuple(new) for code, new in later.items()}

    @cached_property
    def designated_cities(self) -> dict[str, str]:
        """Codes of the designated cities (政令指定都市), whose wards are municipalities here."""
        return {row["code"]: row["name"] for row in self._rows("designated_cities.csv")}

    @cached_property
    def rail_operators(self) -> dict[str, RailOperator]:
        """What railway companies are called, by the name 国土数値情報 gives them."""
        from geoportal.domain.station import RailOperator  # takes time to load

        return {
            row["company"]: RailOperator(row["company"], row["short"], values_of(row["names"]))
            for row in self._rows("rail_operators.csv")
        }

    def _rows(self, name: str) -> Iterator[dict[str, str]]:
        return read_rows(self.directory / name)
