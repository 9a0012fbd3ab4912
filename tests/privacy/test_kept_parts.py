"""What is kept of answers holds nothing of a home, of words, or of what only one person asked."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from geoportal.web.pages.kept_page import EXTENSION
from tests.privacy.conftest import ADDRESS, HOME, WORD, traces

RADIUS_M = 4321


def leaves(value: object) -> Iterator[object]:
    """Yield what a key or a value is made of, arrays as their numbers."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from leaves(getattr(value, field.name))
    elif isinstance(value, dict):
        for pair in value.items():
            yield from leaves(pair)
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from leaves(one)
    elif hasattr(value, "tolist"):
        yield from leaves(value.tolist())
    else:
        yield value.decode() if isinstance(value, bytes) else value


def test_no_kept_key_or_value_holds_a_home_or_words(app, portal):
    client = app.test_client()
    asked = {"needs": ["VM.REG"], "departments": [f"{WORD}歯科", WORD], "radius_m": RADIUS_M}
    for near in (HOME, {"address": ADDRESS}):
        for kinds in ([], ["clinic"]):
            client.post("/api/v1/search", json={**asked, "near": near, "kinds": kinds})
            client.post("/api/v1/search", json={"needs": ["VM.REG"], "near": near, "kinds": kinds})
    client.post("/api/v1/search", json={"q": WORD, "district": "40106"})
    form = {"need": "VM.REG", "radius_m": str(RADIUS_M), "department": WORD, "q": WORD}
    client.post("/", data={**form, **HOME})
    client.post("/", data={**form, "address": ADDRESS})
    client.get("/", query_string={**form, "district": "40106"})
    client.get(
        "/", query_string={"need": "VM.REG", "district": "40106", "city": WORD, "lang": WORD}
    )
    snapshot = portal.view().snapshot
    pages = app.extensions[EXTENSION][snapshot].items()
    around = snapshot.surroundings.items()
    parts = [*snapshot.kept.items(), *((key, value.rows) for key, value in around)]
    assert len(pages) == 1
    assert {key[0] for key, _ in around} == {"around", "known"}
    assert {key[0] for key, _ in parts} >= {"area", "responsible", "line", "misplaced"}
    for key, value in (*pages, *parts):
        for leaf in (*leaves(key), *leaves(value)):
            assert traces(str(leaf)) == []
        for leaf in leaves(key):
            assert not isinstance(leaf, float)
            assert leaf != RADIUS_M
