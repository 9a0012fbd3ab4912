"""Text of the method, for README.txt and the method sheet of figures.xlsx."""

from __future__ import annotations

from collections.abc import Sequence

from geoportal.coverage.area import REST, REST_NAME
from geoportal.coverage.catchment import CATCHMENT_WEIGHTS, CATCHMENT_ZONES_M
from geoportal.coverage.demand import MESH, TOWNS
from geoportal.coverage.distance_zones import RINGS_M
from geoportal.coverage.report import CoverageReport
from geoportal.coverage.study import Study
from geoportal.coverage.wording import (
    CELL_NAMES,
    distance_text,
    road_line,
    road_sentence,
    sentence,
)
from geoportal.domain.dating import day_words
from geoportal.export.method_towns import town_people_lines
from geoportal.export.pack_files import PackFile

_EVIDENCE = {
    "any": "すべての情報",
    "filed": "届出のある情報だけ",
    "confirmed": "人が確認した情報だけ",
}
_SHAPES = {MESH: "地区の形で切ったもの", TOWNS: "代表点"}
_FICTIONAL = "■ この資料には架空のデータ（見本の町）が入っています。実在の施設ではありません。"
_LIMITS = (
    "■ 読むときの注意　近くにあることは、来てもらえることではありません。届出があることは、"
    "実際に行っていることではありません。距離に道のり、坂、橋は入らず、渋滞と受け入れの余裕は"
    "どの数字にも入っていません。"
)
_REGISTER = (
    "住民基本台帳の年齢別人口との差は「人口の照合」に示しました。調べた年が違い、住民票と実際に"
    "住む場所も違うことがあるので、差があるのが普通です。数字の補正はしていません。"
)


def method_lines(report: CoverageReport) -> list[str]:
    """Return the method, a paragraph a line."""
    by_towns = report.study.by_towns
    people = town_people_lines(report.study) if by_towns else _people(report)
    return [
        *_what_counts(report),
        *people,
        _REGISTER,
        *_measures(report.study),
        *([f"■ 車での時間　{road_line(report.study)}"] if report.study.roads else []),
        *([_FICTIONAL] if report.fictional else []),
        _LIMITS,
    ]


def _what_counts(report: CoverageReport) -> list[str]:
    question, supply = report.study.question, report.study.supply
    kinds = "、".join(report.kinds.get(k, k) for k in question.kinds) or "すべて"
    needs = "、".join(f"{report.needs.get(c, c)}［{c}］" for c in question.needs) or "なし"
    time = "夜間に対応する施設" if question.time == "night" else "時間帯を問わない"
    sure = int(supply.certain.sum())
    kinds_meant = ""
    if question.needs and not question.kinds:
        kinds_meant = (
            "種別を選んでいないので、条件にかかわる種別の施設だけを「未確認」に数えました。"
        )
    return [
        (
            f"■ 数えた施設　種別：{kinds}　条件：{needs}　時間：{time}　"
            f"情報の種類：{_EVIDENCE[question.evidence]}"
        ),
        (
            f"条件すべてに「はい」とわかっている施設 {sure}、未確認の条件がある施設 "
            f"{len(supply) - sure}。「いいえ」とわかっている施設は数えません。"
            f"{kinds_meant}「未確認」は「いいえ」ではありません。数字は「わかっている施設だけ」から"
            "「未確認の施設も含む」までの幅で読みます。"
        ),
        "区や市の境を越えた先の施設も、距離の中に入れば数えます。",
        (f"{_unlocated(report)}町丁目までしかわからない施設は、その代表点で数えます。"),
    ]


def _unlocated(report: CoverageReport) -> str:
    """Say where facilities without a position are counted: not in distances, in which district."""
    study = report.study
    here = study.total.possible.facilities - int((study.facility_districts >= 0).sum())
    if any(area.level == REST for area in study.target.areas):
        return f"位置がわからない施設 {here} は、「{REST_NAME}」の数には入り、距離には入りません。"
    if any(area.within for area in study.target.areas):
        return "位置がわからない施設は、どの地区のものかわからないので、数に入っていません。"
    return f"位置がわからない施設 {here} は、所在地の地区の数には入り、距離には入りません。"


