"""The edition of a file: which source, as of which day, read with which reference lists."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from geoportal.domain.claim import Claim
from geoportal.errors import UsageError
from geoportal.ingest.reading.municipalities import MunicipalityFinder
from geoportal.progress import Progress, no_progress
from geoportal.store.reference import KindInfo
from geoportal.text.wareki import parse_date

_FULL_DATE = re.compile(
    r"(?<!\d)(20\d\d)[-_.年]?(0[1-9]|1[0-2])[-_.月]?(0[1-9]|[12]\d|3[01])(?!\d)"
)
_MONTH = re.compile(r"(?<!\d)(20\d\d)[-_.年](0?[1-9]|1[0-2])(?!\d)")
_RAILWAY_YEAR = re.compile(r"N02-(\d\d)(?!\d)")
_SHORT_DATE = re.compile(r"(?<!\d)(\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")


@dataclass(frozen=True)
class Edition:
    """What a source's reader needs to know besides the table.

    Attributes
    ----------
    source : str
        Source name.
    as_of : str
        ISO date the content refers to.
    municipalities : MunicipalityFinder
        Municipalities by code and name.
    kinds : dict of str to KindInfo
        For the vocabulary term of each facility kind.
    progress : Progress
        Called while the file is read.
    """

    source: str
    as_of: str
    municipalities: MunicipalityFinder
    kinds: dict[str, KindInfo]
    progress: Progress = field(default=no_progress, compare=False)

    def type_claims(self, kind: str) -> tuple[Claim, ...]:
        """Return the claim that a facility is of its kind: listed as such, no more."""
        term = self.kinds[kind].term
        return (Claim(term, "yes", "registry", self.source, self.as_of),) if term else ()


def date_in_name(name: str) -> date | None:
    """Return the date a file name carries: ``20250601``, ``2025-10``, ``N03-20240101``, ``210101``.

    A month alone means its first day. ``N02-23`` (鉄道データ) means the last day of 2023: the
    railways as they were then, by its page at 国土数値情報.
    """
    if railway := _RAILWAY_YEAR.search(name):
        return date(2000 + int(railway[1]), 12, 31)
    for pattern in (_FULL_DATE, _MONTH, _SHORT_DATE):
        for match in pattern.finditer(name):
            year, month, *days = (int(group) for group in match.groups())
            day = days[0] if days else 1
            try:
                return date(year if year > 100 else 2000 + year, month, day)
            except ValueError:
                continue
    return None


def chosen_date(text: str) -> str:
    """Check the date a person gave.

    Raises
    ------
    UsageError
        When it is not an ISO date.
    """
    if not text:
        return ""
    day = parse_date(text) or date_in_name(text)
    if day is None:
        raise UsageError(f"--as-of must be a date like 2025-06-01, not {text[:20]!r}", "as_of")
    return day.isoformat()
