"""Districts a place has defined itself (日常生活圏域, 中学校区 …): their level, code and name.

There is no one layout. Read are 国土数値情報 A27 (小学校区) and A32 (中学校区), whose columns
changed number between editions, and the files of cities, whose columns say what they hold
(圏域名, 学区名).
A set of districts is told from others by its level, which is what people call it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from geoportal.domain.district import LEVELS, LOCAL
from geoportal.ingest.reading.municipalities import five_digits
from geoportal.store.documents import digest
from geoportal.text.normalize import fold

CARE_AREA: Final = "日常生活圏域"
JUNIOR_HIGH: Final = "中学校区"
PRIMARY: Final = "小学校区"
_LEVEL_FIELDS: Final = ("level", "レベル", "地区の種類", "地区種別", "圏域種別")
_SORT_FIELDS: Final = ("種別", "区分")
"""What they hold may be a level, or something else (市立, 1)."""
_NAME_FIELDS: Final = (
    *("圏域名", "圏域名称", "日常生活圏域", "日常生活圏域名", "日常生活圏域名称", "日常生活圏名"),
    *("学区名", "校区名", "学校区名", "中学校区", "中学校区名", "小学校区", "小学校区名"),
    *("中学校名", "小学校名", "学校名", "地区名", "地区名称", "地域名", "name", "名称"),
)
_CODE_FIELDS: Final = (
    *("code", "コード", "地区コード", "圏域コード", "学区コード", "校区コード"),
    *("日常生活圏域コード", "中学校区コード", "小学校区コード", "地区番号", "圏域番号"),
)
_MUNICIPALITY_FIELDS: Final = (
    *("municipality_code", "市区町村コード", "市町村コード", "行政区域コード", "自治体コード"),
    *("全国地方公共団体コード", "都道府県コード又は市区町村コード"),
)
_OFFICIAL_LEVELS: Final = frozenset(
    {*LEVELS, "都道府県", "二次医療圏", "医療圏", "市区町村", "市町村", "行政区", "区"}
)
_BRACKET: Final = r"\s*([（(].*)?$"
_BY_ENDING: Final = (
    (re.compile(r"(圏域|生活圏)" + _BRACKET), CARE_AREA),
    (re.compile(r"中学校区?" + _BRACKET), JUNIOR_HIGH),
    (re.compile(r"小学校区?" + _BRACKET), PRIMARY),
)
_SYNONYMS: Final = {"中学校": JUNIOR_HIGH, "小学校": PRIMARY, "日常生活圏": CARE_AREA}
_BY_FIELD: Final = (
    (re.compile(r"^A32_\d{3}$"), JUNIOR_HIGH),
    (re.compile(r"^A27_\d{3}$"), PRIMARY),
    (re.compile(r"中学校"), JUNIOR_HIGH),
    (re.compile(r"小学校"), PRIMARY),
    (re.compile(r"圏域"), CARE_AREA),
)
_SET_WORD: Final = re.compile(r"圏|[学校地]区|区域|協議会|ブロック")
_SCHOOL_FIELD: Final = re.compile(r"^A(27|32)_\d{3}$")
_SCHOOL_NAME: Final = re.compile(
    r"(?!\d{3}).*(学校|学園|学院|学舎|学級|分校|校舎|課程|校|[小中])" + _BRACKET
)
_NO_SCHOOL_NAME: Final = re.compile(
    r"[A-Za-z]?[\d.]+|.*(市|町|村|区|立)|.*\d{3}.*|.*\.csv|.*\d-\d.*"
)
_OWN_CODE: Final = re.compile(r"(?=.*[A-Za-z_-])[0-9A-Za-z][0-9A-Za-z_-]{1,39}|\d{6,40}")
_CODE_LIKE: Final = re.compile(r"[0-9A-Za-z_.-]+")
_OFFICIAL_NAME: Final = re.compile(r"(市|町|村|郡|[都道府県]|(?<![地学校住街圏])区)$|^[ -~]*$")
"""How the name of a municipality ends, or one in Latin letters."""
_LONGEST_LEVEL: Final = 40
_RESERVED: Final = frozenset({"rest"})
"""Codes that mean something else in coverage tables."""
_SHORTEST_PUBLISHED: Final = 4
"""A code of a district of its own with four digits is no municipality's without its zero."""
_FEWEST_LETTERS: Final = 3
"""Of a field name cut at ten bytes, in UTF-8; nine in Latin letters."""
_FEWEST_LATIN: Final = 9


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


