"""The list of all sources."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

from geoportal.ingest.reading.source import Source
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
    roads,
    sample,
    stations,
    survey,
    town_population,
    towns,
)

SOURCES: Final[tuple[Source[Any], ...]] = (
    boundary.SOURCE,
    stations.SOURCE,
    kaigo.SOURCE,
    navii.SOURCE,
    towns.SOURCE,
    centres.SOURCE,
    navii_hours.SOURCE,
    bureau.SOURCE,
    bureau_codes.SOURCE,
    municipal_medical.SOURCE,
    municipal_care.SOURCE,
    mesh_population.SOURCE,
    age_population.SOURCE,
    town_population.SOURCE,
    medical_areas.SOURCE,
    survey.SOURCE,
    blocks.SOURCE,
    address_base_registry.SOURCE,
    address_base_registry_positions.SOURCE,
    postcodes.SOURCE,
    roads.SOURCE,
    sample.SOURCE,
)
"""Every source. Of several layouts that fit a header equally well the first one wins."""

BY_NAME: Final = MappingProxyType({source.name: source for source in SOURCES})


FICTIONAL: Final = sample.SOURCE
"""The sample city: its files are of several kinds and all count as this source."""


def source_named(name: str) -> Source[Any] | None:
    """Return a source by its name; None for one that is no longer known, or no source at all."""
    return BY_NAME.get(name)


def is_fictional(name: str) -> bool:
    """Return whether a name is that of the sample city."""
    source = BY_NAME.get(name)
    return source is not None and source.is_fictional


def lists_facilities(name: str) -> bool:
    """Return whether a source lists facilities itself, see `Source.lists_facilities`."""
    source = BY_NAME.get(name)
    return source is None or source.lists_facilities
