"""The rows a gazetteer (地名辞典) is compiled from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place of a gazetteer: a 町丁目, 小字, 街区 or 住居番号 with its position.

    Attributes
    ----------
    municipality_code : str
        5 digits (全国地方公共団体コード without its check digit).
    prefecture : str
        "福岡県".
    municipality : str
        With its county or city in front: "北九州市門司区", "京都郡苅田町".
    town : str
        大字町丁目名 as published: "青葉台", "赤坂一丁目", "大字今津".
    lon, lat : float
        Degrees, WGS 84 (JGD2011 taken as equal). Not finite means "no position known".
    koaza : str
        小字・通称名, empty when the row is the town itself.
    block : str
        街区符号 or 番地 without its unit: "12", empty above that level.
    house : str
        住居番号 without its unit: "3", empty above that level.
    kana : str
        Reading of the town (without its 丁目) in katakana, empty when unknown.
    """

    municipality_code: str
    prefecture: str
    municipality: str
    town: str
    lon: float
    lat: float
    koaza: str = ""
    block: str = ""
    house: str = ""
    kana: str = ""


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality or ward (市区町村) by code, prefecture and full name.

    Attributes
    ----------
    code : str
        5 digits.
    prefecture : str
        "福岡県".
    name : str
        "北九州市門司区". The county (郡) may be missing; a town's row supplies it.
    """

    code: str
    prefecture: str
    name: str


@dataclass(frozen=True, slots=True)
class Postcode:
    """A postal code (郵便番号) and one area it serves, as Japan Post publishes it.

    Attributes
    ----------
    postal_code : str
        7 digits.
    municipality_code : str
        5 digits (jisx0402).
    town : str
        町域名, empty when the code serves "以下に掲載がない場合".
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
