"""Cells that are no names: what is rejected, what is put right, and names that only look odd."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from geoportal.ingest.files.layouts import Layout, Record
from geoportal.ingest.reading.rows import RowNotes, read_address, read_line

LAYOUT = Layout("x", "", {"name": ("名称",), "address": ("住所",)}, required=("name",))


def notes_of(name, address="福岡県北九州市小倉北区浅野1丁目2-3"):
    notes = RowNotes(Record(2, (name, address), {"name": 0, "address": 1}, {}), LAYOUT)
    notes.require_name("office")
    return notes


@pytest.mark.parametrize(
    "name",
    [
        *("", "\u3000", "#REF!", "#N/A", "##########", "????????", "・・・", "看?????"),
        *("".join(f"\\u{ord(c):04x}" for c in "訪問看護"), quote("訪問看護"), "&#35370;&#21839;"),
        *("0", "４０７", "12.5", "2026-05-01"),
        "訪問看護".encode().decode("latin-1"),
        "\ufffd\ufffd\ufffd護",
    ],
)
def test_what_is_no_name_rejects_the_row(name):
    assert notes_of(name).rejected


@pytest.mark.parametrize(
    "name",
    [
        *("福岡県済生会八幡総合病院", "24時間ケア小倉", "A&D", "Café みどり", "#1 歯科"),
        *(
            "髙﨑①㈱",
            "なぜ？クリニック",
            "北九州市立医療センター2号館",
            "町田市民病院",
            "〇〇",
            "A&amp;B %5 薬局",
        ),
    ],
)
def test_a_name_that_is_odd_is_a_name(name):
    notes = notes_of(name)
    assert (notes.rejected, notes.issues) == (False, [])
    assert read_line(notes, "name") == name


@pytest.mark.parametrize(
    "name", ["訪問看護ステーション見本", "見本ひまわり薬局", "みほん居宅介護支援"]
)
@pytest.mark.parametrize("lost", ["", "・", "?"])
@pytest.mark.parametrize(
    ("written", "read"),
    [
        *(("utf-8", one) for one in ("latin-1", "cp932", "mac_roman")),
        *(("cp932", one) for one in ("latin-1", "cp1252")),
        ("euc_jp", "latin-1"),
    ],
)
def test_a_name_or_address_read_in_the_wrong_encoding_is_not_used(written, read, name, lost):
    misread = name.encode(written).decode(read, "replace").replace("\ufffd", lost)
    assert notes_of(misread).rejected
    notes = notes_of("見本薬局", misread)
    assert (read_address(notes), [issue.code for issue in notes.issues]) == ("", ["lost_letters"])


@pytest.mark.parametrize(
    "name",
    ["ﾎｰﾑﾍﾙﾌﾟ", "大町ｸﾘﾆｯｸ", "大町大町ﾃﾞｲ", "繧和園", "Résidence Été みどり", "Ângela’s Café 小倉"],
)
def test_half_width_letters_and_accents_are_no_wrong_encoding(name):
    assert notes_of(name).issues == []


def test_letters_that_were_lost_are_said():
    (issue,) = notes_of("訪問看\ufffdステーション").issues
    assert (issue.code, issue.field, issue.line) == ("lost_letters", "名称", 2)


@pytest.mark.parametrize(
    "address", ["福岡県嘉麻市貞月340-1", "北九州市門司区二タ松町１－２７", "福岡県京都郡苅田町2"]
)
def test_name_and_address_that_are_exchanged_are_put_right(address):
    notes = notes_of(address, "訪問看護ステーション見本")
    assert [issue.code for issue in notes.issues] == ["exchanged"]
    assert read_line(notes, "name") == "訪問看護ステーション見本"
    assert read_line(notes, "address") == address
