"""Names of strangers in every answer of the application: text, and nothing else.

The routes are those the application has, the ways to look into an answer are by its media type:
a route or a type that is added is tried by itself, or fails for want of a way to look.
"""

from __future__ import annotations

import base64
import contextlib
import csv
import io
import json
import re
import zipfile
import zlib
from html.parser import HTMLParser
from xml.etree import ElementTree

import mapbox_vector_tile
import pytest

from geoportal.domain.centre import Centre
from geoportal.domain.district import District
from geoportal.store.centres import write_centres
from geoportal.store.database import advance_dataset_version
from geoportal.store.facilities import write_facilities
from geoportal.store.outlines import StoredOutline, write_outlines
from tests.factories import KOKURA, make_claim, make_facility, make_outline
from tests.unit.ingest.test_changes import FIRST, SECOND, office
from tests.unit.ingest.test_linking_order import take
from tests.web.test_view import ARGUMENTS, BODIES, FORMS, QUERIES

MARKUP = "\"'><img src=hostile onerror=hostile()><script>hostile()</script>]]>&amp;{{7*7}}"
UNSEEN = "\x00\x07\x1b\x85\u200b\u200f\u202e\u2028\u2066\u061c\ufeff\U000e0041"
FORMULA = "\u200b＝hostile()"
NAME = f"{MARKUP}{UNSEEN}"
FORMULA_STARTS = tuple("=+-@＝＋－＠\u2212\t\r")
FORMATS = ("csv", "xlsx", "geojson", "gpkg", "kml")
MORE = [
    *[("GET", f"/data/changes/sources/bureau.{ending}") for ending in ("atom", "json", "csv")],
    *[("GET", f"/data/changes/districts/40106.{ending}") for ending in ("atom", "json")],
    *[("GET", f"/data/files/districts/40106.{ending}") for ending in FORMATS],
    *[("GET", f"/fhir/{kind}/near") for kind in ("Location", "HealthcareService", "Organization")],
    *[("GET", f"/fhir/{kind}") for kind in ("Location", "HealthcareService", "Organization")],
    *[("GET", f"/hsds/{table}") for table in ("organizations", "locations", "services")],
    *[("GET", f"/ogc/collections/{name}/items") for name in ("facilities", "districts", "centres")],
    *[("GET", path) for path in ("/sitemaps/1.txt", "/api/v1/facilities/near", "/?lang=en")],
    ("GET", "/ogc/collections/facilities/tiles/WebMercatorQuad/12/1641/3536"),
    ("GET", f"/changes.xlsx?source=bureau&from={FIRST}&to={SECOND}"),
    ("GET", f"/changes?source=bureau&from={FIRST}&to={SECOND}"),
    ("GET", f"/api/v1/changes?source=bureau&from={FIRST}&to={SECOND}"),
]
"""Besides one address of each rule: what else a rule with parameters gives."""


class Markup(HTMLParser):
    """Fails at an element or attribute that a name has made."""

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        assert not [name for name in found if name.startswith("on")], found
        assert "hostile" not in (found.get("src") or ""), found
        for name in ("href", "action", "formaction"):
            assert not (found.get(name) or "").lower().startswith(("javascript:", "data:")), found
        self.code = tag == "script" and found.get("type") not in {
            "application/json",
            "application/ld+json",
        }

    def handle_data(self, data):
        assert not (getattr(self, "code", False) and "hostile" in data), data

    def handle_endtag(self, tag):
        self.code = False


def seen(text):
    """Text has no character that nobody sees or that turns it round."""
    found = {hex(ord(sign)) for sign in UNSEEN if sign in text}
    assert not found, found
    return text


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


def page(content):
    Markup().feed(seen(content.decode()))
    for code in re.findall(
        r'<script type="application/(?:ld\+)?json"[^>]*>(.*?)</script>', content.decode(), re.S
    ):
        document(code.encode())


def document(content):
    for text in strings(json.loads(content)):
        seen(text)


def table(content):
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(seen(content.decode("utf-8-sig")), newline="")))
    assert not [cell for row in rows for cell in row if cell.startswith(FORMULA_STARTS)]


def workbook(content):
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        for name in book.namelist():
            text = seen(book.read(name).decode())
            ElementTree.fromstring(text)  # noqa: S314 - an answer of our own
            assert "_x00" not in text, name
            assert not ("worksheets" in name and re.search(r"<f>|<hyperlink", text)), name


def markup(content):
    ElementTree.fromstring(content)  # noqa: S314 - an answer of our own
    seen(content.decode())


def plain(content):
    seen(content.decode())


def calendar(content):
    """RFC 5545, 3.1: lines end in CRLF, none is longer than 75 octets, no name begins one."""
    lines = content.split(b"\r\n")
    assert not [line for line in lines if len(line) > 75 or b"\r" in line or b"\n" in line]
    whole = seen(content.decode().replace("\r\n ", "")).split("\r\n")
    parts = [line for line in whole if line.startswith(("BEGIN", "END"))]
    assert parts.count("BEGIN:VEVENT") == parts.count("END:VEVENT") == len(parts) // 2 - 1
    assert whole.count("BEGIN:VEVENT") == len([line for line in whole if line.startswith("UID:")])
    assert not [line for line in whole if line.startswith("SUMMARY:hostile")]


