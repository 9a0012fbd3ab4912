"""Plausibility: how likely an unknown need is met, judged by public facts about a facility.

It orders those of which it is not known whether they can help, and is never shown as a fact. The
rules are data (``data/reference/plausibility.csv``).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final

from geoportal.domain.facility import Facility

LEVELS: Final = range(1, 8)
"""Levels, most plausible first; `OPEN` where no rule fits. Those after it are for facilities of
whom a list is held that does not name the need (a list of filings without 在宅医療)."""
OPEN: Final = 3


@dataclass(frozen=True, slots=True)
class PlausibilityRule:
    """What one public fact says of needs that share a subject.

    Attributes
    ----------
    rule : str
        Its name, under which the list of labels explains it.
    subject : str
        What the needs have in common; terms of the vocabulary name it.
    kinds : frozenset of str
        Facility kinds it is about.
    fact : str
        One of `FACTS`.
    values : tuple of str
        What the fact is compared with, in NFKC form.
    level : int
        One of `LEVELS`.
    unless : tuple of str
        Words of a name that lift the rule (眼科, but 内科・眼科 not), in NFKC form.
    source : str
        Law, notice or measurement behind it.
    """

    rule: str
    subject: str
    kinds: frozenset[str]
    fact: str
    values: tuple[str, ...]
    level: int
    unless: tuple[str, ...] = ()
    source: str = ""

    def fits(self, facility: Facility) -> bool:
        """Say whether the fact holds of a facility of one of the kinds."""
        return (
            facility.kind in self.kinds
            and FACTS[self.fact](facility, self.values)
            and not _in_name(facility, self.unless)
        )


def first_fit(rules: Sequence[PlausibilityRule], facility: Facility) -> PlausibilityRule | None:
    """Return the first rule that fits, None when none does."""
    return next((rule for rule in rules if rule.fits(facility)), None)


_nfkc = lru_cache(maxsize=4_096)(partial(unicodedata.normalize, "NFKC"))
"""Departments and filings are few, and a name is looked at by many rules."""


@lru_cache(maxsize=4_096)
def _caseless(name: str) -> str:
    return _nfkc(name).casefold()


def _in_name(facility: Facility, values: tuple[str, ...]) -> bool:
    if not values:
        return False
    name = _caseless(facility.name)
    return any(_caseless(value) in name for value in values)


def _among(stated: Sequence[str], values: tuple[str, ...]) -> list[bool]:
    return [_nfkc(text) in values for text in stated]


def _beds_from(facility: Facility, values: tuple[str, ...]) -> bool:
    return facility.beds is not None and facility.beds >= int(values[0])


def _only_departments(facility: Facility, values: tuple[str, ...]) -> bool:
    return bool(facility.departments) and all(_among(facility.departments, values))


FACTS: Final[Mapping[str, Callable[[Facility, tuple[str, ...]], bool]]] = {
    "name": _in_name,
    "filing": lambda facility, values: any(_among(facility.filings, values)),
    "department": lambda facility, values: any(_among(facility.departments, values)),
    "only_departments": _only_departments,
    "beds_from": _beds_from,
    "kind": lambda facility, values: facility.kind in values,
    "source": lambda facility, values: any(s.source in values for s in facility.sources),
}
"""``name``: one of the values occurs in it; ``filing``, ``department``: one of them is stated;
``only_departments``: departments are stated and all are among them; ``beds_from``: so many beds or
more are known; ``kind``: it is of one of the kinds; ``source``: it is in a list of the source."""
