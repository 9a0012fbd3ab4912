"""What looks as if it told who a patient is, and what care is described by."""

from __future__ import annotations

import pytest

from geoportal.desk.domain.identity import Identity, found_in

TOLD = {
    Identity.NAME: [
        "田中さん 88歳", "佐藤 花子", "タナカ ハナコ様",
        "橘様", "小林様のご家族", "氏名：別紙", "長谷川一郎氏",
    ],
    Identity.BIRTH_DATE: [
        "昭和12年3月4日生", "S12.3.4", "1937-03-04",
        "１９３７年３月４日", "19370304", "生年月日", "大正元年生",
    ],
    Identity.TELEPHONE: [
        "093-123-4567", "０９０－１２３４－５６７８",
        "09012345678", "(093)123 4567", "hanako@example.jp",
    ],
    Identity.ADDRESS: [
        "小倉北区桜並木一丁目2番3号", "桜並木1-2-3", "桜並木１丁目",
        "〒802-0001", "203号室", "見本町12番地",
    ],
}  # fmt: skip
PLAIN = [
    "患者さんは胃ろう、娘さんが介護", "看護師さんに来てほしい",
    "要介護4、末期がん、在宅酸素 2L", "週2回の訪問を希望",
    "見本病院 地域連携室", "ケアマネさん",
    "夜間対応、退院予定は来週", "門司の見本訪問看護ステーション", "食事は1日3回",
    "血圧 120-80", "SpO2 90%", "24時間対応", "2026年12月から", "",
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [(k, t) for k, texts in TOLD.items() for t in texts])
def test_what_tells_of_a_person_is_noticed(kind, text):
    assert kind in found_in(text)
    assert kind in found_in(f"胃ろう。{text}、夜間対応")


@pytest.mark.parametrize("text", PLAIN)
def test_what_describes_care_is_not(text):
    assert found_in(text) == frozenset()
