"""Groups of rows by a name, laid out in plain arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import orjson
from numpy.typing import NDArray


def row_groups(
    name: str, groups: Mapping[str, Sequence[int]]
) -> dict[str, NDArray[np.int64] | bytes]:
    """Lay groups out as arrays for `read_groups`; a group without a name is left out.

    The name is a prefix of the arrays' names.
    """
    known = {key: rows for key, rows in groups.items() if key}
    edges = np.cumsum([0, *map(len, known.values())], dtype=np.int64)
    rows = np.fromiter((row for rows in known.values() for row in rows), dtype=np.int64)
    return {
        f"{name}.names": orjson.dumps(list(known)),
        f"{name}.edges": edges,
        f"{name}.rows": rows,
    }


def read_groups(arrays: Mapping[str, memoryview], name: str) -> dict[str, NDArray[np.int64]]:
    """Return the rows of each group, in the order given."""
    rows = np.asarray(arrays[f"{name}.rows"], dtype=np.int64)
    edges = pairwise(arrays[f"{name}.edges"].tolist())
    names = orjson.loads(arrays[f"{name}.names"])
    return {key: rows[start:end] for key, (start, end) in zip(names, edges, strict=True)}
