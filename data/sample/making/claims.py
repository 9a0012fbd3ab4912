"""What the facilities are said to do: filings, survey answers, telephone calls, seen work.

The shares of "yes" restate a published survey of 2018 among care providers (the rounded figures
are facts: how many hospitals, clinics, nursing stations, helpers, day services and care
facilities accept a condition); dialysis follows the 3 % of doctors. No row of it is copied.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

# Ages in days before the day of loading.
LIST_AGE = 60  # a public list, twice a year
FILED_AGE, FILED_OLD_AGE = 30, 200  # this month's list; gone from it for half a year
SURVEY_AGE, SURVEY_OLD_AGE = 120, 1100  # this year's survey; the one three years ago
CAPACITY_AGE, CAPACITY_OLD_AGE = 3, 30
CAPACITY_VALID_DAYS = 7

SHORTAGE_WARD = "40105"
"""The ward (戸畑区) where no doctor is known to pay scheduled visits: a shortage."""

VISITING_BOUND = {"clinic": 53, "hospital": 19}
"""So many of a kind pay scheduled visits: a third of the clinics."""

BACKUP_RANKS = (1, 4, 6)
"""Hospitals that are 在宅療養後方支援病院; they need 200 beds."""

TERM_OF_KIND = {
    "hospital": "FT.HOSP",
    "clinic": "FT.CLIN",
    "dental_clinic": "FT.DENT",
    "pharmacy": "FT.PHAR",
    "visiting_nursing": "FT.VN",
    "visiting_rehabilitation": "FT.VREH",
    "home_help": "FT.VCARE",
    "visiting_bathing": "FT.VBATH",
    "night_home_help": "FT.NIGHT",
    "regular_visiting": "FT.TEIKI",
    "small_multifunctional": "FT.SMALL",
    "nursing_small_multifunctional": "FT.KANTAKI",
    "day_service": "FT.DAY",
    "day_rehabilitation": "FT.DAYR",
    "short_stay": "FT.SHORT",
    "care_management": "FT.CM",
    "equipment": "FT.EQUIP",
    "residential": "FT.RES",
    "care_facility": "FT.FAC",
    "community_support_centre": "FT.HOKATSU",
}

# Percent who accept: hospital, clinic, nursing station, home help, day service, care facility.
_ACCEPT_COLUMNS = (
    "hospital",
    "clinic",
    "visiting_nursing",
    "home_help",
    "day_service",
    "care_facility",
)
_ACCEPT = """
AC.CVN       60 53 82  0  0  0
AC.INS       80 88 88  0  0  0
AC.STOMA     80 82 92  0  0  0
AC.VENT      60 47 86  0  0  0
AC.HD        20  3  0  0  0  0
AC.PD        20  3 50  0  0  0
AC.WOUND     80 94 90  0  0  0
AC.TRACH     90 71 90  0  0  0
AC.IV        80 88 56  0  0  0
AC.CATH      80 88 90  0  0  0
AC.SUCTION   80 94 90 21  0  0
AC.TUBE_NG   80 71 90 21  0  0
AC.TUBE_PEG  90 94 94 36  0  0
AC.TUBE_J    80 53 50 11  0  0
AC.ULCER     80 94 88  0  0  0
AC.O2        90 94 92  0  0  0
AC.PALL      60 65 85  0  0  0
AC.PAIN      70 65 80  0  0  0
AC.MON       60 45 70  0  0  0
AC.CPAP      60 50 70  0  0  0
AC.PAH       10  5 15  0  0  0
AC.REHAB     70 25 60  0  0  0
AC.ORAL       0  0 70  0  0  0
AC.SWALLOW   50 20  0  0  0  0
PT.CHILD     40 24 48 28  0  0
PT.INFECT    60 53 46 15  7 12
PT.PSY       40 41 64 64 42 36
PT.DEM       80 94 90 92 90 82
PT.DISAB     80 53 66 62 45 26
PT.NANBYO    90 65 90 51 29 20
PT.CANCER    80 75 90 66 32 41
PT.BED       80 80 95 90 30 85
PT.ALONE     70 80 90 90 80 70
PT.WELFARE   90 90 90 92 85 80
PT.CAREGIVER 70 75 85 85 85 70
VM.EOL       60 60 85  0  0  0
"""

# Further questions of the survey, percent yes, by kind.
_OTHER_QUESTIONS: dict[str, dict[str, int]] = {
    "hospital": {
        "BK.URGENT": 55,
        "BK.RESPITE": 45,
        "CO.OPINION": 90,
        "CO.CONF_IN": 70,
        "CO.CMTIME": 50,
    },
    "clinic": {
        "VM.URG": 55,
        "VM.URGNEW": 12,
        "CO.OPINION": 90,
        "CO.CMTIME": 40,
        "CO.CONF_IN": 40,
        "CO.CONF_OUT": 30,
        "CO.SUBDR": 15,
    },
    "visiting_nursing": {"VM.NIGHT": 75, "VM.MALE": 45},
    "home_help": {"VM.NIGHT": 35, "VM.MALE": 40, "CO.SUCTION_CERT": 22},
    "pharmacy": {
        "AC.OPIOID_RX": 45,
        "AC.STERILE": 8,
        "AC.UNITDOSE": 95,
        "AC.CVN": 12,
        "AC.INS": 80,
        "AC.PAIN": 40,
        "VM.NIGHT": 20,
        "VM.24TEL": 45,
        "CO.CMTIME": 30,
        "CO.CONF_OUT": 25,
    },
    "dental_clinic": {
        "AC.ORAL": 70,
        "AC.SWALLOW": 30,
        "AC.DENTURE": 85,
        "PT.DEM": 70,
        "PT.BED": 45,
    },
    "visiting_rehabilitation": {"AC.REHAB": 98, "AC.SWALLOW": 45, "VM.MALE": 80, "PT.NANBYO": 80},
    "day_rehabilitation": {"AC.REHAB": 98, "PT.DEM": 80, "PT.NANBYO": 50},
    "short_stay": {"BK.RESPITE": 65, "PT.DEM": 85, "PT.BED": 80, "PT.CAREGIVER": 80},
    "nursing_small_multifunctional": {
        "BK.RESPITE": 70,
        "AC.SUCTION": 90,
        "AC.TUBE_PEG": 90,
        "AC.ULCER": 90,
        "AC.O2": 85,
        "AC.PALL": 60,
        "PT.DEM": 95,
    },
    "care_management": {
        "PT.DEM": 95,
        "PT.CANCER": 70,
        "PT.NANBYO": 65,
        "PT.ALONE": 90,
        "PT.WELFARE": 90,
    },
    "community_support_centre": {"PT.DEM": 98, "PT.ALONE": 98, "PT.CAREGIVER": 98},
    "residential": {"PT.DEM": 95, "PT.WELFARE": 45, "PT.BED": 60},
}
_DEFAULT_QUESTIONS = {"PT.DEM": 85, "PT.WELFARE": 75, "PT.ALONE": 80}

# Who answers a survey: a third overall, those concerned more often.
ANSWERS = {"visiting_nursing": 0.6, "hospital": 0.5, "community_support_centre": 0.7}
ANSWERS_VISITING, ANSWERS_OTHERS = 0.5, 0.24

# What a facility of the worked consultations can surely do (data/reference/README.md).
SCENARIO_NEEDS: dict[str, tuple[str, ...]] = {
    "hospital": ("VM.REG", "AC.ULCER", "BK.RESPITE", "BK.URGENT"),
    "clinic": ("VM.REG", "VM.URG", "AC.ULCER", "AC.PALL", "AC.PAIN", "VM.EOL", "PT.BED"),
    "visiting_nursing": ("VM.24VN", "AC.PALL", "AC.PAIN", "VM.EOL", "AC.ULCER"),
    "pharmacy": ("AC.OPIOID_RX", "AC.UNITDOSE"),
    "home_help": ("PT.CANCER", "PT.BED", "VM.WEEKEND"),
    "care_management": ("PT.CANCER",),
    "short_stay": ("BK.RESPITE", "PT.CAREGIVER"),
}

CAPACITY_SHARE = {
    "visiting_nursing": 0.45,
    "home_help": 0.4,
    "care_management": 0.4,
    "short_stay": 0.5,
    "hospital": 0.4,
    "clinic": 0.12,
    "dental_clinic": 0.05,
    "pharmacy": 0.05,
}


def _shares() -> dict[str, dict[str, int]]:
    """Percent yes by kind and question; a question that is not put to a kind is absent."""
    shares: dict[str, dict[str, int]] = {kind: dict(q) for kind, q in _OTHER_QUESTIONS.items()}
    for line in _ACCEPT.strip().splitlines():
        code, *figures = line.split()
        for kind, figure in zip(_ACCEPT_COLUMNS, figures, strict=True):
            if figure != "0":
                shares.setdefault(kind, {})[code] = int(figure)
    return shares


SHARES = _shares()


@dataclass
class Facts:
    """Filings and claims of one facility, as they gather.

    Attributes
    ----------
    kind, ward : str
        Of the facility.
    rank : int
        Place among those who might visit, nearest to doing so first.
    beds : int
        Licensed beds, 0 for none.
    scenario : bool
        Whether it must be able to answer the acceptance scenarios.
    departments : tuple of str
        診療科目.
    filings : list of str
        Symbols as filed.
    claims : list of dict
        Claims as written to the file.
    """

    kind: str
    ward: str
    rank: int
    beds: int = 0
    scenario: bool = False
    departments: tuple[str, ...] = ()
    filed_age: int = FILED_AGE
    filings: list[str] = field(default_factory=list)
    claims: list[dict[str, Any]] = field(default_factory=list)

    def add(self, code: str, value: str, evidence: str, age_days: int, **more: Any) -> None:
        """Record a claim; one evidence says one thing about a code."""
        if not any(c["code"] == code and c["evidence"] == evidence for c in self.claims):
            self.claims.append(
                {"code": code, "value": value, "evidence": evidence, "age_days": age_days, **more}
            )

    def file(self, symbol: str, *codes: str, note: str = "") -> None:
        """Record a filing with its symbol (none where the list gives none) and what it shows."""
        if symbol:
            self.filings.append(symbol)
        more = {"note": note} if note else {}
        for code in codes:
            self.add(code, "yes", "filed", self.filed_age, **more)

    def says(self, code: str) -> set[str]:
        """Return the values stated for a code."""
        return {c["value"] for c in self.claims if c["code"] == code}

    @property
    def visits(self) -> bool:
        """Whether scheduled visits are stated."""
        return "yes" in self.says("VM.REG")


NETWORK_NOTE = "連携グループで24時間対応"


def _support(facts: Facts, bounds: tuple[int, int, int], kind_sign: str, term: str) -> None:
    """File 在支診・在支病 1-3 by rank, with the 24 h duty that belongs to them."""
    level = next((n for n, bound in enumerate(bounds, start=1) if facts.rank < bound), 0)
    if not level:
        return
    symbol = f"支援{kind_sign}{'１２３'[level - 1]}"
    facts.file(symbol, f"{term}{level}")
    facts.file("", "VM.24DR", "VM.24TEL", note=NETWORK_NOTE if level == 2 else "")


def _management(facts: Facts, rng: random.Random, until: int) -> None:
    """File 在宅時医学総合管理料 and what goes with it."""
    if facts.rank >= until:
        return
    facts.file("在医総管１", "ST.ZAISO", "VM.REG")
    if rng.random() < 0.5 or facts.scenario:
        facts.file("在総", "ST.CANCER", "AC.PALL")
    if rng.random() < 0.2:
        facts.file("医情連", "ST.ICT")
    if rng.random() < 0.15:
        facts.file("介保連", "ST.FACLINK")
    if rng.random() < 0.4:
        facts.file("がん疼", "AC.PAIN")


def _clinic_filings(facts: Facts, rng: random.Random) -> None:
    _support(facts, (2, 6, 16), "診", "ST.ZS")
    _management(facts, rng, 25)
    if facts.rank < 4:
        facts.file("在緩診実", "ST.PALL", "AC.PALL")
    if 2 <= facts.rank < 8:
        facts.file("在診実１" if facts.rank % 2 else "在診実２", "ST.EXP")
    if rng.random() < 0.12:
        facts.file("地包加", "ST.CHIHO")
    if rng.random() < 0.3:
        facts.file("時間外１", "VM.24TEL")
    if rng.random() < 0.12:
        facts.file("情報通信", "VM.TELE")
    if "小児科" in facts.departments:
        facts.file("小か診１", "PT.CHILD")


def _hospital_filings(facts: Facts, rng: random.Random) -> None:
    _support(facts, (2, 5, 12), "病", "ST.ZH")
    _management(facts, rng, 16)
    if facts.beds >= 200 and facts.rank in BACKUP_RANKS:
        facts.file("在後病", "ST.BACKUP", note="事前に登録した患者が対象")
    if facts.rank < 9:
        symbol = f"地包ケア{'１２'[facts.rank % 2]}" if facts.rank < 8 else "地包医"
        facts.file(symbol, "BK.CCW")
    if facts.rank == 0:
        facts.file("在緩診病", "ST.PALL", "AC.PALL")
    if "緩和ケア内科" in facts.departments:
        facts.file("緩１" if facts.rank % 2 else "緩２", "BK.PCU")
    if "精神科" in facts.departments:
        facts.file("認治１", "BK.DEMW")
    if rng.random() < 0.7:
        facts.file("入退支", "CO.DISCH")


def _dental_filings(facts: Facts, rng: random.Random) -> None:
    if facts.rank < 6:
        facts.file(f"歯援診{'１２２'[facts.rank % 3]}", "ST.ZDENT")
    if facts.rank < 22:
        facts.file("歯訪診", "VM.DENT")
    elif rng.random() < 0.25:
        facts.add("VM.DENT", rng.choice(("yes", "no", "no")), "survey", SURVEY_OLD_AGE)


def _pharmacy_filings(facts: Facts, rng: random.Random) -> None:
    if rng.random() < 0.85 or facts.scenario:
        facts.file("在薬", "ST.PHZ")
    if facts.rank < 5:
        facts.file("在薬総２", "ST.PHZ2")
        if facts.rank == 4:  # the children's way to 加算２: neither opioids nor sterile room shown
            facts.add("PT.CHILD", "yes", "survey", SURVEY_AGE)
        else:
            facts.add("AC.OPIOID_RX", "yes", "confirmed", 45)
            facts.add("AC.STERILE", "yes", "confirmed", 45)
    elif facts.rank < 36:
        facts.file("在薬総１", "ST.PHZ1")
    if rng.random() < 0.35:
        facts.file(f"地支体{rng.choice('１２３４')}", "ST.PHC")
    if rng.random() < 0.06:
        facts.file("", "ST.PHL")


def _nursing_filings(facts: Facts, rng: random.Random) -> None:
    if facts.rank < 6:
        level = "１２３"[facts.rank % 3]
        facts.file("", "ST.VNPLUS", note=f"機能強化型訪問看護管理療養費{level}")
    if facts.rank < 41 or facts.scenario:
        facts.file("", "VM.24VN", "VM.24TEL")
    elif rng.random() < 0.6:
        facts.add("VM.24VN", "no", "survey", SURVEY_AGE)


FILINGS = {
    "clinic": _clinic_filings,
    "hospital": _hospital_filings,
    "dental_clinic": _dental_filings,
    "pharmacy": _pharmacy_filings,
    "visiting_nursing": _nursing_filings,
}


def _visiting_by_survey(facts: Facts, rng: random.Random) -> None:
    """State scheduled visits for doctors without a filing: yes, no or silence."""
    bound = VISITING_BOUND.get(facts.kind)
    if bound is None:
        return
    if facts.ward == SHORTAGE_WARD:
        answer = ("unknown", "no", "no", "")[facts.rank % 4]
        if answer:
            facts.add("VM.REG", answer, "survey", SURVEY_AGE)
    elif facts.rank < bound and not facts.visits:
        facts.add("VM.REG", "yes", "survey", rng.choice((SURVEY_AGE, SURVEY_OLD_AGE)))
    elif facts.visits and rng.random() < 0.12:
        note = "届出はあるが、現在は実施していないとの回答"
        facts.add("VM.REG", "no", "survey", SURVEY_AGE, note=note)
    elif not facts.visits and rng.random() < 0.4:
        answer = "no" if rng.random() < 0.8 else "unknown"
        facts.add("VM.REG", answer, "survey", rng.choice((SURVEY_AGE, SURVEY_OLD_AGE)))


def _questions(facts: Facts) -> dict[str, int]:
    """Return what the survey asks this facility, with its share of yes."""
    questions = dict(SHARES.get(facts.kind, _DEFAULT_QUESTIONS))
    if facts.kind == "clinic" and facts.beds:
        questions |= {"BK.RESPITE": 55, "BK.URGENT": 45}
    if facts.kind in ("clinic", "hospital") and not facts.visits:
        questions = {
            code: share // 4 if code[:3] in ("AC.", "VM.") else share
            for code, share in questions.items()
        }
    return questions


def _survey(facts: Facts, rng: random.Random) -> None:
    """Answer the survey, or not: no answer is not a no."""
    willing = ANSWERS.get(facts.kind, ANSWERS_VISITING if facts.visits else ANSWERS_OTHERS)
    if rng.random() >= willing and not facts.scenario:
        return
    age = SURVEY_AGE if facts.scenario or rng.random() < 0.65 else SURVEY_OLD_AGE
    for code, share in _questions(facts).items():
        draw = rng.random()
        if draw < share / 100:
            facts.add(code, "yes", "survey", age)
        elif rng.random() < 0.85:
            facts.add(code, "no", "survey", age)
        elif rng.random() < 0.5:
            facts.add(code, "unknown", "survey", age)


def _weekend(facts: Facts, rng: random.Random, open_days: Iterable[int]) -> None:
    """State weekends as the public lists let one see them, and languages now and then."""
    days, off_days = set(open_days), {5, 6, 7}
    if days >= off_days:
        facts.add("VM.WEEKEND", "yes", "registry", LIST_AGE)
    elif days and not days & off_days:
        facts.add("VM.WEEKEND", "no", "registry", LIST_AGE)
    if rng.random() < 0.06:
        languages = rng.choice(("英語", "英語・中国語", "中国語・韓国語", "ベトナム語"))
        facts.add("VM.LANG", "yes", "registry", LIST_AGE, note=languages)


def _telephone(facts: Facts, rng: random.Random) -> None:
    """Confirm some facts by telephone; scenarios rest on confirmed facts."""
    if facts.scenario:
        for code in SCENARIO_NEEDS.get(facts.kind, ()):
            facts.claims = [c for c in facts.claims if c["code"] != code or c["value"] == "yes"]
            facts.add(code, "yes", "confirmed", 20)
        return
    if rng.random() >= 0.12:
        return
    asked = [c for c in facts.claims if c["evidence"] == "survey" and c["code"] != "VM.REG"]
    for claim in rng.sample(asked, min(3, len(asked))):
        value = claim["value"] if claim["value"] != "unknown" else "no"
        facts.add(claim["code"], value, "confirmed", rng.choice((14, 40, 180)), note="電話で確認")


def _observed(facts: Facts, rng: random.Random) -> None:
    """Record work that was seen done."""
    share = {"visiting_nursing": 0.3, "clinic": 0.3, "hospital": 0.3}.get(facts.kind, 0.0)
    if facts.kind in ("clinic", "hospital") and not facts.visits:
        return
    for code in ("VM.EOL", "AC.ULCER", "AC.PALL"):
        if "yes" in facts.says(code) and rng.random() < share:
            facts.add(
                code, "yes", "observed", rng.choice((25, 90, 300)), note="退院調整の事例で確認"
            )


def _capacity(facts: Facts, rng: random.Random) -> None:
    """State whether new patients are taken, three or thirty days ago."""
    if not facts.scenario and rng.random() >= CAPACITY_SHARE.get(facts.kind, 0.2):
        return
    state = rng.choice(("CAP.OPEN", "CAP.OPEN", "CAP.COND", "CAP.FULL"))
    if facts.scenario:
        state = "CAP.OPEN"
    age = CAPACITY_AGE if facts.scenario or rng.random() < 0.6 else CAPACITY_OLD_AGE
    more: dict[str, Any] = {"valid_days": CAPACITY_VALID_DAYS} if rng.random() < 0.7 else {}
    if state == "CAP.COND":
        more["note"] = rng.choice(("訪問曜日は要相談", "医療処置の内容による", "面談のうえ判断"))
    facts.add(state, "yes", "confirmed", age, **more)
    if state == "CAP.FULL":
        facts.add("CAP.OPEN", "no", "confirmed", age, **more)
    elif state == "CAP.OPEN":
        facts.add("CAP.FULL", "no", "confirmed", age, **more)


def gather(facts: Facts, rng: random.Random, open_days: Iterable[int]) -> Facts:
    """Fill in filings and claims of one facility.

    Parameters
    ----------
    facts : Facts
        Kind, ward, rank and so on; filled in place.
    rng : random.Random
        The facility's own dice.
    open_days : iterable of int
        Days with sessions, 7 for holidays.
    """
    facts.filed_age = FILED_AGE if facts.scenario or rng.random() < 0.88 else FILED_OLD_AGE
    if facts.kind in TERM_OF_KIND:
        facts.add(TERM_OF_KIND[facts.kind], "yes", "registry", LIST_AGE)
    _weekend(facts, rng, open_days)
    if facts.kind in FILINGS:
        FILINGS[facts.kind](facts, rng)
    _visiting_by_survey(facts, rng)
    _survey(facts, rng)
    _telephone(facts, rng)
    _observed(facts, rng)
    _capacity(facts, rng)
    return facts
