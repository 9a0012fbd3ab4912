"""Districts (地区): prefectures, medical care areas, municipalities, wards, local areas."""

from __future__ import annotations

from dataclasses import dataclass

LEVELS: tuple[str, ...] = ("prefecture", "medical_area", "municipality", "ward", "local")
"""District levels, largest first. ``local`` stands for 日常生活圏域, 中学校区 and the like."""


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
        One of `LEVELS`.
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
