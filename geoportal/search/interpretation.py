"""Interpretation of a consultation note: its findings, and how they are merged and ordered."""

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
    team (roles) to fill, empty for none. ``wanted`` holds a search per kind of helper. ``left_out``
    are words that are understood and not asked on purpose (value: the rule), ``unheard`` words that
    look like care and are not understood.
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
    left_out: tuple[Finding, ...] = ()
    unheard: tuple[Span, ...] = ()

    def findings(self) -> Iterator[Finding]:
        """Yield everything that was understood."""
        yield from (*self.needs, *self.kinds, *self.mentioned, *self.not_needed)
        yield from (*self.in_place, *self.circumstances, *self.left_out)


@dataclass(slots=True)
class Draft:
    """Findings collected so far, in the order of the note.

    ``providers`` holds each need asked for with the kinds it is a service of.
    """

    needs: list[Finding] = field(default_factory=list)
    kinds: list[Finding] = field(default_factory=list)
    mentioned: list[Finding] = field(default_factory=list)
    not_needed: list[Finding] = field(default_factory=list)
    in_place: list[Finding] = field(default_factory=list)
    circumstances: list[Finding] = field(default_factory=list)
    groups: list[tuple[str, ...]] = field(default_factory=list)
    providers: list[Wanted] = field(default_factory=list)


def is_met(requires: str, draft: Draft) -> bool:
    """Say whether the requirement of a rule is met: ``kind:…`` or a circumstance; empty: always."""
    if not requires:
        return True
    what, _, value = requires.partition(":")
    if what == "kind":
        return any(kind.value == value for kind in draft.kinds)
    return any(finding.value == requires for finding in draft.circumstances)


def merge_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Merge findings of equal value: all of their words, the greatest strength."""
    by_value: dict[str, list[Finding]] = {}
    for finding in findings:
        by_value.setdefault(finding.value, []).append(finding)
    return tuple(_merge_equal(equal) for equal in by_value.values())


def _merge_equal(findings: Sequence[Finding]) -> Finding:
    strongest = next((f for f in findings if f.strength == MUST), findings[0])
    spans = {span for finding in findings for span in finding.because}
    of_any_kind = not all(finding.kinds for finding in findings)
    kinds = dict.fromkeys(kind for finding in findings for kind in finding.kinds)
    return replace(
        strongest,
        because=tuple(sorted(spans, key=lambda span: (span.start, span.end))),
        note_ja=next((finding.note_ja for finding in findings if finding.note_ja), ""),
        kinds=() if of_any_kind else tuple(kinds),
    )


def merge_groups(groups: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Merge groups that share a kind; groups and their kinds are sorted by `KINDS`."""
    joined: list[set[str]] = []
    for group in groups:
        touching = [other for other in joined if other & set(group)]
        joined = [other for other in joined if other not in touching]
        joined.append(set(group).union(*touching))
    ordered = [tuple(kind for kind in KINDS if kind in group) for group in joined]
    return sorted(ordered, key=lambda group: KINDS.index(group[0]))


def urgency_of(circumstances: Sequence[Finding]) -> str:
    """Return how soon help is wanted; "not urgent" outweighs the others. Empty when not stated."""
    values = {finding.value for finding in circumstances}
    levels = ("not_urgent", "urgent", "in_advance")
    return next((level for level in levels if f"urgency:{level}" in values), "")
