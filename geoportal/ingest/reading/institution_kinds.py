"""Kinds of medical institutions as municipal lists say them: in a column, a title, or a name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from geoportal.ingest.files.layouts import Heading
from geoportal.ingest.reading.institution_codes import named_hospital
from geoportal.text.normalize import fold

UNDECIDED: Final = "医療機関"
"""Kind of a list that names none: each row's own name decides."""
_STATED_KINDS: Final = MappingProxyType(
    {
        "歯科診療所": re.compile("歯科|デンタル"),
        "薬局": re.compile("薬局"),
        "病院": re.compile("病院"),
        "診療所": re.compile("診療所|クリニック|医院"),
        "助産所": re.compile("助産"),
        UNDECIDED: re.compile("医療機関|診療科|訪問診療|往診"),
    }
)


def stated_kind(heading: Heading) -> str:
    """Return the kind of a whole list by its titles and columns (薬局名称), empty for none.

    Where they name several kinds the row's name decides.
    """
    for titles in ((heading.sheet,), (heading.above,), heading.header):
        text = " ".join(titles)
        named = [kind for kind, words in _STATED_KINDS.items() if words.search(text)]
        kinds = [kind for kind in named if kind != UNDECIDED]
        if named:
            return kinds[0] if len(kinds) == 1 else UNDECIDED
    return ""


_KINDS: Final = MappingProxyType(
    {
        fold(name): kind
        for kind, names in {
            "hospital": "病院 総合病院 一般病院 精神科病院 地域医療支援病院 特定機能病院",
            "clinic": "診療所 有床診療所 無床診療所 一般診療所 医科診療所 クリニック 医院 医科",
            "dental_clinic": "歯科診療所 歯科 歯科医院 歯科病院 歯科クリニック",
            "pharmacy": "薬局 保険薬局 調剤薬局 保険調剤薬局 薬局（調剤）",
            "maternity_home": "助産所 助産院",
            "community_support_centre": "地域包括支援センター 高齢者支援センター",
            "liaison_centre": "在宅医療・介護連携支援センター",
        }.items()
        for name in names.split(" ")
    }
)


def institution_kind(text: str) -> str:
    """Return the facility kind that a cell names, empty when it names none."""
    return _KINDS.get(fold(text), "")


def states_no_dental(text: str) -> bool:
    """Say whether a cell names a clinic that is no dental one (一般診療所, 医科)."""
    return fold(text) in {fold(name) for name in ("一般診療所", "医科診療所", "医科")}


def looks_dental(name: str, departments: Sequence[str]) -> bool:
    """Say whether what a list calls a clinic is a dental one, by its departments or its name."""
    if departments:
        return all("歯" in department for department in departments)
    return bool(re.search("歯科|デンタル", name))


def kind_by_name(name: str, departments: Sequence[str]) -> str:
    """Return the kind of an institution by its name; by law only a hospital is called one."""
    if "薬局" in name or "ファーマシー" in name:
        return "pharmacy"
    dental = departments and all("歯" in department for department in departments)
    if dental or re.search("歯科|デンタル", name):
        return "dental_clinic"
    if "助産" in name:
        return "maternity_home"
    return "hospital" if named_hospital(name) else "clinic"
