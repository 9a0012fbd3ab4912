"""The order of an answer (公平性), the same for everyone, explained by `Reason`.

0. **Elsewhere**: where the home's municipality lacks the source that would answer, facilities known
   from that source stand after all others, so that the question does not look settled.
1. **Band**: every need "yes" before "possible" before "no". Nothing else moves a facility out of
   its band, and among those that match nothing but distance counts: neither size, nor how much or
   how recently it has answered, nor who runs it.
2. **Standing** among the possible (`geoportal.search.standing`): more of what was asked known to be
   yes, the visit itself before the rest; then what public facts make plausible
   (``data/reference/plausibility.csv``), never shown as a fact.
3. **Distance** from the home, rounded to 1 m; a facility without a position after those with one.
   If it is asked who arrives first: whole minutes by road, then the distance; those without a known
   time after the others of their standing.
   Without a home: how well the words fit (the name itself, a name that begins with them, a name
   that holds them, its reading, anything else).
4. With a home, how well the words fit.
5. **A draw** for those who are still level: a pseudo-random number from the facility's id and the
   day in Japan (splitmix64). It is the same for everyone on one day, can be computed again later,
   changes every day, and cannot be gained from by choosing a name or an official number. Over the
   days each of n level facilities comes first one day in n (``geoportal exposure`` shows it).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.query import BANDS, Query
from geoportal.index.points import Rows
from geoportal.index.snapshot import Snapshot
from geoportal.search.match import POSSIBLE
from geoportal.search.standing import MOST_GRADES, deciding_rule

TEXT_FITS = ("exact_name", "name_begins", "in_name", "in_kana", "elsewhere")
"""How words fit, best first; index = rank of `TextIndex.rank`."""

_STEP = 1e9
_NO_POSITION = 1e8
"""Larger than any distance in metres and smaller than a step of the standing."""
_MINUTE = 1e5
"""Larger than any distance in metres."""
_NO_TIME = 900.0
"""Minutes: as many, or no time at all. With the distance less than `_NO_POSITION`."""

_FEW: Final = 256
"""So many are ordered as fast as the first of them are looked for."""

_27, _30, _31 = np.uint64(27), np.uint64(30), np.uint64(31)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True, slots=True)
class Reason:
    """One key of the order and what a result has for it.

    Attributes
    ----------
    key : str
        ``elsewhere``, ``band``, ``known``, ``plausibility``, ``drive_minutes``, ``distance_m``,
        ``text`` or ``draw``, in the order they were compared.
    value : str or int
        Band, ``1/2`` needs known to be yes of those asked, plausibility of 1 (most) to 7, metres,
        one of `TEXT_FITS`, number in the day's draw.
    rule : str
        Name of the rule behind a plausibility, ``none`` where none fits; else empty.
    """

    key: str
    value: str | int
    rule: str = ""


def order(
    snapshot: Snapshot,
    rows: Rows,
    grades: NDArray[np.float64],
    distances: NDArray[np.float64] | None,
    *,
    word_rank: NDArray[np.int8] | None = None,
    apart: NDArray[np.bool_] | None = None,
    minutes: NDArray[np.float64] | None = None,
    first: int | None = None,
    day: date | None = None,
) -> NDArray[np.int64]:
    """Return the positions of ``rows``, shape (m,), in the order of the answer.

    Grades (match band, and standing within it, see `geoportal.search.standing.Standing.grades`),
    distances (metres; NaN for rows without a position) and word ranks (0 = the words are the name)
    are of shape (m,), so is ``apart``: rows that stand after all others, and ``minutes`` by road
    where they come before the distance (NaN: no known time). ``first``: only so many are wanted,
    those after them may be left out. ``day`` is the day of the draw; the snapshot's unless given.
    """
    last = distances if distances is not None else word_rank
    if distances is not None and minutes is not None:
        late = np.minimum(np.nan_to_num(minutes, nan=_NO_TIME), _NO_TIME)
        last = distances + late * _MINUTE
    leading = leading_key(grades, last, apart=apart)
    if first is None or leading.size <= max(first, _FEW):
        among, keys = None, leading
    else:
        among = _leaders(leading, first)
        keys = leading.take(among)
    by_key = keys.argsort(kind="stable")
    keys = keys.take(by_key)
    if not (keys[1:] != keys[:-1]).all():  # somebody is level: the draw decides
        draw = daily_draw(snapshot.columns.tie_keys[_taken(rows, among)], day or snapshot.today)
        later = [draw] if word_rank is None else [draw, _taken(word_rank, among)]
        by_key = np.lexsort([*later, _taken(leading, among)])
    return by_key if among is None else among.take(by_key)


def _taken(values: NDArray[Any], places: NDArray[np.int64] | None) -> NDArray[Any]:
    return values if places is None else values.take(places)


def leading_key(
    grades: NDArray[np.float64],
    last: NDArray[np.generic] | None,
    *,
    apart: NDArray[np.bool_] | None = None,
) -> NDArray[np.float64]:
    """Return apart, grade and the key after them as one number, shape (m,), least first.

    The last is in metres (NaN without a position: after those with one), or the word rank.
    """
    key = grades * _STEP
    if apart is not None:
        key += MOST_GRADES * _STEP * apart
    if last is not None:
        key += np.fmin(np.rint(last, dtype=np.float64), _NO_POSITION)  # also where it is NaN
    return key


def _leaders(leading: NDArray[np.float64], first: int) -> NDArray[np.int64]:
    """Return the positions that can be among the first by their leading key, ties included.

    All ties with the last one wanted are returned: only the draw decides which of them come first,
    so that none is on two pages, or on none.
    """
    last = np.partition(leading, first - 1)[first - 1]
    return np.asarray((leading <= last).nonzero()[0])


def order_keys(query: Query, *, elsewhere: bool, by_road: bool = False) -> tuple[str, ...]:
    """Return the keys by which an answer is ordered, as `Reason` names them, first one first.

    ``elsewhere``: whether some stand after all others. ``by_road``: whether minutes come before
    metres.
    """
    apart = ("elsewhere",) if elsewhere else ()
    within = ("band", "known", "plausibility") if query.needs else ("band",)
    near: tuple[str, ...] = () if query.origin is None else ("distance_m",)
    if near and by_road:
        near = ("drive_minutes", *near)
    return (*apart, *within, *near, *(("text",) if query.text else ()), "draw")


def reasons(
    snapshot: Snapshot,
    row: int,
    *,
    band: int,
    needs: Sequence[str],
    distance: float | None,
    text_rank: int | None,
    minutes: float | None = None,
    elsewhere: bool = False,
) -> tuple[Reason, ...]:
    """Return the keys of the order with the values of one result."""
    within = _standing_reasons(snapshot, row, needs) if band == POSSIBLE and needs else ()
    draw = int(daily_draw(snapshot.columns.tie_keys[row : row + 1], snapshot.today)[0])
    text = () if text_rank is None else (Reason("text", TEXT_FITS[text_rank]),)
    near = () if distance is None else (Reason("distance_m", round(distance)),)
    if minutes is not None:  # asked for; NaN without a known time
        known = "unknown" if minutes != minutes else int(minutes)
        near = (Reason("drive_minutes", known), *near)
    apart = (Reason("elsewhere", "yes"),) if elsewhere else ()
    return (*apart, Reason("band", BANDS[band]), *within, *near, *text, Reason("draw", draw))


def _standing_reasons(snapshot: Snapshot, row: int, needs: Sequence[str]) -> tuple[Reason, ...]:
    here = np.array([row])
    known = sum(bool(snapshot.has_need(here, code)[0]) for code in needs)
    reason = Reason("known", f"{known}/{len(needs)}")
    if known == len(needs):  # possible for its opening or its visiting area alone
        return (reason,)
    level, rule = deciding_rule(snapshot, row, needs)
    return (reason, Reason("plausibility", level, rule.rule if rule else "none"))


def daily_draw(tie_keys: NDArray[np.uint64], day: date) -> NDArray[np.uint64]:
    """Return each facility's number in the draw of one day, shape of ``tie_keys``.

    Splitmix64 (Steele, Lea & Flood 2014) of the hash of the id and the ordinal of the day.
    """
    seed = (day.toordinal() + 1) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
    z = tie_keys + np.uint64(seed)  # arrays wrap around, as they should
    z = (z ^ (z >> _30)) * _FIRST
    z = (z ^ (z >> _27)) * _SECOND
    return z ^ (z >> _31)
