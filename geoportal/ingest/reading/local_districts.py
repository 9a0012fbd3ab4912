"""Districts a place has defined itself (日常生活圏域, 中学校区 …): their level, code and name.

There is no one layout. Read are 国土数値情報 A27 (小学校区) and A32 (中学校区), whose columns
changed number between editions, and the files of cities, whose columns say what they hold
(圏域名, 学区名).
A set of districts is told from others by its level, which is what people call it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from geoportal.domain.district import LEVELS, LOCAL
from geoportal.store.documents import digest
from geoportal.text.normalize import fold

CARE_AREA: Final = "日常生活圏域"
JUNIOR_HIGH: Final = "中学校区"
PRIMARY: Final = "小学校区"
_LEVEL_FIELDS: Final = ("level", "レベル", "地区の種類", "地区種別", "圏域種別", "種別", "区分")
_NAME_FIELDS: Final = (
    *("name", "名称", "地区名", "地区名称", "地域名", "圏域名", "圏域名称", "日常生活圏域"),
    *("日常生活圏域名", "学区名", "校区名", "学校区名", "中学校区", "中学校区名", "小学校区"),
    *("小学校区名", "中学校名", "小学校名", "学校名"),
)
_CODE_FIELDS: Final = ("code", "コード", "地区コード", "圏域コード", "学区コード", "校区コード")
_MUNICIPALITY_FIELDS: Final = (
    *("municipality_code", "市区町村コード", "市町村コード", "行政区域コード", "自治体コード"),
    *("全国地方公共団体コード", "都道府県コード又は市区町村コード"),
)
_OFFICIAL_LEVELS: Final = frozenset(
    {*LEVELS, "都道府県", "二次医療圏", "医療圏", "市区町村", "市町村", "行政区", "区"}
)
_BY_ENDING: Final = (
    (re.compile(r"圏域$"), CARE_AREA),
    (re.compile(r"中学校区?$"), JUNIOR_HIGH),
    (re.compile(r"小学校区?$"), PRIMARY),
)
_BY_FIELD: Final = (
    (re.compile(r"^A32_\d{3}$"), JUNIOR_HIGH),
    (re.compile(r"^A27_\d{3}$"), PRIMARY),
    (re.compile(r"中学校"), JUNIOR_HIGH),
    (re.compile(r"小学校"), PRIMARY),
    (re.compile(r"圏域"), CARE_AREA),
)
_SCHOOL_FIELD: Final = re.compile(r"^A(27|32)_\d{3}$")
_MUNICIPALITY: Final = re.compile(r"(\d{5})\d?")
_OWN_CODE: Final = re.compile(r"(?=.*[A-Za-z_-])[0-9A-Za-z][0-9A-Za-z_-]{1,39}|\d{6,40}")
_LONGEST_LEVEL: Final = 40
_RESERVED: Final = frozenset({"rest"})
"""Codes that mean something else in coverage tables."""


@dataclass(frozen=True, slots=True)
class LocalDistrict:
    """What a feature says of the local district it shows.

    Attributes
    ----------
    level, name : str
        日常生活圏域; the name as published.
    code : str
        As published where it can stand alone (E01); else made from level, municipality and what
        is published, the same every time.
    municipality_code : str
        Five digits, empty where the file does not say.
    """

    level: str
    name: str
    code: str
    municipality_code: str


def read_local(properties: Mapping[str, Any]) -> LocalDistrict | None:
    """Read a feature's properties; None when it does not show a local district.

    A feature with a code of its own and a name, but nothing that tells what set it belongs to, is
    of the level ``"local"``.
    """
    fields = {fold(str(key)): _text(value) for key, value in properties.items()}
    if any(key.startswith("n03") for key in fields):
        return None
    name = _school(properties) or _first(fields, _NAME_FIELDS)
    published = _first(fields, _CODE_FIELDS)
    municipality = _municipality(fields, properties, published)
    level = _level(fields, properties, name)
    if not name or not level:
        return None
    own = "" if published == municipality else published
    if level == LOCAL and not _OWN_CODE.fullmatch(own):
        return None
    return LocalDistrict(level, name, _code(level, municipality, own, name), municipality)


def _level(fields: Mapping[str, str], properties: Mapping[str, Any], name: str) -> str:
    stated = _first(fields, _LEVEL_FIELDS)
    if stated in _OFFICIAL_LEVELS:
        return ""
    if stated:
        return stated[:_LONGEST_LEVEL]
    by_ending = next((level for pattern, level in _BY_ENDING if pattern.search(name)), "")
    by_field = next(
        (level for pattern, level in _BY_FIELD if any(map(pattern.search, properties))), ""
    )
    return by_field or by_ending or LOCAL


def _code(level: str, municipality: str, own: str, name: str) -> str:
    if _OWN_CODE.fullmatch(own) and own not in _RESERVED:
        return own
    return f"L{digest(chr(10).join((level, municipality, own or fold(name))))[:10]}"


def _municipality(fields: Mapping[str, str], properties: Mapping[str, Any], published: str) -> str:
    """Return the municipality named; the code of a school district file is its municipality's."""
    schools = [_text(value) for key, value in properties.items() if _SCHOOL_FIELD.match(key)]
    for value in (_first(fields, _MUNICIPALITY_FIELDS), *schools, published):
        match = _MUNICIPALITY.fullmatch(value)
        if match:
            return match[1]
    return ""


def _school(properties: Mapping[str, Any]) -> str:
    """Return the school of an A27 or A32 feature: the one value that ends like a school's name."""
    values = [_text(value) for key, value in properties.items() if _SCHOOL_FIELD.match(key)]
    return next((value for value in values if value.endswith(("学校", "学園", "学院"))), "")


def _first(fields: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((fields[name] for name in map(fold, names) if fields.get(name)), "")


def _text(value: Any) -> str:
    """Return a value as one line: a name with a break in it would break every list."""
    return "" if value is None else " ".join(str(value).split()).removesuffix(".0")
