"""Contact details (連絡先): telephone numbers, web addresses, postal codes, free text.

The published text is preserved; only evident typing errors are corrected.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

_DASHES = re.compile("[\u2010-\u2015\u2043\u2212\u207b\u208b\u30fc\uff0d\u2500\u2501\u00ad~〜_]+")
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u061c\ufeff"
    r"\ud800-\udfff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
"""Control characters but tab and line feed, marks of direction and of annotation, tags (which
programs read and people do not see), signs without width and soft hyphens, half letters (lone
surrogates) and what is no character."""
_BLANK = "[ \t\u00a0\u2002-\u200a\u202f\u3000]*"
_SPACES = re.compile(f"{_BLANK}\u3000{_BLANK}")
_NARROW_SPACES = re.compile(r"[ \t\u00a0\u2002-\u200a\u202f]+")
_LINE_BREAK_MARK = re.compile(r"[（(]改行[）)]")
_FULL_NUMBER = re.compile(r"0\d{1,4}-\d{1,4}-\d{3,4}")
_AS_USUAL = re.compile(r"0[0-9]{1,4}-[0-9]{1,4}-[0-9]{3,4}")
"""A number with area code and groups and nothing else: there is nothing to clean."""
_LEADING_NUMBER = re.compile(
    r"(?:tel|電話|代表)?[:\s]*\(?(0\d{1,4})[-()\s]+(\d{1,4})[-)\s]+(\d{3,4})(?![-\d])",
    re.IGNORECASE,
)
"""A number before a note (代表, 内線12), another number, or the fax."""
_NUMBER_GROUPS = {10: re.compile(r"0\d{9}"), 11: re.compile(r"0\d{10}")}
_SURE_PREFIXES = (
    (re.compile(r"(0[5789]0)(\d{4})(\d{4})"), 11),  # mobile and IP telephones
    (re.compile(r"(0120)(\d{3})(\d{3})"), 10),  # toll-free
    (re.compile(r"(0[36])(\d{4})(\d{4})"), 10),  # Tokyo, Osaka: the only two-digit area codes
)
_EMAIL = re.compile(r"[^@/\s]+@[^@/\s]+\.[^@/\s]+")
_SCHEME = re.compile(r"^:?(?:url:?)?(?:h[tp]{1,4})(s?)(?:[:;.,]*[/∥]+[:/∥]*|[:;])", re.IGNORECASE)
_HOST = re.compile(
    r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z]{2,}(?::\d{1,5})?", re.IGNORECASE
)


def visible(text: str) -> str:
    """Return text without what nobody sees and what turns it round; tab and line feed stay."""
    return text if text.isprintable() else _CONTROL.sub("", text)


def clean_text(text: str) -> str:
    """Return published text without control characters and runs of spaces.

    Full width is kept; a run of spaces holding an ideographic one becomes one ideographic space.
    A literal ``（改行）`` becomes a line break.
    """
    if not text or (text.isprintable() and "改行" not in text and "  " not in text):
        return text.strip()
    text = _LINE_BREAK_MARK.sub("\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _SPACES.sub("\u3000", visible(text))
    text = _NARROW_SPACES.sub(" ", text)
    return "\n".join(line.strip() for line in text.split("\n")).strip()


def clean_line(text: str) -> str:
    """Return published text as one line, see `clean_text`."""
    return clean_text(text).replace("\n", " ")


def clean_phone(text: str) -> str:
    """Return a telephone number with plain hyphens where its grouping is sure.

    Full-width digits and dashes become plain, brackets around the area code become hyphens,
    mobile, IP, toll-free and two-digit-area numbers get their hyphens. A leading zero lost in
    Excel is restored. A number without area code or without hyphens is kept as digits: where its
    groups end cannot be known. Of a number with a note or another number behind it, the first.

    Returns
    -------
    str
        Empty when there is no digit but zeros; the cleaned text when it is no number at all.
    """
    published = clean_line(text.replace("\u00ad", "-"))
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", published))
    if first := _first_number(plain):
        return first
    plain = re.sub(r"[()\[\].\s]+", "-", plain)
    plain = re.sub(r"-{2,}", "-", re.sub(r"[^\d-]+$", "", plain)).strip("-、,")
    if not plain.strip("0-"):
        return ""
    if re.search(r"[^\d-]", plain):
        return published
    if "-" in plain:
        return plain
    return _hyphenated(plain)


def _first_number(plain: str) -> str:
    """Return the number that something else follows, empty for a number alone or none."""
    match = _LEADING_NUMBER.match(plain)
    number = "-".join(match.groups()) if match else ""
    alone = match is None or not re.search(r"\w", plain[match.end() :])
    return "" if alone or not is_phone(number) else number


def is_phone(text: str) -> bool:
    """Say whether a cleaned number is complete: area code and groups, or 10 or 11 bare digits."""
    if _FULL_NUMBER.fullmatch(text):
        return len(text.replace("-", "")) in (10, 11)
    return any(pattern.fullmatch(text) for pattern in _NUMBER_GROUPS.values())


def is_clean_phone(text: str) -> bool:
    """Say whether a text is a complete number as `clean_phone` would return it, and no more."""
    digits = text.replace("-", "") if _AS_USUAL.fullmatch(text) else ""
    return len(digits) in (10, 11) and bool(digits.strip("0"))


def has_more(text: str, phone: str) -> bool:
    """Say whether a cell holds more than the number that was read from it."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", text))
    return len(digits) > len(phone.replace("-", "")) and is_phone(phone)


