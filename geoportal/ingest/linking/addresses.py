"""Addresses as town and numbers, and how well two of them agree."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from geoportal.address.text.canonical import canonical_key
from geoportal.domain.made_quickly import made_quickly

_PREFECTURE = re.compile(r"^(?:東京都|北海道|(?:京都|大阪)府|..県|...県)")
_MUNICIPALITY = re.compile(
    r"^(?:[^\d]{1,6}?市(?:[^\d市町]{1,4}?区)?|[^\d]{1,5}?郡[^\d]{1,5}?[町村]|[^\d市]{1,4}?区)"
)
_SECTION = re.compile(r"\d+(?:丁目|番地|番|号|-|ノ|,| |$)")
_BUILDING_BEHIND = re.compile(r"\d+(?=[ァ-ヺA-Z(])")
"""The number in front of a building's name; 東2島 goes on with another kanji."""
_BEGINNING = re.compile(r"\d*\D?")
"""A name may begin with a numeral: 一枝, 三の宮."""
_NUMBERS = re.compile(r"(?:\d+(?:丁目|番地|番|号|[-ノ, ])*)+")
_LEAST_NUMBERS = 2


@made_quickly
@dataclass(frozen=True, slots=True)
class AddressParts:
    """An address below the municipality.

    Attributes
    ----------
    town : str
        Canonical name of town or 大字, without 丁目; empty when there is none.
    numbers : tuple of int
        丁目, 番, 号 in order, as far as given.
    """

    town: str
    numbers: tuple[int, ...]

    @property
    def key(self) -> str:
        """Town and first two numbers, to find neighbours by; empty when too coarse."""
        if not self.town or len(self.numbers) < _LEAST_NUMBERS:
            return ""
        return f"{self.town}:{self.numbers[0]}-{self.numbers[1]}"


NO_ADDRESS = AddressParts("", ())


@lru_cache(maxsize=65_536)
def address_parts(address: str) -> AddressParts:
    """Parse an address without a gazetteer, so that the order of imports cannot matter.

    Buildings behind the numbers are ignored.
    """
    plain = unicodedata.normalize("NFKC", address).replace(" ", "").strip()
    plain = _MUNICIPALITY.sub("", _PREFECTURE.sub("", plain))
    if not plain:
        return NO_ADDRESS
    key = canonical_key(plain)
    begins = _BEGINNING.match(key)
    start = begins.end() if begins else 0
    section = _SECTION.search(key, start) or _BUILDING_BEHIND.search(key, start)
    if section is None:
        return AddressParts(key, ())
    match = _NUMBERS.match(key, section.start())
    numbers = re.findall(r"\d+", match[0]) if match else []
    return AddressParts(key[: section.start()], tuple(int(number[:9]) for number in numbers[:5]))


def compare_address_parts(mine: AddressParts, theirs: AddressParts) -> str:
    """Return how well two addresses of one municipality agree.

    ``same`` the same numbers (as far as both go, two at least), ``part`` the same first number
    and no other on one side, ``block`` the same 丁目 and 番, ``town`` at least one without
    numbers, ``near`` the same numbers in a town one letter off (葉 for 葛葉: systems lose rare
    letters), ``number`` the same town with other numbers, ``other`` another town; empty when one
    is missing.
    """
    if not mine.town or not theirs.town:
        return ""
    if _town(mine) != _town(theirs):
        alike = len(mine.numbers) > _LEAST_NUMBERS and mine.numbers == theirs.numbers
        if alike and Levenshtein.distance(_town(mine), _town(theirs), score_cutoff=1) <= 1:
            return "near"
        return "other"
    first, second = sorted((mine.numbers, theirs.numbers), key=len)
    if not first:
        return "town"
    return _compare_numbers(first, second)


def _compare_numbers(first: tuple[int, ...], second: tuple[int, ...]) -> str:
    """Compare numbers, the fewer first."""
    alike = second[: len(first)] == first
    if alike and (len(first) >= _LEAST_NUMBERS or len(first) == len(second)):
        return "same"
    if alike:
        return "part"
    if len(first) >= _LEAST_NUMBERS and second[-len(first) :] == first:
        return "same"  # one of them leaves out the 丁目
    return "block" if len(first) > _LEAST_NUMBERS and first[:2] == second[:2] else "number"


def _town(spot: AddressParts) -> str:
    town = spot.town.removesuffix("町") or spot.town
    half = len(town) // 2
    return town[:half] if half > 1 and town == town[:half] * 2 else town  # typed twice
