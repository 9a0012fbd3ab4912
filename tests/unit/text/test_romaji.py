"""Kana and Latin letters of one name have one key, and different names have different ones."""

from __future__ import annotations

import pytest

from geoportal.text.romaji import sound_key


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
