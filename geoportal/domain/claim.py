"""Claims: dated facts with evidence. Filing is not doing; unknown is a value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from geoportal.domain.dating import age_days
from geoportal.domain.made_quickly import made_quickly

VALUES: tuple[str, ...] = ("yes", "no", "unknown")
NOT_APPLICABLE = "not_applicable"
"""What an answer says, beside `VALUES`, of a need that is not about such a facility at all."""

EVIDENCE: tuple[str, ...] = ("registry", "filed", "survey", "confirmed", "observed")
"""Evidence classes, weakest first: listed < filed (届出) < says so < a person asked < observed."""

CAPACITY_PREFIX = "CAP."
STALE_AFTER_DAYS: dict[str, int] = {
    "registry": 2 * 365,
    "filed": 90,
    "survey": 2 * 365,
    "confirmed": 2 * 365,
    "observed": 2 * 365,
}
"""Days after which a claim is stale, by evidence (``data/reference/README.md``, "Freshness":
filings are published monthly and stale when no list has come for 90 days)."""

CAPACITY_STALE_AFTER_DAYS = 7
HOURS_STALE_AFTER_DAYS = 180
TURNING_AFTER_DAYS = frozenset(
    {*STALE_AFTER_DAYS.values(), CAPACITY_STALE_AFTER_DAYS, HOURS_STALE_AFTER_DAYS}
)
"""Ages in days that any fact may have on the last day before it is stale."""


@made_quickly
@dataclass(frozen=True, slots=True)
class Claim:
    """One fact about a facility, as one source states it.

    Attributes
    ----------
    code : str
        A term of the home-care vocabulary, for example ``"VM.REG"`` (訪問診療).
    value : str
        One of `VALUES`.
    evidence : str
        One of `EVIDENCE`.
    source : str
        Name of the source.
    as_of : str
        Day the fact refers to, see `geoportal.domain.dating`.
    valid_until : str
        ISO date after which the source itself says the fact no longer holds; empty if none.
    note : str
        Anything the reader should know, in the source's words.
    """

    code: str
    value: str
    evidence: str
    source: str
    as_of: str
    valid_until: str = ""
    note: str = ""

    def stale_on(self, today: date) -> bool | None:
        """Say whether the fact is too old to rely on without asking again.

        Parameters
        ----------
        today : date
            The day of the question, in Japan.

        Returns
        -------
        bool or None
            None when nobody knows how old it is.
        """
        if self._expired_on(today):
            return True
        days = (
            CAPACITY_STALE_AFTER_DAYS
            if self.code.startswith(CAPACITY_PREFIX)
            else STALE_AFTER_DAYS[self.evidence]
        )
        age = age_days(self.as_of, today)
        return None if age is None else age > days

    def value_on(self, today: date) -> str:
        """Return the value that may be shown on a day: an expired fact is unknown.

        A capacity (受入状況) that is stale or of unknown date says nothing about today; other
        stale facts stay visible and are marked stale.
        """
        fresh = self.stale_on(today) is False
        if self._expired_on(today) or (self.code.startswith(CAPACITY_PREFIX) and not fresh):
            return "unknown"
        return self.value

    def _expired_on(self, today: date) -> bool:
        return bool(self.valid_until) and today > date.fromisoformat(self.valid_until)


@lru_cache(maxsize=16_384)
def claim_of(
    code: str,
    value: str,
    evidence: str,
    source: str,
    as_of: str,
    valid_until: str = "",
    note: str = "",
) -> Claim:
    """Return a claim, the same object for the same values: many facilities have the same."""
    return Claim(code, value, evidence, source, as_of, valid_until, note)


def strongest(claims: Iterable[Claim], today: date) -> Claim | None:
    """Choose the claim to show among claims about the same code.

    Order: a known value before unknown, current before stale or of unknown age, stronger evidence,
    newer date (an unknown one is older than any); then source and value, so that the choice never
    depends on the order of import.

    Returns
    -------
    Claim or None
        None when there are no claims.
    """
    return max(
        claims,
        key=lambda claim: (
            claim.value_on(today) != "unknown",
            claim.stale_on(today) is False,
            EVIDENCE.index(claim.evidence),
            claim.as_of,
            claim.source,
            claim.value,
            claim.note,
        ),
        default=None,
    )
