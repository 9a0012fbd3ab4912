"""Answers as lines of Japanese text for people at a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import TYPE_CHECKING, assert_never

from geoportal.documents import Document
from geoportal.documents.search_extras import relaxation_steps
from geoportal.domain.completeness import DEPARTMENTS, HOURS, MISSING, NEEDS, PLACES
from geoportal.domain.dating import day_said
from geoportal.search.relax import RelaxationKind, Step

if TYPE_CHECKING:
    from geoportal.services.view import View

_SIGNS = {"yes": "✓", "no": "✗", "unknown": "？"}
_REACH = {"inside": "16km以内", "borderline": "16km前後", "outside": "16km超"}
_MOST_KINDS = 3
TOLD_WORDS = {
    PLACES: ("一覧", ""),
    NEEDS: ("届出", "対応"),
    HOURS: ("診療・営業時間の資料", "時間"),
    DEPARTMENTS: ("診療科の資料", "診療科"),
}
"""What a source tells, and what is not known without it: `geoportal.domain.completeness.TOLD`."""
_DRIVE = {
    "ferry": "車では船便が必要",
    "no_way": "道路のつながりは未確認",
    "unknown": "道路での時間は未確認",
}
_ROADS = {
    "held": "分は車での目安です（道路の種類ごとの速さから計算。渋滞・信号・駐車は含みません）。"
    "道路：© OpenStreetMap contributors（ODbL）",
    "home_unknown": "この場所の近くの道路の資料がないため、道路での時間は出せません",
    "engine_failed": "道路の計算ができなかったため、車での時間は出せません（直線距離の順です）",
    "not_held": "道路の資料がないため、距離の順に並べています（import で取り込めます）",
}
_CONTACTS = (("address", "所在地"), ("phone", "電話"), ("fax", "FAX"), ("operator", "運営"))


def distance_notes(document: Document) -> Iterator[str]:
    """Yield what distances and times of an answer are measured from, and by."""
    if "station_position" in document.get("origin", {}).get("warnings", ()):
        yield f"距離は駅の位置からのものです（誤差 ±{document['origin']['uncertainty_m']:.0f} m）"
    if "roads" in document:
        yield _ROADS[document["roads"]]


def drive_text(about: Document) -> str:
    """Return the minutes by road, or why there are none; empty without a road map."""
    if "drive" not in about:
        return ""
    if about["drive_minutes"] is None:
        return f"・{_DRIVE[about['drive']]}"
    return f"・車で約{about['drive_minutes']}分"


def search_lines(view: View, document: Document) -> Iterator[str]:
    """Yield the lines of a search answer."""
    yield _count_line(document)
    kinds = view.reference.kinds
    for number, feature in enumerate(document["features"], start=1):
        about = feature["properties"]
        distance = f" {about['distance_m']:,} m" if "distance_m" in about else ""
        distance += drive_text(about)
        reach = f" {_REACH[about['visit_range']]}" if "visit_range" in about else ""
        mark = "【架空】" if about["fictional"] else ""
        mark += "【市外・県外】" if "elsewhere" in about else ""
        kind = kinds[about["kind"]].label_ja
        yield f"{number:>3}. {mark}{about['name']}（{kind}）{distance}{reach}"
        where = about["address"] if feature["geometry"] else f"{about['address']}（位置は未確認）"
        yield f"     {where}  {about['phone']}  [{feature['id']}]"
        if about["needs"]:
            yield "     " + "  ".join(_need_text(view, *need) for need in about["needs"].items())
        if "why" in about:
            yield "     順序の理由: " + " → ".join(reason["words_ja"] for reason in about["why"])
    yield from distance_notes(document)
    for misplaced in document.get("misplaced", ()):
        need = view.reference.vocabulary[misplaced["need"]].label_ja
        about = "・".join(kinds[kind].short_ja for kind in misplaced["kinds"])
        yield f"「{need}」は {about} にたずねることです（--kind で選べます）"
    for relaxation in (*document["relaxations"], *document["relaxations_more"]):
        yield _relaxation_text(view, relaxation)
    for line in document["completeness"]:
        if line["gap"]:
            yield gap_text(view, line)
    yield from _whom_to_call(document)


def gap_text(view: View, line: Document) -> str:
    """Return the sentence on a source that is not held, or only in part."""
    about, what = TOLD_WORDS[line["tells"]]
    extent = "未取込" if line["state"] == MISSING else "一部だけ"
    unknown = f"（{line['unknown']:,} か所の{what}は未確認）" if what else ""
    kinds = "・".join(view.reference.kinds[kind].short_ja for kind in line["kinds"][:_MOST_KINDS])
    more = "など" if len(line["kinds"]) > _MOST_KINDS else ""
    whose = f"{line['area_name']}の{kinds}{more}の{about}"
    return f"注意: {whose}（{line['publisher']}）は{extent}です{unknown}"


def _count_line(document: Document) -> str:
    """Return how many are in each band around the home, and how many stand apart."""
    counts, elsewhere = document["counts"], document["elsewhere"]
    if "no_data" in document:
        return "データなし（0 件という意味ではありません）"
    at_home = {band: count - elsewhere.get(band, 0) for band, count in counts.items()}
    line = (
        f"対応あり {at_home['match']:,} 件・未確認 {at_home['possible']:,} 件"
        f"・なし {at_home['no']:,} 件"
    )
    if not any(elsewhere.values()):
        return line
    apart = f"対応あり {elsewhere['match']:,} 件・未確認 {elsewhere['possible']:,} 件"
    return f"{line}（ほかに市外・県外: {apart}）"


def _need_text(view: View, code: str, claim: Document) -> str:
    label = view.reference.vocabulary[code].label_ja
    if claim["value"] == "unknown":
        return f"{_SIGNS['unknown']}{label}"
    evidence = view.reference.label("evidence", claim["evidence"], "ja")
    old = "・古い情報" if claim["stale"] else ""
    note = f"・{claim['note']}" if claim.get("note") else ""
    return f"{_SIGNS[claim['value']]}{label}（{evidence} {day_said(claim)}{old}{note}）"


def _relaxation_text(view: View, relaxation: Document) -> str:
    """Return what to ask without or ask wider, and how many more would then match."""
    *first, last = relaxation_steps(relaxation)
    steps = "".join(f"{_step_text(view, step)}、" for step in first) + _step_text(view, last)
    rule = "（訪問は原則16km以内）" if "beyond_visits" in relaxation else ""
    unconfirmed = "（対応は未確認）" if "unconfirmed" in relaxation else ""
    return f"{steps}と さらに {relaxation['adds']:,} 件{unconfirmed}{rule}"


def _step_text(view: View, step: Step) -> str:
    """Return what to ask without or ask wider, as the first half of a sentence."""
    value = str(step.value)
    match step.kind:
        case RelaxationKind.DROP:
            return f"「{view.reference.vocabulary[value].label_ja}」を外す"
        case RelaxationKind.RADIUS:
            return f"半径を {step.metres / 1000:g} km に広げる"
        case RelaxationKind.DISTRICT:
            names = view.district_chain(value)
            return f"地区を{names[0].name if names else value}に広げる"
        case RelaxationKind.ANY_KIND:
            return "種類を問わない"
        case RelaxationKind.ANY_TIME:
            return "日時を問わない"
        case RelaxationKind.ANY_DEPARTMENT:
            return "診療科を問わない"
        case RelaxationKind.ANY_WORDS:
            return "言葉を除く"
        case _:
            assert_never(step.kind)


def facility_lines(view: View, documents: list[Document]) -> Iterator[str]:
    """Yield the lines about facilities, every fact with source and date."""
    for document in documents:
        yield from _facility_lines(view, document)
        for claim in document["properties"]["claims"]:
            yield _claim_line(view, claim)
        for mention in document["properties"]["sources"]:
            yield f"  出典: {mention['source']} {day_said(mention)} {mention['record_id']}"


def district_lines(document: Document) -> Iterator[str]:
    """Yield a line for each district."""
    for feature in document["features"]:
        about = feature["properties"]
        count = f"{about['facilities']}件"
        yield f"{about['code']:<6} {about['level']:<13} {about['full_name']} {count}"


def place_lines(documents: list[Document]) -> Iterator[str]:
    """Yield the lines about geocoded addresses."""
    for place in documents:
        known = place["lon"] is not None
        uncertainty = f" ±{place['uncertainty_m']:.0f} m" if known else ""
        position = f"{place['lon']:.6f},{place['lat']:.6f}{uncertainty}" if known else "-"
        area = f"{place['prefecture']}{place['municipality']}{place['town']}{place['station']}"
        yield f"{place['status']} {place['match_level'] or '-'} {position} {area}"
        if place["station"]:
            lines = f"（{'・'.join(place['lines'])}）" if place["lines"] else ""
            yield f"  駅の位置です{lines}"
        for candidate in place["candidates"]:
            yield f"  候補: {candidate['text']}"
        for responsible in place["responsible"]:
            yield from (f"  {line}" for line in _responsible_lines(responsible))


_DOUBTS = MappingProxyType(
    {
        "place_unsure": "場所がはっきりしないため、要確認",
        "several": "どちらが担当かは資料になく、要確認",
        "shared_town": "この町は分けて担当、番地で決まります",
        "part_of_town": "この町は丁目や番地で担当が分かれます",
        "town_by_point": "地図の位置に近い町の担当、町名で要確認",
        "town_unknown": "町までわかると決まります",
        "town_not_listed": "この町は担当の表になく、要確認",
        "area_unknown": "圏域がわからず、要確認",
        "near_edge": "圏域の境の近くのため、要確認",
    }
)


def _whom_to_call(document: Document) -> Iterator[str]:
    """Yield the centres of the home, else of the districts asked about."""
    for responsible in document.get("responsible", ()):
        yield from _responsible_lines(responsible)
    for centre in document["centres"] if "responsible" not in document else ():
        yield f"相談窓口: {centre['name']} {centre['phone']}"


def _responsible_lines(responsible: Document) -> Iterator[str]:
    """Yield who answers for a home, and why that is not certain."""
    doubt = f"（{_DOUBTS[responsible['doubt']]}）" if responsible["doubt"] else ""
    for centre in responsible["centres"]:
        yield f"相談窓口: {centre['name']} {centre['phone']}{doubt}"
    for centre in responsible["other_days"]:
        since = f"{centre['valid_from']} から" if centre["valid_from"] else ""
        until = f"{centre['valid_until']} まで" if centre["valid_until"] else ""
        yield f"相談窓口（ほかの日）: {centre['name']} {centre['phone']} {since}{until}"


def _facility_lines(view: View, document: Document) -> Iterator[str]:
    about = document["properties"]
    kind = view.reference.kinds[about["kind"]].label_ja
    yield f"{about['name']}（{kind}）[{document['id']}]"
    if about["fictional"]:
        yield "  架空のデータです"
    if about["status"] == "closed":
        yield f"  閉鎖（最後の掲載 {about['last_seen'] or '時点不明'}）"
    for key, label in _CONTACTS:
        if about[key]:
            yield f"  {label}: {about[key]}"
    location = about["location"]
    warnings = "、".join(location["warnings"])
    if document["geometry"] is None:
        yield f"  位置: 未確認 {warnings}"
        return
    lon, lat = document["geometry"]["coordinates"]
    accuracy = f"{location['level']} ±{location['uncertainty_m']:.0f} m"
    yield f"  位置: {lon:.6f},{lat:.6f}（{accuracy}） {warnings}"


def _claim_line(view: View, claim: Document) -> str:
    vocabulary = view.reference.vocabulary
    label = vocabulary[claim["code"]].label_ja if claim["code"] in vocabulary else claim["code"]
    evidence = view.reference.label("evidence", claim["evidence"], "ja")
    old = " 古い情報" if claim["stale"] else ""
    sign = _SIGNS[claim["value"]]
    return f"  {sign} {label}（{evidence} {claim['source']} {day_said(claim)}{old}）"
