"""Columns of ``figures.xlsx``: key, Japanese heading and number format of each table."""

from __future__ import annotations

from geoportal.coverage.demand import GROUPS, TOWNS
from geoportal.coverage.distance_zones import RINGS_M
from geoportal.coverage.driving import AT_LEAST_BY_ROAD, MINUTES
from geoportal.coverage.figures import AT_LEAST
from geoportal.coverage.tables import POSSIBLE
from geoportal.coverage.wording import CELL_NAMES

GROUP_LABELS = {
    "pop": "人口",
    "pop65": "65歳以上",
    "pop75": "75歳以上",
    "pop85": "85歳以上",
    "alone": "高齢単身世帯",
}
_KM = {ring: f"{ring / 1000:.0f} km" for ring in RINGS_M}
_UNSURE = "（未確認も数える）"
_PEOPLE, _METRES, _RATIO, _PERCENT, _SMALL = "#,##0", "#,##0", "0.0", "0.0%", "0.000000"


def measure_labels(mark: str = "") -> dict[str, tuple[str, str]]:
    """Return key → (Japanese heading, number format) of the measures of cells and districts."""
    end = _UNSURE if mark else ""
    return {
        **{
            f"within_{ring:.0f}_m{mark}": (f"{_KM[ring]}以内の施設{end}", "#,##0.0")
            for ring in RINGS_M
        },
        f"nearest_m{mark}": (f"最も近い施設 m{end}", _METRES),
        f"second_nearest_m{mark}": (f"2番目に近い施設 m{end}", _METRES),
        f"floating_catchment{mark}": (f"到達可能性 E2SFCA{end}", _SMALL),
    }


def _road_labels(mark: str = "") -> dict[str, tuple[str, str]]:
    """Return the columns by road that cells and districts have where a road map is held."""
    end = _UNSURE if mark else ""
    return {f"nearest_min{mark}": (f"最も近い施設 車で分{end}", _RATIO)}


def district_labels(*, by_road: bool = False) -> dict[str, tuple[str, str]]:
    """Return the columns of the district sheet."""
    labels: dict[str, tuple[str, str]] = {
        "rank": ("順位（届かない人の割合）", "0"),
        "district": ("コード", ""),
        "name": ("地区", ""),
        "undecided": ("判断できない（資料が未取込）", ""),
        **{name: (GROUP_LABELS[name], _PEOPLE) for name in GROUPS},
    }
    for mark in ("", POSSIBLE):
        end = _UNSURE if mark else ""
        labels[f"facilities{mark}"] = (f"地区内の施設{end}", "#,##0")
        labels[f"per_10000_pop75{mark}"] = (f"75歳以上1万人あたり{end}", _RATIO)
        labels[f"pop75_uncovered_share{mark}"] = (f"2 km以内に0か所の割合{end}", _PERCENT)
        labels |= measure_labels(mark)
        for least in AT_LEAST:
            for ring in RINGS_M:
                key = f"pop75_with_{least}_within_{ring:.0f}_m{mark}"
                labels[key] = (f"{_KM[ring]}以内に{least}か所以上の75歳以上{end}", _PEOPLE)
        if not by_road:
            continue
        labels |= _road_labels(mark)
        for least in AT_LEAST_BY_ROAD:
            for minutes in MINUTES:
                key = f"pop75_with_{least}_within_{minutes}_min{mark}"
                labels[key] = (f"車で{minutes}分以内に{least}か所以上の75歳以上{end}", _PEOPLE)
        labels[f"pop75_minutes_unknown{mark}"] = (f"車での時間がわからない75歳以上{end}", _PEOPLE)
    return labels


def cell_labels(unit: str, *, by_road: bool = False) -> dict[str, tuple[str, str]]:
    """Return the columns of the sheet of cells: meshes, or towns."""
    own: dict[str, tuple[str, str]] = (
        {"uncertainty_m": ("位置の誤差 ± m", _METRES)}
        if unit == TOWNS
        else {"share": ("地区に入る面積の割合", "0.000"), "estimated": ("年齢は按分", "")}
    )
    return {
        "cell": ("町丁目（市区町村コード/名前）" if unit == TOWNS else "メッシュコード", ""),
        "lon": ("経度", "0.000000"),
        "lat": ("緯度", "0.000000"),
        "district": ("地区コード", ""),
        **own,
        **{name: (GROUP_LABELS[name], "#,##0.0") for name in GROUPS},
        **measure_labels(),
        **measure_labels(POSSIBLE),
        **(_cell_road_labels() if by_road else {}),
    }


