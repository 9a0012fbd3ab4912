"""A home in two dozen writings, and the writings of it that a text holds."""

from __future__ import annotations

import base64
import json
import quopri
import unicodedata
from collections.abc import Iterator
from html import unescape
from urllib.parse import quote, quote_plus, unquote_plus

TOWN = "秘密町三丁目9番8号"
CONDITION = "himitsu-byomei"
POINT = "130.8765432,33.8876543"
GEOHASH = "wyj0f1j3u"
"""Of the point; seven letters are 150 m."""
POINTS = {
    "latitude first": "33.8876543,130.8765432",
    "rounded": "130.877 33.888",
    "degrees, minutes, seconds": "130°52'35.56\" 33°53'15.56\"",
    "well-known text": "POINT(130.8765432 33.8876543)",
    "geohash": GEOHASH,
    "plus code": "8Q5GVVQG+3J",
    "mesh": "5030676031",
    "Web Mercator": "14569110.15,4013726.70",
    "plane zone II": "98448.874,-11419.385",
    "UTM 52": "673534.33,3751284.25",
    "Tokyo Datum": "130.8789216,33.8843649",
    "tile": "18/226373/104816",
}
"""The point in the ways programs and people write one."""
_PARTS_OF_POINTS = (
    *("130.877", "33.888", "130°52", "33°53", "8Q5GVVQG", "5030676031", "14569110", "4013726"),
    *("98448.8", "11419.3", "673534", "3751284", "130.8789", "33.8843", "226373/104816"),
)
CANARY = f"{TOWN} {CONDITION} {POINT}"
_KANJI_DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def writings(text: str = CANARY) -> dict[str, str]:
    """Return the writings of a text, by name."""
    utf8 = text.encode()
    return {
        "plain": text,
        "percent": quote(text),
        "percent lower": quote(text).lower(),
        "percent twice": quote(quote(text)),
        "plus": quote_plus(text),
        "percent of everything": "".join(f"%{byte:02X}" for byte in utf8),
        "percent of Shift_JIS": quote(text.encode("cp932")),
        "percent of EUC-JP": quote(text.encode("euc_jp")),
        "full width": text.translate(_WIDE),
        "digits in kanji": text.translate(_KANJI_DIGITS),
        "NFD": unicodedata.normalize("NFD", f"{text} ガ"),
        "upper": text.upper(),
        "base64": base64.b64encode(utf8).decode(),
        "base64 for URLs": base64.urlsafe_b64encode(utf8).decode(),
        "hexadecimal": utf8.hex(),
        "JSON escapes": json.dumps(text)[1:-1],
        "entities": "".join(f"&#{ord(letter)};" for letter in text),
        "UTF-16": text.encode("utf-16-be").decode("latin-1"),
        "UTF-8 taken for Latin-1": utf8.decode("latin-1"),
        "percent of UTF-16": quote(text.encode("utf-16-le")),
        "percent of ISO-2022-JP": quote(text.encode("iso2022_jp")),
        "hexadecimal entities": "".join(f"&#x{ord(letter):x};" for letter in text),
        "quoted-printable": quopri.encodestring(utf8).decode().replace("=\n", ""),
        "punycode": text.encode("punycode").decode(),
    }


def _needles() -> Iterator[str]:
    """Yield what tells a writing: a name, a word, the first decimals of the point."""
    yield GEOHASH[:7]
    yield from _PARTS_OF_POINTS
    for part in ("秘密町", CONDITION, "130.876", "33.887"):
        yield part
        for name, written in writings(part).items():
            if name not in {"punycode", "NFD"} and written != part:
                # base64 depends on what stands before: compared as a whole below
                yield written
    yield from writings().values()


def _shortest(needles: set[str]) -> list[str]:
    """Return those that hold none of the others: a text with any of all has one of these."""
    return sorted(n for n in needles if not any(m in n for m in needles - {n}))


NEEDLES = _shortest(set(_needles()))


def traces(*texts: str) -> list[str]:
    """Return the writings of the canary in texts, as they are and as URLs and pages quote them."""
    for text in texts:
        once = unquote_plus(text)
        read = "\n".join(dict.fromkeys((text, once, unquote_plus(once), unescape(text))))
        shapes = (read, unicodedata.normalize("NFKC", read).lower())
        found = [needle for needle in NEEDLES if any(needle in shape for shape in shapes)]
        if found:
            return found
    return []