def _people(report: CoverageReport) -> list[str]:
    meshes = "、".join(edition.cited for edition in report.study.editions)
    share = (
        "県内すべての市区町村の形があるので、どの市区町村にも入らない部分は海とみなし、"
        "メッシュの人口は陸地の面積の割合で地区に分けました。"
        "形を取り込んでいない隣の県との境では、隣の県の人も入り、多めになります。"
        if report.study.target.sea_known
        else "県内に形のない市区町村があるので、メッシュの人口はメッシュ全体に対する面積の割合で"
        "地区に分けました。海にかかるメッシュでは少なめになります。"
    )
    lines = [
        f"■ 人口　国勢調査の 500 m メッシュ（T001101）。使った 1 次メッシュ：{meshes or 'なし'}。",
        (
            "人の少ないメッシュは年齢が秘匿（*）され、近くのメッシュ（HTKSAKI）に合算されています。"
            "合算された数を、公表されている各メッシュの総人口の割合で元のメッシュへ戻しました。"
            "合計は変わりません。戻したメッシュには「年齢は按分」の印があります。"
        ),
        f"{share}面積は正積図法（GRS80 楕円体のランベルト正積方位図法）で測りました。",
    ]
    missing = report.study.missing_meshes
    if missing:
        lines.append(
            f"地区にかかる 1 次メッシュ {'、'.join(missing)} の人口はありません。"
            "そこに住む人は数に入っていません。"
        )
    lines.append(
        "到達可能性では、地区の外に住む人も施設を分け合います。人口のある 1 次メッシュの外は"
        "わからないので、その近くでは値が高めになります。"
    )
    lost = report.study.catchment_cells.lost_groups
    if lost:
        lines.append(
            f"合算先のメッシュがない秘匿メッシュが {lost} あり、"
            "その高齢者は 0 人として数えています。"
        )
    return lines


def _measures(study: Study) -> list[str]:
    cell = CELL_NAMES[study.cells.unit]
    origin = "町丁目の代表点" if study.by_towns else "メッシュの中心"
    rings = "、".join(distance_text(ring) for ring in RINGS_M)
    zones = "、".join(
        f"{distance_text(metres)} まで {weight:.2f}"
        for metres, weight in zip(CATCHMENT_ZONES_M, CATCHMENT_WEIGHTS, strict=True)
    )
    return [
        (
            f"■ 距離　{origin}から施設まで、GRS80 楕円体の測地線の長さ（直線）。{rings} は、"
            "ちょうどの距離を含みます。"
        ),
        (
            "■ 地区の平均　75歳以上の人数で重みをつけた平均です。人数は足し算なので、地区の合計は"
            "全体に等しくなります。順位は、2 km 以内に 1 つもない 75歳以上の割合が大きい順です。"
        ),
        (
            "■ 到達可能性（floating_catchment）　拡張 2 段階浮動診療圏法（E2SFCA）。"
            "Luo W, Qi Y (2009) An enhanced two-step floating catchment area (E2SFCA) method for "
            "measuring spatial accessibility to primary care physicians. Health & Place 15(4): "
            "1100–1107。"
        ),
        (
            "① 施設 j の 1 人あたり供給 R_j = S_j ÷ Σ_k W(d_kj)・P_k　"
            f"② {cell} i の到達可能性 "
            f"A_i = Σ_j W(d_ij)・R_j　P は 75歳以上の人数（地区の外の{cell}も含む）、S は定員"
            "（わからなければ 1）。重み W は論文の 3 区分を距離に置きかえ、"
            f"{zones}、それより遠くは 0。"
        ),
        "値は「75歳以上 1 人あたりの施設（定員）」です。1 万倍すると 1 万人あたりになります。",
        (
            "■ N−1　ある施設がなくなると、その距離の中に 1 つもなくなる人（0 か所になる）、"
            "選べなくなる人（1 か所になる）を、ほかの施設はそのままとして数えました。"
        ),
    ]


def _findings(report: CoverageReport) -> str:
    """Return the results as sentences: a line a district, critical facilities, cautions."""
    study = report.study
    if not study.has_cells:
        return ""
    whole = (study.total,) if len(study.districts) > 1 else ()
    lines = [
        f"  {figures.name}　{sentence(figures, report.subject)}"
        f"{road_sentence(figures, report.subject)}"
        for figures in (*study.districts, *whole)
    ]
    remarks = [
        f"  {text}"
        for text in (
            report.critical_text,
            report.back_up_text,
            report.caution,
            report.across_text,
        )
        if text
    ]
    return "\n".join(["結果", *lines, *remarks]) + "\n\n"


def readme_text(report: CoverageReport, files: Sequence[PackFile]) -> str:
    """Return ``README.txt``: the files and what they contain, the method, the sources."""
    study = report.study
    words = {"cell": CELL_NAMES[study.cells.unit], "shape": _SHAPES[study.cells.unit]}
    listed = "\n".join(f"  {file.name}　{file.label.format(**words)}" for file in files)
    cited = "\n".join(
        f"  {s.label}（{day_words(s.as_of)}）　{s.attribution}　{s.licence}".rstrip()
        for s in report.sources
    )
    method = "\n\n".join(method_lines(report))
    return (
        f"{report.title}\n\n"
        f"対象　{study.target.name}（{study.target.code}）\n"
        f"人口の数え方　{report.counted}\n"
        f"{report.newest_words}　データの版 {report.dataset_version}\n\n"
        f"{_findings(report)}"
        f"ファイル\n{listed}\n\n{method}\n\n"
        f"■ 出典\n{cited}\n"
    )
