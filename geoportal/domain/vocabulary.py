"""The home-care vocabulary (在宅医療の用語): needs and facts by code, with labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from geoportal.domain.claim import NOT_APPLICABLE
from geoportal.domain.facility import Facility
from geoportal.domain.plausibility import PlausibilityRule
from geoportal.errors import UsageError

NO_BEDS = "beds=0"
"""Premise of an implication: no licensed bed."""
BED_KINDS = frozenset({"hospital", "clinic"})
"""Kinds whose admissions take licensed beds (医療法 第7条); a short stay has places instead."""


@dataclass(frozen=True, slots=True)
class TermGroup:
    """A group of terms: the part of their codes before the dot.

    Attributes
    ----------
    code : str
        FT, ST, VM, AC, PT, BK, CO, CAP or DEC.
    label_ja, label_en : str
        Labels the API publishes.
    need : bool
        Whether the terms of the group can be asked for.
    offered : int
        Position among the groups that pages offer, from 1; 0 when they offer none of it.
    """

    code: str
    label_ja: str
    label_en: str
    need: bool = True
    offered: int = 0


@dataclass(frozen=True, slots=True)
class Term:
    """One term of the vocabulary.

    Attributes
    ----------
    code : str
        For example ``"AC.ULCER"``.
    label_ja, label_en : str
        Labels the API publishes.
    group : str
        The part of the code before the dot.
    kinds : tuple of str
        Facility kinds the term applies to; empty means all.
    evidence : str
        Evidence class normally found for it.
    synonyms : tuple of str
        Words of everyday care for the same thing (胃ろう, PEG, 床ずれ …).
    valid_from, valid_to : str
        ISO dates of the fee revisions between which the term is in use; empty = unbounded.
    need : bool
        Whether it can be asked for.
    offered : bool
        Whether pages offer it as a filter; some facts are shown but not looked for.
    rarity : int
        Rank among the terms that narrow a search most, from 1; 0 when not ranked.
    visit_kinds : tuple of str
        Kinds for which a yes means that the facility comes to the home.
    night_kinds : tuple of str
        Kinds for which a yes means that the facility answers at night. On the term of a facility
        kind itself (group FT): facilities of the kind always do.
    acceptance : str
        What a yes says about new patients: ``yes``, ``conditional``, ``no``, ``unknown`` or
        nothing.
    plausibility : tuple of str
        Subjects under which public facts speak for or against an unknown answer, the narrowest
        first; empty for none.
    """

    code: str
    label_ja: str
    label_en: str
    group: str
    kinds: tuple[str, ...] = ()
    evidence: str = ""
    synonyms: tuple[str, ...] = ()
    valid_from: str = ""
    valid_to: str = ""
    need: bool = True
    offered: bool = True
    rarity: int = 0
    visit_kinds: tuple[str, ...] = ()
    night_kinds: tuple[str, ...] = ()
    acceptance: str = ""
    plausibility: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Implication:
    """That a "yes" on one term means a "yes" on another (支援診１ → 24 h).

    One whose ``code`` is `NO_BEDS` and whose ``value`` is ``not_applicable`` says that a need is
    not about a hospital or clinic without beds.

    Attributes
    ----------
    code, implies : str
        The term that is known, and the term that follows.
    called : str
        Usual name of the first, for the note ("支援診１から").
    note : str
        Limits of the conclusion, for example that the 24 hours are a group's.
    source : str
        Law or notice that states the rule.
    """

    code: str
    implies: str
    called: str = ""
    note: str = ""
    source: str = ""
    value: str = "yes"

    @property
    def reason(self) -> str:
        """The note shown with the conclusion."""
        origin = f"{self.called or self.code}から"
        return f"{origin}：{self.note}" if self.note else origin


class Vocabulary:
    """All terms, in the published order. Immutable.

    Parameters
    ----------
    terms : iterable of Term
        Codes must be distinct.
    implications : iterable of Implication
        Which terms follow from which; one step, so the list itself must hold what follows from
        what follows. Those about unknown codes are left out.
    plausibility : iterable of PlausibilityRule
        What public facts suggest of needs nothing is known of; the first that fits counts.

    Attributes
    ----------
    acceptance_terms : list of Term
        Terms that say whether new patients are taken, the most cautious first.
    """

    def __init__(
        self,
        terms: Iterable[Term],
        implications: Iterable[Implication] = (),
        plausibility: Iterable[PlausibilityRule] = (),
    ) -> None:
        self._terms = {term.code: term for term in terms}
        self._positions = {code: i for i, code in enumerate(self._terms)}
        self._implications: dict[str, tuple[Implication, ...]] = {}
        rules = tuple(implications)
        self._need_beds = {rule.implies for rule in rules if rule.code == NO_BEDS}
        for rule in rules:
            if rule.code in self._terms and rule.implies in self._terms:
                earlier = self._implications.get(rule.code, ())
                self._implications[rule.code] = (*earlier, rule)
        self._plausibility = tuple(plausibility)
        order = ("no", "conditional", "yes")
        self.acceptance_terms = sorted(
            (term for term in self if term.acceptance in order),
            key=lambda term: order.index(term.acceptance),
        )
        self._needs_about: dict[tuple[str, bool], tuple[str, ...]] = {}
        self._night_codes: dict[str, tuple[str, ...]] = {}
        for term in self:
            for kind in term.night_kinds:
                self._night_codes[kind] = (*self._night_codes.get(kind, ()), term.code)

    def __iter__(self) -> Iterator[Term]:
        return iter(self._terms.values())

    def __len__(self) -> int:
        return len(self._terms)

    def __contains__(self, code: object) -> bool:
        return code in self._terms

    def __getitem__(self, code: str) -> Term:
        return self._terms[code]

    def implied_by(self, code: str) -> tuple[Implication, ...]:
        """Return what follows from a "yes" on a term, in the order of the list."""
        return self._implications.get(code, ())

    def plausibility_rules(self, subject: str) -> tuple[PlausibilityRule, ...]:
        """Return the rules about a subject of needs, in the order they are tried."""
        return tuple(rule for rule in self._plausibility if rule.subject == subject)

    def applies_to(self, code: str, kind: str) -> bool:
        """Say whether a term is about a facility kind at all; unknown terms apply to every kind."""
        term = self._terms.get(code)
        return term is None or not term.kinds or kind in term.kinds

    def concerns(self, code: str, facility: Facility) -> bool:
        """Say whether a term is about a facility: about its kind, and its beds where it takes any.

        Beds that are not known may be there.
        """
        bedless = facility.beds == 0 and facility.kind in BED_KINDS
        return self.applies_to(code, facility.kind) and not (bedless and code in self._need_beds)

    def needs_about(self, facility: Facility) -> tuple[str, ...]:
        """Return the needs that concern a facility, in order; others are not about it."""
        key = facility.kind, facility.beds == 0
        if key not in self._needs_about:
            self._needs_about[key] = tuple(
                term.code for term in self if term.need and self.concerns(term.code, facility)
            )
        return self._needs_about[key]

    def answer(self, code: str, facility: Facility, value: str) -> str:
        """Return what is to be said of a need: the value known of it, else why there is none.

        The one rule of search, coverage and documents: a stated yes or no stands, whatever the
        kind; what nothing is known of is ``unknown`` where the term concerns the facility, else
        ``not_applicable``.
        """
        if value != "unknown" or self.concerns(code, facility):
            return value
        return NOT_APPLICABLE

    def position(self, code: str) -> int:
        """Return the bit position of a code in need masks (stable within one snapshot)."""
        return self._positions[code]

    def rarest_first(self) -> list[Term]:
        """Return the ranked terms, the one that narrows a search most first."""
        return sorted((term for term in self if term.rarity), key=lambda term: term.rarity)

    def visit_codes(self, *kinds: str) -> tuple[str, ...]:
        """Return the terms any of which means that a facility of the kinds comes to the home."""
        return tuple(term.code for term in self if not set(kinds).isdisjoint(term.visit_kinds))

    def night_codes(self, kind: str) -> tuple[str, ...]:
        """Return the terms any of which means that a facility of a kind answers at night.

        One of them may be the term of the kind itself (group FT): then all its facilities do.
        """
        return self._night_codes.get(kind, ())

    def require_needs(self, codes: Iterable[str], field: str = "needs") -> tuple[str, ...]:
        """Return the codes, each once, in the order given.

        Raises
        ------
        UsageError
            When a code is not a need of the vocabulary.
        """
        wanted = tuple(dict.fromkeys(codes))
        for number, code in enumerate(wanted, 1):
            if code not in self._terms or not self._terms[code].need:
                message = f"entry {number} is not a need code; GET /api/v1/vocabulary marks them"
                raise UsageError(message, field)
        return wanted
