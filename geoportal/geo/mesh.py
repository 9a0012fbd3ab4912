"""Half meshes (2分の1地域メッシュ, "500 m"): codes, centres and boxes of the JIS X 0410 grid.

A nine-digit code names a cell of 1/240° of latitude by 1/160° of longitude. Everything follows
from whole row and column numbers, so that centres are the nearest floating-point numbers.
"""

from __future__ import annotations

import re

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

ROWS_PER_DEGREE = 240
COLUMNS_PER_DEGREE = 160
_WEST_DEGREES = 100
_CODE = re.compile(r"[0-9]{4}[0-7]{2}[0-9]{2}[1-4]")

Codes = NDArray[np.int64]
Degrees = NDArray[np.float64]


def is_half_mesh(code: str) -> bool:
    """Say whether a text is a nine-digit code of a half mesh (JIS X 0410)."""
    return _CODE.fullmatch(code) is not None


def half_mesh_rows(codes: ArrayLike) -> tuple[Codes, Codes]:
    """Return row (from the equator) and column (from 100° E) of half meshes.

    Parameters
    ----------
    codes : array_like of int, shape (n,)
        Valid nine-digit codes, see `is_half_mesh`.

    Returns
    -------
    rows, columns : ndarray of int, shape (n,)
        In steps of 1/240° and 1/160°.
    """
    code = np.asarray(codes, dtype=np.int64)
    digit = [(code // 10 ** (8 - place)) % 10 for place in range(9)]
    quarter = digit[8] - 1
    rows = (digit[0] * 10 + digit[1]) * 160 + digit[4] * 20 + digit[6] * 2 + quarter // 2
    columns = (digit[2] * 10 + digit[3]) * 160 + digit[5] * 20 + digit[7] * 2 + quarter % 2
    return rows, columns


def half_mesh_centres(codes: ArrayLike) -> tuple[Degrees, Degrees]:
    """Return the centres of half meshes.

    Returns
    -------
    lon, lat : ndarray of float, shape (n,)
        Degrees, JGD2011 (taken as WGS 84).
    """
    rows, columns = half_mesh_rows(codes)
    lon = _WEST_DEGREES + (2 * columns + 1) / (2 * COLUMNS_PER_DEGREE)
    lat = (2 * rows + 1) / (2 * ROWS_PER_DEGREE)
    return lon, lat


def half_mesh_boxes(codes: ArrayLike) -> NDArray[np.object_]:
    """Return the cells of half meshes as polygons, degrees, shape (n,)."""
    rows, columns = half_mesh_rows(codes)
    west = _WEST_DEGREES + columns / COLUMNS_PER_DEGREE
    east = _WEST_DEGREES + (columns + 1) / COLUMNS_PER_DEGREE
    boxes: NDArray[np.object_] = np.asarray(
        shapely.box(west, rows / ROWS_PER_DEGREE, east, (rows + 1) / ROWS_PER_DEGREE),
        dtype=np.object_,
    )
    return boxes
