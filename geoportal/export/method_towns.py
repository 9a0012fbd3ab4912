"""Text of the method, for studies that count people by 町丁目."""

from __future__ import annotations

import numpy as np

from geoportal.coverage.study import Study
from geoportal.coverage.town_demand import people_of
from geoportal.coverage.wording import distance_text

_MOST_NAMED = 8


def town_people_lines(study: Study) -> list[str]:
    """Return the paragraphs on the people of a study by 町丁目."""
    editions = "、".join(edition.cited for edition in study.editions)
    return [
        (
            "■ 人口　町丁目ごとの住民の数（自治体の「地域・年齢別人口」）。"
            f"使った市区町村と日付：{editions or 'なし'}。"
            "表と GIS の cell は「市区町村コード/町丁目の名前」です。"
        ),
        *_places(study),
        *_left_out(study),
        (
            "高齢単身世帯の数はこの資料にないので、わからないもの（空欄）として扱いました。"
            "0 ではありません。"
        ),
        (
            "到達可能性では、地区の外に住む人も施設を分け合います。町丁目の人口がない市区町村に"
            "住む人は数に入らないので、その近くでは値が高めになります。"
        ),
    ]


def _places(study: Study) -> list[str]:
    """Say where a town is taken to be, how sure that is, and which district it belongs to."""
    lines = [
        (
            "町丁目の位置は、名前から求めた代表点 1 点です。町丁目の人口を面積で分けることは"
            "していません（どこに住んでいるかはわからないため）。町丁目は、名前のうえで属する"
            "市区町村に数えます（代表点が形の少し外にあっても同じです）。日常生活圏域などの地区では、"
            "代表点が入る地区に数え、どの地区にも入らなければ最も近い地区に数えます。"
        )
    ]
    metres = study.cells.uncertainty_m
    if metres.size:
        middle, worst = float(np.median(metres)), float(metres.max())
        lines.append(
            f"代表点の誤差（95% の目安）は、中央の値で ± {distance_text(middle)}、"
            f"最も大きい町丁目で ± {distance_text(worst)} です（どれも「町丁目」の表にあります）。"
            "町丁目の中のどこに住むかで、施設までの距離はこのくらい変わります。"
        )
    return lines


def _left_out(study: Study) -> list[str]:
    """Say whose people are not in the figures: no place, not published, not imported."""
    lines = []
    if study.unplaced:
        people = np.array([people_of(town) for town in study.unplaced])
        names = "、".join(town.name for town in study.unplaced[:_MOST_NAMED])
        more = " ほか" if len(study.unplaced) > _MOST_NAMED else ""
        lines.append(
            f"位置がわからない町丁目が {len(study.unplaced)} あります（{names}{more}）。"
            f"そこに住む {np.nansum(people[:, 0]):,.0f} 人"
            f"（うち 75歳以上 {np.nansum(people[:, 2]):,.0f} 人）は、"
            "距離や割合には入れず、「人口の照合」に別に示しました。"
        )
    hidden = study.cells.hidden
    if hidden.any():
        people_there = np.nansum(study.cells.people[hidden, 0])
        lines.append(
            f"75歳以上の人数が公表されていない町丁目が {int(hidden.sum())} あります"
            f"（総人口 {people_there:,.0f} 人）。空欄とし、合計には入れていません。"
            "0 ではありません。"
        )
    if study.missing_towns:
        lines.append(
            f"{'、'.join(study.missing_towns)}の町丁目の人口はありません。"
            "そこに住む人は数に入っていません。"
        )
    return lines
