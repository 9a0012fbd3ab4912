"""Age columns of 地域・年齢別人口, however they are written, and the groups they add up to.

The standard has 「0-4歳の男性」 … 「85歳以上の女性」. Cities also publish 「０～４歳（男）」,
「男性_0歳〜4歳」, bands up to 「100歳以上」, single years, or both sexes together (「0-4歳」).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from geoportal.ingest.files.layouts import fold_header

OLD_FROM: Mapping[str, int] = {"pop65": 65, "pop75": 75, "pop85": 85}
"""Groups of older people, and the age they begin with."""

_DASHES = re.compile("[~〜～ー‐‑–—―−-]")
_SEX = "男性?|女性?|男女計|計|総数"
_AGES = re.compile(
    rf"(?P<before>{_SEX})?(?P<low>\d{{1,3}})(?:-(?P<high>\d{{1,3}})|(?P<open>以上|-))?"
    rf"(?P<after>{_SEX})?"
)
_OPEN = 999
_NUMBERED = re.compile(r"(man|woman)([1-9]|1[0-8])")
"""Bands of five years by number (FIWARE, 高松市): man1 is 0 to 4, man18 is 85 and over."""
_OLDEST_BAND = 85
HEADER_PATTERN = (
    r"(?:wo)?man\d+|[男女性計総数の()]*\d{1,3}歳?(?:[~〜ー‐‑–—―−-]\d{0,3}|以上)?歳?(?:以上)?.*"
)
"""Folded headers that look like ages, for `Layout.patterns`."""


@dataclass(frozen=True, slots=True)
class AgeColumn:
    """A column of people of one age band.

    Attributes
    ----------
    header : str
        Folded, as `Record.further` wants it.
    sex : str
        ``"男"``, ``"女"``, or empty for both together.
    low, high : int
        First and last year of age; `high` is very large for 「以上」.
    """

    header: str
    sex: str
    low: int
    high: int


def read_age_column(header: str) -> AgeColumn | None:
    """Return what a header says of ages, None when it says nothing.

    The header may be folded or not.
    """
    folded = fold_header(header)
    if band := _NUMBERED.fullmatch(folded):
        low = 5 * (int(band[2]) - 1)
        sex = "男" if band[1] == "man" else "女"
        return AgeColumn(folded, sex, low, _OPEN if low == _OLDEST_BAND else low + 4)
    plain = _DASHES.sub("-", re.sub("[歳才の()（）人口]", "", folded))
    match = _AGES.fullmatch(plain)
    if match is None or (match["before"] and match["after"]):
        return None
    sex = (match["before"] or match["after"] or "")[:1]
    low = int(match["low"])
    high = _OPEN if match["open"] else int(match["high"] or low)
    return AgeColumn(folded, sex if sex in "男女" else "", low, high) if high >= low else None


@dataclass(frozen=True)
class AgeTable:
    """The age columns of one file.

    Attributes
    ----------
    men, women, both : tuple of AgeColumn
        Ascending by age, without gaps; a family with a gap or an overlap is cut off before it.
    """

    men: tuple[AgeColumn, ...]
    women: tuple[AgeColumn, ...]
    both: tuple[AgeColumn, ...]

    @classmethod
    def of(cls, headers: Iterable[str]) -> AgeTable:
        """Find the age columns among further headers; of columns that say the same, the first."""
        columns: dict[tuple[str, int, int], AgeColumn] = {}
        for header in headers:
            column = read_age_column(header)
            if column is not None:
                columns.setdefault((column.sex, column.low, column.high), column)
        return cls(*(_family(columns.values(), sex) for sex in ("男", "女", "")))

    def __bool__(self) -> bool:
        return bool((self.men and self.women) or self.both)

    def of_group(self, group: str) -> tuple[AgeColumn, ...]:
        """Return the columns that add up to a group, empty when the file cannot say it.

        The group is a key of `OLD_FROM`.
        """
        start = OLD_FROM[group]
        men, women = _from(self.men, start), _from(self.women, start)
        return men + women if men and women else _from(self.both, start)

    def everyone(self, sex: str) -> tuple[AgeColumn, ...]:
        """Return the columns that add up to all men, all women or (``""``) all, if there are."""
        return _from({"男": self.men, "女": self.women, "": self.both}[sex], 0)


def _family(columns: Iterable[AgeColumn], sex: str) -> tuple[AgeColumn, ...]:
    """Return the bands of a sex that make up the ages to the open end, oldest chain kept.

    「65歳以上」 beside 「65-69歳」 is a sum of others, no band: of columns that begin alike the
    narrowest is taken.
    """
    narrowest: dict[int, AgeColumn] = {}
    for column in columns:
        narrowest_column = narrowest.get(column.low)
        if column.sex == sex and (narrowest_column is None or column.high < narrowest_column.high):
            narrowest[column.low] = column
    ordered = [narrowest[low] for low in sorted(narrowest)]
    chain: list[AgeColumn] = []
    for column in reversed(ordered):
        following = chain[0].low if chain else None
        if following is None:
            if column.high == _OPEN:
                chain = [column]
        elif column.high == following - 1:
            chain = [column, *chain]
        else:
            break
    return tuple(chain)


def _from(columns: tuple[AgeColumn, ...], start: int) -> tuple[AgeColumn, ...]:
    """Return the bands from an age on, empty when no band begins with it."""
    for place, column in enumerate(columns):
        if column.low == start:
            return columns[place:]
    return ()
