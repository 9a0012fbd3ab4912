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
schemathesis.openapi.format("cql2", st.just("true"))  # a condition in either writing
schemathesis.openapi.format("ogc-datetime", DAYS.map(lambda day: f"{day}/.."))
schemathesis.openapi.format("sortby", st.sampled_from(["municipality_code", "-kind"]))


@schemathesis.hook.apply_to(path="/api/v1/team")  # type: ignore[untyped-decorator]
def map_body(_context: Any, body: Any) -> Any:
    """Give each role a name of its own, and nobody to be apart from: rules across entries."""
    roles = body.get("roles") if isinstance(body, dict) else None
    if isinstance(roles, list) and all(isinstance(role, dict) for role in roles):
        names = {str(role.get("role")) for role in roles}
        if len(names) < len(roles) or any(role.get("apart_from") for role in roles):
            named = [role | {"role": f"r{number}"} for number, role in enumerate(roles)]
            return body | {"roles": [role | {"apart_from": []} for role in named]}
    return body
