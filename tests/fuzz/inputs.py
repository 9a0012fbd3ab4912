"""Inputs that fuzzing starts from: one sound file of every kind that is imported, and mutations."""

from __future__ import annotations

import io
import json
import random
import tempfile
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import geopandas
import shapely
import xlsxwriter

from geoportal.ingest.catalogue import SOURCES
from tests.unit.ingest.official import (
    CENTRES_HEADER,
    KAIGO_HEADER,
    NAVII_HEADER,
    TOWNS,
    TOWNS_HEADER,
    kaigo_row,
    navii_row,
    write_boundaries,
    write_csv,
)
from tests.unit.ingest.sources.test_roads import WAYS, geojson, osm_extract

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
TOKENS = [
    *("", "0", "-1", "NaN", "1e309", "９９９", "2.34E+11", "1" * 400, "40106", "4067790001"),
    *("令和9年13月45日", "2026-02-30", "24:00", "２５：６１", "33.885", "130.88", "180.0", "90.1"),
    *("\x00", "\r", "\n", '"', '""', ",", "\t", ";", "\ufeff", "\u202e", "\ud800", "\U000e0041"),
    *("が", "ﾊﾟ", "𠮷", "丁目", "番地", "の", "北九州市", "小倉北区", "毎週", "第1・第3", "祝日"),
    *(
        "除く",
        "から",
        "～",
        "午後",
        "訪問診療",
        "ない",
        "<",
        "&#x0;",
        "=1+1",
        "＝",
        "]]>",
        "{",
        "[",
    ),
    *(
        "\\ud800",
        "\\u0000",
        "null",
        "true",
        "-0",
        "1E400",
        "VM.REG",
        "PK\x03\x04",
        "\x1f\x8b",
        "%PDF",
        "/../",
        "C:\\",
    ),
]
"""What is put into inputs beside random bytes: ends of ranges, marks of formats, words."""


def mutated(rng: random.Random, data: bytes, others: list[bytes], most: int = 200_000) -> bytes:
    """Return an input changed in one to a handful of places."""
    for _ in range(rng.choice((1, 1, 2, 3, 6))):
        at = rng.randint(0, len(data))
        end = min(len(data), at + rng.choice((1, 1, 2, 4, 16, 64, 1000)))
        way = rng.randrange(8)
        if way == 0:
            data = data[:at] + rng.randbytes(end - at) + data[end:]
        elif way == 1:
            data = data[:at] + data[end:]
        elif way == 2:
            data = data[:at] + data[at:end] * rng.choice((2, 3, 50)) + data[end:]
        elif way == 3 and rng.random() < 0.2:
            data = data[:at]
        elif way == 4:
            other = rng.choice(others)
            start = rng.randint(0, len(other))
            data = data[:at] + other[start : start + end - at + 8] + data[end:]
        elif way == 5:
            data = data[:at] + rng.choice((b"\x00", b"\xff", b"\x80", b"\x7f" * 4)) + data[end:]
        else:
            token = rng.choice(TOKENS).encode("utf-8", "surrogatepass")
            data = data[:at] + token + data[end if way == 6 else at :]
    return data[:most]


