"""Railway stations (駅): where people say they are before they know an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LEAST_UNCERTAINTY_M = 100
"""Metres: "at the station" is said of its square and its entrances too, not of a platform."""


@dataclass(frozen=True, slots=True)
class Station:
    """A station, whatever the number of lines and companies that call at it.

    Attributes
    ----------
    id : str
        Group code (グループコード) of 国土数値情報 where there is one.
    name : str
        As published, without 駅 behind it: 小倉, 黒崎駅前.
    lon, lat : float
        Degrees, WGS 84: the middle of its platforms.
    extent_m : int
        Metres from there to the farthest end of a platform.
    lines : tuple of (str, str)
        Operating company (運営会社) and line (路線名), sorted, each pair once.
    """

    id: str
    name: str
    lon: float
    lat: float
    extent_m: int
    lines: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> str:
        """What people call it: 小倉駅."""
        return self.name if self.name.endswith("駅") else f"{self.name}駅"

    @property
    def uncertainty_m(self) -> float:
        """How far what is called the station may be from its position, metres."""
        return float(max(self.extent_m, LEAST_UNCERTAINTY_M))

    def line_labels(self, operators: Mapping[str, RailOperator]) -> tuple[str, ...]:
        """Return its lines as people call them: JR日豊線, 山陽新幹線."""
        return tuple(
            dict.fromkeys(line_label(company, line, operators) for company, line in self.lines)
        )


@dataclass(frozen=True, slots=True)
class RailOperator:
    """What a railway company is called.

    Attributes
    ----------
    company : str
        As 国土数値情報 writes it: 九州旅客鉄道.
    short : str
        In front of a line: JR.
    names : tuple of str
        Other names people put in front of a station: JR九州.
    """

    company: str
    short: str
    names: tuple[str, ...] = ()


def line_label(company: str, line: str, operators: Mapping[str, RailOperator]) -> str:
    """Return a line with the company in front where its name does not say it, both as published."""
    operator = operators.get(company)
    short = operator.short if operator else company
    if "新幹線" in line or line.startswith((short, company)):
        return line
    return f"{short}{line}"