def looks_like_phone(text: str) -> bool:
    """Say whether a cell may hold a telephone number at all (used to notice shifted columns)."""
    plain = unicodedata.normalize("NFKC", text)
    if _first_number(_DASHES.sub("-", plain)):
        return True
    digits = sum(letter.isdigit() for letter in plain)
    others = sum(letter.isalpha() for letter in plain)
    return not plain.strip() or (1 <= digits <= 12 and others <= digits) or "代表" in plain


def clean_url(text: str) -> tuple[str, str]:
    """Return a web address that can be followed, and what was done to it.

    Parameters
    ----------
    text : str
        As published: without scheme, full-width, with a mistyped ``http//``.

    Returns
    -------
    tuple of (str, str)
        The address, empty when there is none; and ``""`` (as published), ``"mended"``,
        ``"email"`` (an e-mail address: dropped) or ``"unusable"``.
    """
    plain = unicodedata.normalize("NFKC", clean_line(text)).replace(" ", "")
    if not plain:
        return "", ""
    match = _SCHEME.match(plain)
    scheme = "http" + match.group(1).lower() if match else "http"
    rest = plain[match.end() :] if match else plain.lstrip("/:")
    host = rest.split("/", 1)[0].split("?", 1)[0]
    if "@" in host:
        return "", "email" if _EMAIL.fullmatch(host) else "unusable"
    if not _HOST.fullmatch(host) or not _parses(f"{scheme}://{rest}"):
        return "", "unusable"
    url = f"{scheme}://{rest}"
    return url, "" if url == text.strip() else "mended"


def clean_postal_code(text: str) -> str:
    """Return a postal code as ``123-4567``, empty when it has not seven digits."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", text))
    return f"{digits[:3]}-{digits[3:]}" if len(digits) == 7 else ""


def _hyphenated(digits: str) -> str:
    """Group digits where that is sure, after restoring a leading zero that Excel dropped."""
    lost = len(digits) == 9 or (len(digits) == 10 and re.match("[5789]0", digits))
    digits = "0" + digits if lost and not digits.startswith("0") else digits
    for pattern, length in _SURE_PREFIXES:
        match = pattern.fullmatch(digits)
        if match and len(digits) == length:
            return "-".join(match.groups())
    return digits


def _parses(url: str) -> bool:
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:
        return False
