"""Data frames of facilities and districts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from geoportal.documents.ogc.facilities import (
    VALUES,
    Facilities,
    need_properties,
    need_values,
    plain_properties,
)
from geoportal.index.points import Rows
from geoportal.services.view import View

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

CRS84: Final = "OGC:CRS84"


def facility_frame(view: View, rows: Rows) -> GeoDataFrame:
    """Return rows as a frame by id, with the properties of `geoportal.documents.ogc.facilities`."""
    from geopandas import GeoDataFrame
    from pandas import DataFrame, Index, concat

    columns, needs = view.snapshot.columns, need_properties(view)
    ids = Index(
        [view.snapshot.facilities[row].id for row in rows.tolist()], name="id", dtype=object
    )
    plain = DataFrame(
        [plain_properties(view, row) for row in rows.tolist()],
        index=ids,
        columns=list(Facilities.plain),
    )
    values = np.array(VALUES, dtype=object)[need_values(view, rows, list(needs.values()))]
    points = np.full(rows.size, None, dtype=object)
    placed = columns.located[rows]
    points[placed] = shapely.points(columns.lon[rows[placed]], columns.lat[rows[placed]])
    told = DataFrame(values, index=ids, columns=list(needs))
    return GeoDataFrame(concat([plain, told], axis=1), geometry=points, crs=CRS84)


def district_frame(view: View) -> GeoDataFrame:
    """Return the districts with their outlines, by code."""
    from geopandas import GeoDataFrame

    index = view.snapshot.districts
    held = index.districts
    columns = ("code", "name", "level", "parent")
    rows = {name: [getattr(one, name) for one in held] for name in columns}
    outlines = [index.outline(one.code) for one in held]
    return GeoDataFrame(rows, geometry=outlines, crs=CRS84).set_index("code")
