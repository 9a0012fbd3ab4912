"""Hierarchy of districts: wards in cities, cities in medical care areas, all in prefectures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from geoportal.domain.district import District
from geoportal.index.districts import DistrictIndex
from geoportal.store.reference import Reference
from geoportal.text.normalize import fold

_COUNTY = re.compile(r"^.{1,6}?郡(?=.)")
_CITY_OF_WARD = re.compile(r".+?市(?=.+区$)")


@lru_cache(maxsize=4)
def upper_districts(reference: Reference) -> dict[District, tuple[str, ...]]:
    """Return cities of wards, medical care areas and prefectures, with their municipalities.

    A city whose wards are in several medical care areas (川崎市) belongs to its prefecture.
    """
    wards: dict[str, list[str]] = {}
    areas: dict[tuple[str, ...], list[str]] = {}
    prefectures: dict[tuple[str, str], list[str]] = {}
    for info in reference.municipalities.values():
        city = city_of(reference, info.code)
        if city:
            wards.setdefault(city, []).append(info.code)
        prefecture = (info.prefecture_code, info.prefecture)
        area = (info.medical_area_code, info.medical_area, *prefecture)
        areas.setdefault(area, []).append(info.code)
        prefectures.setdefault(prefecture, []).append(info.code)
    groups = (
        {_city(reference, city, codes): codes for city, codes in wards.items()},
        {_medical_area(*area): codes for area, codes in areas.items()},
        {
            District(code, name, "prefecture", "", name): codes
            for (code, name), codes in prefectures.items()
        },
    )
    return {district: tuple(codes) for group in groups for district, codes in group.items()}


def _medical_area(code: str, name: str, prefecture_code: str, prefecture: str) -> District:
    full_name = f"{prefecture} {name}医療圏"
    return District(code, f"{name}医療圏", "medical_area", prefecture_code, full_name)


def _city(reference: Reference, city: str, wards: Sequence[str]) -> District:
    ward = reference.municipalities[wards[0]]
    areas = {reference.municipalities[code].medical_area_code for code in wards}
    parent = areas.pop() if len(areas) == 1 else ward.prefecture_code
    name = reference.designated_cities[city]
    return District(city, name, "municipality", parent, ward.prefecture + name)


@lru_cache(maxsize=4)
def district_members(reference: Reference) -> dict[str, tuple[str, ...]]:
    """Return for every district code of the shipped list the municipalities and wards in it.

    A code that changed has those of the same land before or after the change as well, so that the
    old and the new one lead to what is held, whichever of the two it is held under.
    """
    upper = {district.code: codes for district, codes in upper_districts(reference).items()}
    equal, known = reference.equivalents, reference.municipalities
    retired = {code: new for code, new in equal.items() if code not in upper}
    return (
        {
            code: tuple(m for new in codes for m in upper.get(new, (new,)))
            for code, codes in retired.items()
        }
        | upper
        | {code: (code,) for code in known}
        | {
            code: (code, *(other for other in others if other in known))
            for code, others in equal.items()
            if code in known
        }
    )


def present_code(reference: Reference, code: str) -> str:
    """Return the code of the municipality that one of the past is part of now; else the code."""
    later = reference.equivalents.get(code, ())
    known = code in reference.municipalities or code in reference.designated_cities
    return later[0] if not known and len(later) == 1 else code


def successors(reference: Reference, code: str) -> tuple[str, ...]:
    """Return the codes of today of the land of a municipality of the past, in order.

    Several when it was divided; none of a code of today, and of one that never was.
    """
    later = reference.later_codes.get(code, ())
    return tuple(sorted({new for one in later for new in successors(reference, one) or (one,)}))


def codes_of_name(reference: Reference, name: str) -> tuple[str, ...]:
    """Return the codes of today of the cities, municipalities and wards of a name, in order.

    The name may be one of the past, and have its prefecture, county or city in front or not. Of a
    name of today that another place had in the past (那珂川町) both are returned.
    """
    return _codes_by_name(reference).get(fold("".join(name.split())), ())


@lru_cache(maxsize=4)
def _codes_by_name(reference: Reference) -> dict[str, tuple[str, ...]]:
    named: dict[str, set[str]] = {}

    def add(prefecture: str, name: str, code: str) -> None:
        short = _COUNTY.sub("", name)
        city = _CITY_OF_WARD.match(short)
        ward = {short[city.end() :]} if city else set()
        for text in {name, short, prefecture + name, prefecture + short} | ward:
            named.setdefault(fold(text), set()).update(successors(reference, code) or (code,))

    for info in reference.municipalities.values():
        add(info.prefecture, info.name, info.code)
    for city in upper_districts(reference):
        if city.level == "municipality":
            add(city.full_name.removesuffix(city.name), city.name, city.code)
    for change in reference.municipality_changes:
        add(change.prefecture, change.old_name, change.new_code)
    return {name: tuple(sorted(codes)) for name, codes in named.items()}


def city_of(reference: Reference, code: str) -> str:
    """Return the code of the designated city (政令指定都市) a ward belongs to, else ``""``."""
    info = reference.municipalities.get(code)
    if info is None or not info.name.endswith("区"):
        return ""
    for city, name in reference.designated_cities.items():
        if city[:2] == code[:2] and info.name.startswith(name) and info.name != name:
            return city
    return ""


def district_name(reference: Reference, districts: DistrictIndex, code: str) -> str:
    """Return the name of any district: of an outline, else of the shipped list, else its code."""
    if code in districts:
        return districts[code].name
    if code in reference.municipalities:
        return short_name(reference, code)
    return _upper_names(reference).get(code, code)


@lru_cache(maxsize=4)
def _upper_names(reference: Reference) -> dict[str, str]:
    return {district.code: district.name for district in reversed(upper_districts(reference))}


@lru_cache(maxsize=4)
def districts_above(reference: Reference) -> dict[str, tuple[District, ...]]:
    """Return for each municipality and ward of the shipped list the larger districts it is in."""
    above: dict[str, list[District]] = {}
    for district, codes in upper_districts(reference).items():
        for code in codes:
            above.setdefault(code, []).append(district)
    return {code: tuple(districts) for code, districts in above.items()}


def short_name(reference: Reference, code: str) -> str:
    """Return the name of a municipality, that of a ward without its city."""
    city = city_of(reference, code)
    name = reference.municipalities[code].name
    return name.removeprefix(reference.designated_cities[city]) if city else name
