"""Completeness: whether the sources that would know the answer to a question are held."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

HELD, PARTIAL, MISSING = "held", "partial", "missing"
PLACES, NEEDS, HOURS, DEPARTMENTS = "places", "needs", "hours", "departments"
"""What a source tells: which facilities there are, what they have filed, when they are open, and
their departments (診療科)."""
TOLD = (PLACES, NEEDS, HOURS, DEPARTMENTS)
CITIES_FOR_PREFECTURE = 5
"""A file that lists at least so many cities of a prefecture answers for all of it."""
_DENTAL = "歯"
DEPARTMENT_KINDS = ("hospital", "clinic", "dental_clinic")
"""Kinds that have departments (診療科)."""
ANY_DEPARTMENT = ("医科", "歯科")
"""The two classes of departments, where departments matter but none is named."""
JAPAN = "00"
"""The area of an edition that lists most prefectures, where others have a code of two digits."""


@dataclass(frozen=True, slots=True)
class SourceScope:
    """What a source tells of facility kinds, and the scopes in which it is published.

    Attributes
    ----------
    source : str
        Source name.
    scopes : tuple of str
        The parts that must all be held for the kinds to be complete, as `scope_editions` names
        them before the area: services of ``kaigo``, kinds of ``navii-facility``, 点数表 of
        ``bureau``.
    kinds : tuple of str
        Facility kinds.
    tells : str
        One of `TOLD`.
    """

    source: str
    scopes: tuple[str, ...]
    kinds: tuple[str, ...]
    tells: str


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes a source for some prefectures, on which page, and how it is fetched."""

    source: str
    prefectures: tuple[str, ...]
    name: str
    page: str
    dataset: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a question decides which sources would answer it.

    Attributes
    ----------
    kinds : tuple of str
        Facility kinds; empty: all that the needs are about.
    needs : tuple of str
        Need codes.
    hours : bool
        Whether it matters when they are open.
    departments : tuple of str
        Classes of the departments (診療科) asked for, of `ANY_DEPARTMENT`.
    """

    kinds: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    hours: bool = False
    departments: tuple[str, ...] = ()

    def may_have_departments(self, kind: str) -> bool:
        """Say whether a kind could have a department asked for; dental clinics have 歯科 only.

        Source: 医療法施行令 第3条の2.
        """
        if kind == "dental_clinic":
            return any(_DENTAL in name for name in self.departments)
        return kind in DEPARTMENT_KINDS and bool(self.departments)


def classes_of_departments(names: Iterable[str]) -> tuple[str, ...]:
    """Return the classes of some departments, of `ANY_DEPARTMENT`, instead of their names."""
    dental = {_DENTAL in name for name in names}
    return tuple(
        of
        for of, is_dental in zip(ANY_DEPARTMENT, (False, True), strict=True)
        if is_dental in dental
    )


@dataclass(frozen=True, slots=True)
class Completeness:
    """Whether a source is held for an area, of the kinds and needs asked for.

    Attributes
    ----------
    source, area : str
        Source name, and the code of the district.
    kinds : tuple of str
        Facility kinds.
    needs : tuple of str
        Need codes it would answer; empty when it tells something else.
    state : str
        ``held``, ``partial`` or ``missing``. Hours and departments are held in part where the
        source is, but states none for any facility.
    facilities, unknown : int
        Facilities of the kinds in the area that are held at all, and of how many of them the
        source would tell what is not known: for needs, those that are possible as a search counts
        them.
    tells : str
        What the source tells, one of `TOLD`.
    """

    source: str
    area: str
    kinds: tuple[str, ...]
    needs: tuple[str, ...]
    state: str
    facilities: int = 0
    unknown: int = 0
    tells: str = PLACES

    @property
    def is_gap(self) -> bool:
        """True when it leaves something unknown that is worth saying.

        Where no facility is held, the list of places is the gap, not what nobody has filed.
        """
        return self.state != HELD and (self.tells == PLACES or self.unknown > 0)
