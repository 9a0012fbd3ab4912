"""Wording of coverage figures in plain Japanese, for packs; pages have their own catalogue."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geoportal.coverage.criteria import CoverageCriteria
from geoportal.coverage.demand import MESH, TOWNS
from geoportal.coverage.distance_zones import RINGS_M
from geoportal.coverage.driving import MINUTES
from geoportal.coverage.figures import DistrictFigures, Level, road_shares
from geoportal.coverage.study import Study
from geoportal.coverage.tables import POSSIBLE, RANKED
from geoportal.domain.completeness import PARTIAL, PLACES, Completeness

HEADLINE_RING = 1
"""Number of the ring of which sentences give figures: 2 km, a short drive or a long walk."""

CELL_NAMES: Mapping[str, str] = {MESH: "メッシュ", TOWNS: "町丁目"}
"""Name of a cell, by unit of demand."""

CELL_COUNTERS: Mapping[str, str] = {MESH: "個", TOWNS: "か所"}
"""Counter word of cells (助数詞), by unit of demand."""

DEMAND_NAMES: Mapping[str, str] = {
    MESH: "500 m メッシュ（国勢調査）",
    TOWNS: "町丁目（自治体の地域・年齢別人口）",
}
"""Name of the unit of demand."""

NO_DATA = "データなし"
"""Said in place of a number that is not known because nothing is imported."""

UNDECIDED = "判断できません"
"""Said in place of a share where a source that would tell is not held."""

_KNOWN_ONLY = "（対応できるとわかっている施設だけを数えた場合）"
_MANY_UNKNOWN = "対応が未確認の施設が多い"
_KM = 1_000
_MOST_NAMED = 5
_PARTNERS_NAMED = 2
_ONE_PERSON = 0.5
"""Fewer people than this count as none: cells on a border are shared by area."""
_MARKS = ("", POSSIBLE)
"""Ends of keys in a row of the districts: sure facilities; and those not known to do it, too."""
_FEW = 0.01
"""A share below this of less than half a person is written as 0."""


def distance_text(metres: float) -> str:
    """Return a distance rounded for reading: 850 m, 2.4 km, 16 km; — for NaN."""
    if not math.isfinite(metres):
        return "—"
    if metres < _KM:
        return f"{round(metres, -1):.0f} m"
    km = metres / _KM
    return f"{km:.0f} km" if km == round(km) or km >= 10 else f"{km:.1f} km"


def share_text(share: float) -> str:
    """Return a share in whole per cent; 1%未満 and 99%以上 in place of 0 and 100; — for NaN."""
    percent = 100 * share
    if not math.isfinite(percent):
        return "—"
    if 0 < percent < 1:
        return "1%未満"
    if 99 < percent < 100:
        return "99%以上"
    return f"{percent:.0f}%"


def share_range_text(sure: float, possible: float) -> str:
    """Return a share as a range: by sure facilities, and with the possible ones."""
    ends = share_text(sure), share_text(possible)
    return ends[0] if ends[0] == ends[1] else "〜".join(ends)


def subject_text(
    question: CoverageCriteria, kinds: Mapping[str, str], needs: Mapping[str, str]
) -> str:
    """Return the subject of a study, by Japanese labels: 訪問診療（病院・診療所）."""
    who = "・".join(kinds.get(kind, kind) for kind in question.kinds)
    what = "・".join(needs.get(code, code).split("(")[0].split("（")[0] for code in question.needs)
    name = f"{what}（{who}）" if what and who else what or who or "施設"
    return f"夜間の{name}" if question.time == "night" else name


def sentence(figures: DistrictFigures, subject: str, ring: int = HEADLINE_RING) -> str:
    """Return the summary sentence of a district; ``subject`` as of `subject_text`."""
    reach = distance_text(RINGS_M[ring])
    sure, possible = (
        lacking_share(figures, level, ring) for level in (figures.sure, figures.possible)
    )
    if not math.isfinite(sure):
        return f"{figures.name}には 75歳以上の人がいないか、人口が未確認です。"
    if figures.need < _ONE_PERSON:
        return f"{figures.name}には 75歳以上の人がいません。"
    if figures.undecided:
        return f"{reach} 以内に{subject}がない人の割合は、{UNDECIDED}（資料が未取込）。"
    open_ends = share_text(possible) != share_text(sure)
    if open_ends and figures.mostly_unknown:
        why = "資料が未取込の地区がある" if figures.partly_undecided else _MANY_UNKNOWN
        return (
            f"75歳以上のうち {reach} 以内に{subject}がない人は {share_range_text(possible, sure)} "
            f"です（{why}ため、幅で示します）。"
        )
    text = _lack(sure, reach, subject, _KNOWN_ONLY if open_ends else "")
    if sure < 1:  # else there is nothing to choose between
        choice = 1.0 - lacking_share(figures, figures.sure, ring, at_least=2)
        text += f"2か所以上から選べる人は {share_text(choice)} です。"
    if open_ends:
        text += f"対応が未確認の施設も数えると、ない人は {share_text(possible)} です。"
    if figures.hidden:
        text += f"75歳以上の人数が公表されていない町丁目（{figures.hidden}）は入っていません。"
    return text


def road_sentence(figures: DistrictFigures, subject: str) -> str:
    """Return the sentence of a district on minutes by car; empty where it cannot be said."""
    if figures.sure.by_road is None or figures.undecided or figures.need < _ONE_PERSON:
        return ""
    parts = []
    for reach, minutes in enumerate(MINUTES):
        ends = (road_shares(figures, level, reach)[0] for level in (figures.sure, figures.possible))
        parts.append(f"{minutes} 分以内の人は {share_range_text(*ends)}")
    unknown = road_shares(figures, figures.sure, 0)[2]
    text = f"75歳以上のうち、{subject}から車で {'、'.join(parts)}です。"
    if unknown > 0:
        text += (
            f"車での時間がわからない人は {share_text(unknown)} です"
            "（届く人にも届かない人にも数えていません）。"
        )
    return text


def road_line(study: Study) -> str:
    """Return how minutes are counted, and who is left out; empty without a road map."""
    if study.roads is None:
        return ""
    near = int((study.roads.off_road & (study.catchment_demand > 0)).sum())
    left_out = f"道路がわからない施設 {near} か所は、時間の計算に入っていません。" if near else ""
    return (
        f"車での時間は、道路の種類ごとに決めた速さで、施設から{CELL_NAMES[study.cells.unit]}"
        "までを計算した目安です。信号、渋滞、駐車は入っていません。近くに道路がわからない場所、"
        "道路がつながっていない場所、船でしか行けない場所は「時間がわからない」に分けました。"
        f"{left_out}"
    )


def lacking_share(figures: DistrictFigures, level: Level, ring: int, at_least: int = 1) -> float:
    """Return the share of people 75+ with fewer than ``at_least`` facilities, for display."""
    return displayed_share(figures.uncovered_share(level, ring, at_least), figures.need)


def displayed_share(share: float, people: float) -> float:
    """Return a share of people for display: 0 for a small share of less than half a person."""
    return 0.0 if share * people < _ONE_PERSON and share < _FEW else share


def people_text(row: Mapping[str, Any]) -> str:
    """Return the people aged 75 and over of a district row: 1,234 人."""
    return NO_DATA if row["pop75"] is None else f"{row['pop75']:,.0f} 人"


def facilities_text(row: Mapping[str, Any], counter: str = "") -> str:
    """Return the facilities of a district row as a range: sure ones, and all that may count.

    ``counter`` is the counter word after a number.
    """
    low, high = (row[f"facilities{mark}"] for mark in _MARKS)
    if low is None:
        return NO_DATA
    return f"{low}{counter}" if low == high else f"{low}〜{high}{counter}"


def lack_text(row: Mapping[str, Any]) -> str:
    """Return the share of people 75+ of a district row with none within 2 km: 12%, or 100%〜3%."""
    if row["undecided"]:
        return UNDECIDED
    shares = (row[f"{RANKED}{mark}"] for mark in _MARKS)
    return share_range_text(
        *(math.nan if share is None else displayed_share(share, row["pop75"]) for share in shares)
    )


def choice_text(row: Mapping[str, Any]) -> str:
    """Return the share of people 75+ of a district row with two or more within 2 km."""
    if row["undecided"]:
        return UNDECIDED
    need = row["pop75"]
    if not need:
        return share_text(math.nan)
    counts = [row[f"pop75_with_2_within_2000_m{mark}"] for mark in _MARKS]
    if None in counts:
        return UNDECIDED
    lacks = (1.0 - count / need for count in counts)
    return share_range_text(*(1.0 - displayed_share(lack, need) for lack in lacks))


def number_range_text(row: Mapping[str, Any], key: str) -> str:
    """Return a figure of a district row with one decimal, as a range where not all is known."""
    ends = ["—" if row[f"{key}{mark}"] is None else f"{row[key + mark]:.1f}" for mark in _MARKS]
    return ends[0] if ends[0] == ends[1] else "〜".join(ends)


def what_if_text(closed: Sequence[str], opened: int) -> str:
    """Return the supposition of a what-if: もし○○医院ほか1か所がなくなり、1か所できたら."""
    more = f"ほか{len(closed) - 1}か所" if len(closed) > 1 else ""
    closing = f"{closed[0]}{more}がなく" if closed else ""
    if closing:
        return f"もし{closing}なり、{opened}か所できたら" if opened else f"もし{closing}なったら"
    return f"もし{opened}か所できたら" if opened else ""


def gap_text(line: Completeness, names: GapNames) -> str:
    """Return the sentence on a source that is not held, or only in part."""
    who = "・".join(names.kinds[:_MOST_NAMED])
    extent = "一部しか取り込まれていません" if line.state == PARTIAL else "取り込まれていません"
    if line.tells == PLACES:
        count = f"（今は {line.facilities:,} か所）" if line.facilities else "（データなし）"
        return f"注意：{names.area}の{who}の一覧は{extent}{count}。"
    # coverage asks of places and filings only
    return (
        f"注意：{names.area}の届出（{names.publisher}）は{extent}。"
        f"{who} {line.unknown:,} か所の対応は未確認です。"
    )


@dataclass(frozen=True, slots=True)
class GapNames:
    """Names of what a line of completeness is about: area, kinds, publisher."""

    area: str
    kinds: Sequence[str]
    publisher: str


def caution_text(study: Study) -> str:
    """Return whose people are missing from the figures of a study; empty when none are."""
    parts = []
    if study.missing_meshes:
        parts.append(
            f"注意：1 次メッシュ {'、'.join(study.missing_meshes)} の人口がないので、"
            f"{_named(study.short_areas)}の人数は実際より少ないことがあります。"
        )
    if study.missing_towns:
        parts.append(f"注意：{_named(study.missing_towns)}の町丁目の人口はありません。")
    if study.unplaced:
        parts.append(f"注意：位置のわからない町丁目 {len(study.unplaced)} の人は入っていません。")
    return "".join(parts)


def _named(names: Sequence[str]) -> str:
    more = f"ほか {len(names) - _MOST_NAMED} 地区" if len(names) > _MOST_NAMED else ""
    return f"{'、'.join(names[:_MOST_NAMED])}{more}"


def critical_text(worst: Sequence[tuple[str, float]], subject: str) -> str:
    """Return the sentence on the facilities whose closing leaves most people without any (N-1).

    ``worst`` has names, and people aged 75 and over left without any within 2 km, most first.
    """
    reach = distance_text(RINGS_M[HEADLINE_RING])
    listed = [f"{name}（{people:,.0f} 人）" for name, people in worst if people >= _ONE_PERSON]
    if not listed:
        return f"どの 1 か所がなくなっても、{reach} 以内に{subject}が 1 つもなくなる人はいません。"
    return (
        f"なくなると {reach} 以内に{subject}が 1 つもなくなる 75歳以上の人が多い順："
        f"{'、'.join(listed)}。"
    )


def back_up_text(
    named: Sequence[tuple[str, Sequence[str], float]], on_one: float, backed: float
) -> str:
    """Return the sentence on people who have a partner of their only facility in reach.

    ``named`` has names, those of its partners, and those people of each facility, most first;
    ``on_one`` people have one facility only within 2 km, ``backed`` of them such a partner.
    """
    reach = distance_text(RINGS_M[HEADLINE_RING])
    listed = [
        f"{name}→{_some(partners)}（{people:,.0f} 人）"
        for name, partners, people in named
        if people >= _ONE_PERSON
    ]
    lead = (
        f"{reach} 以内に 1 か所しかない 75歳以上 {on_one:,.0f} 人のうち {backed:,.0f} 人には、"
        "そこがなくなっても、連携グループの施設が 16 km 以内にあります"
    )
    if not listed:
        return f"{lead}。"
    return f"{lead}（代わりに受けられるかは未確認）：{'、'.join(listed)}。"


def _some(partners: Sequence[str]) -> str:
    more = len(partners) - _PARTNERS_NAMED
    return "・".join(partners[:_PARTNERS_NAMED]) + (f"ほか {more} か所" if more > 0 else "")


def _lack(share: float, reach: str, subject: str, known_only: str) -> str:
    if share <= 0:
        return f"75歳以上のどの人にも {reach} 以内に{subject}があります。"
    if share >= 1:
        return f"75歳以上のどの人にも、{reach} 以内に{subject}がありません{known_only}。"
    return f"75歳以上の {share_text(share)} は {reach} 以内に{subject}がありません{known_only}。"
