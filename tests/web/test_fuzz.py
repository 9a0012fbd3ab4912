"""Requests nobody would write, on every route: never a fault, strict JSON always.

``python -m tests.web.test_fuzz SEED COUNT`` sends more of them, made from another seed.
"""

from __future__ import annotations

import json
import random
import shutil
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

import pytest
from werkzeug.test import create_environ, run_wsgi_app

CANARY = "北九州市小倉北区城内1番1号"
TEXTS = [
    *("", " ", "0", "-1", "nan", "NaN", "Infinity", "1e309", "-1e309", "３５.８", "１３０", "null"),
    *("true", "[]", "{}", "40106", "VM.REG", "clinic", "../../etc/passwd", "..%2f..%2f", "%00"),
    *("\x00", "\r\nX-Injected: 1", "\ud800", "\udfff\ud800", "\u202eabc", "\ufeff", "'\"><script>"),
    *("=cmd|' /C calc'!A0", "a" * 5000, "🏥" * 200, "9" * 400, "2026-13-45", "130.8751,33.8834"),
    *(CANARY, "130.87515,33.88345", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"),
]
VALUES = [
    *TEXTS,
    *(None, True, False, 0, -1, 10**30, -(10**30), 1.5, 1e308, float("nan"), float("inf")),
    *([], {}, [[]], [None], [{}], ["a"] * 500, {"address": CANARY}, {"lon": 1e308, "lat": -1e308}),
    *({"lon": "130", "lat": "33"}, {CANARY: 1}, {"address": {"address": {}}}, [CANARY] * 3),
]
KEYS = [
    *("near", "radius_m", "district", "kinds", "needs", "q", "open_at", "include", "limit"),
    *(
        "offset",
        "address",
        "lon",
        "lat",
        "text",
        "roles",
        "preset",
        "remove",
        "add",
        "kind",
        "need",
    ),
    *(
        "place",
        "bbox",
        "identifier",
        "from",
        "to",
        "source",
        "lang",
        "format",
        "ids",
        "id",
        "level",
    ),
    *("demand", "city", "geometry", "tolerance_m", "departments", "explain", "facets", "note"),
    *("", CANARY, "\x00", "__proto__", "a" * 300),
]
BODIES = [
    b"",
    b"null",
    b"[",
    b"[" * 50_000,
    b'{"a":' * 12_000,
    b"\xff\xfe\x00",
    b'{"q": "\\ud800"}',
    b'{"near": {"lon": NaN, "lat": 1}}',
    b'{"near": {"lon": 1e309, "lat": 1}}',
    b'{"radius_m": 1' + b"0" * 5000 + b"}",
    b'{"q": "a", "q": "b"}',
    b"x" * 70_000,
    b"a=%ff&b=%zz&" * 500,
]
TYPES = [
    *("application/json", "application/json; charset=utf-16", "text/plain", ""),
    *("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/x" * 50),
]
HOSTS = [
    "localhost",
    "a..b",
    ".",
    "..",
    "xn--",
    "xn--a",
    "[::1",
    "a b",
    "",
    "あ",
    "a:99999",
    "\x00",
]
METHODS = ["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW", "TRACE"]


def bytes_of(text):
    return text.encode("utf-8", "surrogatepass")


def query(rng):
    pairs = [(rng.choice(KEYS), rng.choice(TEXTS)) for _ in range(rng.randint(0, 5))]
    encoded = "&".join(f"{quote(bytes_of(k))}={quote(bytes_of(v))}" for k, v in pairs)
    return rng.choice([encoded, encoded, encoded + "&=&%&%zz=%ff", "%" * 50])


def body(rng, kind):
    document = {rng.choice(KEYS): rng.choice(VALUES) for _ in range(rng.randint(0, 6))}
    if "json" in kind:
        return rng.choice([rng.choice(BODIES), json.dumps(document).encode()])
    form = "&".join(f"{quote(bytes_of(k))}={quote(bytes_of(str(v)))}" for k, v in document.items())
    return rng.choice([rng.choice(BODIES), form.encode()])


def path_of(rng, rule):
    path = rule.rule
    for name in rule.arguments:
        value = quote(bytes_of(rng.choice([*TEXTS, "near", "40106", "map.pdf"])), safe="./%")
        start = path.index("<")
        assert name in path[start : path.index(">")] or len(rule.arguments) > 1
        path = path[:start] + value + path[path.index(">") + 1 :]
    return path


def request(rng, rule):
    """Return a WSGI environment for a route: any method, and nonsense everywhere else."""
    method = rng.choice([*sorted(rule.methods), *sorted(rule.methods), rng.choice(METHODS)])
    kind = rng.choice(TYPES)
    sent = body(rng, kind) if method in {"POST", "PUT", "PATCH"} or rng.random() < 0.1 else b""
    environ = create_environ("/", method=method, input_stream=None, data=sent)
    environ["PATH_INFO"] = path_of(rng, rule).encode().decode("latin-1")
    if rng.random() < 0.5:  # as it arrives after percent-decoding
        decoded = bytes_of(rng.choice(TEXTS)).decode("latin-1")
        environ["PATH_INFO"] = environ["PATH_INFO"].replace("%", "") + (
            decoded if rng.random() < 0.2 else ""
        )
    environ["QUERY_STRING"] = query(rng)
    environ["CONTENT_TYPE"] = kind
    host = rng.choice(["localhost"] * 8 + HOSTS)
    environ["HTTP_HOST"] = host.encode().decode("latin-1")
    environ["HTTP_ACCEPT_LANGUAGE"] = rng.choice(["ja", "en", "*;q=nan", ",,;;==", "é" * 300])
    for name in ("HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH", "HTTP_RANGE", "HTTP_COOKIE"):
        if rng.random() < 0.2:
            environ[name] = rng.choice(["", "*", "gzip;q=x", 'W/"', "bytes=-", "a=b;;=", "\xff"])
    return environ


def refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def check(app, environ):
    told = (environ["REQUEST_METHOD"], environ["PATH_INFO"][:80], environ["QUERY_STRING"][:300])
    pieces, status, headers = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    content = b"".join(pieces)
    code = int(status[:3])
    assert code < 500, (code, told)
    assert all("\r" not in v and "\n" not in v for _, v in headers.items()), told
    assert "X-Injected" not in headers, told
    if "json" in headers.get("Content-Type", "") and content and "Content-Encoding" not in headers:
        json.loads(content, parse_constant=refuse_constant)
    if environ["REQUEST_METHOD"] == "POST":
        assert headers.get("Cache-Control") == "no-store", told
    if headers.get("Content-Type") == "application/problem+json":
        assert CANARY not in content.decode(), told
    return code


def routes(app):
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, sorted(rule.methods)))


