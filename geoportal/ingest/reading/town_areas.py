"""Which municipality a row of 町丁目 figures is about, and whether it is a total."""

from __future__ import annotations

import re
from dataclasses import dataclass

from geoportal.ingest.reading.municipalities import MunicipalityFinder, squeeze
from geoportal.ingest.reading.rows import RowNotes

_TOTALS = frozenset(
    {"計", "合計", "総計", "総数", "総人口", "全体", "市計", "区計", "町計", "村計"}
)
_WARD = re.compile(r"\D{1,5}?区")
_WHOLE = re.compile("(?:全[市区町村域]|[市区町村]全[体域])")


@dataclass(frozen=True, slots=True)
class TownArea:
    """What a row is about.

    Attributes
    ----------
    code : str
        Of the municipality or ward; of the designated city where no ward is said.
    name : str
        Of the town, without the municipality; empty for a total.
    total : bool
        True for the sum of a municipality, ward or city.
    """

    code: str
    name: str
    total: bool


def read_area(
    notes: RowNotes, finder: MunicipalityFinder, *, whole: bool = False
) -> TownArea | None:
    """Return what a row is about; None after noting why it cannot be told.

    ``whole`` says that no row of the list names a town: they are about municipalities.
    The row has the fields ``code``, ``prefecture``, ``municipality`` and ``name``.
    """
    record = notes.record
    code = finder.area_or_prefecture_code(record.get("code"))
    prefecture = squeeze(record.get("prefecture")) or finder.prefecture(code[:2])
    named = squeeze(record.get("municipality")).removeprefix(prefecture)
    by_name = finder.code_by_name(prefecture, named, code)
    if record.get("municipality") and not by_name and not code:
        notes.reject("municipality", "unknown_municipality", "no municipality of Japan; mend it")
        return None
    if not _agree(code, by_name, finder):
        message = f"the code means another municipality ({code}) than the name; mend the row"
        notes.reject("municipality", "municipality_conflict", message)
        return None
    if by_name and (len(code) < 3 or finder.whole_city(code) == code):
        code = by_name
    name = squeeze(record.get("name")).removeprefix(prefecture)
    code, name = _without_municipality(code, name, prefecture, finder)
    if len(code) < 3:
        message = (
            "the row names no municipality; expected is a code of 5 or 6 digits, or a name; where "
            "the whole list is of one, `geoportal describe` writes a mapping to say so"
        )
        notes.reject("code" if record.get("code") else "municipality", "no_municipality", message)
        return None
    if not record.get("name") and not whole:
        notes.reject("name", "no_town", "the row names no town")
        return None
    if name.replace(",", "").isdecimal():
        notes.reject("name", "shifted_row", "a number stands for the town: the row is shifted")
        return None
    total = not name or name in _TOTALS or _WHOLE.fullmatch(name) is not None
    return TownArea(code, "" if total else name, total)


def _agree(code: str, by_name: str, finder: MunicipalityFinder) -> bool:
    """Return whether a code and a name can be meant together: one may be wider than the other."""
    if not code or not by_name or code == by_name:
        return True
    if len(code) == 2:
        return by_name.startswith(code)
    return finder.whole_city(by_name) == code or finder.whole_city(code) == by_name


def _without_municipality(
    code: str, name: str, prefecture: str, finder: MunicipalityFinder
) -> tuple[str, str]:
    """Take the municipality off the front of a town's name: 小倉北区城内 → ward and 城内."""
    city = finder.whole_city(code)
    if city:
        city_name = finder.reference.designated_cities[city]
        rest = name.removeprefix(city_name)
        match = _WARD.match(rest)
        ward = finder.by_name(finder.prefecture(city[:2]), city_name + match[0]) if match else None
        if match and ward is not None and code in (city, ward.code):
            return ward.code, rest.removeprefix(match[0])
        return code, rest
    info = finder.reference.municipalities.get(code)
    if info is not None:
        whole = info.name.endswith(("市", "区")) or name == squeeze(info.name)
        return code, name.removeprefix(squeeze(info.name)) if whole else name
    if name:  # the row is about a whole municipality, or names it in front
        named = finder.by_address(prefecture + name)
        if named:
            whole_name = squeeze(finder.reference.municipalities[named].name)
            return named, name.partition(whole_name)[2]
    return code, name
