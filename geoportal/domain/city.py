"""A city as data: what a folder of ``data/cities`` says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Words = Mapping[str, str]
"""A text by language: ``ja``, ``ja-easy``, ``en``."""


@dataclass(frozen=True, slots=True)
class StartView:
    """Where a map opens that has no outlines: degrees, WGS 84, and a zoom level."""

    lon: float
    lat: float
    zoom: int


@dataclass(frozen=True, slots=True)
class Stage:
    """From which day (ISO date) on centres of a kind answer in some districts."""

    kind: str
    since: str
    districts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Who may ask centres that do not say it themselves.

    Attributes are as in `geoportal.domain.centre.Centre`; ``residents``: of the city only.
    """

    terms: tuple[str, ...] = ()
    age_from: int | None = None
    residents: bool = False


@dataclass(frozen=True, slots=True)
class AskedOf:
    """What is asked of whom.

    Attributes
    ----------
    kind : str
        Kind of centre, empty for another body.
    name : Words
        Of another body.
    text : Words
        What it is asked.
    """

    kind: str
    name: Words
    text: Words


@dataclass(frozen=True, slots=True)
class Guide:
    """A guide, a tool or a network of a city that people are pointed to; none of it is held.

    Attributes
    ----------
    name : Words
        入退院支援の手引き.
    text : Words
        What it is for, and since when.
    url : str
        Address of its page (https or http); empty where none is known.
    """

    name: Words
    text: Words
    url: str = ""


@dataclass(frozen=True, slots=True)
class City:
    """A city with a folder of its own.

    Attributes
    ----------
    code : str
        Five digits.
    name : Words
    view : StartView or None
    prefectures, meshes : tuple of str
        What files are fetched for: two-digit codes of prefectures, codes of 第1次メッシュ.
    events : str
        Address of a feed; empty for none.
    centres : mapping of str to Eligibility
        By kind of centre.
    stages : tuple of Stage
    asked : tuple of AskedOf
    guides : tuple of Guide
    credits : mapping of str to str
        Line of credit by source.
    """

    code: str
    name: Words
    view: StartView | None = None
    prefectures: tuple[str, ...] = ()
    meshes: tuple[str, ...] = ()
    events: str = ""
    centres: Mapping[str, Eligibility] = field(default_factory=dict)
    stages: tuple[Stage, ...] = ()
    asked: tuple[AskedOf, ...] = ()
    guides: tuple[Guide, ...] = ()
    credits: Mapping[str, str] = field(default_factory=dict)
