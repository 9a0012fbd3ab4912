"""A home that must leave no trace, and every request an application can be sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from flask import Flask

ADDRESS = "福岡県北九州市小倉北区秘密町三丁目9番8号"
HOME = {"lon": 130.8765432, "lat": 33.8876543}
NOTE = f"褥瘡の処置と訪問診療を希望。住まいは{ADDRESS}。"
WORD = "himitsu-98765"
SEGMENT = "himitsu-path"
TRACES = (ADDRESS, quote(ADDRESS), "秘密町", quote("秘密町"), "130.876", "33.887", WORD)
"""What of a request must appear nowhere: as written, as URLs quote it, and cut short."""


@dataclass(frozen=True)
class Route:
    """One rule of the application with one method, and a path that matches it."""

    rule: str
    method: str
    endpoint: str
    path: str


def routes(app: Flask, *methods: str) -> Iterator[Route]:
    """Yield every rule of an application; variable parts of the path are `SEGMENT`."""
    for rule in app.url_map.iter_rules():
        rest = rule.rule.replace("<path:rest>", f"{SEGMENT}/{SEGMENT}/{SEGMENT}")
        path = re.sub(r"<[^>]+>", SEGMENT, rest.replace("<int:part>", "1"))
        for method in sorted(rule.methods & set(methods)):
            yield Route(rule.rule, method, rule.endpoint, path)


def traces(text: str) -> list[str]:
    """Return what a text gives away of `ADDRESS`, `HOME`, `NOTE` or `WORD`."""
    return [trace for trace in TRACES if trace in text]
