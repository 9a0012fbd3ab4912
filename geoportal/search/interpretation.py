"""What a consultation note was found to say: findings, gathered in order and put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from geoportal.domain.facility import KINDS
from geoportal.search.note_text import Age, Span

MUST, THEN_BY, MENTIONED = "must", "then_by", "mentioned"
WORD = "word"
"""The rule of a finding that came from the dictionary."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the note says, with the words it came from.

    Attributes
    ----------
    value : str
        Need code, facility kind, urgency and so on.
    strength : str
        For needs ``must``, ``then_by`` (to go by next) or ``mentioned``; else empty.
    because : tuple of Span
        The words.
    rule : str
        Name of the rule; ``word`` for the dictionary.
    note_ja : str
        Why, where a rule says so.
    kinds : tuple of str
        For needs: the kinds they are asked of; empty for whoever is asked.
    """

    value: str
    strength: str
    because: tuple[Span, ...]
    rule: str = WORD
    note_ja: str = ""
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """One search that follows from a note: kinds that may answer, and their needs."""

    kinds: tuple[str, ...]
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What a note asks for, told apart from what it denies, has, and describes.

    ``urgency`` is ``urgent``, ``in_advance``, ``not_urgent`` or empty; ``team`` names a ready-made
    team (roles) to fill, empty for none. ``wanted`` holds a search per kind of helper.
    """

    needs: tuple[Finding, ...]
    kinds: tuple[Finding, ...]
    mentioned: tuple[Finding, ...]
    not_needed: tuple[Finding, ...]
    in_place: tuple[Finding, ...]
    circumstances: tuple[Finding, ...]
    ages: tuple[Age, ...]
    urgency: str
    team: str
    wanted: tuple[Wanted, ...]


@dataclass(slots=True)
class Draft:
    """Findings as they gather, in order of place."""

    needs: list[Finding] = field(default_factory=list)
    kinds: list[Finding] = field(default_factory=list)
    mentioned: list[Finding] = field(default_factory=list)
    not_needed: list[Finding] = field(default_factory=list)
    in_place: list[Finding] = field(default_factory=list)
    circumstances: list[Finding] = field(default_factory=list)
    groups: list[tuple[str, ...]] = field(default_factory=list)


def holds(requires: str, draft: Draft) -> bool:
    """Say whether what a rule requires has been found."""
    if not requires:
        return True
    what, _, value = requires.partition(":")
    if what == "kind":
        return any(found.value == value for found in draft.kinds)
    return any(found.value == requires for found in draft.circumstances)


def merged(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Put findings of the same thing together: all words, the greatest strength."""
    alike: dict[str, list[Finding]] = {}
    for item in found:
        alike.setdefault(item.value, []).append(item)
    return tuple(_one(items) for items in alike.values())


def _one(items: Sequence[Finding]) -> Finding:
    strongest = next((item for item in items if item.strength == MUST), items[0])
    spans = {span for item in items for span in item.because}
    everyone = not all(item.kinds for item in items)
    return replace(
        strongest,
        because=tuple(sorted(spans, key=lambda span: (span.start, span.end))),
        note_ja=next((item.note_ja for item in items if item.note_ja), ""),
        kinds=()
        if everyone
        else tuple(dict.fromkeys(kind for item in items for kind in item.kinds)),
    )


def in_order(kinds: Sequence[Finding]) -> tuple[Finding, ...]:
    """Put kinds in the order of the contract."""
    return tuple(sorted(kinds, key=lambda found: KINDS.index(found.value)))


def joined_groups(groups: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Put groups that share a kind together; kinds in the order of the contract."""
    joined: list[set[str]] = []
    for group in groups:
        touching = [other for other in joined if other & set(group)]
        joined = [other for other in joined if other not in touching]
        joined.append(set(group).union(*touching))
    ordered = [tuple(kind for kind in KINDS if kind in group) for group in joined]
    return sorted(ordered, key=lambda group: KINDS.index(group[0]))


def urgency_of(circumstances: Sequence[Finding]) -> str:
    """Return how soon help is wanted; what says that it is not urgent counts most."""
    named: Iterator[str] = (
        level
        for level in ("not_urgent", "urgent", "in_advance")
        if any(found.value == f"urgency:{level}" for found in circumstances)
    )
    return next(named, "")
