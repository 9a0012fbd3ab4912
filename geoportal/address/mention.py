"""An address mentioned in a longer text: 小倉北区浅野2丁目 in 自宅は小倉北区浅野2丁目で."""

from __future__ import annotations

import re
from collections.abc import Iterator

from geoportal.address.geocode import Geocoder
from geoportal.address.result import GeocodeResult

_BEGINS = re.compile(r"(?:^|[\s。、，,.．「」『』【】（）()：:／/・]+|[はにがでのを])(?=\S)")
_CLAUSE = re.compile(r"[^\s。、，,「」『』【】（）()：:]{2,40}")
_LIKE_AN_ADDRESS = re.compile(r"[市区町村郡]|丁目|[^0-9０-９\s]{2}[0-9０-９]")
_NUMBERS = re.compile(r"[-－ー−の]?[0-9０-９]+(?:(?:丁目|番地?の?|号|[-－ー−の])[0-9０-９]*)*")
_MAX_TRIED = 60
_DOUBTFUL = frozenset(
    {"text_skipped", "spelling_inferred", "former_municipality_inferred", "postal_only"}
)


def find_address(geocoder: Geocoder, text: str) -> tuple[int, int] | None:
    """Return where a text mentions an address, the most exact mention; None where it does not.

    Returned are the offsets of its first letter and behind its last. A municipality alone counts
    where it is written in full, a town without one where a number follows or 丁目.
    """
    best: tuple[int, int, int] | None = None
    for start, clause in _clauses(text):
        result = geocoder.geocode(clause)
        exactness = _exactness(result, clause)
        if exactness and (best is None or exactness > best[0]):
            numbers = _NUMBERS.match(result.remainder)
            written = result.matched
            if numbers and (tail := clause.find(numbers[0], len(written))) >= 0:
                written = clause[: tail + len(numbers[0])]
            best = (exactness, start, start + len(written))
    return best and best[1:]


def _clauses(text: str) -> Iterator[tuple[int, str]]:
    """Yield where an address may begin, with what follows there in the same clause."""
    tried = 0
    for begin in _BEGINS.finditer(text):
        clause = _CLAUSE.match(text, begin.end())
        if clause and _LIKE_AN_ADDRESS.search(clause[0]):
            yield begin.end(), clause[0]
            tried += 1
        if tried == _MAX_TRIED:
            return


def _exactness(result: GeocodeResult, clause: str) -> int:
    """Return 0 for what is no address, 1 for a municipality, 2 for a town, 3 for one with both."""
    if not result.matched or not _DOUBTFUL.isdisjoint(result.warnings):
        return 0
    if result.match_level == "municipality" and not result.town:
        written = (
            result.matched[-1] in "市区町村" and "municipality_completed" not in result.warnings
        )
        return int(written and result.status == "partial")
    unnamed = "municipality_inferred" in result.warnings
    if unnamed:
        numbered = _NUMBERS.match(clause, len(result.matched)) or result.matched.endswith("丁目")
        return 2 if numbered and result.status in ("ok", "partial", "ambiguous") else 0
    return 3 if result.town and result.status != "not_found" else 0
