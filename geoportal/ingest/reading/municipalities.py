"""Municipalities (市区町村) as sources name them: by code, with or without check digit, by name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from geoportal.domain.place import Municipality
from geoportal.index import hierarchy
from geoportal.store.reference import Reference
from geoportal.text.normalize import fold

_COUNTY = re.compile(r"^.{1,6}?郡(?=.)")
_POSTAL_CODE = re.compile(r"〒?\d{3}-?\d{4}(?!\d)")
_ISLAND = re.compile(r"^(八丈島|三宅島|小笠原)(?=.+[町村])")
"""Of the offices of Tokyo's islands (支庁), as a county stands in front of a town elsewhere."""
_LONGEST_NAME = 12
_WEIGHTS = (6, 5, 4, 3, 2)


def check_digit(code: str) -> str:
    """Return the check digit of a five-digit code (全国地方公共団体コード, 総務省の算式)."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, code, strict=True))
    return str((11 - total % 11) % 10) if total >= 11 else str(11 - total)[-1]


def _plain_digits(text: str) -> str:
    """Return a text that consists of digits with these as ASCII, else nothing."""
    digits = unicodedata.normalize("NFKC", text).strip()
    return digits if digits.isascii() and digits.isdigit() else ""


def _checked_stem(digits: str) -> str:
    """Return the first five of five digits, or of six with the right check digit; else nothing."""
    stem = digits[:5]
    fits = len(digits) == 5 or (len(digits) == 6 and digits[5] == check_digit(stem))
    return stem if fits else ""


def five_digits(text: str) -> str:
    """Return a code of a municipality or prefecture with five digits, empty when it is none.

    Six digits end with a check digit, which must be right; of four the leading zero was lost.
    Whether there is such a municipality is not checked.
    """
    digits = _plain_digits(text.strip().removesuffix(".0"))
    return digits.zfill(5) if len(digits) == 4 else _checked_stem(digits)


@dataclass(frozen=True)
class MunicipalityFinder:
    """Finds municipalities and wards."""

    reference: Reference

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], Municipality]:
        known = {(m.prefecture, m.name): m for m in self.reference.municipalities.values()}
        both = {**self._by_former_name, **known}
        return {(prefecture, fold(name)): info for (prefecture, name), info in both.items()}

    @cached_property
    def _by_former_name(self) -> dict[tuple[str, str], Municipality]:
        """The present municipality by prefecture and name before a change, county or not.

        A name of several of the past (一宮町 of two counties) or of one that was divided is none.
        """
        known = self.reference.municipalities
        present: dict[tuple[str, str], set[str]] = {}
        for change in self.reference.municipality_changes:
            for name in (change.old_name, _COUNTY.sub("", change.old_name)):
                present.setdefault((change.prefecture, name), set()).add(change.new_code)
        return {
            named: known[code]
            for named, codes in present.items()
            if len(codes) == 1
            for code in codes
            if code in known
        }

    @cached_property
    def _prefectures(self) -> dict[str, str]:
        return {
            info.prefecture_code: info.prefecture for info in self.reference.municipalities.values()
        }

    @cached_property
    def _by_last_part(self) -> dict[str, list[Municipality]]:
        by_part: dict[str, list[Municipality]] = {}
        for info in self.reference.municipalities.values():
            by_part.setdefault(fold(last_part(info.name)), []).append(info)
        return by_part

    @cached_property
    def _prefecture_names(self) -> frozenset[str]:
        """Of three letters, or four: none begins with another."""
        return frozenset(self._prefectures.values())

    def prefecture(self, code: str) -> str:
        """Return the name of a prefecture by its two-digit code, empty when there is none."""
        return self._prefectures.get(code, "")

    def prefecture_code(self, name: str) -> str:
        """Return the two-digit code of a prefecture by its name (福岡県, 福岡), empty for none."""
        plain = name.strip()
        return next(
            (code for code, full in self._prefectures.items() if plain in (full, full[:-1])), ""
        )

    def prefecture_of(self, address: str) -> str:
        """Return the prefecture an address begins with, empty when it names none."""
        plain = squeeze(address)
        return next((name for name in (plain[:3], plain[:4]) if name in self._prefecture_names), "")

    def with_prefecture(self, address: str, code: str) -> str:
        """Put a prefecture, by its two-digit code, in front of an address that names none."""
        if not address or self.prefecture_of(address):
            return address
        return self.prefecture(code) + address

    def by_code(self, text: str, prefecture: str = "") -> tuple[str, bool]:
        """Read a municipality code.

        The text has five digits, or six with a check digit; a leading zero may have been lost in
        Excel. Where both readings are codes (12106: 千葉市緑区, or 岩見沢市 without its zero) the
        prefecture's name decides, then the one that is a code of today. Returned are the five-digit
        code, empty when it is none of a municipality or ward (a prefecture, a designated city as a
        whole, a wrong check digit), and whether a zero had to be added. The code of a municipality
        that was merged is that of the present one.
        """
        return self._codes_read(text, prefecture)

    @cached_property
    def _codes_read(self) -> Callable[[str, str], tuple[str, bool]]:
        return lru_cache(maxsize=10_000)(self._read_code)

    def _read_code(self, text: str, prefecture: str) -> tuple[str, bool]:
        digits, municipalities = _plain_digits(text), self.reference.municipalities
        stems = [(_checked_stem(digits), False), (_checked_stem("0" + digits), True)]
        stems.sort(key=lambda read: read[0] not in municipalities)  # 12343: 北広島市, once 大栄町
        readings = [
            (code, padded)
            for stem, padded in stems
            if (code := hierarchy.present_code(self.reference, stem)) in municipalities
        ]
        named = (one for one in readings if municipalities[one[0]].prefecture == prefecture)
        return next(named, readings[0] if readings else ("", False))

    def area_code(self, text: str, *, listed: bool = True) -> str:
        """Read the code of any area: municipality, ward, designated city or prefecture.

        The text has five digits, or six with a check digit; Excel may have dropped a leading zero
        or added ``.0``. Returned are five digits, two for a prefecture (40 for 400009); empty
        when it is none. Unless ``listed``, a code that no area of today has is taken too.
        """
        digits = _plain_digits(text.strip().removesuffix(".0"))
        stems = [stem for stem in map(_checked_stem, (digits, "0" + digits)) if stem]
        for stem in stems:
            if stem in self.reference.municipalities or stem in self.reference.designated_cities:
                return stem
            if stem.endswith("000") and self.prefecture(stem[:2]):
                return stem[:2]
        return stems[0] if stems and not listed else ""

    def area_or_prefecture_code(self, text: str) -> str:
        """Read the code of any area of today, as `area_code`; a prefecture's may have two digits.

        Of two digits the leading zero may have been lost.
        """
        digits = unicodedata.normalize("NFKC", text).strip().removesuffix(".0").zfill(2)
        return self.area_code(text) or (digits if self.prefecture(digits) else "")

    def visited_area(self, name: str, address: str) -> str:
        """Return the code of an area by code or short name (小倉北区, 苅田町, 北九州市).

        Of several of one name the one in the prefecture of an address is meant; empty when no such
        area is known, or several are.
        """
        code, _padded = self.by_code(name)
        if code:
            return code
        prefectures = {info.code: info.prefecture for info in self.by_last_part(name)}
        cities = self.reference.designated_cities.items()
        prefectures.update((code, "") for code, city in cities if city == name)
        if len(prefectures) > 1:
            prefectures = {
                code: prefecture
                for code, prefecture in prefectures.items()
                if prefecture in address
            }
        return next(iter(prefectures)) if len(prefectures) == 1 else ""

    def by_name(self, prefecture: str, name: str) -> Municipality | None:
        """Find a municipality by prefecture and name, with or without its county (郡)."""
        plain = squeeze(name)
        for candidate in (plain, _COUNTY.sub("", plain)):
            info = self._by_name.get((prefecture.strip(), fold(candidate)))
            if info:
                return info
        return None

    def by_address(self, address: str) -> str:
        """Return the code of the municipality an address names, empty when it names none surely.

        The address must begin with its prefecture; the county may stand between, and the postal
        code. Spellings of a name are one (龍ヶ崎市, 龍ケ崎市) as far as they are equally long.
        """
        plain = squeeze(address)
        prefecture = self.prefecture_of(plain)
        rest = plain[len(prefecture) :] if prefecture else ""
        rest = _POSTAL_CODE.sub("", rest, count=1) if _POSTAL_CODE.match(rest) else rest
        rest = rest.removeprefix(prefecture)
        for text in (rest, _COUNTY.sub("", rest), _ISLAND.sub("", rest)):
            for length in range(min(len(text), _LONGEST_NAME), 1, -1):
                info = self._by_name.get((prefecture, fold(text[:length])))
                exact = (prefecture, text[:length]) in self._by_former_name
                if info and (exact or len(squeeze(info.name)) == length):
                    return info.code
        return ""

    def by_row(self, address: str, prefecture: str) -> str:
        """Return the code of the municipality an address names in a row that says no code.

        ``prefecture`` is the name the row states besides, if any: it is put in front of an address
        that has none.
        """
        plain = squeeze(address)
        if prefecture and plain and not self.prefecture_of(plain):
            plain = prefecture + plain
        return self.by_address(plain) or self.by_bare_address(plain)

    def by_bare_address(self, address: str) -> str:
        """Return the code of the municipality an address without prefecture begins with.

        The longest name wins (北九州市若松区 before a 北九州市); empty when it names none, or when
        several prefectures have one of that name (府中市).
        """
        plain = squeeze(address)
        for text in dict.fromkeys((plain, _COUNTY.sub("", plain))):
            for length in range(min(len(text), _LONGEST_NAME), 1, -1):
                namesakes = self._by_full_name.get(text[:length], [])
                if namesakes:
                    return namesakes[0].code if len(namesakes) == 1 else ""
        return ""

    @cached_property
    def _by_full_name(self) -> dict[str, list[Municipality]]:
        by_full_name: dict[str, list[Municipality]] = {}
        for info in self.reference.municipalities.values():
            by_full_name.setdefault(squeeze(info.name), []).append(info)
        return by_full_name

    def by_last_part(self, name: str) -> list[Municipality]:
        """Return the municipalities whose ward or own name this is (小倉北区, 苅田町)."""
        return self._by_last_part.get(fold(name), [])

    def code_by_name(self, prefecture: str, name: str, code: str) -> str:
        """Return the code of a municipality, ward or designated city by its name.

        ``code`` is what the row says besides: the city of a ward named alone, or a prefecture; it
        is returned when no name is given. Empty when there is none of that name.
        """
        if not name:
            return code
        cities = self.reference.designated_cities
        for candidate in (name, cities.get(self.whole_city(code), "") + name):
            info = self.by_name(prefecture, candidate)
            if info is not None:
                return info.code
        city = next((city for city, city_name in cities.items() if city_name == name), "")
        return city or ("" if prefecture else self.by_bare_address(name))

    def city_of(self, code: str) -> str:
        """Return the code of the designated city a ward belongs to, empty for others."""
        known = code in self.reference.municipalities
        return hierarchy.city_of(self.reference, code) if known else ""

    def whole_city(self, code: str) -> str:
        """Return the code of the designated city a code is of, or of a ward of; else empty."""
        return code if code in self.reference.designated_cities else self.city_of(code)


@lru_cache(maxsize=4)
def municipality_finder(reference: Reference) -> MunicipalityFinder:
    """Return the finder over the shipped lists; its names are folded once per process."""
    return MunicipalityFinder(reference)


def last_part(name: str) -> str:
    """Return the ward of a designated city, else the whole name: 北九州市門司区 → 門司区."""
    match = re.fullmatch(r".+市(.+区)", name)
    return match.group(1) if match else name


def squeeze(text: str) -> str:
    """Return text as it is compared: NFKC, no white space."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def complete_address(address: str, prefecture: str, municipality: str) -> str:
    """Put the prefecture and the municipality in front of an address that lacks them.

    The address is kept as published behind what is put in front; nothing is named twice, and an
    empty address stays empty. ``municipality`` may be 北九州市戸畑区 or 苅田町, or empty.
    """
    plain = squeeze(address)
    if not plain or not prefecture or plain.startswith(prefecture):
        return address
    if re.match(r"(北海道|東京都|京都府|大阪府|.{2,3}県)", plain):
        return address  # another prefecture than the row's: shown as published, checked later
    if not municipality:
        return prefecture + address
    ward = last_part(municipality)
    city = municipality[: len(municipality) - len(ward)]
    without_county = _COUNTY.sub("", plain)
    if plain.startswith(municipality) or without_county.startswith(municipality):
        return prefecture + address
    if city and plain.startswith(city):
        rest = plain[len(city) :]
        if re.match(r"[^0-9]{1,4}区(?!画)", rest):
            return prefecture + address
        return prefecture + municipality + rest
    if city and plain.startswith(ward):
        return prefecture + city + address
    return prefecture + municipality + address
