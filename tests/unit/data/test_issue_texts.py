"""Every issue of an import can be said in Japanese."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import geoportal.ingest
from geoportal.ingest.resolve.positions import MESSAGES
from geoportal.services.portal import shipped_reference

INGEST = Path(geoportal.ingest.__file__).parent
CODE_AT = {"Issue": 2, "reject": 1, "warn": 1, "info": 1, "misfit": 1, "_widen": 3, "_doubt": 3}
"""Where the code stands among the arguments of a call that notes an issue."""


def codes_in_the_source() -> Iterator[str]:
    for path in INGEST.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and str(node.value).startswith("many_other_"):
                yield node.value
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            position = CODE_AT.get(name)
            if position is not None and len(node.args) > position:
                code = node.args[position]
                if isinstance(code, ast.Constant) and isinstance(code.value, str):
                    yield code.value


def test_every_code_has_its_words() -> None:
    codes = set(codes_in_the_source()) | set(MESSAGES)
    assert len(codes) > 80
    said = {code for name, code in shipped_reference().labels if name == "issue"}
    assert codes - said == set()
