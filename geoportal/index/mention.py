"""A mention: what every answer says of a facility, as JSON-ready documents.

Written once per dataset version, when the snapshot is compiled (`geoportal.index.mentions`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from geoportal.domain.dating import dated
from geoportal.domain.facility import Facility
from geoportal.domain.vocabulary import Vocabulary
from geoportal.index.claims import SelectedClaim

Document = dict[str, Any]
SAMPLE_SOURCE: Final = "sample"
"""The source of the fictional sample city."""


def feature(facility: Facility, properties: Document) -> Document:
    """Return a facility as a GeoJSON Feature; without a known position its geometry is null."""
    location = facility.location
    geometry = None
    if location.known:
        geometry = {"type": "Point", "coordinates": [location.lon, location.lat]}
    return {"type": "Feature", "id": facility.id, "geometry": geometry, "properties": properties}


def brief(facility: Facility, municipality_code: str, doubles: Sequence[Facility] = ()) -> Document:
    """Return the properties every mention of a facility carries.

    ``possible_duplicates`` is there where linking could not tell whether other open facilities are
    the same place, and nobody has decided yet.
    """
    location = facility.location
    document: Document = {
        "name": facility.name,
        "kind": facility.kind,
        "address": facility.address,
        "phone": facility.phone,
        "district_code": municipality_code or None,
        "location_level": location.level or None,
        "location_uncertainty_m": location.uncertainty_m,
        "location_warnings": list(location.warnings),
        "fictional": any(m.source == SAMPLE_SOURCE for m in facility.sources),
    }
    if doubles:
        document["possible_duplicates"] = named(doubles)
    return document


def named(facilities: Sequence[Facility]) -> list[Document]:
    """Return facilities by id and name alone."""
    return [{"id": facility.id, "name": facility.name} for facility in facilities]


def shown_document(selected: SelectedClaim | None) -> Document:
    """Return what is known about one need."""
    if selected is None:
        return {"value": "unknown"}
    claim = selected.claim
    return {
        "value": selected.value,
        "evidence": claim.evidence,
        "source": claim.source,
        **dated(claim.as_of),
        "stale": selected.stale,
        **({"note": claim.note} if claim.note else {}),
        **({"implied_by": selected.implied_by} if selected.implied_by else {}),
    }


def need_document(
    vocabulary: Vocabulary, facility: Facility, code: str, claim: SelectedClaim | None
) -> Document:
    """Return what is known about one need asked for; ``not_applicable``: not about such a one."""
    document = shown_document(claim)
    return document | {"value": vocabulary.answer(code, facility, document["value"])}


def accepting_document(vocabulary: Vocabulary, shown: Mapping[str, SelectedClaim]) -> Document:
    """Return whether new patients are taken; of facts that contradict, the most cautious.

    ``value`` is yes, conditional, no or unknown; ``evidence`` and ``as_of`` are there when known.
    """
    for term in vocabulary.acceptance_terms:
        fact = shown.get(term.code)
        if fact is not None and fact.value == "yes":
            return {
                "value": term.acceptance,
                "evidence": fact.claim.evidence,
                **dated(fact.claim.as_of),
            }
    return {"value": "unknown"}
