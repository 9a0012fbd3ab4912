"""Conditions (条件) under which an office takes somebody new: days, area, needs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from geoportal.domain.hours import DAY_LABELS_JA
from geoportal.errors import UsageError

ACTS: Final = "AC."
"""Prefix of the codes that may be a condition: what a patient needs, not a kind of service."""
MOST_LISTED: Final = 60
"""Wards, or needs, that one statement may list."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a place is free for; an empty part is no condition.

    Attributes
    ----------
    days : tuple of int
        Days of the week on which it visits or takes in, 0 Monday to 6 Sunday, 7 holidays.
    wards : tuple of str
        Codes of the municipalities or wards.
    needs : tuple of str
        Codes of conditions and treatments (``AC.``) it takes somebody new with.
    """

    days: tuple[int, ...] = ()
    wards: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        """Whether there is a condition."""
        return bool(self.days or self.wards or self.needs)

    def admits(self, ward: str = "", needs: Iterable[str] = ()) -> bool:
        """Say whether somebody of a ward, with needs, is within them; what is not said is."""
        if ward and self.wards and ward not in self.wards:
            return False
        acts = {code for code in needs if code.startswith(ACTS)}
        return not self.needs or acts <= set(self.needs)

    def written(self) -> str:
        """Return them as the ledger holds them: JSON, empty for none."""
        parts = {"days": self.days, "wards": self.wards, "needs": self.needs}
        held = {name: list(part) for name, part in parts.items() if part}
        return json.dumps(held, separators=(",", ":")) if held else ""

    def words(self, names: Mapping[str, str]) -> str:
        """Return them in Japanese; ``names`` are those of wards and needs by code."""
        lists = (
            ("曜日", [DAY_LABELS_JA[day] for day in self.days]),
            ("地域", [names.get(code, code) for code in self.wards]),
            ("対応", [names.get(code, code) for code in self.needs]),
        )
        return "。".join(f"{what}：{'・'.join(listed)}のみ" for what, listed in lists if listed)


NO_TERMS: Final = Terms()


def read_terms(text: str) -> Terms:
    """Return terms as the ledger holds them."""
    held = json.loads(text) if text else {}
    return Terms(*(tuple(held.get(name, ())) for name in ("days", "wards", "needs")))


def terms_of(days: Iterable[str], wards: Iterable[str], needs: Iterable[str]) -> Terms:
    """Return the terms a form gives, each part in order and once.

    Raises
    ------
    UsageError
        When a day is none of the week's, or too much is listed.
    """
    try:
        numbers = tuple(sorted({int(day) for day in days}))
    except ValueError:
        numbers = (-1,)
    if not all(0 <= day < len(DAY_LABELS_JA) for day in numbers):
        raise UsageError("a day is one of the week's", "days")
    terms = Terms(numbers, tuple(sorted(set(wards))), tuple(sorted(set(needs))))
    if max(len(terms.wards), len(terms.needs)) > MOST_LISTED:
        raise UsageError(f"at most {MOST_LISTED} are listed", "terms")
    return terms
