"""Coverage by minutes by car: the table beside that of distances, and N-1 by road."""

from __future__ import annotations

import numpy as np

from geoportal.coverage.driving import MINUTES
from geoportal.coverage.figures import DistrictFigures, road_shares
from geoportal.coverage.report import CoverageReport
from geoportal.coverage.study import Study
from geoportal.documents import Document
from geoportal.services.view import View
from geoportal.web.coverage import wording as say
from geoportal.web.coverage.reliance import partners
from geoportal.web.language.messages import Messages

_MAX_CRITICAL = 5
_ONE_PERSON = 0.5
"""Fewer people count as none: cells on a border are shared by area."""


def driving_document(view: View, report: CoverageReport, words: Messages) -> Document | None:
    """Return what is known by road; None when no road map of the area is held."""
    study = report.study
    if study.roads is None:
        return None
    rows = [_row(figures, words) for figures in study.districts]
    near = study.roads.off_road & (study.catchment_demand > 0)
    return {
        "minutes": MINUTES,
        "rows": rows,
        "whole": _row(study.total, words) if len(rows) > 1 else None,
        "off_road": int(near.sum()),
        "critical": [] if study.undecided else _critical(view, study),
        "cited": next((line.cited for line in report.sources if line.name == "roads"), ""),
    }


def _row(figures: DistrictFigures, words: Messages) -> Document:
    row: Document = {"code": figures.code, "name": figures.name}
    if figures.undecided or figures.unlisted:
        return row | {"undecided": words.label("js-coverage-undecided")}
    sure, possible = figures.sure.by_road, figures.possible.by_road
    if sure is None or possible is None:
        return row | {"undecided": "—"}
    shares = [
        [road_shares(figures, level, reach) for level in (figures.sure, figures.possible)]
        for reach in range(len(MINUTES))
    ]
    return row | {
        "within": [say.percent_range(low[0], high[0], words) for low, high in shares],
        "beyond": say.percent_range(shares[-1][1][1], shares[-1][0][1], words),
        "unknown": say.percent_range(shares[-1][1][2], shares[-1][0][2], words),
        "nearest": say.spoken_range(say.tenths(possible.nearest_min), say.tenths(sure.nearest_min)),
    }


def _critical(view: View, study: Study) -> list[Document]:
    """Return for each of the minutes who would leave most people with none, worst first."""
    loss = study.road_loss
    if loss is None:
        return []
    lost = loss.left_without
    backed = None if study.back_up is None else study.back_up.people_by_road
    return [
        {
            "minutes": minutes,
            "facilities": [
                {
                    "id": study.supply.ids[n],
                    "name": study.supply.names[n],
                    "people": say.people(float(lost[n, reach])),
                    **partners(view, study, int(n), None if backed is None else backed[n, reach]),
                }
                for n in np.lexsort((np.arange(len(lost)), -lost[:, reach]))[:_MAX_CRITICAL]
                if lost[n, reach] >= _ONE_PERSON
            ],
        }
        for reach, minutes in enumerate(MINUTES)
    ]
