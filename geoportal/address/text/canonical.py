"""Canonical form of address text (住所の正規形), with offsets into the original.

Both the gazetteer's names and a person's text are brought to this form, so that they can be
compared letter by letter: half width, katakana, one form per kanji, Arabic numerals, ``-`` for
every dash, no spaces except between two numbers; 大字, 字 and 小字 are left out and recorded by
position.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import MappingProxyType

from geoportal.domain.made_quickly import made_quickly
from geoportal.text.normalize import VARIANT_KANJI

LONGEST_TEXT = 160
"""Letters of a text that are read; no Japanese address is longer before its building."""

_DASHES = "-‐‑‒–—―⁃⁻₋−─━➖ー〜〰－～ｰ~˗֊﹣"
_EQUIVALENT = {
    **dict.fromkeys("ヶヵが箇个", "ケ"),
    "ガ": "ケ",
    # Letters confused in official files and in the test suites of other geocoders.
    **dict(
        zip("曰糟冶已巳巿舟竈脊班冝鷆擽鉋壱弐", "日粕治己己市船釜背斑宜鷏櫟飽一二", strict=True)
    ),
    "竃": "釜",
    "穝": "サイ",
    "碕": "サキ",
    "鬮": "クジ",
    **dict.fromkeys("之乃廼", "ノ"),
    "ヅ": "ズ",
    "ヂ": "ジ",
    "ヱ": "エ",
    "ヰ": "イ",
    "ヲ": "オ",
    **dict(zip("ァィゥェォッャュョヮ", "アイウエオツヤユヨワ", strict=True)),
}
_ZERO = dict.fromkeys("〇零○", "〇")
_DROPPED = "・･'\"“”‘’「」『』【】[]［］<>《》〈〉!！?？*＊_＿\\＼^`|｜:：;；。｡…‥〒"


_REWRITTEN = str.maketrans(
    {chr(code): chr(code + 0x60) for code in range(ord("ぁ"), ord("ゖ") + 1)}  # hiragana
    | {chr(ord(one) - 0x60): form for one, form in _EQUIVALENT.items() if "ァ" <= one <= "ヶ"}
    | _EQUIVALENT
    | {letter: _EQUIVALENT.get(common, common) for letter, common in VARIANT_KANJI.items()}
)


def _canonical_letters(letters: str) -> str:
    """Return the canonical form of original letters by themselves: what to write for them."""
    return unicodedata.normalize("NFKC", letters).translate(_REWRITTEN).upper()


def _letter_table() -> dict[str, str]:
    table: dict[str, str] = {}
    ranges = ((0x21, 0x100), (0x2000, 0x3400), (0xF900, 0xFB00), (0xFE00, 0xFFF0))
    for start, stop in ranges:
        letters = [chr(code) for code in range(start, stop)]
        lines = _canonical_letters("\n".join(letters)).split(
            "\n"
        )  # none composes with its neighbour
        for letter, canonical in zip(letters, lines, strict=True):
            if canonical != letter:
                table[letter] = canonical.strip() or " "
            if unicodedata.category(letter) in {"Cf", "Cc", "Mn", "Me"}:
                table[letter] = ""
    table |= {letter: _canonical_letters(letter) for letter in VARIANT_KANJI}
    table |= _EQUIVALENT | _ZERO
    table |= dict.fromkeys(_DROPPED, "")
    table |= dict.fromkeys(_DASHES, "-")
    table |= dict.fromkeys(" \t\r\n\u3000\u00a0", " ")
    table |= {"、": ",", "，": ",", "､": ",", "．": ".", "／": "/"}
    return table


_TABLE = MappingProxyType(_letter_table())
_canonical = _TABLE.get  # a bound method: as fast as a dictionary, and immutable
_TRANSLATED = str.maketrans(dict(_TABLE))
_VOICED = MappingProxyType(
    {
        (bare, mark): _canonical_letters(unicodedata.normalize("NFC", bare + composing))
        for bare in "カキクケコサシスセソタチツテトハヒフヘホウ"
        for marks, composing in (("ﾞ゛\u3099", "\u3099"), ("ﾟ゜\u309a", "\u309a"))
        for mark in marks
        if len(unicodedata.normalize("NFC", bare + composing)) == 1
    }
)
_MARKS = frozenset(mark for _, mark in _VOICED)
_BY_ITSELF = re.compile(f"[^{''.join(sorted(_MARKS))}\U00010000-\U0010ffff]*")
"""Texts of which each letter has its form whatever stands before it."""
_DIGITS = MappingProxyType(
    {digit: str(value) for value, digit in enumerate("〇一二三四五六七八九")}
)
_NUMERAL = "〇一二三四五六七八九十百"
_REWRITE = re.compile(
    rf"""
      (?P<dash>(?<=[0-9])一(?=[0-9]))
    | (?P<number>[{_NUMERAL}]+)
    | (?P<mark>大字|小字|字)
    | (?P<two>(?<![ァ-ヺ])ニ(?=丁目?|番|号|条))
    | (?P<eight>(?<![ァ-ヺ])ハ(?=丁目))
    | (?P<one>(?<![0-9{_NUMERAL}])-(?=丁目))
    | (?P<chome>(?<=[0-9{_NUMERAL}])(?:\ ?丁(?:目|メ)|町(?:目|メ)|丁(?![目メ町場])))
    | (?P<dropped>第(?=[0-9{_NUMERAL}]+地割)|(?<![0-9])\ |\ (?![0-9])|(?<=\ufffd)\ufffd)
    | (?P<street>[上下]ケ?ル|[東西南北]入ル?)
    """,
    re.VERBOSE,
)
_NUMBER = re.compile(
    "(?:([一二三四五六七八九]?)百)?(?:([一二三四五六七八九]?)十)?([〇一二三四五六七八九]*)"
)


def _arabic(numeral: str) -> str:
    """Return kanji numerals (漢数字) in Arabic: 二十一 → 21, 二〇三 → 203, 百 → 100."""
    arabic = []
    for match in _NUMBER.finditer(numeral):
        if not match[0]:
            continue
        hundreds, tens, units = match.groups()
        digits = "".join(_DIGITS[digit] for digit in units)
        if hundreds is None and tens is None:
            arabic.append(digits)
            continue
        value = 0
        if hundreds is not None:
            value += 100 * int(_DIGITS.get(hundreds, "1"))
        if tens is not None:
            value += 10 * int(_DIGITS.get(tens, "1"))
        arabic.append(str(value + int(digits[:1] or "0")) + digits[1:])
    return "".join(arabic)


@made_quickly
@dataclass(frozen=True, slots=True)
class CanonicalText:
    """A text in canonical form; its representation hides the letters.

    Attributes
    ----------
    key : str
        The canonical letters.
    ends : list of int
        For every letter of ``key`` the offset in the original just behind it, so that
        ``text[: ends[k - 1]]`` is the original of ``key[:k]``.
    marks : dict of int to str
        Positions in ``key`` in front of which 大字, 字 or 小字 was left out.
    seams : tuple of int
        Positions where a numeral may be split in two: 上八762 may be 上八 and 762, 与一四 may be
        与一 and 四.
    kanji : frozenset of int
        Positions behind a numeral that was written in kanji: 金田一 is a name, 金田1 hardly.
    """

    key: str = field(repr=False)
    ends: list[int]
    marks: dict[int, str]
    seams: tuple[int, ...] = ()
    kanji: frozenset[int] = frozenset()

    def end(self, position: int) -> int:
        """Return the offset in the original just behind ``key[:position]``."""
        return self.ends[position - 1] if position else 0


def _letters(text: str) -> tuple[list[str], list[int]]:
    letters: list[str] = []
    ends: list[int] = []
    for offset, letter in enumerate(text, 1):
        canonical = _canonical(letter, letter)
        if letter in _MARKS and letters and (letters[-1], letter) in _VOICED:
            letters[-1] = _VOICED[letters[-1], letter]
            ends[-1] = offset
        elif len(canonical) == 1:
            if canonical > "\uffff":
                canonical = _canonical_letters(canonical)[:1]
                if "\U000e0000" <= canonical <= "\U000e01ef":
                    continue
            letters.append(canonical)
            ends.append(offset)
        else:
            letters += canonical
            ends += [offset] * len(canonical)
    return letters, ends


def _rewritten(kind: str, original: str) -> str:
    if kind == "number":
        return _arabic(original)
    if kind == "street":
        return original[0] + ("ル" if original[0] in "上下" else "入")
    return {"dash": "-", "two": "2", "eight": "8", "one": "1", "chome": "丁目"}.get(kind, "")


def _seams(raw: str, start: int, stop: int, at: int, canonical: str) -> Iterator[int]:
    """Yield where a numeral that begins at ``at`` may be split in two: 上八762, 与一四."""
    if raw[start - 1 : start].isdigit():
        yield at
    if len(canonical) == stop - start:  # written digit by digit
        yield from range(at + 1, at + len(canonical))
    if raw[stop : stop + 1].isdigit():
        yield at + len(canonical)


def canonicalize(text: str) -> CanonicalText:
    """Bring a text to canonical form.

    Only the first ``LONGEST_TEXT`` letters are used. Kanji numerals become Arabic wherever they
    stand, also inside names (三萩野 → 3萩野): the gazetteer's names go the same way.
    """
    letters, ends = _letters(text[:LONGEST_TEXT])
    raw = "".join(letters)
    pieces: list[str] = []
    new_ends: list[int] = []
    marks: dict[int, str] = {}
    seams: list[int] = []
    kanji: list[int] = []
    copied = 0
    for match in _REWRITE.finditer(raw):
        start, stop = match.span()
        if start > copied:
            pieces.append(raw[copied:start])
            new_ends += ends[copied:start]
        kind = match.lastgroup or ""
        if kind == "mark":
            marks[len(new_ends)] = match[0]
        else:
            canonical = _rewritten(kind, match[0])
            if kind == "number":
                kanji.append(len(new_ends) + len(canonical))
                seams += _seams(raw, start, stop, len(new_ends), canonical)
            pieces.append(canonical)
            if len(canonical) == stop - start:
                new_ends += ends[start:stop]
            else:
                new_ends += [ends[stop - 1]] * len(canonical)
        copied = stop
    pieces.append(raw[copied:])
    new_ends += ends[copied:]
    return CanonicalText("".join(pieces), new_ends, marks, tuple(seams), frozenset(kanji))


def canonical_key(name: str) -> str:
    """Return only the canonical letters of a text, the key of `canonicalize`."""
    read = name[:LONGEST_TEXT]
    raw = read.translate(_TRANSLATED)
    if not (_BY_ITSELF.fullmatch(read) and _BY_ITSELF.fullmatch(raw)):
        raw = "".join(_letters(read)[0])
    return _REWRITE.sub(lambda match: _rewritten(match.lastgroup or "", match[0]), raw)
