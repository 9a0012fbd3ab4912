"""Every table we know by its header, and the order in which they are imported."""

from __future__ import annotations

from typing import Final

from geoportal.ingest.sources import (
    address_base_registry,
    address_base_registry_positions,
    age_population,
    blocks,
    boundary,
    bureau,
    bureau_codes,
    centres,
    kaigo,
    medical_areas,
    mesh_population,
    municipal_care,
    municipal_medical,
    navii,
    navii_hours,
    postcodes,
    sample,
    stations,
    survey,
    town_population,
    towns,
)

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
    mesh_population.LAYOUT,
    age_population.LAYOUT,
    town_population.LAYOUT,
    medical_areas.LAYOUT,
    survey.LAYOUT,
)

STREAMED: Final = (
    blocks.SOURCE,
    address_base_registry.SOURCE,
    address_base_registry_positions.SOURCE,
    postcodes.SOURCE,
)
"""Sources whose tables are read row by row, see `geoportal.ingest.files.streams`."""

SOURCES: Final = tuple(
    dict.fromkeys(
        [
            boundary.SOURCE,
            stations.SOURCE,
            *(layout.source for layout in LAYOUTS),
            *STREAMED,
            sample.SOURCE,
        ]
    )
)
"""Names accepted for ``--source``, besides ``auto``."""

ORDER: Final = {
    boundary.SOURCE: 0,
    towns.SOURCE: 1,
    blocks.SOURCE: 2,
    address_base_registry.SOURCE: 3,
    address_base_registry_positions.SOURCE: 4,
    postcodes.SOURCE: 5,
    centres.SOURCE: 6,
}
"""What others are checked against comes first; the rest follows in the order of names."""
