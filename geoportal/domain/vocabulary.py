"""The home-care vocabulary (在宅医療の用語): needs and facts by code, with labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from geoportal.errors import UsageError


@dataclass(frozen=True, slots=True)
class Term:
    """One term of the vocabulary.

    Attributes
    ----------
    code : str
        For example ``"AC.ULCER"``.
    label_ja, label_en : str
        What people read.
    group : str
        The part of the code before the dot: FT, ST, VM, AC, PT, BK, CO, CAP, DEC.
    kinds : tuple of str
        Facility kinds the term applies to; empty means all.
    evidence : str
        Evidence class normally found for it.
    synonyms : tuple of str
        Words of everyday care for the same thing (胃ろう, PEG, 床ずれ …).
    valid_from, valid_to : str
        ISO dates of the fee revisions between which the term is in use; empty = unbounded.
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


@dataclass(frozen=True, slots=True)
class Implication:
    """That a "yes" on one term means a "yes" on another (支援診１ → 24 h). Stated as data.

    Attributes
    ----------
    code, implies : str
        The term that is known, and the term that follows.
    called : str
        What people call the first, for the note ("支援診１から").
    note : str
        What to know about the conclusion, for example that the 24 hours are a group's.
    source : str
        The rule's own source.
    """

    code: str
    implies: str
    called: str = ""
    note: str = ""
    source: str = ""

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
    """

    NEED_GROUPS = ("FT", "ST", "VM", "AC", "PT", "BK", "CO", "CAP")

    def __init__(self, terms: Iterable[Term], implications: Iterable[Implication] = ()) -> None:
        self._terms = {term.code: term for term in terms}
        self._positions = {code: i for i, code in enumerate(self._terms)}
        self._implications: dict[str, tuple[Implication, ...]] = {}
        for item in implications:
            if item.code in self._terms and item.implies in self._terms:
                known = self._implications.get(item.code, ())
                self._implications[item.code] = (*known, item)

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

    def applies_to(self, code: str, kind: str) -> bool:
        """Say whether a term is about a facility kind at all; unknown terms apply to every kind."""
        term = self._terms.get(code)
        return term is None or not term.kinds or kind in term.kinds

    def position(self, code: str) -> int:
        """Return the bit position of a code in need masks (stable within one snapshot)."""
        return self._positions[code]

    def require_needs(self, codes: Iterable[str], field: str = "needs") -> tuple[str, ...]:
        """Return the codes, each once, in the order given.

        Raises
        ------
        UsageError
            When a code is not a need of the vocabulary.
        """
        wanted = tuple(dict.fromkeys(codes))
        for code in wanted:
            if code not in self._terms or self._terms[code].group not in self.NEED_GROUPS:
                raise UsageError(
                    f"{code[:40]!r} is not a need code; GET /api/v1/vocabulary marks them", field
                )
        return wanted
