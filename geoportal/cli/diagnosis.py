"""What is wrong with an installation or its data, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator

from geoportal.cli.basemap_diagnosis import basemap_finding
from geoportal.cli.finding import Finding
from geoportal.cli.text_output import TOLD_WORDS
from geoportal.documents import Document
from geoportal.documents.completeness import completeness_document
from geoportal.documents.reference import sources_document
from geoportal.domain.completeness import MISSING, PLACES
from geoportal.domain.dating import day_said
from geoportal.errors import GeoportalError, NotFoundError
from geoportal.index.mention import SAMPLE_SOURCE
from geoportal.progress import Progress, no_progress
from geoportal.services.portal import Portal, shipped_reference
from geoportal.services.view import View
from geoportal.settings import Settings
from geoportal.store.backup import require_whole_staff
from geoportal.store.database import open_database, read_through, require_whole
from geoportal.workers import usable_processes

_STEPS = 3
"""All pages of the database are read, then the data, then the base map is asked for."""
_FEW_POSITIONS = 0.8
_MUCH_STALE = 0.5
_MOST_NAMED = 3
_PEOPLE = ("mesh-population", "town-population", "sample")
"""Sources of people by place."""


def diagnose(settings: Settings, progress: Progress = no_progress) -> list[Finding]:
    """Look at the database and the data in it."""
    try:
        progress("doctor", 0, _STEPS)
        read_through(settings.database, progress)
        database = open_database(settings.database)
        require_whole(database)
        progress("doctor", 1, _STEPS)
        processes = usable_processes(settings.processes)
        view = Portal(database, shipped_reference(), processes=processes, progress=progress).view()
        progress("doctor", 2, _STEPS)
        basemap = basemap_finding(settings, database.derived_directory)
        progress("doctor", _STEPS, _STEPS)
        return [
            *_staff_findings(settings),
            *_data_findings(view),
            *_source_findings(view),
            *_gap_findings(view),
            *_site_findings(settings),
            basemap,
        ]
    except NotFoundError as error:
        return [Finding("error", "no_database", str(error), "geoportal init を実行してください")]
    except GeoportalError as error:
        return [Finding("error", "no_database", str(error))]  # it says what to do
    except Exception as error:  # noqa: BLE001 - of a damaged row nobody knows what it looks like
        return [
            Finding(
                "error",
                "unreadable_data",
                f"データベースにある内容を読み取れません（{type(error).__name__}）。"
                "壊れているおそれがあります",
                "geoportal restore で控えを戻すか、新しい --db に geoportal init をして"
                "取り込みなおしてください",
            )
        ]


def _staff_findings(settings: Settings) -> Iterator[Finding]:
    try:
        require_whole_staff(settings.database)
    except GeoportalError as error:
        yield Finding("error", "staff_damaged", str(error))  # it says what to do


def _site_findings(settings: Settings) -> Iterator[Finding]:
    if not settings.hosts:
        yield Finding(
            "info",
            "no_hosts",
            "サイトの名前（GEOPORTAL_HOSTS）が決まっていないため、この機械の外からは、サイトマップは"
            "なく、FHIR の用語や拡張の URL は /fhir/… と名前のないものになります",
            "公開するときは GEOPORTAL_HOSTS に公開する名前を書いてください（例: care.example.jp）",
        )


def _data_findings(view: View) -> Iterator[Finding]:
    snapshot = view.snapshot
    total = len(snapshot)
    if total == 0:
        yield Finding(
            "error",
            "no_facilities",
            "施設が 1 件もありません",
            "geoportal import で公的データを取り込んでください",
        )
    if not view.kept:
        yield Finding(
            "warning",
            "not_kept",
            "検索用の索引を保存できないため、起動のたびに作り直します（遅くなります）",
            "データベースの隣の .derived フォルダーに書き込めるか、空き容量があるかを"
            "確かめてください",
        )
    if not len(snapshot.districts):
        yield Finding(
            "warning",
            "no_outlines",
            "行政区域がないため、座標が市区町村の中にあるかを確かめられません",
            "国土数値情報 N03 を geoportal import で取り込んでください",
        )
    if view.geocoder.gazetteer.town_count == 0:
        yield Finding(
            "warning",
            "no_towns",
            "町丁目の位置データがないため、住所から位置を求められません",
            "町丁目の CSV を geoportal import で取り込んでください",
        )
    if not any(edition.source in _PEOPLE for edition in view.editions):
        yield Finding(
            "warning",
            "no_people",
            "人口のデータがないため、地区ごとの近さ（coverage）を数えられません",
            "e-Stat の 500 m メッシュ（T001101）か、自治体の地域・年齢別人口を"
            " geoportal import で取り込んでください",
        )
    if not view.station_count:
        yield Finding(
            "info",
            "no_stations",
            "駅のデータがないため、「○○駅」のような駅名からはさがせません",
            "国土数値情報 鉄道データ N02 を geoportal import で取り込んでください",
        )
    if not snapshot.centres:
        yield Finding(
            "warning",
            "no_centres",
            "相談窓口（在宅医療・介護連携支援センター）がありません",
            "centres の CSV を geoportal import で取り込んでください",
        )
    located = int(snapshot.columns.located.sum())
    if total:
        severity = "info" if located >= _FEW_POSITIONS * total else "warning"
        yield Finding(
            severity, "positions", f"位置がわかる施設は {total} 件のうち {located} 件です"
        )


def _source_findings(view: View) -> Iterator[Finding]:
    for source in sources_document(view)["sources"]:
        if source["stale"]:
            yield Finding(
                "warning",
                "stale_source",
                f"{source['label_ja']} は {source['as_of']} 時点のもので、次の版が出ているはずです",
                "新しい版を取り込んでください",
            )
        undated = [edition for edition in source["editions"] if edition["as_of"] is None]
        if undated:
            days = "・".join(sorted({day_said(edition) for edition in undated}))
            files = "、".join(edition["file"] for edition in undated[:_MOST_NAMED])
            more = f" ほか {len(undated) - _MOST_NAMED} 件" if len(undated) > _MOST_NAMED else ""
            yield Finding(
                "warning",
                "undated_source",
                f"{source['label_ja']} は{days}です: {files}{more}",
                "公表元の示す日付を調べ、geoportal import --as-of YYYY-MM-DD ファイル で"
                "もう一度取り込んでください",
            )
        if source["rates"]:
            yield _rates(source)
        if source["source"] == SAMPLE_SOURCE:
            yield Finding(
                "info",
                "sample",
                "架空の見本データが入っています",
                "実際に使う時は別の --db に公的データを取り込んでください",
            )


def _gap_findings(view: View) -> Iterator[Finding]:
    """Yield what is not held of what people ask for: lists, filings, hours, departments.

    A list that is held in part is worth knowing only: rare services have few offices.
    """
    for line in completeness_document(view, view.completeness()):
        if not line["gap"]:
            continue
        kinds = "・".join(view.reference.kinds[kind].short_ja for kind in line["kinds"])
        extent = "取り込まれていません" if line["state"] == MISSING else "一部だけです"
        about, what = TOLD_WORDS[line["tells"]]
        unknown = f"（{line['unknown']:,} か所の{what}がわかりません）" if what else ""
        yield Finding(
            "warning" if line["tells"] != PLACES and line["state"] == MISSING else "info",
            "missing_source",
            f"{line['area_name']}の{kinds}の{about}（{line['publisher']}）は{extent}{unknown}",
            f"{line['label']}を取り込んでください {line['fetch']} {line['page']}".strip(),
        )


def _rates(source: Document) -> Finding:
    """Say what a source tells; a warning when most of its own facts are too old."""
    rates = source["rates"]
    names = {
        "linked": "他の資料と結合",
        "phone": "電話",
        "position": "位置",
        "hours": "時間",
        "home_care": "在宅の情報",
        "stale": "古い情報",
        "undated": "時点不明の情報",
    }
    shares = "・".join(
        f"{label} {rates[name]:.0%}" for name, label in names.items() if rates[name] is not None
    )
    old = (rates["stale"] or 0) > _MUCH_STALE
    return Finding(
        "warning" if old else "info",
        "source_rates",
        f"{source['label_ja']}: 施設 {rates['facilities']} 件（{shares}）",
        "新しい版を取り込むか、施設に確かめてください" if old else "",
    )
