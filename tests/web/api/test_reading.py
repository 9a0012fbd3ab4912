"""Bodies of JSON: read by a fast reader where it is sure to agree with Python's own."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from geoportal.web.api.reading import _json_of

BODIES = [
    b"",
    b"{",
    b"null",
    b" [1, 2.5, -0.0, 1e3] ",
    b'{"a": 1, "a": 2}',
    b"123456789012345678",
    b"1234567890123456789",
    b"18446744073709551615",
    b"18446744073709551616",
    b"-9223372036854775809",
    b"123456789012345678901234567890",
    b"1e309",
    b"-1e309",
    b"1e-400",
    b"[NaN, Infinity]",
    b'"\\ud800"',
    b'"\\ud83d\\ude00"',
    b'"\x00"',
    b'"\xff"',
    b"\xef\xbb\xbf{}",
    '{"q": "森"}'.encode("utf-16"),
    '{"q": "森"}'.encode(),
    b"01",
    b"1.",
    b"[" * 900 + b"]" * 900,
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_it_reads_what_pythons_reader_reads(body):
    try:
        expected = json.loads(body)
    except ValueError:
        expected = None
    with Flask(__name__).test_request_context(
        method="POST", data=body, content_type="application/json"
    ):
        assert repr(_json_of(body)) == repr(expected)
