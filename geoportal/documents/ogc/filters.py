"""CQL2 filters (OGC 21-065) over the columns of the snapshot: an allowed few operators, bounded.

What is compared are columns of all facilities, so a filter costs the same whatever it says. Parsing
and syntax are the library's (``cql2``); what may be asked, and its meaning, is here.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import cql2
import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from geoportal.errors import UsageError
from geoportal.geo.polygons import is_tangled

MOST_CHARACTERS: Final = 4_000
DEEPEST: Final = 24
DEEPEST_TEXT: Final = 8
"""Brackets within brackets: each costs the library's parser 2.4 times as much where text is no CQL2
(22 open ones took more than 89 s); with 8 of them 4,000 characters take 0.2 s."""
MOST_CONDITIONS: Final = 40

Mask = NDArray[np.bool_]
Columns = Mapping[str, NDArray[Any]]
_FIELD: Final = "filter"
_COMPARISONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_AREAS: Final = frozenset({"Polygon", "MultiPolygon"})


def read_filter(text: str, language: str) -> Any:
    """Return a filter as the tree of CQL2 JSON.

    Parameters
    ----------
    text : str
    language : str
        ``cql2-text`` or ``cql2-json``.

    Raises
    ------
    UsageError
        When it is not CQL2, or too long or deep.
    """
    deepest = DEEPEST_TEXT if language == "cql2-text" else DEEPEST
    if len(text) > MOST_CHARACTERS or _depth(text) > deepest:
        raise UsageError(f"at most {MOST_CHARACTERS} characters, {deepest} levels", _FIELD)
    try:
        parsed = cql2.parse_text(text) if language == "cql2-text" else cql2.parse_json(text)
        tree = orjson.loads(orjson.dumps(parsed.to_json()))
    except Exception:  # noqa: BLE001 - the library raises several kinds for what is no CQL2
        raise UsageError(f"this is not {language}", _FIELD) from None
    if _conditions(tree) > MOST_CONDITIONS:
        raise UsageError(f"at most {MOST_CONDITIONS} conditions", _FIELD)
    return tree


def matching(tree: Any, columns: Columns, places: Callable[[], NDArray[Any]], size: int) -> Mask:
    """Return which of the facilities fit a filter, bool of shape (size,).

    ``places`` makes points (shapely; None without a position), for ``s_intersects``.

    Raises
    ------
    UsageError
        When an operator or a property is not offered.
    """
    return _Evaluation(columns, places, size).decide(tree)


class _Evaluation:
    def __init__(self, columns: Columns, places: Callable[[], NDArray[Any]], size: int) -> None:
        self._columns, self._places, self._size = columns, places, size

    def decide(self, tree: Any) -> Mask:
        if isinstance(tree, bool):
            return np.full(self._size, tree)
        if not isinstance(tree, dict) or "op" not in tree:
            raise UsageError("expected a condition", _FIELD)
        name, arguments = str(tree["op"]).lower(), tree.get("args", [])
        decided = {
            "and": self._all,
            "or": self._any,
            "not": self._not,
            "in": self._in,
            "between": self._between,
            "like": self._like,
            "isnull": self._is_null,
            "s_intersects": self._intersects,
        }
        if name in _COMPARISONS:
            return self._compare(name, arguments)
        if name not in decided:
            raise UsageError("this operator is not offered", _FIELD)
        return decided[name](arguments)

    def _all(self, arguments: list[Any]) -> Mask:
        return self._mask(np.logical_and.reduce([self.decide(one) for one in arguments]))

    def _any(self, arguments: list[Any]) -> Mask:
        return self._mask(np.logical_or.reduce([self.decide(one) for one in arguments]))

    def _not(self, arguments: list[Any]) -> Mask:
        return ~self.decide(arguments[0])

    def _compare(self, name: str, arguments: list[Any]) -> Mask:
        left, right = (self._value(one) for one in arguments)
        return self._mask(_COMPARISONS[name](left, right))

    def _in(self, arguments: list[Any]) -> Mask:
        values = [_literal(one) for one in arguments[1]]
        return self._mask(np.isin(self._column(arguments[0]), values))

    def _between(self, arguments: list[Any]) -> Mask:
        value, low, high = (self._value(one) for one in arguments)
        return self._mask((value >= low) & (value <= high))

    def _like(self, arguments: list[Any]) -> Mask:
        column, pattern = self._column(arguments[0]), _literal(arguments[1])
        shape = re.compile(_expression(pattern), re.DOTALL)
        kinds, places = np.unique(column, return_inverse=True)
        return np.array([bool(shape.fullmatch(str(kind))) for kind in kinds], dtype=bool)[places]

    def _is_null(self, arguments: list[Any]) -> Mask:
        if arguments[0] == {"property": "geometry"}:
            return self._mask(shapely.is_missing(self._places()))
        return self._mask(self._column(arguments[0]) == "")

    def _intersects(self, arguments: list[Any]) -> Mask:
        areas = [one for one in arguments if one != {"property": "geometry"}]
        if len(areas) != 1 or not isinstance(areas[0], dict):
            raise UsageError("compare geometry with one area", _FIELD)
        area = _area(areas[0])
        shapely.prepare(area)
        return self._mask(shapely.intersects(area, self._places()))

    def _value(self, node: Any) -> Any:
        return self._column(node) if isinstance(node, dict) else _literal(node)

    def _column(self, node: Any) -> NDArray[Any]:
        name = str(node.get("property")) if isinstance(node, dict) else ""
        if name not in self._columns:
            raise UsageError("expected a property that the queryables list", _FIELD)
        return self._columns[name]

    def _mask(self, found: Any) -> Mask:
        mask = np.asarray(found, dtype=bool)
        return np.full(self._size, bool(mask)) if mask.ndim == 0 else mask


def _literal(node: Any) -> str:
    """Return a literal; every queryable is text."""
    if not isinstance(node, str):
        raise UsageError("expected text: every queryable is text", _FIELD)
    return node


def _area(node: dict[str, Any]) -> Any:
    """Return an area to search in. A point is refused: it may be a home, and is in a URL here."""
    box = node.get("bbox")
    try:
        if box is not None:
            return shapely.box(*box) if len(box) == 4 else shapely.box(*box[:2], *box[3:5])
        if node.get("type") in _AREAS:
            area = shapely.geometry.shape(node)
            if is_tangled(area):
                raise UsageError("this outline crosses itself too often", _FIELD)
            return shapely.make_valid(area, method="structure", keep_collapsed=False)
    except (ValueError, TypeError, shapely.errors.ShapelyError):
        raise UsageError("this geometry cannot be read", _FIELD) from None
    raise UsageError("only areas may be given here; near a point, POST /api/v1/search", _FIELD)


def _expression(pattern: str) -> str:
    signs = {"%": ".*", "_": "."}
    return "".join(signs.get(sign) or re.escape(sign) for sign in pattern)


def _depth(text: str) -> int:
    """Return how deep brackets of any sort are nested, and how many NOT follow one another."""
    depth = deepest = 0
    for sign in text:
        depth += (sign in "([{") - (sign in ")]}")
        deepest = max(deepest, depth)
    runs: list[str] = re.findall(r"(?:\bnot\b\s*)+", text.lower())
    return max([deepest, *(run.count("not") for run in runs)])


def _conditions(tree: Any) -> int:
    if isinstance(tree, dict):
        return int("op" in tree) + sum(_conditions(one) for one in tree.values())
    return sum(_conditions(one) for one in tree) if isinstance(tree, list) else 0
