"""Readings of districts and departments."""

from __future__ import annotations

import csv
import re

import pytest

from geoportal.services.portal import shipped_reference
from geoportal.web.language.messages import Label
from geoportal.web.language.place_names import (
    centre_html,
    listed_html,
    place_html,
    place_label,
)

REFERENCE = shipped_reference()


@pytest.mark.parametrize(
    ("code", "name", "easy", "english"),
    [
        ("40106", "小倉北区", "小倉北区《こくらきたく》", "Kokurakita Ward"),
        ("40100", "北九州市", "北九州市《きたきゅうしゅうし》", "Kitakyushu City"),
        ("40", "福岡県", "福岡県《ふくおかけん》", "Fukuoka Prefecture"),
        ("12224", "鎌ケ谷市", "鎌《かま》ケ谷市《やし》", "Kamagaya City"),
        ("42208", "松浦市", "松浦市《まつうらし》", "Matsuura City"),
        ("14130", "川崎市", "川崎市《かわさきし》", "Kawasaki City"),
    ],
)
def test_districts_have_their_readings(code: str, name: str, easy: str, english: str) -> None:
    assert place_label(REFERENCE, code, name, "ja") == name
    assert place_label(REFERENCE, code, name, "ja-easy").source == easy
    assert place_label(REFERENCE, code, name, "en") == f"{english} ({name})"
    assert place_html(REFERENCE, code, name, "en") == f'{english} <span lang="ja">{name}</span>'


@pytest.mark.parametrize(("code", "name"), [("40106-w1", "見本<b>圏域"), ("40106", "別の区")])
@pytest.mark.parametrize("language", ["ja-easy", "en"])
def test_a_name_without_a_reading_stays_as_it_is(code: str, name: str, language: str) -> None:
    assert place_label(REFERENCE, code, name, language) == name
    assert "<b>" not in place_html(REFERENCE, code, name, language)


def test_every_municipality_of_today_has_a_reading() -> None:
    path = REFERENCE.directory / "readings.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = {row["code"]: row for row in csv.DictReader(file)}
    former = {code for code in REFERENCE.municipalities if "22131" <= code <= "22137"}
    assert set(REFERENCE.municipalities) - set(rows) == former, "浜松 had seven wards until 2024"
    for code, row in rows.items():
        kana = re.sub(r"[々〇\u3400-\u9fff]+《[\u3041-\u3096ー]+》", "", row["ja-easy"])
        assert not re.search(r"[々〇\u3400-\u9fff《》]", kana), row
        assert re.fullmatch(r"[A-Z][a-z']+(?: [A-Z][a-z]+)?", row["en"]), row
        info = REFERENCE.municipalities.get(code)
        assert info is None or info.name.endswith(str(Label(row["ja-easy"]))), row


def test_departments_are_translated() -> None:
    assert (
        listed_html(REFERENCE, "en", "department", "内科")
        == 'Internal medicine <span lang="ja">内科</span>'
    )
    assert "<rt>ひふか</rt>" in listed_html(REFERENCE, "ja-easy", "department", "皮膚科")
    bureau = listed_html(REFERENCE, "en", "publisher", "近畿厚生局")
    assert bureau.startswith("Kinki Regional Bureau of Health and Welfare ")
    assert (
        listed_html(REFERENCE, "en", "department", "<i>科") == '<span lang="ja">&lt;i&gt;科</span>'
    )


def test_a_centre_is_called_by_its_reading_only_under_its_own_name() -> None:
    reference, name = REFERENCE, "門司在宅医療・介護連携支援センター"
    assert centre_html(reference, "ja", "moji", name) == name
    assert "もじ" in centre_html(reference, "ja-easy", "moji", name)
    said = centre_html(reference, "en", "moji", name)
    assert said == f'Moji Home-care Liaison Centre <span lang="ja">{name}</span>'
    renamed = centre_html(reference, "en", "moji", "別のセンター")
    assert renamed == '<span lang="ja">別のセンター</span>'
