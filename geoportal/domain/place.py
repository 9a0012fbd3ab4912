"""Places by name: municipalities, towns and what is finer, postal codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Municipality(NamedTuple):
    """A municipality or ward of Japan (市区町村), with the areas above it.

    Attributes
    ----------
    code : str
        Five digits (全国地方公共団体コード without its check digit).
    prefecture, name : str
        "福岡県", "北九州市門司区". The county (郡) may be missing: 苅田町.
    prefecture_code : str
        Two digits.
    medical_area_code, medical_area : str
        The secondary medical care area (二次医療圏) it belongs to, empty when not known.
    """

    code: str
    prefecture: str
    name: str
    prefecture_code: str = ""
    medical_area_code: str = ""
    medical_area: str = ""


class MunicipalityChange(NamedTuple):
    """A municipality that was renamed, merged or divided; one that became several has as many.

    Attributes
    ----------
    date : str
        ISO date from which the new one is.
    prefecture : str
    old_code, new_code : str
        Five digits; the old one empty where it is not listed. Equal when only the name changed.
    old_name, new_name : str
        The old one with its county: 筑紫郡那珂川町.
    source : str
    """

    date: str
    prefecture: str
    old_code: str
    old_name: str
    new_code: str
    new_name: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class PlaceReadings:
    """How names of places are read that their own lists give in kanji only.

    Attributes
    ----------
    areas : mapping of str to (str, str)
        Name and reading in kana of prefectures, designated cities, municipalities and wards, by
        code.
    stations : mapping of str to str
        Readings of stations by name, without 駅.
    """

    areas: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    stations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DoubledTown:
    """A town that shares its name with another of the same municipality (同名町).

    Attributes
    ----------
    municipality_code : str
    town : str
        "近衛町".
    postal_code : str
        Seven digits: each of the towns has its own.
    streets : tuple of str
        The streets (通り名) by which an address in it begins: "油小路通出水下る".
    lon, lat : float or None
        About its middle, degrees, WGS 84; None where it could not be estimated.
    """

    municipality_code: str
    town: str
    postal_code: str
    streets: tuple[str, ...]
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the gazetteer: a 町丁目, 小字, 街区 or 住居番号 with its position.

    Attributes
    ----------
    municipality_code : str
        Five digits.
    prefecture : str
        "福岡県".
    municipality : str
        With its county or city in front: "北九州市門司区", "京都郡苅田町".
    town : str
        大字町丁目名 as published: "青葉台", "赤坂一丁目", "大字今津".
    lon, lat : float or None
        Degrees, WGS 84 (JGD2011 taken as equal). None: known by name only.
    koaza : str
        小字・通称名, empty when the place is the town itself.
    block : str
        街区符号 or 番地 without its unit: "12"; empty above that level.
    house : str
        住居番号 without its unit: "3"; empty above that level.
    kana : str
        Reading of the town (without its 丁目) in katakana, empty when unknown.
    registry_id : str
        Number within the municipality in アドレス・ベース・レジストリ, empty elsewhere.
    """

    municipality_code: str
    prefecture: str
    municipality: str
    town: str
    lon: float | None
    lat: float | None
    koaza: str = ""
    block: str = ""
    house: str = ""
    kana: str = ""
    registry_id: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Town, 小字, block and house: unique within a municipality."""
        return self.town, self.koaza, self.block, self.house


@dataclass(frozen=True, slots=True)
class Postcode:
    """A postal code (郵便番号) and one area it serves, as Japan Post publishes it.

    Attributes
    ----------
    postal_code : str
        Seven digits.
    municipality_code : str
        Five digits.
    town : str
        町域名; empty when the code serves what no other code does (以下に掲載がない場合).
    kana : str
        Reading of ``town`` in katakana, empty when unknown.
    chome : str
        The 丁目 it serves, as ``"1-3,5"``; empty for all of the town.
    """

    postal_code: str
    municipality_code: str
    town: str = ""
    kana: str = ""
    chome: str = ""
