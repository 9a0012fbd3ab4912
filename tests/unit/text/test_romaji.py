"""Kana and Latin letters of one name have one key, and different names have different ones."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoportal.text.romaji import kana_of, sound_key, spell


@pytest.mark.parametrize(
    "spellings",
    [
        "おおてまち オオテマチ Ōtemachi Otemachi Ohtemachi Ootemati Ōte-machi",
        "しもせき Shimoseki Simoseki",
        "ぐんま Gunma Gumma",
        "さんばし Sanbashi Sambashi",
        "じゅうじちょう Jūjichō Jujicho Zyuuzityou",
        "びっちゅう Bitchū Bicchu Bittyu",
        "しんいち Shin'ichi Shinichi",
        "ふくおか Fukuoka Hukuoka",
        "はっちょう Hatchō Haccho",
        "ちづ Chizu Tidu",
        "ファミリー famirii",
        "ﾔﾊﾀ やはた yahata",
    ],
)
def test_spellings_of_one_name_are_one(spellings: str) -> None:
    assert len({sound_key(name) for name in spellings.split()}) == 1


def test_names_that_sound_different_stay_apart() -> None:
    names = [
        "こくら",
        "おぐら",
        "もじ",
        "もり",
        "かんだ",
        "かんた",
        "やはた",
        "やわた",
        "ちゃや",
        "ちや",
    ]
    assert len({sound_key(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("letters", "kana"),
    [
        ("kokura", "コクラ"),
        ("Ōtemachi", "オオテマチ"),
        ("kyōritsu", "キョウリツ"),
        ("shinjuku", "シンジュク"),
        ("zyunpuu", "ジュンプウ"),
        ("nippon", "ニッポン"),
        ("matcha", "マッチャ"),
        ("namba", "ナンバ"),
        ("sen'ei", "センエイ"),
        ("minna", "ミンナ"),
        *((word, "") for word in ("clinic", "peg", "xml", "小倉", "oxygen", "093")),
    ],
)
def test_letters_are_written_in_kana_where_they_are_romaji_throughout(letters, kana):
    assert kana_of(letters) == kana


@given(
    st.text(
        alphabet="アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ",
        max_size=12,
    )
)
def test_kana_spelt_out_come_back(kana):
    assert kana_of(spell(kana)) == kana


@given(st.text(max_size=30))
def test_any_text_gives_kana_or_nothing(text):
    assert re.fullmatch("[ァ-ヴー]*", kana_of(text))
