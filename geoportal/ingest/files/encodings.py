"""Character encodings: detected by decoding the whole file without an error."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from mmap import mmap

from geoportal.errors import UnreadableSourceError
from geoportal.ingest.files.refusal import CutFileError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins with the mark of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
STREAMED_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LARGE_BYTES = 30_000_000
_LARGE_UTF_8_BYTES = 2_000_000
"""UTF-8 is known by itself; of other encodings a choice is made with all of the text at hand."""
_HEAD = 20_000
_CHUNK = 1 << 16
_LABELS = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32-le": "UTF-32",
    "utf-32-be": "UTF-32",
    "cp932": "Shift_JIS (CP932)",
    "euc_jp": "EUC-JP",
}
_BINARY = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"SQLite format 3": "a database",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"PK\x03\x04": "an archive",
}
_SOMETHING = re.compile(rb"[^\x00\r\n\t ,;\xef\xbb\xbf\xff\xfe]")
_ZEROS = bytes(16)
_HOLE = re.compile(_ZEROS + rb"[^\x00\r\n\t ,;\"\x1a]")
"""Zeros with text behind them; at the end of a field they fill its width."""
_MARK = "\ufeff"
_HALF_WIDTH_SHARE = 0.05
_FEW_ZEROS = 1_000
_WIDE_HEAD = 4_000
"""Bytes by which UTF-16 without a mark is known: a Japanese header alone has few zeros."""


@dataclass(frozen=True, slots=True)
class DecodedText:
    """Text with what was found out about its encoding.

    Attributes
    ----------
    text : str
        Without byte order marks and NUL characters.
    encoding : str
        Name for people, for example ``"UTF-8"``.
    nul_count : int
        NUL characters taken out.
    """

    text: str
    encoding: str
    nul_count: int = 0


def decode(name: str, data: bytes) -> DecodedText:
    """Decode a text file.

    Taken are UTF-8 (with or without BOM), UTF-16, UTF-32 with BOM, CP932 (Shift_JIS) and EUC-JP;
    the name is for messages.

    Raises
    ------
    UnreadableSourceError
        When it is empty, not text, cut in the middle of a character, or in no known encoding.
    """
    require_text(name, data)
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            if encoding == "utf-8":
                _require_few_zeros(name, data)
            return _finish(name, data[len(bom) :], encoding)
    if b"\x00" in data[:400]:
        wide = _wide_encoding(data)
        if wide:
            return _finish(name, data, wide)
    _require_few_zeros(name, data)
    return _finish(name, data, _narrow_encoding(name, data))


@dataclass(frozen=True, slots=True)
class OpenedText:
    """A text read line by line, each with its end.

    ``head`` is its beginning; ``ends_open``: its last line has no end. The other attributes are
    those of `DecodedText`.
    """

    lines: Iterable[str]
    head: str
    encoding: str
    nul_count: int
    ends_open: bool


def open_text(name: str, data: bytes) -> OpenedText:
    """Decode a text file as `decode` does; a large one is never held decoded.

    Raises
    ------
    UnreadableSourceError
        As `decode`.
    """
    if not _is_large(data) or b"\x00" in data[:400] or data.startswith(b"\xff\xfe"):
        decoded = decode(name, data)
        text = decoded.text
        lines: Iterable[str] = io.StringIO(text, newline="")
        ends_open = not text.endswith(("\n", "\r"))
        return OpenedText(lines, text[:_HEAD], decoded.encoding, decoded.nul_count, ends_open)
    require_text(name, data)
    _require_few_zeros(name, data)
    codec = stream_encoding(name, data)
    opened = io.TextIOWrapper(io.BytesIO(data), codec, newline="")
    head = io.TextIOWrapper(io.BytesIO(data[: 4 * _HEAD]), codec, "replace", newline="").read(_HEAD)
    lines = map(_without_marks, opened)
    label = _LABELS[codec.removesuffix("-sig")]
    end = data[-_CHUNK:].replace(b"\x00", b"").removesuffix(b"\x1a")
    ends_open = not end.endswith((b"\n", b"\r"))
    return OpenedText(lines, _without_marks(head), label, data.count(0), ends_open)


def _is_large(data: bytes) -> bool:
    """Say whether a text is read line by line rather than decoded as a whole."""
    if len(data) > _LARGE_BYTES:
        return True
    return len(data) > _LARGE_UTF_8_BYTES and _decodes(data, "utf-8")


def stream_encoding(name: str, data: bytes | mmap) -> str:
    """Return the codec of a text file, checked to its end without holding it decoded.

    Raises
    ------
    UnreadableSourceError
        When it is neither UTF-8, UTF-16 nor CP932.
    """
    marked = [codec for bom, codec in STREAMED_BOMS if data[: len(bom)] == bom]
    if "utf-16" not in marked:
        _require_no_hole(name, data)
    for encoding in marked or ("utf-8", "cp932"):
        if _decodes(data, encoding):
            return encoding
    decode(name, bytes(data))  # says what is wrong and in which line
    return "euc_jp"


def _decodes(data: bytes | mmap, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(data), _CHUNK):
            decoder.decode(data[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _require_few_zeros(name: str, data: bytes) -> None:
    zeros = data.count(0)
    if zeros > max(_FEW_ZEROS, len(data) // 100):
        raise UnreadableSourceError(
            f"{name}: {zeros:,} of its {len(data):,} bytes are zero, as an interrupted copy or "
            "download leaves them; get it again"
        )
    _require_no_hole(name, data)


def _require_no_hole(name: str, data: bytes | mmap) -> None:
    first = data.find(_ZEROS)
    hole = _HOLE.search(data, first) if first >= 0 else None
    if hole:
        line = data[: hole.start()].count(b"\n") + 1
        raise CutFileError(
            f"{name}: in line {line} zeros stand for a part of the text, as an interrupted copy or "
            "a damaged disk leaves them; get it again",
            line,
        )


def require_text(name: str, data: bytes) -> None:
    """Refuse what is empty, or known by its first bytes to be something else.

    Raises
    ------
    UnreadableSourceError
    """
    if not _SOMETHING.search(data):
        raise UnreadableSourceError(f"{name}: the file is empty; get it again from the publisher")
    for mark, what in _BINARY.items():
        if data.startswith(mark):
            raise UnreadableSourceError(f"{name}: this is {what}, not a table of text")


def _finish(name: str, data: bytes, encoding: str) -> DecodedText:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _error(name, data, encoding, error) from None
    nul_count = text.count("\x00")
    return DecodedText(_without_marks(text), _LABELS[encoding], nul_count)


def _without_marks(text: str) -> str:
    """Take out NUL, the end-of-file mark of DOS, and byte order marks where files were joined."""
    return text.replace("\x00", "").removesuffix("\x1a").replace(_MARK, "")


def _narrow_encoding(name: str, data: bytes) -> str:
    """Choose among the encodings without a mark; the first whole fit wins."""
    errors: dict[str, UnicodeDecodeError] = {}
    fits: dict[str, str] = {}
    for encoding in ("utf-8", "cp932", "euc_jp"):
        try:
            fits[encoding] = data.decode(encoding)
        except UnicodeDecodeError as error:
            errors[encoding] = error
        if "utf-8" in fits:
            return "utf-8"
        if encoding == "utf-8":
            begun = data[: errors[encoding].start]
            if len(begun) < 30 or begun.isascii():
                continue
            # it begins with Japanese in UTF-8: cut or damaged
            raise _error(name, data, "utf-8", errors["utf-8"]) from None
    if not fits:
        farthest = max(errors, key=lambda encoding: (errors[encoding].start, encoding))
        raise _error(name, data, farthest, errors[farthest]) from None
    # EUC-JP text read as CP932 turns into half-width kana; the reverse seldom decodes at all.
    text = fits.get("cp932", "")
    kana = sum("\uff61" <= letter <= "\uff9f" for letter in text)
    wide = sum(letter > "\u007f" for letter in text)
    kana_prevail = "cp932" not in fits or kana > wide * _HALF_WIDTH_SHARE
    return "euc_jp" if "euc_jp" in fits and kana_prevail else "cp932"


def _wide_encoding(data: bytes) -> str:
    head = data[:_WIDE_HEAD]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) < len(head) // 10 or min(even, odd) > max(even, odd) // 2:
        return ""
    return "utf-16-be" if even > odd else "utf-16-le"


def _error(
    name: str, data: bytes, encoding: str, error: UnicodeDecodeError
) -> UnreadableSourceError:
    line = data.count(b"\n", 0, error.start) + 1
    if error.end >= len(data) or error.start >= len(data) - 3:
        return CutFileError(
            f"{name}: the file is cut off in the middle of a character in line {line} "
            f"({_LABELS[encoding]}); get it again",
            line,
        )
    return CutFileError(
        f"{name}: line {line} holds bytes that are not {_LABELS[encoding]}; save the file as "
        "UTF-8 or Shift_JIS, or get it again",
        line,
    )
