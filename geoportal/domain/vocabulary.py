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


class Vocabulary:
    """All terms, in the published order. Immutable.

    Parameters
    ----------
    terms : iterable of Term
        Codes must be distinct.
    """

    NEED_GROUPS = ("FT", "ST", "VM", "AC", "PT", "BK", "CO", "CAP")

    def __init__(self, terms: Iterable[Term]) -> None:
        self._terms = {term.code: term for term in terms}
        self._positions = {code: i for i, code in enumerate(self._terms)}

    def __iter__(self) -> Iterator[Term]:
        return iter(self._terms.values())

    def __len__(self) -> int:
        return len(self._terms)

    def __contains__(self, code: object) -> bool:
        return code in self._terms

    def __getitem__(self, code: str) -> Term:
        return self._terms[code]

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
                    f"{code[:40]!r} is not a need code; GET /api/v1/vocabulary lists them", field
                )
        return wanted
