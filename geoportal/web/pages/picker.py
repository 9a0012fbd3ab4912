"""The order in which kinds and needs are offered, and the five ways in. Lists, no logic.

Needs: what cuts most comes first, so that two ticks leave a short list. Rarity of medical care is
from the survey of 2018 (clinics and nursing stations that accept).
"""

from __future__ import annotations

from dataclasses import dataclass

KIND_GROUPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "medical",
        "square",
        ("hospital", "clinic", "dental_clinic", "pharmacy", "maternity_home"),
    ),
    (
        "visiting",
        "circle",
        (
            "visiting_nursing",
            "visiting_rehabilitation",
            "home_help",
            "visiting_bathing",
            "night_home_help",
            "regular_visiting",
        ),
    ),
    (
        "day",
        "hexagon",
        (
            "small_multifunctional",
            "nursing_small_multifunctional",
            "day_service",
            "day_rehabilitation",
            "short_stay",
        ),
    ),
    ("living", "house", ("residential", "care_facility")),
    (
        "advice",
        "tag",
        ("care_management", "equipment", "community_support_centre", "liaison_centre"),
    ),
)
"""(group, marker shape, kinds): the shape tells the group without colour."""

SHAPES: dict[str, str] = {kind: shape for _, shape, kinds in KIND_GROUPS for kind in kinds} | {
    "pharmacy": "diamond"
}

NEED_GROUP_ORDER = ("VM", "AC", "BK", "PT", "CAP", "CO", "ST")
NOT_OFFERED = frozenset({"CAP.FULL", "CAP.UNK"})
"""Facts that are shown but that nobody looks for."""

RAREST_FIRST: tuple[str, ...] = (
    "VM.REG",
    "VM.URG",
    "VM.24DR",
    "VM.24VN",
    "VM.EOL",
    "VM.DENT",
    "VM.URGNEW",
    "AC.HD",
    "AC.CVN",
    "AC.VENT",
    "AC.PALL",
    "AC.PAIN",
    "AC.OPIOID_RX",
    "AC.TUBE_J",
    "AC.TRACH",
    "AC.TUBE_NG",
    "AC.ULCER",
    "AC.TUBE_PEG",
    "AC.SUCTION",
    "AC.STOMA",
    "AC.IV",
    "AC.CATH",
    "AC.INS",
    "AC.O2",
    "BK.URGENT",
    "BK.RESPITE",
    "PT.CHILD",
    "PT.PSY",
    "PT.INFECT",
    "PT.NANBYO",
    "PT.CANCER",
    "PT.DISAB",
    "PT.DEM",
)

EVERYDAY_WORDS: dict[str, str] = {
    "AC.ULCER": "床ずれ",
    "AC.TUBE_PEG": "胃ろう",
    "AC.TUBE_NG": "鼻からの管",
    "AC.TUBE_J": "腸ろう",
    "AC.CVN": "高カロリー点滴",
    "AC.STOMA": "人工肛門など",
    "AC.SUCTION": "たんの吸引",
    "AC.CATH": "おしっこの管",
    "AC.PAIN": "痛み止め",
    "AC.SWALLOW": "飲みこみ",
    "AC.DENTURE": "入れ歯",
    "AC.TRACH": "のどの管",
    "AC.UNITDOSE": "薬を1回分ずつ包む",
    "BK.RESPITE": "介護する人の休養",
    "VM.EOL": "みとり",
    "PT.NANBYO": "ALS、パーキンソン病など",
}
"""A word families use, shown beside the official one (Japanese pages)."""


TEAM_EXTRA_KINDS: tuple[str, ...] = (
    "dental_clinic",
    "visiting_rehabilitation",
    "visiting_bathing",
    "regular_visiting",
    "nursing_small_multifunctional",
    "day_service",
    "short_stay",
    "equipment",
)
"""Kinds that can be asked into a team besides the roles of the ready-made ones."""


@dataclass(frozen=True, slots=True)
class WayIn:
    """One of the five consultation topics (相談項目) of the centres as a way into the search."""

    code: str
    kinds: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    page: str = "start"


WAYS_IN: tuple[WayIn, ...] = (
    WayIn("doctor", ("hospital", "clinic"), ("VM.REG",)),
    WayIn(
        "nursing",
        ("visiting_nursing", "visiting_rehabilitation", "home_help", "visiting_bathing"),
    ),
    WayIn("backup", ("hospital", "clinic"), ("BK.URGENT",)),
    WayIn("discharge", page="team"),
    WayIn("general", page="centres"),
)

VISIT_CODES: dict[str, tuple[str, ...]] = {
    "hospital": ("VM.REG", "VM.URG"),
    "clinic": ("VM.REG", "VM.URG"),
    "dental_clinic": ("VM.DENT",),
    "pharmacy": ("ST.PHZ",),
}
"""Facts that say a facility of a kind comes to the home."""
