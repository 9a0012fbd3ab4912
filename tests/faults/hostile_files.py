"""Hostile and damaged files, each with what must become of it."""

from __future__ import annotations

import gzip
import io
import os
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.inputs import workbook_of, zipped
from tests.unit.ingest.official import KAIGO_HEADER, kaigo_row, write_csv

ROWS = 30
REFUSED, REPAIRED = "refused", "repaired"
_SHEET = "xl/worksheets/sheet1.xml"
_LAUGHS = '<!DOCTYPE x [<!ENTITY e0 "haha">' + "".join(
    f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10)
)


@dataclass(frozen=True)
class Hostile:
    """A file: its name, what writes it, what must become of it, and a word that must be said."""

    name: str
    write: Callable[[Path], object]
    verdict: str
    word: str = ""


def rows(**changes: Callable[[int, str], str] | str) -> list[dict[str, str]]:
    """Return rows of the list of visiting nursing offices; columns are changed by row."""
    found = []
    for n in range(ROWS):
        row = kaigo_row(事業所番号=f"40677{n:05}", No=f"40677{n:05}", 事業所名=f"見本{n}")
        for name, change in changes.items():
            row[name] = change if isinstance(change, str) else change(n, row[name])
        found.append(row)
    return found


def table(**changes: Callable[[int, str], str] | str) -> bytes:
    """Return the list as bytes, UTF-8 with BOM."""
    return "\r\n".join(
        ["\ufeff" + ",".join(KAIGO_HEADER), *map(line, rows(**changes)), ""]
    ).encode()


def line(row: dict[str, str]) -> str:
    """Return a row as CSV."""
    return ",".join(f'"{row[name]}"' for name in KAIGO_HEADER)


def _bytes(data: Callable[[], bytes] | bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data if isinstance(data, bytes) else data())


def _book(part: str, change: Callable[[str], str]) -> Callable[[Path], object]:
    def write(path: Path) -> None:
        with zipfile.ZipFile(io.BytesIO(workbook_of(rows()))) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        members[part] = change(members[part].decode()).encode()
        path.write_bytes(zipped(members))

    return write


def _bomb(text: str) -> str:
    head, mark, rest = text.partition("?>")
    return f"{head}{mark}{_LAUGHS}]>" + rest.replace("</", "&e9;</", 1)


def _outside(text: str) -> str:
    head, mark, rest = text.partition("?>")
    return f'{head}{mark}<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + rest.replace(
        "</", "&e;</", 1
    )


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.write(table())
        file.truncate(10 << 30)


