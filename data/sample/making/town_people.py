"""The people of the sample city by 町丁目: the invented register shared out among its towns.

Each ward's register is spread over its towns as its census cells are, so that mesh and towns tell
the same story; the towns of a ward add up to its register. Small towns have their ages hidden, and
one is in no gazetteer, as in real files.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from making.outlines import CITY, PREFECTURE, WARDS
from making.population import PEOPLE, REGISTER_SHARE, Cell, check_digit, register_bands
from making.towns import Town

DAY = "2026-01-01"
NOTE = "架空のデータ"
HIDDEN_BELOW = 40
UNKNOWN_TOWN = ("40103", "大字沖ノ瀬", 0.0008)  # in no gazetteer: nobody can say where it is
BANDS = (*(f"{age}-{age + 4}歳" for age in range(0, 85, 5)), "85歳以上")
SEXES = ("男性", "女性")
HEADER = (
    *("都道府県コード又は市区町村コード", "地域コード", "都道府県名", "市区町村名", "調査年月日"),
    *("地域名", "総人口", "男性", "女性"),
    *(f"{band}の{sex}" for band in BANDS for sex in SEXES),
    "備考",
)
_OLD = 13  # first band of 65 and over
_OLDEST = 17  # bands from here on are one here: 85 and over

Dice = Callable[[str], random.Random]


def town_text(dice: Dice, towns: Sequence[Town], cells: Sequence[Cell]) -> str:
    """Return the file in the layout of 推奨データセット 地域・年齢別人口."""
    lines = [",".join(HEADER)]
    for ward in WARDS:
        rng = dice(f"town people/{ward}")
        own = [town for town in towns if town.ward == ward]
        names = [town.name for town in own]
        weights = _weights(own, [cell for cell in cells if cell.ward == ward])
        if ward == UNKNOWN_TOWN[0]:
            names.append(UNKNOWN_TOWN[1])
            weights.append(UNKNOWN_TOWN[2] * sum(weights))
        for number, (name, people) in enumerate(
            zip(names, _people(rng, ward, weights), strict=True), start=1
        ):
            lines.append(_row(ward, number, name, people))
    return "\n".join(lines) + "\n"


def _weights(towns: Sequence[Town], cells: Sequence[Cell]) -> list[float]:
    """Give each cell's people to the town nearest to its middle."""
    people = [0.0] * len(towns)
    for cell in cells:
        lon, lat = cell.centre
        away = [((t.lon - lon) * 0.83) ** 2 + (t.lat - lat) ** 2 for t in towns]
        people[away.index(min(away))] += cell.people[0]
    return people


def _people(rng: random.Random, ward: str, weights: Sequence[float]) -> list[list[int]]:
    """Return the people of each town by band and sex; each band adds up to the ward's register."""
    total, old_share = PEOPLE[ward]
    bands = register_bands(round(total * REGISTER_SHARE), old_share)
    bands = [*bands[:_OLDEST], sum(bands[_OLDEST:])]
    age = [rng.uniform(0.75, 1.3) for _ in weights]  # some towns are older than others
    people: list[list[int]] = [[] for _ in weights]
    for number, band in enumerate(bands):
        men = 0.49 if number < _OLD else 0.46 - 0.045 * (number - _OLD)
        tilted = [w * (a if number >= _OLD else 1.0) for w, a in zip(weights, age, strict=True)]
        for sex in (round(band * men), band - round(band * men)):
            for town, count in zip(people, _apportion(sex, tilted), strict=True):
                town.append(count)
    return people


def _apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Share out whole people by the largest remainder, so that none is lost."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    shares = [int(value) for value in exact]
    rest = sorted(range(len(weights)), key=lambda n: (shares[n] - exact[n], n))
    for n in rest[: total - sum(shares)]:
        shares[n] += 1
    return shares


def _row(ward: str, number: int, name: str, people: Sequence[int]) -> str:
    men, women = sum(people[::2]), sum(people[1::2])
    hidden = 0 < men + women < HIDDEN_BELOW
    ages = ["X"] * len(people) if hidden else [str(count) for count in people]
    place = (f"{ward}{check_digit(ward)}", f"{number:04d}", PREFECTURE, CITY + WARDS[ward], DAY)
    return ",".join((*place, name, str(men + women), str(men), str(women), *ages, NOTE))