def _cell_road_labels() -> dict[str, tuple[str, str]]:
    labels: dict[str, tuple[str, str]] = {}
    for mark in ("", POSSIBLE):
        end = _UNSURE if mark else ""
        labels |= _road_labels(mark)
        labels[f"second_nearest_min{mark}"] = (f"2番目に近い施設 車で分{end}", _RATIO)
        labels[f"road{mark}"] = (f"車での時間（road=わかる ferry=船 no_way=道路が未確認）{end}", "")
    return labels


def facility_labels(
    *, by_road: bool = False, with_partners: bool = False
) -> dict[str, tuple[str, str]]:
    """Return the columns of the sheet of facilities."""
    labels = dict(FACILITY_LABELS)
    if with_partners:
        labels |= PARTNER_LABELS
    if not by_road:
        return labels
    labels["on_road"] = ("道路がわかる", "")
    for name, left in (("left_without", 0), ("left_with_one", 1)):
        for minutes in MINUTES:
            text = f"なくなると車で{minutes}分以内に{left}か所になる75歳以上"
            labels[f"{name}_{minutes}_min"] = (text, _PEOPLE)
    for minutes in MINUTES if with_partners else ():
        labels[f"left_to_partner_{minutes}_min"] = (_to_partner(f"車で{minutes}分"), _PEOPLE)
    return labels


def _to_partner(reach: str) -> str:
    return f"なくなると{reach}以内に0か所になるが連携先が16 km以内にある75歳以上"


FACILITY_LABELS: dict[str, tuple[str, str]] = {
    "id": ("ID", ""),
    "name": ("名称", ""),
    "kind": ("種別", ""),
    "district": ("地区コード", ""),
    "certain": ("対応できるとわかっている", ""),
    "lon": ("経度", "0.000000"),
    "lat": ("緯度", "0.000000"),
    "capacity": ("定員（未確認は1）", "#,##0"),
    **{
        f"left_without_{ring:.0f}_m": (f"なくなると{_KM[ring]}以内に0か所になる75歳以上", _PEOPLE)
        for ring in RINGS_M
    },
    **{
        f"left_with_one_{ring:.0f}_m": (f"なくなると{_KM[ring]}以内に1か所になる75歳以上", _PEOPLE)
        for ring in RINGS_M
    },
    "nearest_to_pop75": ("ここが最も近い75歳以上", _PEOPLE),
    "farther_person_m": ("なくなると遠くなる距離の合計 人・m", _PEOPLE),
    "catchment_demand": ("診療圏の重みつき75歳以上", "#,##0.0"),
    "ratio": ("1人あたりの供給", _SMALL),
}


PARTNER_LABELS: dict[str, tuple[str, str]] = {
    "partners": ("連携グループの施設のID", ""),
    **{f"left_to_partner_{ring:.0f}_m": (_to_partner(_KM[ring]), _PEOPLE) for ring in RINGS_M},
}


def reconciliation_labels(unit: str) -> dict[str, tuple[str, str]]:
    """Return the columns of the sheet that compares cells with the register."""
    labels: dict[str, tuple[str, str]] = {"district": ("コード", ""), "name": ("地区", "")}
    for group in GROUPS[:-1]:
        name = GROUP_LABELS[group]
        labels[f"{group}_{unit}"] = (f"{name} {CELL_NAMES[unit]}", _PEOPLE)
        labels[f"{group}_register"] = (f"{name} 住民基本台帳", _PEOPLE)
        labels[f"{group}_difference"] = (f"{name} 差", "#,##0;[Red]-#,##0")
        labels[f"{group}_ratio"] = (f"{name} 比", "0.000")
    if unit == TOWNS:
        labels |= {
            "unplaced_towns": ("位置がわからない町丁目", _PEOPLE),
            "pop_unplaced": ("そこに住む人口（数に入れていない）", _PEOPLE),
            "pop75_unplaced": ("そのうち75歳以上", _PEOPLE),
            "hidden_towns": ("75歳以上が公表されていない町丁目", _PEOPLE),
        }
    labels["register_as_of"] = ("住民基本台帳の日付", "")
    return labels
