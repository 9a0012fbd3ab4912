"""Names of institutions: parsed into comparable forms, without the owner's name."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import Indel

from geoportal.domain.made_quickly import made_quickly
from geoportal.text.normalize import fold, fold_name

_SPACES = re.compile(r"\s+")
_OWNER = re.compile(
    r"(?:(?:社会|特定)?医療法人(?:社団|財団)?|社団|財団|(?:一般|公益)(?:社団|財団)法人|社会福祉法人"
    r"|株式会社|有限会社|合同会社)?"
    r"[^会]{1,12}?会(?=.{3})"
)
_GENERIC_END = re.compile(
    r"(?:訪問リハビリテーシヨン|通所リハビリテーシヨン|訪問看護(?:ステーシヨン)?|居宅介護支援事業所"
    r"|在宅支援センター|短期入所療養介護)$"
)
_TYPE_END = re.compile("(?:医院|クリニツク|診療所|病院|薬局|店|診療室)$")
_GENERIC = re.compile(
    r"(?:総合|中央|内科|外科|眼科|歯科|小児科|小児|矯正|口腔|整形|皮膚科|皮フ科|耳鼻咽喉科|耳鼻科|泌尿器科"
    r"|産婦人科|婦人科|精神科|心療内科|脳神経|循環器|消化器|呼吸器|胃腸科|胃腸|リハビリテーシヨン|医師会"
    r"|クリニツク|医院|病院|診療所|医務室|診療室|健康管理|健診|検診|センター|薬局|調剤|本店|支店|店|科"
    r"|ステーシヨン|訪問看護|デイサービス|事業所|・)+"
)
"""What any place may be called: alone it names none."""
_SHORTEST = 2
_SHORTEST_CORE = 3
_CONTAINED_LENGTH = 4
_SMALL = str.maketrans("ァィゥェォッャュョヮ", "アイウエオツヤユヨワ")
"""Small kana as large ones: クリニツク is how old systems print クリニック."""
_TELLING = re.compile(
    "[内外眼歯皮耳鼻形産婦児精神脳循環器消化呼吸腸泌尿透析東西南北新旧第上中下男女0-9一二三四五六七八九十]"
)
"""Letters that tell neighbours apart: 井上内科 and 井上眼科, 西店 and 東店, 第一 and 第二."""
_NEAR = 0.85
_ALIKE = 0.65


@made_quickly
@dataclass(frozen=True, slots=True)
class NameForms:
    """A name in the forms it is compared in.

    Attributes
    ----------
    whole : str
        Folded, without legal form.
    cores : frozenset of str
        ``whole``, and what is left without the owner's own name.
    stem : str
        The shortest core without 医院, クリニック, 薬局 and the like at its end.
    """

    whole: str
    cores: frozenset[str]
    stem: str


@lru_cache(maxsize=65_536)
def name_forms(name: str) -> NameForms:
    """Parse a published name into the forms it is compared in."""
    plain = unicodedata.normalize("NFKC", name).strip()
    whole = _folded(plain)
    cores = {whole}
    parts = [part for part in _SPACES.split(plain) if part]
    for start in range(1, len(parts)):
        cores.add(_folded("".join(parts[start:])))
    for core in tuple(cores):
        owner = _OWNER.match(core)
        if owner:
            cores.add(core[owner.end() :])
        cores.add(_GENERIC_END.sub("", core))
    cores = {
        core for core in cores if len(core) >= _SHORTEST_CORE and not _GENERIC.fullmatch(core)
    } | {whole}
    shortest = min(cores, key=lambda core: (len(core), core))
    stem = _TYPE_END.sub("", shortest)
    telling = len(stem) >= _SHORTEST and not _GENERIC.fullmatch(stem)
    return NameForms(whole, frozenset(cores), stem if telling else shortest)


def compare_names(mine: NameForms, theirs: NameForms) -> str:
    """Return how alike two names are.

    ``same`` but for the legal form, ``core`` the same without the owner's name, ``contained`` one
    ends with the other, ``stem`` the same but for 医院 or クリニック, ``near`` a letter or two
    differ, ``alike``, or ``other``.
    """
    if mine.whole == theirs.whole:
        return "same"
    if mine.cores & theirs.cores:
        return "core"
    if _contained(mine, theirs) or _contained(theirs, mine):
        return "contained"
    if mine.stem == theirs.stem:
        return "stem"
    nearness, own, other = max(
        (Indel.normalized_similarity(own, other), own, other)
        for own in mine.cores
        for other in theirs.cores
    )
    if nearness >= _NEAR:
        differing = "".join(
            own[step.src_pos] if step.tag == "delete" else other[step.dest_pos]
            for step in Indel.editops(own, other)
        )
        if not _TELLING.search(differing):
            return "near"
    return "alike" if nearness >= _ALIKE else "other"


def compare_kana(mine: str, theirs: str) -> str:
    """Return ``same``, ``near`` or ``other`` for two readings, empty if one is missing."""
    first, second = fold_kana(mine), fold_kana(theirs)
    if not first or not second:
        return ""
    if first == second:
        return "same"
    shorter, longer = sorted((first, second), key=len)
    ends_alike = len(shorter) >= _CONTAINED_LENGTH and longer.endswith(shorter)
    return "near" if ends_alike or Indel.normalized_similarity(first, second) >= _NEAR else "other"


@lru_cache(maxsize=65_536)
def fold_kana(text: str) -> str:
    """Return a reading folded, without the reading of 医療法人 and the like."""
    folded = fold(text)
    return (
        re.sub("^(?:シャカイ|トクテイ)?(?:イリョウホウジン)(?:シャダン|ザイダン)?", "", folded)
        or folded
    )


def _folded(name: str) -> str:
    return fold_name(name).translate(_SMALL)


def _contained(longer: NameForms, shorter: NameForms) -> bool:
    return any(
        len(core) >= _CONTAINED_LENGTH and longer.whole.endswith(core) for core in shorter.cores
    )
