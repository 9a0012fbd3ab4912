"""Every table we know by its header: those we import, and those known but not imported yet."""

from __future__ import annotations

from typing import Final

from geoportal.ingest.layouts import Layout
from geoportal.ingest.sources import (
    age_population,
    boundary,
    bureau,
    bureau_codes,
    centres,
    kaigo,
    mesh_population,
    municipal_care,
    municipal_medical,
    navii,
    navii_hours,
    sample,
    survey,
    towns,
)


def _later(source: str, *required: str) -> Layout:
    """Return the layout of a source that is recognised but not imported yet."""
    columns = {f"column_{i}": tuple(names.split("|")) for i, names in enumerate(required)}
    return Layout(source, "", columns, tuple(columns), supported=False)


LAYOUTS: Final = (
    kaigo.LAYOUT,
    *navii.LAYOUTS,
    towns.LAYOUT,
    centres.LAYOUT,
    centres.POINT_LAYOUT,
    navii_hours.LAYOUT,
    bureau.LAYOUT,
    bureau_codes.LAYOUT,
    municipal_medical.LAYOUT,
    municipal_care.LAYOUT,
    _later("blocks", "都道府県名", "市区町村名", "大字・丁目名", "街区符号・地番", "緯度", "経度"),
    mesh_population.LAYOUT,
    age_population.LAYOUT,
    survey.LAYOUT,
)

SOURCES: Final = tuple(
    dict.fromkeys([boundary.SOURCE, *(layout.source for layout in LAYOUTS), sample.SOURCE])
)
"""Names accepted for ``--source``, besides ``auto``."""

ORDER: Final = {boundary.SOURCE: 0, towns.SOURCE: 1, "blocks": 2, centres.SOURCE: 3}
"""What others are checked against comes first; the rest follows in the order of names."""