@cache
def tables() -> list[bytes]:
    """Return a table of each layout of each source, with rows that are partly sound."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        found = [
            write_csv(path, KAIGO_HEADER, [kaigo_row(), kaigo_row(住所="")]).read_bytes(),
            write_csv(path, NAVII_HEADER, [navii_row(), navii_row()]).read_bytes(),
            write_csv(path, TOWNS_HEADER, TOWNS).read_bytes(),
            write_csv(path, CENTRES_HEADER, [["a"] * len(CENTRES_HEADER)]).read_bytes(),
        ]
        for source in SOURCES:
            for layout in source.layouts:
                header = [aliases[0] for aliases in layout.columns.values() if aliases]
                if header:
                    rows = [[TOKENS[place % 18] for place in range(len(header))], ["40106"]]
                    rows[1] *= len(header)
                    found.append(write_csv(path, header, rows).read_bytes())
    lists = SAMPLE.joinpath("population").glob("*.*")
    found += [b"\n".join(file.read_bytes().split(b"\n")[:5]) for file in sorted(lists)]
    return found


@cache
def maps() -> list[bytes]:
    """Return map files that are text: outlines, stations, roads, the sample city, KML."""
    sample = json.loads((SAMPLE / "facilities.json").read_text(encoding="utf-8"))
    sample["records"] = sample["records"][:3]
    stations = json.loads((SAMPLE / "stations.geojson").read_text(encoding="utf-8"))
    stations["features"] = stations["features"][:3]
    with tempfile.TemporaryDirectory() as folder:
        outlines = write_boundaries(
            Path(folder) / "a.geojson", ("40106", (130.8, 33.8, 130.95, 33.95))
        ).read_bytes()
    kml = (
        '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder>'
        "<name>日常生活圏域</name><Placemark><name>北</name><Polygon><outerBoundaryIs><LinearRing>"
        "<coordinates>130.8,33.8 130.9,33.8 130.9,33.9 130.8,33.8</coordinates></LinearRing>"
        "</outerBoundaryIs></Polygon></Placemark></Folder></Document></kml>"
    )
    texts = [json.dumps(sample, ensure_ascii=False), json.dumps(stations), geojson(WAYS), kml]
    return [outlines, *(text.encode() for text in texts)]


@cache
def binaries() -> list[bytes]:
    """Return files of binary formats: road extract, GeoPackage, shapefile, workbook."""
    shape = shapely.box(130.8, 33.8, 130.9, 33.9)
    frame = geopandas.GeoDataFrame({"N03_007": ["40106"]}, geometry=[shape], crs=6668)
    found = [osm_extract(WAYS)]
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folder = Path(name)
        for suffix in ("gpkg", "fgb"):
            frame.to_file(folder / f"a.{suffix}", engine="pyogrio")
            found.append((folder / f"a.{suffix}").read_bytes())
        frame.to_file(folder / "a.shp")
        found.append(zipped({p.name: p.read_bytes() for p in sorted(folder.glob("a.[sdcp]*"))}))
    return [*found, workbook(), zipped({"a.csv": tables()[0], "読む.txt": b"x"})]


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of members by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


@cache
def workbook() -> bytes:
    """Return a workbook with one list of one office."""
    return workbook_of([kaigo_row()])


def workbook_of(rows: Sequence[Mapping[str, str]]) -> bytes:
    """Return a workbook with one list of offices."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("一覧")
        for number, row in enumerate([dict(zip(KAIGO_HEADER, KAIGO_HEADER, strict=True)), *rows]):
            for column, name in enumerate(KAIGO_HEADER):
                sheet.write(number, column, row[name])
    return out.getvalue()


SEPARATOR = b"\x00\x1emember\x1e"


def unpacked(data: bytes) -> bytes:
    """Return the members of a zip one after another, so that mutations meet their content."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return SEPARATOR.join(
            name.encode() + b"\n" + archive.read(name) for name in archive.namelist()
        )


def packed(data: bytes) -> bytes:
    """Return the zip of what `unpacked` has written, whatever has become of it."""
    members = {}
    for part in data.split(SEPARATOR):
        name, _, content = part.partition(b"\n")
        members[name.decode("utf-8", "replace").replace("\x00", "")[:200] or "x"] = content
    return zipped(members)


def sentences() -> list[bytes]:
    """Return addresses, notes and opening hours as people write them."""
    texts = [
        "福岡県北九州市小倉北区浅野一丁目2番3号 見本ビル4階",
        "小倉北区藍島", "北九州市小倉南区北方2-1-1",
        "８０２－０００１ 浅野１の２の３", "こくらえき",
        "kokura-kita", "札幌市中央区北1条西2丁目", "京都市中京区寺町通御池上る",
        "90歳女性。褥瘡の処置と訪問診療を希望。胃ろうはない。在宅酸素2L、週3回の点滴。",
        "平日 9:00～12:00、14:00～18:00（水曜午後・日祝休み）", "年中無休", "24時間対応",
        "月・火・木 午前8時半から正午まで",
        "第1・第3土曜休診、12月29日～1月3日", "令和8年4月1日現在",
        "093-000-0001（代表）", "https://example.jp/あ?b=c", "130度52分30秒", "1,234人",
        "name LIKE '%a%' AND (kind = 'clinic' OR S_INTERSECTS(geometry, POINT(130 33)))",
        json.dumps({"op": "and", "args": [{"op": "=",
        "args": [{"property": "kind"}, "clinic"]}]}),
        'source = "kaigo"\n[columns]\nname = "名前"\n',
    ]  # fmt: skip
    return [text.encode() for text in texts]
