"""The figures of ``make bench`` as a table for people (Markdown)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any


def table(figures: dict[str, Any]) -> str:
    """Return the figures, each measurement in a table of its own."""
    return "\n".join(_lines(figures)) + "\n"


def _lines(figures: dict[str, Any]) -> Iterator[str]:
    on = figures["machine"]
    yield (
        f"{on['processor']}, {on['cores']} cores, {on['memory_gib']} GiB, Python {on['python']}, "
        f"load {on['load_at_start']} at the start"
    )
    if "search" in figures:
        yield from _searches(figures["search"])
    for name in ("http", "overload", "coverage"):
        if name in figures:
            yield from _grid(f"{name}", ("figure", "value"), figures[name].items())
    for name, rows_of in (("start", "countries"), ("import", "imports")):
        if name in figures:
            measured = figures[name][rows_of]
            rows = ([name, *(one[name] for one in measured)] for name in list(measured[0])[1:])
            size = next(iter(measured[0]))
            yield from _grid(name, (size, *(f"{one[size]:,}" for one in measured)), rows)
    if "address" in figures:
        by_city = figures["address"]
        first = next(iter(by_city.values()))
        rows = ([name, *one.values()] for name, one in by_city.items())
        yield from _grid("address", ("addresses of", *first), rows)


def _searches(measured: dict[str, Any]) -> Iterator[str]:
    """Compare ways of answering: milliseconds, half and 99 of 100 questions, by radius."""
    lines = measured["searches"]
    columns = list(dict.fromkeys((one["points"], one["radius_m"]) for one in lines))
    held = {(one["by"], one["points"], one["radius_m"]): one for one in lines}
    heads = (
        "p50 / p99, ms",
        *(f"{points:,} points, {radius // 1000} km" for points, radius in columns),
    )
    rows = (
        [by, *(f"{held[by, *at]['p50_ms']} / {held[by, *at]['p99_ms']}" for at in columns)]
        for by in dict.fromkeys(one["by"] for one in lines)
    )
    yield from _grid("search", heads, rows)
    if measured["skipped"]:
        yield f"\nNot installed, left out: {', '.join(measured['skipped'])}"


def _grid(title: str, heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    heads = list(heads)
    yield f"\n**{title}**\n"
    yield f"| {' | '.join(heads)} |"
    yield f"| {' | '.join(['---', *['---:'] * (len(heads) - 1)])} |"
    for row in rows:
        yield f"| {' | '.join(map(str, row))} |"
