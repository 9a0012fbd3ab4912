"""Hypotheses: ways to parse a whole address, each with the assumptions it rests on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from geoportal.address.parsing.municipality_parser import MunicipalityParse, MunicipalitySet
from geoportal.address.parsing.town_parse import COMPLETED, DOUBTFUL, TownParse
from geoportal.address.parsing.town_parser import TownParser
from geoportal.address.text.canonical import CanonicalText
from geoportal.domain.made_quickly import made_quickly

CERTAIN = COMPLETED
"""Hypotheses with a higher penalty are never ``ok``."""
CONFLICT, ELSEWHERE, SKIPPED = 4, 5, 4
"""Penalties: two parts of the text contradict each other; a town outside of what the text names;
part of the text had to be skipped."""

_JOINING = re.compile(r"^[のノﾉ之](?=[0-9０-９一二三四五六七八九十])")
_SPACES = " \u3000\t\r\n,、，"
_SEPARATORS = f"{_SPACES}-‐‑–—―−－ー"


@made_quickly
@dataclass(frozen=True, slots=True)
class AddressInput:
    """What is to be parsed.

    Attributes
    ----------
    original : str
        The address as written.
    text : CanonicalText
        The same in canonical form.
    start : int
        Where it begins behind a postal code.
    hinted : frozenset of int
        Numbers of the municipalities the hint allows, empty without one.
    preferred : tuple of frozenset of int
        Numbers of the municipalities whose places stand first where the text leaves several open.
    postal_code : str
        Seven digits; empty without one.
    postal_towns : tuple of int
        Nodes the postal code serves; empty without one.
    postal_municipalities : tuple of int
        Numbers of the municipalities it serves as a whole.
    """

    original: str = field(repr=False)
    text: CanonicalText = field(repr=False)
    start: int
    hinted: frozenset[int]
    preferred: tuple[frozenset[int], ...] = ()
    postal_code: str = ""
    postal_towns: tuple[int, ...] = ()
    postal_municipalities: tuple[int, ...] = ()

    @property
    def has_postal_code(self) -> bool:
        """True when a postal code that is known was written."""
        return bool(self.postal_towns or self.postal_municipalities)

    def split(self, position: int) -> tuple[str, str]:
        """Split the original at a canonical position: what was parsed, and the remainder."""
        text, canonical = self.original, self.text
        offset = canonical.end(position)
        if position in canonical.marks and canonical.key[position : position + 1].isdigit():
            # 大字十文字1: 字 is part of the name
            offset += text[offset:].index(canonical.marks[position][-1]) + 1
        behind = text[offset:].rstrip(_SPACES).lstrip(_SEPARATORS)
        return text[:offset].strip(), _JOINING.sub("", behind)


@made_quickly
@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One way to parse a whole address.

    Attributes
    ----------
    municipality : MunicipalityParse
        Its prefecture, city or ward.
    town : TownParse or None
        Its town and what follows; None when no town was recognised.
    penalty : int
        Sum of everything assumed.
    warnings : tuple of str
        What was assumed.
    candidate_only : bool
        True when the town is not the one the text names (it lies outside of the municipality named,
        or is spelt differently): only ever offered as a candidate.
    """

    municipality: MunicipalityParse
    town: TownParse | None
    penalty: int
    warnings: tuple[str, ...] = ()
    candidate_only: bool = False

    @property
    def rank(self) -> tuple[int, int]:
        """What hypotheses are compared by: fewer assumptions, then the longer town name."""
        return self.penalty, -self.town.name_end if self.town else 0


def town_hypotheses(
    parser: TownParser,
    text: CanonicalText,
    municipality: MunicipalityParse,
    within: MunicipalitySet,
    *,
    penalty: int,
    warnings: tuple[str, ...],
) -> list[Hypothesis]:
    """Return a hypothesis for each parse of the town where the municipality ends.

    ``penalty`` and ``warnings`` are those of what was assumed before, added to each parse's own.
    """
    return [
        Hypothesis(municipality, town, penalty + town.penalty, warnings + town.warnings)
        for town in parser.parse(text, municipality.end, within)
    ]


def municipality_doubts(municipality: MunicipalityParse) -> tuple[int, tuple[str, ...]]:
    """Return the penalty and the warnings of a municipality's parse itself."""
    if municipality.prefecture_conflict:
        return CONFLICT, ("prefecture_mismatch",)
    if not municipality.in_full:
        return DOUBTFUL, ("municipality_completed",)
    return 0, ()


def is_intended(hypothesis: Hypothesis, address: AddressInput) -> bool:
    """Say whether a name of one letter (旭, 泉) is meant: by itself, or 大字 says so."""
    town = hypothesis.town
    if town is None or town.penalty:
        return False
    alone = not address.text.key[town.name_end :].strip("-,. ")
    return alone or address.text.marks.get(town.start) == "大字"


def is_credible_alone(hypothesis: Hypothesis) -> bool:
    """Say whether a town with nothing named in front may be taken at all."""
    town = hypothesis.town
    return (
        town is not None
        and town.penalty <= COMPLETED
        and (town.name_end - town.start >= 2 or "hint_used" in hypothesis.warnings)
    )
