"""Districts (地区): prefectures, medical care areas, municipalities, wards, local areas."""

from __future__ import annotations

from dataclasses import dataclass

LEVELS: tuple[str, ...] = ("prefecture", "medical_area", "municipality", "ward")
"""Official district levels, largest first."""

LOCAL = "local"
"""Asks for districts that a place has defined itself, whatever their level is called."""


def rank(level: str) -> int:
    """Return where a level stands from the largest to the smallest; local ones come last."""
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)


@dataclass(frozen=True, slots=True)
class District:
    """A named area.

    Attributes
    ----------
    code : str
        Text; municipalities and wards by their five-digit code.
    name : str
        The short name, for example 小倉北区.
    level : str
        One of `LEVELS`, or what the local set it belongs to is called: 日常生活圏域, 中学校区.
    parent : str
        Code of the next larger district, empty at the top.
    full_name : str
        With everything above it, for example 福岡県北九州市小倉北区.
    """

    code: str
    name: str
    level: str
    parent: str = ""
    full_name: str = ""

    @property
    def is_local(self) -> bool:
        """True for districts that are not official: several sets of them may overlap."""
        return self.level not in LEVELS

    def is_of(self, level: str) -> bool:
        """Say whether it is of a level; `LOCAL` stands for every local one."""
        return self.level == level or (level == LOCAL and self.is_local)
