"""Entries of reference lists for pages and answers: kinds, ways in, coverage questions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KindInfo:
    """A facility kind: what it is called, how it is marked and offered.

    Attributes
    ----------
    kind : str
        One of `geoportal.domain.facility.KINDS`.
    label_ja, label_en, short_ja : str
        Labels the API publishes.
    glyph : str
        One or two characters on the marker.
    term : str
        Term of the vocabulary for the kind; empty when there is none.
    group : str
        Group under which pages offer it.
    shape : str
        Shape of the marker: tells the group without colour.
    team_extra : bool
        Whether it can be asked into a team besides the roles of the ready-made ones.
    schema_org : str
        Type of schema.org for search engines.
    offered : bool
        Whether pages offer it as a filter of facilities; liaison centres are held as centres, not
        as facilities, so that none would ever match.
    """

    kind: str
    label_ja: str
    label_en: str
    short_ja: str
    glyph: str
    term: str
    group: str
    shape: str
    team_extra: bool
    schema_org: str
    offered: bool


@dataclass(frozen=True, slots=True)
class WayIn:
    """A consultation topic (相談項目) as a way into the search.

    Attributes
    ----------
    way : str
        Its name.
    kinds, needs : tuple of str
        The search it leads to.
    page : str
        The page it leads to; ``start`` is the search.
    """

    way: str
    kinds: tuple[str, ...]
    needs: tuple[str, ...]
    page: str


@dataclass(frozen=True, slots=True)
class CoverageQuestion:
    """A ready-made question about coverage; ``time`` is ``any`` or ``night``."""

    question: str
    kinds: tuple[str, ...]
    needs: tuple[str, ...]
    time: str
