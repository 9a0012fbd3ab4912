"""What questions asked from Python return."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geoportal.documents import Document
from geoportal.python_api.frames import CRS84, facility_frame
from geoportal.services.view import View

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from pandas import DataFrame

    from geoportal.coverage.report import CoverageReport


@dataclass(frozen=True)
class Found:
    """The answer to a search.

    Attributes
    ----------
    document : dict
        Exactly what ``POST /api/v1/search`` answers: origin, relaxations, what is not held.
    """

    document: Document = field(repr=False)
    _view: View = field(repr=False)

    @property
    def counts(self) -> dict[str, int]:
        """Facilities by match band, of all that were found."""
        counts: dict[str, int] = self.document["counts"]
        return counts

    @cached_property
    def facilities(self) -> GeoDataFrame:
        """The facilities listed, in their order: `match`, `distance_m`, `visit_range` in front."""
        listed = self.document["features"]
        rows = [self._view.snapshot.row_of[one["id"]] for one in listed]
        frame = facility_frame(self._view, np.array(rows, dtype=np.int64))
        for place, name in enumerate(("match", "distance_m", "visit_range")):
            frame.insert(place, name, [one["properties"].get(name) for one in listed])
        return frame


@dataclass(frozen=True)
class Coverage:
    """Who is covered by whom: ranges from what is surely to what may be there (``_possible``).

    Attributes
    ----------
    report : CoverageReport
        The study with its sources and dates; `write` makes files of it.
    """

    report: CoverageReport = field(repr=False)

    @cached_property
    def districts(self) -> DataFrame:
        """A row for each district and one for the whole, with its sentence, by code."""
        from pandas import DataFrame

        from geoportal.coverage.tables import district_rows
        from geoportal.coverage.wording import sentence

        study = self.report.study
        frame = DataFrame(district_rows(study)).set_index("district")
        subject = self.report.subject
        said = [sentence(figures, subject) for figures in (*study.districts, study.total)]
        frame.insert(1, "sentence", said)
        return frame

    @cached_property
    def cells(self) -> GeoDataFrame:
        """A row for each census cell or town, at its point."""
        from geopandas import GeoDataFrame, points_from_xy
        from pandas import DataFrame

        from geoportal.coverage.tables import cell_rows

        frame = DataFrame(cell_rows(self.report.study))
        return GeoDataFrame(frame, geometry=points_from_xy(frame["lon"], frame["lat"]), crs=CRS84)

    @cached_property
    def facilities(self) -> DataFrame:
        """A row for each facility that may count: whom its closing would leave, by id."""
        from pandas import DataFrame

        from geoportal.coverage.tables import facility_rows

        return DataFrame(facility_rows(self.report.study)).set_index("id")

    def write(self, folder: str | Path, formats: Sequence[str] = ("xlsx", "gpkg")) -> list[str]:
        """Write files for a committee into a folder; returns their names.

        Raises
        ------
        UsageError
            When a format is not known, or the folder cannot be written.
        """
        from geoportal.export.pack import write_pack

        return write_pack(Path(folder), self.report, formats)
