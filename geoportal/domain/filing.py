"""Filings (届出) with the regional bureau, and what each of them says about home care."""

from __future__ import annotations

from dataclasses import dataclass

from geoportal.domain.made_quickly import made_quickly


@made_quickly
@dataclass(frozen=True, slots=True)
class Filing:
    """One accepted filing (受理された施設基準の届出) as the bureau's list shows it.

    Attributes
    ----------
    symbol : str
        受理記号 as filed, full width kept, for example ``"支援診２"``.
    name : str
        受理届出名称.
    number : str
        受理番号, for example ``"第16号"``.
    since : str
        算定開始年月日 as an ISO date, as published when it is no date.
    valid_from : str
        個別有効開始年月日, likewise.
    remarks : str
        備考, heading and text; several rows of the list joined by a line break.
    """

    symbol: str
    name: str = ""
    number: str = ""
    since: str = ""
    valid_from: str = ""
    remarks: str = ""


@dataclass(frozen=True, slots=True)
class FilingRule:
    """What a filing of a symbol says, as reviewed in ``data/reference/filing_rules.csv``.

    Attributes
    ----------
    symbol : str
        受理記号.
    table : str
        点数表 of the filing institution: ``"医科"``, ``"歯科"`` or ``"薬局"``; ``"訪問看護"`` for
        stations, whose filings are known by words of their name. The same symbol may mean
        something else in another one.
    code : str
        Term of the vocabulary; empty for a symbol that is about home care but says nothing the
        vocabulary has a term for.
    value : str
        Of the claim. ``"unknown"`` where the filing allows either.
    evidence : str
        Of the claim.
    valid_from, valid_to : str
        ISO dates of the fee revisions between which the symbol means this; empty = not bounded
        or not known.
    note : str
        What the reader of the claim should know.
    source : str
        The rule's own source.
    """

    symbol: str
    table: str
    code: str
    value: str
    evidence: str
    valid_from: str
    valid_to: str
    note: str
    source: str

    def in_force_on(self, day: str) -> bool:
        """Say whether the symbol had this meaning on an ISO date."""
        return (not self.valid_from or day >= self.valid_from) and (
            not self.valid_to or day <= self.valid_to
        )