def _encrypted() -> bytes:
    data = bytearray(zipped({"a.csv": table()}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    return bytes(data)


def _wrong_crc() -> bytes:
    data = bytearray(zipped({"a.csv": table()}, zipfile.ZIP_STORED))
    data[len(data) // 2] ^= 1
    return bytes(data)


def _swapped() -> bytes:
    return table(緯度="130.8801", 経度="33.8851")


def _tokyo(n: int, value: str) -> str:
    return f"{float(value) + 0.0001 * n:.6f}"


def _shifted() -> bytes:
    lines = table().decode().split("\r\n")
    return "\r\n".join([lines[0], *(f'"",{row}' for row in lines[1:] if row)]).encode() + b"\r\n"


def _commas() -> bytes:
    return table().split(b"\r\n")[0] + b"\r\n" + (b"," * 1_000_000 + b"\r\n") * 200


def _twice() -> bytes:
    header, *rest = table().decode().split("\r\n")
    doubled = [f"{row},{row.split(',')[4]}x" for row in rest if row]
    return "\r\n".join([f"{header},事業所名", *doubled, ""]).encode()


def _mixed() -> bytes:
    lines = table().decode("utf-8-sig").splitlines(keepends=True)
    half = len(lines) // 2
    return "".join(lines[:half]).encode() + "".join(lines[half:]).encode("cp932")


def _rows_of_book(count: int) -> Callable[[Path], object]:
    def write(path: Path) -> None:
        import xlsxwriter

        with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
            sheet = book.add_worksheet()
            for number, name in enumerate(KAIGO_HEADER):
                sheet.write(0, number, name)
            values = list(kaigo_row().values())
            for n in range(1, count + 1):
                for column, value in enumerate(values):
                    sheet.write_string(n, column, value)

    return write


_OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2000)
_TEXT = "latin letters only\n"
_PAGE = "<!DOCTYPE html><html><head><title>503 Service Unavailable</title></head></html>"

FILES = (
    Hostile("empty.csv", _bytes(b""), REFUSED, "empty"),
    Hostile("page.csv", _bytes(_PAGE.encode()), REFUSED, "web page"),
    Hostile("page-late.csv", _bytes(b"\n" * 3000 + _PAGE.encode()), REFUSED),
    Hostile("paper.csv", _bytes(b"%PDF-1.7\n" + os.urandom(3000)), REFUSED, "PDF"),
    Hostile("packed.csv", _bytes(lambda: gzip.compress(table())), REPAIRED),
    Hostile("noise.csv", _bytes(os.urandom(100_000)), REFUSED),
    Hostile("nul.csv", _bytes(lambda: table().replace(b"\r\n", b"\x00\r\n")), REPAIRED, "NUL"),
    Hostile("zeros.csv", _bytes(bytes(100_000)), REFUSED),
    Hostile(
        "bytes.csv",
        _bytes(lambda: table().replace("見本7".encode(), b"\xff\xfe")),
        REFUSED,
        "line 9",
    ),
    Hostile("mixed.csv", _bytes(_mixed), REFUSED, "line"),
    Hostile("utf16.csv", _bytes(lambda: table().decode("utf-8-sig").encode("utf-16")), REPAIRED),
    Hostile(
        "utf16-bare.csv", _bytes(lambda: table().decode("utf-8-sig").encode("utf-16-le")), REPAIRED
    ),
    Hostile("sjis.csv", _bytes(lambda: table().decode("utf-8-sig").encode("cp932")), REPAIRED),
    Hostile("cr.csv", _bytes(lambda: table().replace(b"\r\n", b"\r")), REPAIRED),
    Hostile(
        "open-quote.csv",
        _bytes(lambda: table().replace('見本3"'.encode(), "見本3".encode())),
        REPAIRED,
        "wrong_field_count",
    ),
    Hostile("open-end.csv", _bytes(lambda: table() + '"見本'.encode()), REFUSED, "line 32"),
    Hostile("one-line.csv", _bytes(lambda: b"a," * (50 << 20)), REFUSED),
    Hostile(
        "one-cell.csv", _bytes(lambda: table() + b'"' + b"a" * (100 << 20) + b'"\r\n'), REFUSED
    ),
    Hostile("commas.csv", _bytes(_commas), REFUSED, "no row"),
    Hostile("digits.geojson", _bytes(b'{"a":' + b"9" * 5000 + b',"type":NaN}'), REFUSED),
    Hostile("shifted.csv", _bytes(_shifted), REFUSED),
    Hostile("swapped.csv", _bytes(_swapped), REPAIRED, "swapped"),
    Hostile(
        "lost-zero.csv",
        _bytes(lambda: table(事業所番号=lambda n, v: v.replace("40", "", 1))),
        REFUSED,
    ),
    Hostile("excel.csv", _bytes(lambda: table(事業所番号="4.07E+09")), REFUSED),
    Hostile(
        "excel-some.csv",
        _bytes(lambda: table(電話番号=lambda n, v: "9.3E+08" if n % 2 else v)),
        REPAIRED,
    ),
    Hostile(
        "shrunk.csv",
        _bytes(lambda: b"\r\n".join(table().split(b"\r\n")[:4]) + b"\r\n"),
        REFUSED,
        "accept-shrink",
    ),
    Hostile("header.csv", _bytes(lambda: table().split(b"\r\n")[0] + b"\r\n"), REFUSED, "no row"),
    Hostile("double-header.csv", _bytes(_twice), REPAIRED),
    Hostile(
        "wide-digits.csv",
        _bytes(
            lambda: table(
                緯度="３３．８８５１", 経度="１３０．８８０１", 電話番号="０９３－０００－０００１"
            )
        ),
        REPAIRED,
    ),
    Hostile("out-of-japan.csv", _bytes(lambda: table(緯度="48.85", 経度="2.35")), REPAIRED),
    Hostile("not-finite.csv", _bytes(lambda: table(緯度="NaN", 経度="1e309")), REPAIRED),
    Hostile(
        "control.csv",
        _bytes(lambda: table(事業所名=lambda n, v: f"\u202e{v}\u0007\u200b")),
        REPAIRED,
    ),
    Hostile("wide.csv", _bytes(lambda: table().decode("utf-8-sig").encode("utf-32")), REPAIRED),
    Hostile(
        "misread.csv",
        _bytes(lambda: table(事業所名=lambda n, v: v.encode().decode("latin-1"))),
        REFUSED,
        "wrong encoding",
    ),
    Hostile(
        "lost.csv",
        _bytes(lambda: table(事業所名=lambda n, v: f"見{chr(0xFFFD)}{n}号")),
        REPAIRED,
        "lost_letters",
    ),
    Hostile(
        "exchanged.csv",
        _bytes(lambda: table(事業所名=kaigo_row()["住所"], 住所="訪問看護ステーション見本")),
        REPAIRED,
        "exchanged",
    ),
    Hostile(
        "nested.zip",
        _bytes(lambda: zipped({"b.zip": zipped({"a.csv": table()})})),
        REFUSED,
        "another archive",
    ),
    Hostile("slip.zip", _bytes(lambda: zipped({"../../../tmp/a.csv": table()})), REFUSED, "unsafe"),
    Hostile("slip-dos.zip", _bytes(lambda: zipped({"..\\..\\a.csv": table()})), REFUSED, "unsafe"),
    Hostile("drive.zip", _bytes(lambda: zipped({"C:\\a.csv": table()})), REFUSED, "unsafe"),
    Hostile("locked.zip", _bytes(_encrypted), REFUSED, "encrypted"),
    Hostile("crc.zip", _bytes(_wrong_crc), REFUSED, "damaged"),
    Hostile("cut.zip", _bytes(lambda: zipped({"a.csv": table()})[:-100]), REFUSED, "damaged"),
    Hostile(
        "many.zip",
        _bytes(lambda: zipped({f"{n}.csv": b"x" for n in range(3000)})),
        REFUSED,
        "members",
    ),
    Hostile("bomb.zip", _bytes(lambda: zipped({"a.csv": bytes(280 << 20)})), REFUSED, "unpacks"),
    Hostile("bomb.csv.gz", _bytes(lambda: gzip.compress(bytes(400 << 20))), REFUSED, "unpacks"),
    Hostile(
        "half-good.zip",
        _bytes(lambda: zipped({"a.csv": table(事業所名="新"), "b.csv": b"x,y\n1,2\n"})),
        REFUSED,
    ),
    Hostile("sound.xlsx", _bytes(lambda: workbook_of(rows())), REPAIRED),
    Hostile("strings.xlsx", _book("xl/sharedStrings.xml", _bomb), REFUSED, "entities"),
    Hostile("book.xlsx", _book("xl/workbook.xml", _bomb), REFUSED, "entities"),
    Hostile("relations.xlsx", _book("xl/_rels/workbook.xml.rels", _bomb), REFUSED, "entities"),
    Hostile("sheet.xlsx", _book(_SHEET, _bomb), REFUSED, "entities"),
    Hostile("outside.xlsx", _book("xl/sharedStrings.xml", _outside), REFUSED, "entities"),
    Hostile(
        "stray.xlsx",
        _book(
            _SHEET,
            lambda text: text.replace(
                "</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
            ),
        ),
        REFUSED,
        "stray",
    ),
    Hostile("rows.xlsx", _rows_of_book(300_000), REFUSED, "CSV"),
    Hostile("cut.xlsx", _bytes(lambda: workbook_of(rows())[:-300]), REFUSED, "damaged"),
    Hostile("text.xlsx", _bytes(_TEXT.encode() * 50), REFUSED),
    Hostile("old.xls", _bytes(_OLD_OFFICE), REFUSED),
    Hostile(
        "binary.xlsb",
        _bytes(
            lambda: zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.bin": os.urandom(500)})
        ),
        REFUSED,
    ),
    Hostile(
        "open.ods",
        _bytes(
            lambda: zipped(
                {
                    "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
                    "content.xml": b"<a>",
                }
            )
        ),
        REFUSED,
    ),
    Hostile("sparse.csv", _sparse, REFUSED, "larger"),
    Hostile(
        "deep.geojson", _bytes(b'{"type":"FeatureCollection","features":' + b"[" * 200_000), REFUSED
    ),
    Hostile("deep-kml.kml", _bytes(b"<?xml version='1.0'?><kml>" + b"<Folder>" * 100_000), REFUSED),
    Hostile(
        "bomb.kml",
        _bytes(
            (
                f"<?xml version='1.0'?>{_LAUGHS}]><kml><Document><name>&e9;</name></Document></kml>"
            ).encode()
        ),
        REFUSED,
    ),
    Hostile(
        "shape.zip",
        _bytes(
            lambda: zipped(
                {
                    "a.shp": struct.pack(">7i", 9994, 0, 0, 0, 0, 0, 2**30) + bytes(72),
                    "a.dbf": b"\x03" * 64,
                }
            )
        ),
        REFUSED,
    ),
)
"""By what `first` holds already: the same list, sound."""


def first(path: Path) -> Path:
    """Write the sound list that is held when a hostile file comes."""
    return write_csv(path, KAIGO_HEADER, rows())