@pytest.mark.parametrize("seed", range(2))
def test_nonsense_is_never_a_fault(app, seed):
    rng = random.Random(seed)
    codes = {
        check(app, request(rng, rule))
        for rule in routes(app)
        for _ in range(4)
        if rule.rule != "/coverage/<name>"
    }
    assert {200, 400, 404, 405} <= codes


@pytest.mark.parametrize("key", ["near", "kinds", "needs", "district", "q", "include", CANARY])
@pytest.mark.parametrize("value", [CANARY, [CANARY], {CANARY: CANARY}])
@pytest.mark.parametrize("path", ["/api/v1/search", "/api/v1/team", "/api/v1/coverage"])
def test_an_address_in_the_wrong_place_is_not_repeated(app, path, key, value):
    response = app.test_client().post(path, json={key: value})
    assert response.status_code in {200, 400, 404, 422}
    if response.status_code != 200:
        assert CANARY not in response.get_data(as_text=True)
        assert CANARY not in json.dumps(response.get_json(), ensure_ascii=False)


@pytest.mark.parametrize("key", ["district", "kind", "need", "bbox", "identifier", "level", CANARY])
@pytest.mark.parametrize("path", ["/api/v1/facilities", "/api/v1/districts", "/api/v1/coverage"])
def test_nor_in_a_url(app, path, key):
    response = app.test_client().get(path, query_string={key: CANARY})
    if response.status_code != 200:
        assert CANARY not in json.dumps(response.get_json(), ensure_ascii=False)


def main() -> None:
    """Send more of them to an application over the sample city."""
    from geoportal.ingest.pipeline import load_sample
    from geoportal.services.portal import Portal, sample_directory, shipped_reference
    from geoportal.settings import Settings
    from geoportal.store.database import open_database
    from geoportal.web.app import create_app
    from tests.conftest import NOW

    rng, count = random.Random(int(sys.argv[1])), int(sys.argv[2])
    folder = Path(tempfile.mkdtemp())
    database = open_database(folder / "city.db", create=True)
    reference = shipped_reference()
    centres = reference.cities_directory / "40100" / "centres.csv"
    load_sample(database, reference, sample_directory(), centres, today=NOW.date())
    app = create_app(Portal(database, reference, clock=lambda: NOW), Settings())
    rules = [rule for rule in routes(app) if rule.rule != "/coverage/<name>"]
    codes: dict[int, int] = {}
    for _ in range(count):
        code = check(app, request(rng, rng.choice(rules)))
        codes[code] = codes.get(code, 0) + 1
    print(dict(sorted(codes.items())))  # noqa: T201 - a measurement
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
