"""Lists the answers refer to: centres, sources, vocabulary; totals of who was shown."""

from __future__ import annotations

from flask import Response

from geoportal.documents.reference import (
    centres_document,
    sources_document,
    vocabulary_document,
)
from geoportal.documents.reference_requests import VocabularyQuery
from geoportal.documents.search_extras import exposure_document
from geoportal.web.api.answers import PROBLEM, REFERENCE, json_object, private, public, resource
from geoportal.web.current_view import portal_here, view_here

api = resource("reference")


@api.get(
    "/centres",
    tags=[REFERENCE],
    summary="Consultation centres",
    responses={200: json_object("Centres", "centres")},
)
def centres() -> Response:
    """Return hours, and whether each is open now or when it opens next."""
    return private(centres_document(view_here()))


@api.get(
    "/sources",
    tags=[REFERENCE],
    summary="Data sets held",
    responses={200: json_object("Data sets", "sources", "dataset_version")},
)
def sources() -> Response:
    """Return publisher, licence, editions, rows and freshness."""
    return public(sources_document(view_here()))


@api.get(
    "/vocabulary",
    tags=[REFERENCE],
    summary="Needs, kinds, groups, evidence classes",
    responses={200: json_object("Lists", "terms", "kinds", "groups", "evidence"), 400: PROBLEM},
)
def vocabulary(query: VocabularyQuery) -> Response:
    """Return codes with Japanese and English labels and everyday synonyms."""
    return public(vocabulary_document(view_here(), query.q))


@api.get(
    "/exposure",
    tags=[REFERENCE],
    summary="How often each facility was shown: totals of past days",
    responses={200: json_object("Totals", "days", "counting")},
)
def exposure() -> Response:
    """Return totals of this process only, and only of days with many questions."""
    return private(exposure_document(portal_here().exposure, view_here().snapshot.today))
