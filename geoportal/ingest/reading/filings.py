"""What filings (施設基準の届出) say, by the rules of ``data/reference/filing_rules.csv``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from geoportal.domain.claim import Claim
from geoportal.domain.facility import FacilityRecord
from geoportal.domain.filing import Filing, FilingRule
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.institution_codes import VISITING_NURSING
from geoportal.ingest.reading.listed_bytes import ListedRecord
from geoportal.text.contact import clean_line
from geoportal.text.wareki import parse_date

_SERIAL: Final = re.compile(r"[23456]\d{4}")
_FIRST_DAY: Final = date(1899, 12, 30)
"""Day 0 of Excel's dates as they count from March 1900 (ECMA-376-1, 18.17.4.1)."""
_OLDEST_FILING: Final = date(1958, 10, 1)
"""施設基準 are as old as the scale of fees of 1958."""
_TABLE_OF_KIND = {
    "pharmacy": "薬局",
    "dental_clinic": "歯科",
    "visiting_nursing": VISITING_NURSING,
}


def filing_claims(
    filings: Sequence[Filing], table: str, edition: Edition, source: str
) -> list[Claim]:
    """Return what the filings of a 点数表 say, by the rules in force on the list's date."""
    claims = []
    for filing in filings:
        since = f"{filing.since}から" if filing.since else ""
        origin = " ".join(filter(None, ("届出", filing.symbol, filing.number, since)))
        for rule in _rules(filing, table, edition):
            if rule.code and rule.in_force_on(edition.in_force_on):
                note = "。".join(filter(None, (rule.note, origin, *filing.remarks.splitlines())))
                claims.append(
                    Claim(rule.code, rule.value, rule.evidence, source, edition.as_of, note=note)
                )
    return claims


def _rules(filing: Filing, table: str, edition: Edition) -> Sequence[FilingRule]:
    """Return the rules of a filing: by its symbol, for visiting nursing by its name."""
    rules = edition.municipalities.reference.filing_rules
    if table != VISITING_NURSING:
        return rules.get((table, unicodedata.normalize("NFKC", filing.symbol)), ())
    name = unicodedata.normalize("NFKC", filing.name)
    return [
        rule
        for (of, words), group in rules.items()
        if of == table and words in name
        for rule in group
    ]


def unknown_symbols(listed: Iterable[ListedRecord], edition: Edition) -> dict[str, tuple[int, int]]:
    """Return the symbols no rule speaks of, with how many filed them and the first line."""
    unknown: dict[str, tuple[int, int]] = {}
    for item in listed:
        for filing in _first_of_symbol(item.record):
            table = _TABLE_OF_KIND.get(item.record.kind, "医科")
            if not _rules(filing, table, edition):
                count, line = unknown.get(filing.symbol, (0, item.line))
                unknown[filing.symbol] = count + 1, line
    return unknown


def _first_of_symbol(record: FacilityRecord) -> Iterable[Filing]:
    return {filing.symbol: filing for filing in record.filing_details}.values()


def filing_day(text: str, edition: Edition) -> str:
    """Return the ISO date of a filing's cell, its text when it is none.

    Excel's number of a day (43132 for 2018-02-01) is read as that day; none lies behind the list.
    """
    day = parse_date(text)
    if day is None and _SERIAL.fullmatch(text.strip()):
        counted = _FIRST_DAY + timedelta(int(text))
        if _OLDEST_FILING <= counted <= date.fromisoformat(edition.in_force_on):
            day = counted
    return day.isoformat() if day else clean_line(text)
