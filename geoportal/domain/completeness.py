"""Completeness: whether the sources that would know the answer to a question are held."""

from __future__ import annotations

from dataclasses import dataclass

HELD, PARTIAL, MISSING = "held", "partial", "missing"
PLACES, NEEDS = "places", "needs"
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
        ``places``: which facilities there are. ``needs``: what they have filed.
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
class Completeness:
    """Whether a source is held for an area, of the kinds and needs asked for.

    Attributes
    ----------
    source, area : str
        Source name, and the code of the district.
    kinds : tuple of str
        Facility kinds.
    needs : tuple of str
        Need codes it would answer; empty when it tells which facilities there are.
    state : str
        ``held``, ``partial`` or ``missing``.
    facilities, unknown : int
        Facilities of the kinds in the area that are held at all, and how many of them are possible
        for ``needs``: none refused, some not known, as a search counts them.
    """

    source: str
    area: str
    kinds: tuple[str, ...]
    needs: tuple[str, ...]
    state: str
    facilities: int = 0
    unknown: int = 0

    @property
    def is_gap(self) -> bool:
        """True when it leaves something unknown that is worth saying.

        Where no facility is held, the list of places is the gap, not what nobody has filed.
        """
        return self.state != HELD and (not self.needs or self.facilities > 0)
