"""JSON documents of the API and of the command line, by resource."""

from __future__ import annotations

from geoportal.documents.facility import (
    facility_document,
    full_feature,
    shown_document,
    snapshot_claims,
)
from geoportal.documents.reference import (
    SAMPLE_SOURCE,
    Document,
    centres_document,
    district_document,
    districts_document,
    sources_document,
    vocabulary_document,
)
from geoportal.documents.search import (
    export_feature,
    facilities_document,
    locate_document,
    point_document,
    points_json,
    search_document,
)

__all__ = [
    "SAMPLE_SOURCE",
    "Document",
    "centres_document",
    "district_document",
    "districts_document",
    "export_feature",
    "facilities_document",
    "facility_document",
    "full_feature",
    "locate_document",
    "point_document",
    "points_json",
    "search_document",
    "shown_document",
    "snapshot_claims",
    "sources_document",
    "vocabulary_document",
]