def read_local(
    properties: Mapping[str, Any],
    *,
    layer: str = "",
    school_field: str = "",
    find_code: Callable[[str], str] = five_digits,
) -> LocalDistrict | None:
    """Read a feature's properties; None when it does not show a local district.

    A feature with a code of its own and a name, but nothing that tells what set it belongs to, is
    of the level ``"local"``; so is one with the code of its municipality and another name.

    Parameters
    ----------
    properties : Mapping of str to value
        Names of fields may be cut short, as a shapefile cuts them (日常生活圏).
    layer : str
        Its layer, which may be called like a level.
    school_field : str
        As `find_school_field` returns it for the whole file.
    find_code : callable
        Returns the five digits of a municipality's code, empty for other text.
    """
    fields: dict[str, str] = {}
    for key, value in properties.items():
        text = _text(value)
        whole = _whole_name(fold(str(key)), text)
        fields[whole] = fields.get(whole) or text
    if any(key.startswith("n03") for key in fields):
        return None
    school_field = school_field or find_school_field([properties])
    name = _text(properties.get(school_field)) or _first(fields, _NAME_FIELDS)
    published = _first(fields, _CODE_FIELDS)
    school_values = (_text(properties[key]) for key in properties if _SCHOOL_FIELD.match(key))
    codes = (_first(fields, _MUNICIPALITY_FIELDS), *school_values)
    own_municipality = find_code(published) if len(published) > _SHORTEST_PUBLISHED else ""
    municipality = next(filter(None, map(find_code, codes)), own_municipality)
    level = _level(fields, properties, name, layer)
    if not name or not level:
        return None
    own = "" if own_municipality and own_municipality == municipality else published
    renamed = municipality and not own and not _OFFICIAL_NAME.search(name)
    if level == LOCAL and not renamed and not _OWN_CODE.fullmatch(own):
        return None
    return LocalDistrict(level, name, _code(level, municipality, own, name), municipality)


def find_school_field(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the field of A27 or A32 features with the names of schools, empty for none.

    It is the one in which most values end like a school's name: then every value of it is a name,
    also 見本中 or 後期課程. Its number differs between editions.
    """
    names: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for row in rows:
        for key, value in row.items():
            text = _text(value) if _SCHOOL_FIELD.match(key) else ""
            names[key] += bool(_SCHOOL_NAME.fullmatch(text))
            others[key] += bool(text and not _NO_SCHOOL_NAME.fullmatch(text))
    for counts in (names, others):
        best = min(counts, key=lambda key: (-counts[key], key), default="")
        if counts[best]:
            return best
    return ""


def _level(fields: Mapping[str, str], properties: Mapping[str, Any], name: str, layer: str) -> str:
    stated, sort = _first(fields, _LEVEL_FIELDS), _first(fields, _SORT_FIELDS)
    if stated in _OFFICIAL_LEVELS or (not stated and sort in _OFFICIAL_LEVELS):
        return ""
    if stated or _SET_WORD.search(sort):
        return _SYNONYMS.get(stated or sort, stated or sort)[:_LONGEST_LEVEL]
    named_by = [key for key in map(fold, _NAME_FIELDS) if fields.get(key) == name]
    return (
        _by_pattern(_BY_FIELD, named_by[:1])
        or _by_pattern(_BY_FIELD, (*properties, *(key for key, value in fields.items() if value)))
        or _by_pattern(_BY_ENDING, (name,))
        or _by_pattern(_BY_ENDING, (layer,))
        or ("" if _CODE_LIKE.fullmatch(sort) else sort[:_LONGEST_LEVEL])
        or LOCAL
    )


def _by_pattern(patterns: Iterable[tuple[re.Pattern[str], str]], texts: Iterable[str]) -> str:
    known = tuple(texts)
    return next((level for pattern, level in patterns if any(map(pattern.search, known))), "")


def _code(level: str, municipality: str, own: str, name: str) -> str:
    if _OWN_CODE.fullmatch(own) and own not in _RESERVED:
        return own
    return f"L{digest(chr(10).join((level, municipality, own or fold(name))))[:10]}"


def _whole_name(key: str, value: str) -> str:
    """Return the name of a field that was cut short (日常生活圏, 日常生活_1), else the key itself.

    Of several it may be, the value decides: a code, or a name.
    """
    wholes = _CODES if _CODE_LIKE.fullmatch(value) else _NAMES
    if key in _CODES or key in _NAMES or not value:
        return key
    stem = re.sub(r"_?\d{1,2}$", "", key)
    fewest = _FEWEST_LATIN if stem.isascii() else _FEWEST_LETTERS - (stem != key)
    return next((whole for whole in wholes if len(stem) >= fewest and whole.startswith(stem)), key)


def _first(fields: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((fields[name] for name in map(fold, names) if fields.get(name)), "")


def _text(value: Any) -> str:
    """Return a value as one line: a name with a break in it would break every list."""
    return "" if value is None else " ".join(str(value).split()).removesuffix(".0")


_CODES: Final = tuple(map(fold, (*_MUNICIPALITY_FIELDS, *_CODE_FIELDS)))
_NAMES: Final = tuple(map(fold, (*_NAME_FIELDS, *_LEVEL_FIELDS, *_SORT_FIELDS)))
