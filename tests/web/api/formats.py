"""What schemathesis is told of values that a JSON Schema cannot say: strategies of our formats.

Read by `schemathesis.toml`; each strategy gives only what the description calls by that name.
"""

from __future__ import annotations

from typing import Any

import schemathesis
from hypothesis import strategies as st

TINY = 0.01
"""Degrees: a map's view at every zoom."""
WORDS = st.text("内科みほん見本abc 019・", max_size=40).map(lambda text: f"見{text}")
DAYS = st.dates().map(str).filter(lambda day: day > "1900")


@st.composite
def boxes(draw: st.DrawFn) -> str:
    """Draw a small box that is one in either order of the axes."""
    first, second = (draw(st.integers(0, 8_900)) / 100 for _ in range(2))
    return f"{first},{second},{first + TINY:.2f},{second + TINY:.2f}"


schemathesis.openapi.format("bbox", boxes())
schemathesis.openapi.format("words", WORDS)
schemathesis.openapi.format("address", st.just("見本中央駅"))
schemathesis.openapi.format("district-code", st.sampled_from(["40106", "40107", "40100"]))
schemathesis.openapi.format("cql2", st.just("true"))  # a condition in either writing
schemathesis.openapi.format("ogc-datetime", DAYS.map(lambda day: f"{day}/.."))
for collection, names in (
    ("facilities", ["municipality_code", "-kind", "kind,-VM_REG"]),
    ("districts", ["level", "-level"]),
    ("centres", ["kind"]),
    ("coverage-cells", ["cell", "municipality_code,-cell"]),
):
    schemathesis.openapi.format(f"sortby-{collection}", st.sampled_from(names))


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Mend well-formed requests whose parts do not fit together, which no schema can say.

    Roles of a team have names of their own; coverage of a need is of the kinds it is about.
    """
    if not (case.meta and case.meta.generation.mode.is_positive):
        return
    if case.path == "/api/v1/coverage":
        asked = case.body if case.method == "POST" else case.query
        if isinstance(asked, dict) and asked.get("need"):
            asked |= {"need": ["VM.REG"], "kind": ["clinic"]}
    if case.path == "/api/v1/search":  # formats get lost where alternatives are joined
        if case.body.get("district"):
            case.body["district"] = "40106"
        if (case.body.get("q") or "").strip():
            case.body["q"] = f"見{case.body['q']}"[:200]
        if "address" in (case.body.get("near") or {}):
            case.body["near"] = {"address": "見本中央駅"}
    if case.path == "/api/v1/team":
        for number, role in enumerate(case.body.get("roles") or ()):
            role |= {"role": f"r{number}", "apart_from": []}