def pdf(content):
    """Look at the title, at the letters that its fonts draw, and for what a reader may run."""
    for word in (b"/JavaScript", b"/JS", b"/Launch", b"/URI", b"/SubmitForm", b"/OpenAction"):
        assert word not in content, word
    for title in re.findall(rb"/Title \((.*?)(?<!\\)\)", content, re.S):
        octets = re.sub(rb"\\([0-7]{3}|.)", octet, title, flags=re.S)
        seen(octets.decode("utf-16" if octets.startswith(b"\xfe\xff") else "latin-1"))
    letters = set()
    for data in re.findall(rb"stream\r?\n(.*?)\r?\n?endstream", content, re.S):
        packed = base64.a85decode(data.strip()[:-2]) if data.rstrip().endswith(b"~>") else data
        with contextlib.suppress(zlib.error):
            text = zlib.decompress(packed)
            assert not re.search(rb"\((?:[^()\\]|\\.)*\\000(?:[^()\\]|\\.)*\) Tj", text), (
                "no such letter"
            )
            if b"beginbf" in text:
                letters.update(re.findall(rb"<(\w{4})>", text))
    assert len(letters) > 20
    seen("".join(chr(int(letter, 16)) for letter in letters - {b"0000"} if int(letter, 16) >= 32))


def octet(found):
    code = found[1]
    return bytes([int(code, 8)]) if code.isdigit() else {b"r": b"\r", b"n": b"\n"}.get(code, code)


def tile(content):
    for layer in mapbox_vector_tile.decode(content).values():
        for one in layer["features"]:
            document(json.dumps(one["properties"]).encode())


def opaque(content):
    """No text that a name of ours could be in, but for the characters of these encodings."""
    assert "\u202e".encode() not in content


LOOKS = {
    "text/html": page,
    "text/csv": table,
    "text/plain": plain,
    "text/javascript": plain,
    "text/calendar": calendar,
    "application/pdf": pdf,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": workbook,
    "application/vnd.mapbox-vector-tile": tile,
    "application/geopackage+sqlite3": opaque,
    "application/vnd.apache.parquet": opaque,
    "application/octet-stream": opaque,
    "application/openmetrics-text": plain,
}


def look(response):
    kind = response.mimetype
    if not response.data:
        return
    if kind.endswith("json"):
        document(response.data)
    elif kind.endswith("json-seq") or kind == "application/x-ndjson":
        for line in response.data.splitlines():
            document(line.strip(b"\x1e"))
    elif kind.endswith("xml"):
        markup(response.data)
    else:
        assert kind in LOOKS, f"{kind}: how is it looked into?"
        LOOKS[kind](response.data)


@pytest.fixture
def hostile(city):
    """The small city, in which everything that has a name has a hostile one."""
    texts = dict.fromkeys(("name", "kana", "address", "operator", "note"), NAME)
    claims = [make_claim("VM.REG"), make_claim("AC.ULCER", note=NAME)]
    change = office(1, name=NAME, address="福岡県北九州市小倉北区魚町３丁目２番１号")
    take(city, "bureau", FIRST, office(1), office(2))
    take(city, "bureau", SECOND, change, office(3, name=FORMULA))
    outline = make_outline("40106", (130.80, 33.80, 130.95, 33.95))
    district = District("40106", NAME, outline[0].level, outline[0].parent, NAME)
    with city.engine.begin() as connection:
        write_facilities(
            connection,
            [
                make_facility("near", KOKURA, claims, **texts, departments=(NAME,)),
                make_facility("formula", KOKURA, claims, **dict.fromkeys(texts, FORMULA)),
            ],
        )
        write_outlines(connection, [StoredOutline(district, outline[1], "boundary", "2026-01-01")])
        places = ("kokura", NAME, NAME), ("other", FORMULA, FORMULA)
        write_centres(
            connection,
            [
                Centre(id=name, kind="liaison_centre", name=title, place=text, address=text,
                       phone="093-932-7141", area=text, area_name=text, districts=("40106",))
                for name, title, text in places
            ],
        )  # fmt: skip
        advance_dataset_version(connection, "hostile")


def requests(app):
    """Yield method, address and body of each rule, then of `MORE`."""
    urls = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        address = urls.build(rule.endpoint, {name: ARGUMENTS[name] for name in rule.arguments})
        for method in sorted(rule.methods & {"GET", "POST"}):
            if method == "GET":
                yield method, address, {"query_string": QUERIES.get(rule.rule)}
            elif rule.rule in BODIES:
                yield method, address, {"json": BODIES[rule.rule]}
            else:
                yield method, address, {"data": FORMS[rule.rule]}
    for method, address in MORE:
        yield method, address, {}
    for name in FORMATS:
        yield "POST", "/export", {"data": {"district": "40106", "format": name}}


def test_in_every_answer_a_name_is_text_and_nothing_else(hostile, app):
    client, told, faults, kinds = app.test_client(), 0, [], set()
    for method, address, options in requests(app):
        response = client.open(address, method=method, **options)
        assert response.status_code < 500, (method, address, response.status)
        kinds.add(response.mimetype)
        told += "hostile()" in response.get_data().decode("utf-8", "ignore")
        try:
            look(response)
        except (AssertionError, ValueError, ElementTree.ParseError) as fault:
            faults.append((method, address, response.mimetype, str(fault)[:200]))
    assert not faults, "\n".join(map(str, faults))
    assert told > 30
    assert {"text/html", "text/csv", "application/atom+xml", "application/fhir+json"} <= kinds
